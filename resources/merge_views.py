"""In the admin: merging two concepts or two agents."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import Button
from wagtail.snippets.widgets import AdminSnippetChooser

from resources.agents import Agent
from resources.fact_merging import merge
from resources.thesaurus import Concept

MODELS: dict[str, Any] = {"agent": Agent, "concept": Concept}


def _may(user: Any, kind: str) -> bool:
    return bool(user.has_perms([f"resources.delete_{kind}", f"resources.publish_{kind}"]))


def merge_facts(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Choose the concept or agent that this one is merged into, and do it."""
    model = MODELS.get(kind)
    if model is None:
        raise Http404
    if not _may(request.user, kind):
        raise PermissionDenied
    fact = get_object_or_404(model, pk=pk)
    form = forms.Form(request.POST or None)
    form.fields["into"] = forms.ModelChoiceField(
        queryset=model._default_manager.filter(live=True).exclude(pk=pk),
        label=_("To be kept"),
        widget=AdminSnippetChooser(model),
    )
    edit = model.snippet_viewset.get_url_name("edit")
    if request.method == "POST" and form.is_valid():
        into = form.cleaned_data["into"]
        try:
            merge(fact, into, request.user)
        except ValidationError as error:
            form.add_error("into", " ".join(error.messages))
        else:
            messages.success(
                request, _("“%(code)s” was merged into this one; its code leads here.") % {"code": fact.code}
            )
            return redirect(edit, into.pk)
    context = {"fact": fact, "form": form, "back": reverse(edit, args=[pk])}
    return render(request, "resources/merge_facts.html", context, status=422 if form.errors else 200)


def listing_buttons(snippet: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """register_snippet_listing_buttons."""
    kind = snippet._meta.model_name
    if MODELS.get(kind) is type(snippet) and _may(user, kind):
        yield Button(_("Merge"), reverse("fact_merge", args=[kind, snippet.pk]), icon_name="resubmit", priority=60)


def admin_urls() -> list[URLPattern]:
    """register_admin_urls."""
    return [path("thesaurus/<slug:kind>/<int:pk>/merge/", merge_facts, name="fact_merge")]
