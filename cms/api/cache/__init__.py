"""A cache of the API's anonymous answers, around Django: docs/decisions/0005-api-cache.md says why it is as it is.

`key` says which requests may be answered from it, `versions` what is true now, `store` keeps answers, `answer` sends
them, `wrapper` brings these together.
"""

from cms.api.cache.wrapper import ApiCache

__all__ = ["ApiCache"]
