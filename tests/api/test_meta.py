"""What a page's `meta` says for search engines, social networks and going on reading."""

import datetime
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.api.conftest import SmallSite
from tests.factories import newsroom as make
from tests.factories.every_type import every_type
from tests.factories.pages import standard_page

pytestmark = pytest.mark.django_db

TYPES = {
    "HomePage": "WebSite",
    "StandardPage": "WebPage",
    "BorderIndexPage": "CollectionPage",
    "BorderPage": "Article",
    "TerritoryPage": "Article",
    "ObstaclePage": "Article",
    "PracticePage": "Article",
    "DossierPage": "Article",
    "ChapterPage": "Article",
    "PositionPage": "Article",
    "ProjectPage": "Article",
    "NewsPage": "NewsArticle",
    "EventPage": "Event",
    "TrainingPage": "Course",
    "CallPage": "Article",
}


def meta(client: Client, pk: int) -> Any:
    response = client.get(f"/api/v2/pages/{pk}/")
    assert response.status_code == 200, response.content
    return response.json()["meta"]


def test_every_type_says_what_it_is(client: Client) -> None:
    pages = every_type("Texte")
    for name, kind in TYPES.items():
        own, publisher, trail = meta(client, pages[name].pk)["json_ld"]["@graph"]
        assert own["@type"] == kind, name
        assert own["url"] == own["@id"] == trail["itemListElement"][-1]["item"]
        assert own.get("publisher") == (None if kind == "Event" else {"@id": publisher["@id"]}), "an event is no work"
        assert [step["position"] for step in trail["itemListElement"]] == list(
            range(1, len(trail["itemListElement"]) + 1)
        )
        assert None not in own.values()
    event = meta(client, pages["EventPage"].pk)["json_ld"]["@graph"][0]
    assert event["startDate"]
    assert event["location"] == [
        {"@type": "Place", "name": "Texte", "address": "Texte"},
        {"@type": "VirtualLocation", "url": "https://example.org/live"},
    ]
    assert event["organizer"] == [{"@type": "Organization", "name": "Texte"}]
    course = meta(client, pages["TrainingPage"].pk)["json_ld"]["@graph"][0]
    [instance] = course["hasCourseInstance"]
    assert instance["@type"] == "CourseInstance"
    assert instance["courseWorkload"] == "P0DT03H00M00S"
    border = meta(client, pages["BorderPage"].pk)["json_ld"]["@graph"][0]
    assert border["about"]["@type"] == "Place"


def test_a_job_is_a_posting(client: Client, site: SmallSite) -> None:
    job = make.news(make.news_index(site.fr), title="Stage", kind="job")
    own = meta(client, job.pk)["json_ld"]["@graph"][0]
    assert (own["@type"], own["title"], own["datePosted"]) == ("JobPosting", "Stage", job.date.isoformat())
    assert own.keys().isdisjoint({"datePublished", "dateModified", "publisher", "inLanguage"})


def test_a_course_says_what_it_costs(client: Client, site: SmallSite) -> None:
    index = make.training_index(site.fr)
    start = timezone.now() + datetime.timedelta(days=9)
    for price, category in ((0, "Free"), (120, "Paid"), (None, None)):
        session = make.training_session(start, end=start + datetime.timedelta(days=2), all_day=True)
        own = {"price": price, "registration_url": "https://example.org/inscription", "registration_deadline": start}
        training = make.training(index, slug=f"cours-{price}", sessions=[session], **own)
        course = meta(client, training.pk)["json_ld"]["@graph"][0]
        assert (
            course["offers"]["validThrough"]
            == client.get(f"/api/v2/pages/{training.pk}/").json()["registration_deadline"]
        )
        assert (course["offers"].get("category"), course["offers"].get("price")) == (category, price)
        assert course["hasCourseInstance"][0]["courseWorkload"] == "P3D"


def test_members_links_are_told_to_nobody(client: Client, site: SmallSite) -> None:
    session = make.event_session(timezone.now(), online_url="https://example.org/salle")
    own = {"audience": "members", "registration_url": "https://example.org/inscription"}
    event = make.event(make.event_index(site.fr), sessions=[session], **own)
    found = meta(client, event.pk)
    assert "https://example.org/" not in json.dumps(found)
    location = [{"@type": "VirtualLocation", "url": found["html_url"]}]
    assert found["json_ld"]["@graph"][0]["location"] == location, "search engines want one: it is told on the page"


def test_open_graph(client: Client, site: SmallSite) -> None:
    found = meta(client, site.about.pk)["open_graph"]
    assert found == {
        "title": "À propos",
        "description": "Qui nous sommes",
        "type": "website",
        "url": "http://localhost:8000/fr/a-propos/",
        "site_name": "Mission Opérationnelle Transfrontalière",
        "locale": "fr_FR",
        "locale_alternate": ["de_DE"],
        "image": None,
        "twitter_card": "summary",
    }


def test_the_pages_before_and_after(client: Client, site: SmallSite) -> None:
    """Drafts, private and expired pages are passed over, children and cousins are no neighbours."""
    last = standard_page(site.fr, "Dernière")
    cousin = standard_page(last, "Cousine")
    assert meta(client, site.about.pk)["previous"] is None
    assert meta(client, site.about.pk)["next"]["id"] == last.pk
    assert meta(client, last.pk)["previous"]["title"] == "À propos"
    assert meta(client, last.pk)["next"] is None
    for alone in (site.team, cousin, site.fr):
        found = meta(client, alone.pk)
        assert (found["previous"], found["next"]) == (None, None)


def test_the_queries_of_a_list_of_each_type(client: Client) -> None:
    """As cards: no more for two pages than for twenty, so a page that reads by itself what it shows counts twice."""
    counts: dict[str, int] = {}
    for name, page in every_type("Texte").items():
        if name not in {"HomePage", "BorderPage", "TerritoryPage"}:  # these are the only ones of their language
            page.copy(recursive=False, update_attrs={"slug": f"{page.slug}-2"}, copy_revisions=False)
        address = f"/api/v2/pages/?type={page.specific_class._meta.label}"
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as queries:  # of a filter that nobody counted before
            client.get(f"{address}&updated_since=2000-01-01")
        counts[name] = len(queries)
    assert max(counts.values()) <= 8, counts


def test_the_queries_of_a_detail_and_of_a_list_with_everything(client: Client) -> None:
    pages = every_type("Texte")
    counts: dict[str, int] = {}
    for name, page in pages.items():
        meta(client, page.pk)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            meta(client, page.pk)
        counts[name] = len(queries)
    assert max(counts.values()) <= 15, counts
    events = pages["EventPage"].get_parent()
    for number in range(5):
        make.event(events, title=f"Autre {number}", sessions=[make.event_session(timezone.now())])
    address = "/api/v2/pages/?type=newsroom.EventPage&fields=_,json_ld,next"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(f"{address}&limit=2")
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(few) == len(many)
