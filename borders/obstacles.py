"""Obstacles to life across borders, and the steps towards their solution."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from typing_extensions import TypedDict
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import StreamField

from cms import fields
from cms.blocks import Represented
from cms.labels import CodedAs
from cms.pages import (
    BodyMixin,
    BordersMixin,
    FollowUpMixin,
    IndexPage,
    SitePage,
    TerritoriesMixin,
    ThemesMixin,
    rich_text_field,
    synchronised,
    translated,
)
from cms.references import Context
from cms.representation import DatePrecision, UncertainDate, enum, uncertain_date


class ObstacleKind(models.TextChoices):
    LEGAL = "legal", pgettext_lazy("reader", "Legal and administrative")
    ECONOMIC = "economic", pgettext_lazy("reader", "Economic")
    TECHNICAL = "technical", pgettext_lazy("reader", "Technical")
    CULTURAL = "cultural", pgettext_lazy("reader", "Cultural")
    KNOWLEDGE = "knowledge", pgettext_lazy("reader", "Lack of knowledge")


class ObstacleLevel(models.TextChoices):
    """Where it can be solved."""

    LOCAL = "local", pgettext_lazy("reader", "Local")
    NATIONAL = "national", pgettext_lazy("reader", "National")
    BILATERAL = "bilateral", pgettext_lazy("reader", "Bilateral")
    EUROPEAN = "european", pgettext_lazy("reader", "European")


class ObstacleStatus(models.TextChoices):
    IDENTIFIED = "identified", pgettext_lazy("reader", "Identified")
    STUDIED = "studied", pgettext_lazy("reader", "Being studied")
    PROPOSED = "proposed", pgettext_lazy("reader", "Solution proposed")
    SOLVED = "solved", pgettext_lazy("reader", "Solved")
    UNSOLVED = "unsolved", pgettext_lazy("reader", "No solution")


class Step(TypedDict):
    """What became of an obstacle at some date."""

    date: UncertainDate | None
    status: CodedAs[ObstacleStatus] | None
    note: str


class StepBlock(Represented, blocks.StructBlock):
    """What became of an obstacle at some date."""

    date = blocks.DateBlock(label=_("date"))
    precision = blocks.ChoiceBlock(label=_("precision"), choices=DatePrecision.choices, default=DatePrecision.DAY)
    status = blocks.ChoiceBlock(label=_("state"), choices=ObstacleStatus.choices, default=ObstacleStatus.IDENTIFIED)
    note = blocks.CharBlock(label=_("note"), max_length=500, required=False)

    class Meta:
        icon = "history"
        label = _("Step")

    def represent(self, value: Any, context: Context) -> Step:
        return {
            "date": uncertain_date(value.get("date"), value.get("precision") or DatePrecision.DAY),
            "status": enum(ObstacleStatus, value.get("status") or ""),
            "note": value.get("note") or "",
        }

    def json_type(self) -> Any:
        return Step


class StepsStream(blocks.StreamBlock):
    """The steps of an obstacle, in any order: the latest date counts."""

    step = StepBlock()


class ObstacleIndexPage(IndexPage):
    """The entry to the obstacles."""

    subpage_types = ["borders.ObstaclePage"]

    class Meta:
        verbose_name = _("obstacle index")
        verbose_name_plural = _("obstacle indexes")


class ObstaclePage(BodyMixin, BordersMixin, TerritoriesMixin, ThemesMixin, FollowUpMixin, SitePage):
    """An obstacle: what it hinders, who can lift it and how far that is; its status is that of its latest step."""

    schema_type = "Article"

    kind = models.CharField(_("kind of obstacle"), max_length=9, choices=ObstacleKind.choices)
    level = models.CharField(
        _("level of solution"),
        max_length=9,
        choices=ObstacleLevel.choices,
        help_text=_("Where the obstacle can be lifted."),
    )
    hinders = rich_text_field(_("what it hinders"))
    affected = rich_text_field(_("who is affected"), max_length=5_000)
    competent_body = models.CharField(
        _("competent body"), max_length=250, blank=True, help_text=_("Who can lift the obstacle.")
    )
    steps = StreamField(
        StepsStream(max_num=50),
        verbose_name=_("steps"),
        blank=True,
        help_text=_("The latest step gives the obstacle its state."),
    )
    solution = rich_text_field(_("solution"))
    legal_references = rich_text_field(_("legal references"), help_text=_("Laws, treaties and rulings, with links."))
    status = models.CharField(
        _("state"),
        max_length=10,
        choices=ObstacleStatus.choices,
        default=ObstacleStatus.IDENTIFIED,
        editable=False,
        db_index=True,
    )

    head = [FieldRowPanel([FieldPanel("kind"), FieldPanel("level")])]
    content = [
        FieldPanel("hinders"),
        FieldPanel("affected"),
        FieldPanel("competent_body"),
        FieldPanel("steps"),
        FieldPanel("solution"),
        FieldPanel("legal_references"),
    ]
    json_fields = [
        fields.enum("kind", ObstacleKind, card=True),
        fields.enum("level", ObstacleLevel, card=True),
        fields.computed(
            "status",
            lambda page, context: enum(ObstacleStatus, page.latest_status()),
            CodedAs[ObstacleStatus] | None,
            card=True,
            column=True,
            reads="steps",
        ),
        fields.rich_text("hinders"),
        fields.rich_text("affected"),
        fields.text("competent_body"),
        fields.stream("steps", StepsStream),
        fields.rich_text("solution"),
        fields.rich_text("legal_references"),
    ]
    translation = [
        *synchronised("kind", "level", "status"),
        *translated("hinders", "affected", "competent_body", "steps", "solution", "legal_references"),
    ]

    parent_page_types = ["borders.ObstacleIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("obstacle")
        verbose_name_plural = _("obstacles")

    def latest_status(self) -> str:
        """The state after the latest step (of one day, the one written last); identified before any."""
        steps = [item["value"] for item in self.steps.get_prep_value()]
        dated = [(str(step.get("date") or ""), place) for place, step in enumerate(steps) if step.get("status")]
        return steps[max(dated)[1]]["status"] if dated else ObstacleStatus.IDENTIFIED.value

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.status = self.latest_status()
        super().save(*args, **kwargs)
