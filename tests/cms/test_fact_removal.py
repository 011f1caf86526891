"""A fact that something uses is not deleted by any request, and says what uses it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from borders.models import BorderPage
from cms import roles
from cms.fact_uses import uses
from cms.facts import Fact, Office
from cms.media import CmsImage
from home.models import HomePage, SiteSettings
from resources.models import Concept, DossierPage, PageTheme, ProjectPartner
from tests.admin import administrator, posted
from tests.factories import borders as make
from tests.factories import pictures, resources
from tests.factories.pages import home_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> HomePage:
    return home_page("fr")


@pytest.fixture
def dossier(home: HomePage) -> DossierPage:
    """A published dossier."""
    page = resources.dossier(resources.dossier_index(home), "Se soigner")
    page.save_revision().publish()
    return page


@pytest.fixture
def admin(client: Client) -> Client:
    administrator(client)
    return client


def url(fact: Fact, view: str) -> str:
    return reverse(fact.snippet_viewset.get_url_name(view), args=[fact.pk])  # type: ignore[attr-defined]


def bulk_url(*facts: Fact) -> str:
    name = (facts[0]._meta.app_label, facts[0]._meta.model_name, "delete")
    return f"{reverse('wagtail_bulk_action', args=name)}?{'&'.join(f'id={fact.pk}' for fact in facts)}"


def block(kind: str, value: Any) -> list[dict[str, Any]]:
    return [{"type": kind, "value": value, "id": "3f0e1f0a-7b0a-4e5a-9d3f-0d9a3f9f6a11"}]


def in_body(page: Any, kind: str, value: Any) -> None:
    page.body = block(kind, value)
    page.save()


def cases(home: HomePage, dossier: DossierPage) -> dict[str, tuple[Fact, str]]:
    """Each way in which a fact can be used: the fact and the name of what uses it."""
    border, part, country = make.border("fr-de"), make.border("fr-it"), make.country("lu")
    part.parent = make.border("fr-it-mc")
    part.save()
    territory = make.territory("pamina", [border])
    figure = make.key_figure("length", border)
    mobility, health, work = (resources.concept(code) for code in ("mobility", "health", "work"))
    trains = resources.concept("trains", broader=[mobility])
    trains.related.set([work])
    trains.save()
    programme, office, press = make.programme(), make.named(Office(code="office")), make.named(Office(code="press"))
    counter = make.named(Office(code="counter"))
    resources.agent("agency", country=country)

    PageTheme.objects.create(page=dossier, fact=health)
    make.link(dossier, programme)
    dossier.office = office
    dossier.save()
    settings = SiteSettings.for_site(home.get_site())
    settings.offices.set([press])
    settings.save()
    chapter = resources.chapter(dossier, "Les urgences")
    in_body(chapter, "contact", {"office": counter.pk})
    fiche = make.border_page(make.border_index(home), make.border("fr-lu"), "La Moselle")
    in_body(fiche, "key_figures", {"title": "", "figures": [figure.pk]})
    project = resources.project(resources.project_index(home), "Bassins de vie")
    project.pilot_actions = block("action", {"title": "Bus", "territory": territory.pk, "borders": [part.pk]})
    project.save()
    ProjectPartner.objects.create(page=project, name="Eurométropole", country=make.country("be"))
    return {
        "row of a page": (health, "Se soigner"),
        "row of a page, of another kind": (programme, "Se soigner"),
        "column of a page": (office, "Se soigner"),
        "row below a page's row": (make.country("be"), "Bassins de vie"),
        "block": (counter, "Les urgences"),
        "list in a block": (figure, "La Moselle"),
        "block in rows": (territory, "Bassins de vie"),
        "list in rows": (part, "Bassins de vie"),
        "settings": (press, str(settings)),
        "narrower concept": (mobility, str(trains)),
        "related concept": (work, str(trains)),
        "part of a border": (part.parent, str(part)),
        "border of a territory": (border, str(territory)),
        "country of an agent": (country, "AGENCY"),
        "indicator of a figure": (figure.indicator, str(figure)),
    }


@pytest.mark.sqlite
def test_what_is_used_is_not_deleted(admin: Client, home: HomePage, dossier: DossierPage) -> None:
    for how, (fact, user) in cases(home, dossier).items():
        single, bulk = admin.get(url(fact, "delete")), admin.get(bulk_url(fact))
        assert (user in single.content.decode(), user in bulk.content.decode()) == (True, True), how
        statuses = admin.post(url(fact, "delete")).status_code, admin.post(bulk_url(fact)).status_code
        assert statuses == (409, 409), how
        assert type(fact).objects.filter(pk=fact.pk).exists(), how


@pytest.mark.sqlite
def test_what_is_not_used_is_deleted(admin: Client, dossier: DossierPage) -> None:
    free, gone, kept = (resources.concept(code) for code in ("free", "gone", "kept"))
    PageTheme.objects.create(page=dossier, fact=kept)
    assert "Voulez-vous vraiment supprimer" in admin.get(url(free, "delete")).content.decode()
    admin.post(url(free, "delete"))
    answer = admin.post(bulk_url(gone, kept)).content.decode()
    assert "Aucun des faits choisis n’a été supprimé" in answer
    assert set(Concept.objects.values_list("code", flat=True)) == {"gone", "kept"}
    admin.post(bulk_url(gone))
    assert not Concept.objects.filter(pk=gone.pk).exists()


def test_the_answer_leads_to_what_uses_the_fact(admin: Client, dossier: DossierPage) -> None:
    health = resources.concept("health")
    PageTheme.objects.create(page=dossier, fact=health)
    answer = admin.get(url(health, "delete")).content.decode()
    assert f'<a href="{reverse("wagtailadmin_pages:edit", args=[dossier.pk])}">Se soigner</a>' in answer
    assert "Français" in answer
    with CaptureQueriesContext(connection) as few:
        admin.get(url(health, "delete"))
    for number in range(5):
        page = resources.dossier(dossier.get_parent(), f"Dossier {number}")
        PageTheme.objects.create(page=page, fact=health)
    with CaptureQueriesContext(connection) as many:
        admin.get(url(health, "delete"))
    assert len(many) <= len(few) + 1


def test_drafts_use_facts(admin: Client, dossier: DossierPage) -> None:
    theme, office, figure = resources.concept("t"), make.named(Office(code="o")), make.key_figure("k", make.border())
    border = make.border("fr-it")
    dossier.theme_links = [PageTheme(fact=theme)]
    dossier.office = office
    dossier.body = block("key_figures", {"title": "", "figures": [figure.pk]})
    dossier.save_revision()
    territory = make.territory("t", [make.border("fr-es")])
    territory.borders = [border]
    territory.save_revision()
    assert not PageTheme.objects.exists(), "nothing is published yet"
    for fact in (theme, office, figure, border):
        answer = admin.post(url(fact, "delete"))
        assert (answer.status_code, "dans un brouillon" in answer.content.decode()) == (409, True), fact
    fresh = DossierPage.objects.get(pk=dossier.pk)
    fresh.get_latest_revision().publish()
    assert [use.in_draft for use in uses(theme)] == [False]


def test_a_fallback_is_told_by_the_page_that_it_repeats(dossier: DossierPage, home: HomePage) -> None:
    health = resources.concept("health")
    PageTheme.objects.create(page=dossier, fact=health)
    german = home_page("de", translation_key=home.translation_key)
    dossier.create_alias(parent=german, update_slug="gesundheit")
    assert PageTheme.objects.filter(fact=health).count() == 2
    assert [use.user.pk for use in uses(health)] == [dossier.pk]


def test_code_cannot_delete_either(dossier: DossierPage) -> None:
    health = resources.concept("health")
    PageTheme.objects.create(page=dossier, fact=health)
    with pytest.raises(ProtectedError):
        health.delete()
    with pytest.raises(ProtectedError):
        Concept.objects.filter(pk=health.pk).delete()


def test_a_role_without_rights_over_pages_learns_no_title_of_a_draft(client: Client, dossier: DossierPage) -> None:
    secret = resources.dossier(dossier.get_parent(), "Négociation secrète", live=False)
    theme = resources.concept("health")
    for page in (secret, dossier):
        PageTheme.objects.create(page=page, fact=theme)
    user = get_user_model().objects.create_user("doc", password="x")
    user.groups.add(Group.objects.get(name=roles.DOCUMENTALISTS))
    client.force_login(user)
    answer = client.post(url(theme, "delete"))
    assert answer.status_code == 409
    assert "Se soigner" in answer.content.decode()
    assert "secrète" not in answer.content.decode()


@pytest.mark.sqlite
def test_unpublishing_says_where_readers_miss_it(admin: Client, dossier: DossierPage) -> None:
    shown, drafted = resources.concept("shown"), resources.concept("drafted")
    PageTheme.objects.create(page=dossier, fact=shown)
    draft = resources.dossier(dossier.get_parent(), "Brouillon", live=False)
    PageTheme.objects.create(page=draft, fact=drafted)
    warned = admin.get(url(shown, "unpublish")).content.decode()
    assert "Se soigner" in warned.split("Les lecteurs ne le trouveront plus")[1]
    assert "Les lecteurs ne le trouveront plus" not in admin.get(url(drafted, "unpublish")).content.decode()
    admin.post(url(shown, "unpublish"))
    assert not Concept.objects.get(pk=shown.pk).live
    assert PageTheme.objects.filter(fact=shown).exists()


@pytest.mark.sqlite
def test_old_versions_open_when_a_fact_of_theirs_is_gone(admin: Client, home: HomePage) -> None:
    first, second = make.border("fr-de"), make.border("fr-it")
    fiche: Any = make.border_page(make.border_index(home), first)
    theme, programme, office = resources.concept("t"), make.programme(), make.named(Office(code="o"))
    fiche.theme_links, fiche.office, fiche.sharing_image = [PageTheme(fact=theme)], office, pictures.image()
    fiche.save_revision().publish()
    old = fiche.latest_revision
    make.link(fiche, programme)
    fiche = BorderPage.objects.get(pk=fiche.pk)
    fiche.border, fiche.office, fiche.theme_links = second, None, []
    fiche.save_revision().publish()
    for gone in (first, theme, office):
        assert admin.post(url(gone, "delete")).status_code == 302, gone

    CmsImage.objects.all().delete()

    version: Any = old.as_object()
    assert (version.border, version.office, version.sharing_image) == (second, None, None)
    assert list(version.theme_links.all()) == []
    for name, args in (("revisions_revert", [old.pk]), ("revisions_compare", [old.pk, "live"])):
        answer = admin.get(reverse(f"wagtailadmin_pages:{name}", args=[fiche.pk, *args]))
        assert answer.status_code == 200, name
    assert Page.objects.get(pk=fiche.pk).specific.programme_links.count() == 1


@pytest.mark.sqlite
def test_a_version_opens_with_a_query_for_each_model_that_it_names(dossier: DossierPage) -> None:
    def cost(themes: int) -> int:
        dossier.theme_links = [PageTheme(fact=resources.concept(f"{themes}-{number}")) for number in range(themes)]
        version = dossier.save_revision()
        with CaptureQueriesContext(connection) as asked:
            assert version.as_object().theme_links.count() == themes
        return len(asked)

    assert cost(1) == cost(4)


def test_whoever_lets_a_fact_expire_is_told_what_uses_it(admin: Client, dossier: DossierPage) -> None:
    theme = make.revised(resources.concept("health"))
    dossier.theme_links.add(PageTheme(fact=theme))
    dossier.save_revision().publish()

    def said(address: str) -> str:
        return " ".join(str(message) for message in admin.get(address).context["messages"])

    assert "Se soigner" not in said(url(theme, "edit"))
    draft = theme.get_latest_revision_as_object()
    draft.expire_at = timezone.now() + timedelta(days=30)
    draft.save_revision()
    warning = said(url(theme, "edit"))
    assert "sera dépublié le" in warning
    assert ">Se soigner</a>" in warning
    answer = posted(admin, url(theme, "edit"), **{"action-publish": "on"})
    assert answer.status_code == 302
    assert "Se soigner" in said(answer.url), "the list, to which publishing leads, says it, too"
