from django.db import migrations, models
from django.db.migrations.state import StateApps


def ask_for_cuts(apps: StateApps, editor: object) -> None:
    """Images have been made whole so far; the worker makes the rest of those that wait (cms.renditions)."""
    apps.get_model("cms", "CmsImage").objects.filter(rendition_state="ready").update(rendition_state="waiting")


class Migration(migrations.Migration):
    dependencies = [("cms", "0008_change_before")]

    operations = [
        migrations.AddField(
            model_name="cmsimage",
            name="color",
            field=models.CharField(blank=True, default="", editable=False, max_length=7),
        ),
        migrations.AddField(
            model_name="cmsimage",
            name="placeholder",
            field=models.CharField(blank=True, default="", editable=False, max_length=1000),
        ),
        migrations.RunPython(ask_for_cuts, migrations.RunPython.noop),
    ]
