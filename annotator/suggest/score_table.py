"""The score table: what turns the scores that rules give into probabilities, before anything was learned.

A logistic regression that starts from the rule's own score: one weight for all spans, one for each source and one for
each source and kind of entity; for relations one for all, one for each rule and one for each type, and other ones where
their ends are a curator's.  The L2 penalty draws them to 0, so that a source that was hardly seen keeps its score.
They are data, ``score_table.json``, which ``python -m benchmarks.scores --write`` fits to articles annotated by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files

from annotator.suggest.pinned_models import PINNED
from annotator.suggest.relations.logistic import logit, sigmoid

FILE = "score_table.json"
MODEL = "model"
"""The source under which the pretrained models' spans are counted together."""
_MODEL_NAMES = frozenset(model.name for models in PINNED.values() for model in models)


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The weights by feature, in log odds; without any it leaves scores as they are."""

    weights: Mapping[str, float] = field(default_factory=dict)

    def span(self, source: str, kind: str, score: float) -> float:
        """The probability that a span is accepted, given its source (``name@version``), kind and the rule's score."""
        return self.moved(score, span_features(source, kind))

    def relation(self, label: str, rule: str, score: float, *, certain: bool) -> float:
        """The probability that a relation is accepted; ``rule`` names the rule that found it.

        ``certain`` says that its ends are a curator's, so that only the relation itself is in doubt.
        """
        return self.moved(score, relation_features(label, rule, certain=certain))

    def moved(self, score: float, features: tuple[str, ...]) -> float:
        """A score moved by the weights of some features."""
        weight = sum(self.weights.get(feature, 0.0) for feature in features)
        return sigmoid(logit(score) + weight) if weight else score


def span_features(source: str, kind: str) -> tuple[str, ...]:
    """The features of a span."""
    name = source.partition("@")[0]
    name = MODEL if name in _MODEL_NAMES else name
    return "span", f"span {name}", f"span {name} {kind}"


def relation_features(label: str, rule: str, *, certain: bool) -> tuple[str, ...]:
    """The features of a relation, by its type, the name of the rule that found it, and whether its ends are certain."""
    relation = "certain relation" if certain else "relation"
    return relation, f"{relation} by {rule}", f"{relation} {label}"


@cache
def shipped_table() -> ScoreTable:
    """The table that comes with the package."""
    return ScoreTable(json.loads(_shipped_file()))


@cache
def shipped_digest() -> str:
    """The SHA-256 of the table that comes with the package, in hexadecimal."""
    return sha256(_shipped_file()).hexdigest()


def _shipped_file() -> bytes:
    return files("annotator.suggest").joinpath(FILE).read_bytes()
