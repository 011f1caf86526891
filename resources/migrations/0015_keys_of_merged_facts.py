from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('resources', '0014_records_block'),
    ]

    operations = [
        migrations.AddField(
            model_name='mergedfact',
            name='key',
            field=models.BigIntegerField(null=True),
        ),
    ]
