"""What editors find in the admin beside their pages: dashboard, reports, menus and listings."""
