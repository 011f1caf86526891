"""The translation editor's banner."""

from typing import Any

from django import template
from wagtail.models import Page
from wagtail_localize.models import Translation

from cms.translation.guards import may
from cms.translation.models import TranslationStatus
from cms.translation.review import can_submit

register = template.Library()


@register.inclusion_tag("cms/translation/banner.html", takes_context=True)
def translation_banner(context: Any, translation: Translation, page: Page) -> dict[str, Any]:
    """How far the translation is, its review, and what the user can do next."""
    user = context["request"].user
    total, done = translation.get_progress()
    state = page.current_workflow_state
    task_state = state.current_task_state if state else None
    actions = page.current_workflow_task.get_actions(page, user) if page.current_workflow_task else []
    return {
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "translation": translation,
        "page": page,
        "status": TranslationStatus.objects.filter(page_id=page.pk).first(),
        "total": total,
        "done": done,
        "in_review": page.workflow_in_progress,
        "needs_changes": bool(state and state.status == state.STATUS_NEEDS_CHANGES),
        "task_state": task_state,
        "actions": [(name, label) for name, label, _modal in {action[0]: action for action in actions}.values()],
        "can_submit": can_submit(page, user),
        "can_publish": may(user, page, "can_publish"),
    }
