"""Calls for applications."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.pages import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import StreamField

from cms import fields
from cms.json_types import Moment
from cms.labels import CodedAs
from cms.pages import (
    BodyMixin,
    BordersMixin,
    IndexPage,
    SitePage,
    TerritoriesMixin,
    ThemesMixin,
    rich_text_field,
    synchronised,
    translated,
)
from newsroom import states
from newsroom.meetings import state_of
from newsroom.outcomes import OutcomesBlock
from newsroom.states import State
from newsroom.zones import WallTimeField, WallTimeForm, Zone, check_moments, iso


class CallForm(WallTimeForm, WagtailAdminPageForm):
    """Opening and closing are typed in the call's time zone."""

    wall_times = ("opens_at", "closes_at")

    opens_at = WallTimeField(label=_("opens"))
    closes_at = WallTimeField(label=_("closes"), required=False, help_text=_("Empty: until further notice."))


class CallIndexPage(IndexPage):
    """The entry to the calls."""

    subpage_types = ["newsroom.CallPage"]

    class Meta:
        verbose_name = _("call index")
        verbose_name_plural = _("call indexes")


def amount_field(label: Any) -> models.DecimalField[Any, Any]:
    """A sum in euros."""
    return models.DecimalField(
        label, max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )


class CallPage(BodyMixin, ThemesMixin, BordersMixin, TerritoriesMixin, SitePage):
    """A call, of one of our projects or not: upcoming, open, then closed."""

    schema_type = "Article"

    project = models.ForeignKey(
        "resources.ProjectPage",
        verbose_name=_("project"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    timezone = models.CharField(_("time zone"), max_length=32, choices=Zone.choices, default=Zone.PARIS)
    eligibility = rich_text_field(_("who can apply"), max_length=5_000)
    min_amount = amount_field(_("smallest grant (EUR)"))
    max_amount = amount_field(_("largest grant (EUR)"))
    documents = StreamField(OutcomesBlock(max_num=60), verbose_name=_("documents"), blank=True)

    base_form_class = CallForm
    head = [FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at"), FieldPanel("timezone")])]
    content = [
        FieldPanel("project"),
        FieldPanel("eligibility"),
        FieldRowPanel([FieldPanel("min_amount"), FieldPanel("max_amount")]),
        FieldPanel("documents"),
    ]
    json_fields = [
        fields.computed("state", state_of, CodedAs[State], card=True),
        fields.page_link("project", card=True),
        fields.computed(
            "opens_at", lambda page, context: iso(page.opens_at, page.timezone), Moment, card=True, column=True
        ),
        fields.computed(
            "closes_at", lambda page, context: iso(page.closes_at, page.timezone), Moment | None, card=True, column=True
        ),
        fields.text("timezone", card=True),
        fields.rich_text("eligibility"),
        fields.value("min_amount", float | None, card=True),
        fields.value("max_amount", float | None, card=True),
        fields.stream("documents", OutcomesBlock),
    ]
    translation = [
        *translated("eligibility", "documents"),
        *synchronised("project", "opens_at", "closes_at", "timezone", "min_amount", "max_amount"),
    ]

    parent_page_types = ["newsroom.CallIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("call for applications")
        verbose_name_plural = _("calls for applications")

    def clean(self) -> None:
        super().clean()
        check_moments(self, "opens_at", "closes_at")
        errors: dict[str, Any] = {}
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            errors["closes_at"] = _("It closes before it opens.")
        if self.min_amount is not None and self.max_amount is not None and self.max_amount < self.min_amount:
            errors["max_amount"] = _("The largest amount is below the smallest.")
        if errors:
            raise ValidationError(errors)

    def timeline(self) -> states.Timeline:
        """Its states in time."""
        return states.call_timeline(self.opens_at, self.closes_at)

    @staticmethod
    def state_sql(now: datetime.datetime) -> dict[str, Any]:
        """Annotations for `states.with_state`."""
        return states.call_state_sql(now)
