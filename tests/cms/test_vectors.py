"""Drawings: what is left of hostile ones is harmless, and none costs more than its bounds."""

import gzip
import io
import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from PIL import Image

from cms import vectors
from cms.vectors import Refused
from tests.factories.pictures import SVG

BOX = '<rect width="9" height="9"/>'


def svg(body: str, attributes: str = 'viewBox="0 0 10 10"', head: str = "") -> bytes:
    return (
        f'{head}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {attributes}>'
        f"{body}</svg>"
    ).encode()


def nested(level: Callable[[int], str]) -> str:
    """Twelve levels, each of which shows the one below ten times."""
    return f'<defs><g id="a0">{BOX}</g>{"".join(map(level, range(1, 12)))}</defs>'


USES = nested(lambda n: f'<g id="a{n}">' + f'<use href="#a{n - 1}"/>' * 10 + "</g>") + '<use href="#a11"/>'
BLUR = '<feGaussianBlur stdDeviation="999"/>' * 50
ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{m};" * 10}">' for m, n in pairwise(range(12)))
PIXELS = "data:image/png;base64,iVBORw0KGgo="

HARMLESS = {
    "script": svg(f"<script>alert(1)</script>{BOX}"),
    "handlers": svg(f'<g onclick="alert(1)" onfocusin="alert(1)">{BOX}</g>', 'viewBox="0 0 9 9" onload="alert(1)"'),
    "foreign object": svg(
        f'<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="https://evil"/></foreignObject>{BOX}'
    ),
    "links": svg(
        f'<a href="javascript:alert(1)">{BOX}</a><a xlink:href=" javascript:alert(1)" target="evil">{BOX}</a>'
    ),
    "uses of elsewhere": svg(
        f'<use href="https://evil/a.svg#a"/><use xlink:href="//evil/#a"/><use href="/evil#a"/>{BOX}'
    ),
    "paint of elsewhere": svg(
        f'<rect width="5" height="5" fill="url(https://evil/#a)" style="mask:url(//evil/#b)"/>{BOX}'
    ),
    "style sheets": svg(
        "<style>@import 'https://evil/b.css'; /* see https://evil/ */ @font-face { src: url(https://fonts/x.woff) }"
        f" rect {{ fill: red; background: url('//images/a.png') }}</style>{BOX}",
        head='<?xml-stylesheet href="https://evil/c.css"?>',
    ),
    "a file of the server": svg(
        f"<title>&x;</title>{BOX}", head='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    ),
    "itself": svg(f'<g id="a"><use href="#a"/>{BOX}</g>'),
    "huge": svg('<rect width="5e8" height="1e9"/>', 'width="1e9" height="1e9"'),
}

REFUSED = {
    "nothing": (b"", Refused.NO_SVG),
    "zeros": (b"\x00" * 100, Refused.NO_SVG),
    "a web page": (b"<!doctype html><html><body><svg/></body></html>", Refused.NO_SVG),
    "another language": (b'<svg viewBox="0 0 9 9"><rect width="9" height="9"/></svg>', Refused.NO_SVG),
    "compressed": (gzip.compress(SVG), Refused.NO_SVG),
    "cut off": (SVG[:-10], Refused.NO_SVG),
    "no size": (svg(BOX, 'width="0" height="0"'), Refused.NO_SVG),
    "endless": (svg(BOX, 'width="1e999" height="1"'), Refused.NO_SVG),
    "billion laughs": (
        svg("<title>&e11;</title>", head=f'<!DOCTYPE svg [<!ENTITY e0 "ha">{ENTITIES}]>'),
        Refused.NO_SVG,
    ),
    "nothing but a script": (svg("<script>alert(1)</script>"), Refused.EMPTY),
    "text": (svg(f"{BOX}<text>MOT</text>"), Refused.TEXT),
    "a picture of elsewhere": (svg(f'{BOX}<image href="https://evil/a.png"/>'), Refused.PICTURES),
    "a picture of the server": (svg(f'{BOX}<image href="/etc/a.svg"/>'), Refused.PICTURES),
    "a picture inside": (svg(f'{BOX}<image href="{PIXELS}"/>'), Refused.PICTURES),
    "a picture in a filter": (svg(f'<filter id="f"><feImage href="/a.png"/></filter>{BOX}'), Refused.PICTURES),
    "a style of elsewhere": (svg(f"<style>@import url(https://evil/a.css);</style>{BOX}"), Refused.ELSEWHERE),
    "a cursor": (svg(f"<style>svg {{ cursor: image-set('https://evil/a.png' 1x) }}</style>{BOX}"), Refused.ELSEWHERE),
    "a mask": (svg(f"<g style='mask: image-set(&quot;//evil&quot; 1x)'>{BOX}</g>"), Refused.ELSEWHERE),
    "motion": (svg('<rect width="9" height="9"><set attributeName="x" to="5"/></rect>'), Refused.ANIMATION),
    "uses of uses": (svg(USES), Refused.TOO_COSTLY),
    "a filter": (
        svg(
            f'<filter id="f" x="-999%" width="9999%" height="9999%">{BLUR}</filter>'
            '<rect width="9" height="9" filter="url(#f)"/>'
        ),
        Refused.TOO_COSTLY,
    ),
    "deep": (svg("<g>" * 2_000 + BOX + "</g>" * 2_000), Refused.TOO_COSTLY),
    "heavy": (svg(f"<!--{'x' * vectors.MAX_BYTES}-->{BOX}"), Refused.TOO_LARGE),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_is_left_neither_runs_nor_fetches(what: str) -> None:
    kept = vectors.draw(HARMLESS[what]).svg.decode()
    assert "<rect" in kept
    assert not re.search(r"script|alert|\bon\w+=|foreign|iframe|<!|<\?xml-|href=(?!\"#)|url\((?!#|\)|/[^/])", kept), (
        kept
    )
    assert "evil" not in kept
    assert "root:" not in kept


def test_what_is_cleaned_grows_neither_then_nor_when_it_is_cleaned_again() -> None:
    deep = svg("<g>" * 100 + BOX * 1000 + "</g>" * 100)
    cleaned = vectors.draw(deep).svg
    assert len(cleaned) < len(deep) + 1200, "a space in each element, and the head"
    assert len(vectors.draw(cleaned).svg) == len(cleaned)


@pytest.mark.parametrize("what", REFUSED)
def test_others_are_refused_with_the_reason(what: str) -> None:
    content, reason = REFUSED[what]
    with pytest.raises(vectors.RefusedError) as refused:
        vectors.draw(content)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('viewBox="0 0 24 12"', (1600, 800)),
        ('viewBox="-5 -5 10 20"', (800, 1600)),
        ('width="40mm" height="10mm" viewBox="0 0 4 1"', (1600, 400)),
        ('width="100%" height="100%" viewBox="0 0 4 1"', (1600, 400)),
        ('width="30000" height="1"', (1600, 1)),
    ],
)
def test_a_drawing_is_measured(attributes: str, size: tuple[int, int]) -> None:
    drawing = vectors.draw(svg('<rect x="-99" y="-99" width="50000" height="999"/>', attributes))
    assert Image.open(io.BytesIO(drawing.png)).size == size
    assert vectors.size(io.BytesIO(drawing.svg)) == size
    assert vectors.size(io.BytesIO(vectors.draw(drawing.svg).svg)) == size
