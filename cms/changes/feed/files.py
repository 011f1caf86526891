"""What readers are told of images and documents."""

import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from typing_extensions import TypedDict
from wagtail.models import Collection, CollectionViewRestriction

from cms import dependencies, labels, publication
from cms.changes.feed.effects import IMAGE
from cms.changes.feed.past import Restrictions, Rows, Window, rows_of
from cms.changes.feed.reasons import Reason, State, reasons
from cms.changes.feed.stretch import COLLECTION, TAG, TAGGED, Stretch
from cms.changes.log import KEPT
from cms.changes.models import CONTENT, RESET, Change
from cms.media import CmsDocument, CmsImage


class FileChange(TypedDict):
    """An image or a document to fetch again, or that is gone; then `reasons` is empty."""

    id: int
    state: State
    reasons: list[Reason]


def file_changes(model: type[CmsImage | CmsDocument], stretch: Stretch, window: Window) -> list[FileChange]:
    """The images or documents that changed or are gone, by key."""
    keys = stretch.changed.images if model is CmsImage else stretch.changed.documents
    if not keys:
        return []
    media = model._default_manager.filter(pk__in=keys)
    now = {pk: {"collection_id": collection} for pk, collection in media.values_list("pk", "collection_id")}
    public_media = publication.in_public_collection(media, labels.current().private_collections)
    public = set(public_media.values_list("pk", flat=True))
    gone = _were_public(model._meta.label_lower, keys - public, now, window)
    rows = stretch.rows[model._meta.label_lower]
    found: list[FileChange] = []
    for pk in sorted(keys):
        if pk in public:
            found.append({"id": pk, "state": "public", "reasons": reasons(rows.get(pk, ()), "updated")})
        elif pk in gone:
            found.append({"id": pk, "state": "gone", "reasons": []})
    return found


def _were_public(model: str, keys: set[int], now: dict[int, Any], window: Window) -> set[int]:
    if not keys:
        return set()
    restricted = set(CollectionViewRestriction.objects.values_list("collection_id", flat=True))
    paths = dict(Collection.objects.values_list("pk", "path"))
    collections = rows_of(COLLECTION, paths, window.first)
    restrictions = Restrictions(collections, restricted, paths)
    files: Rows = rows_of(model, keys, window.first)
    shared = [row for rows in collections.of.values() for row in rows]

    def was_public(pk: int, version: int) -> bool | None:
        was = files.image(pk, version, now.get(pk))
        path = restrictions.path(was["collection_id"], version) if was else None
        return None if path is None or restrictions.cover(path, version) else True

    def was_seen(pk: int) -> bool:
        return bool(window.seen([*shared, *files.of[pk]], lambda version: was_public(pk, version)))

    return {pk for pk in keys if was_seen(pk)}


def changed_since(media: QuerySet[Any], since: datetime.datetime) -> QuerySet[Any]:
    """Of images or documents those that changed: themselves, their renditions or tags, or who may see them.

    All of them where the log no longer reaches back so far, or may have missed something.
    """
    label = media.model._meta.label_lower
    beside = (COLLECTION, TAG, TAGGED)
    dependencies.note((label, *beside))
    rows = Change.objects.filter(family=CONTENT, version__isnull=False, created_at__gte=since)
    if since < timezone.now() - KEPT or rows.filter(kind=RESET).exists():
        return media
    through = Stretch(rows.filter(model__in=beside)).changed
    keys = through.images if label == IMAGE else through.documents
    return media.filter(Q(pk__in=rows.filter(model=label).values("object_id")) | Q(pk__in=keys))
