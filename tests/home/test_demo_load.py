"""Loading the demo's facts, interrupted between the drafts and their publication."""

from typing import Any

import pytest

from cms.facts import Office, OfficeName
from home.demo import load_facts
from home.models import DemoItem

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office whose draft was made, and nothing more."""

    def interrupt(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(load_facts, "MODELS", {"offices": "cms.Office"})
    with monkeypatch.context() as patch:
        patch.setattr(load_facts, "_fill", interrupt)
        with pytest.raises(KeyboardInterrupt):
            load_facts.load(lambda told: None)
    office = Office.objects.get()
    assert not office.live
    return office


def load() -> Office:
    load_facts.load(lambda told: None)
    assert DemoItem.objects.get().done
    return Office.objects.get()


def test_the_next_load_goes_on(interrupted: Office) -> None:
    office = load()
    assert office.live
    assert office.name_in("fr")
    assert office.revisions.count() == 1
    assert load() == office
    assert office.revisions.count() == 1


def test_what_an_editor_has_begun_is_left(interrupted: Office) -> None:
    interrupted.names = [OfficeName(language="fr", text="Chez nous")]  # type: ignore[attr-defined]
    interrupted.save_revision()
    office = load()
    assert not office.live
    assert office.get_latest_revision_as_object().name_in("fr") == "Chez nous"
