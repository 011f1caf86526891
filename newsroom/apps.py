from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    name = "newsroom"

    def ready(self) -> None:
        # Imported here: these modules need loaded models.
        from cms import changes, worker
        from newsroom import clock, page_filters, vocabularies

        changes.leave_out(clock.StateClock, "How far changes of state were logged.")
        worker.schedule(clock.record_state_changes)
        page_filters.register()
        vocabularies.register()
