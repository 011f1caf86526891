"""Messages of checks that several models and blocks share."""

from django.utils.translation import gettext_lazy as _

END_BEFORE_START = _("The end is before the start.")
