"""Which fiches, dossiers and obstacles are due to be checked again, and noting that one was."""

import calendar
import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, DateField, F, IntegerField, Q, QuerySet, SmallIntegerField, Value, When
from django.db.models.functions import Coalesce, ExtractDay, ExtractMonth, ExtractYear
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail_localize.models import Translation

from cms.pages import FollowUpMixin
from cms.translation.publication import carry_all

LOG_ACTION = "home.checked"


def register_log_action(actions: Any) -> None:
    """register_log_actions."""
    actions.register_action(LOG_ACTION, _("Check"), _("Read and found right"))


def page_types() -> list[type[Page]]:
    """Every page type that somebody keeps up to date."""
    return [model for model in apps.get_models() if issubclass(model, FollowUpMixin) and issubclass(model, Page)]


def _number(year: Any, month: Any, day: Any) -> Any:
    """A date as a number that grows with it; a month's 31st comes before the next month's 1st."""
    return (year * 12 + month) * 32 + day


def due(user: Any, on: datetime.date | None = None) -> QuerySet[Page]:
    """Live pages that `user` may edit and that should have been checked by that day (today), never checked ones first.

    Only pages that are the source of their translations: one look at the facts serves every language. Each page has
    `responsible_id`, `checked_on` and `every` (months).
    """
    day = on or timezone.localdate()
    names = [model._meta.model_name for model in page_types()]

    def column(name: str, field: Any) -> Coalesce:
        return Coalesce(*(F(f"{model}__{name}") for model in names), output_field=field)

    month = ExtractMonth("checked_on") + F("every")
    due_number = _number(ExtractYear("checked_on"), month, ExtractDay("checked_on"))
    return (
        PagePermissionPolicy()
        .instances_user_has_permission_for(user, "change")
        .type(*page_types())
        .filter(live=True, alias_of=None, translation_status=None)
        .annotate(
            checked_on=column("last_checked", DateField()),
            every=column("review_interval", SmallIntegerField()),
            responsible_id=column("responsible", IntegerField()),
        )
        .annotate(
            due_number=Case(When(checked_on=None, then=Value(0)), default=due_number, output_field=IntegerField())
        )
        .filter(due_number__lte=_number(day.year, day.month, day.day))
        .order_by("due_number", "title")
    )


def due_on(page: Any) -> datetime.date | None:
    """The day on which a page of `due` should have been checked again; None where it never was checked."""
    if page.checked_on is None:
        return None
    years, month = divmod(page.checked_on.month - 1 + page.every, 12)
    year, month = page.checked_on.year + years, month + 1
    return datetime.date(year, month, min(page.checked_on.day, calendar.monthrange(year, month)[1]))


def may_check(user: Any, page: Page) -> bool:
    """Whether a user may say that a page was checked: readers are told, so it takes the right to publish it now."""
    tester = page.permissions_for_user(user)
    return bool(tester.can_publish()) and not tester.page_locked()


@transaction.atomic
def mark_checked(page: Page, user: Any) -> None:
    """Note that the page was read and found right today, in every language that follows it.

    Drafts stay drafts and nothing else of them is published; a revision of its own tells whoever has the page open
    to load it again. PermissionDenied where the user may not publish the page or it is locked.
    """
    page = page.specific
    if not may_check(user, page):
        raise PermissionDenied
    today = timezone.localdate()
    model: Any = type(page)
    draft = page.get_latest_revision_as_object()
    draft.last_checked = today
    clean = page.live and not page.has_unpublished_changes
    revision = draft.save_revision(user=user, changed=not clean, clean=False)
    model.objects.filter(pk=page.pk).update(last_checked=today)
    if clean:
        model.objects.filter(pk=page.pk).update(live_revision=revision)
    followers = Translation.objects.filter(
        enabled=True, source__object_id=page.translation_key, source__locale=page.locale_id
    ).values("target_locale")
    same = Q(alias_of=page.pk) | Q(translation_key=page.translation_key, locale__in=followers)
    model.objects.filter(same).update(last_checked=today)
    carry_all(model.objects.get(pk=page.pk))  # drafts of translations
    log(page, LOG_ACTION, user=user, revision=revision, data={"on": today.isoformat()})
