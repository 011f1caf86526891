"""Public images and documents; those in private collections do not exist here."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import QuerySet
from wagtail.search.backends import get_search_backend

from cms import publication, representation
from cms.api import params, selection
from cms.api.errors import NotFound
from cms.api.pages import FIELDS, SEARCH
from cms.api.views import Api, DetailApi, ListApi
from cms.changes.feed import files
from cms.media import CmsDocument, CmsImage
from cms.references import Context, References

T = TypeVar("T")


class MediaMeta(representation.MediaRef):
    """As in Wagtail's API v2."""

    tags: list[str]


class ImageJson(representation.ImageFacts):
    """An image of the library with its renditions."""

    meta: MediaMeta


class DocumentJson(representation.DocumentFacts):
    """A public file of the library."""

    meta: MediaMeta


def _meta(media: CmsImage | CmsDocument, shown: representation.MediaRef) -> MediaMeta:
    return {**shown, "tags": sorted(tag.name for tag in media.tags.all())}


def image_json(image: CmsImage, context: Context) -> ImageJson:
    """An image whose renditions the context has loaded."""
    shown = representation.image_set(image, context.loaded.renditions[image.pk], context)
    return {**shown, "meta": _meta(image, shown["meta"])}


def document_json(document: CmsDocument, context: Context) -> DocumentJson:
    """A document of a public collection."""
    shown = representation.document_link(document, private=False, context=context)
    return {**shown, "meta": _meta(document, shown["meta"])}


def _images(query: params.Query) -> QuerySet[CmsImage]:
    images = CmsImage.objects.prefetch_related("tags")
    return publication.in_public_collection(images, query.labels.private_collections)


def _documents(query: params.Query) -> QuerySet[CmsDocument]:
    documents = CmsDocument.objects.prefetch_related("tags")
    return publication.in_public_collection(documents, query.labels.private_collections)


def _context(api: type[Api], query: params.Query, found: Sequence[Any]) -> Context:
    return api.context(query, References(images={image.pk for image in found if isinstance(image, CmsImage)}))


def _picked(items: list[T], query: params.Query) -> list[T]:
    config = selection.parse(query["fields"]) if query["fields"] else []
    return [selection.pick(item, config) for item in items] if config else items  # type: ignore[misc,arg-type]


UPDATED_SINCE = params.Param(
    "updated_since",
    params.moment,
    "Only what changed since this moment, renditions, tags and collection included; of more than 30 days ago, all.",
)


COLUMNS = (
    params.Param("id", params.integer(), "The key."),
    params.Param("title", params.plain, "The title, exactly."),
)
SIZE = (
    params.Param("width", params.integer(), "The width in pixels, exactly."),
    params.Param("height", params.integer(), "The height in pixels, exactly."),
)
TAGS = params.Param("tags", params.plain, "The names of tags, all of which it has.", many=True)


def _chosen(media: QuerySet[Any], query: params.Query) -> QuerySet[Any]:
    columns = query.given & {param.name for param in (*COLUMNS, *SIZE)}
    media = media.filter(**{name: query[name] for name in columns})
    for tag in query["tags"] or ():  # a subquery each: SQLite joins 64 tables and no more
        media = media.filter(pk__in=media.model.objects.filter(tags__name=tag).values("pk"))
    if query["updated_since"]:
        media = files.changed_since(media, query["updated_since"])
    if query["search"] is None:
        return media
    if not query["search"].strip():
        return media.none()
    results = get_search_backend().search(query["search"], media.model, operator=query["search_operator"])
    return media.filter(pk__in=[found.pk for found in results[:1000]])


class ImageList(ListApi):
    """Public images."""

    own_params = (FIELDS, *SEARCH, UPDATED_SINCE, *COLUMNS, *SIZE, TAGS)
    orderings = {"id": "pk", "title": "title", "created_at": "created_at"}

    def queryset(self, query: params.Query) -> QuerySet[CmsImage]:
        return _chosen(_images(query), query)

    def items(self, found: Sequence[CmsImage], query: params.Query) -> list[ImageJson]:
        context = _context(ImageList, query, found)
        return _picked([image_json(image, context) for image in found], query)


class ImageDetail(DetailApi):
    """One public image."""

    own_params = (FIELDS,)

    def item(self, key: int, query: params.Query) -> ImageJson:
        image = _images(query).filter(pk=key).first()
        if image is None:
            raise NotFound("There is no such image.")
        return _picked([image_json(image, _context(ImageDetail, query, [image]))], query)[0]


class DocumentList(ListApi):
    """Public documents."""

    own_params = (FIELDS, *SEARCH, UPDATED_SINCE, *COLUMNS, TAGS)
    orderings = {"id": "pk", "title": "title", "created_at": "created_at"}

    def queryset(self, query: params.Query) -> QuerySet[CmsDocument]:
        return _chosen(_documents(query), query)

    def items(self, found: Sequence[CmsDocument], query: params.Query) -> list[DocumentJson]:
        context = self.context(query)
        return _picked([document_json(document, context) for document in found], query)


class DocumentDetail(DetailApi):
    """One public document."""

    own_params = (FIELDS,)

    def item(self, key: int, query: params.Query) -> DocumentJson:
        document = _documents(query).filter(pk=key).first()
        if document is None:
            raise NotFound("There is no such document.")
        return _picked([document_json(document, self.context(query))], query)[0]
