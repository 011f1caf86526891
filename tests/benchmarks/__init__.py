"""`make bench`: how quick the API is beside stock Wagtail API v2, on one machine, in one run, on the same content."""
