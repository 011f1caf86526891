"""Development and `make run`: everything defaults to files under var/."""

from cms.settings.base import *  # noqa: F403

DEBUG = env.flag("DEBUG", True)  # noqa: F405
SECRET_KEY = "for-development-only-never-in-production-0123456789"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
