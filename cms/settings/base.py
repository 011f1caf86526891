"""Settings shared by every environment; what differs comes from the environment through cms.env."""

import zoneinfo
from datetime import timedelta
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from cms import env

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var")

INSTALLED_APPS = [
    "home",
    "search",
    "newsroom",
    "resources",
    "borders",
    "cms",
    "wagtail_localize",
    "wagtail_localize.locales",
    "cms.redirects.RedirectsConfig",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "rest_framework",
    "corsheaders",
    "drf_spectacular_sidecar",
    "django_tasks",
    "django_tasks_db",
    "django_filters",
    "axes",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",  # Wagtail says « il y a 3 minutes » with its texts
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "cms.health.HealthMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "cms.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cms.middleware.PathLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "cms.refusals.RefusalsMiddleware",
    "cms.unreadable.UnreadableFormsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite://{VAR_DIR / 'db.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "cms.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "/"  # after the forms for readers, which normally know where to go back to
WAGTAILADMIN_USER_LOGIN_FORM = "cms.login.LoginForm"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
SESSION_COOKIE_AGE = 12 * 3600  # seconds: a working day
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# Ten wrong passwords for one account, page or collection from one address lock that pair for a quarter of an hour.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_CLIENT_IP_CALLABLE = "cms.clients.of_request"
AXES_LOCKOUT_CALLABLE = "cms.attempts.locked"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # who logged in when is nobody's business; failures are kept for the lock alone
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

USE_I18N = True
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "cms" / "locale"]  # for djangojs.po: the translation editor's script asks no other app
TIME_ZONE = "Europe/Paris"
LANGUAGE_CODE = "fr"
FORMAT_MODULE_PATH = "cms.formats"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [
    ("fr", _("French")),
    ("en", _("English")),
    ("de", _("German")),
    ("es", _("Spanish")),
    ("it", _("Italian")),
    ("nl", _("Dutch")),
]

# Threads of each server process: granian reads the same variable.
SERVER_THREADS = env.integer("GRANIAN_BLOCKING_THREADS", 4)

# Proxies in front of this server, each of which appends to X-Forwarded-For the address that it heard from.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0)

# The API is public and knows no accounts, so any site's scripts may read it; or only those of the origins named.
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOWED_ORIGINS = env.origins("CORS_ORIGINS", ["*"])
CORS_ALLOW_ALL_ORIGINS = "*" in CORS_ALLOWED_ORIGINS
if CORS_ALLOW_ALL_ORIGINS:
    CORS_ALLOWED_ORIGINS = []
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "content-type", "if-none-match"]
CORS_EXPOSE_HEADERS = ["ETag", "Retry-After"]
CORS_PREFLIGHT_MAX_AGE = 24 * 3600  # seconds

# Answers of the API: what each server process keeps (0: nothing), where several have more in common, how long a CDN
# may keep them (it must be purged then, see docs/operations.md), and how often a client may ask (0: as it likes).
API_CACHE_BYTES = env.integer("API_CACHE_MEGABYTES", 64) * 1024 * 1024
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if env.text("API_CACHE_URL", ""):
    CACHES["api"] = env.cache("API_CACHE_URL")
API_CDN_SECONDS = env.integer("API_CDN_SECONDS", 0)
API_REQUESTS_A_MINUTE = env.integer("API_REQUESTS_A_MINUTE", 0)

# Who sends mail for us: workflow, webhooks that fail.
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_TLS")
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "webmaster@localhost")

# Webhooks go to public addresses, encrypted. Into these networks they may go as well, and unencrypted.
WEBHOOKS_ALLOWED_NETWORKS = env.networks("WEBHOOKS_ALLOWED_NETWORKS")

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

TASKS = {"default": {"BACKEND": "cms.indexing.Queue", "QUEUES": []}}


DEMO_ALLOWED = False

WAGTAIL_SITE_NAME = "MOT"
WAGTAIL_I18N_ENABLED = True
# Where this server is, and where readers see pages (by language) and records: elsewhere, or here where it is not said.
WAGTAILADMIN_BASE_URL = env.address("BASE_URL", f"http://localhost:{env.integer('PORT', 8000)}")
FRONTEND_URLS = env.addresses("FRONTEND_URL", [code for code, _label in LANGUAGES])
PORTAL_URL = env.address("PORTAL_URL", "")
# How often a server process writes down what readers searched (search.reader_queries); 0: never.
READER_QUERIES_SECONDS = 10
# Places, without the aliases such as "localtime" that browsers do not know.
WAGTAIL_USER_TIME_ZONES = [zone for zone in sorted(zoneinfo.available_timezones()) if "/" in zone]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("fr", "Français"), ("en", "English")]
# What date fields show, in both languages of the admin; they read ISO 8601 as well.
WAGTAIL_DATE_FORMAT = "%d/%m/%Y"
WAGTAIL_DATETIME_FORMAT = "%d/%m/%Y %H:%M"
WAGTAILIMAGES_IMAGE_MODEL = "cms.CmsImage"
WAGTAILDOCS_DOCUMENT_MODEL = "cms.CmsDocument"
# What an upload may weigh (bytes), measure (width x height x frames) and be. Pillow reads all of these
# image formats but SVG (cms.vectors).
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 64_000_000
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "svg", "webp"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 100 * 1024 * 1024
WAGTAILDOCS_EXTENSIONS = [
    *("csv", "docx", "epub", "geojson", "ics", "mp3", "mp4", "odp", "ods", "odt", "pdf", "pptx", "txt", "xlsx", "zip"),
]
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.uploads.ImageForm"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "cms.uploads.DocumentForm"
FILE_UPLOAD_HANDLERS = [
    "cms.uploads.CappedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Through a view, which asks who may read: files of a private collection are for members only.
WAGTAILDOCS_SERVE_METHOD = "serve_view"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024  # a form without its files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a long StreamField or a territory's member list has thousands
FILE_UPLOAD_PERMISSIONS = 0o644

# The portal: without hosts of Elasticsearch the engine that comes with it answers; with them that one stands by.
ELASTICSEARCH_URLS = env.hosts("ELASTICSEARCH_URL")
ELASTICSEARCH_INDEX = env.text("ELASTICSEARCH_INDEX", "mot-portal")
SEARCH_DIR = VAR_DIR / "search"

# Rebuilt in place: one transaction would lock all other writers out of SQLite for the whole rebuild.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "home.search_backend", "ATOMIC_REBUILD": False}}
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_AUTO_UPDATE_PREVIEW_INTERVAL = 1000
WAGTAILADMIN_RICH_TEXT_EDITORS = {"default": {"WIDGET": "cms.rich_text.RichTextArea"}}

# Untranslated French must never go live under /de/ because somebody submitted a translation.
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
if DEEPL_AUTH_KEY := env.text("DEEPL_AUTH_KEY", ""):
    WAGTAILLOCALIZE_MACHINE_TRANSLATOR = {
        "CLASS": "cms.translation.deepl.DeepL",
        "OPTIONS": {"AUTH_KEY": DEEPL_AUTH_KEY},
    }

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "cms.logs.OneLineFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.choice("LOG_LEVEL", ["DEBUG", "INFO", "WARNING", "ERROR"], "INFO")},
    "loggers": {
        # Django's own handlers would print the same event twice, and mail it.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # A reader's 404 is no event of ours; a 500 is.
        "django.request": {"level": "ERROR"},
        "PIL": {"level": "WARNING"},
        "elastic_transport": {"level": "WARNING"},
        # Imports tell what is wrong with a file; here it would be two lines for each of its entries.
        "bibtexparser": {"level": "ERROR"},
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "ERROR"},
    },
}
