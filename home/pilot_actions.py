"""Pilot actions of all projects over REST, as rows of their own: a project's page holds them as blocks.

What an action does not say of itself (where, when), its project says: filters look there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from typing_extensions import TypedDict

from borders import atlas
from cms import publication, representation
from cms.api import params, windows
from cms.api.errors import bad
from cms.api.views import Api, Listed
from cms.json_types import Date
from cms.labels import Coded
from cms.references import Context, Loaded, References, page_target
from resources.projects import ProjectPage


class PilotActionRow(TypedDict):
    """One trial of a project in one place; `id` is the same in every language; dates are ISO 8601."""

    id: str
    title: str
    strand: str
    territory: Coded | None
    borders: list[Coded]
    partners: list[str]
    start: Date | None
    end: Date | None
    result: str
    project: representation.PageLink


@dataclass(frozen=True)
class Action:
    """A stored action with keys of the facts that it is about and its days, its own or its project's."""

    project: ProjectPage
    number: int
    stored: dict[str, Any]
    borders: set[int]
    territories: set[int]
    start: str | None
    end: str | None

    @property
    def value(self) -> dict[str, Any]:
        return self.stored["value"]

    def lasts_until(self, day: str) -> bool:
        """Whether it still goes on that day or later; nobody knows of one without dates."""
        return self.end >= day if self.end else self.start is not None


def _keys(stored: Any) -> list[int]:
    """Keys of facts in a stored list of choosers."""
    return [int(value) for value in _values(stored) if value]


def _values(stored: Any) -> list[Any]:
    return [item["value"] if isinstance(item, dict) else item for item in stored or ()]


def actions(projects: Sequence[ProjectPage], query: params.Query) -> Iterator[Action]:
    """Every action of these projects, in their order (one query)."""
    pks = {project.pk for project in projects}
    links = Loaded(References(links={"border_links": pks, "territory_links": pks} if pks else {}), query.labels).links
    known = atlas.of(query.labels)
    for project in projects:
        for number, stored in enumerate(project.pilot_actions.get_prep_value()):
            value = stored["value"]
            borders = set(_keys(value.get("borders")))
            territories = {int(value["territory"])} if value.get("territory") else set()
            if not borders and not territories:
                borders = set(links["border_links", project.pk])
                territories = set(links["territory_links", project.pk])
            for territory in territories:
                borders.update(known.borders_of_territory.get(territory, ()))
            start, end = value.get("start"), value.get("end")
            if not start and not end:
                start, end = project.start_date, project.end_date
            yield Action(
                project, number, stored, borders, territories, str(start) if start else None, str(end) if end else None
            )


def action_json(action: Action, context: Context) -> PilotActionRow:
    """An action as the page shows it, with facts as code and label."""
    value, project, labels = action.value, action.project, context.labels
    repeated = project.alias_of.locale.language_code if project.alias_of else None
    target = page_target(project.pk, project.content_type_id, project.title, context.locale, project.url_path, repeated)
    own_territory = int(value["territory"]) if value.get("territory") else None
    return {
        "id": action.stored.get("id") or "",
        "title": value.get("title") or "",
        "strand": value.get("strand") or "",
        "territory": labels.coded("borders.Territory", own_territory, context.locale),
        "borders": labels.all_coded("borders.Border", _keys(value.get("borders")), context.locale),
        "partners": [name for name in _values(value.get("partners")) if name],
        "start": value.get("start") or None,
        "end": value.get("end") or None,
        "result": representation.rich_text(value.get("result") or "", context),
        "project": representation.page_link(target, context),  # type: ignore[typeddict-item]
    }


_ORDERS: dict[str, Callable[[Action], str | None]] = {
    "start": lambda action: action.start,
    "end": lambda action: action.end,
    "title": lambda action: action.value.get("title", "").casefold(),
}


class PilotActionList(Api):
    """Pilot actions of the public projects in the answer's language; by project unless `order` says otherwise."""

    own_params = (
        params.Param("project", params.integer(1), "Of these projects (keys of their pages in any language).", True),
        params.Param("border", params.fact("borders.Border"), "On one of these borders or its parts (codes).", True),
        params.Param("territory", params.fact("borders.Territory"), "In one of these territories (codes).", True),
        params.Param("strand", params.plain, "Of this strand, as it is written in the answer's language."),
        params.Param("date_from", params.date, "Still going on this day or later."),
        params.Param("date_to", params.date, "Begun this day or earlier."),
        params.Param("fallback", params.boolean, "false leaves out projects that stand in for a missing translation."),
        params.Param(
            "order",
            params.choice([*_ORDERS, *(f"-{name}" for name in _ORDERS)]),
            "The order of the items; a minus sign reverses it. What has no date comes last.",
        ),
        params.LIMIT,
        params.OFFSET,
        windows.CURSOR,
    )

    def answer(self, query: params.Query) -> Listed[PilotActionRow]:
        order: str = query["order"] or ""
        value = _ORDERS.get(order.removeprefix("-"), lambda action: None)
        found = self.sorted(self.matching(query), query["order"])
        shown, following = windows.window_of(
            found,
            lambda action: [value(action), action.project.path, action.number],
            (order.startswith("-"), False, False),
            query,
        )
        references = References()
        for action in shown:
            references.add_rich_text(action.value.get("result") or "")
        context = self.context(query, references)
        items = [action_json(action, context) for action in shown]
        return {"meta": {"total_count": len(found), "next_cursor": following}, "items": items}

    @staticmethod
    def matching(query: params.Query) -> list[Action]:
        """The actions that fit every filter, by the place of their projects in the tree."""
        projects = publication.public(
            ProjectPage.objects.select_related("alias_of__locale"), query.labels.private_paths
        )
        if query["project"]:
            named = projects.filter(pk__in=query["project"])
            if missing := set(query["project"]) - set(named.values_list("pk", flat=True)):
                raise bad("project", min(missing), "project doesn't exist")
            projects = projects.filter(translation_key__in=named.values("translation_key"))
        if query["fallback"] is False:
            projects = projects.filter(alias_of=None)
        own = list(projects.filter(locale__language_code=query.locale).order_by("path"))
        found = list(actions(own, query))
        if query["border"]:
            on = atlas.borders_by_code(query.labels, query["border"])
            found = [action for action in found if action.borders & on]
        if query["territory"]:
            within = atlas.keys(query.labels, "borders.Territory", query["territory"])
            found = [action for action in found if action.territories & within]
        if query["strand"]:
            strand = query["strand"].casefold()
            found = [action for action in found if action.value.get("strand", "").casefold() == strand]
        if query["date_from"]:
            day = query["date_from"].isoformat()
            found = [action for action in found if action.lasts_until(day)]
        if query["date_to"]:
            day = query["date_to"].isoformat()
            found = [action for action in found if action.start and action.start <= day]
        return found

    @staticmethod
    def sorted(found: list[Action], order: str | None) -> list[Action]:
        """In the order asked for; those without such a value last, whichever way."""
        if not order:
            return found
        value = _ORDERS[order.removeprefix("-")]
        known = [action for action in found if value(action) is not None]
        known.sort(key=value, reverse=order.startswith("-"))  # type: ignore[arg-type]
        return known + [action for action in found if value(action) is None]
