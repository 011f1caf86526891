"""Taking facts away: one in use is not deleted, and unpublishing one, at once or on a date, says what shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import Page
from wagtail.snippets.views.snippets import UnpublishView

from cms import labels, publication
from cms.fact_uses import Use, uses
from cms.facts import Fact

SHOWN, NAMED = 50, 12
"""Uses of one fact that are listed, on a page of their own and in a message; the rest is a number."""


@dataclass(frozen=True)
class ShownUse:
    """A use as the admin lists it; `url` is where the user may change it."""

    name: str
    kind: str
    language: str
    url: str | None
    in_draft: bool


@hooks.register("before_delete_snippet")
def refuse_to_delete_used_facts(request: HttpRequest, instances: Sequence[Any]) -> HttpResponse | None:
    """Answers in place of the deletion, of one fact or of several, by whatever request; then none is deleted."""
    facts = [one for one in instances if isinstance(one, Fact)]
    used = [(fact, found) for fact in facts if (found := uses(fact))]
    if not used:
        return None
    context = {
        "used": [(fact, shown(found, request.user), len(found)) for fact, found in used],
        "several": len(facts) > 1,
        "list_url": facts[0].snippet_viewset.get_url_name("list"),  # type: ignore[attr-defined]
    }
    return render(request, "cms/fact_in_use.html", context, status=409 if request.method == "POST" else 200)


class FactUnpublishView(UnpublishView):
    """Asks, and says which published pages and facts show what is to be unpublished."""

    template_name = "cms/fact_unpublish.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = [use for use in uses(self.object) if use.is_public]
        return {
            **super().get_context_data(**kwargs),
            "usage_url": None,  # Wagtail counts from an index that is filled later
            "uses": shown(found, self.request.user),
            "number": len(found),
        }


@hooks.register("before_edit_snippet")
def warn_on_the_form(request: HttpRequest, fact: Any) -> None:
    """Whoever opens a fact that expires, such as the one who approves it, sees what will miss it."""
    if request.method == "GET":
        warn_of_expiry(request, fact)


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
def warn_when_saved(request: HttpRequest, fact: Any) -> None:
    """Where saving leads to the list; a saved draft leads back to its form, which warns."""
    if any(name.startswith("action-") for name in request.POST):
        warn_of_expiry(request, fact)


def warn_of_expiry(request: HttpRequest, fact: Any) -> None:
    """Say when a fact expires, in its draft or as it is live, and which published pages and facts then miss it."""
    if not isinstance(fact, Fact):
        return
    expires = fact.get_latest_revision_as_object().expire_at
    found = [use for use in uses(fact) if use.is_public] if expires and expires > timezone.now() else []
    if not found:
        return
    named = format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        ((use.url, use.name) for use in shown(found[:NAMED], request.user) if use.url),
    )
    messages.warning(
        request,
        format_html(
            _("“{fact}” will be unpublished on {date}. What is published and uses it ({number}): {named}."),
            fact=fact,
            date=date_format(timezone.localtime(expires), "DATETIME_FORMAT"),
            number=len(found),
            named=named,
        ),
    )


def shown(found: Iterable[Use], user: Any) -> list[ShownUse]:
    """The first uses, each with its address where the user may change it; what is not theirs to see has no name."""
    first = list(found)[:SHOWN]
    finder = AdminURLFinder(user)
    pages = Page.objects.filter(pk__in=[use.user.pk for use in first if isinstance(use.user, Page)])
    public = set(publication.public(pages, labels.current().private_paths).values_list("pk", flat=True))
    return [_shown(use, finder.get_edit_url(use.user), public) for use in first]


def _shown(use: Use, url: str | None, public: set[int]) -> ShownUse:
    page = use.user if isinstance(use.user, Page) else None
    if page is None:
        name, kind, visible = str(use.user), use.user._meta.verbose_name, True
    else:
        name, kind = page.get_admin_display_title(), page.page_type_display_name
        visible = url is not None or (page.pk in public and not use.in_draft)
    return ShownUse(
        name=name if visible else _("(not yours to see)"),
        kind=str(kind),
        language=page.locale.get_display_name() if page else "",
        url=url,
        in_draft=use.in_draft,
    )
