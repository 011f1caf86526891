"""How an office looks as JSON."""

from typing_extensions import TypedDict

from cms import references
from cms.facts import Office


class OfficeCard(TypedDict):
    """A public contact."""

    code: str
    label: str
    email: str
    phone: str
    address: str
    website: str


def load(pks: set[int], context: references.Context) -> dict[int, OfficeCard]:
    """Published offices by key (one query beside the labels')."""
    table = context.labels.table("cms.Office").by_pk
    return {
        office.pk: {
            "code": office.code,
            "label": table[office.pk].label(context.locale),
            "email": office.email,
            "phone": office.phone,
            "address": office.address,
            "website": office.website,
        }
        for office in Office.objects.filter(pk__in=pks, live=True)
        if office.pk in table
    }
