"""Concepts, agents, dossiers, positions and projects."""

import datetime
from typing import Any

from wagtail.models import Page

from cms.facts import NameKind
from cms.media import CmsDocument
from resources.files import FileText, Outcome
from resources.models import (
    Agent,
    AgentName,
    AgentRole,
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
    RecordCollection,
    RecordCollectionName,
    RecordCopy,
    RecordFile,
    RecordIdentifier,
    RecordLink,
    RecordPageLink,
    RecordText,
    RecordType,
)
from tests.factories import documents
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
    for rows in (made.texts, made.agent_links, made.identifiers):
        for place, row in enumerate(rows.all()):
            row.sort_order = place  # as a form gives it: PostgreSQL has an order of its own for rows without
    made.save()
    made.save_revision().publish()
    made.refresh_from_db()
    return made


def record_with_text(text: str, **fields: Any) -> tuple[Record, CmsDocument]:
    """A published record with an open German file whose text has been read, and the file."""
    made, document = record(), documents.document(**fields)
    made.files = [RecordFile(document=document, language="de")]
    made.save_revision().publish()
    FileText.objects.create(document=document, file=document.file.name, outcome=Outcome.EXTRACTED, pages=[text])
    return made, document


def every_record(code: str, text: str, *, agent: Agent, page: Page) -> Record:
    """A record full of everything that one can hold, about all facts that there are; all its texts are `text`."""
    collection = RecordCollection(code="cahiers", names=[RecordCollectionName(language="fr", text=text)])
    collection.save()
    other = record(text)
    made = record(
        text,
        code=code,
        texts={"de": text},
        agents={role: [agent] for role in AgentRole},
        identifiers={"isbn": "978-2-07-036822-8", "issn": "0317-8471", "local": text},
        collection=collection,
        collection_number=text,
        **dict.fromkeys(("place", "host", "volume", "issue", "pages", "edition", "degree", "university"), text),
        **dict.fromkeys(("keywords", "provenance", "internal_note"), text),
        date=datetime.date(2019, 3, 1),
        url="https://example.org/",
        licence="cc-by",
    )
    made.texts = [
        RecordText(language=language, title=text, subtitle=text, abstract=text, is_original=language == "fr")
        for language in ("fr", "de")
    ]
    made.copies = [RecordCopy(shelf_mark=text, location=text)]
    made.files = [RecordFile(access="paper", language="fr")]
    made.record_links = [RecordLink(target=other)]
    made.page_links = [RecordPageLink(page=page)]
    for relation in ("borders", "territories", "countries", "concepts"):
        model: Any = Record._meta.get_field(relation).related_model
        setattr(made, relation, list(model.objects.all()))
    made.save_revision().publish()
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
