"""Superusers are made and changed by superusers alone: whoever sets the password of one could be one.

Wagtail asks for the permission to change accounts, which administrators have, and guards nothing but their deletion.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cms.models import User


def refuse(request: HttpRequest, user: User | None = None) -> HttpResponse | None:
    """before_create_user, before_edit_user."""
    if (user and user.is_superuser) or request.POST.get("is_superuser"):
        return _refused(request)
    return None


def refuse_several(request: HttpRequest, action: str, objects: Iterable[Any], view: Any) -> HttpResponse | None:
    """before_bulk_action."""
    if any(isinstance(one, User) and one.is_superuser for one in objects):
        return _refused(request)
    return None


def _refused(request: HttpRequest) -> HttpResponse | None:
    if request.user.is_superuser:
        return None
    messages.error(request, _("Only a superuser makes superusers or changes their accounts."))
    return redirect("wagtailusers_users:index")
