"""What Django must find under the `resources` label."""

from resources.agents import Agent, AgentKind, AgentName
from resources.dossiers import ChapterPage, DossierIndexPage, DossierPage
from resources.positions import PositionIndexPage, PositionPage, PositionSignatory
from resources.projects import ProjectIndexPage, ProjectKind, ProjectPage, ProjectPartner
from resources.thesaurus import Concept, ConceptName, ConceptScopeNote, ConceptStatus, PageTheme

__all__ = [
    "Agent",
    "AgentKind",
    "AgentName",
    "ChapterPage",
    "Concept",
    "ConceptName",
    "ConceptScopeNote",
    "ConceptStatus",
    "DossierIndexPage",
    "DossierPage",
    "PageTheme",
    "PositionIndexPage",
    "PositionPage",
    "PositionSignatory",
    "ProjectIndexPage",
    "ProjectKind",
    "ProjectPage",
    "ProjectPartner",
]
