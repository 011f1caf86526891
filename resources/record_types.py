"""What kinds of documents there are, and what other systems call them.

The types are MOT's own vocabulary, which editors change. Each stands for one bibliographic kind of a closed list, and
that says how a record is written in RIS, BibTeX, CSL and Dublin Core.
"""

from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey

from cms.facts import Fact, FactName


class Kind(models.TextChoices):
    """Bibliographic kinds, as reference managers tell them apart."""

    ARTICLE = "article", pgettext_lazy("reader", "Article in a journal")
    BOOK = "book", pgettext_lazy("reader", "Book")
    CHAPTER = "chapter", pgettext_lazy("reader", "Part of a book")
    DATASET = "dataset", pgettext_lazy("reader", "Data set")
    LEGISLATION = "legislation", pgettext_lazy("reader", "Legal text")
    MAP = "map", pgettext_lazy("reader", "Map")
    NEWSPAPER = "newspaper", pgettext_lazy("reader", "Article in the press")
    PRESENTATION = "presentation", pgettext_lazy("reader", "Presentation")
    PROCEEDINGS = "proceedings", pgettext_lazy("reader", "Proceedings")
    REPORT = "report", pgettext_lazy("reader", "Report")
    THESIS = "thesis", pgettext_lazy("reader", "Thesis")
    VIDEO = "video", pgettext_lazy("reader", "Video")
    WEB_PAGE = "web_page", pgettext_lazy("reader", "Web page")
    OTHER = "other", pgettext_lazy("reader", "Other document")


class Exported(NamedTuple):
    """What a kind is called elsewhere.

    RIS: the TY tag. BibTeX: the entry type. CSL: https://docs.citationstyles.org/en/stable/specification.html#appendix-iii-types.
    Dublin Core: the DCMI Type Vocabulary. schema.org: the type.
    """

    ris: str
    bibtex: str
    csl: str
    dublin_core: str
    schema_org: str


EXPORTED = {
    Kind.ARTICLE: Exported("JOUR", "article", "article-journal", "Text", "ScholarlyArticle"),
    Kind.BOOK: Exported("BOOK", "book", "book", "Text", "Book"),
    Kind.CHAPTER: Exported("CHAP", "incollection", "chapter", "Text", "Chapter"),
    Kind.DATASET: Exported("DATA", "misc", "dataset", "Dataset", "Dataset"),
    Kind.LEGISLATION: Exported("STAT", "misc", "legislation", "Text", "Legislation"),
    Kind.MAP: Exported("MAP", "misc", "map", "StillImage", "Map"),
    Kind.NEWSPAPER: Exported("NEWS", "article", "article-newspaper", "Text", "NewsArticle"),
    Kind.PRESENTATION: Exported("SLIDE", "misc", "speech", "Text", "PresentationDigitalDocument"),
    Kind.PROCEEDINGS: Exported("CONF", "proceedings", "book", "Text", "Book"),
    Kind.REPORT: Exported("RPRT", "techreport", "report", "Text", "Report"),
    Kind.THESIS: Exported("THES", "phdthesis", "thesis", "Text", "Thesis"),
    Kind.VIDEO: Exported("VIDEO", "misc", "motion_picture", "MovingImage", "VideoObject"),
    Kind.WEB_PAGE: Exported("ELEC", "misc", "webpage", "Text", "WebPage"),
    Kind.OTHER: Exported("GEN", "misc", "document", "Text", "CreativeWork"),
}


DEFAULT_TYPE = {
    Kind.ARTICLE: "article",
    Kind.BOOK: "book",
    Kind.CHAPTER: "chapter",
    Kind.DATASET: "dataset",
    Kind.LEGISLATION: "law",
    Kind.MAP: "map",
    Kind.NEWSPAPER: "press-article",
    Kind.PRESENTATION: "presentation",
    Kind.PROCEEDINGS: "proceedings",
    Kind.REPORT: "report",
    Kind.THESIS: "thesis",
    Kind.VIDEO: "video",
    Kind.WEB_PAGE: "web-page",
    Kind.OTHER: "other",
}
"""The type of document that a kind becomes where its source says no more."""


class RecordType(Fact):
    """A kind of document as MOT calls it, such as “guide” or “territorial study”."""

    kind = models.CharField(
        _("in other systems"),
        max_length=12,
        choices=Kind.choices,
        default=Kind.REPORT,
        help_text=_("What reference managers, catalogues and search engines take such a document for."),
    )

    class Meta(Fact.Meta):
        verbose_name = _("type of document")
        verbose_name_plural = _("types of documents")

    @property
    def exported(self) -> Exported:
        """What documents of this type are called elsewhere."""
        return EXPORTED[Kind(self.kind)]


class RecordTypeName(FactName):
    fact = ParentalKey(RecordType, on_delete=models.CASCADE, related_name="names")


class RecordCollection(Fact):
    """A collection in which MOT publishes, such as “Les Cahiers de la MOT”."""

    class Meta(Fact.Meta):
        verbose_name = _("MOT collection")
        verbose_name_plural = _("MOT collections")


class RecordCollectionName(FactName):
    fact = ParentalKey(RecordCollection, on_delete=models.CASCADE, related_name="names")
