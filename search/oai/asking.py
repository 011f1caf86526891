"""What a harvester asks: the arguments of the six verbs, checked."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, NoReturn

from django.core import signing
from django.http import QueryDict

SECONDS, DAYS = "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"
PREFIX = "oai_dc"
_SALT = "search.oai"


class Refused(Exception):
    """A request that cannot be answered: one of the protocol's error codes, and what is wrong."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class Place(NamedTuple):
    """Where a list goes on: behind the item with this datestamp (seconds since 1970) and key; `passed` came before."""

    stamp: int
    key: int
    passed: int


@dataclass(frozen=True)
class Asked:
    """A request with its arguments as they came; of lists the first and the last second, and where they go on."""

    verb: str
    given: Mapping[str, str]
    start: datetime.datetime | None = None
    end: datetime.datetime | None = None
    place: Place | None = None

    def token(self, place: Place) -> str:
        """What the harvester says to have the list go on there; nobody else can make one."""
        own = {name: value for name, value in self.given.items() if name in _SELECTIVE}
        return signing.dumps([self.verb, own, *place], salt=_SALT)

    def resumed(self) -> "Asked":
        """The request whose list a token has go on, or this one where it has none; Refused for what is no token."""
        if "resumptionToken" not in self.given:
            return self
        try:
            verb, own, *place = signing.loads(self.given["resumptionToken"], salt=_SALT)
        except signing.BadSignature:
            verb = None
        if verb != self.verb:
            raise Refused("badResumptionToken", f"This is no token of a list of {self.verb}.")
        return replace(_selected(verb, own), place=Place(*place))


_SELECTIVE = ("metadataPrefix", "from", "until", "set")
_VERBS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Identify": ((), ()),
    "ListMetadataFormats": ((), ("identifier",)),
    "ListSets": ((), ("resumptionToken",)),
    "GetRecord": (("identifier", "metadataPrefix"), ()),
    "ListIdentifiers": (("metadataPrefix",), ("from", "until", "set", "resumptionToken")),
    "ListRecords": (("metadataPrefix",), ("from", "until", "set", "resumptionToken")),
}
"""The arguments that a verb needs, and those that it may have. A resumptionToken stands alone."""
_NAME = r"[A-Za-z0-9\-_.!~*'()]+"
_READABLE = {
    "metadataPrefix": re.compile(_NAME),
    "set": re.compile(f"{_NAME}(:{_NAME})*"),
    "identifier": re.compile(r"[^\s\x00-\x1f]+"),
}
"""What the protocol's schema takes."""


def read(arguments: QueryDict) -> Asked:
    """The request that these arguments make; Refused where they make none."""
    verbs = arguments.getlist("verb")
    if len(verbs) != 1 or verbs[0] not in _VERBS:
        raise Refused("badVerb", f"Give one verb, which is one of {', '.join(_VERBS)}.")
    [verb] = verbs
    needed, possible = _VERBS[verb]
    given: dict[str, str] = {}
    for name, values in arguments.lists():
        if name == "verb":
            continue
        if name not in needed + possible:
            _bad(f"{verb} takes no argument {name!r}.")
        if len(values) != 1:
            _bad(f"{name} is given more than once.")
        if not values[0] or (name in _READABLE and not _READABLE[name].fullmatch(values[0])):
            _bad(f"{name} cannot be read.")
        given[name] = values[0]
    if "resumptionToken" in given:
        if len(given) > 1:
            _bad("resumptionToken stands alone beside the verb.")
        return Asked(verb, given)
    for name in needed:
        if name not in given:
            _bad(f"{verb} needs {name}.")
    return _selected(verb, given)


def _selected(verb: str, given: Mapping[str, str]) -> Asked:
    start, end = given.get("from"), given.get("until")
    if start and end and len(start) != len(end):
        _bad("from and until are both days, or both seconds.")
    first = _moment("from", start) if start else None
    last = _moment("until", end) if end else None
    if first and last and first > last:
        _bad("from is later than until.")
    if last and end and len(end) == len("2026-01-31"):
        last += datetime.timedelta(days=1, seconds=-1)
    return Asked(verb, given, first, last)


def _moment(name: str, text: str) -> datetime.datetime:
    form = {10: DAYS, 20: SECONDS}.get(len(text), "")
    try:
        return datetime.datetime.strptime(text, form).replace(tzinfo=datetime.UTC)
    except ValueError:
        _bad(f"{name} is neither a day such as 2026-01-31 nor a second such as 2026-01-31T09:00:00Z.")


def _bad(message: str) -> NoReturn:
    raise Refused("badArgument", message)
