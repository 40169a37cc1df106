"""What makes a pair of spans a relation, learned from pairs that curators linked and pairs that they did not.

Every pair that the scheme allows is a case; what the rules say of it is the belief that the data has to overcome.
Features name the relation, so that each learns its own words, but a shared half lets one type learn from the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from annotator.labels import RelationType
from annotator.suggest.learned.calibration import Calibration
from annotator.suggest.phrases import folded
from annotator.suggest.relations.logistic import Weights, logit, sigmoid
from annotator.suggest.relations.rules import RelationCandidate

OF = "\t"
"""What parts a relation's name from a feature of its own."""
FAR = 160
"""Code points between two ends beyond which, where no rule speaks for them, they are not looked at."""
FLOOR = 0.06
"""Belief in a pair of which no rule says anything."""
_WORD = re.compile(r"[^\W\d_]+|#|[^\w\s]")
_NOTHING: dict[str, float] = {}
_MOST = 8
"""Words between two ends beyond which they are only counted."""


class RelationClassifier:
    """Weighs pairs with what was learned."""

    def __init__(self, weights: Weights) -> None:
        self._shared: dict[str, float] = {}
        self._own: dict[str, dict[str, float]] = {}
        for name, weight in weights.items():
            relation, parted, feature = name.partition(OF)
            if parted:
                self._own.setdefault(relation, {})[feature] = weight
            else:
                self._shared[name] = weight

    def weigh(self, relation: RelationType, pair: RelationCandidate, rule: float) -> float:
        """Return the probability that a pair holds a relation; ``rule`` is what the rules say."""
        if not rule and pair.apart > FAR:
            return 0.0
        shared, own = pair_features(pair)
        mine, theirs = self._own.get(relation.name, _NOTHING).get, self._shared.get
        said = f"rule={int(10 * rule)}"
        total = theirs(said, 0.0) + mine(said, 0.0)
        for feature in shared:
            total += theirs(feature, 0.0) + mine(feature, 0.0)
        for feature in own:
            total += mine(feature, 0.0)
        return sigmoid(logit(belief(rule)) + total)


@dataclass(frozen=True, slots=True)
class RelationScorer:
    """Weighs pairs with a linker, or by the rules where they do better, and calibrates.

    ``version`` names what was learned in the source of what it proposes.
    """

    linker: RelationClassifier | None
    calibration: Calibration = field(default_factory=Calibration)
    version: str = "0"

    @property
    def source(self) -> str | None:
        """Return the source of what it proposes, ``None`` when that is the rules' own."""
        return f"linker@{self.version}" if self.linker is not None else None

    def weigh(self, relation: RelationType, pair: RelationCandidate, rule: float) -> float:
        """Return the probability that a pair holds a relation; ``rule`` is what the rules say."""
        if self.linker is None:
            return self.calibration(rule) if rule else 0.0
        return self.calibration(self.linker.weigh(relation, pair, rule))


def belief(rule: float) -> float:
    """Return what is believed of a pair before anything was learned."""
    return max(rule, FLOOR)


def features(relation: RelationType, pair: RelationCandidate, rule: float) -> Iterator[str]:
    """Yield what a case is known by: what relations have in common, and the same and more as the relation's own."""
    shared, own = pair_features(pair)
    shared = [*shared, f"rule={int(10 * rule)}"]
    yield from shared
    for feature in (*shared, *own):
        yield f"{relation.name}{OF}{feature}"


def pair_features(pair: RelationCandidate) -> tuple[list[str], list[str]]:
    """Return what a pair is known by: what may mean the same for every relation, and what each takes by itself."""
    words = [folded(word) for word in _WORD.findall(pair.masked)]
    far = _distance(len(words))
    way = "on" if pair.forwards else "back"
    ends = f"{pair.head_label}>{pair.child_label}"
    shared = ["always", way, f"far={far}", f"nearest={pair.nearest}{pair.child_nearest}"]
    shared.append(f"over={min(len(pair.skipped), 3)}")
    if ";" in pair.between or ":" in pair.between:
        shared.append("parted")
    if pair.first == pair.second:
        shared.append("same")
    own = [ends, f"{ends} {way} {far}", f"skipped={','.join(sorted(set(pair.skipped)))}"]
    if len(words) <= _MOST:
        own.append(f"between={' '.join(words)}")
        own += [f"has={word} {way}" for word in set(words)]
    own += [f"edge={word}" for word in set(words[:1] + words[-1:])]
    before, after = _WORD.findall(pair.before[-24:]), _WORD.findall(pair.after[:24])
    if before:
        own.append(f"before={folded(before[-1])} {way}")
    if after:
        own.append(f"after={folded(after[0])} {way}")
    return shared, own


def _distance(words: int) -> str:
    return str(words) if words <= 3 else "few" if words <= 6 else "some" if words <= 12 else "many"
