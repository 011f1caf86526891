"""wagtail-localize's views behind the permissions of the pages that they change.

Upstream asks for one global permission to submit and to update, lets the update view publish whole families, and
lets an editor without publish rights turn a live translation back into an alias. These views take the same paths
(`urls` comes before upstream's in the admin's list) and ask the pages themselves. They can go when
https://github.com/wagtail/wagtail-localize checks page permissions per view. drafting.save asks once more whenever
something is published, whatever the route.
"""

import contextlib
from typing import Any

import polib
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.views.pages.utils import get_valid_next_url_from_request
from wagtail.models import Locale, Page
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.snippets.models import get_snippet_models
from wagtail_localize.models import SegmentOverride, Translation
from wagtail_localize.strings import StringValue
from wagtail_localize.views import convert, edit_translation
from wagtail_localize.views.report import TranslationsReportView
from wagtail_localize.views.submit_translations import SubmitPageTranslationView
from wagtail_localize.views.update_translations import UpdateTranslationsForm, UpdateTranslationsView

from cms.facts import Fact
from cms.translation import drafting, overrides
from cms.translation.deepl import NotTranslatedError

RESTART = "localize-restart-translation"
PO_BYTES = 5 * 1024 * 1024


def may(user: Any, page: Page, action: str) -> bool:
    """Whether a user has a right over a page: `action` is a method of Wagtail's PagePermissionTester."""
    return bool(getattr(page.permissions_for_user(user), action)())


def require(user: Any, page: Page, action: str) -> None:
    """PermissionDenied unless `may`."""
    if not may(user, page, action):
        raise PermissionDenied


def may_translate_into(user: Any, page: Page, locale: Locale) -> bool:
    """Whether a user may have a draft of a page in a language: edit the page that is there, else the nearest above."""
    if page.is_root():  # the language has no tree yet
        return may(user, page, "can_add_subpage")
    there = page.get_translation_or_none(locale)
    return may(user, there, "can_edit") if there else may_translate_into(user, page.get_parent(), locale)


class SubmitView(SubmitPageTranslationView):
    """Starts translations of a page, and of those below it, that the user may edit, into languages that are theirs."""

    def get_object(self) -> Page:
        page = super().get_object()
        require(self.request.user, page, "can_edit")
        return page

    def get_form(self) -> Any:
        form = super().get_form()
        field = form.fields["locales"]
        user = self.request.user
        field.queryset = field.queryset.filter(
            pk__in=[locale.pk for locale in field.queryset if may_translate_into(user, self.object, locale)]
        )
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        locales = list(form.cleaned_data["locales"])
        user = self.request.user
        pages = [self.object]
        if form.cleaned_data["include_subtree"]:
            pages += self.object.get_descendants().filter(locale=self.object.locale, alias_of=None).specific()
        for page in pages:
            require(user, page, "can_edit")
            if not all(may_translate_into(user, page, locale) for locale in locales):
                raise PermissionDenied
        started = [drafting.submit(page, locales, self.request.user) for page in pages]
        names = ", ".join(str(locale.get_display_name()) for locale in locales)
        messages.success(self.request, self.get_success_message(names))
        only = started[0][0].get_target_instance() if len(started[0]) == 1 else None
        return redirect(self.get_success_url() or self.get_default_success_url(only))


class UpdateView(UpdateTranslationsView):
    """Brings the texts to translate up to date; publishes only where the user may publish each translation."""

    def get_object(self) -> Any:
        source = super().get_object()
        page = source.get_source_instance()
        require(self.request.user, page, "can_edit")
        return source

    def _may_publish(self) -> bool:
        return all(
            may(self.request.user, translation.get_target_instance(), "can_publish")
            for translation in self.object.translations.filter(enabled=True)
        )

    def get_form(self) -> UpdateTranslationsForm:
        form = super().get_form()
        if not self._may_publish():
            if form.data.get("publish_translations"):
                raise PermissionDenied
            del form.fields["publish_translations"]
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        form.cleaned_data.setdefault("publish_translations", False)
        return super().form_valid(form)


def convert_to_alias(request: HttpRequest, page_id: int) -> HttpResponse:
    """Turns a translation into a fallback again: its live text goes, so it takes the right to publish."""
    page = get_object_or_404(Page, pk=page_id)
    require(request.user, page, "can_publish")
    response = convert.convert_to_alias(request, page_id)
    if request.method == "POST":
        # An alias has no draft of its own.
        Page.objects.filter(pk=page_id).exclude(alias_of=None).update(
            latest_revision=None, has_unpublished_changes=False
        )
    return response


def target(request: HttpRequest, translation_id: int) -> Translation:
    """The translation, for a user who may edit its page; 404 or PermissionDenied otherwise."""
    translation = get_object_or_404(Translation, pk=translation_id)
    try:
        page = translation.get_target_instance()
    except Page.DoesNotExist as error:
        raise Http404 from error
    require(request.user, page, "can_edit")
    return translation


def edit_string(request: HttpRequest, translation_id: int, string_segment_id: int) -> HttpResponseBase:
    """Stores the translation of one text; 400 without one, or where tags are nested beyond what can be read."""
    try:
        return edit_translation.edit_string_translation(request, translation_id, string_segment_id)
    except (MultiValueDictKeyError, RecursionError):
        raise BadRequest("A text is needed.") from None


@transaction.atomic
def edit_override(request: HttpRequest, translation_id: int, overridable_segment_id: int) -> HttpResponseBase:
    """Stores what stands in place of the source's own; 400 for what could not stand there."""
    try:
        response = edit_translation.edit_override(request, translation_id, overridable_segment_id)
    except MultiValueDictKeyError:
        raise BadRequest("A value is needed.") from None
    translation = Translation.objects.get(pk=translation_id)
    stored = SegmentOverride.objects.filter(
        locale=translation.target_locale, context__overridablesegment=overridable_segment_id
    )
    done = request.method == "PUT" and response.status_code < 300
    if done and not all(overrides.fits(translation.source, override) for override in stored):
        raise BadRequest("This value names nothing that exists.")  # and takes back what was stored
    return response


@require_POST
def upload_pofile(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Imports a PO file that was exported for this translation; upstream fails on a file without its header."""
    translation = target(request, translation_id)
    problem = _problem_of_po(request.FILES.get("file"), translation)
    if problem:
        messages.error(request, problem)
        return redirect(get_valid_next_url_from_request(request) or translation.get_target_instance_edit_url())
    return edit_translation.upload_pofile(request, translation_id)


def _problem_of_po(file: Any, translation: Translation) -> str:
    """What is wrong with an uploaded PO file, or nothing."""
    if file is None or not file.size:
        return _("Choose a PO file that is not empty.")
    if file.size > PO_BYTES:
        return _("This file is too large for a PO file (5 MB at most).")
    try:
        # Text, not a name: polib would open a file whose name it is given.
        catalogue = polib.pofile(file.read().decode("utf-8-sig") + "\n")
        for entry in catalogue:
            with contextlib.suppress(ValueError):  # upstream keeps it, and says what is wrong beside it
                StringValue.from_translated_html(entry.msgstr)
    except (OSError, ValueError, IndexError, KeyError, RecursionError):
        return _("This is not a valid PO file in UTF-8.")
    finally:
        file.seek(0)
    if catalogue.metadata.get("X-WagtailLocalize-TranslationID") != str(translation.uuid):
        return _("This PO file was exported for another translation.")
    return ""


@require_POST
def machine_translate(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Fills in what is missing with the translation service, if there is one."""
    translation = target(request, translation_id)
    try:
        return edit_translation.machine_translate(request, translation_id)
    except NotTranslatedError as error:
        messages.error(request, " ".join([str(error), _("Nothing was translated.")]))
        return redirect("wagtailadmin_pages:edit", translation.get_target_instance().pk)


@require_POST
def stop_translation(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Stops following the source: its dates no longer reach readers, so it takes the right to publish."""
    require(request.user, target(request, translation_id).get_target_instance(), "can_publish")
    return edit_translation.stop_translation(request, translation_id)


def restarts(request: HttpRequest) -> bool:
    """Whether a page's form asks to follow the source again."""
    return request.method == "POST" and RESTART in request.POST


def without_what_takes_publishing(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """construct_page_action_menu: what this module refuses to whoever may not publish is not offered either."""
    page = context.get("page")
    if page is not None and not may(request.user, page, "can_publish"):
        items[:] = [item for item in items if item.name not in (RESTART, "localize-convert-to-alias")]


class ReportView(TranslationsReportView):
    """Translations of pages that the user may edit; upstream lists all of them to everybody in the admin."""

    def get_queryset(self) -> Any:
        editable = PagePermissionPolicy().instances_user_has_permission_for(self.request.user, "change")
        return super().get_queryset().filter(source__object_id__in=editable.values("translation_key")).order_by("pk")


def refuse(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Snippets are facts: never translated, and listed where their own rights are asked for."""
    raise Http404


def chosen_fact(request: HttpRequest, app_label: str, model_name: str, pk: str) -> JsonResponse:
    """What the editor says of a fact that a block chooses: its name, and its form to those who may change it."""
    model = next((m for m in get_snippet_models() if m._meta.label_lower == f"{app_label}.{model_name}"), None)
    if model is None or not issubclass(model, Fact) or not pk.isdecimal() or len(pk) > 18:
        raise Http404
    fact = get_object_or_404(model, pk=pk)
    edit_url = AdminURLFinder(request.user).get_edit_url(fact)
    if not fact.live and not edit_url:
        raise Http404
    return JsonResponse({"id": fact.pk, "title": str(fact), "edit_url": edit_url})


urls = [
    path("localize/submit/page/<int:page_id>/", SubmitView.as_view()),
    path("localize/submit/snippet/<slug:app_label>/<slug:model_name>/<str:pk>/", refuse),
    path("localize/update/<int:translation_source_id>/", UpdateView.as_view()),
    path("localize/page/<int:page_id>/convert_to_alias/", convert_to_alias),
    path("localize/translate/<int:translation_id>/strings/<int:string_segment_id>/edit/", edit_string),
    path("localize/translate/<int:translation_id>/overrides/<int:overridable_segment_id>/edit/", edit_override),
    path("localize/translate/<int:translation_id>/pofile/upload/", upload_pofile),
    path("localize/translate/<int:translation_id>/machine_translate/", machine_translate),
    path("localize/translate/<int:translation_id>/disable/", stop_translation),
    path("localize/reports/translations/", ReportView.as_view()),
    path("localize/reports/translations/results/", ReportView.as_view(results_only=True)),
    path("localize/api/snippets/<slug:app_label>/<slug:model_name>/", refuse),
    path("localize/api/snippets/<slug:app_label>/<slug:model_name>/<str:pk>/", chosen_fact),
]
