"""Every route of a change leaves its row in the change log, and saving a draft leaves none."""

import datetime

import pytest
from django.core.files.images import ImageFile
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from PIL import Image as PillowImage
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Collection, CollectionViewRestriction, Locale, Page, PageViewRestriction, Site

from cms import changes
from cms.facts import Office, OfficeName
from cms.media import CmsImage
from cms.translation.models import TranslationStatus
from home.models import NavigationEntry, NavigationLabel, SiteSettings, StandardPage
from tests.changelog import Log

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
PAGE = "wagtailcore.page"
OFFICE = "cms.office"


def make_page(parent: Page, slug: str, live: bool = True) -> Page:
    return parent.add_child(instance=Page(title=slug.title(), slug=slug, live=live))


@pytest.fixture
def home() -> Page:
    return make_page(Page.get_first_root_node(), "start")


def test_draft_leaves_the_content_version_alone(home: Page, log: Log) -> None:
    version = changes.content_version("content")
    page = make_page(home, "draft", live=False)
    page.title = "Draft, again"
    page.save()
    page.save_revision()
    Page.objects.filter(pk=page.pk).update(title="Draft, in bulk")
    home.title = "Start, as a draft"
    home.save_revision()
    home.locked, home.go_live_at = True, timezone.now()
    home.save(update_fields=["locked", "go_live_at"])
    page.delete()
    assert log.new() == []
    assert changes.content_version("content") == version


def test_publish_update_unpublish_delete(home: Page, log: Log) -> None:
    page = make_page(home, "page", live=False)
    page.save_revision().publish()
    assert log.new() == [("publish", PAGE, page.pk)]
    page.title = "Other"
    page.save_revision().publish()
    assert log.new() == [("publish", PAGE, page.pk)]
    page.refresh_from_db()
    page.seo_title = "Saved without a revision"
    page.save()
    assert log.new() == [("update", PAGE, page.pk)]
    page.save()
    assert log.new() == []
    Page.objects.get(pk=page.pk).unpublish()
    assert log.new() == [("unpublish", PAGE, page.pk)]
    page.save_revision().publish()
    log.new()
    Page.objects.get(pk=page.pk).delete()
    assert log.new() == [("delete", PAGE, page.pk)]


def test_schedule_publishes_and_expires(home: Page, log: Log) -> None:
    page = make_page(home, "page", live=False)
    page.go_live_at = timezone.now() + datetime.timedelta(hours=1)
    page.save_revision().publish()
    assert log.new() == []
    past = timezone.now() - datetime.timedelta(hours=1)
    page.go_live_at = past
    page.save_revision(approved_go_live_at=past)
    assert log.new() == []
    call_command("publish_scheduled")
    assert log.new() == [("publish", PAGE, page.pk)]
    Page.objects.filter(pk=page.pk).update(expire_at=past)
    assert log.new() == [("update", PAGE, page.pk)], "from then on nobody sees it"
    call_command("publish_scheduled")
    assert log.new() == [("unpublish", PAGE, page.pk)]


def test_move_and_new_slug_tell_of_live_descendants(home: Page, log: Log) -> None:
    first, second = make_page(home, "first"), make_page(home, "second")
    child = make_page(first, "child")
    make_page(first, "draft", live=False)
    log.new()
    first.move(second, pos="last-child")
    assert set(log.new()) == {("move", PAGE, first.pk), ("move", PAGE, child.pk)}
    first.refresh_from_db()
    first.slug = "renamed"
    first.save()
    assert set(log.new()) == {("move", PAGE, first.pk), ("move", PAGE, child.pk)}


def test_copy_and_alias(home: Page, log: Log) -> None:
    page = make_page(home, "page")
    log.new()
    draft = page.copy(update_attrs={"slug": "draft"}, keep_live=False)
    assert log.new() == []
    live = page.copy(update_attrs={"slug": "live"})
    assert ("publish", PAGE, live.pk) in log.new()
    alias = page.create_alias(update_slug="alias")
    assert log.new() == [("publish", PAGE, alias.pk)]
    page.title = "Other"
    page.save_revision().publish()
    assert set(log.new()) == {("publish", PAGE, page.pk), ("publish", PAGE, alias.pk)}
    assert not draft.live


def test_privacy_of_pages_and_collections(home: Page, log: Log) -> None:
    restriction = PageViewRestriction.objects.create(page=home, restriction_type="login")
    assert log.new() == [("privacy", PAGE, home.pk)]
    PageViewRestriction.objects.update(restriction_type="password", password="secret")
    assert log.new() == [("privacy", PAGE, home.pk)]
    restriction.delete()
    assert log.new() == [("privacy", PAGE, home.pk)]
    collection = Collection.get_first_root_node().add_child(name="Members")
    assert log.new() == [("create", "wagtailcore.collection", collection.pk)]
    CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
    assert log.new() == [("privacy", "wagtailcore.collection", collection.pk)]


def test_bulk_and_raw_sql(home: Page, log: Log) -> None:
    pages = [make_page(home, "one"), make_page(home, "two")]
    log.new()
    Page.objects.filter(pk__in=[page.pk for page in pages]).update(seo_title="In bulk")
    assert set(log.new()) == {("update", PAGE, page.pk) for page in pages}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wagtailcore_page SET seo_title = 'By hand: 100 %%' WHERE id = %s", [pages[0].pk])
        assert log.new() == [("update", PAGE, pages[0].pk)]
        cursor.execute("DELETE FROM wagtailcore_page WHERE id = %s", [pages[1].pk])
        assert log.new() == [("delete", PAGE, pages[1].pk)]
    made = Redirect.objects.bulk_create(
        [Redirect(old_path=f"/{number}", redirect_link="/") for number in range(3)], ignore_conflicts=False
    )
    assert {kind for kind, *_ in log.new()} == {"create"}
    Redirect.objects.bulk_create([Redirect(old_path="/0", redirect_link="/")], ignore_conflicts=True)
    assert len(made) == 3


def test_image(log: Log, tmp_path) -> None:
    PillowImage.new("RGB", (8, 8)).save(tmp_path / "a.png")
    with (tmp_path / "a.png").open("rb") as file:
        image = CmsImage.objects.create(title="A", file=ImageFile(file, name="a.png"))
    assert log.new() == [("create", "cms.cmsimage", image.pk)]
    image.get_rendition("max-4x4")
    assert log.new() == [("update", "cms.cmsimage", image.pk)]
    image.get_rendition("max-4x4")
    assert log.new() == []
    image.tags.add("map")
    assert {model for _, model, _ in log.new()} == {"taggit.tag", "taggit.taggeditem"}
    image.credit = "MOT"
    image.save()
    assert log.new() == [("update", "cms.cmsimage", image.pk)]
    key = image.pk
    image.delete()
    assert ("delete", "cms.cmsimage", key) in log.new()


def test_fact_and_its_names(log: Log) -> None:
    office = Office(code="paris", email="a@example.org", live=False)
    office.names = [OfficeName(language="fr", text="Paris")]
    office.save()
    assert log.new() == [], "a proposal is nobody's business"
    office.save_revision().publish()
    assert log.new() == [("publish", OFFICE, office.pk)]
    office.refresh_from_db()
    office.email = "b@example.org"
    office.save_revision()
    assert log.new() == [], "a draft of a live fact"
    OfficeName.objects.filter(fact=office).update(text="Lutèce")
    assert log.new() == [("update", OFFICE, office.pk)]
    OfficeName.objects.bulk_create([OfficeName(fact=office, language="en", text="Paris")])
    assert log.new() == [("update", OFFICE, office.pk)]
    OfficeName.objects.filter(language="en").delete()
    assert log.new() == [("update", OFFICE, office.pk)]
    other = Office.objects.create(code="strasbourg")
    log.new()
    OfficeName.objects.update(fact=other)
    assert set(log.new()) == {("update", OFFICE, office.pk), ("update", OFFICE, other.pk)}
    Office.objects.filter(pk=office.pk).update(code="lutece")
    assert log.new() == [("update", OFFICE, office.pk)]
    Office.objects.get(pk=office.pk).unpublish()
    assert log.new() == [("unpublish", OFFICE, office.pk)]
    Office.objects.get(pk=office.pk).delete()
    assert log.new() == [], "it was gone for readers already"


def test_specific_page_and_its_translation_status(home: Page, log: Log) -> None:
    page = home.add_child(instance=StandardPage(title="About", slug="about", live=False))
    StandardPage.objects.update(introduction="Draft")
    TranslationStatus.objects.create(page=page, completeness="partial", percent=50)
    assert log.new() == []
    page.save_revision().publish()
    assert log.new() == [("publish", PAGE, page.pk), ("update", PAGE, page.pk)]
    StandardPage.objects.update(introduction="In bulk")
    assert log.new() == [("update", PAGE, page.pk)]
    TranslationStatus.objects.update(outdated=True)
    assert log.new() == [("update", PAGE, page.pk)]
    page.refresh_from_db()
    page.introduction = "As a draft"
    page.save_revision()
    assert log.new() == []


def test_settings_and_navigation_tell_of_their_owner(home: Page, log: Log) -> None:
    settings = SiteSettings.for_site(Site.objects.get())
    office = Office.objects.create(code="paris")
    log.new()
    settings.offices = [office]
    settings.save()
    assert log.new() == [("update", "home.sitesettings", settings.pk)]
    entry = NavigationEntry.objects.create(page=home)
    assert log.new() == [("create", "home.navigationentry", entry.pk)]
    NavigationLabel.objects.create(entry=entry, language="fr", text="Accueil")
    assert log.new() == [("update", "home.navigationentry", entry.pk)]


def test_locale_site_redirect(home: Page, log: Log) -> None:
    locale = Locale.objects.create(language_code="pt")
    site = Site.objects.create(hostname="example.org", root_page=home)
    redirect = Redirect.objects.create(old_path="/old", redirect_link="/new")
    assert log.new() == [
        ("create", "wagtailcore.locale", locale.pk),
        ("create", "wagtailcore.site", site.pk),
        ("create", "wagtailredirects.redirect", redirect.pk),
    ]
    Site.objects.filter(pk=site.pk).delete()
    assert log.new() == [("delete", "wagtailcore.site", site.pk)]
