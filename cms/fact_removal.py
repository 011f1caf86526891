"""Taking facts away: one that is used is not deleted, and unpublishing one says what readers then miss of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import Page
from wagtail.snippets.views.snippets import UnpublishView

from cms import labels, publication
from cms.fact_uses import Use, uses
from cms.facts import Fact

SHOWN = 50
"""Uses of one fact that are listed; the rest is a number."""


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
