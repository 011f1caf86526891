"""The demo site's pages, checked as files: what they must hold before any of them reaches a database."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from django.conf import settings
from wagtail import blocks

from cms.blocks import BodyBlock

DEMO = Path(settings.BASE_DIR) / "home/demo"
LANGUAGES = {"fr", "en", "de", "es", "it", "nl"}
STATES = {"full", "outdated", "partial", "summary"}
PRECISIONS = {"year", "month", "day"}
STATUSES = {"identified", "studied", "proposed", "solved", "unsolved"}
# A summary stands by itself: what it left out would show in French.
SUMMARY_FIELDS = {"title", "slug", "introduction", "search_description", "body"}
LIMITS = {"title": 255, "slug": 255, "introduction": 600, "search_description": 300, "competent_body": 250}

REFERENCE = re.compile(r"@(page|image|document|figure|border|territory|office|record):([\w-]+)")
RELATIVE_DATE = re.compile(r"@today([+-]\d+)?(T\d\d:\d\d)?")
MARKUP = re.compile(r"<[^>]*>")
ADDRESS = re.compile(r"https?://\S+|\S+@\S+|@[\w-]+:[\w:.-]+")
TAGS = {"p", "b", "i", "sup", "sub", "ol", "ul", "li", "a"}
# The facts that a page may name, and the file of each.
FACT_FILES = {
    "border": "borders",
    "borders": "borders",
    "territory": "territories",
    "territories": "territories",
    "themes": "concepts",
    "programmes": "programmes",
    "figure": "key_figures",
    "office": "offices",
}


def read(path: Path) -> Any:
    """The content of a YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


FILES = {path: read(path) for path in sorted((DEMO / "pages").rglob("*.yaml"))}
PAGES: dict[str, dict[str, Any]] = {page["key"]: page for page in FILES.values()}
FACTS = {
    name: {fact["code"]: fact for fact in read(DEMO / "facts" / f"{name}.yaml")} for name in set(FACT_FILES.values())
}
RECORDS = {json.loads(line)["key"] for line in (DEMO / "records.jsonl").read_text(encoding="utf-8").splitlines()}
TEXTS = [(key, language) for key, page in PAGES.items() for language in page["text"]]


def state(key: str, language: str) -> str:
    """What a text is to the French one: itself, or one of STATES."""
    return "source" if language == "fr" else (PAGES[key].get("translations") or {}).get(language, "full")


def strings(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """(place, string) of every string inside a value."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from strings(part, f"{place}/{name}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from strings(part, f"{place}/{number}")


def outline(value: Any) -> Any:
    """What two languages of a page share: structure, references, dates and choices, markup; not the words."""
    if isinstance(value, dict):
        return {name: outline(part) for name, part in value.items()}
    if isinstance(value, list):
        return [outline(part) for part in value]
    if not isinstance(value, str):
        return value
    if re.fullmatch(r"[a-z0-9_]+|\d{4}-\d\d-\d\d|@[\w:+-]+", value) or value.startswith("http"):
        return value
    return bool(value), Counter(re.findall(r"<(\w+)", value)), REFERENCE.findall(value), re.findall(r"\[\^\d+\]", value)


def prose(key: str, language: str) -> dict[str, Any]:
    """The translated fields of a text, without those that each language writes freely."""
    free = {"title", "slug", "introduction", "search_description", "competent_body", "price_note", "addressee"}
    return {name: value for name, value in PAGES[key]["text"][language].items() if name not in free}


def test_every_file_is_named_after_its_key() -> None:
    assert len(PAGES) == len(FILES)
    assert [str(path) for path, page in FILES.items() if path.stem != page["key"]] == []


def test_pages_hang_in_one_tree_below_the_home_page() -> None:
    roots = [key for key, page in PAGES.items() if not page.get("parent")]
    assert roots == ["home"]
    for key in PAGES:
        seen = {key}
        parent = PAGES[key].get("parent")
        while parent:
            assert parent in PAGES, (key, parent)
            assert parent not in seen, (key, "is its own ancestor")
            seen.add(parent)
            parent = PAGES[parent].get("parent")


def test_siblings_have_different_slugs_in_every_language() -> None:
    slugs: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for key, language in TEXTS:
        slugs[PAGES[key].get("parent"), language].append(PAGES[key]["text"][language]["slug"])
    assert {place: found for place, found in slugs.items() if len(set(found)) < len(found)} == {}
    assert [s for found in slugs.values() for s in found if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", s)] == []


@pytest.mark.parametrize(("key", "language"), TEXTS)
def test_a_text_has_its_fields_within_their_limits(key: str, language: str) -> None:
    text = PAGES[key]["text"][language]
    assert language in LANGUAGES
    assert [name for name in ("title", "slug", "introduction", "search_description") if not text.get(name)] == []
    assert {name: len(text[name]) for name, most in LIMITS.items() if len(text.get(name) or "") > most} == {}


@pytest.mark.parametrize("key", PAGES)
def test_states_are_declared_for_translations_that_exist(key: str) -> None:
    page = PAGES[key]
    assert "fr" in page["text"]
    declared = page.get("translations") or {}
    assert set(declared) <= set(page["text"]) - {"fr"}
    assert set(declared.values()) <= STATES


@pytest.mark.parametrize(("key", "language"), [place for place in TEXTS if place[1] != "fr"])
def test_a_translation_follows_the_french_text(key: str, language: str) -> None:
    french, translated = outline(prose(key, "fr")), outline(prose(key, language))
    match state(key, language):
        case "full" | "outdated":
            assert translated == french
        case "partial":
            # What is there stands in its place: later blocks and whole fields are not yet translated.
            assert translated != french
            for name, value in translated.items():
                assert value == (french[name][: len(value)] if isinstance(value, list) else french[name]), name
        case "summary":
            assert set(PAGES[key]["text"][language]) <= SUMMARY_FIELDS


@pytest.mark.parametrize("key", PAGES)
def test_references_name_pages_and_facts_that_exist(key: str) -> None:
    missing = []
    for place, value in strings({"facts": PAGES[key].get("facts") or {}, "text": PAGES[key]["text"]}):
        for kind, code in REFERENCE.findall(value):
            match kind:
                case "page":
                    known = code in PAGES
                case "image":
                    drawn = code.removeprefix("map-")
                    known = drawn == "europe" or drawn in FACTS["borders"] or drawn in FACTS["territories"]
                case "document":
                    known = bool(code)
                case "record":
                    known = code in RECORDS
                case _:
                    known = code in FACTS[FACT_FILES[kind]]
            if not known:
                missing.append((place, f"@{kind}:{code}"))
    for name, value in (PAGES[key].get("facts") or {}).items():
        if name in FACT_FILES:
            codes = [value] if isinstance(value, str) else value or []
            missing += [(name, code) for code in codes if code not in FACTS[FACT_FILES[name]]]
    assert missing == []


@pytest.mark.parametrize(("key", "language"), TEXTS)
def test_blocks_are_those_that_an_editor_has(key: str, language: str) -> None:
    for number, item in enumerate(PAGES[key]["text"][language].get("body") or []):
        assert set(item) == {"type", "value"}, (number, item)
        assert item["type"] in BodyBlock().child_blocks, (number, item["type"])
        check_block(BodyBlock().child_blocks[item["type"]], item["value"], f"body/{number}/{item['type']}")


def check_block(block: blocks.Block, value: Any, place: str) -> None:
    """A value holds no field that its block lacks, no text that is too long, no choice that is not offered."""
    match block:
        case blocks.StructBlock():
            assert set(value) <= set(block.child_blocks), place
            for name, child in block.child_blocks.items():
                if value.get(name) not in (None, "", []):
                    check_block(child, value[name], f"{place}/{name}")
                elif isinstance(child, blocks.FieldBlock) and not isinstance(child, blocks.BooleanBlock):
                    assert not child.required, (place, name, "is required")
        case blocks.ListBlock():
            for number, item in enumerate(value):
                check_block(block.child_block, item, f"{place}/{number}")
        case blocks.ChoiceBlock():
            assert value in dict(block.field.choices), (place, value)
        case blocks.RichTextBlock():
            assert value.startswith("<"), (place, "is not rich text")
            check_length(block, value, place)
        case blocks.CharBlock() | blocks.TextBlock():
            check_length(block, value, place)


def check_length(block: Any, value: str, place: str) -> None:
    longest = block.field.max_length
    assert longest is None or len(MARKUP.sub("", value)) <= longest, (place, "is too long")


@pytest.mark.parametrize(("key", "language"), TEXTS)
def test_tables_are_rectangular(key: str, language: str) -> None:
    for item in PAGES[key]["text"][language].get("body") or []:
        if item["type"] == "table":
            assert {len(row["values"]) for row in item["value"]["rows"]} == {len(item["value"]["columns"])}


@pytest.mark.parametrize(("key", "language"), TEXTS)
def test_rich_text_is_well_formed_and_its_links_lead_somewhere(key: str, language: str) -> None:
    for place, value in strings(PAGES[key]["text"][language]):
        if not MARKUP.search(value):
            continue
        # HTML allows the bare "&" of an address, XML does not.
        tree = ElementTree.fromstring(f"<text>{re.sub(r'&(?![a-z]+;)', '&amp;', value)}</text>")
        assert {element.tag for element in tree.iter()} - {"text"} <= TAGS, place
        assert not (tree.text or "").strip(), (place, "has text outside of a paragraph")
        for link in tree.iter("a"):
            target = link.attrib
            if "linktype" in target:
                assert target["linktype"] in {"page", "document"}, place
                assert REFERENCE.fullmatch(target["id"]), (place, target)
            else:
                assert re.match(r"https?://\w|mailto:\w|tel:\+", target["href"]), (place, target)


@pytest.mark.parametrize(("key", "language"), TEXTS)
def test_dates_are_dates(key: str, language: str) -> None:
    for field in ("chronology", "steps"):
        entries = [item["value"] for item in PAGES[key]["text"][language].get(field) or []]
        check_dates(entries, field)
        assert [entry["status"] for entry in entries if entry.get("status", "solved") not in STATUSES] == []
    for item in PAGES[key]["text"][language].get("body") or []:
        if item["type"] == "chronology":
            check_dates(item["value"]["entries"], "body")


def check_dates(entries: list[dict[str, Any]], place: str) -> None:
    days = [str(entry["date"]) for entry in entries]
    assert days == sorted(days), (place, "is not in order")
    for entry in entries:
        assert entry["precision"] in PRECISIONS, (place, entry)
        if not RELATIVE_DATE.fullmatch(str(entry["date"])):
            start = date.fromisoformat(str(entry["date"]))
            assert not entry.get("end") or date.fromisoformat(str(entry["end"])) > start, (place, entry)


@pytest.mark.parametrize("key", PAGES)
def test_french_typography(key: str) -> None:
    """No-break spaces inside French punctuation, typographic apostrophes; addresses are left alone."""
    wrong = []
    for place, value in strings(PAGES[key]["text"]["fr"]):
        words = ADDRESS.sub("", MARKUP.sub("", value))
        if re.search(r" [:;?!»]|« |\w'\w", words) or re.search(r"\w[;?!»](\s|$)", words):
            wrong.append((place, words))
    assert wrong == []


@pytest.mark.parametrize(("key", "language"), TEXTS)
def test_text_is_written_not_filled_in(key: str, language: str) -> None:
    filler = re.compile(r"(?i:\blorem\b|\bipsum\b)|\b(TODO|TBD|FIXME|XXX)\b")
    assert [value for _place, value in strings(PAGES[key]["text"][language]) if filler.search(value)] == []


def test_every_border_and_territory_has_its_page() -> None:
    bound = Counter(
        (name, page["facts"][name])
        for page in PAGES.values()
        for name in ("border", "territory")
        if (page.get("facts") or {}).get(name)
    )
    wholes = {("border", code) for code, border in FACTS["borders"].items() if not border.get("parent")}
    assert set(bound) == wholes | {("territory", code) for code in FACTS["territories"]}
    assert set(bound.values()) == {1}


@pytest.mark.parametrize("key", [key for key, page in PAGES.items() if page["type"].endswith(("erPage", "oryPage"))])
def test_a_fiche_shows_the_figures_of_its_own_subject(key: str) -> None:
    facts = PAGES[key]["facts"]
    parts = {code for code, border in FACTS["borders"].items() if border.get("parent") == facts.get("border")}
    own = {facts.get("border"), facts.get("territory"), *parts}
    shown = {
        code
        for text in PAGES[key]["text"].values()
        for _place, value in strings(text)
        for kind, code in REFERENCE.findall(value)
        if kind == "figure"
    }
    figures = FACTS["key_figures"]
    assert [
        c for c in sorted(shown) if figures[c].get("border") not in own and figures[c].get("territory") not in own
    ] == []


def test_the_site_shows_every_kind_of_content_and_every_state() -> None:
    types = Counter(page["type"].partition(".")[2] for page in PAGES.values())
    wanted = {
        "BorderPage": 8,
        "TerritoryPage": 20,
        "ObstaclePage": 6,
        "PracticePage": 6,
        "DossierPage": 8,
        "PositionPage": 3,
        "ProjectPage": 1,
        "NewsPage": 10,
        "EventPage": 9,
        "TrainingPage": 3,
        "CallPage": 2,
    }
    assert {name: types[name] for name, least in wanted.items() if types[name] < least} == {}
    assert set(PAGES["border-fr-de"]["text"]) == LANGUAGES
    assert {state(key, language) for key, language in TEXTS} == STATES | {"source"}
    steps = [step["value"] for page in PAGES.values() for step in page["text"]["fr"].get("steps") or []]
    assert {step["status"] for step in steps} == STATUSES
    in_both = [key for key, page in PAGES.items() if {"en", "de"} <= set(page["text"]) < LANGUAGES]
    assert len(in_both) >= 10
