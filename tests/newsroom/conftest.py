"""The site's index pages for news, events, trainings and calls."""

from dataclasses import dataclass

import pytest

from home.models import HomePage
from newsroom.models import CallIndexPage, EventIndexPage, NewsIndexPage, TrainingIndexPage
from tests import worlds
from tests.changelog import Log
from tests.factories import newsroom as make
from tests.factories.pages import home_page


@pytest.fixture(autouse=True)
def versions(db: None) -> None:
    """Changes get their version at once, as if each statement were committed: answers never stay behind."""
    Log()


@dataclass
class Newsroom:
    home: HomePage
    news: NewsIndexPage
    events: EventIndexPage
    trainings: TrainingIndexPage
    calls: CallIndexPage


@worlds.shared
def newsroom() -> Newsroom:
    home = home_page("fr")
    return Newsroom(
        home, make.news_index(home), make.event_index(home), make.training_index(home), make.call_index(home)
    )
