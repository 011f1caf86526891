"""What each role may do: one table, granted to the roles' groups after every migration.

Page rights are per language tree, so that a group can be kept out of one by hand. docs/roles.md says the same in
French, and its every cell is tested by a request. Rights that somebody adds to a group stay; those of this table
come back with the next migration.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import post_migrate, post_save
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowContentType,
)
from wagtail.snippets.models import create_extra_permissions

from cms.facts import Fact

ADMINISTRATORS = "Administrateurs"
EDITORS = "Rédacteurs"
CONTRIBUTORS = "Contributeurs"
DOCUMENTALISTS = "Documentalistes"
TRANSLATORS = "Traducteurs"
GROUPS = (ADMINISTRATORS, EDITORS, CONTRIBUTORS, DOCUMENTALISTS, TRANSLATORS)
WORKFLOW = "Relecture"

ALL = ("add", "change", "delete", "publish", "lock", "unlock", "view")
WRITE = ("add", "change", "view")
PUBLISH = (*WRITE, "publish", "lock", "unlock")

PAGES: dict[str, tuple[str, ...]] = {
    ADMINISTRATORS: ("add", "change", "publish", "lock", "unlock", "bulk_delete"),
    EDITORS: ("add", "change", "publish", "lock", "unlock"),
    CONTRIBUTORS: ("add", "change"),
    TRANSLATORS: ("change",),
}
FILES: dict[str, tuple[str, ...]] = {
    ADMINISTRATORS: ("add", "change", "delete", "choose"),
    EDITORS: ("add", "change", "delete", "choose"),
    CONTRIBUTORS: ("add", "choose"),
    DOCUMENTALISTS: ("add", "change", "choose"),
    TRANSLATORS: ("choose",),
}
FACTS: dict[str, tuple[str, ...]] = {ADMINISTRATORS: ALL, EDITORS: PUBLISH, CONTRIBUTORS: WRITE}
# Records, the thesaurus and its agents are the documentalists' own.
VOCABULARY: dict[str, tuple[str, ...]] = {**FACTS, DOCUMENTALISTS: ALL}
SITE: dict[str, tuple[str, ...]] = {ADMINISTRATORS: ALL, EDITORS: ("add", "change", "delete", "view")}
MANAGEMENT: dict[str, tuple[str, ...]] = {ADMINISTRATORS: ALL}

MODELS: dict[str, dict[str, tuple[str, ...]]] = {
    "resources.concept": VOCABULARY,
    "resources.agent": VOCABULARY,
    "resources.record": VOCABULARY,
    "resources.recordtype": VOCABULARY,
    "resources.recordcollection": VOCABULARY,
    "search.promotedresult": VOCABULARY,
    "search.readerquery": dict.fromkeys((ADMINISTRATORS, EDITORS, DOCUMENTALISTS), ("view",)),
    "home.navigationentry": SITE,
    "home.sitesettings": {ADMINISTRATORS: ("change", "view"), EDITORS: ("change", "view")},
    "wagtailredirects.redirect": SITE,
    "cms.user": MANAGEMENT,
    "cms.webhook": MANAGEMENT,
    "auth.group": MANAGEMENT,
    "wagtailcore.locale": MANAGEMENT,
    "wagtailcore.site": MANAGEMENT,
    "wagtailcore.workflow": MANAGEMENT,
    "wagtailcore.task": MANAGEMENT,
    "wagtailcore.groupapprovaltask": MANAGEMENT,
    "wagtailadmin.admin": dict.fromkeys(GROUPS, ("access",)),
    "wagtail_localize.translation": dict.fromkeys((ADMINISTRATORS, EDITORS, TRANSLATORS), ("submit",)),
}
COLLECTIONS: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "wagtailimages": ("image", FILES),
    "wagtaildocs": ("document", FILES),
    "wagtailcore": ("collection", MANAGEMENT),
}


def connect() -> None:
    """Called once when the apps are ready."""
    post_migrate.connect(_after_migrate, dispatch_uid="cms.roles")
    post_save.connect(_tree_saved, dispatch_uid="cms.roles.trees")


def _after_migrate(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    if not apps.is_installed("cms") or using != "default":
        return
    # The receivers that make the permissions may come after this one.
    create_permissions(sender, verbosity=0, using=using)
    if sender.label == "wagtailsnippets":
        create_extra_permissions(sender, using=using)  # to publish and lock snippets, of all apps at once
        for app in apps.get_app_configs():
            grant_models(app)
    else:
        grant_models(sender)
    if sender.label == "cms":
        grant_trees(Page.objects.filter(depth=2))
    if sender.label in COLLECTIONS:
        grant_collections(sender.label)


def _tree_saved(sender: type, instance: Any, created: bool, raw: bool = False, **kwargs: Any) -> None:
    if created and not raw and isinstance(instance, Page) and type(instance) is not Page and instance.depth == 2:
        grant_trees([Page(pk=instance.pk)])


def group(name: str) -> Group:
    """A role's group."""
    return Group.objects.get_or_create(name=name)[0]


def facts(app_label: str) -> list[type[Fact]]:
    """The models of facts of an app."""
    return [model for model in apps.get_app_config(app_label).get_models() if issubclass(model, Fact)]


def grant_models(app: AppConfig) -> None:
    """Give the groups their rights over an app's models, and its facts the workflow."""
    table = {label: rights for label, rights in MODELS.items() if label.split(".")[0] == app.label}
    models = facts(app.label)
    table = {**{model._meta.label_lower: FACTS for model in models}, **table}
    for label, rights in table.items():
        label_of_app, model = label.split(".")
        for name, actions in rights.items():
            codenames = [f"{action}_{model}" for action in actions]
            group(name).permissions.add(
                *Permission.objects.filter(content_type__app_label=label_of_app, codename__in=codenames)
            )
    workflow = Workflow.objects.filter(name=WORKFLOW, active=True).first()
    for fact in models if workflow else ():
        content_type = ContentType.objects.get_for_model(fact)
        WorkflowContentType.objects.get_or_create(content_type=content_type, defaults={"workflow": workflow})


def grant_trees(trees: Iterable[Page]) -> None:
    """Give the groups their rights over language trees; administrators have theirs at the root, to make new ones."""
    rights = {
        permission.codename: permission
        for permission in Permission.objects.filter(content_type__app_label="wagtailcore", content_type__model="page")
    }
    root = Page.objects.filter(depth=1).first()
    granted = [
        GroupPagePermission(group=holder, page=page, permission=rights[f"{action}_page"])
        for name, actions in PAGES.items()
        for holder in [group(name)]
        for page in ([root] if name == ADMINISTRATORS and root else trees)
        for action in actions
        if f"{action}_page" in rights
    ]
    GroupPagePermission.objects.bulk_create(granted, ignore_conflicts=True)  # some have been there before


def grant_collections(app_label: str) -> None:
    """Give the groups their rights over the images or documents of all collections, or over the collections."""
    root = Collection.get_first_root_node()
    if root is None:
        return
    model, rights = COLLECTIONS[app_label]
    for permission in Permission.objects.filter(content_type__app_label=app_label, content_type__model=model):
        action = permission.codename.split("_")[0]
        for name, actions in rights.items():
            if action in actions:
                GroupCollectionPermission.objects.get_or_create(
                    group=group(name), collection=root, permission=permission
                )
