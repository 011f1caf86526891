"""The languages with what synchronises their trees, the roles' groups, and the approval of pages and facts."""

from typing import Any

from django.conf import settings
from django.db import migrations

GROUPS = ("Administrateurs", "Rédacteurs", "Contributeurs", "Documentalistes", "Traducteurs")
APPROVERS = ("Administrateurs", "Rédacteurs")
WORKFLOW = "Relecture"


def make_languages(apps: Any, schema_editor: Any) -> None:
    Locale = apps.get_model("wagtailcore", "Locale")
    LocaleSynchronization = apps.get_model("wagtail_localize", "LocaleSynchronization")
    locales = {
        code: Locale.objects.get_or_create(language_code=code)[0] for code, _label in settings.WAGTAIL_CONTENT_LANGUAGES
    }
    source = locales.pop(settings.LANGUAGE_CODE)
    for locale in locales.values():
        LocaleSynchronization.objects.get_or_create(locale=locale, defaults={"sync_from": source})


def make_roles(apps: Any, schema_editor: Any) -> None:
    Group = apps.get_model("auth", "Group")
    for name in GROUPS:
        Group.objects.get_or_create(name=name)
    # Wagtail's own two groups say nothing that these do not; they stay where somebody is in them already.
    Group.objects.filter(name__in=("Editors", "Moderators"), user=None).delete()


def make_workflow(apps: Any, schema_editor: Any) -> None:
    ContentType = apps.get_model("contenttypes", "ContentType")
    Group = apps.get_model("auth", "Group")
    Page = apps.get_model("wagtailcore", "Page")
    Workflow = apps.get_model("wagtailcore", "Workflow")
    GroupApprovalTask = apps.get_model("wagtailcore", "GroupApprovalTask")
    WorkflowTask = apps.get_model("wagtailcore", "WorkflowTask")
    WorkflowPage = apps.get_model("wagtailcore", "WorkflowPage")
    content_type, _created = ContentType.objects.get_or_create(app_label="wagtailcore", model="groupapprovaltask")
    workflow = Workflow.objects.create(name=WORKFLOW, active=True)
    task = GroupApprovalTask.objects.create(name=WORKFLOW, active=True, content_type=content_type)
    task.groups.set(Group.objects.filter(name__in=APPROVERS))
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    # On the root: every language's tree, today's and tomorrow's, is below it.
    for root in Page.objects.filter(depth=1):
        WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    # Wagtail's default workflow was the root's alone.
    used = [*WorkflowPage.objects.values_list("workflow", flat=True)]
    used += apps.get_model("wagtailcore", "WorkflowState").objects.values_list("workflow", flat=True)
    unused = Workflow.objects.exclude(pk__in=used)
    GroupApprovalTask.objects.filter(workflow_tasks__workflow__in=unused).delete()
    unused.delete()


def make_members_collection(apps: Any, schema_editor: Any) -> None:
    """Files for members only: a document in it is served to those who are logged in, and never named in public."""
    Current = apps.get_model("wagtailcore", "Collection")
    if Current.objects.filter(name="Adhérents").exists():
        return
    CollectionViewRestriction = apps.get_model("wagtailcore", "CollectionViewRestriction")
    root = Current.objects.filter(depth=1).first()
    if root is None:
        return
    steps = [int(path[-4:], 36) for path in Current.objects.filter(depth=2).values_list("path", flat=True)]
    step = max(steps, default=0) + 1
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    last = "".join(digits[step // 36**power % 36] for power in (3, 2, 1, 0))
    members = Current.objects.create(name="Adhérents", path=root.path + last, depth=2, numchild=0)
    Current.objects.filter(pk=root.pk).update(numchild=root.numchild + 1)
    CollectionViewRestriction.objects.create(collection=members, restriction_type="login")


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0006_image_renditions"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailimages", "0027_image_description"),
        ("wagtail_localize", "0016_rename_page_revision_translationlog_revision"),
    ]

    operations = [
        migrations.RunPython(make_languages, migrations.RunPython.noop),
        migrations.RunPython(make_roles, migrations.RunPython.noop),
        migrations.RunPython(make_workflow, migrations.RunPython.noop),
        migrations.RunPython(make_members_collection, migrations.RunPython.noop),
    ]
