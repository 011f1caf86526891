"""What Wagtail's first migrations call "Root", in words that editors meet at the top of every path and list."""

from typing import Any

from django.db import migrations


def name_roots(apps: Any, schema_editor: Any) -> None:
    apps.get_model("wagtailcore", "Page").objects.filter(depth=1, title="Root").update(
        title="Langues", draft_title="Langues"
    )
    apps.get_model("wagtailcore", "Collection").objects.filter(depth=1, name="Root").update(name="Public")


class Migration(migrations.Migration):
    dependencies = [("home", "0003_unaccented_search"), ("wagtailcore", "0098_apitoken")]
    operations = [migrations.RunPython(name_roots, migrations.RunPython.noop)]
