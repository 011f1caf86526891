"""Who publishes the site, as its settings say."""

from cms.structured_data import Publisher
from home.models import SiteSettings


def load() -> Publisher:
    """The default site's name and social accounts (for `Labels.derived`; two queries)."""
    settings = SiteSettings.objects.filter(site__is_default_site=True).prefetch_related("social_accounts").first()
    found = settings or SiteSettings()
    return {"name": found.name, "same_as": [account.url for account in found.social_accounts.all()] if settings else []}
