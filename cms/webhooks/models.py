"""Who is told, what each was told, and how that went."""

import base64
import datetime
import secrets
import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FORMER_SECRET_HOLDS = datetime.timedelta(days=1)
"""How long messages are signed with the former secret as well, after it was renewed."""


def new_secret() -> str:
    """A secret as Standard Webhooks writes it: 256 random bits."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class Stop(models.TextChoices):
    """Why we stopped a webhook that nobody switched off."""

    FAILING = "failing", _("every attempt failed for more than two days")
    GONE = "gone", _("the receiver answered 410: it wants no more messages")


class Told(models.TextChoices):
    """What a webhook tells of, as the changes feed names it; `records` are the facts that are documentary records."""

    PAGES = "pages", _("pages")
    FACTS = "facts", _("facts: borders, territories, figures, concepts…")
    RECORDS = "records", _("documentary records")
    IMAGES = "images", _("images")
    DOCUMENTS = "documents", _("documents")
    PARTS = "parts", _("what is fetched as a whole: navigation, site, redirects, languages, publications")


FAILING = 3
"""After so many attempts in a row that failed, over a minute, those who look after a webhook learn of it."""


class Webhook(models.Model):
    """A receiver of messages about what changed."""

    name = models.CharField(
        _("name"), max_length=100, unique=True, help_text=_("For the admin only, such as “Site, production”.")
    )
    url = models.CharField(
        _("address"),
        max_length=500,
        help_text=_("Where messages are posted, beginning with https://."),
    )
    told = models.JSONField(_("what it tells of"), default=list, blank=True)
    """Values of Told; everything where there is none."""
    email = models.EmailField(
        _("e-mail"),
        blank=True,
        help_text=_("Who is written to when messages do not arrive, or when the webhook is stopped."),
    )
    active = models.BooleanField(
        _("active"), default=True, help_text=_("What changes meanwhile is told once it is switched on again.")
    )
    stopped = models.CharField(max_length=10, choices=Stop.choices, blank=True, editable=False)
    secret = models.CharField(max_length=100, default=new_secret, editable=False)
    former_secret = models.CharField(max_length=100, blank=True, editable=False)
    secret_renewed_at = models.DateTimeField(null=True, editable=False)
    position = models.CharField(max_length=200, editable=False)
    """The token of the changes feed up to which messages were made."""

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def failing(self) -> "Delivery | None":
        """The message that does not arrive, if several attempts have failed."""
        return self.deliveries.filter(OPEN, failures__gte=FAILING).defer("body").first()

    def renew_secret(self) -> None:
        """Sign with a new secret, for a day with the former one as well; saves it."""
        self.former_secret, self.secret, self.secret_renewed_at = self.secret, new_secret(), timezone.now()
        self.save(update_fields=["former_secret", "secret", "secret_renewed_at"])

    def signing_secrets(self, now: datetime.datetime) -> list[str]:
        """Those that messages are signed with, the present one first."""
        renewed = self.secret_renewed_at
        former = bool(self.former_secret and renewed and now - renewed < FORMER_SECRET_HOLDS)
        return [self.secret, *([self.former_secret] if former else [])]

    def switch(self, on: bool, stopped: str = "") -> None:
        """Switch it on, so that what is not delivered is tried at once and with new patience, or off; saves it."""
        self.active, self.stopped = on, stopped
        self.save(update_fields=["active", "stopped"])
        self.deliveries.filter(OPEN).update(next_attempt_at=timezone.now() if on else None, failures=0)

    def stop(self, reason: Stop) -> None:
        """Switch it off because its receiver does not take what is sent."""
        self.switch(False, reason)


class Kind(models.TextChoices):
    """What a message is about: its `type`."""

    CHANGED = "content.changed", _("what changed")
    RESET = "content.reset", _("start afresh")
    PING = "ping", _("test")


OPEN = models.Q(delivered_at=None) & ~models.Q(kind=Kind.PING)
"""Messages that are neither delivered nor a test."""


class Delivery(models.Model):
    """A message to one receiver, kept as it is sent however often.

    A webhook has at most one that is open, so that its messages come in order.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    since = models.BigIntegerField(null=True)
    until = models.BigIntegerField(null=True)
    """It tells of the versions of the change log after `since` up to `until`; null for a test."""
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    taken_until = models.DateTimeField(null=True)
    """A worker is sending it: no other one does so before then."""
    failures = models.PositiveSmallIntegerField(default=0)
    """Attempts that failed since the webhook was last switched on."""

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["webhook"],
                condition=OPEN,
                name="cms_delivery_one_open",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(next_attempt_at__isnull=False),
                name="cms_delivery_waiting",
            ),
            models.Index(fields=["created_at"], name="cms_delivery_created"),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def message_id(self) -> str:
        """By which receivers know that they have seen it: the same for every attempt."""
        return f"msg_{self.id.hex}"

    @property
    def is_open(self) -> bool:
        """Neither delivered nor a test."""
        return self.delivered_at is None and self.kind != Kind.PING

    def send_again(self) -> None:
        """Have the worker send it at once; saves it."""
        self.next_attempt_at = timezone.now()
        self.save(update_fields=["next_attempt_at"])


class Problem(models.TextChoices):
    """Why an attempt failed."""

    STATUS = "status", _("the receiver refused it")
    REDIRECT = "redirect", _("the receiver redirects; redirects are not followed")
    TIMEOUT = "timeout", _("the receiver took too long")
    ADDRESS = "address", _("the address is in a private network or not encrypted, which is not allowed")
    NAME = "name", _("no such name is known")
    TLS = "tls", _("no trustworthy encrypted connection")
    CONNECTION = "connection", _("no connection, or it broke off")


class Attempt(models.Model):
    """One sending of a message, and what came back."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    """Of the receiver's answer; null where there was none."""
    problem = models.CharField(max_length=10, choices=Problem.choices, blank=True)
    detail = models.TextField(blank=True)
    """The beginning of the answer, or the technical reason why there is none."""

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.status or self.problem} ({self.delivery_id})"
