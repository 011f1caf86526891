#!/usr/bin/env python
"""Django's command line; settings default to development."""

import os
import sys

if __name__ == "__main__":
    module = os.environ["DJANGO_SETTINGS_MODULE"] = os.environ.get("DJANGO_SETTINGS_MODULE") or "cms.settings.dev"
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"A setting is wrong. {error}")
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        sys.exit(f"A setting is wrong. The environment variable DJANGO_SETTINGS_MODULE names no module: {module!r}.")
