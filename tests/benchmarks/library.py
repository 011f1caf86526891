"""A documentary portal of any size, the same each time: records in six languages, each with the whole text of its file.

`python -m tests.benchmarks.library 50000` fills the empty, migrated database that DATABASE_URL names. Words are made up
as in `content`, and the names of concepts, borders and territories stand among them, so that queries have expansions.
"""

import datetime
import itertools
import random
import sys
from collections.abc import Iterator
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from wagtail.models import Collection  # noqa: E402

from borders.models import Border, Territory  # noqa: E402
from cms.media import CmsDocument  # noqa: E402
from home.demo import load_facts  # noqa: E402
from resources.files import FileText, Outcome, RecordFile  # noqa: E402
from resources.models import Concept, Record, RecordType  # noqa: E402
from resources.records import RecordAgent, RecordLanguage, RecordText  # noqa: E402
from tests.benchmarks.content import BEGINNING, SEED, Language  # noqa: E402
from tests.factories import resources  # noqa: E402

LANGUAGES = ("fr", "de", "en", "es", "it", "nl")
SHARES = (45, 20, 20, 5, 5, 5)
"""Percent of the records whose document is in each language."""
AGENTS = 400
PAGES, WORDS = 4, 300
"""Of the text of each file, and of each page of it: about 8,000 characters."""
BATCH = 250


class Library:
    """Facts of the demo, authors, and records that are about them."""

    def __init__(self) -> None:
        load_facts.load(lambda told: None)
        self.chance = random.Random(SEED)
        self.languages = {code: Language(code) for code in LANGUAGES}
        self.agents = [resources.agent(f"agent-{n}") for n in range(AGENTS)]
        self.types = list(RecordType.objects.order_by("code"))
        self.borders, self.territories, self.concepts = (
            list(model.objects.filter(live=True).order_by("code").prefetch_related("names"))
            for model in (Border, Territory, Concept)
        )
        self.collection = Collection.get_first_root_node()

    def write(self, numbers: range) -> None:
        """Write a batch of records, with everything that belongs to them."""
        chance = self.chance
        moment = BEGINNING + datetime.timedelta(hours=chance.randrange(10 * 8766))
        records = Record.objects.bulk_create(
            Record(
                code=f"{number:06}",
                type=chance.choice(self.types),
                date=(moment - datetime.timedelta(days=chance.randrange(9000))).date(),
                added_at=moment,
                first_published_at=moment,
                last_published_at=moment,
                live=True,
            )
            for number in numbers
        )
        texts, agents, languages, files = [], [], [], []
        through: dict[str, list[Any]] = {"borders": [], "territories": [], "concepts": []}
        for record in records:
            language = chance.choices(LANGUAGES, SHARES)[0]
            about: dict[str, list[Any]] = {
                "borders": chance.sample(self.borders, 1),
                "territories": chance.sample(self.territories, chance.choice((0, 0, 1))),
                "concepts": chance.sample(self.concepts, chance.choice((1, 2, 3))),
            }
            for name, facts in about.items():
                made = getattr(Record, name).through
                key = made._meta.get_field(facts[0]._meta.model_name).attname if facts else ""
                through[name] += [made(**{"record_id": record.pk, key: fact.pk}) for fact in facts]
            told = dict.fromkeys((language, chance.choice(("fr", language, language, "en"))))
            texts += [self._text(record, each, about["concepts"], each == language) for each in told]
            agents += [RecordAgent(record=record, agent=each) for each in chance.sample(self.agents, 2)]
            languages.append(RecordLanguage(record=record, language=language))
            document = CmsDocument(title=record.code, file=f"documents/{record.code}.pdf", collection=self.collection)
            files.append((record, document, language, list(self._pages(language, about["concepts"]))))
        for rows in (texts, agents, languages, *through.values()):
            if rows:
                type(rows[0])._default_manager.bulk_create(rows)
        CmsDocument.objects.bulk_create(document for _record, document, _language, _pages in files)
        RecordFile.objects.bulk_create(
            RecordFile(record=record, document=document, language=language)
            for record, document, language, _pages in files
        )
        FileText.objects.bulk_create(
            FileText(document=document, file=document.file.name, outcome=Outcome.EXTRACTED, pages=pages)
            for _record, document, _language, pages in files
        )

    def _text(self, record: Record, language: str, concepts: list[Concept], original: bool) -> RecordText:
        words = self.languages[language]
        named = " ".join(concept.name_in(language) for concept in concepts[:1])
        return RecordText(
            record=record,
            language=language,
            is_original=original,
            title=f"{words.text(self.chance, 5)} {named}"[:500],
            abstract=f"{words.text(self.chance, 70)}.",
        )

    def _pages(self, language: str, concepts: list[Concept]) -> Iterator[str]:
        for _page in range(PAGES):
            named = self.chance.choice(concepts).name_in(language)
            halves = (self.languages[language].text(self.chance, WORDS // 2) for _half in range(2))
            yield f" {named} ".join(halves)


def fill(size: int) -> None:
    """Write so many records, a batch per transaction."""
    library = Library()
    for begin in range(0, size, BATCH):
        with transaction.atomic():
            library.write(range(begin, min(begin + BATCH, size)))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def questions(count: int) -> list[tuple[str, str]]:
    """What readers ask and in which language: names of facts, words of titles, both, and now and then a mistake."""
    chance = random.Random(SEED)
    titles = list(RecordText.objects.order_by("pk").values_list("language", "title")[: 40 * count : 40])
    concepts = list(Concept.objects.filter(live=True).order_by("code").prefetch_related("names"))
    found = []
    for (language, title), kind in zip(titles, itertools.cycle(("name", "words", "both", "words", "mistake"))):
        words = title.lower().split()[1:5]
        name = chance.choice(concepts).name_in(language)
        if kind == "name":
            text = name
        elif kind == "both":
            text = f"{name} {words[0]}"
        else:
            text = " ".join(words[:2])
            if kind == "mistake" and len(words[0]) > 5:
                text = text.replace(words[0], words[0][:2] + words[0][3:])
        found.append((language, text))
    return found


if __name__ == "__main__":
    fill(int(sys.argv[1]))
