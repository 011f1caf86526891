"""The portal's pages of an author and of a concept of the thesaurus: who or what it is, its works, what is near it.

Their addresses are the same words in all languages (`auteurs`, `themes`) and one step below the documents' numbers.
"""

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from cms import frontend, labels
from cms.facts import Fact
from cms.labels import Coded
from cms.references import Context, Loaded, References
from cms.throttle import limited
from resources import concept_shapes
from resources.api import agent_json, agent_json_ld
from resources.fact_merging import successor
from resources.models import Agent, Concept, RecordAgent
from search import basket
from search.answering import Unavailable
from search.portal import current_locale, in_each_language, unavailable
from search.question import Question
from search.results import answered

AUTHORS, THEMES = "auteurs", "themes"
WORKS = 10
"""Works that such a page shows; the rest is a search."""
COAUTHORS = 12
BEGIN = {"author": ("theme", "border"), "theme": ("type", "border", "author")}
"""Facets of a subject's works that its page offers to go on from."""


@limited()
@require_safe
def author(request: HttpRequest, code: str) -> HttpResponse:
    """A person or body: other names and identifiers, works, who wrote with them."""
    context = _context()
    agent = Agent.objects.filter(live=True, code=code).prefetch_related("names").first()
    if agent is None:
        return _merged(Agent, AUTHORS, code, context.locale)
    shown = agent_json(agent, context)
    about = {
        "agent": shown,
        "near": coauthors(agent, context),
        "linked_data": agent_json_ld(shown, context),
    }
    return _page(request, "author", code, f"{AUTHORS}/{code}", shown["label"], about, context)


@limited()
@require_safe
def theme(request: HttpRequest, code: str) -> HttpResponse:
    """A concept: its names, its place in the thesaurus, works about it or narrower ones."""
    context = _context()
    found = Concept.objects.filter(live=True, code=code).prefetch_related("names").first()
    if found is None:
        return _merged(Concept, THEMES, code, context.locale)
    shown = concept_shapes.concept_detail(found, context)
    others = [one for one in shown["labels"] if one["language"] != context.locale and one["preferred"]]
    about = {"concept": shown, "other_labels": others}
    return _page(request, "theme", code, f"{THEMES}/{code}", shown["label"], about, context)


def _merged(model: type[Fact], below: str, code: str, locale: str) -> HttpResponse:
    """Leads from the code of one that was merged to the other; Http404 where that is not published, or was not."""
    into = successor(model, code)
    if into is None or not model._default_manager.filter(code=into, live=True).exists():
        raise Http404
    return redirect(frontend.portal_path(locale, f"{below}/{into}"), permanent=True)


def coauthors(agent: Agent, context: Context) -> list[dict[str, Any]]:
    """Who has answered for published documents together with an agent, the most frequent first (two queries)."""
    own = RecordAgent.objects.filter(agent=agent, record__live=True).values("record")
    rows = RecordAgent.objects.filter(record__in=own, agent__live=True).exclude(agent=agent)
    counted = rows.order_by().values("agent").annotate(count=Count("record", distinct=True))
    counts = dict(counted.order_by("-count", "agent").values_list("agent", "count")[:COAUTHORS])
    found = {one.pk: one for one in Agent.objects.filter(pk__in=counts).prefetch_related("names")}
    return [
        {"code": found[pk].code, "label": found[pk].name_in(context.locale), "count": count}
        for pk, count in counts.items()
    ]


def _context() -> Context:
    snapshot = labels.current()
    return Context(current_locale(), snapshot, Loaded(References(), snapshot))


def _page(
    request: HttpRequest, facet: str, code: str, path: str, title: str, about: dict[str, Any], context: Context
) -> HttpResponse:
    locale = context.locale
    shown: dict[str, Any] = {
        **about,
        "locale": locale,
        "languages": in_each_language("", f"{path}/"),
        "address": frontend.portal_url(locale, path),
        "subject": Coded(code=code, label=title),
        "query": f"?{facet}={code}",
    }
    question = Question(text="", locale=locale, chosen={facet: (code,)}, order="date", limit=WORKS)
    try:
        found = answered(question, context.labels)
    except Unavailable:
        return unavailable(request, shown)
    begin = {one["name"]: one for one in found["facets"] if one["values"]}
    shown["begin"] = [begin[name] for name in BEGIN[facet] if name in begin]
    shown["works"], shown["total"] = found["items"], found["meta"]["total_count"]
    return basket.show(request, f"portal/{facet}.html", shown)
