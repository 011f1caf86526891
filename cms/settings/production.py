"""Production: refuses to start without a secret key, allowed hosts and a database."""

from cms import env
from cms.settings.base import *  # noqa: F403

DEBUG = False
SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
DATABASES = {"default": env.database("DATABASE_URL")}

WAGTAILADMIN_BASE_URL = env.address("BASE_URL", f"https://{ALLOWED_HOSTS[0].lstrip('.')}")
CSRF_TRUSTED_ORIGINS = [WAGTAILADMIN_BASE_URL]

# The proxy in front of us sets this header, and must remove it from what it receives.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# It also adds the reader's address to X-Forwarded-For: without it, one who guesses passwords would lock out everybody.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 1)
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
