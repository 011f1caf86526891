"""Pages that tell about one fact, which brings its figures and names: one such page per fact and language."""

from dataclasses import replace
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cms import fields
from cms.blocks import ChronologyStream
from cms.labels import Coded
from cms.pages import rich_text_field, translated
from cms.references import Context


class BoundMixin(models.Model):
    """A page bound to the fact in the field named by `bound_to`."""

    bound_to: ClassVar[str]

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        page: Any = self
        fact = getattr(page, f"{self.bound_to}_id")
        if fact is None or page.alias_of_id is not None:
            return
        same = type(page)._default_manager.filter(
            **{self.bound_to: fact}, locale_id=page.locale_id, alias_of__isnull=True
        )
        if other := same.exclude(pk=page.pk).first():
            raise ValidationError(
                {self.bound_to: _("The page “%(title)s” is already about it in this language.") % {"title": other}}
            )


class FicheMixin(models.Model):
    """What border and territory fiches share: governance and chronology."""

    governance = rich_text_field(_("governance"), help_text=_("Who decides and works together, and in which bodies."))
    chronology = StreamField(
        ChronologyStream(),
        verbose_name=_("chronology"),
        blank=True,
        help_text=_("Agreements, foundations, openings: one entry per date or period."),
    )

    content = [FieldPanel("governance"), FieldPanel("chronology")]
    json_fields = [fields.rich_text("governance"), fields.stream("chronology", ChronologyStream)]
    translation = translated("governance", "chronology")

    class Meta:
        abstract = True


def with_bound(name: str, relation: str, model: str, bound: Any) -> fields.Field:
    """The facts that a page is tied to, those first that `bound` (page, context -> keys) says it is about anyway."""
    linked = fields.linked_facts(name, relation, model, card=True)

    def get(page: Any, context: Context) -> list[Coded]:
        own = [context.labels.coded(model, pk, context.locale) for pk in bound(page, context)]
        found = [coded for coded in [*own, *linked.get(page, context)] if coded]
        return list({coded["code"]: coded for coded in found}.values())

    return replace(linked, get=get)
