from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    name = "newsroom"

    def ready(self) -> None:
        from cms import changes, worker
        from cms.api import vocabularies
        from newsroom import clock, models

        changes.leave_out(models.StateClock, "How far changes of state were logged.")
        worker.schedule(clock.record_state_changes)
        vocabularies.register(
            access=models.Access,
            event_type=models.EventType,
            event_role=models.EventRole,
            news_category=models.NewsCategory,
            news_kind=models.NewsKind,
            outcome_kind=models.OutcomeKind,
            state=models.State,
            training_level=models.TrainingLevel,
            training_role=models.TrainingRole,
        )
