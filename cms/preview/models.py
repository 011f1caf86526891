"""What is kept of drafts so that they can be shown outside the admin."""

import datetime

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MinLengthValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page


class PreviewSnapshot(models.Model):
    """What an editor looked at: the form as it was, or a revision.

    That of a form is replaced as the form changes, so that a tab with its token shows the newest when it is loaded
    again. `page` is null for one that was never saved, which has a `parent` instead.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.ForeignKey(Page, null=True, on_delete=models.CASCADE, related_name="+")
    parent = models.ForeignKey(Page, null=True, on_delete=models.CASCADE, related_name="+")
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    of_form = models.BooleanField()
    content = models.JSONField(encoder=DjangoJSONEncoder)
    taken_at = models.DateTimeField(db_index=True)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="cms_previewsnapshot_place",
                condition=models.Q(page=None, parent__isnull=False) | models.Q(page__isnull=False, parent=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.page or self.parent} ({self.user})"


class DraftShare(models.Model):
    """A link by which somebody without an account reads a draft as it was when it was shared, or last renewed.

    The link is signed and not stored (see cms.preview.access).
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    content = models.JSONField(encoder=DjangoJSONEncoder)
    content_at = models.DateTimeField()
    recipient = models.CharField(
        _("shared with"),
        max_length=120,
        validators=[MinLengthValidator(2)],
        help_text=_("A name that tells you later whether the link is still needed. Only the admin shows it."),
    )
    last_day = models.DateField()
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    shared_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("sharing link")
        verbose_name_plural = _("sharing links")
        ordering = ["-shared_at", "-pk"]

    def __str__(self) -> str:
        return self.recipient

    def is_open(self, today: datetime.date | None = None) -> bool:
        """Neither withdrawn nor over."""
        return self.revoked_at is None and self.last_day >= (today or timezone.localdate())
