"""Bulk actions for those who may: Wagtail offers each to everybody, and refuses once it is pressed."""

from typing import Any

from django import template
from django.apps import apps
from django.urls import reverse
from wagtail.admin.templatetags.wagtailadmin_tags import bulk_action_choices
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy

register = template.Library()


@register.inclusion_tag("wagtailadmin/shared/buttons.html", takes_context=True)
def offered_bulk_actions(context: Any, app_label: str, model_name: str) -> dict[str, Any]:
    """The buttons of Wagtail's `bulk_action_choices` without those of which every use would be refused."""
    user = context["request"].user
    model: Any = apps.get_model(app_label, model_name)
    refused: list[str] = []
    if issubclass(model, Page):  # what changes what readers see, and moving, take the right to publish somewhere
        if not PagePermissionPolicy().user_has_permission(user, "publish"):
            refused = ["delete", "move", "publish", "unpublish"]
    elif hasattr(model, "snippet_viewset"):
        policy = model.snippet_viewset.permission_policy
        refused = [] if policy.user_has_permission(user, "delete") else ["delete"]
    addresses = {reverse("wagtail_bulk_action", args=[app_label, model_name, action]) for action in refused}
    buttons = bulk_action_choices(context, app_label, model_name)["buttons"]
    return {"buttons": [button for button in buttons if getattr(button, "url", None) not in addresses]}
