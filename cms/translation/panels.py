"""A panel of the page form with the state of every language."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel


class LanguagesPanel(Panel):
    """Shows how far each language is, what is outdated, and where to go on; it has no field."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("heading", _("Languages"))
        super().__init__(**kwargs)

    class BoundPanel(Panel.BoundPanel):
        template_name = "cms/translation/languages_panel.html"

        def is_shown(self) -> bool:
            """A page that was never saved has no other language."""
            return bool(self.instance.pk) and super().is_shown()

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            from cms.translation.overview import (
                languages_of,  # its views need loaded models; panels are declared by them
            )

            context = super().get_context_data(parent_context)
            return {**context, "languages": languages_of(self.instance, self.request.user)}
