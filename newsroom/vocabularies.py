"""The closed lists of this app, for the API's vocabularies."""

from cms.api import vocabularies
from newsroom import models


def register() -> None:
    """Add them to the API."""
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
