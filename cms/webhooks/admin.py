"""Webhooks in the admin, for administrators: who is told, what each was told and how that went."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log
from wagtail.permissions import policy_registry

from cms.changes.feed.token import Token
from cms.webhooks import messages, networks
from cms.webhooks.models import FAILING, OPEN, Delivery, Stop, Told, Webhook

TESTED, RENEWED, SENT_AGAIN = "cms.webhook.test", "cms.webhook.renew", "cms.webhook.again"
LISTED = 30


def register_log_actions(actions: Any) -> None:
    """register_log_actions."""
    actions.register_action(TESTED, gettext_lazy("Test"), gettext_lazy("Test message sent"))
    actions.register_action(RENEWED, gettext_lazy("Renew the secret"), gettext_lazy("Secret renewed"))
    actions.register_action(SENT_AGAIN, gettext_lazy("Send again"), gettext_lazy("Message sent again"))


def state(webhook: Webhook) -> str:
    """Whether it works, in words."""
    if webhook.active:
        return _("failing") if webhook.failing else _("active")
    return _("stopped: %(reason)s") % {"reason": Stop(webhook.stopped).label} if webhook.stopped else _("off")


class WebhookForm(WagtailAdminModelForm):
    told = forms.MultipleChoiceField(
        label=gettext_lazy("What it tells of"),
        choices=Told.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Everything where nothing is chosen."),
    )

    class Meta:
        model = Webhook
        fields = ["name", "url", "told", "email", "active"]

    def clean(self) -> dict[str, Any]:
        """One that is switched off may be saved although its receiver is gone."""
        cleaned: dict[str, Any] = super().clean()
        if "url" in cleaned and (cleaned.get("active") or "url" in self.changed_data):
            try:
                networks.check_url(cleaned["url"])
            except ValidationError as error:
                self.add_error("url", error)
        return cleaned

    def save(self, commit: bool = True) -> Webhook:
        """What the worker writes meanwhile stays: its position, the secret."""
        webhook: Webhook = super().save(commit=False)
        if webhook.pk:
            webhook.save(update_fields=["name", "url", "told", "email"])
        else:
            webhook.position = str(Token.now())
            webhook.save()
        webhook.switch(webhook.active, "" if webhook.active else webhook.stopped)
        return webhook


class WebhookIndexView(generic.IndexView):
    def get_base_queryset(self) -> QuerySet[Webhook]:
        found: QuerySet[Webhook] = super().get_base_queryset()
        return found.annotate(delivered_at=Max("deliveries__delivered_at"))

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("name", label=_("Name"), get_url=log_url, sort_key="name"),
            Column("url", label=_("Address")),
            StatusTagColumn("state", label=_("State"), accessor=state, primary=lambda found: found.active),
            DateColumn("delivered_at", label=_("Last message delivered")),
        ]


class WebhookCreateView(generic.CreateView):
    def get_success_url(self) -> str:
        """Where the secret is."""
        return log_url(self.object)


@method_decorator(never_cache, name="dispatch")
class LogView(generic.InspectView):
    """A webhook with its secret and its messages."""

    any_permission_required = ["change"]
    page_title = gettext_lazy("Log")
    template_name = "cms/webhooks/log.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        deliveries = self.object.deliveries.defer("body").prefetch_related("attempts")
        page = Paginator(deliveries, LISTED).get_page(self.request.GET.get("p"))
        secret = {"state": state(self.object), "secret": self.object.secret}
        return {**super().get_context_data(**kwargs), **secret, "deliveries": page}


View = Callable[..., HttpResponse]


def _guarded(view: View) -> View:
    """A view for those alone who may change webhooks."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_change(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return asked


def may_change(user: Any) -> bool:
    """Whether somebody may see and change webhooks."""
    return bool(policy_registry.get_by_type(Webhook).user_has_permission(user, "change"))


@require_POST
@_guarded
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a test sent."""
    webhook = get_object_or_404(Webhook, pk=pk)
    messages.test(webhook)
    log(webhook, TESTED, user=request.user)
    notes.success(request, _("A test message is on its way: load this page again to see what came of it."))
    return redirect(log_url(webhook))


@require_POST
@_guarded
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign with a new secret."""
    webhook = get_object_or_404(Webhook, pk=pk)
    webhook.renew_secret()
    log(webhook, RENEWED, user=request.user)
    notes.success(request, _("The secret is new. For a day, messages are signed with the former one as well."))
    return redirect(log_url(webhook))


@_guarded
def delivery(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One message as it is sent, with all attempts."""
    found = get_object_or_404(Delivery.objects.select_related("webhook"), pk=pk)
    return render(request, "cms/webhooks/delivery.html", {"delivery": found, "attempts": found.attempts.all()})


@require_POST
@_guarded
def again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have a message sent once more, at once."""
    found = get_object_or_404(Delivery.objects.select_related("webhook").defer("body"), pk=pk)
    found.send_again()
    log(found.webhook, SENT_AGAIN, user=request.user, data={"message": found.message_id})
    notes.success(request, _("The message is on its way again: load this page again to see what came of it."))
    return redirect("webhooks:delivery", found.pk)


def log_url(webhook: Webhook) -> str:
    """Where the admin shows a webhook's messages."""
    return reverse("webhooks:inspect", args=(webhook.pk,))


class WebhookViewSet(ModelViewSet):
    model = Webhook
    name = "webhooks"
    icon = "upload"
    add_to_settings_menu = True
    add_to_reference_index = False
    copy_view_enabled = False  # two receivers share no secret
    inspect_view_enabled = True
    index_view_class = WebhookIndexView
    add_view_class = WebhookCreateView
    inspect_view_class = LogView
    inspect_template_name = LogView.template_name

    def get_form_class(self, for_update: bool = False) -> type[WebhookForm]:
        return WebhookForm

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("test/<int:pk>/", test, name="test"),
            path("renew/<int:pk>/", renew, name="renew"),
            path("messages/<uuid:pk>/", delivery, name="delivery"),
            path("messages/<uuid:pk>/again/", again, name="again"),
        ]


def viewset() -> WebhookViewSet:
    """register_admin_viewset."""
    return WebhookViewSet()


class FailingPanel(Component):
    """On the admin's home, of who may change webhooks: those that fail, and those that we stopped."""

    order = 240
    template_name = "cms/webhooks/failing_panel.html"

    def get_context_data(self, parent_context: Any = None) -> Mapping[str, Any]:
        if not may_change(parent_context["request"].user):
            return {"failing": [], "stopped": []}
        failing = Delivery.objects.filter(OPEN, failures__gte=FAILING, webhook__active=True).defer("body")
        stopped = list(Webhook.objects.exclude(stopped=""))
        return {
            "failing": list(failing.select_related("webhook")),
            "stopped": stopped,
            "heading": _("Webhooks that fail"),
        }

    def render_html(self, parent_context: Any = None) -> Any:
        """Nothing at all where all is well."""
        context = self.get_context_data(parent_context)
        return super().render_html(parent_context) if context["failing"] or context["stopped"] else ""


def add_failing(request: HttpRequest, panels: list[Any]) -> None:
    """construct_homepage_panels."""
    panels.append(FailingPanel())
