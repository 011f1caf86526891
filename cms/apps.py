from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"

    def ready(self) -> None:
        from cms import offices, references
        from cms.changes import foundations

        references.register_fact("cms.Office", offices.load, offices.OfficeCard)
        foundations.connect(self)
