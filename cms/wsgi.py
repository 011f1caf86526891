"""The WSGI entry point: Django, and around it the cache of the API's answers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")
django = get_wsgi_application()

from cms.api.cache import ApiCache  # noqa: E402  (needs the settings and the apps)

application = ApiCache(django)
