"""Cards and details of every page type, compared as a whole with the files in tests/contracts/golden.

What a change does to the API shows in the difference of these files. `pytest tests/contracts/test_golden.py
--rewrite-golden` writes them anew.
"""

import datetime
import json
import re
from functools import reduce
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from wagtail.models import Page

from borders.models import Border, Territory
from cms import labels, renditions
from cms.media import CmsImage
from cms.page_shapes import page_types
from cms.translation import drafting, status
from tests.conftest import on_postgresql
from tests.factories import resources
from tests.factories.every_type import every_type
from tests.factories.pages import locale
from tests.translation.conftest import translate_texts

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime.datetime(2100, 1, 4, 9, tzinfo=datetime.UTC)
"""So late that meetings are to come whenever the tests run."""

TRANSLATED = {
    "BorderPage": ("de", "full"),
    "DossierPage": ("en", "partial"),
    "NewsPage": ("en", "outdated"),
    "StandardPage": ("de", "summary"),
    "ObstaclePage": ("en", "fallback"),
}
NAMES = [
    *sorted(f"{model.__name__}.fr" for model in page_types().values()),
    *(f"{name}.{language}-{state}" for name, (language, state) in TRANSLATED.items()),
]


@pytest.fixture(scope="module")
def answers(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the API says of one site, by the names of the files."""
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        patch.setattr(labels, "_current", labels.Labels(-1))
        if on_postgresql():
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS changes_version IMMEDIATE")
        pages = site()
        found = asked(pages)
        transaction.set_rollback(True)
    body = found["StandardPage.fr"]["detail"]["body"]
    for name in found.keys() - {"StandardPage.fr"}:
        if found[name]["detail"].get("body") == body:
            found[name]["detail"]["body"] = "as that of StandardPage.fr"
    return found


def site() -> dict[str, Page]:
    """The pages by the names of their files."""
    french = every_type("Texte", NOW)
    study = resources.record("Texte", code="1", date=datetime.date(2019, 3, 1), date_precision="month")
    study.borders, study.territories = Border.objects.all(), Territory.objects.all()
    study.save()
    for image in CmsImage.objects.all():
        renditions.make(image)
    pages = {f"{name}.fr": page for name, page in french.items()}
    for name, (language, state) in TRANSLATED.items():
        french[name].copy_for_translation(locale(language), copy_parents=True, alias=True)
        if state != "fallback":
            translate(french[name], language, state)
        pages[f"{name}.{language}-{state}"] = french[name].get_translation(locale(language))
    Page.objects.update(first_published_at=NOW, last_published_at=NOW)
    return pages


def translate(page: Page, language: str, state: str) -> None:
    [translation] = drafting.submit(page, [locale(language)], None)
    translate_texts(translation, {"Texte": "Text"} if state == "partial" else None)
    drafting.save(translation, publish=True)
    if state == "outdated":
        page.introduction = "Tout autre chose."
        page.save_revision().publish()
    if state == "summary":
        status.mark_summary(page.get_translation(locale(language)))


def asked(pages: dict[str, Page]) -> dict[str, Any]:
    """The card and the detail of each page."""
    client = Client()
    lists = [client.get(f"/api/v2/pages/?limit=100&locale={code}").json()["items"] for code in ("fr", "de", "en")]
    cards = {card["id"]: card for card in chain(*lists)}
    return {
        name: normal({"card": cards[page.pk], "detail": client.get(f"/api/v2/pages/{page.pk}/").json()})
        for name, page in pages.items()
    }


VARYING = {
    r"/(pages|images|documents)/\d+/": r"/\1/0/",
    r'(data-\w+-id=)"\d+"': r'\1"0"',
    r"/media/renditions/\w+/": "/media/renditions/name/",
    r"^data:.*": "data:image",
    r"^#\w{6}$": "#colour",
}
"""What differs from one database to the next: keys, names of files, the noise in the picture."""


def normal(value: Any) -> Any:
    """JSON without what differs from one database to the next."""
    if isinstance(value, dict):
        return {name: 0 if name == "id" and isinstance(part, int) else normal(part) for name, part in value.items()}
    if isinstance(value, list):
        return [normal(part) for part in value]
    if isinstance(value, str):
        return reduce(lambda text, varying: re.sub(*varying, text), VARYING.items(), value)
    return value


@pytest.mark.parametrize("name", NAMES)
def test_every_page_type_answers_as_it_did(name: str, answers: dict[str, Any], pytestconfig: pytest.Config) -> None:
    file = GOLDEN / f"{name}.json"
    text = json.dumps(answers[name], indent=1, ensure_ascii=False) + "\n"
    if pytestconfig.getoption("rewrite_golden"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), "review the difference; --rewrite-golden writes the file anew"
