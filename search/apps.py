from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from cms import changes, worker
        from cms.api import vocabularies
        from search import reader_queries
        from search.models import (
            HarvestItem,
            HarvestPosition,
            QuerySighting,
            ReaderQuery,
            ReaderQueryWeek,
            SightingSalt,
        )
        from search.promotions import PromotedQuery, PromotedResult
        from search.suggesting import SuggestionKind

        for derived in (HarvestItem, HarvestPosition):
            changes.leave_out(derived, "Made from the log.")
        for model in (PromotedResult, PromotedQuery):
            changes.leave_out(model, "It shows in no answer that is kept.")
        for told in (ReaderQuery, ReaderQueryWeek, QuerySighting, SightingSalt):
            changes.leave_out(told, "What readers search shows in no answer.")
        vocabularies.register(suggestion_kind=SuggestionKind)
        worker.schedule(reader_queries.prune, every_minutes=60)
        worker.accompany("search.indexer.run")
        worker.accompany("search.oai.register.run")
