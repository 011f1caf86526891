"""Language-free facts: what every border, territory, concept or member has in common.

A fact has a code that never changes its meaning and one row per name and language. It is never
translatable in wagtail-localize's sense: a translatable snippet with drafts would be unpublished
and overwritten when a page that refers to it is submitted for translation.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.forms import ModelMultipleChoiceField
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.forms import BaseChildFormSet
from modelcluster.models import ClusterableModel
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.models import DraftStateMixin, LockableMixin, Orderable, RevisionMixin, WorkflowMixin
from wagtail.search import index

from cms import addresses
from cms.child_rows import RowsPanel
from cms.languages import Language, nearest
from cms.publishable import Publishable
from cms.revisions import OpensWithoutGoneFacts

code_validator = RegexValidator(
    r"^[a-z0-9]+(-[a-z0-9]+)*$", _("Use small letters without accents, digits and hyphens, such as “fr-de”.")
)


class NameKind(models.TextChoices):
    """SKOS: one prefLabel a language, any number of altLabels."""

    PREFERRED = "preferred", _("preferred")
    ALTERNATIVE = "alternative", _("alternative")


class FactName(Orderable):
    """One name of a fact in one language; subclasses add `fact`, a ParentalKey with related_name "names"."""

    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    kind = models.CharField(_("kind"), max_length=11, choices=NameKind.choices, default=NameKind.PREFERRED)
    text = models.CharField(_("name"), max_length=255)

    class Meta(Orderable.Meta):
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["fact", "language"],
                condition=models.Q(kind="preferred"),
                name="%(app_label)s_%(class)s_one_preferred",
                violation_error_message=_("There is already a preferred name in this language."),
            )
        ]

    def __str__(self) -> str:
        return self.text


class FactText(Orderable):
    """Prose about a fact, such as a note, in one language; subclasses add `fact`, a ParentalKey.

    What the relation is called and that it exists is enough for the admin (cms.fact_admin); `Labels.text` tells it to
    readers in the nearest language.
    """

    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    text = models.TextField(_("text"), max_length=1000)

    class Meta(Orderable.Meta):
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["fact", "language"],
                name="%(app_label)s_%(class)s_one_per_language",
                violation_error_message=_("There is already a text in this language."),
            )
        ]

    def __str__(self) -> str:
        return self.text


NO_FRENCH_NAME = _("Give a preferred name in French.")


def preferred_in_french(names: Iterable[FactName]) -> bool:
    """Whether one of the names is what the fact is called in French."""
    return any(row.language == Language.FR and row.kind == NameKind.PREFERRED for row in names)


class NamesFormSet(BaseChildFormSet):
    """The rows, with words of its own for a fact without any."""

    default_error_messages = {**BaseChildFormSet.default_error_messages, "too_few_forms": _("Give a name at least.")}


class NamesPanel(RowsPanel):
    """A fact's names."""

    row_options = {"formset": NamesFormSet}


class FactForm(WagtailAdminModelForm):
    """Refuses what only shows when the rows are looked at together, with the message on the row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # Each choice is called by its name: one query for all of them.
            choices = field.queryset if isinstance(field, ModelMultipleChoiceField) else None
            if choices is not None and hasattr(choices.model, "names"):
                field.queryset = choices.prefetch_related("names")

    def _post_clean(self) -> None:
        """Put what is chosen into the instance before the model's checks, which look at it."""
        for field in self.instance._meta.many_to_many:
            if isinstance(field, ParentalManyToManyField) and field.name in self.cleaned_data:
                setattr(self.instance, field.name, self.cleaned_data[field.name])
        super()._post_clean()

    def is_valid(self) -> bool:
        valid = super().is_valid()
        formsets = getattr(self, "formsets", {})
        for texts in formsets.values():
            if issubclass(texts.model, FactText):
                valid &= self._one_text_a_language(texts)
        names = formsets.get("names")
        if names is None:
            return valid
        preferred: set[str] = set()
        rows = [form for form in names.forms if form not in names.deleted_forms and form.is_valid()]
        for form in rows:
            if form.cleaned_data.get("kind") != NameKind.PREFERRED or not form.cleaned_data.get("text"):
                continue
            language = form.cleaned_data["language"]
            if language in preferred:
                form.add_error("language", _("There is already a preferred name in this language."))
                valid = False
            preferred.add(language)
        if rows and valid and not preferred_in_french(form.instance for form in rows):
            names.non_form_errors().append(NO_FRENCH_NAME)
            valid = False
        return valid

    @staticmethod
    def _one_text_a_language(texts: Any) -> bool:
        """Whether no language comes twice; read as it was posted, for Django's own check empties the second row."""
        languages: set[str] = set()
        valid = True
        for form in (form for form in texts.forms if form not in texts.deleted_forms and form["text"].value()):
            language = form["language"].value()
            if language in languages:
                form.add_error("language", _("There is already a text in this language."))
                valid = False
            languages.add(language)
        return valid


class Fact(
    Publishable,
    OpensWithoutGoneFacts,
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    index.Indexed,
    ClusterableModel,
):  # type: ignore[misc]
    """A fact with a stable code, names per language, drafts, revisions, locking and a workflow."""

    code = models.SlugField(
        _("code"),
        max_length=80,
        unique=True,
        validators=[code_validator],
        help_text=_("Used in addresses and by other systems: it never changes its meaning."),
    )
    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="%(class)s",
        for_concrete_model=False,
    )
    _revisions = GenericRelation(
        "wagtailcore.Revision",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="%(class)s",
        for_concrete_model=False,
    )

    base_form_class = FactForm
    public_with: ClassVar[dict[str, str]] = {}
    """Columns with the keys of other facts, "app.model", without which, where they are given, nobody sees this one."""
    name_panel: ClassVar[Any] = NamesPanel("names", heading=_("Names"), label=_("name"), min_num=1)
    search_fields = [
        index.SearchField("code"),
        index.AutocompleteField("code"),
        index.RelatedFields("names", [index.SearchField("text"), index.AutocompleteField("text")]),
    ]

    class Meta:
        abstract = True
        ordering = ["code"]

    @property
    def revisions(self) -> Any:
        return self._revisions

    def __str__(self) -> str:
        return self.name_in(get_language() or "fr")

    def clean(self) -> None:
        super().clean()
        if self.code in addresses.fixed_words():
            message = _("“%(code)s” is part of an address of the site: choose another code.") % {"code": self.code}
            raise ValidationError({"code": message})

    def clean_rows(self) -> None:
        super().clean_rows()
        names = self.names.all() if hasattr(self, "names") else ()
        if names and not preferred_in_french(names):
            raise ValidationError({"names": NO_FRENCH_NAME})

    def name_in(self, language: str) -> str:
        """The preferred name in a language, else in the nearest one that has a name, else the code."""
        preferred = {row.language: row.text for row in self.names.all() if row.kind == NameKind.PREFERRED}  # type: ignore[attr-defined]
        return nearest(preferred, language).text or self.code


class Office(Fact):
    """A public contact: an office, never a person."""

    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    address = models.TextField(_("address"), max_length=500, blank=True)
    website = models.URLField(_("website"), blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("office")
        verbose_name_plural = _("offices")


class OfficeName(FactName):
    fact = ParentalKey(Office, on_delete=models.CASCADE, related_name="names")
