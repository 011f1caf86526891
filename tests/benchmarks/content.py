"""A site of any size, the same each time: facts, and pages of several types in three languages with their translations.

`python -m tests.benchmarks.content 100000` fills the empty, migrated database that DATABASE_URL names.
"""

import datetime
import itertools
import random
import sys
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import django

django.setup()

from django.contrib.contenttypes.models import ContentType  # noqa: E402  (from here on models may be imported)
from django.db import connection, transaction  # noqa: E402
from django.db.models import Max  # noqa: E402
from modelcluster.models import get_all_child_relations  # noqa: E402
from psycopg import sql  # noqa: E402
from wagtail.models import Page  # noqa: E402
from wagtail.search.backends import get_search_backend  # noqa: E402

from borders.models import ObstacleKind, ObstacleLevel, ObstaclePage, ObstacleStatus, PracticePage  # noqa: E402
from cms import renditions  # noqa: E402
from cms.translation.models import TranslationStatus  # noqa: E402
from home.models import StandardPage  # noqa: E402
from newsroom.events import EventType  # noqa: E402
from newsroom.models import EventPage, EventSession, NewsPage, TrainingPage, TrainingSession  # noqa: E402
from newsroom.news import NewsCategory  # noqa: E402
from resources.models import ProjectPage  # noqa: E402
from tests.factories import borders, newsroom, pages, pictures, resources  # noqa: E402

SEED = 2026
LANGUAGES = ("fr", "de", "en")
SHARES = {"news": 40, "event": 15, "training": 10, "obstacle": 10, "practice": 10, "project": 5, "standard": 10}
"""Percent of all pages."""
BATCH = 300
"""Works (a page with its translations) in one transaction, which takes about a second."""
WORDS, RARE = 4_000, 500
"""Of each language: how many, and from which rank on they are rare enough to be looked for."""
BEGINNING = datetime.datetime(2016, 1, 4, 9, tzinfo=datetime.UTC)
CODES = [
    *("fr-de", "fr-be", "fr-ch", "fr-it", "fr-es", "fr-lu", "fr-ad", "fr-mc", "fr-gb", "fr-br", "fr-sr"),
    *("de-lu", "de-ch", "de-pl", "it-si"),
]


class Language:
    """A vocabulary in which a few words are frequent and most are rare, as in any."""

    def __init__(self, code: str) -> None:
        chance = random.Random(f"{SEED} {code}")
        parts = [c + v for c in "bcdfglmnprstv" for v in ("a", "e", "i", "o", "u", "ai", "ou", "en")]
        self.words = ["".join(chance.choices(parts, k=chance.randint(1, 4))) + code[0] for _ in range(WORDS)]
        self._weights = list(itertools.accumulate(1 / rank for rank in range(1, WORDS + 1)))

    def text(self, chance: random.Random, length: int) -> str:
        return " ".join(chance.choices(self.words, cum_weights=self._weights, k=length)).capitalize()


class Site:
    """Facts, home and index pages; then works of a kind, below the index of their kind."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)
        self.languages = {code: Language(code) for code in LANGUAGES}
        self.borders = [borders.border(code) for code in CODES]
        self.territories = [borders.territory(f"territory-{n}", [self.borders[n % len(CODES)]]) for n in range(30)]
        self.themes = [resources.concept(f"theme-{n}") for n in range(16)]
        self.images = [pictures.image(title=f"Picture {n}") for n in range(6)]
        for image in self.images:
            renditions.make(image)
        homes = [pages.home_page(code) for code in LANGUAGES]
        _translations(homes)
        self.parents = {
            name: _translations([make(home, slug=name) for home in homes])
            for name, make in {
                "news": newsroom.news_index,
                "event": newsroom.event_index,
                "training": newsroom.training_index,
                "obstacle": borders.obstacle_index,
                "practice": borders.practice_index,
                "project": resources.project_index,
                "standard": lambda home, **own: pages.standard_page(home, "About", **own),
            }.items()
        }
        fiches = _translations([borders.border_index(home) for home in homes])
        for border in self.borders:
            _translations([borders.border_page(index, border, slug=border.code) for index in fiches])
        self._pk = itertools.count(Page.objects.aggregate(last=Max("pk"))["last"] + 1)

    def work(self, name: str, place: int) -> list[Any]:
        """Unsaved pages, one for each language: the same facts, prose of its own."""
        chance = self.chance
        moment = BEGINNING + datetime.timedelta(hours=chance.randrange(11 * 8766))
        make = _facts(name, chance, moment)
        links = {
            "border_links": chance.sample(self.borders, chance.choice((0, 1, 1, 2))),
            "territory_links": chance.sample(self.territories, chance.choice((0, 0, 1))),
            "theme_links": chance.sample(self.themes, chance.choice((1, 2))),
        }
        same = {
            "slug": f"{name}-{place}",
            "translation_key": uuid.UUID(int=chance.getrandbits(128)),
            "sharing_image": chance.choice([None, *self.images]),
            "first_published_at": moment,
            "last_published_at": moment,
        }
        made = []
        for parent in self.parents[name]:
            page = make()
            for attribute, value in same.items():
                setattr(page, attribute, value)
            for relation, found in links.items() if name != "standard" else ():
                row: Any = Page._meta.get_field(relation).related_model
                setattr(page, relation, [row(fact=fact) for fact in found])
            self._place(page, parent, place)
            self._write(page, self.languages[parent.locale.language_code])
            made.append(page)
        return made

    def _place(self, page: Any, parent: Page, place: int) -> None:
        page.id = page.page_ptr_id = next(self._pk)
        page.locale, page.content_type = parent.locale, ContentType.objects.get_for_model(page)
        page.path = parent._get_path(parent.path, parent.depth + 1, place + 1)
        page.depth, page.url_path = parent.depth + 1, f"{parent.url_path}{page.slug}/"

    def _write(self, page: Any, language: Language) -> None:
        def text(length: int) -> str:
            return language.text(self.chance, length)

        page.title = page.draft_title = text(6)
        page.introduction = text(30)
        link = f'<a linktype="page" id="{max(10, page.pk - self.chance.randrange(1, 60))}">{text(3)}</a>'
        blocks = [
            ("heading", {"text": text(4), "level": "h2"}),
            *(("paragraph", f"<p>{text(60)}</p>") for _ in range(3)),
            ("paragraph", f"<p>{text(20)} {link}</p>"),
            ("callout", {"kind": "info", "title": text(3), "text": f"<p>{text(20)}</p>"}),
        ]
        page.body = [{"type": kind, "value": value, "id": f"{n}"} for n, (kind, value) in enumerate(blocks)]

    def save(self, name: str, works: list[list[Any]]) -> None:
        """Write works of one kind with everything that belongs to them, the search index included."""
        made = [page for work in works for page in work]
        model = type(made[0])
        copy(Page, made)
        copy(model, made)
        copy(TranslationStatus, (TranslationStatus(page=page) for work in works for page in work[1:]))
        for relation in get_all_child_relations(model):
            held = relation.get_accessor_name()
            rows = []
            for page in made:
                if held not in page.__dict__.get("_cluster_related_objects", {}):
                    setattr(page, held, [])  # in memory, so that the search index does not ask for them
                for order, row in enumerate(page._cluster_related_objects[held]):
                    setattr(row, relation.field.name, page)
                    row.sort_order = order
                    rows.append(row)
            copy(relation.related_model, rows)
        for parent in self.parents[name]:
            parent.numchild += len(works)
            Page.objects.filter(pk=parent.pk).update(numchild=parent.numchild)
        get_search_backend().add_bulk(model, made)


def fill(size: int) -> None:
    """Write about `size` pages, a batch per transaction."""
    site = Site()
    for name, share in SHARES.items():
        count = max(1, size * share // 100 // len(LANGUAGES))
        for begin in range(0, count, BATCH):
            with transaction.atomic():
                site.save(name, [site.work(name, place) for place in range(begin, min(begin + BATCH, count))])
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('wagtailcore_page', 'id'), max(id)) FROM wagtailcore_page")
        cursor.execute("VACUUM ANALYZE")


def copy(model: Any, objects: Iterable[Any]) -> None:
    """Insert the rows of one table with COPY: bulk_create knows no tables that inherit from others."""
    columns = [field for field in model._meta.local_concrete_fields if field.get_internal_type() != "BigAutoField"]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(sql.Identifier(field.column) for field in columns)
    )
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        for each in objects:
            rows.write_row([field.get_db_prep_save(field.pre_save(each, True), connection) for field in columns])


def _translations(made: list[Any]) -> list[Any]:
    """Make pages translations of one another."""
    for page in made:
        page.translation_key = made[0].translation_key
        Page.objects.filter(pk=page.pk).update(translation_key=page.translation_key)
    return made


def _facts(name: str, chance: random.Random, moment: datetime.datetime) -> Callable[[], Any]:
    """What makes a page of a kind, each time with the same facts."""
    when = {"start": moment, "end": moment + datetime.timedelta(hours=3), "place": "Lille"}
    own: dict[str, Any]
    if name == "news":
        own = {"date": moment.date(), "category": chance.choice(NewsCategory.values)}
        return lambda: NewsPage(**own)
    if name == "event":
        own = {"event_type": chance.choice(EventType.values)}
        return lambda: EventPage(**own, sessions=[EventSession(**when)])
    if name == "training":
        own = {"registration_deadline": moment - datetime.timedelta(days=10)}
        return lambda: TrainingPage(**own, sessions=[TrainingSession(**when)])
    if name == "obstacle":
        status = chance.choice(ObstacleStatus.values)
        step = {"date": moment.date().isoformat(), "precision": "day", "status": status, "note": ""}
        own = {"kind": chance.choice(ObstacleKind.values), "level": chance.choice(ObstacleLevel.values)}
        steps = [{"type": "step", "value": step, "id": "step"}]
        return lambda: ObstaclePage(**own, status=status, steps=steps)
    if name == "practice":
        own = {"start_year": moment.year, "budget": chance.randrange(10**6)}
        return lambda: PracticePage(**own)
    if name == "project":
        own = {"start_date": moment.date()}
        return lambda: ProjectPage(**own)
    return StandardPage


if __name__ == "__main__":
    fill(int(sys.argv[1]))
