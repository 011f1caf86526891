"""The closed lists of this app, for the API's vocabularies."""

from cms.api import vocabularies
from resources.agents import AgentKind
from resources.projects import ProjectKind
from resources.thesaurus import ConceptStatus


def register() -> None:
    """Add them to the API."""
    vocabularies.register(agent_kind=AgentKind, concept_status=ConceptStatus, project_kind=ProjectKind)
