"""Settings of servers that have the cache of answers in common, in the folder SHARED_CACHE."""

import os

from cms.settings.test import *  # noqa: F403

CACHES["api"] = {  # noqa: F405
    "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
    "LOCATION": os.environ["SHARED_CACHE"],
}
