"""How each language is analysed: the one table from which both engines make their analyzers and queries their words.

Text is cut at whatever is no letter or digit, so an apostrophe parts « l'eau », and what is left of the article is a
stop word like any other. Then lower case, stemmed, accents folded. Stop words stay in the index, for phrases; queries
leave them out.
"""

import itertools
import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import snowballstemmer

OTHER = "xx"
"""The language of what is in none of ours: neither stemmed nor stopped."""
EXACT = "exact"
"""The analysis of words as they are typed: folded, not stemmed."""
TOKEN_BYTES = 255
"""Longer tokens are nobody's word; both engines drop or cut them."""

_FOLDER = Path(__file__).parent / "stop_words"


@dataclass(frozen=True)
class Language:
    """One language: the Snowball stemmer as both engines call it, what elision leaves of articles, question words."""

    code: str
    stemmer: str
    elided: str = ""
    asking: str = ""
    """Words that carry a question and not its subject; left out of sentences, never of a few keywords."""

    @cached_property
    def stop_words(self) -> frozenset[str]:
        """Words that say nothing of the subject, in lower case, with their accents and without."""
        lines = (_FOLDER / f"{self.code}.txt").read_text(encoding="utf-8").splitlines()
        listed = " ".join(line for line in lines if not line.startswith("#"))
        return _both_ways(f"{listed} {self.elided}")

    @cached_property
    def question_words(self) -> frozenset[str]:
        return _both_ways(self.asking)

    @cached_property
    def function_words(self) -> frozenset[str]:
        """Stop words and question words: what tells a language from others."""
        return self.stop_words | self.question_words

    @cached_property
    def elisions(self) -> frozenset[str]:
        return _both_ways(self.elided)


def _both_ways(words: str) -> frozenset[str]:
    return frozenset(words.split()) | frozenset(fold(words).split())


LANGUAGES: Mapping[str, Language] = {
    language.code: language
    for language in [
        Language(
            "fr",
            "French",
            elided="l m t qu n s j d c jusqu quoiqu lorsqu puisqu",
            asking="est peut faut doit comment combien quand pourquoi où quel quelle quels quelles lequel laquelle "
            "lesquels lesquelles quoi si puis dois peux plus fait",
        ),
        Language(
            "en",
            "English",
            asking="how many much what which who whom whose when where why does did was were is are kind type name "
            "call called",
        ),
        Language(
            "de",
            "German",
            asking="wie viel viele was wer wen wem wessen wann wo woher wohin warum weshalb wieso welche welcher "
            "welches welchem welchen gibt wurde wurden wird werden worden heißt nennt beim",
        ),
        Language(
            "es",
            "Spanish",
            asking="qué cuál cuáles cuánto cuánta cuántos cuántas cuándo dónde cómo quién quiénes por llama llamó hay",
        ),
        Language(
            "it",
            "Italian",
            elided="c l all dall dell nell sull coll pell gl agl dagl degl negl sugl un m t s v d quest quell",
            asking="che chi quale quali quanto quanta quanti quante quando dove come perché cosa qual viene",
        ),
        Language(
            "nl",
            "Dutch",
            elided="s t n",
            asking="hoe hoeveel wat wie wiens wanneer waar waarom welke welk wordt worden werd werden heet",
        ),
    ]
}


def field_of(code: str) -> str:
    """The language whose fields have what is in a language: itself, or OTHER."""
    return code if code in LANGUAGES else OTHER


_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ue000-\uf8ff\ufff9-\uffff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_COMBINING = re.compile("[\u0300-\u036f]")
_TOKEN = re.compile(r"[^\W_]+")


def clean(text: str) -> str:
    """Text as both engines take it: composed (NFC), without control characters, lone surrogates or invisible ones."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    spaced = text.replace("\n", " ")
    # Most pages hold nothing to remove but the ends of their lines, which is seen in a fifth of the time. To Python,
    # spaces of other widths are not printable, and these two signs for what is no text are.
    plain = spaced.replace("\xa0", " ").replace("\u202f", " ").isprintable()
    if plain and not any(sign in text for sign in ("\n\n", "\ufffc", "\ufffd")):
        return spaced
    return _INVISIBLE.sub("", _CONTROL.sub(" ", text))


def telling(text: str, language: str) -> str:
    """The words of a text that are no stop words of its language (« travail à distance »: « travail distance »)."""
    known = LANGUAGES.get(language)
    words = tokens(clean(text))
    return " ".join([word for word in words if known is None or word.lower() not in known.stop_words] or words)


def fold(text: str) -> str:
    """Lower case without accents, as the engines fold terms after stemming (the common letters)."""
    text = text.lower()
    if text.isascii():
        return text
    text = text.replace("ß", "ss").replace("œ", "oe").replace("æ", "ae").replace("ø", "o")
    return _COMBINING.sub("", unicodedata.normalize("NFD", text))


_SPELT_ALIKE = (
    *(("sch", "s"), ("ph", "f"), ("th", "t"), ("rh", "r"), ("ch", "c"), ("ck", "c"), ("tz", "c"), ("qu", "c")),
    *(("ou", "u"), ("oe", "u"), ("k", "c"), ("q", "c"), ("z", "c"), ("y", "i"), ("j", "i"), ("w", "v"), ("x", "s")),
)
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=100_000)
def spelling(word: str) -> str:
    """A folded word without what only tells one language's spelling from another's.

    « coopération » and "Kooperation" begin alike then, and « physique », "fisica" and "Physik".
    """
    for letters, one in _SPELT_ALIKE:
        word = word.replace(letters, one)
    return _DOUBLED.sub(r"\1", word)


def tokens(text: str) -> list[str]:
    """The words of a text as both engines cut them, in their own case."""
    return _TOKEN.findall(text)


def beginning(text: str, words: int) -> str:
    """A text up to the end of so many words; itself where it has no more."""
    found = list(itertools.islice(_TOKEN.finditer(text), words + 1))
    return text if len(found) <= words else text[: found[words - 1].end()] if words else ""


def spaced(text: str) -> str:
    """The words of a text, folded, with a space before each, as `begin` takes them."""
    return "".join(f" {word}" for word in tokens(fold(text)))


def begin(words: Iterable[str], text: str) -> bool:
    """Whether each of these folded words begins one of a text that is `spaced`."""
    return all(f" {word}" in text for word in words)


@lru_cache(maxsize=50_000)
def stem(word: str, code: str) -> str:
    """A word in lower case as the fields of a language have it, nearly: Snowball, then folded."""
    stemmer = snowballstemmer.stemmer(LANGUAGES[code].stemmer.lower())
    return fold(stemmer.stemWord(word))


PRIOR = 4.0
"""How much likelier than another the reader's own language is, before a word is read."""
EVIDENCE = 12.0
"""How much likelier a function word makes the languages that have it."""
LETTERS = {"ß": "de", "ä": "de", "ö": "de", "ñ": "es", "¿": "es", "¡": "es", "œ": "fr", "ê": "fr", "ò": "it", "ì": "it"}
LEAST = 0.05
"""A language less likely than this, beside the likeliest, is not asked for."""


def weigh(text: str, locale: str | None, codes: Collection[str] = tuple(LANGUAGES)) -> dict[str, float]:
    """How likely the text is in each language, the likeliest 1; `locale` is the reader's, None where it is unknown.

    Function words decide: they are what distinguishes languages, and what spoils a search in the wrong one. Few
    keywords without any leave every language possible.
    """
    likely = {code: math.log(PRIOR) if code == locale else 0.0 for code in codes}
    lowered = text.lower()
    for word in tokens(lowered):
        having = [code for code in codes if word in LANGUAGES[code].function_words]
        for code in having:
            likely[code] += math.log(EVIDENCE) / len(having)
    for letter, code in LETTERS.items():
        if letter in lowered and code in likely:
            likely[code] += math.log(EVIDENCE)
    most = max(likely.values())
    weights = {code: math.exp(value - most) for code, value in likely.items()}
    return {code: weight for code, weight in weights.items() if weight >= LEAST}
