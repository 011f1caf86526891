"""Harvesting records that other catalogues give by OAI-PMH 2.0 in Dublin Core (https://www.openarchives.org/OAI/2.0/).

The protocol is asked for by our own client: libraries for it connect to whatever address a name or a redirection leads
to, and this server must not be led to the machines beside it (cms.webhooks.networks).
"""

import asyncio
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError

import aiohttp
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cms.webhooks import networks
from resources.exchange import names
from resources.exchange.importing import Entry
from resources.exchange.portable import Portable, Unreadable, checked
from resources.identifiers import Scheme, normalised
from resources.languages import iso
from resources.record_json_ld import LICENCES
from resources.record_types import DEFAULT_TYPE, Kind
from resources.records import AgentRole

SECONDS = 60
MOST_BYTES = 20 * 1024**2
MOST_RECORDS = 20_000
"""Of one answer."""
REDIRECTIONS = 3
PATIENCE = 3
WAIT_SECONDS = 20
"""How often, and how long at most, a catalogue that is busy (503) is waited for."""
EMPTY = 5
"""How many answers without a record are followed to the next: some catalogues leave out what they hide."""
_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_TYPES = {
    "article": Kind.ARTICLE,
    "book": Kind.BOOK,
    "bookpart": Kind.CHAPTER,
    "conferenceobject": Kind.PROCEEDINGS,
    "dataset": Kind.DATASET,
    "doctoralthesis": Kind.THESIS,
    "lecture": Kind.PRESENTATION,
    "map": Kind.MAP,
    "masterthesis": Kind.THESIS,
    "movingimage": Kind.VIDEO,
    "report": Kind.REPORT,
    "thesis": Kind.THESIS,
    "workingpaper": Kind.REPORT,
}
"""What catalogues write in dc:type: the words of DCMI, DRIVER and OpenAIRE."""
_YEAR = re.compile(r"^\d{4}(-\d\d){0,2}")


class Page(NamedTuple):
    """Part of a catalogue, and the token that the next part is asked for with; empty at the end."""

    records: list[Portable | Unreadable]
    token: str


def page(url: str, *, set: str = "", since: str = "", token: str = "") -> Page:
    """The next records of a catalogue; `since` is a day such as 2024-01-31. Unreadable says why there are none."""
    for _answer in range(EMPTY):
        found = _part(url, set, since, token)
        if found.records or found.token in {"", token}:
            return found
        token = found.token
    raise Unreadable(_("The catalogue goes on and on without giving a record."))


def _part(url: str, set: str, since: str, token: str) -> Page:
    """One answer of a catalogue."""
    asked = (
        {"verb": "ListRecords", "resumptionToken": token}
        if token
        else {
            "verb": "ListRecords",
            "metadataPrefix": "oai_dc",
            **({"set": set} if set else {}),
            **({"from": since} if since else {}),
        }
    )
    joint = "&" if urlsplit(url).query else "?"
    content = asyncio.run(_fetched(f"{url}{joint}{urlencode(asked)}"))
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Unreadable(_("The answer of the catalogue is no OAI-PMH: %(error)s") % {"error": error}) from None
    if (refusal := root.find(f"{_OAI}error")) is not None:
        if refusal.get("code") == "noRecordsMatch":
            return Page([], "")
        told = f"{refusal.get('code', '')} {refusal.text or ''}".strip()
        raise Unreadable(_("The catalogue refuses: %(error)s") % {"error": told})
    listed = root.find(f"{_OAI}ListRecords")
    if listed is None:
        raise Unreadable(_("The answer of the catalogue is no OAI-PMH: %(error)s") % {"error": root.tag})
    given = listed.findall(f"{_OAI}record")
    if len(given) > MOST_RECORDS:
        raise Unreadable(_("The answer of the catalogue is too large."))
    return Page([_record(one) for one in given], (listed.findtext(f"{_OAI}resumptionToken") or "").strip())


def entries(url: str, *, set: str = "", since: str = "") -> Iterator[Entry]:
    """All that a catalogue gives, numbered from 1."""
    place, token = 0, ""
    while True:
        found = page(url, set=set, since=since, token=token)
        for one in found.records:
            place += 1
            yield place, one
        if not found.token or found.token == token:
            return
        token = found.token


async def _fetched(url: str) -> bytes:
    """The answer from an address that may be reached, through some redirections."""
    try:
        async with asyncio.timeout(SECONDS):
            for _redirection in range(REDIRECTIONS + 1):
                answer = await _answer(url)
                if isinstance(answer, bytes):
                    return answer
                url = urljoin(url, answer)
    except Unreadable:
        raise
    except ValidationError as error:
        raise Unreadable(" ".join(error.messages)) from None
    except TimeoutError:
        raise Unreadable(_("The catalogue does not answer in time.")) from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise Unreadable(_("The catalogue cannot be reached: %(error)s") % {"error": error}) from None
    raise Unreadable(_("The catalogue leads from one address to the next."))


async def _answer(url: str) -> bytes | str:
    """What an address answers, or where it leads to."""
    networks.check_url(url)  # names what is wrong; the socket below is for the very address that is connected to
    for _attempt in range(PATIENCE):
        connector = aiohttp.TCPConnector(
            use_dns_cache=False, socket_factory=networks.guarded_socket(encrypted=urlsplit(url).scheme == "https")
        )
        async with (
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(url, allow_redirects=False, headers={"user-agent": "MOT-CMS-Harvester"}) as response,
        ):
            if response.status in {301, 302, 303, 307, 308} and (location := response.headers.get("Location")):
                return location
            if response.status == 200:
                return await _body(response)
            wait = response.headers.get("Retry-After", "")
            if response.status != 503 or not wait.isdecimal():
                raise Unreadable(_("The catalogue answers with the status %(status)s.") % {"status": response.status})
        await asyncio.sleep(min(int(wait), WAIT_SECONDS))
    raise Unreadable(_("The catalogue is busy: try again later."))


async def _body(response: aiohttp.ClientResponse) -> bytes:
    read = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        read += chunk
        if len(read) > MOST_BYTES:
            raise Unreadable(_("The answer of the catalogue is too large."))
    return bytes(read)


def _record(one: Element) -> Portable | Unreadable:
    header = one.find(f"{_OAI}header")
    key = (one.findtext(f"{_OAI}header/{_OAI}identifier") or "").strip()
    if header is not None and header.get("status") == "deleted":
        return Unreadable(_("%(key)s was deleted in the catalogue that it comes from.") % {"key": key})
    try:
        return checked(_portable(one, key))
    except Unreadable as error:
        return Unreadable(f"{key}: {error}")


def _portable(one: Element, key: str) -> dict[str, Any]:
    said: dict[str, list[tuple[str, str]]] = {}
    for element in one.iter():
        text = " ".join((element.text or "").split())
        if text and str(element.tag).startswith(_DC):
            name = str(element.tag).removeprefix(_DC)
            said.setdefault(name, []).append((text, iso(element.get(_LANGUAGE, ""))))
    plain = {name: [text for text, _language in found] for name, found in said.items()}
    spoken = [iso(code) for code in plain.get("language", ())]
    numbers = [*_numbers([*plain.get("identifier", ()), *plain.get("source", ())])]
    own: dict[str, Any] = {
        "key": key,
        **_type(plain.get("type", [])),
        "texts": _texts(said, spoken[0] if spoken else ""),
        "agents": [*_agents(plain)],
        "date": next((found.group() for text in plain.get("date", ()) if (found := _YEAR.match(text))), ""),
        "languages": list(dict.fromkeys(spoken)),
        "identifiers": numbers,
        "url": next((text for text in plain.get("identifier", ()) if _is_address(text)), ""),
        "licence": _licence(plain.get("rights", [])),
        "keywords": list(dict.fromkeys([*plain.get("subject", ()), *plain.get("coverage", ())])),
        "provenance": f"OAI-PMH {key}"[:500],
    }
    return {name: value for name, value in own.items() if value}


def _texts(said: dict[str, list[tuple[str, str]]], spoken: str) -> list[dict[str, Any]]:
    """A text per language; what bears no language is in that of the document."""
    found: dict[str, dict[str, Any]] = {}
    for name, field in (("title", "title"), ("description", "abstract")):
        for text, language in said.get(name, ()):
            own = found.setdefault(language or spoken or "fr", {"language": language or spoken or "fr"})
            own.setdefault(field, text)
    texts = [text for text in found.values() if "title" in text]
    if original := next((text for text in texts if text["language"] == spoken), texts[0] if texts else None):
        original["original"] = True
        title, gap, subtitle = original["title"].partition(" : ")
        original |= {"title": title, **({"subtitle": subtitle} if gap else {})}
    return texts


def _type(given: list[str]) -> dict[str, str]:
    """The type that we call so; else of the words that catalogues use."""
    for text in given:
        if names.is_name("type", text):
            return {"type": text}
    for text in given:
        word = re.split(r"[/#:]", text.lower())[-1].replace(" ", "")
        if kind := _TYPES.get(word):
            return {"type": DEFAULT_TYPE[kind]}
    return {"type": DEFAULT_TYPE[Kind.OTHER]}


def _agents(plain: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    for element, role in (("creator", AgentRole.AUTHOR), ("contributor", AgentRole.CONTRIBUTOR)):
        for name in plain.get(element, ()):
            yield {"name": name, "role": role}
    for name in plain.get("publisher", ()):
        yield {"name": name, "role": AgentRole.PUBLISHER, "kind": "body"}


def _numbers(given: list[str]) -> Iterator[dict[str, str]]:
    """The DOI, ISBN and ISSN among what names a document."""
    for text in given:
        for scheme in (Scheme.DOI, Scheme.ISBN, Scheme.ISSN):
            if scheme == Scheme.DOI or scheme in text.lower() or re.fullmatch(r"[\dXx -]+", text):
                try:
                    yield {"scheme": scheme, "value": normalised(scheme, text)}
                    break
                except ValidationError:
                    continue


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://")) and "doi.org/" not in text


def _licence(given: list[str]) -> str:
    """The licence whose address is among the rights, whatever its version and language."""
    for text in given:
        address = re.sub(r"^https?://", "", text)
        for code, known in LICENCES.items():
            if address.startswith(re.sub(r"^https?://", "", known).rsplit("/", 2)[0] + "/"):
                return str(code)
    return ""
