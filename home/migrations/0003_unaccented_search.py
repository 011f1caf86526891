"""A text search configuration for PostgreSQL that drops accents and keeps words as they are (no stemming)."""

from django.db import migrations

CREATE = """
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE TEXT SEARCH CONFIGURATION mot_unaccented (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION mot_unaccented
    ALTER MAPPING FOR asciihword, asciiword, hword, hword_asciipart, hword_part, word
    WITH unaccent, simple;
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TEXT SEARCH CONFIGURATION IF EXISTS mot_unaccented")


class Migration(migrations.Migration):
    dependencies = [("home", "0002_member_demo_item")]
    operations = [migrations.RunPython(create, drop)]
