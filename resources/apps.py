from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "resources"

    def ready(self) -> None:
        # Imported here: these modules need loaded models.
        from resources import page_filters, vocabularies

        page_filters.register()
        vocabularies.register()
