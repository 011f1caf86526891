"""Editors learn on the admin's home of images that nothing could be made of; an image's form says it too."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from cms.media import CmsImage, RenditionState

SHOWN = 20


class FailedImagesPanel(Component):
    """On the admin's home: images that this user can replace because nothing could be made of them."""

    order = 250
    template_name = "cms/failed_images_panel.html"

    def get_context_data(self, parent_context: Any = None) -> Mapping[str, Any]:
        policy = policy_registry.get_by_type(CmsImage)
        own = policy.instances_user_has_permission_for(parent_context["request"].user, "change")
        failed = own.filter(rendition_state=RenditionState.FAILED).order_by("-created_at")[:SHOWN]
        return {"images": failed, "heading": _("Images to replace")}

    def render_html(self, parent_context: Any = None) -> Any:
        """Nothing at all where no image has failed."""
        context = self.get_context_data(parent_context)
        return super().render_html(parent_context) if context["images"] else ""


def add_failed_images(request: HttpRequest, panels: list[Any]) -> None:
    """A hook: Wagtail's `construct_homepage_panels`."""
    panels.append(FailedImagesPanel())
