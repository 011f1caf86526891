"""Reads one PDF in a process of its own, which may be killed: `python -I read_pdf.py FILE` writes JSON.

Whatever a PDF does to PDFium stays in here: memory, processor time and output are limited before it is opened. Imports
nothing of this project. pypdfium2 is there for both text and picture; pypdf has no picture and is many times slower.
"""

import base64
import io
import json
import os
import resource
import sys

MEMORY = 1024**3
SECONDS = 60
CHARACTERS = 5_000_000
PAGES = 3000
OUTPUT = 64 * 1024**2
TOO_MUCH = 3
"""How the process ends that met a limit and could still say so."""
WIDTH, HEIGHT = 320, 460
LEAST_TEXT = 30
"""Characters below which a document has no text: scanned pages may have a stamp or a number."""


def limit() -> None:
    """Before anything of the file is looked at."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(path: str) -> dict[str, object]:
    """Outcome, text by page and thumbnail of the file."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        pdf = pypdfium2.PdfDocument(path)
        count = len(pdf)
    except pypdfium2.PdfiumError as error:
        password = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        return {"outcome": "encrypted" if password else "broken"}
    pages: list[str] = []
    left = CHARACTERS
    for number in range(min(count, PAGES)):
        try:
            text = pdf[number].get_textpage().get_text_bounded()[:left]
        except pypdfium2.PdfiumError:
            text = ""
        pages.append(text.replace("\x00", "").encode("utf-8", "ignore").decode())
        left -= len(text)
        if not left:
            break
    whole = len(pages) == count and left > 0
    has_text = sum(len(page.strip()) for page in pages) >= LEAST_TEXT
    outcome = ("extracted" if whole else "in_part") if has_text else "no_text"
    return {"outcome": outcome, "pages": pages, "thumbnail": thumbnail(pdf) if count else ""}


def thumbnail(pdf: object) -> str:
    """The first page as a WebP of at most WIDTH times HEIGHT pixels; nothing where it cannot be drawn."""
    try:
        page = pdf[0]  # type: ignore[index]
        width, height = page.get_size()
        scale = min(WIDTH / max(width, 1), HEIGHT / max(height, 1))
        picture = page.render(scale=scale).to_pil().convert("RGB")
        picture.thumbnail((WIDTH, HEIGHT))
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", quality=70)
        return base64.b64encode(buffer.getvalue()).decode()
    except Exception:  # a picture is not worth losing the text for
        return ""


if __name__ == "__main__":
    limit()
    try:
        json.dump(read(sys.argv[1]), sys.stdout)
        sys.stdout.flush()
    except (MemoryError, OSError):  # out of memory, or of what it may write
        os._exit(TOO_MUCH)
