"""The thesaurus as a tree, and as SKOS that an RDF library reads back."""

import itertools
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pyld import jsonld
from rdflib import DCTERMS, OWL, RDF, SKOS, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from cms.facts import NameKind
from resources.models import Concept, ConceptName, ConceptScopeNote
from tests import worlds
from tests.factories import resources as make

pytestmark = pytest.mark.django_db

SCHEME = URIRef("http://localhost:8000/api/v2/concepts/")
FORMATS = {"jsonld": ("application/ld+json", "json-ld"), "turtle": ("text/turtle", "turtle")}


@worlds.shared
def thesaurus() -> None:
    mobility = make.concept("mobility", notation="11")
    health = make.concept("health", notation="02")
    transport = make.concept("transport", broader=[mobility], eurovoc_id="4512")
    rescue = make.concept("rescue", broader=[health, mobility], eurovoc_id="c_2a1a9fdc")
    rescue.related.set([transport])
    rescue.save()
    make.concept("ambulance", broader=[rescue], status="deprecated")
    make.concept("idea", status="candidate")
    make.concept("draft", live=False, broader=[health])
    ConceptName.objects.create(fact=transport, language="de", text="Öffentlicher „Verkehr“ \\ Nah")
    ConceptName.objects.create(fact=transport, language="en", kind=NameKind.ALTERNATIVE, text="transport (en)")
    ConceptScopeNote.objects.create(fact=transport, language="fr", text="Tramways,\nautobus\tet trains.")
    ConceptScopeNote.objects.create(fact=transport, language="en", text="Trams, buses and trains.")


def read(client: Client, path: str, name: str) -> Graph:
    response = client.get(f"/api/v2/{path}", {"format": name})
    assert response.status_code == 200, response.content
    assert response["Content-Type"].split(";")[0] == FORMATS[name][0]
    return Graph().parse(data=response.content, format=FORMATS[name][1])


def uri(concept: Concept) -> URIRef:
    return URIRef(f"{SCHEME}{concept.code}/")


def expected(concept: Concept) -> set[Any]:
    """What the database says of a concept, as triples."""
    own = uri(concept)
    found: set[Any] = {
        (own, RDF.type, SKOS.Concept),
        (own, SKOS.inScheme, SCHEME),
        (own, DCTERMS.identifier, Literal(concept.code)),
    }
    names = concept.names.all()  # type: ignore[attr-defined]
    preferred = {(row.language, row.text) for row in names if row.kind == NameKind.PREFERRED}
    found |= {(own, SKOS.prefLabel, Literal(text, lang=language)) for language, text in preferred}
    others = {(row.language, row.text) for row in names} - preferred
    found |= {(own, SKOS.altLabel, Literal(text, lang=language)) for language, text in others}
    notes = concept.scope_notes.all()  # type: ignore[attr-defined]
    found |= {(own, SKOS.scopeNote, Literal(note.text, lang=note.language)) for note in notes}
    relations = {
        SKOS.broader: concept.broader.filter(live=True),
        SKOS.narrower: concept.narrower.filter(live=True),  # type: ignore[attr-defined]
        SKOS.related: [*concept.related.all(), *concept.related_from.all()],  # type: ignore[attr-defined]
    }
    for relation, others_ in relations.items():
        found |= {(own, relation, uri(other)) for other in others_}
    if concept.notation:
        found.add((own, SKOS.notation, Literal(concept.notation)))
    if concept.eurovoc_id:
        found.add((own, SKOS.exactMatch, URIRef(f"http://eurovoc.europa.eu/{concept.eurovoc_id}")))
    if concept.status == "deprecated":
        found.add((own, OWL.deprecated, Literal(True)))
    if concept.is_theme:
        found |= {(own, SKOS.topConceptOf, SCHEME), (SCHEME, SKOS.hasTopConcept, own)}
    return found


def scheme() -> set[Any]:
    titles = {
        "fr": "Thésaurus",
        "en": "Thesaurus",
        "de": "Thesaurus",
        "es": "Tesauro",
        "it": "Tesauro",
        "nl": "Thesaurus",
    }
    return {
        (SCHEME, RDF.type, SKOS.ConceptScheme),
        *((SCHEME, DCTERMS.title, Literal(title, lang=language)) for language, title in titles.items()),
    }


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_read_back_is_what_the_database_holds(client: Client, thesaurus: None, name: str) -> None:
    concepts = list(Concept.objects.filter(live=True))
    assert set(read(client, "concepts/", name)) == scheme().union(*(expected(concept) for concept in concepts))
    for concept in concepts:
        assert set(read(client, f"concepts/{concept.code}/", name)) == scheme() | expected(concept)


def test_filters_and_formats(client: Client, thesaurus: None) -> None:
    below = Graph().parse(data=client.get("/api/v2/concepts/?theme=health&format=turtle").content, format="turtle")
    assert set(below.subjects(RDF.type, SKOS.Concept)) == {
        URIRef(f"{SCHEME}{code}/") for code in ("health", "rescue", "ambulance")
    }
    assert isomorphic(read(client, "concepts/", "jsonld"), read(client, "concepts/", "turtle"))
    for media_type, name in (("text/turtle", "turtle"), ("application/ld+json", "jsonld")):
        asked = client.get("/api/v2/concepts/health/", headers={"accept": media_type})
        assert asked.content == client.get("/api/v2/concepts/health/?format=" + name).content
        assert "Accept" in asked["Vary"]
    assert client.get("/api/v2/concepts/?format=turtle&limit=0").status_code == 200
    assert client.get("/api/v2/concepts/?format=turtle&cursor=x").json()["errors"][0]["parameter"] == "cursor"
    assert client.get("/api/v2/concepts/?format=rdf").json()["errors"][0]["allowed"] == ["json", "jsonld", "turtle"]
    assert client.get("/api/v2/concepts/draft/?format=turtle").json()["status"] == 404


def test_another_json_ld_processor_reads_the_same(client: Client, thesaurus: None) -> None:
    document = client.get("/api/v2/concepts/?format=jsonld").json()
    quads = jsonld.to_rdf(document, {"format": "application/n-quads"})
    assert isomorphic(Graph().parse(data=quads, format="nt"), read(client, "concepts/", "turtle"))


def test_the_tree(client: Client, thesaurus: None) -> None:
    def shape(nodes: list[Any]) -> list[Any]:
        return [(node["code"], shape(node["narrower"])) for node in nodes]

    body = client.get("/api/v2/concepts/tree/?locale=en").json()
    rescue = ("rescue", [("ambulance", [])])
    assert shape(body["items"]) == [("health", [rescue]), ("mobility", [rescue, ("transport", [])])]
    assert body["items"][0] | {"narrower": []} == {
        "code": "health",
        "label": "health (en)",
        "notation": "02",
        "status": {"code": "approved", "label": "Approved"},
        "narrower": [],
    }
    one = client.get("/api/v2/concepts/tree/?theme=mobility").json()
    assert shape(one["items"]) == [("mobility", [rescue, ("transport", [])])]
    Concept.objects.get(code="rescue").broader.through.objects.create(
        from_concept=Concept.objects.get(code="rescue"), to_concept=Concept.objects.get(code="ambulance")
    )
    again = client.get("/api/v2/concepts/tree/").json()["items"]
    assert shape(again) == shape(body["items"])


def test_queries_do_not_grow(client: Client, thesaurus: None) -> None:
    paths = [
        "concepts/tree/",
        *(f"{path}?format={name}" for path in ("concepts/", "concepts/health/") for name in FORMATS),
    ]

    def queries() -> list[int]:
        found = []
        for path in paths:
            client.get(f"/api/v2/{path}")
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"/api/v2/{path}").status_code == 200
            found.append(len(captured))
        return found

    before = queries()
    health = Concept.objects.get(code="health")
    for one, other in itertools.pairwise([make.concept(f"more-{number}", broader=[health]) for number in range(12)]):
        one.related.set([other])
        one.save()
    assert queries() == before
    assert max(before) <= 5
