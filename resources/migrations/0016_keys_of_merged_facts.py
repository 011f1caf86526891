from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('resources', '0015_imports_that_kill_their_worker'),
    ]

    operations = [
        migrations.AddField(
            model_name='mergedfact',
            name='key',
            field=models.BigIntegerField(null=True),
        ),
    ]
