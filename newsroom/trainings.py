"""Trainings."""

import datetime
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.functional import classproperty
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.fields import StreamField

from cms import fields, representation
from cms.labels import CodedAs
from cms.languages import Language
from cms.organisations import Organisation, OrganisationJson
from cms.pages import (
    BodyMixin,
    BordersMixin,
    IndexPage,
    SitePage,
    TerritoriesMixin,
    ThemesMixin,
    names_in,
    rich_text_field,
    synchronised,
    translated,
)
from cms.references import Context
from cms.structured_data import compact
from newsroom import states, structured_data
from newsroom.meetings import MeetingMixin
from newsroom.outcomes import OutcomesBlock
from newsroom.sessions import Session, SessionsPanel, first_start, last_end


class TrainingLevel(models.TextChoices):
    BEGINNER = "beginner", pgettext_lazy("reader", "Beginners")
    INTERMEDIATE = "intermediate", pgettext_lazy("reader", "Intermediate")
    ADVANCED = "advanced", pgettext_lazy("reader", "Advanced")
    ALL = "all", pgettext_lazy("reader", "All levels")


class TrainingRole(models.TextChoices):
    TRAINER = "trainer", pgettext_lazy("reader", "Trainer")
    PARTNER = "partner", pgettext_lazy("reader", "Partner")


class TrainingOrganiserJson(OrganisationJson):
    """An organisation with its part in a training."""

    role: CodedAs[TrainingRole] | None


def training_organiser_json(row: Any, context: Context) -> TrainingOrganiserJson:
    return {"name": row.name, "website": row.website, "role": representation.enum(TrainingRole, row.role)}


class TrainingIndexPage(IndexPage):
    """The entry to the trainings."""

    subpage_types = ["newsroom.TrainingPage"]

    class Meta:
        verbose_name = _("training index")
        verbose_name_plural = _("training indexes")


class TrainingPage(MeetingMixin, BodyMixin, ThemesMixin, BordersMixin, TerritoriesMixin, SitePage):
    """A training: open until its registration deadline, else until it starts."""

    level = models.CharField(_("level"), max_length=12, choices=TrainingLevel.choices, default=TrainingLevel.ALL)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.FR)
    objectives = rich_text_field(_("objectives"), max_length=5_000)
    target_group = models.CharField(_("for whom"), max_length=300, blank=True)
    programme = rich_text_field(_("programme"))
    price = models.DecimalField(
        _("price (EUR)"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("0 where it is free; empty where the note on the price says it."),
    )
    price_note = models.CharField(_("note on the price"), max_length=200, blank=True)
    seats = models.PositiveIntegerField(
        _("seats"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    materials = StreamField(OutcomesBlock(max_num=60), verbose_name=_("materials"), blank=True)

    head = [FieldRowPanel([FieldPanel("level"), FieldPanel("language")]), SessionsPanel()]
    content = [
        FieldPanel("objectives"),
        FieldPanel("target_group"),
        FieldPanel("programme"),
        InlinePanel("organisers", heading=_("Trainers and partners"), label=_("organisation"), max_num=40),
        FieldRowPanel([FieldPanel("price"), FieldPanel("price_note"), FieldPanel("seats")]),
        FieldPanel("materials"),
    ]
    json_fields = [
        fields.enum("level", TrainingLevel, card=True),
        fields.enum("language", Language, card=True),
        fields.rich_text("objectives"),
        fields.text("target_group", card=True),
        fields.rich_text("programme"),
        fields.rows("organisers", TrainingOrganiserJson, training_organiser_json),
        fields.value("price", float | None, card=True),
        fields.text("price_note", card=True),
        fields.value("seats", int | None),
        fields.stream("materials", OutcomesBlock),
    ]
    searched = [names_in("organisers", "name")]
    translation = [
        *translated("objectives", "target_group", "programme", "price_note", "materials"),
        *synchronised("level", "language", "organisers", "price", "seats"),
    ]

    parent_page_types = ["newsroom.TrainingIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")

    def structured_data(self, context: Context) -> dict[str, Any]:
        instances = []
        for session in sorted(self.session_rows(), key=lambda row: row.start):
            told = structured_data.when_and_where(self, session, context)
            mode = "Online" if "Online" in told.pop("eventAttendanceMode") else "Onsite"
            told |= {"courseMode": mode, "inLanguage": self.language}
            workload = structured_data.workload(session)
            instances.append(compact({"@type": "CourseInstance", "courseWorkload": workload, **told}))
        return {
            "@type": "Course",
            "provider": structured_data.organisers(self),
            "hasCourseInstance": instances,
            "offers": structured_data.offer(self, context, self.price),
        }

    def timeline(self) -> states.Timeline:
        """Its states in time."""
        rows = self.session_rows()
        return states.training_timeline(first_start(rows), last_end(rows), self.registration_deadline)

    @staticmethod
    def state_sql(now: datetime.datetime) -> dict[str, Any]:
        """Annotations for `states.with_state`."""
        return states.training_state_sql(TrainingSession, now)

    @classproperty
    def orderings(cls) -> dict[str, Any]:
        """What lists in the API can be ordered by besides columns."""
        return {"start": states.next_start_sql(TrainingSession, timezone.now())}


class TrainingSession(Session):
    """A session of a training."""

    page = ParentalKey(TrainingPage, on_delete=models.CASCADE, related_name="sessions")


class TrainingOrganiser(Organisation):
    """Who trains, or helps to."""

    page = ParentalKey(TrainingPage, on_delete=models.CASCADE, related_name="organisers")
    role = models.CharField(_("role"), max_length=7, choices=TrainingRole.choices, default=TrainingRole.TRAINER)

    panels = [FieldPanel("role"), *Organisation.panels]
