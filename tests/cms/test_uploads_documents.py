"""Documents as editors upload them, by every route of the admin: a file is what its name says, or it is refused."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection, UploadedFile

from cms import document_checks
from cms.media import CmsDocument
from tests.factories import documents, pictures

pytestmark = pytest.mark.django_db

HTML = b"<!DOCTYPE html><html><script>alert(document.cookie)</script></html>"
DOCX, ODT = documents.BY_NAME["letter.docx"], documents.BY_NAME["letter.odt"]

BAD: dict[str, tuple[str, bytes, str]] = {
    "empty": ("empty.pdf", b"", "vide"),
    "html": ("page.html", HTML, "ne sont pas acceptés"),
    "svg": ("drawing.svg", b"<svg/>", "ne sont pas acceptés"),
    "executable": ("setup.exe", b"MZ\x90\x00", "ne sont pas acceptés"),
    "no extension": ("report", documents.PDF, "ne sont pas acceptés"),
    "two extensions": ("report.pdf.html", documents.PDF, "ne sont pas acceptés"),
    "html as pdf": ("page.pdf", HTML, "son contenu est autre chose"),
    "html before a pdf": ("page.pdf", HTML + documents.PDF, "son contenu est autre chose"),
    "truncated pdf": ("cut.pdf", documents.PDF[:60], "tronqué"),
    "html as text": ("page.txt", HTML, "page web"),
    "html as csv": ("page.csv", b"a;b\n" + HTML, "page web"),
    "program as text": ("program.txt", b"\x7fELF\x02\x01\x01\x00", "son contenu est autre chose"),
    "picture as pdf": ("picture.pdf", pictures.jpeg(64, 48), "son contenu est autre chose"),
    "zip as docx": ("all.docx", documents.BY_NAME["all.zip"], "son contenu est autre chose"),
    "docx as xlsx": ("letter.xlsx", DOCX, "son contenu est autre chose"),
    "odt as ods": ("letter.ods", ODT, "son contenu est autre chose"),
    "docx as odt": ("letter.odt", DOCX, "son contenu est autre chose"),
    "html before a zip": ("page.zip", HTML + documents.BY_NAME["all.zip"], "son contenu est autre chose"),
    "truncated docx": ("cut.docx", DOCX[: len(DOCX) // 2], "tronqué"),
    "truncated zip": ("cut.zip", documents.BY_NAME["all.zip"][:-10], "tronqué"),
    "text as geojson": ("line.geojson", b"not json", "son contenu est autre chose"),
    "truncated geojson": ("line.geojson", b'{"type": "FeatureColl', "son contenu est autre chose"),
    "nested geojson": ("line.geojson", b"[" * 200_000, "son contenu est autre chose"),
    "text as calendar": ("meeting.ics", b"not a calendar", "son contenu est autre chose"),
    "text as mp3": ("talk.mp3", b"not music", "son contenu est autre chose"),
    "text as mp4": ("film.mp4", b"not a film", "son contenu est autre chose"),
}


def post_single(client: Client, upload: Any) -> str:
    response = client.post(reverse("wagtaildocs:add"), {"title": "Upload", "file": upload, "collection": 1})
    return "" if response.status_code == 302 else response.content.decode()


def post_multiple(client: Client, upload: Any) -> str:
    answer = client.post(
        reverse("wagtaildocs:add_multiple"),
        {"title": "Upload", "files[]": upload, "collection": 1},
        headers={"X-Requested-With": "XMLHttpRequest"},
    ).json()
    return "" if answer["success"] else answer["error_message"]


def post_chooser(client: Client, upload: Any) -> str:
    answer = client.post(
        reverse("wagtaildocs_chooser:create"),
        {
            "document-chooser-upload-title": "Upload",
            "document-chooser-upload-file": upload,
            "document-chooser-upload-collection": Collection.get_first_root_node().pk,
        },
    ).json()
    return "" if answer["step"] == "chosen" else answer["htmlFragment" if "htmlFragment" in answer else "html"]


ROUTES: list[Callable[[Client, Any], str]] = [post_single, post_multiple, post_chooser]


def stored(media_root: Path) -> list[Path]:
    return [path for path in media_root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("route", ROUTES)
def test_every_accepted_kind(admin_client: Client, route: Any) -> None:
    for name, content in documents.BY_NAME.items():
        assert route(admin_client, SimpleUploadedFile(name, content)) == "", name
    assert CmsDocument.objects.count() == len(documents.BY_NAME)
    for document in CmsDocument.objects.all():
        assert document.file_size == document.file.size


@pytest.mark.parametrize("route", ROUTES)
def test_bad_ones_are_told_and_leave_nothing(admin_client: Client, media_root: Path, route: Any) -> None:
    for what, (name, content, message) in BAD.items():
        answer = route(admin_client, SimpleUploadedFile(name, content, "application/pdf"))
        assert message in answer, (what, answer[:2000])
        assert "Les extensions autorisées" not in answer, (what, "nothing of the extension of no file")
        assert not CmsDocument.objects.exists(), what
        assert not UploadedFile.objects.exists(), what
        assert stored(media_root) == [], what


def test_too_heavy_a_document(admin_client: Client, media_root: Path, settings: Any) -> None:
    settings.WAGTAILDOCS_MAX_UPLOAD_SIZE = 1000
    answer = post_multiple(admin_client, SimpleUploadedFile("report.pdf", documents.PDF + b" " * 1000 + b"%%EOF"))
    assert "trop" in answer
    assert stored(media_root) == []


def test_an_archive_that_unpacks_to_too_much(monkeypatch: Any) -> None:
    monkeypatch.setattr(document_checks, "MAX_UNPACKED", 1000)
    upload = SimpleUploadedFile("all.zip", documents.archive(**{"zeros.txt": b"0" * 2000}))
    with pytest.raises(ValidationError) as refused:
        document_checks.check_content(upload, ["zip"])
    assert refused.value.code == "archive_bomb"


def test_an_archive_that_holds_next_to_nothing_but_unpacks_to_much() -> None:
    upload = SimpleUploadedFile("all.zip", documents.archive(**{"zeros.txt": b"0" * 60 * 1024**2}))
    with pytest.raises(ValidationError) as refused:
        document_checks.check_content(upload, ["zip"])
    assert refused.value.code == "archive_bomb"


def test_an_archive_with_a_method_that_nobody_reads() -> None:
    content = bytearray(documents.BY_NAME["letter.odt"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        offset = archive.start_dir
    content[8:10] = content[offset + 10 : offset + 12] = b"\x63\x00"
    with pytest.raises(ValidationError):
        document_checks.check_content(SimpleUploadedFile("letter.odt", bytes(content)), ["odt"])


def test_a_bad_replacement_keeps_what_was_there(admin_client: Client, media_root: Path) -> None:
    document = documents.document()
    response = admin_client.post(
        reverse("wagtaildocs:edit", args=[document.pk]),
        {"title": "Changed", "file": SimpleUploadedFile("page.pdf", HTML), "collection": 1},
    )
    assert response.status_code == 200
    assert "son contenu est autre chose" in response.content.decode()
    document = CmsDocument.objects.get()
    assert document.title == "A report"
    assert document.file.read() == documents.PDF
    assert len(stored(media_root)) == 1


def test_a_name_with_markup_is_shown_as_text(admin_client: Client) -> None:
    name = "<img src=x onerror=alert(1)>.exe"
    assert "<img src=x" not in post_single(admin_client, SimpleUploadedFile(name, b"x"))
