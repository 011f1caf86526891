"""What becomes of a page in the tree becomes of it in its other languages: place, order and presence are facts.

Wagtail moves, unpublishes and deletes one page alone. Here its followers (fallbacks and translations) go with it,
whatever the route: admin, several pages at once, schedule, code. Where somebody does it in the admin, each follower
asks for that person's own rights over it and stays where it is without them (`cms.translation.admin` says so).
"""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models.signals import post_save, pre_delete, pre_save
from wagtail.actions.move_page import MovePageAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.log_actions import get_active_log_context
from wagtail.models import Page
from wagtail.signals import post_page_move

from cms.translation import trees

logger = logging.getLogger(__name__)


def connect() -> None:
    """Called once when the apps are ready."""
    post_page_move.connect(_moved, dispatch_uid="cms.translation.following")
    pre_save.connect(_before_save, dispatch_uid="cms.translation.following")
    post_save.connect(_after_save, dispatch_uid="cms.translation.following")
    pre_delete.connect(_before_delete, dispatch_uid="cms.translation.following")


def _user() -> Any:
    """Who is at work in the admin; None for code and for the schedule, whom nothing is forbidden."""
    return get_active_log_context().user


def elsewhere(page: Page) -> list[Page]:
    """The followers of a page that are not below the parent's counterpart in their language."""
    parent = page.get_parent()
    return [each for each in trees.followers(page) if each.get_parent().translation_key != parent.translation_key]


def _moved(sender: type, instance: Page, parent_page_before: Page, parent_page_after: Page, **kwargs: Any) -> None:
    if parent_page_after.is_root():
        return
    for follower in trees.followers(instance).select_related("locale"):
        if follower.get_parent().translation_key != parent_page_before.translation_key:
            continue  # somebody gave it another place in its language
        try:
            with transaction.atomic():
                _place(follower, instance, parent_page_after)
        except (PermissionDenied, ValidationError) as refusal:
            logger.info("Page %s does not follow page %s: %s", follower.pk, instance.pk, refusal)


def _place(follower: Page, page: Page, parent: Page) -> None:
    """Move a follower below the counterpart of its source's parent, behind the counterpart of the page before it."""
    destination = parent.get_translation_or_none(follower.locale)
    if destination is None:
        trees.create_fallbacks(parent)
        destination = parent.get_translation(follower.locale)
    siblings = {each.translation_key: each for each in destination.get_children().exclude(pk=follower.pk)}
    before = page.get_prev_siblings().values_list("translation_key", flat=True)  # the nearest first
    previous = next((siblings[key] for key in before if key in siblings), None)
    if follower.is_child_of(destination) and follower.get_prev_sibling() == previous:
        return
    target, position = (previous, "right") if previous else (destination, "first-child")
    MovePageAction(follower, target, pos=position, user=_user()).execute()


def _before_save(sender: type, instance: Any, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    if raw or update_fields is not None or not isinstance(instance, Page) or instance.live or not instance.pk:
        return
    instance._unpublished_now = Page.objects.filter(pk=instance.pk, live=True).exists()


def _after_save(sender: type, instance: Any, **kwargs: Any) -> None:
    """In the transaction of the page's own unpublication: a crash leaves all or none of its languages online."""
    if isinstance(instance, Page) and instance.__dict__.pop("_unpublished_now", False):
        _unpublish_translations(instance)


def _unpublish_translations(page: Page) -> None:
    for translation in trees.followers(page).filter(live=True, alias_of=None).specific():
        action = UnpublishPageAction(
            translation,
            set_expired=page.expired,
            log_action="wagtail.unpublish.scheduled" if page.expired else "wagtail.unpublish",
            user=_user(),
        )
        try:
            action.execute()
        except PermissionDenied as refusal:
            logger.info("Page %s does not follow page %s: %s", translation.pk, page.pk, refusal)


def _before_delete(sender: type, instance: Any, **kwargs: Any) -> None:
    """Fallbacks go with the page whose text they show; what somebody wrote is kept, unpublished."""
    if not isinstance(instance, Page):
        return
    _unpublish_translations(instance)
    for fallback in trees.followers(instance).filter(alias_of=instance.pk):
        if not Page.objects.descendant_of(fallback).filter(alias_of=None).exists():
            fallback.delete()
