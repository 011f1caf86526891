"""The editors' guide inside the admin, where those who need it are."""

from itertools import pairwise

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext_lazy
from markdown_it import MarkdownIt
from wagtail.admin.menu import MenuItem

GUIDE = settings.BASE_DIR / "docs" / "editors-guide.fr.md"


def guide(request: HttpRequest) -> HttpResponse:
    """The guide as a page of the admin with its contents; its file is ours, so its HTML is trusted."""
    markdown = MarkdownIt("commonmark").enable("table")
    tokens = markdown.parse(GUIDE.read_text(encoding="utf-8"))
    sections = []
    for token, following in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            token.attrSet("id", slugify(following.content))
            sections.append({"id": token.attrGet("id"), "title": following.content})
        elif token.type == "table_open":
            token.attrSet("tabindex", "0")  # wide ones scroll on a phone, by keyboard too
    html = markdown.renderer.render(tokens, markdown.options, {})
    return render(request, "home/admin/guide.html", {"guide": mark_safe(html), "sections": sections})  # noqa: S308


def urls() -> list[URLPattern]:
    """register_admin_urls."""
    return [path("guide/", guide, name="home_guide")]


def menu_item() -> MenuItem:
    """register_help_menu_item."""
    return MenuItem(
        gettext_lazy("Guide of this site"), reverse("home_guide"), name="guide", icon_name="help", order=100
    )


def without_wagtails_own(request: HttpRequest, items: list[MenuItem]) -> None:
    """construct_help_menu: one guide is enough, and what is new in Wagtail is for those who update it."""
    items[:] = [item for item in items if not item.name.startswith(("whats-new-in-wagtail", "editor-guide"))]
