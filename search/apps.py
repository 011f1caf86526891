from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from cms import changes, worker
        from cms.api import vocabularies
        from search.models import HarvestItem, HarvestPosition
        from search.suggesting import SuggestionKind

        for derived in (HarvestItem, HarvestPosition):
            changes.leave_out(derived, "Made from the log.")
        vocabularies.register(suggestion_kind=SuggestionKind)
        worker.accompany("search.indexer.run")
        worker.accompany("search.oai.register.run")
