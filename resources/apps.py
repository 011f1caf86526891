from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "resources"

    def ready(self) -> None:
        # Imported here: these modules need loaded models.
        from cms.changes.feed import effects
        from resources import dependants, page_filters, vocabularies

        effects.register(dependants.of)
        page_filters.register()
        vocabularies.register()
