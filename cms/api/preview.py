"""Drafts for a front end that was given a token."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from cms import page_json, page_shapes
from cms.api import errors, params
from cms.api.views import Api
from cms.preview import access


class PagePreview(Api):
    """A draft, exactly as its detail will be once it is published.

    The token comes from the admin: it opens the front end's `/preview/?token=…`. `id`, `meta.detail_url` and the `id`
    of its own entry in `meta.translations` are null for a page that was never saved. The moments of publication are
    those of the last one. Nobody may keep the answer.
    """

    cached = False
    own_params = (params.Param("token", params.plain, "What the front end's address was given; needed.", default=""),)
    problems = {403: errors.Problem, 404: errors.Problem, 410: errors.Problem}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        access.keep_to_yourself(response)
        return response

    @classmethod
    def answer_type(cls) -> Any:
        return page_shapes.any_preview()

    def answer(self, query: params.Query) -> Any:
        if not query["token"]:
            raise errors.bad("token", "", "give the token of a preview")
        try:
            draft = access.opened(query["token"])
        except access.Unknown:
            raise errors.NotFound("There is no preview for this token.") from None
        except access.Ended:
            raise errors.Gone("This preview is over: ask for a new link.") from None
        except access.Forbidden:
            raise errors.Forbidden("Whoever made this preview may no longer edit the page.") from None
        return page_json.draft_detail(draft, query.labels)
