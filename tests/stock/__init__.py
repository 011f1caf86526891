"""Stock Wagtail API v2 over our own page models: what its clients are used to, and what we are measured by."""
