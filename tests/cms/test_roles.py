"""Every cell of docs/roles.md, tried by a request."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.models import Collection, Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield
from wagtail_localize.models import OverridableSegment, StringSegment, StringTranslation, Translation

from borders.models import ObstaclePage
from cms import roles
from cms.changes.feed.token import Token
from cms.facts import Office
from cms.media import CmsDocument, CmsImage
from cms.models import DraftShare, User
from cms.preview import sharing
from cms.translation import drafting, status, trees
from cms.webhooks.models import Delivery, Kind, Webhook
from home.models import NavigationEntry
from resources.models import Agent, Concept, Record, RecordCollection, RecordFile, RecordImport
from search.models import PromotedQuery, PromotedResult, ReaderQuery
from tests.factories.borders import named, obstacle_index, obstacle_page
from tests.factories.pages import home_page, locale, standard_page
from tests.factories.pictures import image
from tests.factories.resources import record


class Site:
    """A page in French, its German translation with a draft, an image, and one role's client."""

    def __init__(self, role: str) -> None:
        home = home_page("fr")
        trees.synchronise_trees()
        page = standard_page(home, "Page", slug="page", sharing_image=image())
        page.save_revision().publish()
        [translation] = drafting.submit(page, [locale("de")], None)
        drafting.save(translation, publish=True)
        index = obstacle_index(home)
        for title in ("Un", "Deux"):
            obstacle_page(index, title)
        user = User.objects.create_user("somebody", password="x")
        user.groups.add(Group.objects.get(name=role))
        self.client = Client()
        self.client.force_login(user)
        self.page_pk, self.translation_pk, self.index_pk = page.pk, translation.pk, index.pk
        self.again()

    def again(self) -> None:
        """As the database has it: every try starts from the same site."""
        self.page: Any = Page.objects.get(pk=self.page_pk).specific
        self.home = self.page.get_parent()
        self.translation = Translation.objects.get(pk=self.translation_pk)
        self.german = self.translation.get_target_instance()
        self.obstacles = list(ObstaclePage.objects.child_of(Page.objects.get(pk=self.index_pk)))

    def get(self, name: str, *args: Any) -> bool:
        """Whether the form at an address opens."""
        return self.client.get(reverse(name, args=args)).status_code == 200

    def post(self, name: str, *args: Any, data: Any = None) -> None:
        self.client.post(reverse(name, args=args), data or {})

    def save_page(self, action: str) -> None:
        form = nested_form_data({"title": "Autrement", "slug": "page", "body": streamfield([])})
        form |= {f"comments-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")}
        self.post("wagtailadmin_pages:edit", self.page.pk, data={**form, "comments-MAX_NUM_FORMS": "", action: "1"})

    def now(self, page: Page) -> Any:
        return Page.objects.get(pk=page.pk).specific


def submit_page(site: Site) -> bool:
    site.save_page("action-submit")
    return bool(site.now(site.page).workflow_in_progress)


def publish_page(site: Site) -> bool:
    site.save_page("action-publish")
    return site.now(site.page).title == "Autrement"


def save_page(site: Site) -> bool:
    site.save_page("action-save")
    return site.now(site.page).draft_title == "Autrement"


def approve(site: Site) -> bool:
    site.page.title = "Autrement"
    site.page.save_revision()
    site.page.get_workflow().start(site.page, None)
    task = site.now(site.page).current_workflow_task_state
    site.post("wagtailadmin_pages:workflow_action", site.page.pk, "approve", task.pk)
    return site.now(site.page).title == "Autrement"


def unpublish(site: Site) -> bool:
    site.post("wagtailadmin_pages:unpublish", site.page.pk)
    return not site.now(site.page).live


def delete(site: Site) -> bool:
    site.post("wagtailadmin_pages:delete", site.page.pk)
    return not Page.objects.filter(pk=site.page.pk).exists()


def restrict(site: Site) -> bool:
    form = {"restriction_type": "login", "password": "", "groups": []}
    site.post("wagtailadmin_pages:set_privacy", site.page.pk, data=form)
    return site.page.view_restrictions.exists()


def start(site: Site) -> bool:
    site.post("wagtail_localize:submit_page_translation", site.page.pk, data={"locales": [locale("es").pk]})
    return Translation.objects.filter(target_locale=locale("es")).exists()


def translate(site: Site) -> bool:
    segment = StringSegment.objects.get(source=site.translation.source, context__path="title")
    address = reverse("wagtail_localize:edit_string_translation", args=[site.translation.pk, segment.pk])
    answer = site.client.put(address, "value=Seite", content_type="application/x-www-form-urlencoded")
    return answer.status_code == 201


def import_po(site: Site) -> bool:
    catalogue = site.translation.export_po()
    next(entry for entry in catalogue if entry.msgctxt == "title").msgstr = "Seite"
    file = SimpleUploadedFile("de.po", str(catalogue).encode())
    site.post("wagtail_localize:upload_pofile", site.translation.pk, data={"file": file})
    return site.now(site.german).draft_title == "Seite"


def review(site: Site) -> bool:
    site.post("cms_translation_review", site.translation.pk)
    return bool(site.now(site.german).workflow_in_progress)


def publish_translation(site: Site) -> bool:
    before = site.now(site.german).live_revision_id
    site.post("wagtailadmin_pages:edit", site.german.pk, data={"action": "publish"})
    return site.now(site.german).live_revision_id != before


def publish_all(site: Site) -> bool:
    before = site.now(site.german).live_revision_id
    form = {"publish_translations": "on"}
    site.post("wagtail_localize:update_translations", site.translation.source_id, data=form)
    return site.now(site.german).live_revision_id != before


def confirm(site: Site) -> bool:
    site.page.introduction = "Autre chose."
    site.page.save_revision().publish()
    site.post("cms_translation_confirm", site.german.pk)
    return not site.now(site.german).translation_status.outdated


def summarise(site: Site) -> bool:
    site.post("cms_translation_summary", site.german.pk)
    return status.translation_of(site.german).enabled is False


def back_to_source(site: Site) -> bool:
    site.post("wagtail_localize:convert_to_alias", site.german.pk)
    return site.now(site.german).alias_of_id is not None


def update(site: Site) -> bool:
    site.page.title = "Autrement"
    site.page.save_revision().publish()
    site.post("wagtail_localize:update_translations", site.translation.source_id, data={"next": "/admin/"})
    return StringSegment.objects.filter(source=site.translation.source, string__data="Autrement").exists()


def override(site: Site) -> bool:
    segment = OverridableSegment.objects.get(source=site.translation.source, context__path="sharing_image")
    address = reverse("wagtail_localize:edit_override", args=[site.translation.pk, segment.pk])
    data = f"value={image(name='other.jpg').pk}"
    return site.client.put(address, data, content_type="application/x-www-form-urlencoded").status_code == 201


@override_settings(
    WAGTAILLOCALIZE_MACHINE_TRANSLATOR={"CLASS": "wagtail_localize.machine_translators.dummy.DummyTranslator"}
)
def machine_translate(site: Site) -> bool:
    site.post("wagtail_localize:machine_translate", site.translation.pk)
    return StringTranslation.objects.filter(translation_type="machine").exists()


def stop(site: Site) -> bool:
    site.post("wagtail_localize:stop_translation", site.translation.pk)
    return not Translation.objects.get(pk=site.translation.pk).enabled


def restart(site: Site) -> bool:
    Translation.objects.update(enabled=False)
    site.post("wagtailadmin_pages:edit", site.german.pk, data={"localize-restart-translation": "1"})
    return Translation.objects.get(pk=site.translation.pk).enabled


def move(site: Site) -> bool:
    other = standard_page(site.home, "Ailleurs", slug="ailleurs")
    site.post("wagtailadmin_pages:move_confirm", site.page.pk, other.pk)
    return Page.objects.get(pk=site.page.pk).depth == other.depth + 1


def copy(site: Site) -> bool:
    form = {"new_title": "Copie", "new_slug": "copie", "new_parent_page": site.home.pk}
    site.post("wagtailadmin_pages:copy", site.page.pk, data=form)
    return Page.objects.filter(slug="copie", locale=site.page.locale).exists()


def reorder(site: Site) -> bool:
    first, second = site.obstacles
    address = reverse("wagtailadmin_pages:set_page_position", args=[second.pk])
    site.client.post(f"{address}?position=0")
    return Page.objects.get(pk=second.pk).path < Page.objects.get(pk=first.pk).path


def lock(site: Site) -> bool:
    site.post("wagtailadmin_pages:lock", site.page.pk)
    return site.now(site.page).locked


def share(site: Site) -> bool:
    form = {"recipient": "Saarmoselle", "last_day": timezone.localdate().isoformat()}
    site.post("cms_share", site.page.pk, data=form)
    return DraftShare.objects.exists()


def withdraw_share(site: Site) -> bool:
    somebody = User.objects.create_superuser("another")
    link = sharing.share(site.page, somebody, recipient="Saarmoselle", last_day=timezone.localdate())
    site.post("cms_share_withdraw", link.pk)
    return not DraftShare.objects.get().is_open()


def check(site: Site) -> bool:
    [obstacle, *_others] = site.obstacles
    site.post("home_check", obstacle.pk)
    return site.now(obstacle).last_checked is not None


def fact(site: Site, model: Any) -> Any:
    return model.objects.create(code="essai")


def send_to_review(model: Any) -> Callable[[Site], bool]:
    def tried(site: Site) -> bool:
        one = fact(site, model)
        form = {"code": "essai", "status": "candidate", "names": inline_formset([name("Essai")])}
        form |= {"scope_notes": inline_formset([])} if model is Concept else {}
        site.post(snippet_url(model, "edit"), one.pk, data={**nested_form_data(form), "action-submit": "1"})
        return bool(model.objects.get(pk=one.pk).workflow_in_progress)

    return tried


def name(text: str) -> dict[str, str]:
    return {"language": "fr", "kind": "preferred", "text": text}


def approve_fact(model: Any) -> Callable[[Site], bool]:
    def tried(site: Site) -> bool:
        one = named(fact(site, model), {"fr": "Essai"})
        one.live = False
        one.save_revision()
        model.objects.update(live=False)
        one.get_workflow().start(one, None)
        task = model.objects.get(pk=one.pk).current_workflow_task_state
        site.post(snippet_url(model, "workflow_action"), one.pk, "approve", task.pk)
        return bool(model.objects.get(pk=one.pk).live)

    return tried


def snippet_url(model: Any, name: str) -> str:
    return str(model.snippet_viewset.get_url_name(name))


def propose(model: Any) -> Callable[[Site], bool]:
    def tried(site: Site) -> bool:
        one = fact(site, model)
        return site.get(snippet_url(model, "add")) and site.get(snippet_url(model, "edit"), one.pk)

    return tried


def withdraw(model: Any) -> Callable[[Site], bool]:
    def tried(site: Site) -> bool:
        one = fact(site, model)
        site.post(snippet_url(model, "unpublish"), one.pk)
        return not model.objects.get(pk=one.pk).live

    return tried


def remove(model: Any) -> Callable[[Site], bool]:
    def tried(site: Site) -> bool:
        one = fact(site, model)
        site.post(snippet_url(model, "delete"), one.pk)
        return not model.objects.filter(pk=one.pk).exists()

    return tried


def record_form(site: Site) -> dict[str, Any]:
    one = record("Essai")
    site.record = one
    texts = [{"id": one.texts.get().pk, "language": "fr", "is_original": "on", "title": "Autrement"}]
    rows = {name: [] for name in ("agent_links", "identifiers", "copies", "files", "record_links", "page_links")}
    language = {"id": one.languages.get().pk, "language": "fr"}
    form = {"type": one.type_id, "date_precision": "year", "texts": inline_formset(texts, 1)}
    form |= {"languages": inline_formset([language], 1), **{name: inline_formset(none) for name, none in rows.items()}}
    return dict(nested_form_data(form))


def propose_record(site: Site) -> bool:
    form = record_form(site)
    opens_new = site.get(snippet_url(Record, "add"))
    site.post(snippet_url(Record, "edit"), site.record.pk, data={**form, "action-draft": "1"})
    return opens_new and site.record.latest_revision_id != Record.objects.get(pk=site.record.pk).latest_revision_id


def submit_record(site: Site) -> bool:
    form = record_form(site)
    site.post(snippet_url(Record, "edit"), site.record.pk, data={**form, "action-submit": "1"})
    return bool(Record.objects.get(pk=site.record.pk).workflow_in_progress)


def approve_record(site: Site) -> bool:
    one = record("Essai")
    Record.objects.update(live=False)
    one.get_workflow().start(one, None)
    task = Record.objects.get(pk=one.pk).current_workflow_task_state
    site.post(snippet_url(Record, "workflow_action"), one.pk, "approve", task.pk)
    return bool(Record.objects.get(pk=one.pk).live)


def publish_record(site: Site) -> bool:
    form = record_form(site)
    site.post(snippet_url(Record, "edit"), site.record.pk, data={**form, "action-publish": "1"})
    return str(Record.objects.get(pk=site.record.pk)) == "Autrement"


def withdraw_record(site: Site) -> bool:
    one = record("Essai")
    site.post(snippet_url(Record, "unpublish"), one.pk)
    return not Record.objects.get(pk=one.pk).live


def remove_record(site: Site) -> bool:
    one = record("Essai")
    site.post(snippet_url(Record, "delete"), one.pk)
    return not Record.objects.filter(pk=one.pk).exists()


def lock_record(site: Site) -> bool:
    one = record("Essai")
    site.post(snippet_url(Record, "lock"), one.pk)
    return Record.objects.get(pk=one.pk).locked


def read_again(site: Site) -> bool:
    document = CmsDocument.objects.create(title="Document", file=ContentFile(b"x", "x.pdf"))
    one = RecordFile.objects.create(record=record("Essai"), document=document)
    DBTaskResult.objects.all().delete()
    site.post("record_files", one.record_id, data={"document": document.pk})
    return DBTaskResult.objects.exists()


def merge_records(site: Site) -> bool:
    one, other = record("Essai"), record("Autre")
    site.post("record_merge", one.pk, data={"into": other.code})
    return not Record.objects.filter(pk=one.pk).exists()


def export_records(site: Site) -> bool:
    record("Essai")
    answer = site.client.get(reverse(snippet_url(Record, "list")), {"export": "csv"})
    return answer.status_code == 200 and b"Essai" in b"".join(answer)


def merge_concepts(site: Site) -> bool:
    one, into = fact(site, Concept), named(Concept.objects.create(code="autre"), {"fr": "Autre"})
    site.post("fact_merge", "concept", one.pk, data={"into": into.pk})
    return not Concept.objects.filter(pk=one.pk).exists()


def index_records(site: Site) -> bool:
    one, concept = record("Essai"), Concept.objects.create(code="essai")
    address = reverse("wagtail_bulk_action", args=["resources", "record", "index"])
    site.client.post(f"{address}?id={one.pk}", {"add_concepts": [concept.pk]})
    return list(Record.objects.get(pk=one.pk).concepts.all()) == [concept]


def import_records(site: Site) -> bool:
    file = ContentFile(b'{"type": "report", "texts": [{"language": "fr", "title": "Essai"}]}', "a.jsonl")
    site.post("record_imports", data={"file": file, "source": "essai"})
    return RecordImport.objects.exists()


def promotion(site: Site, **fields: Any) -> PromotedResult:
    made = PromotedResult(page=site.page.page_ptr, **fields)
    made.queries = [PromotedQuery(text="essai")]  # type: ignore[attr-defined]
    made.save()
    return made


def submit_promotion(site: Site) -> bool:
    one = promotion(site)
    form = {"language": "fr", "queries": inline_formset([{"text": "essai"}]), "page": site.page.pk, "note": ""}
    site.post(snippet_url(PromotedResult, "edit"), one.pk, data={**nested_form_data(form), "action-submit": "1"})
    return bool(PromotedResult.objects.get(pk=one.pk).workflow_in_progress)


def approve_promotion(site: Site) -> bool:
    one = promotion(site, live=False)
    one.save_revision()
    one.get_workflow().start(one, None)
    task = PromotedResult.objects.get(pk=one.pk).current_workflow_task_state
    site.post(snippet_url(PromotedResult, "workflow_action"), one.pk, "approve", task.pk)
    return bool(PromotedResult.objects.get(pk=one.pk).live)


def see_reader_queries(site: Site) -> bool:
    ReaderQuery.objects.create(locale="fr", key="essai", text="Essai", asked_on=timezone.localdate())
    shown = site.client.get(reverse("search_reader_queries"))
    exported = site.client.get(reverse("search_reader_queries"), {"export": "csv"})
    return all(one.status_code == 200 and b"Essai" in b"".join(one) for one in (shown, exported))


def others_image(site: Site) -> bool:
    return site.get("wagtailimages:edit", image(name="other.jpg").pk)


def others_document(site: Site) -> bool:
    document = CmsDocument.objects.create(title="Document", file=ContentFile(b"x", "x.pdf"))
    return site.get("wagtaildocs:edit", document.pk)


def delete_image(site: Site) -> bool:
    other = image(name="other.jpg")
    site.post("wagtailimages:delete", other.pk)
    return not CmsImage.objects.filter(pk=other.pk).exists()


def delete_document(site: Site) -> bool:
    other = CmsDocument.objects.create(title="Document", file=ContentFile(b"x", "x.pdf"))
    site.post("wagtaildocs:delete", other.pk)
    return not CmsDocument.objects.filter(pk=other.pk).exists()


def webhook() -> Webhook:
    return Webhook.objects.create(name="Site", url="https://192.0.2.1/", position=str(Token.now()))


def see_webhook(site: Site) -> bool:
    found = webhook()
    return site.get("webhooks:inspect", found.pk) and site.get("webhooks:edit", found.pk)


def delete_webhook(site: Site) -> bool:
    site.post("webhooks:delete", webhook().pk)
    return not Webhook.objects.exists()


def try_webhook(site: Site) -> bool:
    site.post("webhooks:test", webhook().pk)
    return Delivery.objects.exists()


def renew_secret(site: Site) -> bool:
    site.post("webhooks:renew", webhook().pk)
    return bool(Webhook.objects.get().former_secret)


def send_again(site: Site) -> bool:
    message = Delivery.objects.create(webhook=webhook(), kind=Kind.PING, body="{}")
    site.post("webhooks:again", message.pk)
    sent = Delivery.objects.get().next_attempt_at is not None
    return site.get("webhooks:delivery", message.pk) and sent


def opens(name: str, *args: Any) -> Callable[[Site], bool]:
    return lambda site: site.get(name, *args)


FACT = "Fait (frontière, territoire, chiffre, contact…)"
TRIES: dict[tuple[str, str], Callable[[Site], bool]] = {
    ("Page", "créer"): lambda site: site.get("wagtailadmin_pages:add", "home", "standardpage", site.page.pk),
    ("Page", "modifier"): save_page,
    ("Page", "soumettre à relecture"): submit_page,
    ("Page", "approuver une relecture"): approve,
    ("Page", "publier"): publish_page,
    ("Page", "retirer du site"): unpublish,
    ("Page", "supprimer"): delete,
    ("Page", "restreindre l'accès"): restrict,
    ("Page", "copier"): copy,
    ("Page", "déplacer"): move,
    ("Page", "réordonner"): reorder,
    ("Page", "verrouiller"): lock,
    ("Page", "prévisualiser"): lambda site: site.get("wagtailadmin_pages:view_draft", site.page.pk),
    ("Page", "partager un brouillon par un lien"): share,
    ("Page", "retirer un lien de partage"): withdraw_share,
    ("Page", "noter comme vérifiée"): check,
    ("Traduction", "commencer"): start,
    ("Traduction", "traduire un texte"): translate,
    ("Traduction", "traduire par le service automatique"): machine_translate,
    ("Traduction", "choisir une autre image ou un autre lien"): override,
    ("Traduction", "prévisualiser"): lambda site: site.get("wagtail_localize:preview_translation", site.translation.pk),
    ("Traduction", "télécharger un fichier PO"): lambda site: site.get(
        "wagtail_localize:download_pofile", site.translation.pk
    ),
    ("Traduction", "importer un fichier PO"): import_po,
    ("Traduction", "actualiser les textes à traduire"): update,
    ("Traduction", "soumettre à relecture"): review,
    ("Traduction", "publier"): publish_translation,
    ("Traduction", "publier toutes les langues"): publish_all,
    ("Traduction", "confirmer « toujours valable »"): confirm,
    ("Traduction", "marquer comme résumé"): summarise,
    ("Traduction", "arrêter"): stop,
    ("Traduction", "reprendre"): restart,
    ("Traduction", "remplacer par le texte source"): back_to_source,
    (FACT, "proposer"): propose(Office),
    (FACT, "soumettre à relecture"): send_to_review(Office),
    (FACT, "approuver une relecture"): approve_fact(Office),
    (FACT, "publier ou retirer"): withdraw(Office),
    (FACT, "supprimer"): remove(Office),
    ("Concept ou agent", "proposer"): propose(Concept),
    ("Concept ou agent", "soumettre à relecture"): send_to_review(Concept),
    ("Concept ou agent", "approuver une relecture"): approve_fact(Concept),
    ("Concept ou agent", "publier ou retirer"): withdraw(Concept),
    ("Concept ou agent", "supprimer"): remove(Concept),
    ("Concept ou agent", "fusionner avec un autre"): merge_concepts,
    ("Notice", "proposer"): propose_record,
    ("Notice", "soumettre à relecture"): submit_record,
    ("Notice", "approuver une relecture"): approve_record,
    ("Notice", "publier"): publish_record,
    ("Notice", "retirer"): withdraw_record,
    ("Notice", "supprimer"): remove_record,
    ("Notice", "verrouiller"): lock_record,
    ("Notice", "faire relire un fichier"): read_again,
    ("Notice", "fusionner avec une autre"): merge_records,
    ("Notice", "exporter la liste"): export_records,
    ("Notice", "indexer plusieurs à la fois"): index_records,
    ("Notice", "importer un fichier"): import_records,
    ("Type de document ou collection de la MOT", "proposer"): propose(RecordCollection),
    ("Type de document ou collection de la MOT", "publier ou retirer"): withdraw(RecordCollection),
    ("Type de document ou collection de la MOT", "supprimer"): remove(RecordCollection),
    ("Résultat mis en avant", "proposer"): propose(PromotedResult),
    ("Résultat mis en avant", "soumettre à relecture"): submit_promotion,
    ("Résultat mis en avant", "approuver une relecture"): approve_promotion,
    ("Résultat mis en avant", "publier ou retirer"): withdraw(PromotedResult),
    ("Résultat mis en avant", "supprimer"): remove(PromotedResult),
    ("Recherches des lecteurs", "consulter et exporter"): see_reader_queries,
    ("Image", "ajouter"): opens("wagtailimages:add"),
    ("Image", "modifier celle d'un autre"): others_image,
    ("Image", "supprimer celle d'un autre"): delete_image,
    ("Document", "ajouter"): opens("wagtaildocs:add"),
    ("Document", "modifier celui d'un autre"): others_document,
    ("Document", "supprimer celui d'un autre"): delete_document,
    ("Menu", "modifier"): lambda site: site.get(snippet_url(NavigationEntry, "add")),
    ("Réglages du site", "modifier"): lambda site: site.get("wagtailsettings:edit", "home", "sitesettings", 1),
    ("Redirection", "ajouter"): opens("wagtailredirects:add"),
    ("Comptes", "gérer"): opens("wagtailusers_users:add"),
    ("Groupes", "gérer"): opens("wagtailusers_groups:add"),
    ("Langues", "gérer"): opens("wagtaillocales:add"),
    ("Circuit de relecture", "gérer"): opens("wagtailadmin_workflows:add"),
    ("Collections de fichiers", "gérer"): opens("wagtailadmin_collections:add"),
    ("Webhook", "voir et modifier"): see_webhook,
    ("Webhook", "ajouter"): opens("webhooks:add"),
    ("Webhook", "supprimer"): delete_webhook,
    ("Webhook", "tester"): try_webhook,
    ("Webhook", "renouveler le secret"): renew_secret,
    ("Webhook", "lire et envoyer à nouveau un message"): send_again,
}


def cells() -> Iterator[tuple[str, str, str, bool]]:
    """(role, object, action, allowed) of the table in docs/roles.md."""
    lines = (settings.BASE_DIR / "docs" / "roles.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    names = rows[0][2:]
    for thing, action, *answers in rows[2:]:
        for role, answer in zip(names, answers, strict=True):
            yield role, thing, action, {"oui": True, "non": False}[answer]


@pytest.mark.parametrize("role", roles.GROUPS)
def test_cells(db: None, role: str) -> None:
    site = Site(role)
    wrong = []
    for of, thing, action, allowed in cells():
        if of != role:
            continue
        with transaction.atomic():
            site.again()
            if TRIES[thing, action](site) is not allowed:
                wrong.append(f"{thing}: {action} is {not allowed}")
            transaction.set_rollback(True)
    assert wrong == []


def test_the_table_is_whole() -> None:
    found = list(cells())
    assert {(thing, action) for _role, thing, action, _allowed in found} == set(TRIES)
    assert {role for role, *_rest in found} == set(roles.GROUPS)


@pytest.mark.parametrize("role", [roles.CONTRIBUTORS, roles.TRANSLATORS, ""])
def test_no_view_of_an_import_or_a_merging_answers_those_who_may_not(db: None, role: str) -> None:
    client = Client()
    if role:
        user = User.objects.create_user("somebody", password="x")
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
    begun = RecordImport.objects.create(source="Geheimnis", state="checked")
    one, other = record("Geheimnis"), record("Autre")
    agents = [named(Agent.objects.create(code=code), {"fr": "Geheimnis"}) for code in ("un", "deux")]
    views = [(f"record_import{name}", [begun.pk]) for name in ("", "_progress", "_write", "_again", "_report")]
    views += [("record_imports", []), ("record_import_template", []), ("record_merge", [one.pk])]
    views += [("fact_merge", ["agent", agents[0].pk])]
    sent = {"into": agents[1].pk, "address": "https://www.example.org/oai", "alike": "on"}
    for name, args in views:
        address = reverse(name, args=args)
        for answer in (client.get(address), client.post(address, sent), client.post(address, {"into": other.code})):
            assert answer.status_code in {302, 403, 405}, address
            assert b"Geheimnis" not in b"".join(answer), address
            assert answer.status_code != 302 or "/admin/" in answer["Location"]
    assert RecordImport.objects.get().state == "checked"
    assert (Record.objects.count(), Agent.objects.count()) == (2, 2)


def test_members_files_are_private(db: None) -> None:
    document = CmsDocument.objects.create(
        title="Pour les adhérents",
        file=ContentFile(b"x", "a.pdf"),
        collection=Collection.objects.get(name="Adhérents"),
    )
    client = Client()
    assert client.get(document.url).status_code in (302, 403)
    listed = client.get("/api/v2/documents/").json()["items"]
    assert document.pk not in [item["id"] for item in listed]


def test_superusers_are_for_superusers_alone(db: None, client: Client) -> None:
    root = User.objects.create_superuser("root", "root@example.org", "a-long-passphrase")
    somebody = User.objects.create_user("somebody", password="x")
    somebody.groups.add(Group.objects.get(name=roles.ADMINISTRATORS))
    client.force_login(somebody)
    form = {"email": "x@example.org", "first_name": "X", "last_name": "Y", "is_active": "on"}
    form |= {"password1": "mine-from-now-on", "password2": "mine-from-now-on"}
    edit, add = reverse("wagtailusers_users:edit", args=[root.pk]), reverse("wagtailusers_users:add")
    for answer in (client.get(edit), client.post(edit, {**form, "username": "root", "is_superuser": "on"})):
        assert answer["Location"] == reverse("wagtailusers_users:index")
    client.post(add, {**form, "username": "second", "is_superuser": "on"})
    other = User.objects.create_user("other", password="x")
    client.post(
        reverse("wagtailusers_users:edit", args=[other.pk]), {**form, "username": "other", "is_superuser": "on"}
    )
    bulk = reverse("wagtail_bulk_action", args=["cms", "user", "set_active_state"])
    client.post(f"{bulk}?id={root.pk}", {"mark_as_active": "False"})
    root.refresh_from_db()
    assert root.check_password("a-long-passphrase")
    assert root.is_active
    assert list(User.objects.filter(is_superuser=True)) == [root]
    client.post(add, {**form, "username": "second"})
    assert User.objects.filter(username="second", is_superuser=False).exists()
    client.force_login(root)
    client.post(edit, {**form, "username": "root", "is_superuser": "on"})
    root.refresh_from_db()
    assert root.check_password("mine-from-now-on")


@pytest.mark.parametrize(
    ("role", "on_pages", "on_records"),
    [
        (roles.EDITORS, {"delete", "move", "publish", "unpublish"}, {"index"}),
        (roles.CONTRIBUTORS, set(), {"index"}),
        (roles.TRANSLATORS, set(), None),
        (roles.DOCUMENTALISTS, None, {"delete", "index"}),
    ],
)
def test_bulk_actions_are_offered_to_those_who_may(
    db: None, role: str, on_pages: set[str] | None, on_records: set[str] | None
) -> None:
    root = home_page("fr")
    standard_page(root, "Page")
    record("Essai")
    user, client = User.objects.create_user("somebody", password="x"), Client()
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert (reverse("record_imports") in home) == (role in {roles.EDITORS, roles.DOCUMENTALISTS})

    def offered(address: str, app: str, model: str) -> set[str] | None:
        shown = client.get(address)
        found = re.findall(rf"/admin/bulk/{app}/{model}/(\w+)/", shown.content.decode())
        return set(found) if shown.status_code == 200 else None

    parent = reverse("wagtailadmin_explore", args=[root.pk])
    records = reverse("wagtailsnippets_resources_record:list")
    assert offered(parent, "wagtailcore", "page") == on_pages
    assert offered(records, "resources", "record") == on_records
