"""What Django must find under the `home` label."""

from home.models.demo import DemoItem
from home.models.members import Member, MemberName
from home.models.navigation import NavigationEntry, NavigationLabel
from home.models.pages import HomePage, StandardPage
from home.models.settings import SiteSettings, SiteTagline, SocialAccount

__all__ = [
    "DemoItem",
    "HomePage",
    "Member",
    "MemberName",
    "NavigationEntry",
    "NavigationLabel",
    "SiteSettings",
    "SiteTagline",
    "SocialAccount",
    "StandardPage",
]
