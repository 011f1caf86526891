"""What this app adds to the admin."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from borders.admin import VIEWSETS
from borders.fiches import BorderPage, TerritoryPage

for viewset in VIEWSETS:
    register_snippet(viewset)


@hooks.register("before_copy_page")
def refuse_second_fiche(request: HttpRequest, page: Page) -> HttpResponse | None:
    """A copy of a fiche would be a second page about its border or territory."""
    if not Page.objects.descendant_of(page, inclusive=True).type(BorderPage, TerritoryPage).exists():
        return None
    messages.error(request, _("A fiche cannot be copied: there is one per border or territory and language."))
    return redirect("wagtailadmin_explore", page.get_parent().pk)
