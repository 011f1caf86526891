"""The closed lists of this app, for the API's vocabularies."""

from cms.api import vocabularies
from resources.agents import AgentKind
from resources.citations import Style
from resources.files import RecordAccess, RecordFileAccess
from resources.identifiers import Scheme
from resources.projects import ProjectKind
from resources.record_types import Kind
from resources.records import AgentRole, Licence, RelationKind
from resources.thesaurus import ConceptStatus


def register() -> None:
    """Add them to the API."""
    vocabularies.register(
        agent_kind=AgentKind,
        agent_role=AgentRole,
        bibliographic_kind=Kind,
        citation_style=Style,
        concept_status=ConceptStatus,
        file_access=RecordFileAccess,
        identifier_scheme=Scheme,
        licence=Licence,
        project_kind=ProjectKind,
        record_access=RecordAccess,
        record_relation=RelationKind,
    )
