"""What the processes of test_changes_processes.py do: python -m tests.cms.changes_process ROLE ARGUMENT."""

import json
import os
import signal
import sys

import django


def write(slug: str) -> None:
    """Publish, save a draft, update in bulk, change two things at once and take one back; print what was committed."""
    from django.db import transaction
    from wagtail.contrib.redirects.models import Redirect

    from cms.facts import Office
    from home.models import StandardPage

    committed = 0
    for number in range(12):
        page = StandardPage.objects.get(slug=slug)
        page.title = f"{slug} {number}"
        page.save_revision().publish()
        page.save_revision()
        Redirect.objects.create(old_path=f"/{slug}/{number}", redirect_link="/")
        with transaction.atomic():
            Office.objects.filter(code=slug).update(phone=str(number + 1))
            StandardPage.objects.filter(slug=slug).update(introduction=str(number))
        try:
            with transaction.atomic():
                Redirect.objects.create(old_path=f"/{slug}/{number}/taken-back", redirect_link="/")
                raise InterruptedError
        except InterruptedError:
            committed += 1
    print(json.dumps(committed))


def poll(end: str) -> None:
    """Follow the log until the redirect `end` shows; print every (version, kind, model, object id) seen, in order."""
    from wagtail.contrib.redirects.models import Redirect

    from cms import changes

    position = changes.position()
    print("ready", flush=True)
    seen = []
    while True:
        over = Redirect.objects.filter(old_path=end).exists()
        found = changes.changes_since(position)
        if found:
            seen += [(change.version, change.kind, change.model, change.object_id) for change in found]
            position = position._replace(version=found[-1].version)
        if over:
            print(json.dumps(seen))
            return


def die(slug: str) -> None:
    """Write a page and its change, then die before the commit."""
    from django.db import connection, transaction

    from cms.changes.models import Change
    from home.models import StandardPage

    with transaction.atomic():
        page = StandardPage.objects.get(slug=slug)
        page.title = "Never"
        page.save_revision().publish()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS changes_version IMMEDIATE")
        assert Change.objects.filter(version__isnull=False, object_id=page.pk).exists()
        print("written", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    django.setup()
    {"write": write, "poll": poll, "die": die}[sys.argv[1]](sys.argv[2])
