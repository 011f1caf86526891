"""Development and `make run`: everything defaults to files under var/."""

from cms.settings.base import *  # noqa: F403

# Off unless asked for: a stack trace is for whoever works on the code, not for whoever tries the site.
DEBUG = env.flag("DEBUG")  # noqa: F405
SECRET_KEY = "for-development-only-never-in-production-0123456789"  # noqa: S105
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# Static files straight from the apps: nothing to collect, and what is edited shows.
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DEMO_ALLOWED = True
