"""The tour in docs/api.md: each request is sent, and the answer compared with the one that is printed there.

What is printed may be shorter than what comes: "…" as a value or as part of a text stands for anything, the property
"…" for further properties, "…" as the last item of a list for further items. All else must be the same.
"""

import json
import re
from typing import Any, NamedTuple

import pytest
from django.conf import settings as django_settings
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from tests.factories import borders, newsroom
from tests.factories.pages import home_page, standard_page

pytestmark = pytest.mark.django_db

MORE = "…"
DOCUMENT = (django_settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")


class Exchange(NamedTuple):
    """A request with its answer, as printed."""

    path: str
    status: int
    headers: dict[str, str]
    body: str


def printed() -> list[Exchange]:
    found = []
    for block in re.findall(r"```http\n(.*?)```", DOCUMENT, re.DOTALL):
        request, answer, *body = block.split("\n\n", 2)
        status, *headers = answer.strip().splitlines()
        named = dict(header.split(": ", 1) for header in headers)
        found.append(Exchange(request.removeprefix("GET "), int(status.split()[1]), named, "".join(body)))
    return found


def differences(shown: Any, real: Any, at: str = "$") -> list[str]:
    """Where an answer is not as printed."""
    if shown == MORE:
        return []
    if isinstance(shown, dict) and isinstance(real, dict):
        names = shown.keys() - {MORE}
        missing = [f"{at}.{name}: is not there" for name in sorted(names - real.keys())]
        if MORE not in shown:
            missing += [f"{at}.{name}: is not printed" for name in sorted(real.keys() - names)]
        return [
            *missing,
            *(d for name in names & real.keys() for d in differences(shown[name], real[name], f"{at}.{name}")),
        ]
    if isinstance(shown, list) and isinstance(real, list):
        items, more = (shown[:-1], True) if shown[-1:] == [MORE] else (shown, False)
        if len(items) > len(real) or (len(items) < len(real) and not more):
            return [f"{at}: has {len(real)} items, printed are {len(items)}"]
        return [d for place, item in enumerate(items) for d in differences(item, real[place], f"{at}[{place}]")]
    if isinstance(shown, str) and isinstance(real, str) and MORE in shown:
        pattern = ".*".join(re.escape(part) for part in shown.split(MORE))
        return [] if re.fullmatch(pattern, real, re.DOTALL) else [f"{at}: is {real!r}"]
    return [] if shown == real and type(shown) is type(real) else [f"{at}: is {real!r}"]


@pytest.mark.parametrize(
    ("shown", "real", "same"),
    [
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1, "…": "…"}, {"a": 1, "b": 2}, True),
        ({"a": 1, "…": "…"}, {"b": 2}, False),
        ([1, "…"], [1, 2, 3], True),
        ([1, "…"], [2, 2], False),
        ([1], [1, 2], False),
        ([], [1], False),
        ("a…c", "abc", True),
        ("a…c", "abd", False),
        ("…", None, True),
        (1, True, False),
        (None, 0, False),
    ],
)
def test_a_shortened_answer_is_still_compared(shown: Any, real: Any, same: bool) -> None:
    assert (differences(shown, real) == []) is same


@pytest.fixture
def site(db: None) -> None:
    """What the tour visits: a border with its page in two languages, news, and a page that has moved."""
    names = {"fr": "France – Allemagne", "de": "Deutschland – Frankreich"}
    for code, country in {"fr": ("France", "Frankreich"), "de": ("Allemagne", "Deutschland")}.items():
        borders.country(code, dict(zip(("fr", "de"), country, strict=True)))
    border = borders.border("fr-de", names)
    length = borders.indicator("border-length", names={"fr": "Longueur de la frontière", "de": "Länge der Grenze"})
    borders.key_figure("fr-de-length", border, indicator=length)
    homes = {"fr": home_page("fr", pk=101, title="MOT"), "de": home_page("de", pk=102, title="MOT")}
    for place, (code, home) in enumerate(homes.items()):
        title, slug = {"fr": ("Frontières", "frontieres"), "de": ("Grenzen", "grenzen")}[code]
        index = borders.border_index(home, pk=103 + place, title=title, slug=slug)
        slug = {"fr": "france-allemagne", "de": "deutschland-frankreich"}[code]
        introduction = {"fr": "Du Rhin à la Moselle.", "de": "Vom Rhein zur Mosel."}[code]
        borders.border_page(index, border, names[code], pk=105 + place, slug=slug, introduction=introduction)
    for french, german in ((101, 102), (103, 104), (105, 106)):
        key = Page.objects.get(pk=french).translation_key
        Page.objects.filter(pk=german).update(translation_key=key)
    news = newsroom.news_index(homes["fr"], pk=107, slug="actualites")
    for number, title in enumerate(("Un pont de plus", "Un train le dimanche", "Une carte commune")):
        page = newsroom.news(news, title, pk=108 + number, slug=f"nouvelle-{number}", date=f"2026-0{number + 1}-15")
        borders.link(page, border)
    moved = standard_page(homes["fr"], "Qui sommes-nous", pk=120, slug="qui-sommes-nous")
    Redirect.add_redirect("/fr/a-propos/", moved, is_permanent=True)


def test_the_tour_is_as_printed(client: Client, site: None) -> None:
    exchanges = printed()
    assert len(exchanges) > 8
    wrong = []
    for shown in exchanges:
        response = client.get(shown.path)
        found = [] if response.status_code == shown.status else [f"status: is {response.status_code}"]
        found += [
            f"{n}: is {response.headers.get(n)}" for n, v in shown.headers.items() if response.headers.get(n) != v
        ]
        if shown.body:
            found += differences(json.loads(shown.body), response.json())
        if found:
            real = json.dumps(json.loads(response.content), indent=2, ensure_ascii=False) if response.content else ""
            wrong.append("\n  ".join([f"GET {shown.path}", *found, real]))
    assert not wrong, "\n\n".join(wrong)
