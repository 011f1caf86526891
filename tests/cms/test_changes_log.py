"""What readers of the change log are told: versions, families, when to start afresh; and what triggers must hold."""

import datetime
import uuid
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Locale, Page

from cms import changes
from cms.changes import registry, triggers
from cms.changes.log import _LAST
from cms.changes.models import Change, ChangeCounter
from cms.facts import Office
from home.models import NavigationEntry
from tests.changelog import Log

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def redirects(count: int) -> None:
    start = Redirect.objects.count()
    Redirect.objects.bulk_create(
        [Redirect(old_path=f"/{start + number}", redirect_link="/") for number in range(count)]
    )


def test_versions_have_no_gap_and_cost_one_query(log: Log, django_assert_num_queries: Any) -> None:
    before = changes.position()
    redirects(5)
    with django_assert_num_queries(1):
        version = changes.content_version("content")
    assert version == before.version + 5
    found = changes.changes_since(before)
    assert [change.version for change in found] == list(range(before.version + 1, version + 1))
    assert [change.version for change in changes.changes_since(before, limit=2)] == [
        before.version + 1,
        before.version + 2,
    ]


def test_the_content_version_never_walks_the_log() -> None:
    """An import may have written half a million changes of another family since."""
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"{explain} {_LAST}", ["content", "content"])
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "cms_change_family_version" in plan
    assert "cms_change_version" not in plan
    assert "SORT" not in plan.upper()


def test_families_have_versions_of_their_own(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    content, records = changes.content_version("content"), changes.content_version("records")
    monkeypatch.setitem(
        registry._watched, Redirect, registry._Watch(Redirect, "records", frozenset(), "", "update", True)
    )
    triggers.install()
    log.position = changes.position()
    redirects(1)
    assert changes.content_version("records") > max(content, records)
    reset = changes.content_version("content")
    redirects(1)
    assert changes.content_version("content") == reset
    assert changes.content_version("content", "records") == changes.content_version() == changes.position().version
    assert [change.family for change in changes.changes_since(log.position)] == ["records", "records"]
    assert changes.changes_since(log.position, "content") == []


def test_rollback_leaves_nothing(log: Log) -> None:
    before = changes.position()
    with transaction.atomic():
        redirects(3)
        transaction.set_rollback(True)
    assert changes.position() == before
    assert log.new() == []


def test_time_alone_is_recorded(log: Log) -> None:
    page = Page.objects.get(depth=2)
    changes.record(page)
    assert log.new() == [("update", "wagtailcore.page", page.pk)]
    with pytest.raises(LookupError):
        changes.record(ChangeCounter.objects.get())


def test_prune_keeps_the_content_version_and_sends_readers_back(log: Log) -> None:
    start = changes.position()
    redirects(7)
    old = changes.position()
    Change.objects.update(created_at=timezone.now() - datetime.timedelta(days=31))
    version = changes.content_version("content")
    assert changes.prune(batch=3) > 0
    assert changes.content_version("content") == version
    assert changes.prune() == 0
    with pytest.raises(changes.StartAfresh, match="no longer kept"):
        changes.changes_since(start)
    redirects(2)
    assert len(changes.changes_since(old)) == 2


def test_another_database_or_a_restored_one_sends_readers_back(log: Log) -> None:
    here = changes.position()
    assert changes.changes_since(here) == []
    with pytest.raises(changes.StartAfresh, match="ahead"):
        changes.changes_since(here._replace(version=here.version + 1))
    with pytest.raises(changes.StartAfresh, match="another database"):
        changes.changes_since(here._replace(epoch=uuid.uuid4()))
    changes.renew_epoch()
    with pytest.raises(changes.StartAfresh):
        changes.changes_since(here)


@pytest.mark.django_db(transaction=True)
def test_one_transaction_tells_an_object_once_on_postgresql() -> None:
    before = changes.position()
    with transaction.atomic():
        locale = Locale.objects.create(language_code="pt")
        for code in ("da", "fi"):
            Locale.objects.filter(pk=locale.pk).update(language_code=code)
    found = [change.kind for change in changes.changes_since(before)]
    assert found == (["create"] if connection.vendor == "postgresql" else ["create", "update", "update"])


@pytest.mark.postgres
def test_a_change_costs_the_same_whatever_the_statistics_say_of_the_log() -> None:
    """A vacuum in the middle of a long first transaction sees an empty log: numbering must not walk it all the same."""
    counts = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'cms_change'"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cms_change (family, kind, model, object_id, created_at, version)"
            " SELECT 'content', 'update', 'x.y', 0, now(), 1000000 + number FROM generate_series(1, 2000) AS number"
        )
        cursor.execute(
            "UPDATE pg_class SET reltuples = 0, relpages = pg_relation_size(oid) / 8192 WHERE relname ^@ 'cms_change'"
        )
        read = []
        for _round in range(2):
            redirects(1)
            cursor.execute(counts)
            read.append(cursor.fetchone()[0])
    assert read[1] - read[0] < 100


def drop_one_trigger() -> str:
    engine = triggers._engine(connection)
    place = next(place for place in engine.installed(connection) if place[0] == "wagtailcore_page")
    engine.drop(connection, *place)
    return place[1]


def test_a_missing_trigger_is_told_refused_and_repaired(log: Log) -> None:
    assert triggers.problems() == []
    changes.require()
    name = drop_one_trigger()
    assert triggers.problems() == [f"Trigger {name} on wagtailcore_page is missing."]
    assert [warning.id for warning in triggers.check_database(["default"])] == ["cms.W104"]
    with pytest.raises(ImproperlyConfigured, match=r"is missing\. Run manage\.py migrate"):
        changes.require()
    triggers.after_migrate()
    assert triggers.problems() == []
    with pytest.raises(changes.StartAfresh, match="unseen"):
        changes.changes_since(log.position)
    position = changes.position()
    triggers.after_migrate()
    assert changes.position() == position, "nothing to repair, nothing to tell"


def test_an_outdated_trigger_is_replaced(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        registry._watched, Office, registry._Watch(Office, "content", frozenset(["phone"]), "", "update", True)
    )
    monkeypatch.setattr(registry, "_watched", dict(reversed(registry._watched.items())))
    assert any("out of date" in problem for problem in triggers.problems())
    triggers.install()
    office = Office.objects.create(code="paris")
    log.position = changes.position()
    Office.objects.update(phone="+33 1 00 00 00 00")
    assert log.new() == []
    Office.objects.update(email="a@example.org")
    assert log.new() == [("update", "cms.office", office.pk)]


def test_outdated_functions_are_replaced(log: Log) -> None:
    if connection.vendor != "postgresql":
        assert triggers._engine(connection).stale_functions(connection) == []
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION cms_change_object() RETURNS trigger"
            " LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
    assert triggers.problems() == ["Function cms_change_object() is missing or out of date."]
    triggers.install()
    assert triggers.problems() == []


@pytest.mark.django_db(transaction=True)
def test_a_rebuilt_table_keeps_its_log() -> None:
    """SQLite rebuilds a table for any altered field; the other tables' triggers must not be in the way."""
    as_migrated = MigrationLoader(connection).project_state().apps.get_model("wagtailcore", "Page")
    old = as_migrated._meta.get_field("seo_title")
    new = models.CharField(max_length=254, blank=True)
    new.set_attributes_from_name("seo_title")
    new.model = as_migrated
    for source, target in ((old, new), (new, old)):
        triggers.before_migrate(plan=[(object(), False)])
        try:
            with connection.schema_editor() as editor:
                editor.alter_field(as_migrated, source, target)
        finally:
            triggers.after_migrate()
        assert triggers.problems() == []
    before = changes.position()
    Page.objects.filter(depth=2).update(seo_title="Other")
    assert [change.kind for change in changes.changes_since(before)] == ["update"]


def test_a_forgotten_model_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(triggers.check_models()) == []
    monkeypatch.delitem(registry._watched, NavigationEntry)
    errors = list(triggers.check_models())
    assert {(error.id, error.obj._meta.label) for error in errors} == {
        ("cms.E101", "home.NavigationEntry"),
        ("cms.E101", "home.NavigationLabel"),
    }
    changes.leave_out(NavigationEntry, "For this test.")
    try:
        assert {error.obj._meta.label for error in triggers.check_models()} == {"home.NavigationLabel"}
    finally:
        del registry._left_out[NavigationEntry]
    with pytest.raises(ValueError, match="Say why"):
        changes.leave_out(NavigationEntry, "")
