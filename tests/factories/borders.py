"""Facts and pages of the borders app: published and valid unless a test says otherwise."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from wagtail.models import Page

from borders.models import (
    Border,
    BorderIndexPage,
    BorderPage,
    Country,
    Indicator,
    KeyFigure,
    KeyFigureNote,
    ObstacleIndexPage,
    ObstaclePage,
    PageBorder,
    PageProgramme,
    PageTerritory,
    PracticeIndexPage,
    PracticePage,
    Programme,
    Territory,
    TerritoryIndexPage,
    TerritoryPage,
)
from cms.facts import Fact

LINE = {"type": "LineString", "coordinates": [[6.3, 49.4], [8.1, 48.9], [7.6, 47.6]]}


def named(fact: Any, names: dict[str, str] | None = None) -> Any:
    """Save a fact with one preferred name per language; French says the code where nothing is given."""
    name_model = type(fact)._meta.get_field("names").related_model
    given = names or {"fr": fact.code.upper(), "de": f"{fact.code.upper()} (de)"}
    fact.names = [name_model(language=code, text=text) for code, text in given.items()]
    fact.save()
    return fact


def revised(fact: Fact) -> Fact:
    """A fact with a published revision, as the admin leaves it."""
    fact.save_revision().publish()
    return fact


def country(code: str = "fr", names: dict[str, str] | None = None, **fields: Any) -> Country:
    """A country, made when first asked for."""
    return Country.objects.filter(code=code).first() or named(Country(code=code, **fields), names)


def border(
    code: str = "fr-de",
    names: dict[str, str] | None = None,
    countries: Sequence[str] | None = None,
    **fields: Any,
) -> Border:
    """A land border with a line; the countries are those of the code, unless they are given by code."""
    found = Border(**{"code": code, "geometry": LINE, "lat": 48.97, "lon": 7.8, **fields})
    found.countries = [country(one) for one in (code.split("-") if countries is None else countries)]
    return named(found, names)


def territory(
    code: str = "saarmoselle",
    borders: Sequence[Border] = (),
    names: dict[str, str] | None = None,
    **fields: Any,
) -> Territory:
    """An EGTC on these borders."""
    found = Territory(
        **{"code": code, "legal_form": "egtc", "scale": "agglomeration", "lat": 49.2, "lon": 7.0, **fields}
    )
    found.borders = list(borders)
    return named(found, names)


def programme(
    code: str = "interreg", borders: Sequence[Border] = (), names: dict[str, str] | None = None, **fields: Any
) -> Programme:
    found = Programme(**{"code": code, "start_year": 2021, "end_year": 2027, **fields})
    found.borders = list(borders)
    return named(found, names)


def indicator(code: str = "border-length", unit: str = "km", names: dict[str, str] | None = None) -> Indicator:
    """An indicator, made when first asked for."""
    return Indicator.objects.filter(code=code).first() or named(Indicator(code=code, unit=unit), names)


def key_figure(code: str, place: Border | Territory, value: str | int = 451, **fields: Any) -> KeyFigure:
    """A length in kilometres unless another indicator is given; `note` is a French text, or texts by language."""
    note = fields.pop("note", {})
    notes = {"fr": note} if isinstance(note, str) else note
    of = {"border": place} if isinstance(place, Border) else {"territory": place}
    figure = KeyFigure(
        **{
            "code": code,
            "indicator": fields.pop("indicator", None) or indicator(),
            "value": Decimal(value),
            "year": 2024,
            "source_name": "Eurostat",
            "source_url": "https://ec.europa.eu/eurostat",
            **of,
            **fields,
        }
    )
    figure.notes = [KeyFigureNote(language=language, text=text) for language, text in notes.items()]  # type: ignore[attr-defined]
    figure.save()
    return figure


def published(page: Any, parent: Page) -> Any:
    """Put a page below another, in the parent's language."""
    page.locale = parent.locale
    if page.live and page.first_published_at is None:
        page.first_published_at = page.last_published_at = timezone.now()
    parent.add_child(instance=page)
    return page


def border_index(home: Page, **fields: Any) -> BorderIndexPage:
    return published(BorderIndexPage(**{"title": "Frontières", **fields}), home)


def territory_index(home: Page, **fields: Any) -> TerritoryIndexPage:
    return published(TerritoryIndexPage(**{"title": "Territoires", **fields}), home)


def obstacle_index(home: Page, **fields: Any) -> ObstacleIndexPage:
    return published(ObstacleIndexPage(**{"title": "Obstacles", **fields}), home)


def practice_index(home: Page, **fields: Any) -> PracticeIndexPage:
    return published(PracticeIndexPage(**{"title": "Bonnes pratiques", **fields}), home)


def border_page(parent: Page, about: Border, title: str = "", **fields: Any) -> BorderPage:
    return published(BorderPage(**{"title": title or f"Fiche {about.code}", "border": about, **fields}), parent)


def territory_page(parent: Page, about: Territory, title: str = "", **fields: Any) -> TerritoryPage:
    return published(TerritoryPage(**{"title": title or f"Fiche {about.code}", "territory": about, **fields}), parent)


def obstacle_page(
    parent: Page, title: str = "Un obstacle", steps: Sequence[tuple[str, str]] = (), **fields: Any
) -> ObstaclePage:
    """An obstacle; steps are (ISO date, status)."""
    stream = [
        {"type": "step", "value": {"date": date, "precision": "day", "status": status}, "id": f"step-{place}"}
        for place, (date, status) in enumerate(steps)
    ]
    page = ObstaclePage(**{"title": title, "kind": "legal", "level": "bilateral", "steps": stream, **fields})
    return published(page, parent)


def practice_page(parent: Page, title: str = "Une bonne pratique", **fields: Any) -> PracticePage:
    return published(PracticePage(**{"title": title, **fields}), parent)


def link(page: Page, *facts: Border | Territory | Programme) -> None:
    """Tie a page to facts."""
    models: dict[type, Any] = {Border: PageBorder, Territory: PageTerritory, Programme: PageProgramme}
    for place, fact in enumerate(facts):
        models[type(fact)].objects.create(page=page, fact=fact, sort_order=place)
