"""JSON-LD that is handed out: facts say what they are, and whatever is said is in schema.org's own terms."""

from collections.abc import Iterator
from typing import Any

import pytest
import rdflib
from django.test import Client
from pyld import jsonld

from borders.models import TerritoryMember
from home.models import Member, MemberName
from tests.factories import borders as make
from tests.factories import resources as make_resources
from tests.factories.every_type import every_type
from tests.factories.pages import home_page

pytestmark = pytest.mark.django_db

API = "http://localhost:8000/api/v2/"
# schema.org's context is on the network; this is what it comes to for terms and addresses.
CONTEXT = {"@context": {"@vocab": str(rdflib.SDO), "url": {"@type": "@id"}, "sameAs": {"@type": "@id"}}}


def load(address: str, options: Any) -> Any:
    assert address == "https://schema.org"
    return {"contextUrl": None, "documentUrl": address, "document": CONTEXT}


def terms(expanded: Any) -> Iterator[str]:
    """Every property and type of an expanded document."""
    if isinstance(expanded, list):
        for part in expanded:
            yield from terms(part)
    if isinstance(expanded, dict):
        yield from (name for name in expanded if not name.startswith("@"))
        yield from expanded.get("@type", []) if "@value" not in expanded else []
        for part in expanded.values():
            yield from terms(part)


def check(document: Any) -> None:
    """Fails on what an expander refuses, relative addresses, and terms that schema.org does not have."""
    expanded = jsonld.expand(document, {"documentLoader": load, "base": None})
    found = set(terms(expanded))
    assert found
    unknown = {term for term in found if term not in rdflib.SDO}
    assert not unknown
    for thing in document["@graph"]:
        assert "://" in thing.get("@id", "://")


def described(client: Client, path: str) -> Any:
    body = client.get(f"/api/v2/{path}").json()
    check(body["json_ld"])
    own, *_others = body["json_ld"]["@graph"]
    assert own["@id"] == API + path.split("?")[0]
    return own


def test_a_border_is_a_place_between_countries(client: Client) -> None:
    whole = make.border("fr-it-mc", geometry=None, lat="43.9", lon="7.5")
    border = make.border("fr-mc", {"de": "Frankreich–Monaco"}, parent=whole)
    make.border_page(make.border_index(home_page("de")), border)
    own = described(client, "borders/fr-mc/?locale=de")
    assert own["@type"] == "Place"
    assert own["name"] == "Frankreich–Monaco"
    assert own["url"] == client.get("/api/v2/borders/fr-mc/?locale=de").json()["page"]["html_url"]
    assert {country["identifier"] for country in own["geoTouches"]} == {"FR", "MC"}
    assert own["containedInPlace"]["@id"] == f"{API}borders/fr-it-mc/"
    west, south, east, north = client.get("/api/v2/borders/fr-mc/").json()["bbox"]
    assert {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"} in own["geo"]
    parts = described(client, "borders/fr-it-mc/")["containsPlace"]
    assert [part["@id"] for part in parts] == [f"{API}borders/fr-mc/"]


def test_a_territory_is_what_its_legal_form_makes_it(client: Client) -> None:
    border = make.border("fr-de")
    make.territory("bassin", [border], legal_form="none", lat="48.5", lon="7.7")
    legal = make.territory("gect", [border], legal_form="egtc", website="https://example.org/gect", seat="Kehl")
    TerritoryMember.objects.create(fact=legal, name="Ville de Strasbourg")
    assert described(client, "territories/bassin/")["@type"] == "Place"
    own = described(client, "territories/gect/")
    assert (own["@type"], own["url"]) == ("Organization", "https://example.org/gect")
    assert own["member"] == [{"@type": "Organization", "name": "Ville de Strasbourg"}]
    assert own["location"]["address"] == "Kehl"


def test_programmes_agents_and_members(client: Client) -> None:
    border = make.border("fr-de")
    make.programme("rhin", [border])
    own = described(client, "programmes/rhin/")
    assert own["@type"] == "FundingScheme"
    assert [place["@id"] for place in own["areaServed"]] == [f"{API}borders/fr-de/"]

    make_resources.agent("mot", isni="0000000121032683", viaf="2477", website="https://example.org/")
    make_resources.agent("someone", kind="person", orcid="0000-0002-1825-0097")
    body, person = described(client, "agents/mot/"), described(client, "agents/someone/")
    assert (body["@type"], person["@type"]) == ("Organization", "Person")
    assert body["sameAs"] == ["https://isni.org/isni/0000000121032683", "https://viaf.org/viaf/2477"]
    assert person["sameAs"] == ["https://orcid.org/0000-0002-1825-0097"]

    country = border.countries.get(code="fr")
    member = Member(code="alsace", category="region", city="Strasbourg", country=country, lat="48.58", lon="7.75")
    member.names = [MemberName(language="fr", text="Alsace")]
    member.save()
    document = client.get("/api/v2/members/alsace/").json()["json_ld"]
    own = described(client, "members/alsace/")
    assert own["address"] == {"@type": "PostalAddress", "addressLocality": "Strasbourg", "addressCountry": "FR"}
    assert own["memberOf"]["@id"] == document["@graph"][1]["@id"]
    assert "json_ld" not in client.get("/api/v2/members/alsace/?format=geojson").json()["properties"]


def test_every_page_speaks_schema_org(client: Client) -> None:
    for page in every_type("Texte").values():
        check(client.get(f"/api/v2/pages/{page.pk}/").json()["meta"]["json_ld"])
