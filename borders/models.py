"""What Django must find under the `borders` label."""

from borders.fiches import BorderIndexPage, BorderPage, TerritoryIndexPage, TerritoryPage
from borders.figures import Indicator, IndicatorDefinition, IndicatorName, KeyFigure, KeyFigureNote, Qualifier, Unit
from borders.geography import (
    Border,
    BorderKind,
    BorderName,
    Country,
    CountryName,
    LegalForm,
    Territory,
    TerritoryMember,
    TerritoryName,
    TerritoryScale,
)
from borders.links import PageBorder, PageProgramme, PageTerritory
from borders.obstacles import ObstacleIndexPage, ObstacleKind, ObstacleLevel, ObstaclePage, ObstacleStatus
from borders.practices import PracticeIndexPage, PracticePage, PracticePartner
from borders.programmes import Programme, ProgrammeKind, ProgrammeName

__all__ = [
    "Border",
    "BorderIndexPage",
    "BorderKind",
    "BorderName",
    "BorderPage",
    "Country",
    "CountryName",
    "Indicator",
    "IndicatorDefinition",
    "IndicatorName",
    "KeyFigure",
    "KeyFigureNote",
    "LegalForm",
    "ObstacleIndexPage",
    "ObstacleKind",
    "ObstacleLevel",
    "ObstaclePage",
    "ObstacleStatus",
    "PageBorder",
    "PageProgramme",
    "PageTerritory",
    "PracticeIndexPage",
    "PracticePage",
    "PracticePartner",
    "Programme",
    "ProgrammeKind",
    "ProgrammeName",
    "Qualifier",
    "Territory",
    "TerritoryIndexPage",
    "TerritoryMember",
    "TerritoryName",
    "TerritoryPage",
    "TerritoryScale",
    "Unit",
]
