"""A query as both engines understand it: each of them turns these nodes into its own, one for one.

Scores are BM25 (k1 1.2, b 0.75) per field in both.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A word in an analysed field."""

    field: str
    text: str


@dataclass(frozen=True)
class Phrase:
    """Words that follow one another in an analysed field, with at most `slop` others between them."""

    field: str
    text: str
    slop: int = 0


@dataclass(frozen=True)
class Prefix:
    """Words of an `exact` field that begin with a text; scores 1."""

    field: str
    text: str


@dataclass(frozen=True)
class Values:
    """Documents that have one of these codes in a keyword field; scores 1."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Between:
    """Documents whose number lies within bounds, both included; scores 1."""

    field: str
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Sum:
    """Documents that match at least so many of the nodes; their scores are added."""

    nodes: tuple["Node", ...]
    least: int = 1


@dataclass(frozen=True)
class Best:
    """Documents that match any of the nodes; the best score counts, the others with `tie`."""

    nodes: tuple["Node", ...]
    tie: float = 0.0


@dataclass(frozen=True)
class Boost:
    """A node whose score is multiplied."""

    node: "Node"
    factor: float


@dataclass(frozen=True)
class Constant:
    """A node whose matches all have one score."""

    node: "Node"
    score: float


@dataclass(frozen=True)
class Raised:
    """A node whose matches gain a score."""

    node: "Node"
    score: float


@dataclass(frozen=True)
class Must:
    """Documents that match every node of `nodes` and none of `without`; those that match `better` gain its score."""

    nodes: tuple["Node", ...]
    without: tuple["Node", ...] = ()
    better: tuple["Node", ...] = ()


@dataclass(frozen=True)
class Everything:
    """Every document; scores 1."""


Node = Text | Phrase | Prefix | Values | Between | Sum | Best | Boost | Constant | Raised | Must | Everything


def total(nodes: Sequence[Node], least: int = 1) -> Node:
    """The sum of one or several nodes."""
    return nodes[0] if len(nodes) == 1 else Sum(tuple(nodes), least)
