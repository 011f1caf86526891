"""Documentary records: what is known of a document, once, and its titles and abstracts in their languages."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from anyascii import anyascii
from django.conf import settings
from django.contrib.admin import display
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.models import Orderable
from wagtail.search import index

from cms.changes import RECORDS
from cms.facts import Fact
from cms.representation import DatePrecision
from resources import languages, record_numbers
from resources.agents import Agent
from resources.identifiers import UNIQUE, Scheme, normalised
from resources.record_types import RecordCollection, RecordType
from resources.thesaurus import Concept

KEY_LENGTH = 200


class AgentRole(models.TextChoices):
    """What a person or body did for a document."""

    AUTHOR = "author", pgettext_lazy("reader", "Author")
    EDITOR = "editor", pgettext_lazy("reader", "Editor")
    TRANSLATOR = "translator", pgettext_lazy("reader", "Translator")
    CONTRIBUTOR = "contributor", pgettext_lazy("reader", "Contributor")
    SUPERVISOR = "supervisor", pgettext_lazy("reader", "Thesis supervisor")
    CLIENT = "client", pgettext_lazy("reader", "Commissioned by")
    FUNDER = "funder", pgettext_lazy("reader", "Funded by")
    PUBLISHER = "publisher", pgettext_lazy("reader", "Publisher")


class Licence(models.TextChoices):
    """What readers may do with a document."""

    CC_BY = "cc-by", "CC BY"
    CC_BY_SA = "cc-by-sa", "CC BY-SA"
    CC_BY_NC = "cc-by-nc", "CC BY-NC"
    CC_BY_NC_SA = "cc-by-nc-sa", "CC BY-NC-SA"
    CC_BY_ND = "cc-by-nd", "CC BY-ND"
    CC_BY_NC_ND = "cc-by-nc-nd", "CC BY-NC-ND"
    OPEN_LICENCE = "etalab", pgettext_lazy("reader", "Open Licence (Etalab)")
    PUBLIC_DOMAIN = "public-domain", pgettext_lazy("reader", "Public domain")
    RESERVED = "reserved", pgettext_lazy("reader", "All rights reserved")


class RelationKind(models.TextChoices):
    """How a document stands to another."""

    RELATED = "related", pgettext_lazy("reader", "See also")
    PART_OF = "part_of", pgettext_lazy("reader", "Part of")
    TRANSLATION_OF = "translation_of", pgettext_lazy("reader", "Translation of")
    REPLACES = "replaces", pgettext_lazy("reader", "Replaces")


def title_key(title: str) -> str:
    """A title without capitals, accents and punctuation: what it is sorted by, and found by when typed otherwise."""
    return " ".join(re.findall(r"[a-z0-9]+", anyascii(title).lower()))[:KEY_LENGTH]


class Record(Fact):
    """A document as the portal describes it; its code is its permanent number.

    Everything that is not prose is here once; `texts` has the prose. Rows: `texts`, `agent_links`, `languages`,
    `identifiers`, `copies`, `record_links`, `page_links`.
    """

    change_family = RECORDS
    held_numbers: "dict[tuple[str, str], Holder] | None" = None
    """Who has the numbers of this record, where somebody asked for many records at once (`holders`)."""

    code = models.SlugField(_("number"), max_length=80, unique=True, blank=True, editable=False)
    title_key = models.CharField(max_length=KEY_LENGTH, blank=True, editable=False, db_index=True)
    type = models.ForeignKey(RecordType, verbose_name=_("type"), on_delete=models.PROTECT, related_name="records")
    collection = models.ForeignKey(
        RecordCollection,
        verbose_name=_("MOT collection"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="records",
    )
    collection_number = models.CharField(_("number in the collection"), max_length=20, blank=True)

    date = models.DateField(
        _("date of publication"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("As much as is known: “2019”, “03/2019” or “12/03/2019”."),
    )
    date_precision = models.CharField(
        _("what is known of the date"),
        max_length=5,
        choices=DatePrecision.choices,
        default=DatePrecision.DAY,
    )
    place = models.CharField(_("place of publication"), max_length=200, blank=True)

    host = models.CharField(
        _("journal, book or series"),
        max_length=500,
        blank=True,
        help_text=_("What the document appeared in."),
    )
    volume = models.CharField(_("volume"), max_length=40, blank=True)
    issue = models.CharField(_("issue"), max_length=40, blank=True)
    pages = models.CharField(_("pages"), max_length=40, blank=True, help_text=_("Such as “12-27”, or their number."))
    edition = models.CharField(_("edition"), max_length=100, blank=True)
    degree = models.CharField(_("degree"), max_length=200, blank=True, help_text=_("Of a thesis."))
    university = models.CharField(_("university"), max_length=300, blank=True, help_text=_("Of a thesis."))

    url = models.URLField(_("address on the web"), max_length=1000, blank=True)
    licence = models.CharField(_("licence"), max_length=13, choices=Licence.choices, blank=True)

    borders = ParentalManyToManyField("borders.Border", verbose_name=_("borders"), blank=True, related_name="+")
    territories = ParentalManyToManyField(
        "borders.Territory", verbose_name=_("territories"), blank=True, related_name="+"
    )
    countries = ParentalManyToManyField("borders.Country", verbose_name=_("countries"), blank=True, related_name="+")
    concepts = ParentalManyToManyField(Concept, verbose_name=_("concepts"), blank=True, related_name="+")
    keywords = models.TextField(
        _("free keywords"),
        max_length=5000,
        blank=True,
        help_text=_("One a line: words of an import that are no concept yet."),
    )

    provenance = models.CharField(
        _("provenance"),
        max_length=500,
        blank=True,
        help_text=_("Where the description comes from: an import, a catalogue, an address."),
    )
    internal_note = models.TextField(_("internal note"), max_length=5000, blank=True, help_text=_("Never published."))
    cataloguer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("catalogued by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    added_at = models.DateTimeField(_("added on"), default=timezone.now, editable=False, db_index=True)

    wagtail_reference_index_ignore = True
    """What refers to what is asked of the tables (cms.fact_uses); an index of it would be an import's largest part."""
    search_fields = [
        index.SearchField("code"),
        index.AutocompleteField("code"),
        index.RelatedFields(
            "texts",
            [
                index.SearchField("title", boost=2),
                index.AutocompleteField("title"),
                index.SearchField("subtitle"),
                index.SearchField("abstract"),
            ],
        ),
        index.SearchField("host"),
        index.SearchField("keywords"),
    ]

    class Meta(Fact.Meta):
        verbose_name = _("record")
        verbose_name_plural = _("records")
        ordering = ["-added_at", "-pk"]
        indexes = [models.Index(fields=["-added_at", "-id"], name="resources_record_newest")]

    @property
    def original(self) -> "RecordText | None":
        """The row in the document's own language; the first where none is marked, None without any."""
        rows = list(self.texts.all())
        return next((row for row in rows if row.is_original), rows[0] if rows else None)

    def text_in(self, language: str) -> "RecordText | None":
        """The row in a language, else the original."""
        return next((row for row in self.texts.all() if row.language == language), self.original)

    def name_in(self, language: str) -> str:
        """The title in a language, else the original one."""
        text = self.text_in(language)
        return text.title if text else self.code

    @display(description=_("title"), ordering="title_key")
    def listed_title(self) -> str:
        """What a list of editors calls it: a draft by the title that it has by now."""
        revision = self.latest_revision if self.has_unpublished_changes else None
        return revision.object_str if revision else str(self)

    @property
    def year(self) -> int | None:
        """The year of publication."""
        return self.date.year if self.date else None

    @property
    def keyword_list(self) -> list[str]:
        """The free keywords one by one."""
        return [word for line in self.keywords.splitlines() if (word := line.strip())]

    def prepare(self) -> None:
        """Fill what follows from the rest, as every save does; for those who write rows without saving."""
        rows = list(self.texts.all())
        if len(rows) == 1 and not rows[0].is_original:
            rows[0].is_original = True
            self.texts.set(rows)
        original = self.original
        self.title_key = title_key(original.title) if original else ""
        if original and not self.languages.all():
            self.languages.add(RecordLanguage(language=original.language))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.prepare()
        if not self.code:
            self.code = record_numbers.new()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if self.collection_number and not self.collection_id:
            errors["collection_number"] = _("Choose the collection that the number is in.")
        if self.date and self.date > timezone.localdate().replace(month=12, day=31):
            errors["date"] = _("This year is still to come.")
        if errors:
            raise ValidationError(errors)

    def clean_rows(self) -> None:
        super().clean_rows()
        errors: dict[str, list[Any]] = {}
        originals = [row for row in self.texts.all() if row.is_original]
        if len(originals) != 1 and len(self.texts.all()) > 1:
            errors["texts"] = [ONE_ORIGINAL]
        rows = list(self.identifiers.all())
        taken = self.held_numbers
        if taken is None:
            taken = holders((row.scheme, row.value) for row in rows)
        for number, row in enumerate(rows, start=1):
            if (holder := taken.get((row.scheme, row.value))) and holder.pk != self.pk:
                place = gettext("no. %(number)s › %(message)s") % {"number": number, "message": holder.refusal}
                errors.setdefault("identifiers", []).append(place)
        if any(row.target_id == self.pk for row in self.record_links.all() if self.pk):
            errors["record_links"] = [NOT_ITSELF]
        if errors:
            raise ValidationError(errors)


ONE_ORIGINAL = _("Mark one language as the original: the one that the document is written in.")
NOT_ITSELF = _("A record is not related to itself.")


class RecordText(Orderable):
    """Title, subtitle and abstract in one language; the original's language is the document's, or its first."""

    record = ParentalKey(Record, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=2, choices=languages.choices, default="fr")
    is_original = models.BooleanField(_("original"), default=False)
    title = models.CharField(_("title"), max_length=500)
    subtitle = models.CharField(_("subtitle"), max_length=500, blank=True)
    abstract = models.TextField(_("abstract"), max_length=10_000, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("title and abstract")
        constraints = [
            models.UniqueConstraint(
                fields=["record", "language"],
                name="resources_recordtext_one_per_language",
                violation_error_message=_("There is already a title in this language."),
            ),
            models.UniqueConstraint(
                fields=["record"],
                condition=models.Q(is_original=True),
                name="resources_recordtext_one_original",
                violation_error_message=ONE_ORIGINAL,
            ),
        ]

    def __str__(self) -> str:
        return self.title


class RecordAgent(Orderable):
    """What one person or body did for the document; the rows are in the order of the title page."""

    record = ParentalKey(Record, on_delete=models.CASCADE, related_name="agent_links")
    agent = models.ForeignKey(
        Agent, verbose_name=_("person or body"), on_delete=models.PROTECT, related_name="record_links"
    )
    role = models.CharField(_("role"), max_length=11, choices=AgentRole.choices, default=AgentRole.AUTHOR)

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["record", "agent", "role"], name="resources_recordagent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agent} ({self.get_role_display()})"


class RecordLanguage(Orderable):
    """A language that the document is written in."""

    record = ParentalKey(Record, on_delete=models.CASCADE, related_name="languages")
    language = models.CharField(_("language"), max_length=2, choices=languages.choices, db_index=True)

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["record", "language"], name="resources_recordlanguage_once"),
        ]

    def __str__(self) -> str:
        return self.get_language_display()


class RecordIdentifier(Orderable):
    """A number of the document in a register, in the form that `resources.identifiers` keeps."""

    record = ParentalKey(Record, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(_("kind"), max_length=5, choices=Scheme.choices, default=Scheme.ISBN)
    value = models.CharField(_("number"), max_length=200)

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["record", "scheme", "value"], name="resources_recordidentifier_once"),
            models.UniqueConstraint(
                fields=["scheme", "value"],
                condition=models.Q(scheme__in=UNIQUE),
                name="resources_recordidentifier_one_record",
            ),
        ]
        indexes = [models.Index(fields=["value", "scheme"], name="resources_identifier_value")]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.value}"

    def clean(self) -> None:
        super().clean()
        if self.scheme in Scheme.values and self.value:
            try:
                self.value = normalised(self.scheme, self.value)
            except ValidationError as error:
                raise ValidationError({"value": error}) from None

    def validate_constraints(self, exclude: Any = None) -> None:
        """Nothing: who has a number already is asked of all rows at once (`holders`), for another may give it up."""


class Holder(NamedTuple):
    """Which record has a number that only one may have."""

    pk: int
    code: str
    refusal: str
    """What another one is told that claims the number."""


def holders(numbers: Iterable[tuple[str, str]]) -> "dict[tuple[str, str], Holder]":
    """Who has those numbers (scheme and value, as they are kept) that only one may have (three queries at most)."""
    claimed = {(scheme, value) for scheme, value in numbers if scheme in UNIQUE and value}
    if not claimed:
        return {}
    held = RecordIdentifier.objects.filter(scheme__in=UNIQUE, value__in=[value for _scheme, value in claimed])
    found: dict[tuple[str, str], Holder] = {}
    for row in held.select_related("record").prefetch_related("record__texts"):
        if (row.scheme, row.value) in claimed:
            known = {"code": row.record.code, "title": str(row.record)}
            message = gettext("Record no. %(code)s has this number: “%(title)s”.") % known
            found[row.scheme, row.value] = Holder(row.record_id, row.record.code, message)
    return found


class RecordCopy(Orderable):
    """A copy on paper."""

    record = ParentalKey(Record, on_delete=models.CASCADE, related_name="copies")
    shelf_mark = models.CharField(_("shelf mark"), max_length=60)
    location = models.CharField(
        _("where"), max_length=200, blank=True, help_text=_("Empty for the documentation centre.")
    )

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["record", "shelf_mark", "location"], name="resources_recordcopy_once"),
        ]

    def __str__(self) -> str:
        return self.shelf_mark


class RecordLink(Orderable):
    """Another document that this one has to do with."""

    record = ParentalKey(Record, on_delete=models.CASCADE, related_name="record_links")
    kind = models.CharField(_("relation"), max_length=14, choices=RelationKind.choices, default=RelationKind.RELATED)
    target = models.ForeignKey(
        Record, verbose_name=_("other record"), on_delete=models.PROTECT, related_name="linked_from"
    )

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["record", "target"], name="resources_recordlink_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.target}"


class RecordPageLink(Orderable):
    """A page of the site that has to do with the document."""

    record = ParentalKey(Record, on_delete=models.CASCADE, related_name="page_links")
    page = models.ForeignKey(
        "wagtailcore.Page", verbose_name=_("page"), on_delete=models.CASCADE, related_name="record_links"
    )

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["record", "page"], name="resources_recordpagelink_once"),
        ]

    def __str__(self) -> str:
        return str(self.page)


@receiver(pre_delete, sender=Record)
def _end_number(sender: type[Record], instance: Record, **kwargs: Any) -> None:
    """Readers who come back with the number of a record that they knew learn that it is gone, by whatever route."""
    if instance.live or instance.first_published_at:
        record_numbers.end(instance.code)
