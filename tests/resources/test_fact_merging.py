"""Two concepts or agents become one: nothing that named one is lost, and both codes lead to the other."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from resources.exchange import portable
from resources.exchange.importing import load
from resources.fact_merging import merge
from resources.models import Agent, Concept, MergedFact, PageTheme, Record
from tests.admin import administrator
from tests.factories import resources as make
from tests.factories.pages import home_page, standard_page

pytestmark = pytest.mark.django_db


def concept(code: str, *broader: Concept, **names: str) -> Concept:
    made = make.concept(code)
    made.names = [type(made.names.first())(language=key, text=text) for key, text in {"fr": code, **names}.items()]
    made.broader = list(broader)
    made.save()
    return Concept.objects.get(pk=made.pk)


def test_all_that_named_a_concept_names_the_other(client: Client) -> None:
    fact, into = concept("old", de="Alt"), concept("new", en="New")
    below = concept("below", fact)
    published, drafted = make.record("Un"), make.record("Deux")
    published.concepts = [fact, into]
    published.save_revision().publish()
    drafted.concepts = [fact]
    drafted.save_revision()
    page: Any = standard_page(home_page("fr"), "Page")
    page.theme_links = [PageTheme(fact=fact), PageTheme(fact=into)]
    page.save_revision().publish()
    merge(fact, into)

    assert list(Record.objects.get(pk=published.pk).concepts.all()) == [into]
    assert list(Record.objects.get(pk=published.pk).get_latest_revision_as_object().concepts.all()) == [into]
    assert list(Record.objects.get(pk=drafted.pk).get_latest_revision_as_object().concepts.all()) == [into]
    page = type(page).objects.get(pk=page.pk)
    assert [link.fact for link in page.theme_links.all()] == [into]
    assert [link.fact for link in page.get_latest_revision_as_object().theme_links.all()] == [into]
    assert list(Concept.objects.get(pk=below.pk).broader.all()) == [into]
    kept = Concept.objects.get(pk=into.pk)
    assert {(name.language, name.text, name.kind) for name in kept.names.all()} == {
        ("fr", "new", "preferred"),
        ("fr", "old", "alternative"),
        ("de", "Alt", "preferred"),
        ("en", "New", "preferred"),
    }
    answer = client.get("/api/v2/concepts/old/?locale=fr&format=turtle")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v2/concepts/new/?locale=fr&format=turtle")
    assert client.get("/api/v2/concepts/older/").status_code == 404
    for path in ("records/?concept=old", "records/?concept=old,new", "pages/?theme=old"):
        assert client.get(f"/api/v2/{path}").json()["meta"]["total_count"] == 1, path
    assert client.get("/api/v2/records/?concept=older").status_code == 400
    last = concept("last")
    merge(kept, last)
    assert client.get("/api/v2/records/?concept=old").json()["meta"]["total_count"] == 1
    assert dict(MergedFact.objects.values_list("code", "into")) == {"old": "last", "new": "last"}
    one: Any = {"type": "report", "texts": [{"language": "fr", "title": "Trois"}], "concepts": ["old"]}
    [line] = load([(1, portable.checked(one))], "x")
    assert list(Record.objects.get(code=line.code).concepts.all()) == [last]


def test_older_versions_open_with_what_was_merged_into(client: Client) -> None:
    fact, into, other = concept("old"), concept("new"), concept("other")
    agent, kept = make.agent("insee-2"), make.agent("insee")
    record = make.record("Un", agents={"author": [agent, kept]})
    record.concepts = [fact, into, other]
    older = record.save_revision()
    older.publish()
    record.concepts, record.agent_links = [other], []
    record.save_revision().publish()
    page: Any = standard_page(home_page("fr"), "Page")
    page.theme_links = [PageTheme(fact=fact), PageTheme(fact=into)]
    of_page = page.save_revision()
    page.theme_links = []
    page.save_revision().publish()
    merge(fact, into)
    merge(agent, kept)
    last = concept("last")
    merge(Concept.objects.get(pk=into.pk), last)
    for revision in (older, of_page):
        revision.refresh_from_db()
    opened = older.as_object()
    assert {one.code for one in opened.concepts.all()} == {"last", "other"}
    assert [link.agent for link in opened.agent_links.all()] == [kept]
    assert [link.fact for link in of_page.as_object().theme_links.all()] == [last]
    administrator(client)
    address = reverse(Record.snippet_viewset.get_url_name("revisions_revert"), args=[record.pk, older.pk])
    assert client.get(address).status_code == 200
    older.publish()
    assert {one.code for one in Record.objects.get(pk=record.pk).concepts.all()} == {"last", "other"}


def test_the_thesaurus_never_runs_in_a_loop() -> None:
    top = concept("top")
    fact = concept("fact", top)
    child = concept("child", fact)
    grandchild = concept("grandchild", child)
    with pytest.raises(ValidationError, match="child"):
        merge(fact, grandchild)
    assert Concept.objects.filter(code="fact").exists()
    merge(fact, child)
    assert [one.code for one in Concept.objects.get(pk=child.pk).broader.all()] == ["top"]
    assert [one.code for one in Concept.objects.get(pk=grandchild.pk).broader.all()] == ["child"]


def test_agents_are_merged_in_the_admin(client: Client) -> None:
    administrator(client)
    fact, into = make.agent("insee-2"), make.agent("insee")
    Agent.objects.filter(pk=fact.pk).update(viaf="2477")
    both = make.record("Un", agents={"author": [fact, into], "publisher": [fact]})
    drafted = make.record("Deux")
    drafted.agent_links = [type(both.agent_links.first())(agent=fact, role="author")]
    drafted.save_revision()
    address = reverse("fact_merge", args=["agent", fact.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"into": fact.pk}).status_code == 422
    answer = client.post(address, {"into": into.pk})
    assert answer.status_code == 302
    links = Record.objects.get(pk=both.pk).agent_links.all()
    assert {(link.agent_id, link.role) for link in links} == {(into.pk, "author"), (into.pk, "publisher")}
    draft = Record.objects.get(pk=drafted.pk).get_latest_revision_as_object()
    assert [link.agent for link in draft.agent_links.all()] == [into]
    assert Agent.objects.get().viaf == "2477"
    assert client.get("/api/v2/agents/insee-2/")["Location"] == "/api/v2/agents/insee/"
    shown = client.get(reverse(Record.snippet_viewset.get_url_name("list")), {"agent": into.pk})
    assert [str(one) for one in shown.context["object_list"]] == ["Un"]
    into.save_revision()
    with pytest.raises(ValidationError):
        merge(into, make.agent("other"))
