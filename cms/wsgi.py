"""The WSGI entry point: Django, around it the cache of the API's answers, around both what slow clients may take."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")
django = get_wsgi_application()

from django.conf import settings  # noqa: E402  (from here on settings and apps are ready)

from cms.api.cache import ApiCache  # noqa: E402
from cms.slow_clients import SlowClients  # noqa: E402

application = SlowClients(ApiCache(django), settings.SERVER_THREADS)
