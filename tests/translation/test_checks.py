"""`manage.py check` fails on what nobody decided."""

from typing import Any

import pytest
from django.db import models
from modelcluster.fields import ParentalKey
from wagtail import blocks
from wagtail.admin.panels import InlinePanel
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.fields import StreamField
from wagtail.models import Orderable, RevisionMixin, TranslatableMixin
from wagtail.models.draft_state import DraftStateMixin
from wagtail.models.pages import PAGE_MODEL_CLASSES

from cms import checks
from cms.facts import Office
from cms.pages import SitePage, synchronised, translated
from home.models import StandardPage


def ids(found: Any) -> list[str]:
    return sorted(message.id for message in found)


class _Decided(SitePage):
    """What the tests derive from; nothing of it is in the database."""

    class Meta:
        abstract = True
        app_label = "home"


@pytest.fixture
def registry() -> Any:
    """Models defined in a test are forgotten after it."""
    from django.apps import apps

    known, pages = dict(apps.all_models["home"]), list(PAGE_MODEL_CLASSES)
    related = list(SitePage.__subclasses__())
    yield related
    PAGE_MODEL_CLASSES[:] = pages
    apps.all_models["home"].clear()
    apps.all_models["home"].update(known)
    apps.clear_cache()


def test_the_site_passes() -> None:
    assert checks.policies() == []
    assert checks.snippets() == []
    assert checks.unprotected_facts() == []


def test_a_forgotten_field_is_told(registry: Any) -> None:
    class Forgotten(_Decided):
        motto = models.CharField(max_length=10)

    [problem] = checks.undecided(Forgotten)
    assert (problem.id, "Forgotten.motto" in problem.msg) == ("cms.E001", True)


def test_forgotten_child_rows_are_told(registry: Any) -> None:
    class WithRows(_Decided):
        content = [InlinePanel("forgotten_rows")]

    class Row(Orderable):
        page = ParentalKey(WithRows, on_delete=models.CASCADE, related_name="forgotten_rows")

        class Meta(Orderable.Meta):
            app_label = "home"

    [problem] = checks.undecided(WithRows)
    assert "forgotten_rows" in problem.msg


def test_links_with_a_panel_and_no_decision_are_told(registry: Any) -> None:
    class WithLinks(_Decided):
        relations = [InlinePanel("border_links")]

    [problem] = checks.undecided(WithLinks)
    assert "border_links" in problem.msg
    assert not list(checks.undecided(StandardPage)), "without the panel nobody can fill them in"


def test_a_name_without_a_field_and_two_decisions_are_told(registry: Any) -> None:
    class Stray(_Decided):
        translation = [*synchronised("no_such_field"), *translated("introduction")]

    assert ids(checks.undecided(Stray)) == ["cms.E002", "cms.E003"]


@pytest.mark.parametrize(
    ("block", "policy", "expected"),
    [
        (blocks.CharBlock(), synchronised, ["cms.E005"]),
        (blocks.ListBlock(blocks.StructBlock([("text", blocks.TextBlock())])), synchronised, ["cms.E005"]),
        (blocks.RichTextBlock(), synchronised, ["cms.E005"]),
        (TypedTableBlock([("text", blocks.CharBlock())]), translated, ["cms.E004"]),
        (blocks.RawHTMLBlock(), translated, ["cms.E004"]),
        (blocks.CharBlock(), translated, []),
        (blocks.URLBlock(), synchronised, []),
        (blocks.ChoiceBlock(choices=[("a", "A")]), synchronised, []),
    ],
)
def test_texts_in_streams_must_reach_translators(registry: Any, block: Any, policy: Any, expected: list[str]) -> None:
    class Streaming(_Decided):
        stream = StreamField([("item", block)])
        translation = policy("stream")

    assert ids(checks.hidden_texts(Streaming)) == expected


def test_a_translatable_snippet_with_drafts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Bad(DraftStateMixin, RevisionMixin, TranslatableMixin, models.Model):
        class Meta:
            abstract = True
            app_label = "home"

    monkeypatch.setattr(checks, "get_snippet_models", lambda: [Bad])
    assert ids(checks.snippets()) == ["cms.E006"]


def test_an_unprotected_reference_to_a_fact_is_told(registry: Any) -> None:
    class Loose(Orderable):
        office = models.ForeignKey(Office, on_delete=models.SET_NULL, null=True, related_name="+")

        class Meta(Orderable.Meta):
            app_label = "home"

    class Part(Orderable):
        fact = ParentalKey(Office, on_delete=models.CASCADE, related_name="rows_of_a_test")

        class Meta(Orderable.Meta):
            app_label = "home"

    [problem] = checks.unprotected_facts()
    assert (problem.id, problem.obj) == ("cms.E007", Loose)
