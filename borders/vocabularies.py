"""The closed lists of this app, for the API's vocabularies."""

from borders.comparison import ComparisonProblem
from borders.figures import Qualifier, Unit
from borders.geography import BorderKind, LegalForm, TerritoryScale
from borders.obstacles import ObstacleKind, ObstacleLevel, ObstacleStatus
from borders.programmes import ProgrammeKind
from cms.api import vocabularies


def register() -> None:
    """Add them to the API."""
    vocabularies.register(
        border_kind=BorderKind,
        legal_form=LegalForm,
        territory_scale=TerritoryScale,
        programme_kind=ProgrammeKind,
        unit=Unit,
        qualifier=Qualifier,
        comparison_problem=ComparisonProblem,
        obstacle_kind=ObstacleKind,
        obstacle_level=ObstacleLevel,
        obstacle_status=ObstacleStatus,
    )
