"""The test suite; DATABASE_URL names the engine under test."""

from cms.settings.dev import *  # noqa: F403

DEBUG = False
# A file, not memory: threads and processes then lock one another as they do on a real site.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}  # noqa: F405
SEARCH_DIR = VAR_DIR / "search-tests"  # noqa: F405
ELASTICSEARCH_URLS = []  # tests that need a server say so
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_AUTOREFRESH = True  # no walk through every static file at the start of each test client
AXES_ENABLED = False  # client.login() has no request to count by; the tests of the lock switch it on
READER_QUERIES_SECONDS = 0  # a thread would write into what tests roll back
