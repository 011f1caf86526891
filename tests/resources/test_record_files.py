"""Files of records: who gets them, what is read in them, and that closing one leaves nothing behind."""

import datetime
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from PIL import Image
from wagtail.models import Collection, CollectionViewRestriction, Page

from cms import changes, roles
from cms.media import CmsDocument
from cms.models import User
from resources import extraction, read_pdf
from resources.extraction import read, read_file
from resources.files import (
    FileText,
    Outcome,
    RecordFile,
    RecordFileAccess,
    close_what_is_withdrawn,
    open_texts,
    open_what_is_due,
)
from resources.models import Record
from tests.admin import administrator
from tests.api.following import index_references
from tests.factories import pdfs
from tests.factories import resources as make
from tests.factories.pages import home_page, standard_page

TEXT = "Un texte assez long pour ne pas passer pour un tampon."
pytestmark = pytest.mark.django_db


def document(content: bytes = b"", name: str = "etude.pdf", **fields: Any) -> CmsDocument:
    file = ContentFile(content or pdfs.pdf(TEXT, "Page deux"), name)
    return CmsDocument.objects.create(title="Étude", file=file, **fields)


def with_file(access: str = "open", found: CmsDocument | None = None, **fields: Any) -> Record:
    record = make.record()
    return publish(record, access, found or document(), **fields)


def publish(record: Record, access: str, found: CmsDocument | None, **fields: Any) -> Record:
    record.files = [RecordFile(document=found, access=access, **fields)]
    record.save_revision().publish()
    return Record.objects.get(pk=record.pk)


def work() -> None:
    """What the worker does."""
    waiting = DBTaskResult.objects.filter(task_path=read_file.module_path)
    for task in waiting:
        read_file.func(*task.args_kwargs["args"])
    waiting.delete()


def shown(client: Client, record: Record) -> Any:
    [file] = client.get(f"/api/v2/records/{record.code}/").json()["files"]
    return file


def path_of(tmp_path: Path, content: bytes, name: str = "a.pdf") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_text_is_read_by_page_with_a_picture_of_the_first(tmp_path: Path) -> None:
    found = read(path_of(tmp_path, pdfs.pdf(TEXT, "Page deux")))
    assert (found.outcome, found.pages) == (Outcome.EXTRACTED, [TEXT, "Page deux"])
    picture = Image.open(io.BytesIO(found.thumbnail))
    assert picture.format == "WEBP"
    assert picture.width <= read_pdf.WIDTH


@pytest.mark.parametrize(
    ("content", "name", "outcome"),
    [
        (pdfs.scan(), "a.pdf", Outcome.NO_TEXT),
        (pdfs.pdf(TEXT, encrypt=True), "a.pdf", Outcome.ENCRYPTED),
        (b"%PDF-1.4 nothing more", "a.pdf", Outcome.BROKEN),
        (b"", "a.pdf", Outcome.BROKEN),
        (b"text", "a.odt", Outcome.NOT_READ),
    ],
)
def test_every_other_end_has_a_name(tmp_path: Path, content: bytes, name: str, outcome: Outcome) -> None:
    assert read(path_of(tmp_path, content, name)).outcome == outcome


def test_what_takes_too_long_or_is_too_large_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = path_of(tmp_path, pdfs.pdf(TEXT))
    assert read(path, seconds=0.001).outcome == Outcome.TOO_LONG
    monkeypatch.setattr(extraction, "MOST_BYTES", 10)
    assert read(path).outcome == Outcome.TOO_LARGE


@pytest.mark.parametrize(
    ("deed", "outcome"),
    [
        ("exec('while True: pass')", Outcome.TOO_LONG),
        ("list(range(10**9))", Outcome.TOO_LARGE),
        ("__import__('sys').stdout.write('x' * 10**6)", Outcome.TOO_LARGE),
        ("__import__('os').abort()", Outcome.BROKEN),
        ("raise ValueError", Outcome.BROKEN),
    ],
)
def test_a_reader_that_runs_wild_meets_its_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deed: str, outcome: Outcome
) -> None:
    source = Path(read_pdf.__file__).read_text(encoding="utf-8")
    for small in (
        ("SECONDS = 60", "SECONDS = 1"),
        ("OUTPUT = 64 * 1024**2", "OUTPUT = 1000"),
        ("1024**3", "2 * 1024**2 * 99"),
    ):
        assert small[0] in source
        source = source.replace(*small)
    program = tmp_path / "reader.py"
    program.write_text(source.replace("json.dump(read(sys.argv[1]), sys.stdout)", deed), encoding="utf-8")
    monkeypatch.setattr(read_pdf, "__file__", str(program))
    assert read(path_of(tmp_path, pdfs.pdf(TEXT))).outcome == outcome


def test_an_open_file_is_read_and_shown(client: Client) -> None:
    record = with_file()
    before = changes.content_version("records")
    work()
    assert changes.content_version("records") > before
    file = shown(client, record)
    assert (file["access"]["code"], file["pages"]) == ("open", 2)
    assert client.get(file["document"]["url"]).status_code == 200
    picture = client.get(file["thumbnail"])
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/webp")
    [text] = open_texts([record.pk], ())[record.pk]
    assert text.pages == [TEXT, "Page deux"]


@pytest.mark.parametrize(
    ("access", "fields"),
    [
        ("members", {}),
        ("offline", {}),
        ("paper", {}),
        ("open", {"open_from": timezone.localdate() + datetime.timedelta(days=2)}),
    ],
)
def test_closing_a_file_leaves_nothing_of_it(client: Client, access: str, fields: dict[str, Any]) -> None:
    record = with_file()
    work()
    before = shown(client, record)
    found = CmsDocument.objects.get()
    publish(record, access, found, **fields)
    assert not FileText.objects.exists()
    assert open_texts([record.pk], ()) == {}
    after = shown(client, record)
    assert (after["document"], after["thumbnail"], after["pages"]) == (None, None, None)
    assert client.get(before["document"]["url"]).status_code == (403 if access == "members" else 404)
    assert client.get(before["thumbnail"]).status_code == 404
    assert client.get("/api/v2/documents/").json()["items"] == []
    work()
    assert not FileText.objects.exists(), "a reading that was under way keeps nothing"


def test_what_is_closed_is_for_its_keepers_and_members_files_for_accounts(client: Client) -> None:
    closed, members = with_file("offline"), with_file("members", document(name="b.pdf"))
    user = User.objects.create_user("somebody", password="x")
    client.force_login(user)
    addresses = [record.files.get().document.url for record in (closed, members)]
    assert [client.get(address).status_code for address in addresses] == [404, 200]
    user.groups.add(Group.objects.get(name=roles.DOCUMENTALISTS))
    assert [client.get(address).status_code for address in addresses] == [200, 200]


def test_a_file_opens_again_and_an_embargo_ends(client: Client) -> None:
    record = with_file("offline")
    found = CmsDocument.objects.get()
    publish(record, "open", found, open_from=timezone.localdate() + datetime.timedelta(days=1))
    assert open_what_is_due() == 0
    RecordFile.objects.update(open_from=timezone.localdate())
    assert open_what_is_due() == 1
    work()
    assert shown(client, record)["pages"] == 2


def test_of_several_records_the_most_closed_decides(client: Client) -> None:
    found = document()
    with_file("open", found)
    record = with_file("members", found)
    assert client.get(found.url).status_code == 403
    publish(record, "open", found)
    assert client.get(found.url).status_code == 200


def test_a_file_that_is_none_is_not_read_again(client: Client) -> None:
    administrator(client)
    address = reverse("record_files", args=[with_file().pk])
    assert [client.post(address, {"document": sent}).status_code for sent in ("x", "", "²", "0")] == [404] * 4


def test_a_thumbnail_ends_with_its_record(client: Client) -> None:
    record = with_file()
    work()
    address = shown(client, record)["thumbnail"]
    record.unpublish()
    assert client.get(address).status_code == 404


def test_a_thumbnail_ends_where_its_file_is_put_into_a_private_collection(client: Client) -> None:
    record = with_file()
    work()
    address = shown(client, record)["thumbnail"]
    private = Collection.get_first_root_node().add_child(name="Privé")
    CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
    CmsDocument.objects.update(collection=private)
    assert client.get(address).status_code == 404


def test_another_file_is_read_in_turn() -> None:
    record = with_file()
    work()
    found = CmsDocument.objects.get()
    found.file.save("neuf.pdf", ContentFile(pdfs.pdf("Un autre texte, assez long lui aussi pour être lu.")))
    assert not FileText.objects.exists()
    work()
    assert open_texts([record.pk], ())[record.pk][0].pages == ["Un autre texte, assez long lui aussi pour être lu."]


def test_a_file_on_paper_needs_none_and_an_open_one_does() -> None:
    record = make.record()
    publish(record, "paper", None)
    with pytest.raises(ValidationError) as refused:
        publish(record, "open", None)
    assert set(refused.value.message_dict) == {"files"}


def test_editors_see_how_reading_ended_and_have_it_tried_again(client: Client) -> None:
    administrator(client)
    record = with_file(found=document(pdfs.scan()))
    edit = reverse(Record.snippet_viewset.get_url_name("edit"), args=[record.pk])
    address = reverse("record_files", args=[record.pk])
    assert "en attente" in client.get(edit).content.decode()
    work()
    assert "numérisées" in client.get(edit).content.decode()
    assert "numérisées" in client.get(address).content.decode()
    assert client.post(address, {"document": CmsDocument.objects.get().pk}).status_code == 302
    assert DBTaskResult.objects.filter(task_path=read_file.module_path).exists()
    assert client.post(address, {"document": "99999"}).status_code == 404
    assert RecordFileAccess.OPEN in {row.access_now for row in record.files.all()}


def test_only_who_may_change_records_has_files_read_again(client: Client) -> None:
    record = with_file()
    user = User.objects.create_user("somebody", password="x")
    user.groups.add(Group.objects.get(name=roles.TRANSLATORS))
    client.force_login(user)
    answer = client.post(reverse("record_files", args=[record.pk]), {"document": "1"})
    assert answer.status_code in {302, 403}
    assert DBTaskResult.objects.filter(task_path=read_file.module_path).count() == 1


def test_a_draft_closes_a_file_and_opens_none(client: Client) -> None:
    closed = with_file("offline").files.get().document
    Record.objects.all().delete()
    draft = make.record()
    Record.objects.update(live=False)
    draft.refresh_from_db()
    draft.files = [RecordFile(document=closed, access="open")]
    draft.save()
    assert client.get(closed.url).status_code == 404
    draft.save_revision().publish()
    assert client.get(closed.url).status_code == 200
    another = document(name="b.pdf")
    draft.files = [RecordFile(document=another, access="offline")]
    draft.live = False
    draft.save()
    assert client.get(another.url).status_code == 404


@pytest.mark.parametrize("access", ["open", "members"])
def test_a_file_ends_with_its_record_and_comes_back_with_it(client: Client, access: str) -> None:
    record = with_file(access)
    work()
    found = CmsDocument.objects.get()
    client.force_login(User.objects.create_user("somebody", password="x"))
    assert client.get(found.url).status_code == 200
    record.unpublish()
    assert client.get(found.url).status_code == 404
    assert client.get("/api/v2/documents/").json()["items"] == []
    assert not FileText.objects.exists()
    record.get_latest_revision().publish()
    assert client.get(found.url).status_code == 200
    Record.objects.all().delete()
    assert client.get(found.url).status_code == 404


def test_a_file_goes_back_to_the_collection_that_it_came_from(client: Client) -> None:
    root = Collection.get_first_root_node()
    private = root.add_child(name="Minutes")
    CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
    for collection in (root.add_child(name="Atlas"), private):
        record = with_file("open", document(collection=collection))
        found = record.files.get().document
        publish(record, "members", found)
        record.unpublish()
        assert client.get(found.url).status_code == 404
        publish(record, "open", found)
        found.refresh_from_db()
        assert found.collection == collection
        assert client.get(found.url).status_code == (403 if collection == private else 200)


def test_the_file_of_a_draft_is_not_there(client: Client) -> None:
    draft = make.record()
    draft.live, draft.files = False, [RecordFile(document=document(), access="open")]
    draft.save()
    assert client.get(CmsDocument.objects.get().url).status_code == 404


def test_a_file_stays_while_another_record_or_a_public_page_shows_it(client: Client) -> None:
    found = document()
    first, second = with_file("open", found), with_file("open", found)
    link = f'<p><a linktype="document" id="{found.pk}">x</a></p>'
    body = json.dumps([{"type": "paragraph", "value": link, "id": "1"}])
    page = standard_page(home_page("fr"), "Étude", slug="etude", body=body)
    index_references()
    first.unpublish()
    assert client.get(found.url).status_code == 200, "the other record"
    second.unpublish()
    assert client.get(found.url).status_code == 200, "the page"
    assert close_what_is_withdrawn() == 1
    assert client.get(found.url).status_code == 200
    Page.objects.get(pk=page.pk).unpublish()
    assert close_what_is_withdrawn() == 1
    assert client.get(found.url).status_code == 404
    assert close_what_is_withdrawn() == 0
