"""The thesaurus as linked data (SKOS): concepts as an RDF graph, in JSON-LD and Turtle.

A concept's URI is its address in the API, the scheme's that of the list: both answer these formats. Labels are in
every language whatever the language asked for; concepts beside those of an answer are named by their URI alone.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.utils import translation
from django.utils.translation import pgettext
from rdflib import DCTERMS, OWL, RDF, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rest_framework.renderers import BaseRenderer

from cms.facts import NameKind
from cms.languages import CODES
from cms.references import Context
from resources import hierarchy
from resources.thesaurus import Concept, ConceptStatus

EUROVOC = Namespace("http://eurovoc.europa.eu/")
PREFIXES = {"skos": SKOS, "dcterms": DCTERMS, "owl": OWL, "xsd": XSD}

_LINKS = ("broader", "narrower", "related", "exactMatch", "inScheme", "topConceptOf", "hasTopConcept")
_TEXTS = ("prefLabel", "altLabel", "scopeNote")
TERMS: dict[str, Any] = {
    **{name: str(namespace) for name, namespace in PREFIXES.items()},
    "Concept": "skos:Concept",
    "ConceptScheme": "skos:ConceptScheme",
    **{name: {"@id": f"skos:{name}", "@type": "@id", "@container": "@set"} for name in _LINKS},
    **{name: {"@id": f"skos:{name}", "@container": "@language"} for name in _TEXTS},
    "title": {"@id": "dcterms:title", "@container": "@language"},
    "identifier": "dcterms:identifier",
    "notation": "skos:notation",
    "deprecated": "owl:deprecated",
}
"""The context of the JSON-LD, written out in each document so that nobody has to fetch it."""


class JsonLdRenderer(BaseRenderer):
    """`?format=jsonld`, or `Accept: application/ld+json`; writes a Graph."""

    media_type = "application/ld+json"
    format = "jsonld"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        document = json.loads(data.serialize(format="json-ld", context=TERMS))
        return json.dumps(_in_order(document), ensure_ascii=False).encode()


def _in_order(part: Any) -> Any:
    """The same JSON in one order: that of rdflib differs from process to process, and an ETag is a hash."""
    if isinstance(part, dict):
        return {name: _in_order(part[name]) for name in sorted(part)}
    if isinstance(part, list):
        return sorted((_in_order(item) for item in part), key=json.dumps)
    return part


class TurtleRenderer(BaseRenderer):
    """`?format=turtle`, or `Accept: text/turtle`; writes a Graph."""

    media_type = "text/turtle"
    format = "turtle"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        graph: Graph = data
        return graph.serialize(format="turtle", encoding="utf-8")


def graph(concepts: Iterable[Concept], context: Context) -> Graph:
    """Published concepts and the scheme that they are in; their names and scope notes are prefetched."""
    found = Graph(bind_namespaces="none")
    for name, namespace in {**PREFIXES, "eurovoc": EUROVOC}.items():
        found.bind(name, namespace)
    scheme = URIRef(context.api("concepts/"))
    found.add((scheme, RDF.type, SKOS.ConceptScheme))
    for code in CODES:
        with translation.override(code):
            found.add((scheme, DCTERMS.title, Literal(pgettext("reader", "Thesaurus"), lang=code)))
    known = hierarchy.of(context.labels)
    for concept in concepts:
        _add(concept, scheme, known, context, found)
    return found


def _add(concept: Concept, scheme: URIRef, known: hierarchy.Hierarchy, context: Context, found: Graph) -> None:
    """State all that is known of one concept."""
    table = context.labels.table("resources.Concept").by_pk
    own = URIRef(context.api(f"concepts/{concept.code}/"))
    found.add((own, RDF.type, SKOS.Concept))
    found.add((own, SKOS.inScheme, scheme))
    found.add((own, DCTERMS.identifier, Literal(concept.code)))
    if concept.pk in known.themes:
        found.add((own, SKOS.topConceptOf, scheme))
        found.add((scheme, SKOS.hasTopConcept, own))
    names = list(concept.names.all())  # type: ignore[attr-defined]
    preferred = {Literal(name.text, lang=name.language) for name in names if name.kind == NameKind.PREFERRED}
    for label in preferred:
        found.add((own, SKOS.prefLabel, label))
    for name in names:
        label = Literal(name.text, lang=name.language)
        if label not in preferred:  # SKOS, S13: a label is one or the other
            found.add((own, SKOS.altLabel, label))
    for note in concept.scope_notes.all():  # type: ignore[attr-defined]
        found.add((own, SKOS.scopeNote, Literal(note.text, lang=note.language)))
    if concept.notation:
        found.add((own, SKOS.notation, Literal(concept.notation)))
    if concept.eurovoc_id:
        found.add((own, SKOS.exactMatch, EUROVOC[concept.eurovoc_id]))
    if concept.status == ConceptStatus.DEPRECATED:
        found.add((own, OWL.deprecated, Literal(True)))
    neighbours = {SKOS.broader: known.broader, SKOS.narrower: known.narrower, SKOS.related: known.related}
    for relation, edges in neighbours.items():
        for pk in edges.get(concept.pk, ()):
            if entry := table.get(pk):
                found.add((own, relation, URIRef(context.api(f"concepts/{entry.code}/"))))
