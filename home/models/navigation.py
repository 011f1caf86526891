"""One navigation and one footer for all languages."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable

from cms.languages import Language


class Menu(models.TextChoices):
    MAIN = "main", pgettext_lazy("reader", "Main menu")
    FOOTER = "footer", pgettext_lazy("reader", "Footer")


class NavigationEntry(ClusterableModel):
    """An entry points to a page, in whatever language it was chosen, or to an address.

    Readers get the page in their own language where it has one; the label defaults to that page's title.
    """

    menu = models.CharField(_("menu"), max_length=6, choices=Menu.choices, default=Menu.MAIN)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("below"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="children",
        help_text=_("Empty for an entry of the first level; there are two levels."),
    )
    sort_order = models.PositiveSmallIntegerField(_("order"), default=100)
    page = models.ForeignKey(
        "wagtailcore.Page", verbose_name=_("page"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    url = models.URLField(_("address"), blank=True)

    panels = [
        MultiFieldPanel([FieldPanel("menu"), FieldPanel("parent"), FieldPanel("sort_order")], heading=_("Place")),
        MultiFieldPanel([FieldPanel("page"), FieldPanel("url")], heading=_("Target")),
        InlinePanel(
            "labels",
            heading=_("Labels"),
            label=_("label"),
            help_text=_("Only where the label differs from the page's title; needed for an address."),
        ),
    ]

    class Meta:
        verbose_name = _("navigation entry")
        verbose_name_plural = _("navigation entries")
        ordering = ["menu", "sort_order", "pk"]

    def __str__(self) -> str:
        labels = {label.language: label.text for label in self.labels.all()}  # type: ignore[attr-defined]
        return labels.get("fr") or (self.page.title if self.page else self.url)

    def clean(self) -> None:
        super().clean()
        if bool(self.page_id) == bool(self.url):  # type: ignore[attr-defined]
            raise ValidationError({"page": _("Give either a page or an address."), "url": _("Give one of the two.")})
        if self.parent is not None:
            if self.parent.parent_id is not None:  # type: ignore[attr-defined]
                raise ValidationError({"parent": _("There are two levels: choose an entry of the first one.")})
            if self.parent.menu != self.menu:
                raise ValidationError({"parent": _("This entry belongs to another menu.")})
            if self.pk and self.children.exists():  # type: ignore[attr-defined]
                raise ValidationError({"parent": _("This entry has entries below it and stays on the first level.")})


class NavigationLabel(Orderable):
    entry = ParentalKey(NavigationEntry, on_delete=models.CASCADE, related_name="labels")
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    text = models.CharField(_("label"), max_length=80)

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["entry", "language"], name="home_navigationlabel_once")]

    def __str__(self) -> str:
        return self.text
