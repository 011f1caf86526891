"""The triggers on SQLite, where one writer at a time makes the order of the rows the order of the commits."""

from collections.abc import Iterable

from django.db.backends.base.base import BaseDatabaseWrapper

from cms.changes.models import PRIVACY
from cms.changes.registry import Table

INTO = "INSERT INTO cms_change (family, kind, model, object_id, created_at, before)"
NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"

VERSION = """CREATE TRIGGER "changes_version" AFTER INSERT ON "cms_change" WHEN NEW.version IS NULL BEGIN
  INSERT INTO cms_changecounter (id, version, pruned, epoch)
  SELECT 1, (SELECT coalesce(max(version), 0) FROM cms_change), 0, lower(hex(randomblob(16)))
  WHERE NOT EXISTS (SELECT 1 FROM cms_changecounter);
  UPDATE cms_changecounter SET version = version + 1;
  UPDATE cms_change SET version = (SELECT version FROM cms_changecounter) WHERE id = NEW.id;
END"""


def statements(connection: BaseDatabaseWrapper, tables: Iterable[Table]) -> dict[tuple[str, str], str]:
    """(table, trigger) -> the statement that creates it."""
    made = {("cms_change", "changes_version"): VERSION}
    with connection.cursor() as cursor:
        for table in tables:
            columns = [column.name for column in connection.introspection.get_table_description(cursor, table.name)]
            events = _part(table) if table.owner else _object(table, columns)
            compared = [column for column in columns if column not in table.ignored]
            old, new = (", ".join(f'{row}."{column}"' for column in compared) for row in ("OLD", "NEW"))
            differs = f"({old}) IS NOT ({new})"
            for event, condition, insert in events:
                trigger = f"changes_{table.name}_{table.column}_{event}"
                conditions = [part for part in (condition, differs if event == "update" else "") if part]
                when = f"WHEN {' AND '.join(conditions)}\n" if conditions else ""
                made[table.name, trigger] = (
                    f'CREATE TRIGGER "{trigger}" AFTER {event.upper()} ON "{table.name}"\n'
                    f"{when}BEGIN\n  {INTO}\n  {insert};\nEND"
                )
    return made


def _object(table: Table, columns: list[str]) -> list[tuple[str, str, str]]:
    """The row is the object itself."""
    live = "live" in columns
    moved = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in ("path", "url_path") if name in columns)
    cases = [("NEW.live AND NOT OLD.live", "publish"), ("OLD.live AND NOT NEW.live", "unpublish")] if live else []
    if moved:
        cases.append((moved, "move"))
    if "last_published_at" in columns:
        cases.append(("OLD.last_published_at IS NOT NEW.last_published_at", "publish"))
    kind = " ".join(f"WHEN {condition} THEN '{name}'" for condition, name in cases)
    kind = f"CASE {kind} ELSE 'update' END" if kind else "'update'"
    told = "OLD.live OR NEW.live" if live else ""
    if live and table.closed_by:  # one that closes what lies below it, live or not
        rows = f"""FROM "{table.closed_by}" WHERE "{table.closed_by_column}" = NEW."{table.column}\""""
        closes = f"EXISTS (SELECT 1 {rows})"
        told = f"{told} OR (({moved}) AND {closes})"
    remembered = ", ".join(f"'{name}', OLD.\"{name}\"" for name in table.remembered)
    before = f"json_object({remembered})" if remembered else "NULL"

    def values(row: str, kind: str, before: str) -> str:
        return f"""VALUES ('{table.family}', {kind}, '{table.model}', {row}."{table.column}", {NOW}, {before})"""

    return [
        ("insert", "NEW.live" if live else "", values("NEW", "'publish'" if live else "'create'", "NULL")),
        ("update", f"({told})" if told else "", values("NEW", kind, before)),
        ("delete", "OLD.live" if live else "", values("OLD", "'delete'", before)),
    ]


def _part(table: Table) -> list[tuple[str, str, str]]:
    """The row is a part of an object."""

    def select(*rows: str) -> str:
        owners = ", ".join(f'{row}."{table.column}"' for row in rows)
        live = " AND live" if table.only_live else ""
        before = "NULL"
        if table.kind == PRIVACY:
            rules = f"""FROM "{table.name}" WHERE "{table.column}" = owner."{table.owner_key}\""""
            others = f"(SELECT count(*) {rules}) > 1"
            before = f"json_object('path', path, 'restricted', {others if rows == ('NEW',) else '1'})"
        return (  # the names come from our own models
            f"""SELECT '{table.family}', '{table.kind}', '{table.model}', "{table.owner_key}", {NOW}, {before}"""  # noqa: S608
            f""" FROM "{table.owner}" AS owner WHERE "{table.owner_key}" IN ({owners}){live}"""
        )

    return [("insert", "", select("NEW")), ("update", "", select("OLD", "NEW")), ("delete", "", select("OLD"))]


def installed(connection: BaseDatabaseWrapper) -> dict[tuple[str, str], str]:
    """(table, trigger) -> the statement that created it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 8) = 'changes_'"
        )
        return {(table, trigger): sql for table, trigger, sql in cursor.fetchall()}


def create(connection: BaseDatabaseWrapper, table: str, trigger: str, sql: str) -> None:
    """Create one trigger."""
    with connection.cursor() as cursor:
        cursor.execute(sql)


def drop(connection: BaseDatabaseWrapper, table: str, trigger: str) -> None:
    """Drop one trigger."""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{trigger}"')


def stale_functions(connection: BaseDatabaseWrapper) -> list[str]:
    """SQLite has no stored functions."""
    return []


def create_functions(connection: BaseDatabaseWrapper, signatures: Iterable[str]) -> None:
    """SQLite has no stored functions."""
