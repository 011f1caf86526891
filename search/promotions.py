"""Results that editors put first for certain queries of readers in one language, whatever an engine says."""

import uuid
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.models import Orderable
from wagtail.search import index

from cms.facts import Fact
from cms.languages import Language
from resources.models import Record
from search import alike, documents, query
from search.documents import Works
from search.engines.base import Hit
from search.question import Question

MOST = 3
"""Results that are put first for one query."""


def _new_code() -> str:
    return uuid.uuid4().hex


class PromotedResult(Fact):
    """A page or a record that readers see first who ask one of these queries in this language.

    From when and until when: as it is published, by the schedule of Wagtail.
    """

    # Nobody refers to it: its code is there because facts have one.
    code = models.SlugField(max_length=80, unique=True, default=_new_code, editable=False)
    language = models.CharField(_("readers’ language"), max_length=2, choices=Language.choices, default=Language.FR)
    page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("page"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("In any language: readers get it in their own where it exists."),
    )
    record = models.ForeignKey(
        Record, verbose_name=_("record"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(_("note for editors"), max_length=200, blank=True, help_text=_("Readers never see it."))

    search_fields = [index.SearchField("note"), index.AutocompleteField("note")]

    class Meta(Fact.Meta):
        verbose_name = _("promoted result")
        verbose_name_plural = _("promoted results")
        ordering = ["pk"]

    def __str__(self) -> str:
        return " · ".join(row.text for row in self.queries.all())  # type: ignore[attr-defined]

    @property
    def asked(self) -> str:
        """The queries, for lists."""
        return str(self)

    @property
    def target(self) -> str:
        """What is promoted, as editors call it."""
        return str(self.page or self.record or "")

    def clean(self) -> None:
        super().clean()
        if bool(self.page_id) == bool(self.record_id):  # type: ignore[attr-defined]
            message = _("Choose either a page or a record.")
            raise ValidationError({"page": message, "record": message})


class PromotedQuery(Orderable):
    """What readers ask, in whatever case, accents and order of its words."""

    promotion = ParentalKey(PromotedResult, on_delete=models.CASCADE, related_name="queries")
    text = models.CharField(_("query"), max_length=100)
    key = models.CharField(max_length=alike.LONGEST, editable=False, db_index=True)

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        super().clean()
        if not alike.key(self.text) or not query.parse(self.text).simple:
            raise ValidationError({"text": _("Give words alone, without quotation marks, signs or names of fields.")})

    def save(self, *args: object, **kwargs: object) -> None:
        self.key = alike.key(self.text)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


def hits(question: Question) -> list[Hit]:
    """What is put first for a question that nothing cuts or orders, if it is public; one query where nothing is."""
    plain = not question.filtered and question.ids is None and question.order == "relevance"
    if not plain or not question.text or not query.parse(question.text).simple:
        return []
    # Every search asks this, and the ORM takes five times as long.
    with connection.cursor() as cursor:
        cursor.execute("SELECT promotion_id FROM search_promotedquery WHERE key = %s", [alike.key(question.text)])
        asked_for = [promotion for (promotion,) in cursor.fetchall()]
    if not asked_for:
        return []
    promoted = PromotedResult.objects.filter(
        Q(expire_at=None) | Q(expire_at__gt=timezone.now()), pk__in=asked_for, live=True, language=question.locale
    )
    rows = promoted.order_by("pk").values_list("page__translation_key", "record")[:MOST]
    return _shown(rows)


def _shown(rows: Iterable[tuple[uuid.UUID | None, int | None]]) -> list[Hit]:
    works, order = Works(), []
    for page, record in rows:
        if page:
            works.pages.add(page)
            order.append(documents.page_id(page))
        elif record:
            works.records.add(record)
            order.append(documents.record_id(record))
    if not works:
        return []
    found = {document.id: document.shown for document in documents.documents(works)}
    return [Hit(name, None, found[name]) for name in dict.fromkeys(order) if name in found]
