import uuid
from collections import defaultdict

from django.db import migrations, models


def by_place(apps, schema_editor):
    """The same key in every language, from the place of a session among those of its page."""
    for name in ("EventSession", "TrainingSession"):
        model = apps.get_model("newsroom", name)
        pages = defaultdict(list)
        for row in model.objects.select_related("page").order_by("start", "pk"):
            pages[row.page_id].append(row)
        for rows in pages.values():
            for number, row in enumerate(rows):
                row.key = uuid.uuid5(row.page.translation_key, str(number))
            model.objects.bulk_update(rows, ["key"])


class Migration(migrations.Migration):
    dependencies = [
        ("newsroom", "0004_records_block"),
    ]

    operations = [
        migrations.AddField("eventsession", "key", models.UUIDField(default=uuid.uuid4, editable=False)),
        migrations.AddField("trainingsession", "key", models.UUIDField(default=uuid.uuid4, editable=False)),
        migrations.RunPython(by_place, migrations.RunPython.noop),
    ]
