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


def settle(instance: ClusterableModel) -> None:
    """Prepare the rows in memory for modelcluster, which is about to write them.

    It would write each again, changed or not: what is in the database just so is forgotten, unless the row's model says
    `written_again`, because more follows from that. And it deletes the rows that are gone, then saves the others one by
    one: two names that exchange their languages, or two links their facts, would collide half-way. A row made anew is
    deleted before any is saved.
    """
    held = vars(instance).get("_cluster_related_objects", {})
    for relation, rows in [*held.items()]:
        link: Any = type(instance)._meta.get_field(relation)
        if not link.one_to_many:
            continue
        columns = [field.attname for field in link.related_model._meta.concrete_fields]
        stored = link.related_model._default_manager.filter(**{link.field.name: instance.pk}).values("pk", *columns)
        before = {values.pop("pk"): values for values in stored}
        now = {row.pk: {column: getattr(row, column) for column in columns} for row in rows}
        whole = len(now) == len(rows) and not any(vars(row).get("_cluster_related_objects") for row in rows)
        if whole and now == before and not getattr(link.related_model, "written_again", False):
            del held[relation]
        elif len(rows) > 1:  # one alone has nothing to exchange
            _renew_exchanged(link.related_model, rows, before)


def _renew_exchanged(model: Any, rows: list[Any], before: dict[Any, dict[str, Any]]) -> None:
    """Make rows in memory new whose unique values differ from those that they had before."""
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields:
            decide = [*constraint.fields, *_conditional(constraint)]
            columns = [model._meta.get_field(name).attname for name in decide]
            for row in rows:
                if row.pk in before and any(before[row.pk][column] != getattr(row, column) for column in columns):
                    row.pk = None


def _conditional(constraint: UniqueConstraint) -> list[str]:
    """The columns by which a constraint holds for a row or does not: two rows may exchange these as well."""
    return [str(lookup[0]).split("__")[0] for lookup in getattr(constraint.condition, "children", ())]
