"""What the home app shows of other objects, for those who keep copies of answers (see cms.changes.feed.effects)."""

from django.db.models import Q

from cms.changes.feed.effects import Objects
from home.models import SiteSettings


def of(objects: Objects) -> Objects:
    """The site's settings name its offices and legal pages."""
    names = bool(objects.facts.get("cms.office"))
    if objects.has_pages() and not names:
        families = objects.page_query().values("translation_key")
        named = Q()
        for name in ("legal_page", "privacy_page", "accessibility_page"):
            named |= Q(**{f"{name}__translation_key__in": families})
        names = SiteSettings.objects.filter(named).exists()
    return Objects(parts={"site"} if names else set())
