"""Vector drawings (SVG), which are programs: cleaned, measured and drawn in a process of their own within bounds.

Run as a program, this module is that process. What it reads was made by anybody, and nobody can tell what a drawing
costs without drawing it: a few lines of nested <use>, masks or filters take hours. Why: docs/decisions/0003-media.md.
"""

import base64
import io
import json
import logging
import re
import resource
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

from defusedxml import ElementTree

logger = logging.getLogger(__name__)

MAX_BYTES = 1_000_000
"""Of a file, as it is uploaded and cleaned."""
LONGEST_SIDE = 1600
"""Pixels that a drawing, which has no size of its own, is given: the largest width of a rendition."""
CPU_SECONDS = 5
MEMORY = 512 * 1024**2
"""Bytes of address space."""
PATIENCE = 60
"""Seconds by the clock, on a machine that is busy."""

SVG = "http://www.w3.org/2000/svg"
TEXT = {"text", "tspan", "textPath", "tref"}
PICTURES = {"image", "feImage"}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
ANIMATION = {"animate", "animateColor", "animateMotion", "animateTransform", "set"}


class Refused(StrEnum):
    """Why a file is not taken."""

    TOO_LARGE = "larger than MAX_BYTES"
    NO_SVG = "no SVG, or none that can be read"
    TEXT = "text, whose font readers may not have"
    PICTURES = "pictures inside"
    ANIMATION = "moves"
    ELSEWHERE = "styles that refer to something outside"
    EMPTY = "nothing to be seen is left"
    TOO_COSTLY = "cannot be drawn within the bounds"


class RefusedError(Exception):
    """A file that is not taken; `reason` says why."""

    def __init__(self, reason: Refused) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Drawing:
    """A cleaned SVG, whose root gives its width and height in pixels, and the PNG of that size."""

    svg: bytes
    png: bytes


def draw(content: bytes) -> Drawing:
    """Clean and draw an SVG; RefusedError where it is not taken."""
    if len(content) > MAX_BYTES:
        raise RefusedError(Refused.TOO_LARGE)
    try:
        command = [sys.executable, "-I", __file__]
        done = subprocess.run(command, input=content, capture_output=True, timeout=PATIENCE, env={}, check=True)  # noqa: S603
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        logger.warning("A drawing was given up (%s): %s", error, (error.stderr or b"")[-1000:].decode(errors="replace"))
        raise RefusedError(Refused.TOO_COSTLY) from None
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise RefusedError(Refused[answer["refused"]])
    return Drawing(answer["svg"].encode(), base64.b64decode(answer["png"]))


def size(drawing: IO[bytes]) -> tuple[int, int]:
    """Width and height in pixels of a cleaned SVG, as its root gives them."""
    _event, root = next(ElementTree.iterparse(drawing, events=("start",)))
    return int(root.attrib["width"]), int(root.attrib["height"])


def _cleaned(content: bytes) -> bytes:
    """What is left of an SVG: no scripts, handlers, foreign elements, entities or addresses of anything outside it."""
    import py_svg_hush
    from django.conf import settings

    settings.configure()  # Willow asks them as it is imported
    from willow.svg import SvgWrapper, WillowSvgException, view_box_to_attr_str

    try:
        dom = ElementTree.parse(io.BytesIO(py_svg_hush.filter_svg(content)))
        measured = SvgWrapper(dom)
        scale = LONGEST_SIDE / max(measured.width, measured.height)
        size = [max(1, round(side * scale)) for side in (measured.width, measured.height)]
    except (ValueError, ArithmeticError, ElementTree.ParseError, WillowSvgException):
        raise RefusedError(Refused.NO_SVG) from None
    root = dom.getroot()
    for element in root.iter():
        name = element.tag.removeprefix(f"{{{SVG}}}")
        element.tail = None  # the cleaner indents, which makes a hundred times as much of what is deep
        if not (element.text or "").strip():
            element.text = None
        if name in TEXT and "".join(element.itertext()).strip():
            raise RefusedError(Refused.TEXT)
        if name in PICTURES:
            raise RefusedError(Refused.PICTURES)
        if name in ANIMATION:
            raise RefusedError(Refused.ANIMATION)
        styles = [value for value in element.attrib.values() if "(" in value]
        if name == "style":
            element.text = COMMENT.sub("", element.text or "")
            styles.append(element.text)
        # The cleaner knows url(…), but not all functions that take an address.
        if any("//" in style for style in styles):
            raise RefusedError(Refused.ELSEWHERE)
        for attribute in [own for own in element.attrib if own.rpartition("}")[2] == "href"]:
            if not element.attrib[attribute].startswith("#"):  # the cleaner leaves addresses within a site
                del element.attrib[attribute]
    root.set("width", str(size[0]))
    root.set("height", str(size[1]))
    root.set("viewBox", view_box_to_attr_str(measured.view_box))
    written = io.BytesIO()
    dom.write(written, encoding="utf-8", xml_declaration=True, default_namespace=None)
    if written.tell() > MAX_BYTES:
        raise RefusedError(Refused.TOO_LARGE)
    return written.getvalue()


def _drawn(svg: bytes) -> bytes:
    """The PNG of a cleaned SVG."""
    import resvg_py
    from PIL import Image

    try:
        png = resvg_py.svg_to_bytes(svg_string=svg.decode(), skip_system_fonts=True)
    except ValueError:  # too many elements, once each <use> has its own
        raise RefusedError(Refused.TOO_COSTLY) from None
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        if picture.convert("RGBA").getchannel("A").getextrema()[1] == 0:
            raise RefusedError(Refused.EMPTY)
    return png


def _main() -> None:
    from xml.etree.ElementTree import register_namespace

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    register_namespace("", SVG)
    register_namespace("xlink", "http://www.w3.org/1999/xlink")
    try:
        svg = _cleaned(sys.stdin.buffer.read())
        answer = {"svg": svg.decode(), "png": base64.b64encode(_drawn(svg)).decode()}
    except RefusedError as refused:
        answer = {"refused": refused.reason.name}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _main()
