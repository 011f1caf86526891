"""What the admin's own API does with pages: it lists and names them, for choosers and the translation editor."""

from typing import Any, ClassVar

from wagtail.admin.api.views import PagesAdminAPIViewSet
from wagtail.api.v2.router import WagtailAPIRouter


class PagesViewSet(PagesAdminAPIViewSet):
    """Without Wagtail's actions: no script calls them, and they go past the hooks that guard translations.

    Whoever may change a page made its fallback, which readers see marked as one, a page of its own.
    """

    actions: ClassVar[dict[str, Any]] = {}


def without_actions(api: WagtailAPIRouter) -> None:
    """A hook: Wagtail's `construct_admin_api`."""
    api.register_endpoint("pages", PagesViewSet)
