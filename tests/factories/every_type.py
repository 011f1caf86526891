"""A site with one page of every type, full of everything that a page can hold."""

import datetime
from typing import Any

from django.utils import timezone
from wagtail.models import Page

from borders.models import PageBorder, PageTerritory
from cms.facts import Office
from newsroom.models import EventOrganiser
from resources.models import PageTheme, PositionSignatory, ProjectPartner
from tests.factories import borders, newsroom, pages, pictures, resources

DAY = datetime.timedelta(days=1)


def rich(text: str) -> str:
    return f"<p>{text}</p>"


def body(text: str, page: Page, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Every block of a body; all its texts are `text`."""
    image = facts["image"].pk
    picture = {"image": image, "alt": text, "decorative": False, "caption": text}
    document = facts["document"].pk
    values: list[tuple[str, Any]] = [
        ("heading", {"text": text, "level": "h2"}),
        ("heading", {"text": text, "level": "h3"}),
        ("paragraph", rich(f'{text} <a linktype="page" id="{page.pk}">{text}</a>')),
        ("quote", {"text": text, "author": text, "source": text}),
        ("callout", {"kind": "warning", "title": text, "text": rich(text)}),
        ("accordion", {"items": [{"title": text, "content": rich(text)}]}),
        (
            "table",
            {"caption": text, "columns": [{"type": "text", "heading": text}], "rows": [{"values": [text]}]},
        ),
        ("key_figures", {"title": text, "figures": [facts["figure"].pk]}),
        (
            "chronology",
            {
                "title": text,
                "entries": [{"date": "1713-01-01", "precision": "year", "end": "1715-01-01", "event": rich(text)}],
            },
        ),
        (
            "map",
            {
                "title": text,
                "borders": [facts["border"].pk],
                "territories": [facts["territory"].pk],
                "caption": text,
            },
        ),
        ("image", picture),
        ("gallery", {"title": text, "images": [picture]}),
        ("video", {"url": "https://vimeo.com/76979871", "title": text, "transcript": rich(text)}),
        ("documents", {"title": text, "documents": [{"document": document, "title": text}]}),
        ("records", {"title": text, "records": [facts["record"].pk]}),
        ("related_pages", {"title": text, "pages": [page.pk]}),
        ("contact", {"office": facts["office"].pk}),
        ("call_to_action", {"text": text, "page": page.pk, "url": ""}),
    ]
    return [{"type": kind, "value": value, "id": f"block-{place}"} for place, (kind, value) in enumerate(values)]


def every_type(text: str, now: datetime.datetime | None = None) -> dict[str, Page]:
    """Published pages by the name of their type; all their texts are `text`, their titles begin with it.

    Meetings take place a day after `now`, which is the moment unless it is given.
    """
    now = now or timezone.now()
    border = borders.border("fr-de", {"fr": text})
    territory = borders.territory(
        "saarmoselle", [border], {"fr": text}, seat=text, founded_on=datetime.date(2010, 5, 6)
    )
    borders.programme("interreg", [border], {"fr": text})
    theme = resources.concept("health")
    facts: dict[str, Any] = {
        "border": border,
        "territory": territory,
        "figure": borders.key_figure("length", border, note=text, source_name=text),
        "record": resources.record(text, code="chosen"),
        "image": pictures.image(title=text, credit=text),
        "document": newsroom.attachment(text),
        "office": borders.named(Office(code="bureau"), {"fr": text}),
    }
    home = pages.home_page("fr", title=f"{text} HomePage", introduction=text)
    found: dict[str, Page] = {"HomePage": home}

    def fields(name: str, **own: Any) -> dict[str, Any]:
        common = {"title": f"{text} {name}", "slug": name.lower(), "introduction": text}
        return {**common, "body": body(text, home, facts), **own}

    def add(page: Page) -> Any:
        found[type(page).__name__] = page
        return page

    noted = [*body(text, home, facts), {"type": "paragraph", "value": rich(f"{text}[^1]"), "id": "marked"}]
    note = [{"type": "note", "value": {"number": 1, "text": rich(text)}, "id": "note"}]
    outcome = {"kind": "minutes", "title": text, "document": facts["document"].pk, "url": "", "access": "public"}
    outcomes = [{"type": "item", "value": outcome, "id": "outcome"}]
    moment = {"date": "1963-01-22", "precision": "day", "end": None, "event": rich(text)}
    fiche = {"governance": rich(text), "chronology": [{"type": "entry", "value": moment, "id": "entry"}]}

    add(pages.standard_page(home, **fields("StandardPage")))
    index = add(borders.border_index(home, **fields("BorderIndexPage")))
    add(borders.border_page(index, border, **fields("BorderPage", **fiche, last_checked=now.date())))
    index = add(borders.territory_index(home, **fields("TerritoryIndexPage")))
    add(borders.territory_page(index, territory, **fields("TerritoryPage", **fiche)))
    index = add(borders.obstacle_index(home, **fields("ObstacleIndexPage")))
    prose = {name: rich(text) for name in ("hinders", "affected", "solution", "legal_references")}
    steps = [("2020-03-01", "identified"), ("2023-07-01", "solved")]
    add(borders.obstacle_page(index, steps=steps, **fields("ObstaclePage", competent_body=text, **prose)))
    index = add(borders.practice_index(home, **fields("PracticeIndexPage")))
    add(borders.practice_page(index, **fields("PracticePage", results=rich(text), start_year=2014, budget=5000)))
    index = add(resources.dossier_index(home, **fields("DossierIndexPage")))
    dossier = add(resources.dossier(index, **fields("DossierPage", body=noted, footnotes=note)))
    add(resources.chapter(dossier, **fields("ChapterPage", body=noted, footnotes=note)))
    index = add(resources.position_index(home, **fields("PositionIndexPage")))
    own = {"date": now.date(), "addressee": text, "policy": text, "file": facts["document"]}
    position = add(resources.position(index, **fields("PositionPage", **own)))
    PositionSignatory.objects.create(page=position, name=text)
    index = add(resources.project_index(home, **fields("ProjectIndexPage")))
    action = {
        "strand": text,
        "title": text,
        "territory": territory.pk,
        "borders": [border.pk],
        "partners": [text],
        "start": "2024-01-01",
        "end": None,
        "result": rich(text),
    }
    actions = [{"type": "action", "value": action, "id": "action"}]
    project = add(resources.project(index, **fields("ProjectPage", pilot_actions=actions)))
    ProjectPartner.objects.create(page=project, name=text, country=borders.country("de"))
    index = add(newsroom.news_index(home, **fields("NewsIndexPage")))
    add(newsroom.news(index, **fields("NewsPage", date=now.date(), source_url="https://example.org/source")))
    index = add(newsroom.event_index(home, **fields("EventIndexPage")))
    session = newsroom.event_session(now + DAY, place=text, address=text, online_url="https://example.org/live")
    event = add(
        newsroom.event(index, sessions=[session], **fields("EventPage", programme=rich(text), outcomes=outcomes))
    )
    EventOrganiser.objects.create(page=event, name=text)
    index = add(newsroom.training_index(home, **fields("TrainingIndexPage")))
    own = {"objectives": rich(text), "target_group": text, "price": 0, "price_note": text, "materials": outcomes}
    training_session = newsroom.training_session(now + DAY, place=text)
    add(newsroom.training(index, sessions=[training_session], **fields("TrainingPage", **own)))
    index = add(newsroom.call_index(home, **fields("CallIndexPage")))
    own = {"project": project, "eligibility": rich(text), "max_amount": 20_000, "documents": outcomes}
    add(newsroom.call(index, **fields("CallPage", **own)))

    for name in ("ObstaclePage", "ProjectPage", "EventPage"):
        PageBorder.objects.create(page=found[name], fact=border)
        PageTerritory.objects.create(page=found[name], fact=territory)
        PageTheme.objects.create(page=found[name], fact=theme)
    message = {"title": text, "text": text, "page": None}
    sections: list[tuple[str, Any]] = [
        ("featured", {"title": text, "pages": [event.pk]}),
        ("key_messages", {"title": text, "messages": [message]}),
        ("agenda", {"title": text, "count": 3}),
    ]
    home.sections = [{"type": kind, "value": value, "id": kind} for kind, value in sections]
    home.save()
    return found
