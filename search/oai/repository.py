"""The answers to the six verbs, as XML."""

import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from django.conf import settings
from django.db.models import Min, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from cms import labels
from cms.api.feeds import writable
from cms.facts import Office
from cms.languages import DEFAULT
from cms.references import Context, Loaded, References
from resources.exchange import dublin_core
from resources.exchange.dublin_core import Statement
from resources.record_api import public
from resources.records import Record
from search.models import HarvestItem
from search.oai.asking import PREFIX, SECONDS, Asked, Place, Refused, read
from search.oai.sets import Sets, narrowest

PART = 100
"""Items in one part of a list."""
_OAI = "http://www.openarchives.org/OAI/2.0/"
_DC = f"{_OAI}oai_dc/"
_IDENTIFIER = f"{_OAI}oai-identifier"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_DC_SCHEMA = f"{_OAI}oai_dc.xsd"
_DOMAIN = re.compile(r"[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z][A-Za-z0-9-]*)+")


def base_url() -> str:
    """The address of the repository."""
    return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}/oai"


def answer(arguments: QueryDict) -> bytes:
    """The whole answer to a request; what is wrong with one is an answer, too."""
    root = Element("OAI-PMH", {"xmlns": _OAI, "xmlns:xsi": _XSI, "xsi:schemaLocation": f"{_OAI} {_OAI}OAI-PMH.xsd"})
    _text(root, "responseDate", _written(timezone.now()))
    try:
        asked = read(arguments)
    except Refused as refused:  # what makes no request is not repeated
        _text(root, "request", base_url())
        _text(root, "error", str(refused), {"code": refused.code})
        return _serialised(root)
    _text(root, "request", base_url(), {"verb": asked.verb, **asked.given})
    try:
        if asked.given.get("metadataPrefix", PREFIX) != PREFIX:
            raise Refused("cannotDisseminateFormat", f"The one format is {PREFIX}.")
        root.append(_ANSWERS[asked.verb](asked.resumed()))
    except Refused as refused:
        _text(root, "error", str(refused), {"code": refused.code})
    return _serialised(root)


def _serialised(root: Element) -> bytes:
    found: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return found


def _identify(asked: Asked) -> Element:
    found = Element("Identify")
    first = HarvestItem.objects.aggregate(first=Min("datestamp"))["first"]
    offices = Office.objects.filter(live=True).exclude(email="").order_by("code").values_list("email", flat=True)
    _text(found, "repositoryName", settings.WAGTAIL_SITE_NAME)
    _text(found, "baseURL", base_url())
    _text(found, "protocolVersion", "2.0")
    for address in list(dict.fromkeys(offices)) or [f"postmaster@{_host()}"]:
        _text(found, "adminEmail", address)
    _text(found, "earliestDatestamp", _written(first or timezone.now()))
    _text(found, "deletedRecord", "persistent")
    _text(found, "granularity", "YYYY-MM-DDThh:mm:ssZ")
    if _DOMAIN.fullmatch(_host()):  # the schema of such identifiers takes no other names
        place = {"xmlns": _IDENTIFIER, "xsi:schemaLocation": f"{_IDENTIFIER} {_IDENTIFIER}.xsd"}
        own = SubElement(SubElement(found, "description"), "oai-identifier", place)
        _text(own, "scheme", "oai")
        _text(own, "repositoryIdentifier", _host())
        _text(own, "delimiter", ":")
        _text(own, "sampleIdentifier", _identifier("1"))
    return found


def _formats(asked: Asked) -> Element:
    if "identifier" in asked.given:
        _item(asked)
    found = Element("ListMetadataFormats")
    one = SubElement(found, "metadataFormat")
    _text(one, "metadataPrefix", PREFIX)
    _text(one, "schema", _DC_SCHEMA)
    _text(one, "metadataNamespace", _DC)
    return found


def _sets(asked: Asked) -> Element:
    found = Element("ListSets")
    for each in Sets(labels.current()).all.values():
        one = SubElement(found, "set")
        _text(one, "setSpec", each.spec)
        _text(one, "setName", each.name)
        names = [Statement("title", name, language) for language, name in sorted(each.labels.items())]
        _dublin_core(SubElement(one, "setDescription"), names)
    return found


def _record(asked: Asked) -> Element:
    found = Element("GetRecord")
    _records(found, [_item(asked)])
    return found


def _identifiers_listed(asked: Asked) -> Element:
    return _listed(asked, _headers)


def _records_listed(asked: Asked) -> Element:
    return _listed(asked, _records)


def _listed(asked: Asked, write: Callable[[Element, Sequence[HarvestItem]], object]) -> Element:
    """A part of a list, and where it goes on: by the datestamp and key of its last item, whatever changes meanwhile."""
    chosen = _chosen(asked)
    total = chosen.count()
    rest = chosen
    if asked.place:
        seen = datetime.datetime.fromtimestamp(asked.place.stamp, datetime.UTC)
        rest = chosen.filter(Q(datestamp__gt=seen) | Q(datestamp=seen, pk__gt=asked.place.key))
    rows = list(rest.order_by("datestamp", "pk")[: PART + 1])
    items = rows[:PART]
    if not items and asked.place is None:
        raise Refused("noRecordsMatch", "There is no such record.")
    found = Element(asked.verb)
    write(found, items)
    before = asked.place.passed if asked.place else 0
    more = len(rows) > len(items)
    if more or asked.place:
        last = items[-1] if items else None
        place = Place(int(last.datestamp.timestamp()), last.pk, before + len(items)) if last and more else None
        size = {"completeListSize": str(max(total, before + len(items))), "cursor": str(before)}
        _text(found, "resumptionToken", asked.token(place) if place else "", size)
    return found


def _chosen(asked: Asked) -> QuerySet[HarvestItem]:
    now = timezone.now()
    found = HarvestItem.objects.filter(datestamp__lte=min(asked.end, now) if asked.end else now)
    if asked.start:
        found = found.filter(datestamp__gte=asked.start)
    if wanted := asked.given.get("set"):
        if wanted not in Sets(labels.current()).all:
            raise Refused("noRecordsMatch", "There is no such set.")
        found = found.filter(sets__contains=f" {wanted} ")
    return found


def _item(asked: Asked) -> HarvestItem:
    """The item that the request names."""
    prefix = _identifier("")
    identifier = asked.given["identifier"]
    item = HarvestItem.objects.filter(code=identifier.removeprefix(prefix)).first()
    if item is None or not identifier.startswith(prefix):
        raise Refused("idDoesNotExist", "There is no record with this identifier.")
    return item


def _records(into: Element, items: Sequence[HarvestItem]) -> None:
    """Records as they are now; what is public no more is told as deleted (a fixed number of queries)."""
    snapshot = labels.current()
    context = Context(DEFAULT, snapshot, Loaded(References(), snapshot))
    live = list(_live(items))
    described = dublin_core.described(live, context)
    statements = {record.code: found for record, found in zip(live, described, strict=True)}
    for item in items:
        one = SubElement(into, "record")
        _header(one, item, item.code in statements)
        if item.code in statements:
            _dublin_core(SubElement(one, "metadata"), statements[item.code])


def _headers(into: Element, items: Sequence[HarvestItem]) -> None:
    """The same without what is told of them (one query)."""
    live = set(_live(items).values_list("code", flat=True))
    for item in items:
        _header(into, item, item.code in live)


def _live(items: Sequence[HarvestItem]) -> QuerySet[Record]:
    """Those that are public at this moment, whatever the register knows of it yet."""
    return public().filter(code__in=[item.code for item in items if not item.deleted])


def _header(into: Element, item: HarvestItem, live: bool) -> None:
    found = SubElement(into, "header", {} if live else {"status": "deleted"})
    _text(found, "identifier", _identifier(item.code))
    _text(found, "datestamp", _written(item.datestamp))
    for spec in narrowest(item.sets.split()):
        _text(found, "setSpec", spec)


def _dublin_core(into: Element, statements: Iterable[Statement]) -> None:
    place = {"xmlns:oai_dc": _DC, "xmlns:dc": "http://purl.org/dc/elements/1.1/"}
    found = SubElement(into, "oai_dc:dc", {**place, "xsi:schemaLocation": f"{_DC} {_DC_SCHEMA}"})
    for element, text, language in statements:
        _text(found, f"dc:{element}", text, {"xml:lang": language} if language else {})


def _text(into: Element, name: str, text: str, attributes: Mapping[str, str] | None = None) -> None:
    own = {key: writable(value) for key, value in (attributes or {}).items()}
    SubElement(into, name, own).text = writable(text)


def _identifier(code: str) -> str:
    return f"oai:{_host()}:{code}"


def _host() -> str:
    return urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or ""


def _written(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime(SECONDS)


_ANSWERS: Mapping[str, Callable[[Asked], Element]] = {
    "Identify": _identify,
    "ListMetadataFormats": _formats,
    "ListSets": _sets,
    "GetRecord": _record,
    "ListIdentifiers": _identifiers_listed,
    "ListRecords": _records_listed,
}
