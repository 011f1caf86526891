"""Notes of key figures get a text per language; what was written so far is French."""

import django.db.models.deletion
import modelcluster.fields
from django.db import migrations, models

LANGUAGE = "fr"


def rows_of_notes(apps, schema_editor):
    """A row for each note, in what is published and in every revision, so that drafts and reviews keep theirs."""
    notes = apps.get_model("borders", "KeyFigureNote").objects
    figures = apps.get_model("borders", "KeyFigure").objects
    kept = {
        str(figure): notes.create(fact_id=figure, language=LANGUAGE, text=note, sort_order=0)
        for figure, note in figures.exclude(note="").values_list("pk", "note")
    }
    for revision in revisions(apps):
        text = revision.content.pop("note", "")
        row = kept.get(revision.object_id)
        revision.content["notes"] = [
            {"pk": row.pk if row else None, "fact": int(revision.object_id), "language": LANGUAGE, "text": text, "sort_order": 0}
        ] if text else []  # fmt: skip
        revision.save(update_fields=["content"])


def notes_of_rows(apps, schema_editor):
    """Back to one note, the French one."""
    figures = apps.get_model("borders", "KeyFigure").objects
    for fact, text in apps.get_model("borders", "KeyFigureNote").objects.filter(language=LANGUAGE).values_list("fact", "text"):  # fmt: skip
        figures.filter(pk=fact).update(note=text[:500])
    for revision in revisions(apps):
        rows = revision.content.pop("notes", [])
        revision.content["note"] = next((row["text"][:500] for row in rows if row["language"] == LANGUAGE), "")
        revision.save(update_fields=["content"])


def revisions(apps):
    """All revisions of key figures."""
    model = {"app_label": "borders", "model": "keyfigure"}
    kind = apps.get_model("contenttypes", "ContentType").objects.filter(**model).first()
    return apps.get_model("wagtailcore", "Revision").objects.filter(content_type=kind) if kind else ()


class Migration(migrations.Migration):
    dependencies = [
        ("borders", "0002_protect_used_facts"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyFigureNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                ("language", models.CharField(choices=[("fr", "French"), ("en", "English"), ("de", "German"), ("es", "Spanish"), ("it", "Italian"), ("nl", "Dutch")], max_length=2, verbose_name="language")),
                ("text", models.TextField(max_length=1000, verbose_name="text")),
                ("fact", modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="borders.keyfigure")),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "ordering": ["sort_order"],
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("fact", "language"), name="borders_keyfigurenote_one_per_language", violation_error_message="There is already a text in this language.")],
            },
        ),
        migrations.RunPython(rows_of_notes, notes_of_rows),
        migrations.RemoveField(model_name="keyfigure", name="note"),
        migrations.RemoveConstraint(model_name="indicatordefinition", name="borders_one_definition"),
        migrations.AlterField(
            model_name="indicatordefinition",
            name="text",
            field=models.TextField(max_length=1000, verbose_name="text"),
        ),
        migrations.AddConstraint(
            model_name="indicatordefinition",
            constraint=models.UniqueConstraint(fields=("fact", "language"), name="borders_indicatordefinition_one_per_language", violation_error_message="There is already a text in this language."),
        ),
    ]
