"""Sharing drafts in the admin: the links of one page, and all of them."""

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.admin.widgets import AdminDateInput
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from cms.preview import access, sharing
from cms.preview.models import DraftShare


def _first_and_last() -> tuple[datetime.date, datetime.date]:
    today = timezone.localdate()
    return today, today + datetime.timedelta(days=sharing.MOST_DAYS)


def _usual_last_day() -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=sharing.DAYS)


class ShareForm(forms.ModelForm):
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        initial=_usual_last_day,
        widget=AdminDateInput,
        help_text=gettext_lazy("The link no longer works on the day after."),
    )

    class Meta:
        model = DraftShare
        fields = ["recipient", "last_day"]

    def clean_last_day(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["last_day"]
        first, last = _first_and_last()
        if not first <= day <= last:
            raise forms.ValidationError(
                _("Choose a day from today on, at most %(days)s days ahead.") % {"days": sharing.MOST_DAYS}
            )
        return day


def _page(request: HttpRequest, pk: int) -> Page:
    """The page, whose drafts the user may share; 404 or PermissionDenied otherwise."""
    page = get_object_or_404(Page.objects.select_related("locale"), pk=pk, depth__gt=1)
    if not access.may_share(request.user, page):
        raise PermissionDenied
    return page


def _share(request: HttpRequest, pk: int) -> DraftShare:
    """A link to a draft of a page whose drafts the user may share; 404 or PermissionDenied otherwise."""
    found = get_object_or_404(DraftShare.objects.select_related("page__locale"), pk=pk)
    _page(request, found.page_id)
    return found


@never_cache
def share(request: HttpRequest, page_id: int) -> HttpResponse:
    """The links of a page, and a form for another one."""
    page = _page(request, page_id)
    form = ShareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sharing.share(page, request.user, **form.cleaned_data)
        messages.success(request, _("The link is ready: copy it from the list."))
        return redirect("cms_share", page.pk)
    shares = list(DraftShare.objects.filter(page=page).select_related("page__locale", "shared_by"))
    states = sharing.states(shares)
    rows = [
        {"share": one, "state": states[one.pk], "address": sharing.address(one) if one.is_open() else ""}
        for one in shares
    ]
    return render(request, "cms/share.html", {"page": page, "form": form, "rows": rows})


@require_POST
def withdraw(request: HttpRequest, share_id: int) -> HttpResponse:
    found = _share(request, share_id)
    if found.revoked_at is None:
        sharing.withdraw(found, request.user)
    messages.success(request, _("The link no longer works."))
    return redirect("cms_share", found.page_id)


@require_POST
def renew(request: HttpRequest, share_id: int) -> HttpResponse:
    found = _share(request, share_id)
    if not found.is_open():
        messages.error(request, _("This link is over: make another one."))
    else:
        sharing.renew(found, request.user)
        messages.success(request, _("The link shows the draft as it is saved now."))
    return redirect("cms_share", found.page_id)


class SharesView(ReportView):
    """The links to drafts of all pages that the user may edit."""

    model = DraftShare
    page_title = gettext_lazy("Shared drafts")
    header_icon = "link"
    index_url_name = "cms_shares"
    index_results_url_name = "cms_shares_results"
    any_permission_required: list[str] = []
    export_filename = "shared-drafts"
    list_export: list[str] = []
    is_searchable = False

    def user_has_any_permission(self, permissions: Any) -> bool:
        return may_see_report(self.request.user)

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn(
                "page",
                label=_("Page"),
                accessor=lambda found: found.page.get_admin_display_title(),
                get_url=lambda found: reverse("cms_share", args=(found.page_id,)),
            ),
            Column("recipient", label=_("Shared with")),
            Column("last_day", label=_("Last day")),
            Column("shared_by", label=_("Shared by"), accessor=lambda found: str(found.shared_by)),
            Column("state", label=_("State"), accessor=lambda found: self.states[found.pk]),
        ]

    @cached_property
    def states(self) -> dict[int, Any]:
        return sharing.states(self.get_queryset())

    def get_queryset(self) -> QuerySet[DraftShare]:
        editable = PagePermissionPolicy().instances_user_has_permission_for(self.request.user, "change")
        found = DraftShare.objects.filter(page__in=editable.values("pk"))
        return found.select_related("page", "shared_by").defer("content").order_by("-shared_at", "-pk")


def may_see_report(user: Any) -> bool:
    """Whether there are pages that somebody may edit."""
    return bool(PagePermissionPolicy().user_has_any_permission(user, ["add", "change", "publish"]))


class SharesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_see_report(request.user)


def menu_item() -> MenuItem:
    """register_reports_menu_item."""
    return SharesMenuItem(
        gettext_lazy("Shared drafts"), reverse("cms_shares"), name="shared-drafts", icon_name="link", order=8995
    )


def header_buttons(page: Page, user: Any, view_name: str, next_url: str | None = None) -> list[Button]:
    """register_page_header_buttons: beside “Copy” and “History”, in the editor and in the list."""
    if page.is_root() or not access.may_share(user, page):
        return []
    return [
        Button(_("Share the draft"), url=reverse("cms_share", args=(page.pk,)), icon_name="link", priority=62),
    ]


urls: list[URLPattern] = [
    path("pages/<int:page_id>/share/", share, name="cms_share"),
    path("shares/<int:share_id>/withdraw/", withdraw, name="cms_share_withdraw"),
    path("shares/<int:share_id>/renew/", renew, name="cms_share_renew"),
    path("reports/shared-drafts/", SharesView.as_view(), name="cms_shares"),
    path("reports/shared-drafts/results/", SharesView.as_view(results_only=True), name="cms_shares_results"),
]


def admin_urls() -> list[URLPattern]:
    """register_admin_urls."""
    return urls
