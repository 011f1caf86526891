"""Beside a public site, everything that must never show: of every type, in every way that something is not public.

All texts of what is hidden hold MARK. `end` takes it away again, so that what is said with it can be compared with
what is said without.
"""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.db.models import CharField, TextField
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction, Revision

from borders.models import Border, BorderPage, Territory, TerritoryPage
from cms.facts import Fact
from cms.media import CmsDocument, CmsImage
from home.models import NavigationEntry
from resources.models import Record, RecordAgent, RecordLink, RecordPageLink
from tests.factories import borders, newsroom, pictures
from tests.factories.pages import locale

MARK = "Verborgenes"
HOUR = datetime.timedelta(hours=1)
WAYS = ("draft", "private", "below-private", "scheduled", "expired")
RESTRICTIONS: Sequence[dict[str, str]] = (
    {"restriction_type": "login"},
    {"restriction_type": "groups"},
    {"restriction_type": "password", "password": MARK},
)


@dataclass
class Hidden:
    """What is there and must not show."""

    pages: dict[str, list[Page]] = field(default_factory=dict)
    """By the way in which they are hidden."""
    facts: list[Fact] = field(default_factory=list)
    media: list[CmsImage | CmsDocument] = field(default_factory=list)
    others: list[Any] = field(default_factory=list)

    @property
    def all_pages(self) -> list[Page]:
        return [page for pages in self.pages.values() for page in pages]

    def end(self) -> None:
        """As if it had never been."""
        for gone in self.others:
            gone.delete()
        pages = Page.objects.filter(pk__in=[page.pk for page in self.all_pages]).order_by("-depth")
        while page := pages.first():  # a fallback goes with its source
            page.specific.delete()
        for thing in [*self.facts, *self.media]:
            thing.delete()
        Revision.objects.all().delete()


def places() -> None:
    """Public facts for hidden fiches, to be made before `hide`."""
    for way in WAYS:
        border = borders.border(f"{way}-border", countries=["fr", "de"])
        borders.territory(f"{way}-territory", [border])


def hide(public: dict[str, Page]) -> Hidden:
    """Hidden twins of these pages and of every fact, hidden files, and drafts of what is public."""
    hidden = Hidden()
    for number, page in enumerate(public.values()):
        if page.depth > 2:
            _hide_twins(page, number, hidden)
    for model in apps.get_models():
        if issubclass(model, Fact) and (fact := model._default_manager.first()):
            hidden.facts.append(_twin_of_fact(fact))
            _draft(fact)
    for page in public.values():
        _draft(page)
    _hide_media(hidden)
    for pages in hidden.pages.values():
        target = pages[0]
        hidden.others.append(Redirect.add_redirect(f"/fr/{MARK}/{target.pk}/", target, is_permanent=True))
        hidden.others.append(NavigationEntry.objects.create(page=target))
    return hidden


def _hide_twins(page: Page, number: int, hidden: Hidden) -> None:
    now = timezone.now()
    _twin(page, "draft", hidden, live=False)
    if type(page).__name__.endswith("IndexPage"):  # nothing but a list of what is below
        return
    private = _twin(page, "private", hidden, live=True)
    PageViewRestriction.objects.create(page=private, **RESTRICTIONS[number % 3])
    _twin(page, "below-private", hidden, to=private, live=True)
    scheduled = _twin(page, "scheduled", hidden, live=False, go_live_at=now + HOUR, first_published_at=None)
    scheduled.save_revision(approved_go_live_at=now + HOUR)
    _twin(page, "expired", hidden, live=True, expire_at=now - HOUR)
    fallback = private.copy_for_translation(locale("de"), copy_parents=True, alias=True)
    hidden.pages.setdefault("fallback-of-private", []).append(fallback)


def _twin(page: Page, way: str, hidden: Hidden, to: Page | None = None, **attributes: Any) -> Page:
    texts = {
        column.name: MARK
        for column in page._meta.get_fields()
        if isinstance(column, CharField | TextField) and not column.choices and _is_text(page, column.name)
    }
    if isinstance(page, BorderPage):  # a fact has one page in each language
        attributes["border"] = Border.objects.get(code=f"{way}-border")
    if isinstance(page, TerritoryPage):
        attributes["territory"] = Territory.objects.get(code=f"{way}-territory")
    attributes = {**texts, "title": f"{MARK} {page.title}", "slug": f"{MARK}-{way}-{page.pk}".lower(), **attributes}
    twin = page.specific.copy(
        to=to or page.get_parent(), update_attrs=attributes, copy_revisions=False, keep_live=True, log_action=None
    )
    hidden.pages.setdefault(way, []).append(twin)
    return twin


def _is_text(page: Page, name: str) -> bool:
    return getattr(page, name) in {"Texte", "<p>Texte</p>"}


def _draft(thing: Any) -> None:
    """An unpublished change of everything that is text."""
    content = json.loads(thing.to_json().replace("Texte", MARK))
    changed = type(thing).from_serializable_data(content)
    if isinstance(changed, Page):
        changed.title, changed.slug, changed.pk = MARK, MARK.lower(), thing.pk
    elif hasattr(changed, "names") and (name := changed.names.first()):
        name.text = MARK
        changed.names = [name]
    changed.save_revision()


def _twin_of_fact(fact: Fact) -> Fact:
    """An unpublished fact with a name and the same ties to others."""
    data = json.loads(fact.to_json().replace("Texte", MARK))
    code = "" if isinstance(fact, Record) else f"{MARK}-{fact._meta.model_name}".lower()  # a record gets its number
    data |= {"pk": None, "code": code, "live": False, "latest_revision": None, "first_published_at": None}
    for rows in (value for value in data.values() if isinstance(value, list)):
        for row in (row for row in rows if isinstance(row, dict)):
            row["pk"] = None
            if "text" in row:
                row["text"] = MARK
    twin: Fact = type(fact).from_serializable_data(data)
    twin.save()
    return twin


def _hide_media(hidden: Hidden) -> None:
    root = Collection.get_first_root_node()
    for number, restriction in enumerate(RESTRICTIONS):
        private = root.add_child(name=f"{MARK} {number}")
        CollectionViewRestriction.objects.create(collection=private, **restriction)
        for collection in (private, private.add_child(name=f"{MARK} {number} below")):
            image = pictures.image(name=f"{MARK}.jpg", title=MARK, collection=collection, credit=MARK)
            document = CmsDocument.objects.create(
                title=MARK, file=ContentFile(b"text", f"{MARK}.txt"), collection=collection
            )
            for media in (image, document):
                media.tags.add(MARK)
                hidden.media.append(media)


def refer(public: dict[str, Page], hidden: Hidden) -> None:
    """Let public pages name all that is hidden, and try to show it; but for files, which are shown as closed."""
    targets = [page.pk for page in hidden.all_pages]
    images = [media.pk for media in hidden.media if isinstance(media, CmsImage)]
    links = "".join(f'<a linktype="page" id="{pk}">lien</a> ' for pk in targets)
    links += "".join(f'<embed embedtype="image" id="{pk}" format="fullwidth" alt="image"/>' for pk in images)
    pictures_shown = [{"image": pk, "alt": "image", "decorative": False, "caption": ""} for pk in images]
    body: list[tuple[str, Any]] = [
        ("paragraph", f"<p>{links}</p>"),
        ("callout", {"kind": "warning", "title": "", "text": f"<p>{links}</p>"}),
        ("related_pages", {"title": "", "pages": targets}),
        ("call_to_action", {"text": "", "page": targets[0], "url": ""}),
        ("image", pictures_shown[0]),
        ("gallery", {"title": "", "images": pictures_shown}),
        ("key_figures", {"title": "", "figures": _keys(hidden, "KeyFigure")}),
        ("map", {"title": "", "borders": _keys(hidden, "Border"), "territories": _keys(hidden, "Territory")}),
        ("records", {"title": "", "records": _keys(hidden, "Record")}),
        *(("contact", {"office": pk}) for pk in _keys(hidden, "Office")),
    ]
    for page in public.values():
        page = page.specific
        if hasattr(page, "body"):
            page.body = [*page.body.raw_data, *({"type": kind, "value": value, "id": ""} for kind, value in body)]
        for name in ("image", "sharing_image"):
            if hasattr(page, name):
                setattr(page, f"{name}_id", images[0])
        page.save(clean=False)

    for record in Record.objects.filter(live=True):
        _refer_from_record(record, hidden, targets)


def _refer_from_record(record: Record, hidden: Hidden, pages: Sequence[int]) -> None:
    for relation, model in (("borders", "Border"), ("territories", "Territory"), ("concepts", "Concept")):
        chosen = getattr(record, relation)
        setattr(record, relation, [*chosen.all(), *chosen.model._default_manager.filter(pk__in=_keys(hidden, model))])
    record.save()
    rows: list[Any] = [RecordPageLink(record=record, page_id=pk) for pk in pages]
    rows += [RecordAgent(record=record, agent_id=pk, role="author") for pk in _keys(hidden, "Agent")]
    rows += [RecordLink(record=record, target_id=pk) for pk in _keys(hidden, "Record")]
    for row in rows:
        row.save()
    hidden.others += rows


def _keys(hidden: Hidden, model: str) -> list[int]:
    return [fact.pk for fact in hidden.facts if type(fact).__name__ == model]


def members_file(public: dict[str, Page]) -> CmsDocument:
    """A file for members only on a public page: the page says that there is one, and not where or how it is called."""
    collection = Collection.get_first_root_node().add_child(name=f"{MARK} members")
    CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
    document = newsroom.attachment("Texte", collection=collection)
    document.file.save(f"{MARK}.txt", ContentFile(b"text"))
    link = f'<p><a linktype="document" id="{document.pk}">lien</a></p>'
    for page in (public["PositionPage"], public["EventPage"], public["StandardPage"]):
        blocks = [
            {"type": "documents", "value": {"title": "", "documents": [{"document": document.pk, "title": ""}]}},
            {"type": "paragraph", "value": link},
        ]
        page.body = [*page.body.raw_data, *blocks]
        page.save(clean=False)
    return document
