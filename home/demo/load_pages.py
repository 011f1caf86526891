"""Loads the pages in French, then their translations, by the same routes that editors use.

First every page is made as an empty draft, so that pages can refer to one another in any order; then each is
filled and published. An interrupted load leaves drafts, which no reader sees, and goes on from there.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.utils.html import strip_tags
from modelcluster.fields import ParentalKey
from wagtail import blocks
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Locale, Page, Site
from wagtail_localize.models import (
    LocaleSynchronization,
    StringSegment,
    StringTranslation,
    Translation,
    TranslationSource,
)
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import extract_segments

from cms import indexing
from cms.batches import batched
from cms.languages import CODES, DEFAULT
from cms.media import CmsDocument, CmsImage
from cms.translation import drafting
from cms.translation.status import mark_summary
from cms.translation.trees import create_fallbacks
from home.demo import load_records, pictures, source
from home.demo.load_facts import column_value, row_instance
from home.demo.source import PageFile
from home.models import DemoItem

LINKS = {
    "borders": "border_links",
    "territories": "territory_links",
    "themes": "theme_links",
    "programmes": "programme_links",
}
BATCH = 20
"""Empty drafts that are made in one transaction."""
TARGETS = {
    "figure": "borders.KeyFigure",
    "border": "borders.Border",
    "territory": "borders.Territory",
    "office": "cms.Office",
}


def load(say: Callable[[str], None]) -> None:
    """Make every page that is not there yet, in French and in its other languages."""
    languages = {code: Locale.objects.get_or_create(language_code=code)[0] for code in CODES}
    for code in CODES:
        if code != DEFAULT:
            LocaleSynchronization.objects.get_or_create(
                locale=languages[code], defaults={"sync_from": languages[DEFAULT]}
            )
    pages = list(source.pages().values())
    for batch in batched(pages, BATCH):
        with indexing.at_once():
            for page in batch:
                _create(page)
    _remove_welcome_page()
    for number, page in enumerate(pages, 1):
        _fill(page)
        say(f"pages: {number} / {len(pages)}")


def _item(key: str) -> DemoItem | None:
    return DemoItem.objects.filter(key=key).first()


def find(key: str) -> Page | None:
    """The French page of a key; None where an editor has deleted it."""
    item = _item(f"page:{key}")
    return Page.objects.filter(pk=item.object_id).first() if item else None


def _create(page: PageFile) -> None:
    """An unpublished page with its title and place, and the columns without which it could not exist."""
    key = f"page:{page.key}"
    if _item(key):
        return
    model = apps.get_model(page.type)
    french = page.text[DEFAULT]
    instance = model(
        title=french["title"], slug=french["slug"], live=False, locale=Locale.objects.get(language_code=DEFAULT)
    )
    parent = find(page.parent) if page.parent else Page.get_first_root_node()
    if parent is None:
        return
    rows = {name for name in page.facts if name in LINKS or not model._meta.get_field(name).concrete}
    set_facts(instance, {name: value for name, value in page.facts.items() if name not in rows})
    parent.add_child(instance=instance)
    DemoItem.objects.create(key=key, object_id=str(instance.pk))


def _remove_welcome_page() -> None:
    """Point the site at the French home page and remove the page that Wagtail's first migration made."""
    home = find("home")
    if home is None:
        return
    welcome = Page.objects.filter(depth=2, content_type__app_label="wagtailcore").exclude(pk=home.pk).first()
    with indexing.at_once():
        Site.objects.update_or_create(
            is_default_site=True, defaults={"root_page": home, "hostname": "localhost", "site_name": "MOT"}
        )
        if welcome and not welcome.get_children().exists():
            welcome.delete()


@indexing.at_once()
def _fill(page: PageFile) -> None:
    """All content of a page, published in French."""
    item = _item(f"page:{page.key}")
    if item is None or item.done:
        return
    found = Page.objects.filter(pk=item.object_id).first()
    if found is not None:
        instance = found.specific
        set_facts(instance, page.facts)
        set_text(instance, page, DEFAULT)
        if hasattr(instance, "sharing_image") and instance.sharing_image_id is None:
            instance.sharing_image = _picture_of(instance)
        instance.save_revision(log_action=True).publish()  # so that the history offers to come back to it
    item.done = True
    item.save()


def set_facts(instance: Any, facts: dict[str, Any]) -> None:
    """Language-free fields, link rows and child rows."""
    for name, value in facts.items():
        if name in LINKS:
            model: Any = Page._meta.get_field(LINKS[name]).related_model
            target = model._meta.get_field("fact").related_model
            rows = [model(fact=_fact(target, code), sort_order=order) for order, code in enumerate(value or [])]
            setattr(instance, LINKS[name], rows)
            continue
        field = instance._meta.get_field(name)
        if field.one_to_many and isinstance(field.remote_field, ParentalKey):
            setattr(instance, name, [row_instance(field.related_model, row, i) for i, row in enumerate(value or [])])
        elif field.is_relation:
            setattr(instance, field.attname, _key(field.related_model, value) if value else None)
        else:
            setattr(instance, name, column_value(field, value))


def _key(model: Any, value: str) -> int | None:
    """The key of what "@kind:key" or the bare code of a fact names."""
    found = source.REFERENCE.fullmatch(value)
    return resolve(*found.groups()) if found else _fact(model, value).pk


def _fact(model: Any, code: str) -> Any:
    found = model._default_manager.filter(code=code).first()
    if found is None:
        raise source.DemoError(f"There is no {model._meta.label} {code!r}.")
    return found


def resolve(kind: str, key: str) -> int | None:
    """The primary key of what a reference names."""
    if kind == "page":
        page = find(key)
        if page is None and key not in source.pages():
            raise source.DemoError(f"There is no page {key!r}.")
        return page.pk if page else None
    if kind == "image":
        return picture(key).pk
    if kind == "document":
        item = _item(f"document:{key}")
        return CmsDocument.objects.filter(pk=item.object_id).values_list("pk", flat=True).first() if item else None
    if kind == "record":
        return load_records.find(key)
    return _fact(apps.get_model(TARGETS[kind]), key).pk


def picture(key: str, title: str = "", borders: list[str] | None = None, point: Any = None) -> CmsImage:
    """The drawn picture "map-…" of that key, made when first asked for."""
    item = _item(f"image:{key}")
    if item and (image := CmsImage.objects.filter(pk=item.object_id).first()):
        return image
    code = key.removeprefix("map-")
    if borders is None and point is None and code != "europe":
        border = apps.get_model("borders.Border").objects.filter(code=code).first()
        territory = apps.get_model("borders.Territory").objects.filter(code=code).first()
        title, borders, point = _subject(border or territory)
    with indexing.at_once():
        image = pictures.draw(key, borders or [], point)
        image.title = title or "Les frontières de la France métropolitaine"
        image.save()
        DemoItem.objects.update_or_create(key=f"image:{key}", defaults={"object_id": str(image.pk), "done": True})
    return image


def _subject(fact: Any) -> tuple[str, list[str] | None, tuple[float, float] | None]:
    """Title, borders and point of the picture of a border or a territory."""
    if fact is None:
        return "", None, None
    title = f"Carte : {fact.name_in(DEFAULT)}"
    if fact._meta.model_name == "border":
        codes = [fact.code, *fact.parts.values_list("code", flat=True)]
        point = (fact.lon, fact.lat) if fact.kind == "maritime" and fact.lat is not None else None
        return title, codes, point
    point = (fact.lon, fact.lat) if fact.lat is not None else None
    return title, list(fact.borders.values_list("code", flat=True)), point


def _picture_of(instance: Any) -> CmsImage | None:
    fact = getattr(instance, "border", None) or getattr(instance, "territory", None)
    return picture(f"map-{fact.code}") if fact else None


def set_text(instance: Any, page: PageFile, language: str) -> None:
    """The prose of a page in one language; streams get the same block ids in every language."""
    for name, value in page.text[language].items():
        field = instance._meta.get_field(name)
        if isinstance(field, StreamField):
            raw = stream_value(field.stream_block, value or [], (page.key, name))
            setattr(instance, name, field.stream_block.to_python(raw))
        elif isinstance(field, RichTextField):
            setattr(instance, name, with_keys(source.rich_text(value or "", page.key, name)))
        else:
            setattr(instance, name, with_keys(value or ""))


def stream_value(block: blocks.StreamBlock, value: list[Any], place: tuple[Any, ...]) -> list[dict[str, Any]]:
    """A stream as it is stored: references resolved, every item with its id."""
    raw = []
    only = next(iter(block.child_blocks)) if len(block.child_blocks) == 1 else None
    for number, item in enumerate(value):
        if only and not (isinstance(item, dict) and {"type", "value"} <= item.keys()):
            item = {"type": only, "value": item}
        if item is None:
            continue
        here = (*place, number, item["type"])
        child = block.child_blocks[item["type"]]
        raw.append({"type": item["type"], "value": _value(child, item["value"], here), "id": source.block_id(*here)})
    return raw


def _value(block: blocks.Block, value: Any, place: tuple[Any, ...]) -> Any:
    if isinstance(block, blocks.StreamBlock):
        return stream_value(block, value, place)
    if isinstance(block, blocks.StructBlock):
        if unknown := value.keys() - block.child_blocks.keys():
            raise source.DemoError(f"{'/'.join(map(str, place))}: unknown {', '.join(sorted(unknown))}")
        return {name: _value(child, value.get(name), (*place, name)) for name, child in block.child_blocks.items()}
    if isinstance(block, blocks.ListBlock):
        items = [_value(block.child_block, item, (*place, i)) for i, item in enumerate(value or [])]
        return [
            {"type": "item", "value": item, "id": source.block_id(*place, i)}
            for i, item in enumerate(items)
            if item is not None
        ]
    value = source.moment(value)
    if isinstance(value, str) and isinstance(block, blocks.RichTextBlock):
        return with_keys(source.rich_text(value, *place))
    if isinstance(value, str):
        return with_keys(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value


def with_keys(text: str) -> Any:
    """A text with its references as keys; a text that is nothing but a reference becomes the key itself."""
    if whole := source.REFERENCE.fullmatch(text):
        return resolve(*whole.groups())
    return source.REFERENCE.sub(lambda found: str(resolve(*found.groups()) or ""), text)


def translate(say: Callable[[str], None]) -> None:
    """Every page in all languages, parents first."""
    pages = source.pages().values()
    locales = {locale.language_code: locale for locale in Locale.objects.all()}
    for number, page in enumerate(pages, 1):
        _translate(page, locales)
        say(f"traductions: {number} / {len(pages)}")


@indexing.at_once()
def _translate(page: PageFile, locales: dict[str, Locale]) -> None:
    """The translations of a page that are not there yet, and fallbacks where it has none."""
    french = find(page.key)
    if french is None:
        return
    prefix = f"page:{page.key}:"
    done = set(DemoItem.objects.filter(key__startswith=prefix).values_list("key", flat=True))
    missing = [language for language in page.text if language != DEFAULT and prefix + language not in done]
    outdated = [language for language in page.text if page.translations.get(language) == "outdated"]
    if outdated and f"{prefix}updated" not in done:
        _publish(french, page, shortened=True)
        _translate_into(page, french, [locales[language] for language in missing if language in outdated])
        _publish(french, page, shortened=False)
        DemoItem.objects.create(key=f"{prefix}updated", object_id=page.key, done=True)
    _translate_into(page, french, [locales[language] for language in missing if language not in outdated])
    create_fallbacks(french)


def _publish(french: Page, page: PageFile, *, shortened: bool) -> None:
    """Publish the French text as it was before its last block was written, or as it is now."""
    instance = Page.objects.get(pk=french.pk).specific
    set_text(instance, page, DEFAULT)
    if shortened:
        instance.body = instance.body.stream_block.to_python(instance.body.get_prep_value()[:-1])
    instance.save_revision().publish()


def _translate_into(page: PageFile, french: Page, locales: list[Locale]) -> None:
    """Translations, published; a summary keeps its own text and leaves the source behind."""
    if not locales:
        return
    origin, _created = TranslationSource.update_or_create_from_instance(Page.objects.get(pk=french.pk))
    segments = StringSegment.objects.filter(source=origin).select_related("string", "context").order_by("order")
    places: dict[str, list[StringSegment]] = defaultdict(list)
    for segment in segments:
        places[segment.context.path].append(segment)
    for locale in locales:
        translation, _created = Translation.objects.get_or_create(source=origin, target_locale=locale)
        if page.translations.get(locale.language_code) == "summary":
            drafting.save(translation)
            mark_summary(translation.get_target_instance())
            draft = translation.get_target_instance().get_latest_revision_as_object()
            set_text(draft, page, locale.language_code)
            draft.save_revision().publish()
        else:
            _fill_segments(places, page, locale)
            drafting.save(translation, publish=True)
        key = f"page:{page.key}:{locale.language_code}"
        DemoItem.objects.create(key=key, object_id=str(translation.pk), done=True)


def _fill_segments(places: dict[str, list[StringSegment]], page: PageFile, locale: Locale) -> None:
    """Enter the translated strings beside the French ones: they stand at the same place of the same block."""
    draft = apps.get_model(page.type)(locale=locale)
    set_text(draft, page, locale.language_code)
    texts: dict[str, list[str]] = defaultdict(list)
    for segment in extract_segments(draft):
        if isinstance(segment, StringSegmentValue) and not segment.is_empty():
            texts[segment.path].append(segment.string.data)
    entered = []
    for path, found in places.items():
        given = texts.get(path)
        if not given:
            continue
        if len(given) != len(found):
            shown = "; ".join(strip_tags(text)[:40] for text in given)
            place = f"{page.key} ({locale.language_code}) {path}"
            raise source.DemoError(f"{place}: {len(given)} strings for {len(found)} French ones: {shown}")
        entered += [
            StringTranslation(
                translation_of=segment.string,
                locale=locale,
                context=segment.context,
                data=text,
                translation_type=StringTranslation.TRANSLATION_TYPE_MANUAL,
            )
            for segment, text in zip(found, given, strict=True)
        ]
    StringTranslation.objects.bulk_create(entered, ignore_conflicts=True)  # what a translator has entered stays
