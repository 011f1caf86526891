"""The files of records: who may have each, and the text that was read in those that everybody may.

A file is a document of Wagtail in a collection that says who gets it, so whatever shows or serves documents knows. Text
and thumbnail are derived: they go when the file is closed, in the same transaction, and are made anew by the worker.
"""

from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast, Length
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from wagtail.models import Collection, CollectionViewRestriction, Orderable, Page, PageViewRestriction

from cms import publication, roles
from cms.changes.feed.effects import DOCUMENT, pages_referring
from cms.media import CLOSED, CmsDocument
from resources import languages
from resources.record_numbers import RecordNumber
from resources.records import Record

MEMBERS = "Adhérents"
"""Name of the collection of what members get; nobody but its keepers gets what is in CLOSED."""
KEEPERS = (roles.ADMINISTRATORS, roles.EDITORS, roles.DOCUMENTALISTS)


class RecordFileAccess(models.TextChoices):
    """Who may have a file, from the most open to the most closed."""

    OPEN = "open", pgettext_lazy("reader", "Open")
    MEMBERS = "members", pgettext_lazy("reader", "Members only")
    PAPER = "paper", pgettext_lazy("reader", "On paper, to be consulted on site")
    OFFLINE = "offline", pgettext_lazy("reader", "Not available online")


class RecordAccess(models.TextChoices):
    """How readers get at a record, from the easiest on; it may be in several ways."""

    OPEN = "open", pgettext_lazy("reader", "To be read here")
    LINK = "link", pgettext_lazy("reader", "On another site")
    MEMBERS = "members", pgettext_lazy("reader", "Members only")
    EMBARGO = "embargo", pgettext_lazy("reader", "Online later (embargo)")
    PAPER = "paper", pgettext_lazy("reader", "On paper, to be consulted on site")
    OFFLINE = "offline", pgettext_lazy("reader", "Not available online")


class RecordFile(Orderable):
    """A file of a document, or that there is one which is not online."""

    record = ParentalKey(Record, on_delete=models.CASCADE, related_name="files")
    document = models.ForeignKey(
        CmsDocument,
        verbose_name=_("file"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="record_files",
        help_text=_("May be missing where there is a copy on paper only."),
    )
    language = models.CharField(_("language"), max_length=2, choices=languages.choices, default="fr")
    access = models.CharField(
        _("access"), max_length=7, choices=RecordFileAccess.choices, default=RecordFileAccess.OPEN
    )
    open_from = models.DateField(
        _("embargo until"), null=True, blank=True, help_text=_("Before this day nobody gets the file.")
    )
    written_again = True
    """Where a document lies depends on whether its record is published: see `_row_saved`."""

    class Meta(Orderable.Meta):
        verbose_name = _("file")
        constraints = [
            models.UniqueConstraint(fields=["record", "document"], name="resources_recordfile_once"),
        ]

    def __str__(self) -> str:
        return str(self.document or self.get_access_display())

    def clean(self) -> None:
        super().clean()
        if self.document_id is None and self.access in {RecordFileAccess.OPEN, RecordFileAccess.MEMBERS}:
            raise ValidationError({"document": _("Choose the file, or say that it is not online.")})

    @property
    def access_now(self) -> RecordFileAccess:
        """Who may have the file today: nobody during an embargo."""
        embargoed = self.open_from is not None and self.open_from > timezone.localdate()
        return RecordFileAccess.OFFLINE if embargoed else RecordFileAccess(self.access)


class Outcome(models.TextChoices):
    """How the reading of a file ended."""

    EXTRACTED = "extracted", _("text read")
    IN_PART = "in_part", _("text read up to the limit")
    NO_TEXT = "no_text", _("no text: scanned pages")
    ENCRYPTED = "encrypted", _("protected by a password")
    BROKEN = "broken", _("broken: it cannot be opened")
    TOO_LARGE = "too_large", _("too large to be read")
    TOO_LONG = "too_long", _("reading took too long")
    NOT_READ = "not_read", _("kept as it is: not a PDF")


def _size() -> models.GeneratedField:
    """How many characters `pages` have as JSON, which the database keeps, so that nobody need read them to know."""
    length = Length(Cast("pages", models.TextField()))
    return models.GeneratedField(expression=length, output_field=models.IntegerField(), db_persist=True)


class FileText(models.Model):
    """What was read in an open file: text by page, and its first page as a small picture (WebP)."""

    document = models.OneToOneField(CmsDocument, on_delete=models.CASCADE, related_name="file_text")
    file = models.CharField(max_length=100)
    """The name of the file that was read: another one is read again."""
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    pages = models.JSONField(default=list)
    size = _size()
    thumbnail = models.BinaryField(blank=True, default=b"")
    key = models.UUIDField(null=True, unique=True)
    """The thumbnail's address, which nobody guesses, and which ends with it; null where there is none."""
    read_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.document} ({self.get_outcome_display()})"


class RecordFullText(models.Model):
    """The whole text of a document as an import gave it, by page: open to all, like the text of an open file.

    Beside the record, whose versions would grow by it; it ends with the record.
    """

    number = models.ForeignKey(RecordNumber, on_delete=models.CASCADE, related_name="full_texts")
    language = models.CharField(max_length=2)
    pages = models.JSONField(default=list)
    size = _size()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "language"], name="resources_recordfulltext_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.language})"


class OpenText(NamedTuple):
    """The text of a file that everybody may have, by page, and the file's path; none where an import gave the text.

    `name` is its own among all texts, for ever: a file that is read again has another text. `thumbnail` is the key of
    its first page.
    """

    name: str
    path: str | None
    language: str
    pages: list[str]
    thumbnail: UUID | None = None


def of_file(key: int) -> str:
    """The name of the text (FileText) with this key."""
    return f"file-{key}"


def of_import(key: int) -> str:
    """The name of the text (RecordFullText) with this key."""
    return f"import-{key}"


def open_today(private_collections: Iterable[str]) -> QuerySet[Any]:
    """The files that everybody may have today: what lies in a private collection (see Labels.private_collections) is
    not open, whatever its record says.
    """
    due = Q(open_from=None) | Q(open_from__lte=timezone.localdate())
    rows = RecordFile.objects.filter(due, access=RecordFileAccess.OPEN, document__isnull=False)
    return publication.in_public_collection(rows, private_collections, "document__")


def open_texts(records: Several[int], private_collections: Iterable[str]) -> dict[int, list[OpenText]]:
    """Texts of the files of records that are open today, and of imports, by the record's key (three queries)."""
    rows = open_today(private_collections).filter(record__in=list(records), document__file_text__isnull=False)
    found: dict[int, list[OpenText]] = defaultdict(list)
    for row in rows.select_related("document__file_text").defer("document__file_text__thumbnail"):
        text = row.document.file_text
        found[row.record_id].append(OpenText(of_file(text.pk), row.document.url, row.language, text.pages, text.key))
    numbers = {int(code): pk for code, pk in Record.objects.filter(pk__in=records).values_list("code", "pk")}
    for given in RecordFullText.objects.filter(number__in=numbers).order_by("pk"):
        found[numbers[given.number_id]].append(OpenText(of_import(given.pk), None, given.language, given.pages))
    return found


def accesses(record: Record, private_collections: Iterable[str]) -> list[RecordAccess]:
    """How readers get at a record today, from its copies and its files with their documents and collections.

    What lies in a private collection (see Labels.private_collections) is not open, whatever its record says.
    """
    private, today = tuple(private_collections), timezone.localdate()
    found: set[RecordAccess] = set()
    for row in record.files.all():
        goes_online = row.access in {RecordFileAccess.OPEN, RecordFileAccess.MEMBERS}
        if goes_online and row.open_from is not None and row.open_from > today:
            found.add(RecordAccess.EMBARGO)
        elif row.access == RecordFileAccess.OPEN and row.document.collection.path.startswith(private):
            found.add(RecordAccess.OFFLINE)
        else:
            found.add(RecordAccess(row.access))
    if record.copies.all():
        found.add(RecordAccess.PAPER)
    if record.url and RecordAccess.OPEN not in found:
        found.add(RecordAccess.LINK)
    return [access for access in RecordAccess if access in found] or [RecordAccess.OFFLINE]


def apply(documents: Iterable[int]) -> None:
    """Put documents where their files' access says, the most closed of several, and drop or ask for their texts.

    Nobody gets the file of records none of which is published, be it not yet or no longer, unless a public page shows
    it as well: then it stays where it is. What is closed stays so when its record no longer names it.
    """
    for document in CmsDocument.objects.filter(pk__in=set(documents)).select_related("collection"):
        rows = list(RecordFile.objects.filter(document=document).select_related("record"))
        if rows:
            _settle(document, rows)


def _settle(document: CmsDocument, rows: list[RecordFile]) -> None:
    access = max((row.access_now for row in rows), key=list(RecordFileAccess).index, default=RecordFileAccess.OPEN)
    opens = access in {RecordFileAccess.OPEN, RecordFileAccess.MEMBERS}
    if opens and not any(row.record.live for row in rows):
        if _is_on_a_public_page(document):
            return
        access = RecordFileAccess.OFFLINE
    _place(document, access)
    if access == RecordFileAccess.OPEN:
        ask(document)
    else:
        FileText.objects.filter(document=document).delete()


def _is_on_a_public_page(document: CmsDocument) -> bool:
    pages = Page.objects.filter(pk__in=pages_referring({DOCUMENT: [document.pk]}))
    private = PageViewRestriction.objects.values_list("page__path", flat=True)  # labels are for what is committed
    return bool(publication.public(pages, private).exists())


def ask(document: CmsDocument) -> None:
    """Have the worker read a file that it has not read yet."""
    from resources.extraction import read_file  # it needs these models

    if not FileText.objects.filter(document=document, file=document.file.name).exists():
        read_file.enqueue(document.pk)


def open_what_is_due() -> int:
    """End the embargoes whose day has come; returns how many documents. The worker's schedule calls it."""
    due = RecordFile.objects.filter(open_from__lte=timezone.localdate(), document__isnull=False)
    closed = due.filter(document__collection__name=CLOSED).exclude(
        access__in=[RecordFileAccess.PAPER, RecordFileAccess.OFFLINE]
    )
    keys = set(closed.values_list("document", flat=True))
    with transaction.atomic():
        apply(keys)
    return len(keys)


def close_what_is_withdrawn() -> int:
    """Close what stayed open for a page that shows it no longer; returns how many documents were looked at.

    The worker's schedule calls it.
    """
    published = RecordFile.objects.filter(record__live=True, document__isnull=False).values("document")
    ours = RecordFile.objects.exclude(document=None).exclude(document__in=published)
    keys = set(ours.exclude(document__collection__name=CLOSED).values_list("document", flat=True))
    with transaction.atomic():
        apply(keys)
    return len(keys)


def _place(document: CmsDocument, access: RecordFileAccess) -> None:
    put_away = document.collection.name in {MEMBERS, CLOSED}
    if access != RecordFileAccess.OPEN:
        wanted = _collection(MEMBERS if access == RecordFileAccess.MEMBERS else CLOSED)
    elif put_away:
        wanted = document.open_collection or Collection.get_first_root_node()
    else:
        wanted = document.collection
    if document.collection_id != wanted.pk:
        if not put_away:
            document.open_collection = document.collection
        document.collection = wanted
        document.save(update_fields=["collection", "open_collection"])


def _collection(name: str) -> Collection:
    """A private collection of this name, which is made where somebody has removed it."""
    found = Collection.objects.filter(name=name).first() or Collection.get_first_root_node().add_child(name=name)
    if not CollectionViewRestriction.objects.filter(collection=found).exists():
        kind = CollectionViewRestriction.LOGIN if name == MEMBERS else CollectionViewRestriction.GROUPS
        restriction = CollectionViewRestriction.objects.create(collection=found, restriction_type=kind)
        if name == CLOSED:
            restriction.groups.set(Group.objects.filter(name__in=KEEPERS))
    return found


@receiver(post_delete, sender=Record)
def _record_deleted(sender: type[Record], instance: Record, **kwargs: Any) -> None:
    RecordFullText.objects.filter(number=int(instance.code)).delete()


@receiver(post_save, sender=Record)
def _record_saved(sender: type[Record], instance: Record, **kwargs: Any) -> None:
    """In the transaction that withdraws a record, its files are withdrawn."""
    if not instance.live:
        apply(RecordFile.objects.filter(record=instance.pk, document__isnull=False).values_list("document", flat=True))


@receiver(post_delete, sender=RecordFile)
def _row_deleted(sender: type[RecordFile], instance: RecordFile, origin: Any, **kwargs: Any) -> None:
    """With a record its files are withdrawn; one that an editor takes off a record stays in the library as it is."""
    if getattr(origin, "model", type(origin)) is Record:
        for document in CmsDocument.objects.filter(pk=instance.document_id).select_related("collection"):
            _settle(document, list(document.record_files.select_related("record")))


@receiver(post_save, sender=RecordFile)
def _row_saved(sender: type[RecordFile], instance: RecordFile, **kwargs: Any) -> None:
    """In the transaction of the publication: a file that was closed is gone with it."""
    if instance.document_id is not None:
        apply([instance.document_id])


@receiver(post_save, sender=CmsDocument)
def _document_saved(sender: type[CmsDocument], instance: CmsDocument, **kwargs: Any) -> None:
    """Another file in place of one that was read is read in turn; of the old one nothing is kept."""
    stale = FileText.objects.filter(document=instance).exclude(file=instance.file.name)
    if stale.exists():
        stale.delete()
        ask(instance)
