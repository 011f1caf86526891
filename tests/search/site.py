"""A site on health and trains, with what is searched in it."""

from typing import Any

from borders.models import PageBorder
from resources.models import ConceptName, PageTheme
from search import indexer
from search.engines.base import Answer, EngineError, Request
from search.engines.configured import engines
from search.engines.embedded import EmbeddedEngine
from tests.factories import borders, resources
from tests.factories.pages import home_page, locale, standard_page


def made() -> dict[str, Any]:
    """A page in two languages and two records, indexed: `page`, `german`, `study`, `guide`."""
    root = home_page()
    fr_de = borders.border("fr-de", {"fr": "France – Allemagne", "de": "Frankreich – Deutschland"})
    health = resources.concept("health")
    names = ConceptName.objects.filter(fact=health, kind="preferred")
    names.filter(language="fr").update(text="santé")
    names.filter(language="en").update(text="health")
    ConceptName.objects.create(fact=health, language="de", text="Gesundheit")
    page = standard_page(root, "Soins", introduction="Les soins & la <santé> des frontaliers.")
    PageBorder.objects.create(page=page, fact=fr_de)
    PageTheme.objects.create(page=page, fact=health)
    german = page.copy_for_translation(locale("de"), copy_parents=True)
    german.title, german.introduction = "Pflege", "Gesundheit der Grenzgänger"
    german.save_revision().publish()
    insee = resources.agent("insee")
    study = resources.record(
        "Les trains de la santé", texts={"en": "Health trains"}, agents={"author": [insee]}, date="2019-05-01"
    )
    guide = resources.record("Il treno", language="it", type="guide", date="2021-01-01", date_precision="year")
    refresh()
    return {"page": page, "german": german, "study": study, "guide": guide}


def refresh() -> None:
    """Index what there is now."""
    for engine in engines():
        indexer.rebuild(engine)


class Broken(EmbeddedEngine):
    """An Elasticsearch that is down; counts how often it is asked."""

    name = "elasticsearch"
    asked = 0

    def search(self, request: Request) -> Answer:
        self.asked += 1
        raise EngineError("down")
