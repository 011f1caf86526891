"""Whatever is put into a parameter or a path: never a failure, and each refusal names the parameter."""

import functools
import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.http import QueryDict
from django.test import Client

from cms.api import params
from cms.api.errors import BadParameters
from cms.api.schema.document import endpoints
from cms.api.schema.operations import Endpoint
from cms.references import API_PATH
from tests.api.conftest import SmallSite
from tests.contracts.every_request import parameters
from tests.contracts.naughty import RAW, WORDS
from tests.factories import borders

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

REFUSED = {400, 404, 406}
ENDPOINTS = {endpoint.name: endpoint for endpoint in endpoints()}


@pytest.fixture
def content(site: SmallSite) -> SmallSite:
    borders.key_figure("length", borders.border("fr-de"))
    return site


def path_of(endpoint: Endpoint, site: SmallSite) -> str:
    keys = {"pages": str(site.about.pk), "borders": "fr-de", "key-figures": "length"}
    return API_PATH + re.sub("<.*>", keys.get(endpoint.tag, "1"), endpoint.route)


def answer(client: Client, url: str) -> tuple[int, set[str]]:
    """The status, and which parameters a refusal names."""
    response = client.get(url)
    if response.status_code not in REFUSED:
        assert response.status_code in {200, 302}, f"{response.status_code} {url}"
        return response.status_code, set()
    assert response.headers["Content-Type"] == "application/problem+json", url
    return response.status_code, {error["parameter"] for error in response.json().get("errors", [])}


def groups(endpoint: Endpoint) -> dict[str, dict[str, params.Param]]:
    """The parameters that can be given together, by the page type that has them; each kind of them once."""
    found: dict[str, dict[str, params.Param]] = {}
    met = set()
    for kind, param in parameters(endpoint):
        if (same := kind_of(param)) not in met:
            met.add(same)
            found.setdefault(kind, {})[param.name] = param
    return found


def kind_of(param: params.Param) -> tuple[str, str]:
    """What parameters have in common that refuse the same words with the same code."""
    return param.name, str(param.read.type)


@functools.cache
def refuses(param: params.Param, word: str) -> bool:
    """Whether a parameter refuses a word as it is read, whatever the endpoint would do with it."""
    try:
        params.read([param], QueryDict(urlencode({param.name: word})))
    except BadParameters:
        return True
    return False


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_word_in_every_parameter(client: Client, content: SmallSite, name: str) -> None:
    """All parameters at once that read a word; then without those that were refused, until the rest is taken."""
    endpoint = ENDPOINTS[name]
    path = path_of(endpoint, content)
    known = {param.name for _kind, param in parameters(endpoint)}
    for kind, group in groups(endpoint).items():
        beside = {"type": kind} if kind else {}
        for word in WORDS:
            left = {param.name for param in group.values() if not refuses(param, word)}
            while left:
                status, named = answer(client, f"{path}?{urlencode({**dict.fromkeys(left, word), **beside})}")
                if status != 400 or (named and named <= known - left):  # taken, or only something else is missing
                    break
                assert named & left, f"{name} names none of {left} that it refuses: {word[:80]!r}"
                left = left - named


def test_every_word_that_is_refused_is_refused_by_name(client: Client, content: SmallSite) -> None:
    """Endpoints share the code that reads a word and refuses it: each such code is asked once, with every word."""
    met: set[tuple[str, str]] = set()
    for endpoint in ENDPOINTS.values():
        path = path_of(endpoint, content)
        for kind, group in groups(endpoint).items():
            beside = {"type": kind} if kind else {}
            new = [param for param in group.values() if kind_of(param) not in met]
            for word in WORDS:
                left = {param.name: kind_of(param) for param in new if refuses(param, word)}
                while left:
                    status, named = answer(client, f"{path}?{urlencode({**dict.fromkeys(left, word), **beside})}")
                    if status != 400:  # nothing is there, whatever is asked of it
                        break
                    assert named & left.keys(), f"{path} names none of {[*left]} that it refuses: {word[:80]!r}"
                    met |= {left.pop(name) for name in named & left.keys()}
    every = {kind_of(param) for endpoint in ENDPOINTS.values() for _kind, param in parameters(endpoint)}
    assert met == every


@pytest.mark.parametrize("name", ENDPOINTS)
def test_addresses_that_are_no_text(client: Client, content: SmallSite, name: str) -> None:
    endpoint = ENDPOINTS[name]
    path = path_of(endpoint, content)
    for raw in RAW:
        status, named = answer(client, f"{path}?" + "&".join(f"{param}={raw}" for param in groups(endpoint)[""]))
        assert status != 400 or named, f"{name} {raw}"
        answer(client, f"{path}?{raw}={raw}")


def test_every_word_as_the_name_of_a_parameter(client: Client, content: SmallSite) -> None:
    for word in set(WORDS) - {"_", ""}:
        status, named = answer(client, f"{API_PATH}locales/?{urlencode({word: word})}")
        assert (status, len(named)) == (400, 1), word


@pytest.mark.parametrize("name", [name for name, endpoint in ENDPOINTS.items() if "<" in endpoint.route])
def test_every_word_in_a_path(client: Client, content: SmallSite, name: str) -> None:
    for word in (*(quote(word, safe="") for word in WORDS if word), *RAW):
        if word not in {".", "?", "%"}:
            answer(client, API_PATH + re.sub("<.*>", word.replace("#", "%23"), ENDPOINTS[name].route))


def test_more_than_anybody_needs(client: Client, content: SmallSite) -> None:
    many = "&".join(f"filter{number}=x" for number in range(900))
    status, named = answer(client, f"{API_PATH}pages/?{many}")
    assert (status, len(named)) == (400, 900)
    too_many = ",".join(["fr-de"] * (params.MAX_VALUES + 1))
    assert answer(client, f"{API_PATH}pages/?border={too_many}") == (400, {"border"})
    assert answer(client, f"{API_PATH}pages/?" + "&".join(["border=fr-de"] * 51)) == (400, {"border"})
    response: Any = client.get(f"{API_PATH}pages/?" + "&".join(f"a{number}=" for number in range(2_000)))
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.sqlite
@pytest.mark.parametrize("kind", ["images", "documents"])
def test_as_many_tags_as_a_parameter_takes(client: Client, kind: str) -> None:
    tags = ",".join(f"tag-{number}" for number in range(params.MAX_VALUES))
    assert answer(client, f"{API_PATH}{kind}/?tags={tags}") == (200, set())
