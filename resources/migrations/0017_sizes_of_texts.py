import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


def size() -> models.GeneratedField:
    pages = django.db.models.functions.comparison.Cast('pages', models.TextField())
    return models.GeneratedField(
        db_persist=True,
        expression=django.db.models.functions.text.Length(pages),
        output_field=models.IntegerField(),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('resources', '0016_keys_of_merged_facts'),
    ]

    operations = [
        migrations.AddField(model_name='filetext', name='size', field=size()),
        migrations.AddField(model_name='recordfulltext', name='size', field=size()),
    ]
