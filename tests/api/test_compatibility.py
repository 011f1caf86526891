"""Every line of the compatibility table in docs/api.md, sent to stock Wagtail and to us."""

import re
from datetime import datetime
from typing import Any, NamedTuple

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from wagtail.search.backends import get_search_backend

from tests.api.conftest import SmallSite
from tests.factories import newsroom, pictures

pytestmark = pytest.mark.django_db

LINE = re.compile(r"^\| `([^`]+)` \| (\d{3})[^|]* \| ([^|]+) \|$", re.MULTILINE)
# Where two servers, or two moments, rightly say something else.
ELSEWHERE = {"detail_url", "html_url", "download_url", "message"}


class Line(NamedTuple):
    request: str
    stock: int
    here: str


def lines() -> list[Line]:
    table = (django_settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")
    return [Line(request, int(status), here) for request, status, here in LINE.findall(table)]


@pytest.fixture
def keys(site: SmallSite) -> dict[str, int]:
    """What the braces in the table stand for, on a site on which the schedule has run."""
    site.expired.delete()
    image = pictures.image(title="Carte des frontières")
    image.tags.add("carte")
    document = newsroom.attachment("Statuts")
    site.about.sharing_image = image
    site.about.save()
    for home in (site.fr, site.de):
        home.first_published_at = timezone.now()
        home.save()
    for found in (site.fr, site.about, site.team, image, document):
        get_search_backend().add(found)
    return {
        "page": site.about.pk,
        "child": site.team.pk,
        "draft": site.draft.pk,
        "private": site.private.pk,
        "image": image.pk,
        "document": document.pk,
    }


def answers(client: Client, settings: Any, request: str) -> tuple[Any, Any]:
    """(stock, ours) of one request."""
    found = []
    for urls in ("tests.stock.urls", "cms.urls"):
        settings.ROOT_URLCONF = urls
        found.append(client.get(f"/api/v2/{request}"))
    return found[0], found[1]


def test_the_table_is_read_whole() -> None:
    text = (django_settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")
    rows = [row for row in text.splitlines() if row.startswith("| `")]
    assert len(lines()) == len(rows) > 80


@pytest.mark.parametrize("line", lines(), ids=lambda line: line.request)
def test_clients_of_v2_get_what_the_table_says(client: Client, keys: dict[str, int], settings: Any, line: Line) -> None:
    stock, ours = answers(client, settings, re.sub(r"\{(\w+)\}", lambda m: str(keys[m[1]]), line.request))
    assert stock.status_code == line.stock
    if line.here != "same":
        assert ours.status_code == int(line.here[:3])
        theirs = ids(stock), stock.status_code
        assert (ids(ours), ours.status_code) != theirs
        return
    assert ours.status_code == line.stock
    if stock.status_code == 302:
        path = stock["Location"].rstrip("?").removeprefix("http://localhost")
        assert ours["Location"] == path
    elif stock.status_code == 200:
        holds(stock.json(), ours.json(), line.request)
    else:
        assert ours.json()["message"]


def ids(response: Any) -> list[Any] | None:
    items = response.json().get("items") if response["Content-Type"] == "application/json" else None
    return [item.get("id") for item in items] if items is not None else None


def holds(theirs: Any, ours: Any, place: str) -> None:
    """Everything that stock gives is in ours, with the same value; ours may say more."""
    if isinstance(theirs, dict):
        assert isinstance(ours, dict), place
        for name, value in theirs.items():
            assert name in ours, f"{place}.{name}"
            if name not in ELSEWHERE:
                holds(value, ours[name], f"{place}.{name}")
    elif isinstance(theirs, list):
        assert isinstance(ours, list), place
        assert len(theirs) == len(ours), place
        for number, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            holds(one, other, f"{place}[{number}]")
    elif place.endswith("_at") and theirs:
        assert datetime.fromisoformat(ours) == datetime.fromisoformat(theirs), place
    else:
        assert ours == theirs, place
