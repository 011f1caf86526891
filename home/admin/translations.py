"""The dashboard's panel « Traductions »: how much there is to do in each language."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from wagtail.admin.ui.components import Component
from wagtail.models import Locale
from wagtail.permission_policies.pages import PagePermissionPolicy

from cms.translation.report import TO_DO, to_do


class TranslationsPanel(Component):
    """Counts of outdated, partial and missing translations among the pages that the user may edit, with links."""

    name = "translations"
    template_name = "home/admin/translations_panel.html"
    order = 240

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request: HttpRequest = (parent_context or {})["request"]
        editable = PagePermissionPolicy().instances_user_has_permission_for(request.user, "change").values("pk")
        locales = list(Locale.objects.all())
        counts: dict[str, Counter[int]] = {}
        for state in TO_DO:
            found = to_do(state, locales).filter(pk__in=editable).order_by().values("locale").annotate(Count("pk"))
            counts[state] = Counter({row["locale"]: row["pk__count"] for row in found})
        report = reverse("cms_translation_report")
        rows = [
            {
                "language": locale.get_display_name(),
                "cells": [
                    {
                        "count": counts[state][locale.pk],
                        "url": f"{report}?language={locale.language_code}&state={state}",
                    }
                    for state in TO_DO
                ],
            }
            for locale in locales
            if any(counts[state][locale.pk] for state in TO_DO)
        ]
        return {"rows": rows, "states": TO_DO.values()}
