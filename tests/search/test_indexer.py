"""The life of an index: true to the database, whatever happens to either."""

import shutil
import uuid
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail.models import Collection, CollectionViewRestriction, Locale, Page, PageViewRestriction

from borders.models import PageBorder
from cms import changes
from cms.changes.models import Change
from resources.exchange.importing import load
from search import documents, indexer
from search.engines.base import Engine, EngineError
from search.searching import Asked, search
from tests.factories import borders, resources
from tests.factories.pages import home_page, locale, standard_page
from tests.search.conftest import ENGINES

pytestmark = pytest.mark.django_db


@pytest.fixture
def root():
    """The French home page."""
    return home_page()


@pytest.fixture(params=ENGINES)
def kept(request: pytest.FixtureRequest, new_engine: Any, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Each engine as the only one of the site, without an index yet."""
    engine = new_engine(request.param)
    for module in ("management.engines", "management.commands.search_status"):
        monkeypatch.setattr(f"search.{module}.engines", lambda: [engine])
    return engine


@pytest.fixture
def keeper(kept: Engine) -> indexer.Keeper:
    made = indexer.Keeper(kept)
    made.look()
    return made


def found(engine: Engine, text: str) -> int:
    return search(engine, Asked(text, "fr")).total


def test_what_is_published_changed_and_removed(kept, keeper, root):
    page = standard_page(root, "Ornithorynque")
    record = resources.record("Xylophone")
    keeper.look()
    assert (found(kept, "ornithorynque"), found(kept, "xylophone")) == (1, 1)
    page.title = "Tamanoir"
    page.save_revision().publish()
    record.texts.get().delete()
    keeper.look()
    assert (found(kept, "ornithorynque"), found(kept, "tamanoir"), found(kept, "xylophone")) == (0, 1, 0)
    page.unpublish()
    record.delete()
    keeper.look()
    assert found(kept, "tamanoir") == 0
    assert not indexer.check(kept, repair=False)


def test_privacy_moves_and_deletion_reach_what_is_below(kept, keeper, root):
    parent = standard_page(root, "Dossier")
    child = standard_page(parent, "Ornithorynque")
    keeper.look()
    assert found(kept, "ornithorynque") == 1
    restriction = PageViewRestriction.objects.create(page=parent, restriction_type="login")
    keeper.look()
    assert found(kept, "ornithorynque") == found(kept, "dossier") == 0
    restriction.delete()
    keeper.look()
    assert found(kept, "ornithorynque") == 1
    closed = standard_page(root, "Réservé")
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    Page.objects.get(pk=child.pk).move(Page.objects.get(pk=closed.pk), "last-child")
    keeper.look()
    assert found(kept, "ornithorynque") == 0
    Page.objects.get(pk=child.pk).move(Page.objects.get(pk=parent.pk), "last-child")
    keeper.look()
    assert found(kept, "ornithorynque") == 1
    Page.objects.get(pk=parent.pk).specific.delete()
    keeper.look()
    assert found(kept, "ornithorynque") == found(kept, "dossier") == 0


def test_a_translation_joins_its_work(kept, keeper, root):
    page = standard_page(root, "Frontière")
    german = page.copy_for_translation(locale("de"), copy_parents=True)
    german.title = "Schnabeltier"
    german.save_revision().publish()
    keeper.look()
    assert found(kept, "schnabeltier") == 1
    assert found(kept, "frontière") == 1


def test_a_fact_that_changes_its_name_changes_what_it_is_about(kept, keeper, root):
    whole = borders.border("fr-es")
    part = borders.border("fr-ad", parent=whole)
    agent = resources.agent("insee")
    page = standard_page(root, "Col")
    PageBorder.objects.create(page=page, fact=part)
    resources.record("Flux", agents={"author": [agent]})
    keeper.look()
    name = part.names.get(language="fr")
    name.text = "Ornithorynquie"
    name.save()
    author = agent.names.get()
    author.text = "Xylophoniste"
    author.save()
    keeper.look()
    assert found(kept, "ornithorynquie") == 1
    assert found(kept, "auteur:xylophoniste") == 1
    whole.live = False
    whole.save()
    keeper.look()
    assert not indexer.check(kept, repair=False)


def test_the_text_of_a_file_goes_when_it_is_closed_by_whatever_route(kept, keeper):
    collection = Collection.get_first_root_node().add_child(name="Études")
    _record, document = resources.record_with_text("Un ornithorynque", collection=collection)
    keeper.look()
    assert found(kept, "ornithorynque") == 1
    restriction = CollectionViewRestriction.objects.create(
        collection=Collection.get_first_root_node(), restriction_type="login"
    )
    keeper.look()
    assert found(kept, "ornithorynque") == 0
    restriction.delete()
    keeper.look()
    assert found(kept, "ornithorynque") == 1
    private = Collection.get_first_root_node().add_child(name="Privé")
    CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
    document.collection = private
    document.save()
    keeper.look()
    assert found(kept, "ornithorynque") == 0
    document.collection = collection
    document.save()
    keeper.look()
    assert found(kept, "ornithorynque") == 1
    document.delete()
    keeper.look()
    assert found(kept, "ornithorynque") == 0
    assert not indexer.check(kept, repair=False)


@pytest.mark.parametrize("lost", ["swapped", "epoch", "future", "rolled back"])
def test_a_wiped_index_and_another_database_lead_to_a_rebuild(kept, keeper, lost, root):
    standard_page(root, "Ornithorynque")
    keeper.look()
    if lost == "swapped":
        kept.swap(kept.begin())
    elif lost == "epoch":
        changes.renew_epoch()
    elif lost == "rolled back":  # and other changes were made since, so that the version is there again
        Change.objects.filter(version=kept.position().version).update(created_at=timezone.now())
        resources.record("Xylophone")
        kept.put([], removed=list(dict(kept.digests())))
    else:
        kept.put([], position=indexer.Position(changes.position().epoch, 10**9))
    keeper.look()
    assert found(kept, "ornithorynque") == 1
    assert kept.position()[:2] == changes.position()


def test_an_older_index_that_was_restored_catches_up(kept, keeper, root, tmp_path):
    standard_page(root, "Ornithorynque")
    if kept.name == "embedded":
        shutil.copytree(kept.folder, tmp_path / "saved")
    keeper.look()
    assert found(kept, "ornithorynque") == 1
    if kept.name == "embedded":
        shutil.rmtree(kept.folder)
        shutil.copytree(tmp_path / "saved", kept.folder)
    else:
        kept.put([], removed=list(dict(kept.digests())), position=indexer.Position(changes.position().epoch, 0))
    indexer.bring_up(kept)
    assert found(kept, "ornithorynque") == 1
    assert not indexer.check(kept, repair=False)


@pytest.mark.parametrize("lost", ["all", "the index", "its list of files"])
def test_a_wiped_folder_is_filled_again(new_engine, root, lost):
    kept = new_engine("embedded")
    standard_page(root, "Ornithorynque")
    indexer.bring_up(kept)
    assert found(kept, "ornithorynque") == 1
    if lost == "its list of files":
        (kept.folder / kept.key / "meta.json").write_text("{")
    else:
        shutil.rmtree(kept.folder if lost == "all" else kept.folder / kept.key)
    with pytest.raises(EngineError):
        found(kept, "ornithorynque")
    indexer.bring_up(kept)
    assert found(kept, "ornithorynque") == 1
    assert not indexer.check(kept, repair=False)


def test_one_process_at_a_time_makes_an_index(kept, keeper, root):
    with indexer._alone(kept):
        with pytest.raises(EngineError, match="another process"):
            indexer.rebuild(kept)
        assert not indexer.tidy(kept)
    assert indexer.rebuild(kept)


def test_what_changes_while_an_index_is_repaired_is_in_it(kept, keeper, root, monkeypatch):
    page = standard_page(root, "Ornithorynque")
    put = type(kept).put

    def while_putting(engine, *words, **named):
        monkeypatch.setattr(type(kept), "put", put)
        page.title = "Tamanoir"
        page.save_revision().publish()
        keeper.look()  # the worker is quicker than the repair
        put(engine, *words, **named)

    monkeypatch.setattr(type(kept), "put", while_putting)
    indexer.check(kept)
    assert (found(kept, "ornithorynque"), found(kept, "tamanoir")) == (0, 1)
    assert not indexer.check(kept, repair=False)


def test_what_editors_do_is_not_kept_waiting_by_an_import(kept, keeper, root, monkeypatch):
    monkeypatch.setattr(documents, "BATCH", 2)
    first = resources.record("Premier ornithorynque")
    keeper.look()
    given = [{"type": "report", "key": str(n), "texts": [{"language": "fr", "title": f"Notice {n}"}]} for n in range(7)]
    imported = [line.code for line in load(enumerate(given), "x")]
    put, seen = type(kept).put, []

    def noted(engine, made, removed=(), position=None, more=False):
        made = list(made)
        put(engine, made, removed, position, more)
        followed.append(more)
        if len(seen) == 1:  # while the import is being indexed
            standard_page(root, "Tamanoir")
            resources.record("Xylophone")
            first.unpublish()
        seen.append((found(engine, "tamanoir"), found(engine, "xylophone"), found(engine, "ornithorynque")))
        positions.append(engine.position())

    positions, followed = [kept.position()], []
    monkeypatch.setattr(type(kept), "put", noted)
    keeper.look()
    assert seen[:2] == [(0, 0, 1), (0, 0, 1)]
    done = seen.index((1, 1, 0))
    assert len(set(positions[: done + 2])) == 1, "the position waits for what is before"
    assert (followed[:3], followed[-1]) == ([True] * 3, False), "tidied up when nothing follows at once"
    assert found(kept, "notice") == len(imported)
    assert kept.position()[:2] == changes.position()
    monkeypatch.undo()
    assert not indexer.check(kept, repair=False)


def test_an_engine_that_fails_loses_nothing(kept, keeper, monkeypatch, root):
    before = kept.position()

    def refuse(*args, **kwargs):
        raise EngineError("full")

    with monkeypatch.context() as broken:
        broken.setattr(type(kept), "put", refuse)
        standard_page(root, "Ornithorynque")
        keeper.look()
    assert kept.position() == before
    keeper.look()  # it is left alone for a while
    assert found(kept, "ornithorynque") == 0
    indexer.Keeper(kept).look()
    assert found(kept, "ornithorynque") == 1


def test_a_rebuild_that_fails_leaves_the_old_index_and_no_rubbish(kept, keeper, monkeypatch, root):
    standard_page(root, "Ornithorynque")
    keeper.look()
    key = kept.key if kept.name == "embedded" else kept._behind()
    made = type(kept.begin())
    monkeypatch.setattr(made, "count", lambda index: 10**6)
    with pytest.raises(EngineError, match="holds 1000000 documents of"):
        indexer.rebuild(kept)
    assert key == (kept.key if kept.name == "embedded" else kept._behind())
    assert found(kept, "ornithorynque") == 1


def test_what_is_published_during_a_rebuild_is_in_it(kept, keeper, root):
    parent = root
    standard_page(parent, "Premier")
    indexer.rebuild(kept, lambda done, total: standard_page(parent, f"Ornithorynque {done}"))
    assert found(kept, "ornithorynque") == 1
    assert not indexer.check(kept, repair=False)


def test_commands(kept, keeper, capsys, root):
    page = standard_page(root, "Ornithorynque")
    call_command("search_status")
    told = capsys.readouterr().out
    assert "changes behind" in told
    assert kept.name in told
    with pytest.raises(CommandError, match="differs"):
        call_command("check_index", "--no-repair")
    told = capsys.readouterr().out
    assert "2 missing (page-" in told  # it and the home page
    assert f"page-{page.translation_key.hex}" in told
    call_command("check_index")
    capsys.readouterr()
    call_command("check_index", "--no-repair")
    assert capsys.readouterr().out.count(" 0 ") == 3
    kept.put([], removed=list(dict(kept.digests())))
    call_command("rebuild_index", f"--engine={kept.name}")
    assert found(kept, "ornithorynque") == 1


def test_an_engine_that_is_not_there_is_named(settings):
    settings.ELASTICSEARCH_URLS = []
    with pytest.raises(CommandError, match="ELASTICSEARCH_URL"):
        call_command("rebuild_index", "--engine=elasticsearch")


def test_the_locales_of_a_site_are_no_change_for_an_index(kept, keeper):
    Locale.objects.get_or_create(language_code="nl")
    keeper.look()
    assert kept.position()[:2] == changes.position()
    assert uuid.UUID(str(kept.position().epoch))
