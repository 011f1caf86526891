"""Who gets which file: renditions are for everyone, members' documents for members, originals for editors."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection, CollectionViewRestriction

from cms import renditions, vectors
from cms.media import CmsImage
from tests.factories import documents, pictures
from tests.factories.pages import home_page, standard_page

pytestmark = pytest.mark.django_db


def account(name: str, *, editor: bool = False, group: Group | None = None) -> Client:
    user = get_user_model()._default_manager.create_user(name, password="x")
    if editor:
        user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    if group:
        user.groups.add(group)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def members() -> Group:
    return Group.objects.create(name="Members of the test")


@pytest.fixture
def private(members: Group) -> Collection:
    """A collection below one that only a group may see."""
    outer = Collection.get_first_root_node().add_child(name="Members")
    restriction = CollectionViewRestriction.objects.create(collection=outer, restriction_type="groups")
    restriction.groups.add(members)
    return outer.add_child(name="Minutes")


def content(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def ready_image(**fields: Any) -> CmsImage:
    image = pictures.image(pictures.camera_jpeg(), **fields)
    renditions.make(image)
    return CmsImage.objects.get(pk=image.pk)


class TestImages:
    def test_renditions_are_public_and_kept_for_a_year(self, client: Client) -> None:
        image = ready_image()
        for row in image.renditions.all():
            response = client.get(row.url)
            assert response.status_code == 200
            assert response["Content-Type"] == f"image/{row.filter_spec.rpartition('-')[2]}"
            assert response["Cache-Control"] == "public, max-age=31536000, immutable"
            assert response["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in response["Content-Security-Policy"]
            assert not response.cookies
            assert content(response) == row.file.read()
            modified = response["Last-Modified"]
            assert client.get(row.url, headers={"If-Modified-Since": modified}).status_code == 304
            assert client.head(row.url).status_code == 200
            assert client.post(row.url).status_code == 405

    def test_a_drawing_can_do_nothing_and_its_thumbnail_is_for_editors(self, client: Client) -> None:
        image = pictures.image(vectors.draw(pictures.SVG).svg, "logo.svg")
        renditions.make(image)
        thumbnail = image.get_rendition("max-165x165").url
        public = image.renditions.get(filter_spec=renditions.VECTOR).url
        editor = account("editor", editor=True)
        for reader, url in ((client, public), (editor, thumbnail), (editor, image.file.url)):
            response = reader.get(url)
            assert response["Content-Type"] == "image/svg+xml"
            assert response["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
            assert response["X-Content-Type-Options"] == "nosniff"
        assert client.get(thumbnail).status_code == client.get(image.file.url).status_code == 404

    def test_the_address_of_a_rendition_cannot_be_guessed(self) -> None:
        one, other = ready_image(), ready_image()
        folders = {row.file.name.split("/")[1] for image in (one, other) for row in image.renditions.all()}
        assert sorted(map(len, folders)) == [20, 20]

    def test_originals_and_thumbnails_are_for_editors(self, client: Client) -> None:
        image = ready_image()
        urls = [image.file.url, image.get_rendition("max-165x165").url]
        reader, editor = account("reader"), account("editor", editor=True)
        for url in urls:
            assert client.get(url).status_code == 404
            assert reader.get(url).status_code == 404
            response = editor.get(url)
            assert response.status_code == 200
            assert response["Cache-Control"] == "private, no-cache"
            assert "Cookie" in response["Vary"]

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "renditions/",
            "renditions/../original_images/picture.jpg",
            "renditions/%2e%2e/original_images/picture.jpg",
            "renditions/..%2foriginal_images/picture.jpg",
            "renditions//original_images/picture.jpg",
            "renditions/a%00.jpg",
            "renditions/page.html",
            "/etc/passwd",
            "documents/report.pdf",
            "uploaded_files/picture.jpg",
        ],
    )
    def test_nothing_else_is_found(self, client: Client, media_root: Any, path: str) -> None:
        ready_image()
        documents.document()
        (media_root / "renditions" / "page.html").write_text("<script>alert(1)</script>")
        assert client.get(f"/media/{path}").status_code == 404
        if "original" not in path:
            assert account("editor", editor=True).get(f"/media/{path}").status_code == 404

    def test_an_image_of_a_private_collection_is_nowhere_in_the_api(self, client: Client, private: Collection) -> None:
        image = ready_image(collection=private)
        shown = ready_image(title="Shown")
        assert client.get(f"/api/v2/images/{image.pk}/").status_code == 404
        answer = client.get("/api/v2/images/").json()
        assert [item["id"] for item in answer["items"]] == [shown.pk]
        assert answer["meta"]["total_count"] == 1


class TestDocuments:
    def test_a_public_document_is_served_inertly(self, client: Client) -> None:
        for name, body in documents.BY_NAME.items():
            document = documents.document(body, name)
            response = client.get(document.url)
            assert response.status_code == 200
            assert content(response) == body
            assert response["X-Content-Type-Options"] == "nosniff"
            assert response["Content-Security-Policy"].startswith("default-src 'none'")
            assert response["Cache-Control"] == "public, no-cache"
            assert "Content-Encoding" not in response
            if name.endswith(".pdf"):
                assert response["Content-Type"] == "application/pdf"
                assert "attachment" not in response.get("Content-Disposition", "")
            else:
                assert response["Content-Disposition"].startswith("attachment")
                assert "sandbox" in response["Content-Security-Policy"]
                assert not response["Content-Type"].startswith("text/html")
            assert client.get(document.url, headers={"If-None-Match": response["ETag"]}).status_code == 304

    def test_html_that_code_stored_does_not_run(self, client: Client) -> None:
        document = documents.document(b"<script>alert(1)</script>", "page.html")
        response = client.get(document.url)
        assert response["Content-Disposition"].startswith("attachment")
        assert "sandbox" in response["Content-Security-Policy"]

    def test_a_members_file_is_for_members(self, client: Client, private: Collection, members: Group) -> None:
        document = documents.document(collection=private)
        for other in (client, account("stranger"), account("editor", editor=True)):
            response = other.get(document.url)
            assert response.status_code == 403
            assert documents.PDF not in response.content
        response = account("member", group=members).get(document.url)
        assert response.status_code == 200
        assert content(response) == documents.PDF
        assert response["Cache-Control"] == "private, no-store"

    def test_an_etag_opens_no_members_file(self, client: Client, private: Collection) -> None:
        document = documents.document(collection=private)
        digest = document.get_file_hash()
        assert client.get(document.url, headers={"If-None-Match": f'"{digest}"'}).status_code == 403

    def test_a_members_file_has_no_other_address(self, private: Collection) -> None:
        document = documents.document(collection=private)
        editor = account("editor", editor=True)
        assert editor.get(document.file.url).status_code == 404
        wrong = reverse("wagtaildocs_serve", args=[document.pk, "other.pdf"])
        assert account("anybody").get(wrong).status_code == 403

    def test_login_is_enough_where_the_collection_says_so(self, client: Client) -> None:
        collection = Collection.get_first_root_node().add_child(name="Accounts")
        CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
        document = documents.document(collection=collection)
        assert client.get(document.url).status_code == 403
        assert account("anybody").get(document.url).status_code == 200

    def test_a_password_is_asked_for(self, client: Client) -> None:
        collection = Collection.get_first_root_node().add_child(name="Press")
        CollectionViewRestriction.objects.create(collection=collection, restriction_type="password", password="embargo")
        document = documents.document(collection=collection)
        response = client.get(document.url)
        assert documents.PDF not in response.content
        assert b'name="password"' in response.content
        assert "no-store" in response["Cache-Control"]

    def test_a_members_file_is_absent_from_the_api(self, client: Client, private: Collection) -> None:
        document = documents.document(collection=private, title="Minutes of the bureau")
        assert client.get(f"/api/v2/documents/{document.pk}/").status_code == 404
        assert client.get("/api/v2/documents/").json()["items"] == []
        found = client.get("/api/v2/documents/", {"search": "bureau"})
        assert found.json()["meta"]["total_count"] == 0
        assert b"report" not in found.content

    def test_moving_a_file_among_the_members_closes_it(self, client: Client, private: Collection) -> None:
        document = documents.document()
        assert client.get(document.url).status_code == 200
        document.collection = private
        document.save()
        assert client.get(document.url).status_code == 403
        assert client.get("/api/v2/documents/").json()["meta"]["total_count"] == 0

    def test_unknown_documents(self, client: Client) -> None:
        for path in ("/documents/1/report.pdf", "/documents/99999999999999999999999/a.pdf", "/documents/x/a.pdf"):
            assert client.get(path).status_code == 404


class TestInPages:
    """A page that shows what only members may see."""

    def body(self, client: Client, **blocks: Any) -> list[Any]:
        page = standard_page(
            home_page(), "Page", slug="page", body=[{"type": kind, "value": value} for kind, value in blocks.items()]
        )
        response = client.get(f"/api/v2/pages/{page.pk}/")
        assert response.status_code == 200
        assert b"original_images" not in response.content
        return [block["value"] for block in response.json()["body"]]

    def test_a_private_image_is_not_shown(self, client: Client, private: Collection) -> None:
        hidden, shown = ready_image(collection=private), ready_image()
        pictured = [{"image": image.pk, "alt": "Map", "decorative": False, "caption": "C"} for image in (hidden, shown)]
        gallery, single = self.body(client, gallery={"title": "Maps", "images": pictured}, image=pictured[0])
        assert [item["image"] and item["image"]["id"] for item in gallery["images"]] == [None, shown.pk]
        assert gallery["images"][1]["image"]["ready"]
        assert single["image"] is None

    def test_a_members_file_has_no_address(self, client: Client, private: Collection) -> None:
        hidden, shown = documents.document(collection=private), documents.document()
        listed = [{"document": document.pk, "title": ""} for document in (hidden, shown)]
        link = f'<p><a linktype="document" id="{hidden.pk}">Minutes</a></p>'
        block, paragraph = self.body(client, documents={"title": "Files", "documents": listed}, paragraph=link)
        assert [(item["access"], item["url"] is None) for item in block["documents"]] == [
            ("members", True),
            ("public", False),
        ]
        assert "href" not in paragraph
        assert 'data-access="members"' in paragraph
