"""What Django must find under the `home` label."""

from home.models.demo import DemoItem
from home.models.navigation import NavigationEntry, NavigationLabel
from home.models.pages import HomePage, StandardPage
from home.models.settings import SiteSettings, SiteTagline, SocialAccount

__all__ = [
    "DemoItem",
    "HomePage",
    "NavigationEntry",
    "NavigationLabel",
    "SiteSettings",
    "SiteTagline",
    "SocialAccount",
    "StandardPage",
]
