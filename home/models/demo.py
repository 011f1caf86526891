"""What the demo loader has made, so that loading again repairs and never touches an editor's work."""

from django.db import models


class DemoItem(models.Model):
    """One object of the demo content; `done` once it holds all its content.

    A finished item is never looked at again: an editor may have changed or deleted the object.
    """

    key = models.CharField(max_length=200, unique=True)
    object_id = models.CharField(max_length=40)
    done = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.key
