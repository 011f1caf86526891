"""The way of a translation into the approval workflow: what wagtail-localize's editor lacks."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from wagtail.models import WorkflowState
from wagtail_localize.models import Translation

from cms.translation import drafting


def can_submit(page: Any, user: Any) -> bool:
    """Whether a user may send the draft of a page to review now."""
    permissions = page.permissions_for_user(user)
    return bool(permissions.can_edit() and permissions.can_submit_for_moderation())


@transaction.atomic
def submit_for_review(translation: Translation, user: Any) -> WorkflowState:
    """Save what is translated as a draft and start the page's workflow on it, or resume one that asked for changes.

    PermissionDenied where the user may not edit the page, or the page is locked, in review already or without a
    workflow; ValidationError where the draft is refused. Nothing that is live changes.
    """
    page = translation.get_target_instance()
    if not can_submit(page, user):
        raise PermissionDenied
    page = drafting.save(translation, user=user)
    state = page.current_workflow_state
    if state and state.status == WorkflowState.STATUS_NEEDS_CHANGES:
        state.resume(user)
        return state
    return page.get_workflow().start(page, user)
