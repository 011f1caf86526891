"""The translation editor's banner."""

from typing import Any

from django import template
from django.urls import reverse
from wagtail.models import Page
from wagtail_localize.models import Translation

from cms.translation.guards import may
from cms.translation.models import TranslationStatus
from cms.translation.prose import fingerprint, progress
from cms.translation.review import can_submit
from cms.translation.status import source_of

register = template.Library()


@register.inclusion_tag("cms/translation/banner.html", takes_context=True)
def translation_banner(context: Any, translation: Translation, page: Page) -> dict[str, Any]:
    """How far the translation is, its review, and what the user can do next."""
    user = context["request"].user
    total, done = progress(translation)
    state = page.current_workflow_state
    task_state = state.current_task_state if state else None
    actions = page.current_workflow_task.get_actions(page, user) if page.current_workflow_task else []
    status = TranslationStatus.objects.filter(page_id=page.pk).first()
    labels: dict[str, Any] = {}
    for name, label, _modal in actions:
        labels.setdefault(name, label)  # the comment has its own field: once is enough
    return {
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "translation": translation,
        "page": page,
        "status": status,
        "has_todays_texts": bool(status and status.outdated) and _has_todays_texts(translation),
        "total": total,
        "done": done,
        "in_review": page.workflow_in_progress,
        "needs_changes": bool(state and state.status == state.STATUS_NEEDS_CHANGES),
        "task_state": task_state,
        "actions": list(labels.items()),
        "update_url": _update_url(translation, page, user),
        "can_submit": can_submit(page, user),
        "can_publish": may(user, page, "can_publish"),
    }


def _has_todays_texts(translation: Translation) -> bool:
    """Whether the translators' copy says what the source says: only to be translated and published."""
    source = source_of(translation)
    return source is not None and fingerprint(translation.source.as_instance()) == fingerprint(source)


def _update_url(translation: Translation, page: Page, user: Any) -> str:
    """Where the translators' copy of the source is brought up to date; empty for whom upstream refuses it."""
    source = source_of(translation)
    if source is None or not may(user, source, "can_edit") or not user.has_perm("wagtail_localize.submit_translation"):
        return ""
    address = reverse("wagtail_localize:update_translations", args=[translation.source_id])
    return f"{address}?next={reverse('wagtailadmin_pages:edit', args=[page.pk])}"
