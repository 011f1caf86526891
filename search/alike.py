"""Which queries are one and the same, however they were typed."""

from search import languages, query

LONGEST = 200
"""Characters of a key."""


def key(text: str) -> str:
    """What queries have in common that differ in case, accents, punctuation and the order of their words alone.

    Empty without words. A query with syntax (phrases, exclusions, fields) is itself, in lower case without accents.
    """
    text = languages.fold(languages.clean(text))
    words = languages.tokens(text)
    if words and not query.parse(text).simple:
        words = text.split()
        return " ".join(words)[:LONGEST]
    return " ".join(sorted(set(words)))[:LONGEST]
