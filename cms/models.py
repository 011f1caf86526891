"""What Django must find under the `cms` label."""

from django.contrib.auth.models import AbstractUser

from cms.media import CmsDocument, CmsImage, Rendition

__all__ = ["CmsDocument", "CmsImage", "Rendition", "User"]


class User(AbstractUser):
    """An account of the admin."""
