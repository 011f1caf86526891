"""What checks of several models and blocks share."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

END_BEFORE_START = _("The end is before the start.")


class NamesItself:
    """First base of a model: its ValidationErrors say of which object they tell (`refused_object`)."""

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().full_clean(*args, **kwargs)  # type: ignore[misc]
        except ValidationError as error:
            error.refused = self  # type: ignore[attr-defined]
            raise


def refused_object(error: ValidationError) -> Any:
    """The object that a ValidationError tells of; None where it is not known."""
    return getattr(error, "refused", None)
