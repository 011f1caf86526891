from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from cms import worker

        worker.accompany("search.indexer.run")
