"""The site's index pages for dossiers, positions and projects."""

from dataclasses import dataclass

import pytest

from home.models import HomePage
from resources.models import DossierIndexPage, PositionIndexPage, ProjectIndexPage
from tests import worlds
from tests.changelog import Log
from tests.factories import resources as make
from tests.factories.pages import home_page


@pytest.fixture(autouse=True)
def versions(db: None) -> None:
    """Changes get their version at once, as if each statement were committed: answers never stay behind."""
    Log()


@dataclass
class Library:
    home: HomePage
    dossiers: DossierIndexPage
    positions: PositionIndexPage
    projects: ProjectIndexPage


@worlds.shared
def library() -> Library:
    home = home_page("fr")
    return Library(home, make.dossier_index(home), make.position_index(home), make.project_index(home))
