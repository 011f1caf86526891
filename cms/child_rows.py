"""Child rows: a form set of their own in the admin, and rows that exchange their unique values in one save."""

from typing import Any, ClassVar

from django.db.models import UniqueConstraint
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import InlinePanel


class RowsPanel(InlinePanel):
    """Child rows whose form or form set is not Wagtail's: `row_options` names it."""

    row_options: ClassVar[dict[str, Any]] = {}

    def get_form_options(self) -> dict[str, Any]:
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name].update(self.row_options)
        return options


def renew_changed(instance: ClusterableModel) -> None:
    """Make rows in memory new whose unique values differ from what the database holds for them.

    modelcluster deletes the rows that are gone, then saves the others one by one: two names that exchange their
    languages, or two links their facts, would collide half-way. A row made anew is deleted before any is saved.
    """
    if instance.pk is None:
        return
    for relation, rows in getattr(instance, "_cluster_related_objects", {}).items():
        link: Any = type(instance)._meta.get_field(relation)
        if not link.one_to_many or len(rows) < 2:  # one alone has nothing to exchange
            continue
        for constraint in link.related_model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and constraint.fields:
                decide = [*constraint.fields, *_conditional(constraint)]
                columns = [link.related_model._meta.get_field(name).attname for name in decide]
                held = link.related_model._default_manager.filter(**{link.field.name: instance.pk})
                before = {pk: tuple(values) for pk, *values in held.values_list("pk", *columns)}
                for row in rows:
                    if row.pk in before and before[row.pk] != tuple(getattr(row, column) for column in columns):
                        row.pk = None


def _conditional(constraint: UniqueConstraint) -> list[str]:
    """The columns by which a constraint holds for a row or does not: two rows may exchange these as well."""
    return [str(lookup[0]).split("__")[0] for lookup in getattr(constraint.condition, "children", ())]
