from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from cms import worker
        from cms.api import vocabularies
        from search.suggesting import SuggestionKind

        vocabularies.register(suggestion_kind=SuggestionKind)
        worker.accompany("search.indexer.run")
