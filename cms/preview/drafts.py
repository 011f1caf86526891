"""A page as it would be if it were published now: made in memory from stored content, nothing is written."""

from dataclasses import dataclass, field
from typing import Any

from wagtail.models import Page

Content = dict[str, Any]
"""A page with its child rows, as Wagtail's revisions store it."""

NO_STATUS = (None, None, None)


@dataclass(frozen=True)
class Draft:
    """A draft with what publication would make of it.

    `page` is specific; its `pk` is None where it was never saved. `stored_path` is the `url_path` that it has in the
    tree, "" for none; `status` its completeness, percent and whether it is outdated, None for what is no translation;
    `outdated` says of its translations, by their key, whether they will be, where that turns.
    """

    page: Any
    stored_path: str = ""
    status: tuple[Any, Any, Any] = NO_STATUS
    outdated: dict[int, bool] = field(default_factory=dict)


class Unreadable(Exception):
    """What the content cannot do without is gone, such as its page's parent."""


def content_of(page: Page) -> Content:
    """All that a page in memory holds."""
    return page.serializable_data()  # type: ignore[no-any-return]


def of_page(page: Page, content: Content) -> Draft:
    """The draft of a page that is in the tree; Unreadable."""
    from cms.translation import status  # reads pages, which preview themselves

    specific: Any = page.specific
    found = specific.with_content_json(content)
    if found is None:
        raise Unreadable
    found.alias_of = None  # publication gives the page a text of its own
    around = status.translations_around(found)
    own, others = status.once_published(found, around), status.outdated_once_published(found, around)
    return Draft(found, page.url_path, own, others)


def of_new_page(parent: Page, model: type[Page], content: Content) -> Draft:
    """The draft of a page that was never saved, as the last child of its parent; Unreadable."""
    found: Any = model.from_serializable_data({**content, "pk": None})
    if found is None:
        raise Unreadable
    found.pk = None
    found.depth = parent.depth + 1
    last = parent.get_last_child()
    found.path = last._inc_path() if last else Page._get_path(parent.path, found.depth, 1)
    found.set_url_path(parent)
    found.first_published_at = found.last_published_at = None
    return Draft(found)


def of_memory(page: Page) -> Draft:
    """The draft of a page that is being edited; Unreadable."""
    if page.pk:
        return of_page(Page.objects.get(pk=page.pk), content_of(page))
    return of_new_page(page.get_parent(), type(page), content_of(page))
