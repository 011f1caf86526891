from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    name = "newsroom"

    def ready(self) -> None:
        # Imported here: these modules need loaded models.
        from cms import changes, moments, worker
        from newsroom import clock, page_filters, vocabularies

        changes.leave_out(clock.StateClock, "How far changes of state were logged.")
        worker.schedule(clock.record_state_changes)
        moments.register(clock.turns)
        page_filters.register()
        vocabularies.register()
