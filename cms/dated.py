"""Pages with a date of their own, which may be known to the month or the year only."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from cms import fields
from cms.pages import synchronised
from cms.representation import DatePrecision, uncertain_date


class DatedMixin(models.Model):
    """A page's date: whole, so that it sorts and filters, with what is known of it beside.

    Subclasses declare `date` in their JSON.
    """

    date = models.DateField(_("date"), default=timezone.localdate)
    date_precision = models.CharField(
        _("what is known of the date"),
        max_length=5,
        choices=DatePrecision.choices,
        default=DatePrecision.DAY,
        help_text=_("A date of which only the month is known: its first day and “month”."),
    )

    head = [FieldRowPanel([FieldPanel("date"), FieldPanel("date_precision")])]
    json_fields = [fields.enum("date_precision", DatePrecision, card=True)]
    translation = synchronised("date", "date_precision")

    class Meta:
        abstract = True

    @property
    def known_date(self) -> str:
        """The date as far as it is known: "2024", "2024-11" or "2024-11-05"."""
        known = uncertain_date(self.date, self.date_precision)
        return known["date"] if known else ""
