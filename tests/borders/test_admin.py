"""Editing facts through the admin, by real requests."""

import csv
import io
import json
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from wagtail.models import Workflow, WorkflowContentType
from wagtail.search import index
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from borders.admin import VIEWSETS
from borders.models import Border, Country, KeyFigure, Territory
from tests.borders.conftest import Places
from tests.factories import borders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> Client:
    user = get_user_model().objects.create_superuser("editor", "editor@example.org", "a long pass phrase")
    client.force_login(user)
    return client


def url(model: type, view: str, *args: Any) -> str:
    return reverse(model.snippet_viewset.get_url_name(view), args=args)  # type: ignore[attr-defined]


def names(*rows: tuple[str, str, str]) -> Any:
    return inline_formset([{"language": language, "kind": kind, "text": text} for language, kind, text in rows])


def flat(fields: dict[str, Any]) -> dict[str, Any]:
    """Form data with formsets; lists are several values of one field."""
    several = {name: value for name, value in fields.items() if isinstance(value, list)}
    return {**nested_form_data({k: v for k, v in fields.items() if k not in several}), **several}


def territory_form(places: Places, **fields: Any) -> dict[str, Any]:
    return flat(
        {
            "code": "pamina",
            "names": names(("fr", "preferred", "Eurodistrict PAMINA")),
            "borders": [places.fr_de.pk],
            "legal_form": "egtc",
            "scale": "rural",
            "founded_on": "2003-01-01",
            "founded_precision": "year",
            "seat": "Lauterbourg",
            "website": "https://www.eurodistrict-pamina.eu",
            "lat": "48.97",
            "lon": "8.18",
            "members": inline_formset([{"name": "Région Grand Est", "country": "", "website": ""}]),
            **fields,
        }
    )


def figure_form(places: Places, **fields: Any) -> dict[str, Any]:
    return flat(
        {
            "code": "length-third",
            "indicator": make.indicator().pk,
            "border": places.fr_de.pk,
            "territory": "",
            "from_country": "",
            "to_country": "",
            "qualifier": "about",
            "value": "450",
            "year": "2020",
            "source_name": "INSEE",
            "source_url": "https://www.insee.fr",
            "read_on": "2026-11-22",
            "notes": inline_formset([]),
            **fields,
        }
    )


def errors(response: Any, model: type | None = None) -> dict[str, Any]:
    assert response.status_code == 200, response.status_code
    form = response.context["form"]
    return {
        **form.errors,
        **{f"{name}-{i}": row for name, s in form.formsets.items() for i, row in enumerate(s.errors)},
    }


@pytest.mark.parametrize("viewset", VIEWSETS, ids=lambda viewset: viewset.model.__name__)
def test_every_list_is_quick_and_searches_filters_and_exports(viewset: Any, editor: Client, places: Places) -> None:
    programme = make.programme("interreg", [places.fr_de])
    make.key_figure("some", places.territory)
    path = url(viewset.model, "list")
    editor.get(path)
    with CaptureQueriesContext(connection) as few:
        assert editor.get(path).status_code == 200
    for number in range(8):
        border = make.border(f"xx-{number}", countries=["fr", "de"], parent=places.whole)
        make.key_figure(f"more-{number}", make.territory(f"more-{number}", [border, programme.borders.first()]))
        make.programme(f"more-{number}", [border])
        make.indicator(f"more-{number}")
        make.country("bcdefghi"[number] + "x")
    with CaptureQueriesContext(connection) as many:
        response = editor.get(path)
    assert "more-7" in response.content.decode().lower() or viewset.model.__name__ in {"Country", "Border"}
    assert len(many) <= len(few), "\n".join(query["sql"][:200] for query in many)
    assert editor.get(path, {"q": "nothing-is-called-so"}).context["page_obj"].paginator.count == 0
    exported = editor.get(path, {"export": "csv"}).getvalue().decode()
    assert exported.count("\n") == viewset.model.objects.count() + 1
    assert editor.get(path, {"export": "xlsx"}).status_code == 200


@pytest.mark.sqlite
def test_lists_find_names_of_any_language(editor: Client, places: Places) -> None:
    found = editor.get(url(Border, "list"), {"q": "deutschland"}).context["page_obj"].object_list
    assert [border.code for border in found] == ["fr-de"]
    found = editor.get(url(KeyFigure, "list"), {"q": "Deutschland"}).context["page_obj"].object_list
    assert {figure.code for figure in found} == {"length-mot", "length-ign"}


@pytest.mark.sqlite
def test_lists_find_names_without_their_accents(editor: Client, places: Places) -> None:
    index.insert_or_update_object(make.territory("the-south", [places.fr_it], {"fr": "Pyrénées-Méditerranée"}))
    found = editor.get(url(Territory, "list"), {"q": "pyrenees medi"}).context["page_obj"].object_list
    assert [territory.code for territory in found] == ["the-south"]


@pytest.mark.sqlite
def test_lists_filter_by_related_facts(editor: Client, places: Places) -> None:
    other = make.territory("other", [places.fr_mc])
    found = editor.get(url(Territory, "list"), {"borders": [places.fr_mc.pk], "q": "other"})
    assert [territory.pk for territory in found.context["page_obj"].object_list] == [other.pk]


def test_figures_that_disagree_are_both_listed_and_found(editor: Client, places: Places) -> None:
    make.key_figure("alone", places.fr_mc, 5)
    shown = editor.get(url(KeyFigure, "list")).context["page_obj"].object_list
    assert {figure.code: figure.sources for figure in shown} == {"length-mot": 2, "length-ign": 2, "alone": 1}
    shown = editor.get(url(KeyFigure, "list"), {"several": "true"})
    assert {figure.code for figure in shown.context["page_obj"].object_list} == {"length-mot", "length-ign"}
    text = shown.content.decode()
    assert "MOT" in text
    assert "IGN" in text


def test_the_export_has_a_column_per_language(editor: Client, places: Places) -> None:
    lines = editor.get(url(Border, "list"), {"export": "csv"}).getvalue().decode().splitlines()
    row = next(line for line in lines if line.startswith("fr-de,"))
    assert "France–Allemagne,,Frankreich–Deutschland" in row
    assert ",land,de fr,," in row


def test_an_export_has_french_headings_and_no_formulas(editor: Client, places: Places) -> None:
    formula = '=HYPERLINK("https://example.org")'
    make.key_figure("low", places.fr_mc, -12, source_name=formula, note="@SUM(1)")
    exported = editor.get(url(KeyFigure, "list"), {"export": "csv"}).getvalue().decode()
    [row] = [row for row in csv.DictReader(io.StringIO(exported)) if row["Code"] == "low"]
    assert (row["Source"], row["Note (Français)"], row["Unité"]) == (f"'{formula}", "'@SUM(1)", "km")
    assert float(row["Valeur"]) == -12
    report = editor.get(reverse("wagtailadmin_reports:site_history"), {"export": "csv"}).getvalue().decode()
    assert not re.search(r"(^|,)\"?[=+@-]", report, re.MULTILINE)


def test_lists_say_and_filter_what_is_live_a_draft_or_in_review(editor: Client, places: Places) -> None:
    make.country("be", live=False)
    make.country("lu").save_revision()
    proposed = make.country("ch", live=False)
    proposed.save_revision()
    Workflow.objects.get().start(proposed, None)
    path = url(Country, "list")
    with CaptureQueriesContext(connection) as few:
        answer = editor.get(path)
    said = re.findall(r'<span class="w-status[^>]*>\s*([^<]*?)\s*<', answer.content.decode())
    assert sorted(said) == [
        "brouillon",
        "brouillon, en relecture",
        *["en ligne"] * Country.objects.filter(live=True, has_unpublished_changes=False).count(),
        "en ligne, avec un brouillon",
    ]

    def found(*publication: str) -> set[str]:
        shown = editor.get(path, {"publication": publication}).context["page_obj"].object_list
        return {country.code for country in shown}

    assert found("review") == {"ch"}
    assert found("draft", "changed") == {"be", "ch", "lu"}
    assert found("live") == set(Country.objects.filter(live=True).values_list("code", flat=True))
    for number in range(3):
        draft = make.country("x" + "abc"[number], live=False)
        draft.save_revision()
        Workflow.objects.get().start(draft, None)
    with CaptureQueriesContext(connection) as many:
        editor.get(path)
    assert len(many) <= len(few)


def test_notes_are_written_exported_found_and_read_in_each_language(editor: Client, places: Places) -> None:
    notes = [{"language": "fr", "text": "Hors lac"}, {"language": "nl", "text": "Zonder het meer"}]
    twice = figure_form(places, notes=inline_formset([notes[0], {"language": "fr", "text": "Encore"}]))
    refused = editor.post(url(KeyFigure, "add"), twice)
    assert "Il y a déjà un texte dans cette langue" in refused.content.decode()
    form = figure_form(places, notes=inline_formset(notes), **{"action-publish": "1"})
    assert editor.post(url(KeyFigure, "add"), form).status_code == 302
    made = KeyFigure.objects.get(code="length-third")
    assert {note.language: note.text for note in made.notes.all()} == {"fr": "Hors lac", "nl": "Zonder het meer"}
    found = editor.get(url(KeyFigure, "list"), {"q": "het meer"}).context["page_obj"].object_list
    assert [figure.code for figure in found] == ["length-third"]
    lines = editor.get(url(KeyFigure, "list"), {"export": "csv"}).getvalue().decode().splitlines()
    assert "Note (Néerlandais)" in lines[0]
    row = next(line for line in lines if line.startswith("length-third,"))
    assert ",Hors lac,,,,,Zonder het meer," in row
    read = editor.get(url(KeyFigure, "inspect", made.pk)).content.decode()
    assert "Zonder het meer" in read
    with CaptureQueriesContext(connection) as few:
        editor.get(url(KeyFigure, "list"), {"export": "csv"}).getvalue()
    for number in range(5):
        make.key_figure(f"more-{number}", places.fr_de, note="Hors lac")
    with CaptureQueriesContext(connection) as many:
        editor.get(url(KeyFigure, "list"), {"export": "csv"}).getvalue()
    assert len(many) == len(few)


def test_a_territory_is_created_published_and_edited(editor: Client, places: Places) -> None:
    form = territory_form(places, **{"action-publish": "1"})
    assert editor.post(url(Territory, "add"), form).status_code == 302
    made = Territory.objects.get(code="pamina")
    assert made.live
    assert [border.code for border in made.borders.all()] == ["fr-de"]
    assert [member.name for member in made.members.all()] == ["Région Grand Est"]
    page = editor.get(url(Territory, "edit", made.pk))
    assert page.status_code == 200
    form = territory_form(
        places,
        seat="Wissembourg",
        names=inline_formset(
            [{"id": made.names.get().pk, "language": "fr", "kind": "preferred", "text": "PAMINA"}], initial=1
        ),
        members=inline_formset(
            [{"id": made.members.get().pk, "name": "Grand Est", "country": "", "website": ""}], initial=1
        ),
    )
    assert editor.post(url(Territory, "edit", made.pk), form).status_code == 302
    made.refresh_from_db()
    assert made.seat == "Lauterbourg"  # a draft
    assert made.get_latest_revision_as_object().seat == "Wissembourg"
    read = editor.get(url(Territory, "inspect", made.pk))
    assert "Noms" in [field["label"] for field in read.context["fields"]]


def test_a_form_with_many_choices_is_quick(editor: Client, places: Places) -> None:
    path = url(Territory, "edit", places.territory.pk)

    def queries() -> int:
        editor.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert editor.get(path).status_code == 200
        return len(captured)

    before = queries()
    for number in range(10):
        make.border(f"xx-{number}", countries=["fr"])
    assert queries() == before


def test_a_territory_without_a_border_is_refused_on_the_field(editor: Client, places: Places) -> None:
    for action in ({}, {"action-publish": "1"}):
        response = editor.post(url(Territory, "add"), territory_form(places, borders=[], **action))
        assert "borders" in errors(response)
    assert not Territory.objects.filter(code="pamina").exists()


def test_two_preferred_names_are_refused_on_the_row(editor: Client, places: Places) -> None:
    twice = names(("fr", "preferred", "PAMINA"), ("fr", "preferred", "Pamina"))
    response = editor.post(url(Territory, "add"), territory_form(places, names=twice, **{"action-publish": "1"}))
    assert "language" in errors(response)["names-1"]


def test_a_fact_needs_a_french_name(editor: Client, places: Places) -> None:
    german = names(("de", "preferred", "PAMINA"))
    response = editor.post(url(Territory, "add"), territory_form(places, names=german, **{"action-publish": "1"}))
    names_refused = response.context["form"].formsets["names"].non_form_errors()
    assert names_refused == ["Indiquez un nom préféré en français."]
    response = editor.post(url(Territory, "add"), territory_form(places, names=names(), **{"action-publish": "1"}))
    assert response.context["form"].formsets["names"].non_form_errors() == ["Indiquez au moins un nom."]


def test_a_figure_is_created_and_refused_with_the_field_named(editor: Client, places: Places) -> None:
    add = url(KeyFigure, "add")
    for change, field in (
        ({"source_url": ""}, "source_url"),
        ({"year": ""}, "year"),
        ({"border": ""}, "border"),
        ({"territory": places.territory.pk}, "territory"),
        ({"value": "-1"}, "value"),
        ({"value": "1e400"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"indicator": make.indicator("share", "percent").pk}, "value"),
    ):
        assert field in errors(editor.post(add, {**figure_form(places, **change), "action-publish": "1"})), change
    assert editor.post(add, {**figure_form(places), "action-publish": "1"}).status_code == 302
    assert KeyFigure.objects.get(code="length-third").live


def border_form(border: Border, **fields: Any) -> dict[str, Any]:
    rows = [{"id": row.pk, "language": row.language, "kind": row.kind, "text": row.text} for row in border.names.all()]
    return flat(
        {
            "code": border.code,
            "names": inline_formset(rows, initial=len(rows)),
            "kind": border.kind,
            "parent": border.parent_id or "",
            "order": border.order,
            "countries": [country.pk for country in border.countries.all()],
            "lat": border.lat,
            "lon": border.lon,
            "geometry": json.dumps(border.geometry),
            **fields,
        }
    )


@pytest.mark.parametrize("geometry", ["{", "[" * 5000, "nothing", '{"type": "Feature"}', "9" * 5000])
def test_a_bad_line_is_refused_on_its_field(editor: Client, places: Places, geometry: str) -> None:
    response = editor.post(url(Border, "edit", places.fr_de.pk), border_form(places.fr_de, geometry=geometry))
    assert "geometry" in errors(response)


def test_a_loop_of_parts_is_refused_on_its_field(editor: Client, places: Places) -> None:
    response = editor.post(url(Border, "edit", places.whole.pk), border_form(places.whole, parent=places.fr_it.pk))
    assert "parent" in errors(response)


def test_a_border_has_two_sides(editor: Client, places: Places) -> None:
    form = border_form(places.fr_de, countries=[str(Country.objects.get(code="fr").pk)])
    assert "countries" in errors(editor.post(url(Border, "edit", places.fr_de.pk), form))


def test_a_draft_of_a_fact_changes_nothing_that_is_live(editor: Client, places: Places) -> None:
    form = border_form(places.fr_de, kind="mixed")
    assert editor.post(url(Border, "edit", places.fr_de.pk), form).status_code == 302
    assert Border.objects.get(pk=places.fr_de.pk).kind == "land"
    form = {**border_form(places.fr_de, kind="mixed"), "action-publish": "1"}
    assert editor.post(url(Border, "edit", places.fr_de.pk), form).status_code == 302
    assert Border.objects.get(pk=places.fr_de.pk).kind == "mixed"


def test_facts_to_tick_stand_by_name_and_no_geometry_is_empty(editor: Client, places: Places) -> None:
    for code, name in (("ad", "Suède"), ("at", "Écosse"), ("be", "Espagne")):  # their codes are in another order
        make.country(code, {"fr": name})
    with translation.override("fr"):
        form = editor.get(url(Border, "add")).context["form"]
    boxes = [str(box.data["label"]) for box in form["countries"].subwidgets]
    assert [box for box in boxes if box in ("Suède", "Écosse", "Espagne")] == ["Écosse", "Espagne", "Suède"]
    assert form["geometry"].value() == ""


def test_a_founding_date_is_listed_as_far_as_it_is_known(editor: Client, places: Places) -> None:
    assert editor.post(url(Territory, "add"), {**territory_form(places), "action-publish": "1"}).status_code == 302
    cells = [
        cell.strip()
        for cell in re.findall(r"<td[^>]*>([^<]*)</td>", editor.get(url(Territory, "list")).content.decode())
    ]
    assert "2003" in cells


def test_facts_go_through_a_workflow(editor: Client, places: Places) -> None:
    from django.contrib.contenttypes.models import ContentType

    workflow = Workflow.objects.first() or Workflow.objects.create(name="Relecture")
    WorkflowContentType.objects.update_or_create(
        content_type=ContentType.objects.get_for_model(Border), defaults={"workflow": workflow}
    )
    form = {**border_form(places.fr_de, kind="mixed"), "action-submit": "1"}
    assert editor.post(url(Border, "edit", places.fr_de.pk), form).status_code == 302
    border = Border.objects.get(pk=places.fr_de.pk)
    assert border.current_workflow_state is not None
    assert border.kind == "land"


def test_choosers_tell_disagreeing_figures_apart(editor: Client, places: Places) -> None:
    chooser = KeyFigure.snippet_viewset.chooser_viewset
    text = editor.get(reverse(chooser.get_url_name("choose"))).json()["html"]
    assert "MOT" in text
    assert "IGN" in text
    results = reverse(chooser.get_url_name("choose_results"))
    assert editor.get(results, {"q": "ign"}).status_code == 200


@pytest.mark.parametrize("viewset", VIEWSETS, ids=lambda viewset: viewset.model.__name__)
def test_the_admin_is_in_french(viewset: Any, editor: Client, places: Places) -> None:
    with translation.override("fr"):
        title = str(viewset.model._meta.verbose_name_plural)
        own = [field for field in viewset.model._meta.local_fields if field.name in viewset.exported]
        labels = [str(field.verbose_name) for field in own]
    assert title in editor.get(url(viewset.model, "list")).content.decode().lower()
    text = unescape(editor.get(url(viewset.model, "add")).content.decode())
    assert [label for label in labels if capfirst(label) not in text] == []
