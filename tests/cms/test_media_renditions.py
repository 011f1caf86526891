"""Renditions: the worker makes the whole set once per file, and an image says truly whether it is there."""

import base64
import io
import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.images import ImageFile
from django.core.files.storage import FileSystemStorage as Storage
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django_tasks_db.models import DBTaskResult
from PIL import ExifTags, Image, ImageCms

from cms import renditions, vectors
from cms.media import CmsImage, Rendition, RenditionState
from tests.changelog import Log
from tests.factories import pictures

pytestmark = pytest.mark.django_db

TASK = renditions.make_renditions.module_path


def queued() -> list[int]:
    """The images that the worker will look at."""
    return [row.args_kwargs["args"][0] for row in DBTaskResult.objects.filter(task_path=TASK)]


def work() -> None:
    """What the worker does with its queue."""
    for task in DBTaskResult.objects.filter(task_path=TASK):
        task.task.call(*task.args_kwargs["args"])
        task.delete()


def made(image: CmsImage) -> dict[str, renditions.Files]:
    return renditions.made(CmsImage.objects.get(pk=image.pk), renditions.files([image.pk])[image.pk])


def found(image: CmsImage) -> dict[str, dict[str, list[Rendition]]]:
    """The rows of each profile by MIME type."""
    rows = {row.file.name: row for row in image.renditions.all()}
    return {
        name: {mime: [rows[file.name] for file in files] for mime, files in kinds.items()}
        for name, kinds in made(image).items()
    }


def shown(image: CmsImage) -> dict[str, list[Rendition]]:
    return found(image)["inline"]


def is_ready(image: CmsImage) -> bool:
    return renditions.ready(CmsImage.objects.get(pk=image.pk), made(image))


def focus(image: CmsImage, x: int, y: int) -> None:
    """What an editor does who moves the focal point."""
    image = CmsImage.objects.get(pk=image.pk)
    image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height = x, y, 30, 40
    image.save()


def test_the_set_is_made_once_after_upload() -> None:
    image = pictures.image(pictures.jpeg(1700, 1000))
    assert queued() == [image.pk]
    assert shown(image) == {}
    assert not image.renditions.exists()
    work()
    found = shown(image)
    assert list(found) == ["image/avif", "image/webp", "image/jpeg"]
    for mime, rows in found.items():
        assert [row.width for row in rows] == [400, 800, 1200, 1600]
        for row in rows:
            with Image.open(row.file.path) as made:
                assert made.get_format_mimetype() == mime
                assert made.size == (row.width, row.height) == (row.width, round(row.width * 1000 / 1700))
    before = set(image.renditions.values_list("pk", flat=True))
    renditions.make_renditions.call(image.pk)
    assert set(image.renditions.values_list("pk", flat=True)) == before


def test_wagtail_finds_ours_by_its_own_lookup() -> None:
    image = pictures.image()
    work()
    ours = image.renditions.get(filter_spec="width-400|format-webp")
    assert CmsImage.objects.get(pk=image.pk).get_rendition("width-400|format-webp") == ours


@pytest.mark.parametrize("width", [1, 120, 399])
def test_a_small_picture_is_never_enlarged(width: int) -> None:
    image = pictures.image(pictures.jpeg(width, 90))
    work()
    assert [[row.width for row in rows] for rows in shown(image).values()] == [[width]] * 3


def test_a_transparent_picture_gets_png_and_keeps_its_transparency() -> None:
    image = pictures.image(pictures.png(transparent=True), "logo.png")
    work()
    found = shown(image)
    assert list(found) == ["image/avif", "image/webp", "image/png"]
    for rows in found.values():
        with Image.open(rows[0].file.path) as made:
            lowest, highest = made.convert("RGBA").getchannel("A").getextrema()
            assert lowest < 10
            assert highest > 245


def test_a_drawing_gets_pictures_and_is_passed_on_itself(client: Client) -> None:
    image = pictures.image(vectors.draw(pictures.SVG).svg, "logo.svg")
    work()
    answer = client.get(f"/api/v2/images/{image.pk}/").json()
    assert answer["ready"]
    assert (answer["width"], answer["height"]) == (1600, 800)
    assert [source["type"] for source in answer["sources"]] == ["image/avif", "image/webp", "image/png"]
    assert answer["placeholder"]["url"].startswith("data:image/webp")
    assert answer["meta"]["download_url"].endswith("-1600x800.png")
    with Image.open(shown(image)["image/png"][0].file.path) as made:
        left, middle, right = (made.convert("RGBA").getpixel((x, 100)) for x in (100, 250, 380))
    assert (left, middle, right[3]) == ((200, 30, 30, 255), (30, 30, 200, 255), 0)  # type: ignore[index]
    vector = answer["vector"]
    assert (vector["width"], vector["height"]) == (1600, 800)
    assert b"<path" in b"".join(client.get(vector["url"]).streaming_content)  # type: ignore[attr-defined]
    focus(image, 300, 300)
    work()
    assert client.get(f"/api/v2/images/{image.pk}/").json()["vector"] == vector
    CmsImage.objects.filter(pk=image.pk).update(file="original_images/other.svg")
    assert client.get(f"/api/v2/images/{image.pk}/").json()["vector"] is None


def test_a_drawing_that_came_uncleaned_is_passed_on_cleaned() -> None:
    sized = pictures.SVG.replace(b"<svg", b'<svg width="1600" height="800"').replace(b"</svg>", b"<script/></svg>")
    image = pictures.image(sized, "logo.svg")
    work()
    assert b"script" not in image.renditions.get(filter_spec=renditions.VECTOR).file.read()


def test_an_opaque_png_gets_jpeg() -> None:
    image = pictures.image(pictures.png(), "opaque.png")
    work()
    assert list(shown(image)) == ["image/avif", "image/webp", "image/jpeg"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cmyk.jpg", pictures.jpeg(mode="CMYK")),
        ("grey.jpg", pictures.jpeg(mode="L")),
        ("deep.png", pictures.written(Image.new("I;16", (500, 400), 30000), "PNG")),
        ("palette.gif", pictures.written(pictures.draw().quantize(16), "GIF")),
        ("modern.avif", pictures.written(pictures.draw(), "AVIF")),
        ("modern.webp", pictures.written(pictures.draw(), "WEBP")),
        ("phone.jpg", pictures.written(pictures.draw(), "MPO", save_all=True, append_images=[pictures.draw(320, 240)])),
        ("profile.jpg", pictures.jpeg(icc_profile=b"not a colour profile")),
    ],
)
def test_every_kind_of_picture(name: str, content: bytes) -> None:
    image = pictures.image(content, name)
    work()
    found = shown(image)
    assert len(found) == 3
    for rows in found.values():
        with Image.open(rows[0].file.path) as made:
            assert made.mode == "RGB"
            left, right = made.getpixel((20, 50)), made.getpixel((380, 50))
    if name == "deep.png":
        assert 100 < left[0] < 130  # type: ignore[index]
    elif name != "grey.jpg":
        assert left[0] > left[2] + 60  # type: ignore[index]
        assert right[2] > right[0] + 60  # type: ignore[index]


def test_a_wide_gamut_is_brought_to_srgb() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    image = pictures.image(pictures.jpeg(icc_profile=lab), "wide.jpg")
    work()
    for rows in shown(image).values():
        with Image.open(rows[0].file.path) as made:
            assert "icc_profile" not in made.info


def test_a_picture_taken_upright_stands_upright_and_tells_no_place() -> None:
    image = pictures.image(pictures.camera_jpeg(1000, 600, orientation=6))
    assert (image.width, image.height) == (600, 1000)
    work()
    for rows in shown(image).values():
        assert [(row.width, row.height) for row in rows] == [(400, 667)]
        with Image.open(rows[0].file.path) as made:
            assert made.size == (400, 667)
            top, bottom = made.getpixel((200, 40)), made.getpixel((200, 630))
            assert top[0] > top[2]  # type: ignore[index]
            assert bottom[2] > bottom[0]  # type: ignore[index]
            assert not made.getexif()
            assert not {"exif", "xmp", "icc_profile"} & made.info.keys()
        content = rows[0].file.read()
        assert b"Exif" not in content
        assert b"Somebody" not in content


def test_no_file_that_the_api_names_tells_where_a_picture_was_taken(client: Client) -> None:
    source = pictures.camera_jpeg(1400, 2000, orientation=6)
    with Image.open(io.BytesIO(source)) as original:
        assert original.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    image = pictures.image(source)
    work()
    answer = client.get(f"/api/v2/images/{image.pk}/").content.decode()
    addresses = set(re.findall(r"http://localhost:8000(/(?!api/)[^\"]+)", answer))
    assert len(addresses) == image.renditions.count() >= 20
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
        assert not any(word in content for word in (b"Exif", b"Somebody", b"http://ns.adobe.com")), address
        with Image.open(io.BytesIO(content)) as made:
            assert not made.getexif()
            assert not {"exif", "xmp", "comment"} & made.info.keys()
    assert image.file.url not in addresses
    assert client.get(image.file.url).status_code == 404
    inlined = re.findall(r"data:image/\w+;base64,([A-Za-z0-9+/=]+)", answer)
    assert inlined
    for text in inlined:
        with Image.open(io.BytesIO(base64.b64decode(text))) as made:
            assert not made.getexif()


@pytest.mark.parametrize("route", ["save", "update_fields"])
def test_a_new_file_is_not_ready_until_it_is_rendered(route: str) -> None:
    image = pictures.image()
    work()
    old = [row.file.name for rows in shown(image).values() for row in rows]
    image = CmsImage.objects.get(pk=image.pk)
    image.file = ImageFile(io.BytesIO(pictures.png(900, 500, transparent=True)), "other.png")
    image.save(**({"update_fields": ["file"]} if route == "update_fields" else {}))
    assert shown(image) == {}
    assert queued() == [image.pk]
    assert not image.renditions.exists()
    work()
    new = shown(image)
    assert list(new) == ["image/avif", "image/webp", "image/png"]
    assert not {row.file.name for rows in new.values() for row in rows} & set(old)
    assert CmsImage.objects.get(pk=image.pk).width == 900


def test_a_file_changed_behind_our_back_is_not_ready_either() -> None:
    image = pictures.image()
    work()
    other = pictures.image(pictures.jpeg(500, 500), "other.jpg")
    CmsImage.objects.filter(pk=image.pk).update(file=other.file.name)
    assert shown(image) == {}


def test_the_same_name_with_another_content_is_not_taken_for_the_old(media_root: Path) -> None:
    image = pictures.image(name="same.jpg")
    stale = CmsImage.objects.get(pk=image.pk)
    CmsImage.objects.filter(pk=image.pk).update(file_hash="0" * 40)
    assert renditions.make(stale) == RenditionState.WAITING
    assert shown(image) == {}
    assert not image.renditions.exists()
    assert [path for path in media_root.rglob("renditions/**/*") if path.is_file()] == []


def test_every_profile_has_its_sizes_and_formats() -> None:
    image = pictures.image(pictures.jpeg(2000, 1500))
    assert not is_ready(image)
    work()
    assert is_ready(image)
    sizes = {
        name: {mime: [(row.width, row.height) for row in rows] for mime, rows in files.items()}
        for name, files in found(image).items()
    }
    three = {"image/avif", "image/webp", "image/jpeg"}
    expected = {
        "inline": (three, [(400, 300), (800, 600), (1200, 900), (1600, 1200)]),
        "card": (three, [(400, 267), (800, 533)]),
        "hero": (three, [(800, 400), (1600, 800)]),
        "share": ({"image/jpeg"}, [(1200, 630)]),
    }
    assert sizes == {name: dict.fromkeys(formats, own) for name, (formats, own) in expected.items()}
    for files in found(image).values():
        for mime, rows in files.items():
            for row in rows:
                with Image.open(row.file.path) as made:
                    assert made.get_format_mimetype() == mime
                    assert made.size == (row.width, row.height)
    assert image.renditions.count() == 25


def test_a_small_picture_is_cut_and_not_enlarged() -> None:
    image = pictures.image(pictures.jpeg(300, 300))
    work()
    last = {name: next(iter(files.values()))[-1] for name, files in found(image).items()}
    assert {name: (row.width, row.height) for name, row in last.items()} == {
        "inline": (300, 300),
        "card": (300, 200),
        "hero": (300, 150),
        "share": (300, 158),
    }
    dot = pictures.image(pictures.jpeg(1, 1), "dot.jpg")
    work()
    assert is_ready(dot)


def colours(image: CmsImage, profile: str) -> tuple[bool, bool]:
    """Whether the left and the right edge of a profile's smallest JPEG are rather red than blue."""
    row = found(image)[profile]["image/jpeg"][0]
    with Image.open(row.file.path) as made:
        left, right = made.getpixel((5, 50)), made.getpixel((made.width - 5, 50))
    return left[0] > left[2], right[0] > right[2]  # type: ignore[index]


def test_cuts_are_around_the_focal_point_and_made_anew_when_it_moves() -> None:
    image = pictures.image(pictures.jpeg(4000, 1000))  # red on the left, blue on the right
    work()
    assert [colours(image, name) for name in ("inline", "card", "hero", "share")] == [(True, False)] * 4
    crop = CmsImage.objects.get(pk=image.pk).get_rendition("fill-100x100")
    whole, cuts = shown(image), found(image)["card"]
    log = Log()
    focus(image, 500, 500)
    assert not Rendition.objects.filter(pk=crop.pk).exists(), "Wagtail's own"
    assert not is_ready(image)
    assert found(image)["card"] == cuts, "stand in until the new ones are there"
    assert ("update", "cms.cmsimage", image.pk) in log.new()
    assert queued() == [image.pk]
    work()
    assert is_ready(image)
    assert log.new() == [("update", "cms.cmsimage", image.pk)]
    assert [colours(image, name) for name in ("inline", "card", "hero", "share")] == [(True, False)] + [
        (True, True)
    ] * 3
    assert shown(image) == whole, "the whole picture knows no focal point"
    assert not {row.file.name for rows in cuts.values() for row in rows} & set(
        image.renditions.values_list("file", flat=True)
    )
    assert image.renditions.count() == 25
    focus(image, 3900, 10)
    work()
    assert colours(image, "card") == (False, False)


def test_a_point_that_moves_while_cuts_are_made_is_left_to_its_own_task() -> None:
    image = pictures.image()
    work()
    stale = CmsImage.objects.get(pk=image.pk)
    focus(image, 10, 10)
    assert renditions.make(stale) == RenditionState.WAITING
    assert not is_ready(image)
    DBTaskResult.objects.all().delete()
    assert renditions.enqueue_forgotten() == 1
    work()
    assert is_ready(image)


def test_sharing_is_opaque() -> None:
    image = pictures.image(pictures.png(1300, 700, transparent=True), "logo.png")
    work()
    assert list(found(image)["share"]) == ["image/jpeg"]
    assert list(found(image)["card"]) == ["image/avif", "image/webp", "image/png"]
    with Image.open(found(image)["share"]["image/jpeg"][0].file.path) as made:
        assert made.size == (1200, 630)
        assert min(made.getpixel((600, 3))) > 240, "white shows through at the top"  # type: ignore[type-var,arg-type]


def test_a_placeholder_is_small_and_looks_like_the_picture() -> None:
    image, logo = pictures.image(), pictures.image(pictures.png(transparent=True), "logo.png")
    work()
    image = CmsImage.objects.get(pk=image.pk)
    red, green, blue = (int(image.color[place : place + 2], 16) for place in (1, 3, 5))
    assert abs(red - blue) < 20
    assert green < red
    head, data = image.placeholder.split(",")
    assert head == "data:image/webp;base64"
    assert len(image.placeholder) < 400
    with Image.open(io.BytesIO(base64.b64decode(data))) as tiny:
        assert tiny.size == (16, 12)
        left, right = tiny.convert("RGB").getpixel((1, 6)), tiny.convert("RGB").getpixel((14, 6))
        assert left[0] > left[2] + 60  # type: ignore[index]
        assert right[2] > right[0] + 60  # type: ignore[index]
    logo = CmsImage.objects.get(pk=logo.pk)
    assert logo.color == ""
    assert len(logo.placeholder) < 700


def test_saving_anything_else_makes_nothing() -> None:
    image = pictures.image()
    work()
    image = CmsImage.objects.get(pk=image.pk)
    image.title = "Another title"
    image.save()
    assert shown(image)
    assert queued() == []


def test_a_save_that_is_rolled_back_queues_nothing() -> None:
    with transaction.atomic():
        pictures.image()
        assert len(queued()) == 1
        transaction.set_rollback(True)
    assert queued() == []


def test_readiness_is_in_the_change_log_and_its_bookkeeping_is_not() -> None:
    image = pictures.image()
    log = Log()
    CmsImage.objects.filter(pk=image.pk).update(rendition_state=RenditionState.WORKING)
    assert log.new() == []
    work()
    assert log.new() == [("update", "cms.cmsimage", image.pk)]
    renditions.make(CmsImage.objects.get(pk=image.pk))
    assert log.new() == [("update", "cms.cmsimage", image.pk)], "the files have new addresses"


def test_a_damaged_file_fails_once_and_stops_nobody() -> None:
    damaged, sound = pictures.image(), pictures.image()
    with open(damaged.file.path, "r+b") as file:
        file.truncate(500)
    work()
    assert CmsImage.objects.get(pk=damaged.pk).rendition_state == RenditionState.FAILED
    assert shown(damaged) == {}
    assert shown(sound)
    assert renditions.enqueue_forgotten() == 0
    assert queued() == []


def test_images_without_a_task_are_found() -> None:
    image = pictures.image()
    DBTaskResult.objects.all().delete()
    assert renditions.enqueue_forgotten() == 1
    assert renditions.enqueue_forgotten() == 0  # their task waits
    work()
    assert shown(image)
    assert renditions.enqueue_forgotten() == 0


def test_an_image_that_killed_its_worker_has_failed() -> None:
    image = pictures.image()
    DBTaskResult.objects.all().delete()
    CmsImage.objects.update(rendition_state=RenditionState.WORKING)
    assert renditions.enqueue_forgotten() == 0
    assert CmsImage.objects.get(pk=image.pk).rendition_state == RenditionState.FAILED


def test_a_task_of_a_deleted_image_does_nothing() -> None:
    image = pictures.image()
    image.delete()
    work()
    assert not Rendition.objects.exists()


class TestCommand:
    def run(self, *arguments: str) -> str:
        out = io.StringIO()
        call_command("make_renditions", *arguments, stdout=out)
        return out.getvalue()

    def test_repairs_what_is_missing(self) -> None:
        complete, without_row, without_file = (pictures.image(title=title) for title in ("One", "Two", "Three"))
        work()
        without_row.renditions.filter(filter_spec="width-400|format-avif").delete()
        lost = without_file.renditions.get(filter_spec="width-400|format-webp").file
        lost.storage.delete(lost.name)
        new = pictures.image(title="Four")
        assert self.run().splitlines() == [
            f"{without_row.pk} Two: ready",
            f"{without_file.pk} Three: ready",
            f"{new.pk} Four: ready",
            "3 made, 1 already complete, 0 replaced meanwhile, 0 failed.",
        ]
        for image in (complete, without_row, without_file, new):
            assert all(row.file.storage.exists(row.file.name) for rows in shown(image).values() for row in rows)
        assert self.run() == "0 made, 4 already complete, 0 replaced meanwhile, 0 failed.\n"

    def test_all_makes_new_files(self) -> None:
        image = pictures.image()
        work()
        before = set(image.renditions.values_list("file", flat=True))
        assert "1 made, 0 already complete" in self.run("--all")
        assert not before & set(image.renditions.values_list("file", flat=True))

    def test_removes_what_a_killed_process_left(self, media_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        image = pictures.image()
        work()

        def killed(*arguments: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(Storage, "delete", killed)  # and whatever would have tidied up with it
        monkeypatch.setattr(Rendition.objects, "bulk_create", killed)
        with pytest.raises(KeyboardInterrupt):
            renditions.make(image)
        monkeypatch.undo()
        before = set((media_root / "renditions").rglob("*.*"))
        assert "removed" not in self.run(), "they may be a process's that is at work"
        for path in before:
            os.utime(path, (0, 0))
        needed = {media_root / name for name in image.renditions.values_list("file", flat=True)}
        assert f"{len(before - needed)} files removed" in self.run()
        assert {path for path in (media_root / "renditions").rglob("*") if path.is_file()} == needed
        assert len(list((media_root / "renditions").iterdir())) == 1, "the empty folder, too"
        assert "removed" not in self.run()

    def test_names_what_cannot_be_read_and_goes_on(self) -> None:
        damaged, sound = pictures.image(title="Broken"), pictures.image()
        damaged.file.storage.delete(damaged.file.name)
        out = io.StringIO()
        with pytest.raises(CommandError, match="replace their files"):
            call_command("make_renditions", stdout=out)
        assert f"{damaged.pk} Broken: failed" in out.getvalue()
        assert shown(sound)


def test_the_api_waits_for_readiness_and_never_shows_the_original(client: Any) -> None:
    image = pictures.image(pictures.png(transparent=True), "secret name.png")
    url = f"/api/v2/images/{image.pk}/"
    answer = client.get(url).json()
    assert (answer["ready"], answer["sources"], answer["placeholder"]) == (False, [], None)
    assert answer["profiles"]["card"] == {"width": 400, "height": 267, "sources": []}
    assert (answer["width"], answer["height"]) == (640, 480)
    assert answer["meta"]["download_url"] is None
    work()
    response = client.get(url)
    answer = response.json()
    assert answer["ready"]
    assert answer["profiles"]["inline"]["sources"] == answer["sources"]
    assert answer["profiles"]["share"]["sources"][0]["type"] == "image/jpeg"
    assert answer["profiles"]["hero"]["sources"][0]["srcset"][0]["width"] == 640
    assert answer["placeholder"]["color"] is None
    assert [source["type"] for source in answer["sources"]] == ["image/avif", "image/webp", "image/png"]
    assert answer["meta"]["download_url"] == answer["sources"][-1]["srcset"][-1]["url"]
    assert b"original_images" not in response.content
    listed = client.get("/api/v2/images/")
    assert b"original_images" not in listed.content
