"""In the admin: concepts and borders of several records at once."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from cms.fact_admin import FactBoxes, with_names
from resources.records import Record

MOST = 100
"""Records at once: some seconds, in which on SQLite nobody else writes."""
SETS = ("concepts", "borders")


def _choice(relation: str, label: Any) -> forms.ModelMultipleChoiceField:
    model: Any = Record._meta.get_field(relation).related_model
    facts = with_names(model._default_manager.filter(live=True))
    return forms.ModelMultipleChoiceField(queryset=facts, label=label, required=False, widget=FactBoxes)


class IndexingForm(forms.Form):
    """What is added to all, and what is taken from all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["add_concepts"] = _choice("concepts", _("Add concepts"))
        self.fields["remove_concepts"] = _choice("concepts", _("Remove concepts"))
        self.fields["add_borders"] = _choice("borders", _("Add borders"))
        self.fields["remove_borders"] = _choice("borders", _("Remove borders"))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not any(given.values()):
            raise ValidationError(_("Choose what to add or to remove."))
        for name in SETS:
            if both := set(given.get(f"add_{name}", ())) & set(given.get(f"remove_{name}", ())):
                self.add_error(f"remove_{name}", _("“%(name)s” is to be added as well.") % {"name": both.pop()})
        return given


class IndexRecords(SnippetBulkAction):
    """Adds and removes concepts and borders; each record gets a version of its own and is published.

    A published record with a draft is refused by name: nobody would see what becomes of the draft. A record that was
    never published stays a draft.
    """

    models: ClassVar[list[Any]] = [Record]
    display_name = gettext_lazy("Index")
    action_type = "index"
    aria_label = gettext_lazy("Add or remove concepts and borders of the selected records")
    template_name = "resources/bulk_index.html"
    action_priority = 20
    form_class = IndexingForm

    def check_perm(self, record: Record) -> bool:
        """A change of what is published takes the right to publish."""
        user = self.request.user
        needed = ["resources.change_record", *(["resources.publish_record"] if record.live else [])]
        return bool(user.has_perms(needed))

    def form_valid(self, form: forms.Form) -> HttpResponse:
        objects, _without = self.get_actionable_objects()
        if len(objects) > MOST:
            form.add_error(None, _("Choose at most %(most)s records at once.") % {"most": MOST})
            return self.form_invalid(form)
        return super().form_valid(form)

    def get_execution_context(self) -> dict[str, Any]:
        return {**super().get_execution_context(), "user": self.request.user}

    @classmethod
    def execute_action(cls, objects: list[Record], user: Any = None, **kwargs: Any) -> tuple[int, int]:
        action: IndexRecords = kwargs["self"]
        changed = 0
        for record in objects:
            try:
                with transaction.atomic():
                    changed += action.index(record, user)
            except ValidationError as error:
                refusal = f"{_('no. %(code)s') % {'code': record.code}} – {record} : {' '.join(error.messages)}"
                messages.error(action.request, refusal)
        return changed, 0

    def index(self, record: Record, user: Any) -> bool:
        """Change one record and tell whether there was anything to change; ValidationError says why it cannot be."""
        if record.live and record.has_unpublished_changes:
            raise ValidationError(_("It has a draft: publish it or give it up first."))
        if (lock := record.get_lock()) and lock.for_user(user):
            raise ValidationError(_("It is locked."))
        given = self.cleaned_form.cleaned_data  # type: ignore[union-attr]
        draft = record.get_latest_revision_as_object()
        changed = False
        for name in SETS:
            before = {fact.pk: fact for fact in getattr(draft, name).all()}
            after = before | {fact.pk: fact for fact in given[f"add_{name}"]}
            for fact in given[f"remove_{name}"]:
                after.pop(fact.pk, None)
            if after.keys() != before.keys():
                setattr(draft, name, list(after.values()))
                changed = True
        if changed:
            revision = draft.save_revision(user=user, log_action=True)
            if record.live:
                revision.publish(user=user)
        return changed

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        changed = num_parent_objects
        told = ngettext("%(count)s record was changed.", "%(count)s records were changed.", changed)
        return told % {"count": changed}
