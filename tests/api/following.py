"""A reader of the changes feed, and the worker's part of what it is told."""

import datetime
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.tasks import update_reference_index_task

from cms.changes.models import Change


def index_references() -> None:
    """Do what the worker does after objects were saved."""
    waiting = DBTaskResult.objects.filter(task_path=update_reference_index_task.module_path)
    for task in waiting:
        update_reference_index_task.func(*task.args_kwargs["args"])
    waiting.delete()


def as_one_transaction(since: datetime.datetime) -> datetime.datetime:
    """In a test that never commits, all that was done since counts as one transaction, which has one moment."""
    now = timezone.now()
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        Change.objects.filter(created_at__gt=since).update(created_at=now)
    return now


class Reader:
    """Keeps its token, and gathers what one question tells however many answers it takes."""

    def __init__(self, client: Client, limit: int = 100) -> None:
        self._client = client
        self._limit = limit
        index_references()
        self._moment = as_one_transaction(datetime.datetime.min.replace(tzinfo=datetime.UTC))
        self.token = self._get()["meta"]["token"]

    def _get(self, **parameters: Any) -> dict[str, Any]:
        response = self._client.get("/api/v2/changes/", parameters)
        assert response.status_code == 200, response.content
        return response.json()

    def ask(self, *, indexed: bool = True) -> dict[str, Any]:
        """All that changed since the last question."""
        if indexed:
            index_references()
        self._moment = as_one_transaction(self._moment)
        told: dict[str, Any] = {}
        more = True
        while more:
            answer = self._get(since=self.token, limit=self._limit)
            assert answer["meta"]["since"] == self.token
            self.token = answer["meta"]["token"]
            more = answer["meta"]["has_more"]
            for name in ("pages", "facts", "images", "documents", "parts"):
                told.setdefault(name, []).extend(answer[name])
        return told

    def pages(self, **kwargs: Any) -> dict[int, str]:
        """What is told of pages: reasons by key, or "gone"."""
        return {page["id"]: ",".join(page["reasons"]) or page["state"] for page in self.ask(**kwargs)["pages"]}
