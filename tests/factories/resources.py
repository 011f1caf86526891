"""Concepts, agents, dossiers, positions and projects."""

from typing import Any

from wagtail.models import Page

from cms.facts import NameKind
from resources.models import (
    Agent,
    AgentName,
    ChapterPage,
    Concept,
    ConceptName,
    DossierIndexPage,
    DossierPage,
    PositionIndexPage,
    PositionPage,
    ProjectIndexPage,
    ProjectPage,
    Record,
    RecordAgent,
    RecordIdentifier,
    RecordText,
    RecordType,
)
from tests.factories.published import published


def concept(code: str, *, broader: list[Concept] | None = None, **fields: Any) -> Concept:
    """An approved concept named after its code in French and English."""
    made = Concept(**{"code": code, "status": "approved", **fields})
    made.names = [
        ConceptName(language="fr", text=f"{code} (fr)"),
        ConceptName(language="en", text=f"{code} (en)"),
        ConceptName(language="fr", kind=NameKind.ALTERNATIVE, text=f"{code} bis"),
    ]
    made.save()
    if broader:
        made.broader.set(broader)
        made.save()
    return made


def agent(code: str, **fields: Any) -> Agent:
    """A body named after its code."""
    made = Agent(**{"code": code, **fields})
    made.names = [AgentName(language="fr", text=code.upper())]
    made.save()
    return made


def record(
    title: str = "Titre",
    *,
    language: str = "fr",
    type: str = "report",
    texts: dict[str, str] | None = None,
    agents: dict[str, list[Agent]] | None = None,
    identifiers: dict[str, str] | None = None,
    **fields: Any,
) -> Record:
    """A published record; `texts` are titles in other languages, `agents` are by role, `identifiers` by scheme."""
    made = Record(type=RecordType.objects.get(code=type), **fields)
    made.texts = [
        RecordText(language=language, title=title, is_original=True),
        *(RecordText(language=other, title=text) for other, text in (texts or {}).items()),
    ]
    made.agent_links = [RecordAgent(agent=agent, role=role) for role, of in (agents or {}).items() for agent in of]
    made.identifiers = [RecordIdentifier(scheme=scheme, value=value) for scheme, value in (identifiers or {}).items()]
    made.save()
    made.save_revision().publish()
    made.refresh_from_db()
    return made


def dossier_index(home: Page, **fields: Any) -> DossierIndexPage:
    return published(DossierIndexPage(**{"title": "Dossiers", **fields}), home)


def dossier(parent: Page, title: str = "Santé", **fields: Any) -> DossierPage:
    return published(DossierPage(**{"title": title, **fields}), parent)


def chapter(parent: Page, title: str = "Accès aux soins", **fields: Any) -> ChapterPage:
    return published(ChapterPage(**{"title": title, **fields}), parent)


def position_index(home: Page, **fields: Any) -> PositionIndexPage:
    return published(PositionIndexPage(**{"title": "Positions", **fields}), home)


def position(parent: Page, title: str = "Contribution", **fields: Any) -> PositionPage:
    return published(PositionPage(**{"title": title, **fields}), parent)


def project_index(home: Page, **fields: Any) -> ProjectIndexPage:
    return published(ProjectIndexPage(**{"title": "Projets", **fields}), home)


def project(parent: Page, title: str = "Bassins de vie", **fields: Any) -> ProjectPage:
    return published(ProjectPage(**{"title": title, **fields}), parent)
