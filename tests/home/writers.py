"""What the tests of `serve` have other processes write: an import in batches, and a task that the worker runs."""

import time
from itertools import count

from django.contrib.auth import get_user_model
from django.db import transaction
from django_tasks import task

BATCH = 200


@task()
def rename(user_id: int) -> None:
    """Write one row, after reading it in the same transaction: the order that SQLite refuses when it is careless."""
    with transaction.atomic():
        user = get_user_model().objects.get(id=user_id)
        user.last_name = "renamed"
        user.save()


def import_users(seconds: float) -> None:
    """Write batches of accounts for so long, each in one transaction, and enqueue a task per twenty accounts."""
    users = get_user_model().objects
    end = time.monotonic() + seconds
    for batch in count():
        with transaction.atomic():
            for number in range(BATCH):
                user = users.create(username=f"import-{batch}-{number}")
                if number % 20 == 0:
                    rename.enqueue(user.id)
        if time.monotonic() > end:
            return
