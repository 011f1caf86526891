"""What changed since a reader last asked: what it must fetch again, and what it must remove."""

from typing import Annotated

from pydantic import Field

from cms import changes
from cms.api import errors, params
from cms.api.views import Api
from cms.changes import feed
from cms.changes.feed.token import BadToken, Token

LIMIT_DEFAULT = 100
LIMIT_MAX = 500


class StartAfreshProblem(errors.Problem):
    """The log no longer says all that changed: fetch everything, then go on from `token`."""

    token: str


@params.reader(Annotated[str, Field(max_length=params.MAX_LENGTH)])
def token(text: str) -> Token:
    """A token that an earlier answer gave."""
    try:
        return Token.read(text)
    except BadToken as error:
        raise params.Refused(str(error)) from None


class ChangeFeed(Api):
    """What changed after the token `since`; without it, nothing but the present token."""

    families = changes.FAMILIES
    own_params = (
        params.Param("since", token, "The token of the last answer."),
        params.Param("limit", params.integer(1, LIMIT_MAX), "How many pages at most.", default=LIMIT_DEFAULT),
    )
    problems = {410: StartAfreshProblem}

    def declared(self) -> list[params.Param]:
        return [*self.own_params, self.format, params.CACHE_BUSTER]  # there is no text in any language

    def answer(self, query: params.Query) -> feed.Feed:
        if query["since"] is None:
            return feed.present().feed
        try:
            return feed.read(query["since"], query["limit"]).feed
        except changes.StartAfresh as reason:
            raise errors.Gone(
                f"{reason} Fetch everything again, then ask for what changed since the token given here.",
                token=str(Token.now()),
            ) from reason
