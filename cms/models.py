"""What Django must find under the `cms` label."""

from django.contrib.auth.models import AbstractUser

from cms.changes.models import Change, ChangeCounter
from cms.facts import Office, OfficeName
from cms.media import CmsDocument, CmsImage, Rendition
from cms.preview.models import DraftShare, PreviewSnapshot
from cms.translation.models import TranslatedRevision, TranslationStatus
from cms.webhooks.models import Attempt, Delivery, Webhook

__all__ = [
    "Attempt",
    "Change",
    "ChangeCounter",
    "CmsDocument",
    "CmsImage",
    "Delivery",
    "DraftShare",
    "Office",
    "OfficeName",
    "PreviewSnapshot",
    "Rendition",
    "TranslatedRevision",
    "TranslationStatus",
    "User",
    "Webhook",
]


class User(AbstractUser):
    """An account of the admin."""
