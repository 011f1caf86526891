"""The triggers on PostgreSQL: a handful of functions, and one short trigger per watched table that names one."""

from collections.abc import Iterable

from django.db.backends.base.base import BaseDatabaseWrapper

from cms.changes.registry import Table

FUNCTIONS = {
    # The row is the object itself. Arguments: family, model, column of the id, ignored columns, remembered columns,
    # '' or the table whose rows close what lies below an object, and that table's column of the object's id.
    "cms_change_object()": """
DECLARE
  ignored text[] := TG_ARGV[3];
  was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - ignored END;
  now jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - ignored END;
  was_live boolean := coalesce((was->>'live')::boolean, was IS NOT NULL);
  is_live boolean := coalesce((now->>'live')::boolean, now IS NOT NULL);
  moved boolean := was->'path' IS DISTINCT FROM now->'path' OR was->'url_path' IS DISTINCT FROM now->'url_path';
  key bigint := (coalesce(now, was)->>TG_ARGV[2])::bigint;
  closes boolean := false;
BEGIN
  IF was = now THEN
    RETURN NULL;
  END IF;
  IF NOT (was_live OR is_live) THEN
    IF moved AND TG_ARGV[5] <> '' THEN
      EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I = $1)', TG_ARGV[5], TG_ARGV[6]) INTO closes USING key;
    END IF;
    IF NOT closes THEN
      RETURN NULL;
    END IF;
  END IF;
  PERFORM cms_change_write(TG_ARGV[0], CASE
    WHEN now IS NULL THEN 'delete'
    WHEN was_live AND NOT is_live THEN 'unpublish'
    WHEN is_live AND NOT was_live THEN CASE WHEN now ? 'live' THEN 'publish' ELSE 'create' END
    WHEN moved THEN 'move'
    WHEN was->'last_published_at' IS DISTINCT FROM now->'last_published_at' THEN 'publish'
    ELSE 'update'
  END, TG_ARGV[1], key, (SELECT jsonb_object_agg(name, to_jsonb(OLD)->name)
    FROM unnest(TG_ARGV[4]::text[]) AS name WHERE was IS NOT NULL));
  RETURN NULL;
END""",
    # The row is a part of an object. Arguments: family, model, column of the object's id, ignored columns,
    # the objects' table, its key, '' or ' AND live', kind.
    "cms_change_part()": """
DECLARE
  ignored text[] := TG_ARGV[3];
  was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - ignored END;
  now jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - ignored END;
  before text := 'NULL';
BEGIN
  IF was = now THEN
    RETURN NULL;
  END IF;
  IF TG_ARGV[7] = 'privacy' THEN
    before := format(
      'jsonb_build_object(''path'', path, ''restricted'', %L OR (SELECT count(*) FROM %s WHERE %I = owner.%I) > 1)',
      was IS NOT NULL, TG_RELID::regclass, TG_ARGV[2], TG_ARGV[5]
    );
  END IF;
  EXECUTE format(
    'SELECT cms_change_write($1, $2, $3, %1$I, %3$s) FROM %2$I AS owner WHERE %1$I IN ($4, $5)',
    TG_ARGV[5], TG_ARGV[4], before
  ) || TG_ARGV[6]
    USING TG_ARGV[0], TG_ARGV[7], TG_ARGV[1], (was->>TG_ARGV[2])::bigint, (now->>TG_ARGV[2])::bigint;
  RETURN NULL;
END""",
    # Rows without a version are this transaction's own (nobody sees another's): one per object and kind is enough,
    # and an update adds nothing to a publication; but what the object was before must be in one of them.
    "cms_change_write(new_family text, new_kind text, new_model text, new_id bigint, before jsonb)": """
BEGIN
  INSERT INTO cms_change (family, kind, model, object_id, created_at, before)
  SELECT new_family, new_kind, new_model, new_id, clock_timestamp(), cms_change_write.before
  WHERE NOT EXISTS (
    SELECT FROM cms_change
    WHERE version IS NULL AND object_id = new_id AND model = new_model AND family = new_family AND kind <> 'dependency'
      AND new_kind IN (kind, 'update')
      AND (kind <> 'update' OR cms_change.before IS NOT NULL OR cms_change_write.before IS NULL)
  );
END""",
    # Runs at commit. The counter's row stays locked until the commit is over, so the order of the versions is the
    # order of the commits, and so is that of the moments. The first row does it for all of its transaction, the others
    # find that done. It asks for one row at a time by its key, and sorts by what no index has: whatever the statistics
    # say (within a long transaction, that the log is empty), no plan reads the log.
    "cms_change_version()": """
DECLARE
  own bigint[];
  own_id bigint;
  last bigint;
  moment timestamptz;
BEGIN
  IF (SELECT version FROM cms_change WHERE id = NEW.id) IS NOT NULL THEN
    RETURN NULL;
  END IF;
  own := ARRAY(SELECT id FROM cms_change WHERE version IS NULL ORDER BY id + 0);
  UPDATE cms_changecounter SET version = version + cardinality(own) WHERE id = 1
  RETURNING version - cardinality(own) INTO last;
  IF last IS NULL THEN -- the counter was emptied: another history begins
    INSERT INTO cms_changecounter (id, version, pruned, epoch)
    SELECT 1, coalesce(max(version), 0) + cardinality(own), 0, gen_random_uuid() FROM cms_change
    RETURNING version - cardinality(own) INTO last;
  END IF;
  moment := clock_timestamp();
  FOREACH own_id IN ARRAY own LOOP
    last := last + 1;
    UPDATE cms_change SET version = last, created_at = moment WHERE id = own_id;
  END LOOP;
  RETURN NULL;
END""",
}

VERSION = """CREATE CONSTRAINT TRIGGER "changes_version" AFTER INSERT ON "cms_change"
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.version IS NULL) EXECUTE FUNCTION cms_change_version()"""


def statements(connection: BaseDatabaseWrapper, tables: Iterable[Table]) -> dict[tuple[str, str], str]:
    """(table, trigger) -> the statement that creates it."""
    made = {("cms_change", "changes_version"): VERSION}
    for table in tables:
        function = "cms_change_part" if table.owner else "cms_change_object"
        arguments = [table.family, table.model, table.column, _array(table.ignored)]
        if table.owner:
            arguments += [table.owner, table.owner_key, " AND live" if table.only_live else "", table.kind]
        else:
            arguments += [_array(table.remembered), table.closed_by, table.closed_by_column]
        quoted = ", ".join(f"'{argument}'" for argument in arguments)
        trigger = f"changes_{table.column}"
        made[table.name, trigger] = (
            f'CREATE TRIGGER "{trigger}" AFTER INSERT OR UPDATE OR DELETE ON "{table.name}"\n'
            f"FOR EACH ROW EXECUTE FUNCTION {function}({quoted})"
        )
    return made


def _array(names: Iterable[str]) -> str:
    return "{" + ",".join(names) + "}"


def installed(connection: BaseDatabaseWrapper) -> dict[tuple[str, str], str]:
    """(table, trigger) -> the statement that created it, kept as the trigger's comment; "" where it is disabled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_class.relname, tgname,"
            " CASE WHEN tgenabled = 'D' THEN '' ELSE coalesce(obj_description(pg_trigger.oid, 'pg_trigger'), '') END"
            " FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal AND tgname ^@ 'changes_'"
        )
        return {(table, trigger): sql for table, trigger, sql in cursor.fetchall()}


def create(connection: BaseDatabaseWrapper, table: str, trigger: str, sql: str) -> None:
    """Create one trigger, with its own statement as its comment."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        comment = sql.replace("'", "''")
        cursor.execute(f"""COMMENT ON TRIGGER "{trigger}" ON "{table}" IS '{comment}'""")


def drop(connection: BaseDatabaseWrapper, table: str, trigger: str) -> None:
    """Drop one trigger."""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{trigger}" ON "{table}"')


def stale_functions(connection: BaseDatabaseWrapper) -> list[str]:
    """Signatures of the functions that are missing or not as they are written here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc"
            " WHERE pronamespace = current_schema()::regnamespace AND proname ^@ 'cms_change_'"
        )
        bodies = dict(cursor.fetchall())
    return [signature for signature, body in FUNCTIONS.items() if bodies.get(signature.partition("(")[0]) != body]


def create_functions(connection: BaseDatabaseWrapper, signatures: Iterable[str]) -> None:
    """Create or replace these functions."""
    with connection.cursor() as cursor:
        for signature in signatures:
            returns = "trigger" if signature.endswith("()") else "void"
            if returns == "void":  # with other parameters it would be another function beside the old one
                cursor.execute(
                    "SELECT oid::regprocedure::text FROM pg_proc"
                    " WHERE pronamespace = current_schema()::regnamespace AND proname = %s",
                    [signature.partition("(")[0]],
                )
                for (old,) in cursor.fetchall():
                    cursor.execute(f"DROP FUNCTION {old}")
            cursor.execute(
                # Its plans are made while the log is short, when reading all of it looks cheap.
                f"CREATE OR REPLACE FUNCTION {signature} RETURNS {returns} LANGUAGE plpgsql SET enable_seqscan = off"
                f" AS $function${FUNCTIONS[signature]}$function$"
            )
