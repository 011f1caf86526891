"""A German and a French home page, and the borders that most tests are about."""

from dataclasses import dataclass

from borders.models import Border, KeyFigure, Territory
from home.models import HomePage
from tests import worlds
from tests.factories import borders as make
from tests.factories.pages import home_page


@dataclass
class Places:
    """A border, another made of two parts, and a territory on the first and on one of the parts."""

    fr_de: Border
    whole: Border
    fr_it: Border
    fr_mc: Border
    territory: Territory
    ours: KeyFigure
    theirs: KeyFigure


@worlds.shared
def places() -> Places:
    names = {"fr": "France–Allemagne", "de": "Frankreich–Deutschland"}
    fr_de = make.border("fr-de", names, order=10)
    whole = make.border("fr-it-mc", geometry=None, order=20)
    fr_it = make.border("fr-it", parent=whole, order=21)
    fr_mc = make.border("fr-mc", parent=whole, order=22, geometry={"type": "Point", "coordinates": [7.4, 43.7]})
    territory = make.territory("trinational", [fr_de, fr_it])
    ours = make.key_figure("length-mot", fr_de, 451, source_name="MOT")
    theirs = make.key_figure("length-ign", fr_de, "455.5", source_name="IGN", qualifier="about")
    return Places(fr_de, whole, fr_it, fr_mc, territory, ours, theirs)


@worlds.shared
def home() -> HomePage:
    return home_page("fr")


@worlds.shared
def german_home(home: HomePage) -> HomePage:
    page = home_page("de")
    page.translation_key = home.translation_key
    page.save()
    return page
