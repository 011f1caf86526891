"""Thematic dossiers and their chapters."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from cms import fields, publication
from cms.json_types import Address
from cms.pages import (
    BodyMixin,
    BordersMixin,
    FollowUpMixin,
    FootnotesMixin,
    IndexPage,
    SitePage,
    TerritoriesMixin,
    ThemesMixin,
    synchronised,
)
from cms.references import Context


def print_url(page: Any, context: Context) -> str:
    """Where the whole dossier is shown on one page for printing: on this server, wherever the front end is."""
    return context.absolute(publication.html_path(context.locale, page.url_path or "") + "?print")


class DossierIndexPage(IndexPage):
    """The entry to the dossiers."""

    subpage_types = ["resources.DossierPage"]

    class Meta:
        verbose_name = _("dossier index")
        verbose_name_plural = _("dossier indexes")


class DossierPage(BodyMixin, FootnotesMixin, ThemesMixin, BordersMixin, TerritoriesMixin, FollowUpMixin, SitePage):
    """A great theme: an opening text and chapters, printed as one brochure with `?print`."""

    schema_type = "Article"

    json_fields = [
        fields.children("chapters"),
        fields.computed("print_url", print_url, Address),
        fields.publications_on_themes(),
    ]
    translation = synchronised()

    parent_page_types = ["resources.DossierIndexPage"]
    subpage_types = ["resources.ChapterPage"]

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from resources.brochure import brochure_response  # the brochure reads page JSON, which needs all models

        if "print" in request.GET:
            return brochure_response(request, self)
        return super().serve(request, *args, **kwargs)


class ChapterPage(BodyMixin, FootnotesMixin, SitePage):
    """A part of a dossier; chapters follow one another in the order of the page tree."""

    schema_type = "Article"

    translation = synchronised()

    parent_page_types = ["resources.DossierPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("chapter")
        verbose_name_plural = _("chapters")
