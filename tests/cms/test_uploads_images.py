"""Images as editors upload them, by every route of the admin: what is wrong is told on the file and leaves nothing."""

import gzip
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from wagtail.models import Collection, UploadedFile

from cms import renditions
from cms.media import CmsImage, RenditionState
from tests.factories import pictures

pytestmark = pytest.mark.django_db

JPEG, PNG = pictures.jpeg(), pictures.png()


def bomb() -> bytes:
    """A PNG of a few bytes that says it has ten thousand million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


BAD: dict[str, tuple[str, bytes, str]] = {
    "empty": ("empty.jpg", b"", "vide"),
    "truncated jpeg": ("cut.jpg", JPEG[: len(JPEG) // 2], "tronquée ou abîmée"),
    "truncated png": ("cut.png", PNG[: len(PNG) // 2], "tronquée ou abîmée"),
    "truncated webp": ("cut.webp", pictures.written(pictures.draw(), "WEBP")[:3000], "abîmé"),
    "truncated avif": ("cut.avif", pictures.written(pictures.draw(), "AVIF")[:2000], "abîmé"),
    "only a head": ("head.jpg", JPEG[:20], "n’est pas une image"),
    "mislabelled": ("picture.png", JPEG, "Renommez-le en .jpeg"),
    "bomb": ("bomb.png", bomb(), "64 mégapixels"),
    "large": ("large.png", pictures.written(pictures.draw(1, 1).resize((9000, 8000)), "PNG"), "9000 × 8000"),
    "html": ("page.jpg", b"<!doctype html><script>alert(1)</script>", "n’est pas une image"),
    "html with a gif's head": ("page.gif", b"GIF89a=1;<script>alert(1)</script>", "abîmé"),
    "svg of nothing": ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "ne montre plus rien"),
    "html named svg": ("drawing.svg", b"<!doctype html><script>alert(1)</script>", "pas un dessin SVG"),
    "compressed svg": ("drawing.svgz", gzip.compress(pictures.SVG), "AVIF, GIF, JPG, JPEG, PNG, SVG, WEBP"),
    "postscript": ("drawing.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "n’est pas une image"),
    "animated": ("cat.gif", pictures.animated_gif(), "animée"),
    "no extension": ("picture", JPEG, "AVIF, GIF, JPG, JPEG, PNG, SVG, WEBP"),
    "too heavy": ("heavy.jpg", JPEG + b"\x00" * (20 * 1024 * 1024), "20,0"),
}


def post_single(client: Client, upload: Any) -> str:
    """The answer's text, for the form on a page of its own."""
    response = client.post(reverse("wagtailimages:add"), {"title": "Upload", "file": upload, "collection": 1})
    return "" if response.status_code == 302 else response.content.decode()


def post_multiple(client: Client, upload: Any) -> str:
    """For the form that takes several files, one request each."""
    answer = client.post(
        reverse("wagtailimages:add_multiple"),
        {"title": "Upload", "files[]": upload, "collection": 1},
        headers={"X-Requested-With": "XMLHttpRequest"},
    ).json()
    return "" if answer["success"] else answer["error_message"]


def post_chooser(client: Client, upload: Any) -> str:
    """For the form inside a chooser."""
    answer = client.post(
        reverse("wagtailimages_chooser:create"),
        {
            "image-chooser-upload-title": "Upload",
            "image-chooser-upload-file": upload,
            "image-chooser-upload-collection": Collection.get_first_root_node().pk,
        },
    ).json()
    return "" if answer["step"] == "chosen" else answer["htmlFragment" if "htmlFragment" in answer else "html"]


ROUTES: list[Callable[[Client, Any], str]] = [post_single, post_multiple, post_chooser]


@pytest.fixture
def editor(admin_client: Client) -> Client:
    return admin_client


def stored(media_root: Path) -> list[Path]:
    return [path for path in media_root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("route", ROUTES)
def test_a_good_picture_is_stored_and_queued(editor: Client, media_root: Path, route: Any) -> None:
    assert route(editor, SimpleUploadedFile("picture.jpg", JPEG, "image/jpeg")) == ""
    image = CmsImage.objects.get()
    assert image.rendition_state == RenditionState.WAITING
    assert image.file_size == len(JPEG)
    assert [path.relative_to(media_root).parts[0] for path in stored(media_root)].count("original_images") == 1
    task = DBTaskResult.objects.get(task_path=renditions.make_renditions.module_path)
    assert task.args_kwargs["args"] == [image.pk]
    assert not image.renditions.filter(filter_spec__startswith="width-").exists()


def hostile_drawing() -> SimpleUploadedFile:
    hostile = pictures.SVG.replace(b"<path", b'<script>alert(1)</script><path onclick="alert(2)"')
    return SimpleUploadedFile("logo.svg", hostile, "image/svg+xml")


def test_a_drawing_is_kept_cleaned_until_its_form_is_right(editor: Client, settings: Any) -> None:
    for in_memory in (True, False):
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10_000 if in_memory else 10
        answer = editor.post(
            reverse("wagtailimages:add_multiple"),
            {"title": "x" * 300, "files[]": hostile_drawing(), "collection": 1},
            headers={"X-Requested-With": "XMLHttpRequest"},
        ).json()
        kept = UploadedFile.objects.get(pk=answer["uploaded_file_id"])
        assert b"alert" not in kept.file.read()
        form = f"uploaded-image-{kept.pk}"
        editor.post(
            reverse("wagtailimages:create_multiple_from_uploaded_image", args=[kept.pk]),
            {f"{form}-title": "Logo", f"{form}-collection": 1},
            headers={"X-Requested-With": "XMLHttpRequest"},
        )
        image = CmsImage.objects.latest("pk")
        assert (image.title, image.width, image.height) == ("Logo", 1600, 800)
        assert b"alert" not in image.file.read()


@pytest.mark.parametrize("route", ROUTES)
def test_a_drawing_is_stored_cleaned(editor: Client, route: Any) -> None:
    assert route(editor, hostile_drawing()) == ""
    image = CmsImage.objects.get()
    assert (image.width, image.height) == (1600, 800)
    kept = image.file.read()
    assert b"<path" in kept
    assert b"alert" not in kept
    assert image.file_size == len(kept)


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("route", ROUTES)
def test_a_bad_one_is_told_and_leaves_nothing(editor: Client, media_root: Path, route: Any, what: str) -> None:
    name, content, message = BAD[what]
    answer = route(editor, SimpleUploadedFile(name, content, "image/jpeg"))
    assert message.replace("’", "&#x27;") in answer or message in answer, answer[:2000]
    assert not CmsImage.objects.exists()
    assert not UploadedFile.objects.exists()
    assert stored(media_root) == []
    assert not DBTaskResult.objects.filter(task_path=renditions.make_renditions.module_path).exists()


@pytest.mark.parametrize("what", ["truncated jpeg", "mislabelled", "html", "empty"])
def test_a_bad_replacement_keeps_what_was_there(editor: Client, media_root: Path, what: str) -> None:
    image = pictures.image(JPEG)
    renditions.make(image)
    before = {path: path.read_bytes() for path in stored(media_root)}
    name, content, message = BAD[what]
    response = editor.post(
        reverse("wagtailimages:edit", args=[image.pk]),
        {"title": "Changed", "file": SimpleUploadedFile(name, content), "collection": 1},
    )
    assert response.status_code == 200
    assert message.replace("’", "&#x27;") in response.content.decode() or message in response.content.decode()
    image = CmsImage.objects.get()
    assert image.title == "A picture"
    assert renditions.ready(image, renditions.made(image, renditions.files([image.pk])[image.pk]))
    assert before.items() <= {path: path.read_bytes() for path in stored(media_root)}.items()


def test_a_replaced_file_loses_its_renditions_and_is_queued(editor: Client) -> None:
    image = pictures.image(JPEG)
    renditions.make(image)
    DBTaskResult.objects.all().delete()
    response = editor.post(
        reverse("wagtailimages:edit", args=[image.pk]),
        {"title": "Changed", "file": SimpleUploadedFile("new.png", PNG), "collection": 1},
    )
    assert response.status_code == 302
    image = CmsImage.objects.get()
    assert image.rendered_file == ""
    assert not image.renditions.filter(filter_spec__startswith="width-").exists()
    assert DBTaskResult.objects.filter(task_path=renditions.make_renditions.module_path).count() == 1


def test_details_given_after_a_multiple_upload_need_no_file(editor: Client) -> None:
    post_multiple(editor, SimpleUploadedFile("picture.jpg", JPEG))
    image = CmsImage.objects.get()
    answer = editor.post(
        reverse("wagtailimages:edit_multiple", args=[image.pk]),
        {f"image-{image.pk}-title": "A better title", f"image-{image.pk}-collection": 1},
    ).json()
    assert answer["success"]
    assert CmsImage.objects.get().title == "A better title"


def test_a_picture_with_a_second_one_inside_is_a_jpeg(editor: Client) -> None:
    content = pictures.written(pictures.draw(), "MPO", save_all=True, append_images=[pictures.draw(320, 240)])
    assert post_multiple(editor, SimpleUploadedFile("phone.jpg", content)) == ""


def test_a_huge_upload_does_not_fill_the_disk(editor: Client, settings: Any, monkeypatch: Any) -> None:
    from cms.uploads import CappedUpload

    monkeypatch.setattr(CappedUpload, "limit", 3 * 1024 * 1024)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1024
    kept = []
    real = SimpleUploadedFile("heavy.jpg", JPEG + b"\x00" * (30 * 1024 * 1024))

    def spy(self: Any, data: Any) -> Any:
        kept.append(data.size)
        return original(self, data)

    from cms.uploads import ImageUploadField

    original = ImageUploadField.to_python
    monkeypatch.setattr(ImageUploadField, "to_python", spy)
    monkeypatch.setattr("wagtail.images.fields.settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE", 2 * 1024 * 1024)
    assert "trop" in post_single(editor, real)
    assert kept
    assert kept[0] < 4 * 1024 * 1024
    assert not CmsImage.objects.exists()


class TestWhatEditorsSee:
    def edit(self, client: Client, image: CmsImage) -> str:
        return client.get(reverse("wagtailimages:edit", args=[image.pk])).content.decode()

    def home(self, client: Client) -> str:
        return client.get(reverse("wagtailadmin_home")).content.decode()

    def test_while_renditions_are_made(self, editor: Client) -> None:
        assert "sont en préparation" in self.edit(editor, pictures.image(JPEG))

    def test_nothing_once_they_are(self, editor: Client) -> None:
        image = pictures.image(JPEG)
        renditions.make(image)
        shown = self.edit(editor, image)
        assert "sont en préparation" not in shown
        assert "Aucune version web" not in shown
        assert "Images à remplacer" not in self.home(editor)

    def test_where_they_failed(self, editor: Client) -> None:
        image = pictures.image(JPEG, title="<b>Broken</b>")
        CmsImage.objects.update(rendition_state=RenditionState.FAILED)
        assert "Aucune version web" in self.edit(editor, image)
        home = self.home(editor)
        assert "Images à remplacer" in home
        assert "&lt;b&gt;Broken&lt;/b&gt;" in home
        assert reverse("wagtailimages:edit", args=[image.pk]) in home
