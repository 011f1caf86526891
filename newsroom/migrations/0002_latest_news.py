from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="newspage",
            index=models.Index(fields=["-date", "page_ptr"], name="newsroom_news_latest"),
        ),
    ]
