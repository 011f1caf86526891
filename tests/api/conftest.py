"""A small site with everything that must never show."""

from dataclasses import dataclass

from wagtail.models import PageViewRestriction

from home.models import HomePage, StandardPage
from tests import worlds
from tests.factories.pages import expired, home_page, standard_page


@dataclass
class SmallSite:
    """Two languages, and pages that are public or are not."""

    fr: HomePage
    de: HomePage
    about: StandardPage
    about_de: StandardPage
    team: StandardPage
    draft: StandardPage
    private: StandardPage
    below_private: StandardPage
    expired: StandardPage

    @property
    def public(self) -> set[int]:
        return {page.pk for page in (self.fr, self.de, self.about, self.about_de, self.team)}

    @property
    def hidden(self) -> list[StandardPage]:
        return [self.draft, self.private, self.below_private, self.expired]


@worlds.shared
def site() -> SmallSite:
    fr, de = home_page("fr"), home_page("de")
    de.translation_key = fr.translation_key
    de.save()
    about = standard_page(fr, "À propos", slug="a-propos", introduction="Qui nous sommes")
    about_de = standard_page(de, "Über uns", slug="ueber-uns", translation_key=about.translation_key)
    team = standard_page(about, "L'équipe", slug="equipe")
    draft = standard_page(about, "Brouillon secret", slug="brouillon", live=False)
    private = standard_page(fr, "Page privée secrète", slug="prive")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    below_private = standard_page(private, "Enfant secret", slug="enfant")
    gone = standard_page(fr, "Expirée secrète", slug="expiree", expire_at=expired())
    return SmallSite(fr, de, about, about_de, team, draft, private, below_private, gone)
