"""What Django must find under the `resources` label."""

from resources.agents import Agent, AgentKind, AgentName
from resources.dossiers import ChapterPage, DossierIndexPage, DossierPage
from resources.exchange.importing import ImportedRecord
from resources.exchange.imports import ImportFile, ImportLine, RecordImport
from resources.fact_merging import MergedFact
from resources.files import FileText, Outcome, RecordFile, RecordFileAccess, RecordFullText
from resources.positions import PositionIndexPage, PositionPage, PositionSignatory
from resources.projects import ProjectIndexPage, ProjectKind, ProjectPage, ProjectPartner
from resources.record_numbers import RecordNumber
from resources.record_types import Kind, RecordCollection, RecordCollectionName, RecordType, RecordTypeName
from resources.records import (
    AgentRole,
    Licence,
    Record,
    RecordAgent,
    RecordCopy,
    RecordIdentifier,
    RecordLanguage,
    RecordLink,
    RecordPageLink,
    RecordText,
    RelationKind,
)
from resources.thesaurus import Concept, ConceptName, ConceptScopeNote, ConceptStatus, PageTheme

__all__ = [
    "Agent",
    "AgentKind",
    "AgentName",
    "AgentRole",
    "ChapterPage",
    "Concept",
    "ConceptName",
    "ConceptScopeNote",
    "ConceptStatus",
    "DossierIndexPage",
    "DossierPage",
    "FileText",
    "ImportFile",
    "ImportLine",
    "ImportedRecord",
    "Kind",
    "Licence",
    "MergedFact",
    "Outcome",
    "PageTheme",
    "PositionIndexPage",
    "PositionPage",
    "PositionSignatory",
    "ProjectIndexPage",
    "ProjectKind",
    "ProjectPage",
    "ProjectPartner",
    "Record",
    "RecordAgent",
    "RecordCollection",
    "RecordCollectionName",
    "RecordCopy",
    "RecordFile",
    "RecordFileAccess",
    "RecordFullText",
    "RecordIdentifier",
    "RecordImport",
    "RecordLanguage",
    "RecordLink",
    "RecordNumber",
    "RecordPageLink",
    "RecordText",
    "RecordType",
    "RecordTypeName",
    "RelationKind",
]
