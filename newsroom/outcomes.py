"""Files and links that come with an event, a training or a call; each is public or for members only."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from typing_extensions import TypedDict
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.models import CollectionViewRestriction

from cms import representation
from cms.blocks import Represented
from cms.json_types import Address
from cms.labels import CodedAs
from cms.references import Context, References


class OutcomeKind(TextChoices):
    MINUTES = "minutes", pgettext_lazy("reader", "Minutes")
    SLIDES = "slides", pgettext_lazy("reader", "Slides")
    RECORDING = "recording", pgettext_lazy("reader", "Recording")
    PROGRAMME = "programme", pgettext_lazy("reader", "Programme")
    OTHER = "other", pgettext_lazy("reader", "Other document")


class Access(TextChoices):
    """Who can open a file or link."""

    PUBLIC = "public", pgettext_lazy("reader", "Public")
    MEMBERS = "members", pgettext_lazy("reader", "Members only")


class Outcome(TypedDict):
    """A file or link; `url` is null where it is for members only, and the file's particulars where it is a link."""

    kind: CodedAs[OutcomeKind] | None
    title: str
    access: representation.FileAccess
    url: Address | None
    file_extension: str | None
    file_size: int | None


class OutcomeBlock(Represented, blocks.StructBlock):
    """A file or a link."""

    kind = blocks.ChoiceBlock(label=_("kind"), choices=OutcomeKind.choices, default=OutcomeKind.OTHER)
    title = blocks.CharBlock(
        label=_("title"), max_length=200, required=False, help_text=_("Empty: the document's own title.")
    )
    document = DocumentChooserBlock(label=_("document"), required=False)
    url = blocks.URLBlock(label=_("address"), required=False, help_text=_("Instead of a document, such as a film."))
    access = blocks.ChoiceBlock(label=_("access"), choices=Access.choices, default=Access.PUBLIC)

    class Meta:
        icon = "doc-full-inverse"
        label = _("Document or link")

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        errors: dict[str, ValidationError] = {}
        document = cleaned["document"]
        if bool(document) == bool(cleaned["url"]):
            error = ValidationError(_("Give either a document or an address."))
            errors = {"document": error, "url": error}
        elif document and cleaned["access"] == Access.MEMBERS and not _in_private_collection(document):
            # The label alone would leave the file open to whoever has its address.
            errors["document"] = ValidationError(_("This file is public: move it to a members' collection first."))
        elif not document and not cleaned["title"]:
            errors["title"] = ValidationError(_("Give the link a title."))
        if errors:
            raise StructBlockValidationError(block_errors=errors)
        return cleaned

    def collect(self, value: Any, references: References) -> None:
        if value.get("document"):
            references.documents.add(int(value["document"]))

    def represent(self, value: Any, context: Context) -> Outcome:
        file = representation.document(value.get("document"), context)
        closed = value.get("access") == Access.MEMBERS or (file is not None and file["access"] == "members")
        url = file["url"] if file else value.get("url") or None
        return {
            "kind": representation.enum(OutcomeKind, value.get("kind") or ""),
            "title": value.get("title") or (file["title"] if file else ""),
            "access": "members" if closed else "public",
            "url": None if closed else url,
            "file_extension": file["file_extension"] if file else None,
            "file_size": file["file_size"] if file else None,
        }

    def json_type(self) -> Any:
        return Outcome


def _in_private_collection(document: Any) -> bool:
    paths = CollectionViewRestriction.objects.values_list("collection__path", flat=True)
    return any(document.collection.path.startswith(path) for path in paths)


class OutcomesBlock(blocks.StreamBlock):
    """Minutes, slides, recordings and other documents."""

    item = OutcomeBlock()
