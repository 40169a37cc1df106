"""The relation classifier: logistic regression over relation candidates that curators related or left unrelated.

The rules' score of a candidate is its prior probability, which the data has to overcome.  Each feature counts once for
the relation type, so that each type learns its own words, and some count for all types, which learn from one another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from annotator.labels import RelationType
from annotator.suggest.learned.calibration import Calibration
from annotator.suggest.phrases import folded
from annotator.suggest.relations.logistic import Weights, logit, sigmoid
from annotator.suggest.relations.relation_candidate import RelationCandidate

SEPARATOR = "\t"
"""Stands between the name of a relation type and a feature of its own."""
MOST_DISTANCE = 160
"""Code points between two ends up to which they are scored though no rule relates them."""
LEAST_PRIOR = 0.06
"""Prior probability of a candidate that no rule relates."""
_WORD = re.compile(r"[^\W\d_]+|#|[^\w\s]")
_NO_WEIGHTS: dict[str, float] = {}
_MOST_WORDS = 8
"""Words between two ends up to which they are features themselves; more are only counted."""


class RelationClassifier:
    """Scores relation candidates by learned weights, some of which are shared by all relation types."""

    def __init__(self, weights: Weights) -> None:
        self._shared: dict[str, float] = {}
        self._by_type: dict[str, dict[str, float]] = {}
        for name, weight in weights.items():
            relation, separator, feature = name.partition(SEPARATOR)
            if separator:
                self._by_type.setdefault(relation, {})[feature] = weight
            else:
                self._shared[name] = weight

    def score(self, relation: RelationType, candidate: RelationCandidate, rule_score: float) -> float:
        """The probability that a candidate is related, given the rules' score of it."""
        if not rule_score and candidate.apart > MOST_DISTANCE:
            return 0.0
        shared, specific = candidate_features(candidate)
        type_weight, shared_weight = self._by_type.get(relation.name, _NO_WEIGHTS).get, self._shared.get
        from_rules = f"rule={int(10 * rule_score)}"
        total = shared_weight(from_rules, 0.0) + type_weight(from_rules, 0.0)
        for feature in shared:
            total += shared_weight(feature, 0.0) + type_weight(feature, 0.0)
        for feature in specific:
            total += type_weight(feature, 0.0)
        return sigmoid(logit(prior(rule_score)) + total)


@dataclass(frozen=True, slots=True)
class RelationScorer:
    """Scores relation candidates by the classifier, or by the rules where there is none, and calibrates the score.

    ``version`` is the learned version, part of the source of the relations suggested.
    """

    classifier: RelationClassifier | None
    calibration: Calibration = field(default_factory=Calibration)
    version: str = "0"

    @property
    def source(self) -> str | None:
        """The source of relations that the classifier scored; ``None`` without one: then the rules are the source."""
        return f"linker@{self.version}" if self.classifier is not None else None

    def score(self, relation: RelationType, candidate: RelationCandidate, rule_score: float) -> float:
        """The calibrated probability that a candidate is related, given the rules' score of it."""
        if self.classifier is None:
            return self.calibration(rule_score) if rule_score else 0.0
        return self.calibration(self.classifier.score(relation, candidate, rule_score))


def prior(rule_score: float) -> float:
    """The prior probability of a candidate, before anything was learned."""
    return max(rule_score, LEAST_PRIOR)


def features(relation: RelationType, candidate: RelationCandidate, rule_score: float) -> Iterator[str]:
    """Yield the features of a training instance: those shared by all types, then those of the relation type."""
    shared, specific = candidate_features(candidate)
    shared = [*shared, f"rule={int(10 * rule_score)}"]
    yield from shared
    for feature in (*shared, *specific):
        yield f"{relation.name}{SEPARATOR}{feature}"


def candidate_features(candidate: RelationCandidate) -> tuple[list[str], list[str]]:
    """The features of a candidate that all relation types share, and those that count for its type alone."""
    words = [folded(word) for word in _WORD.findall(candidate.masked)]
    distance = _distance(len(words))
    way = "on" if candidate.forwards else "back"
    ends = f"{candidate.head_label}>{candidate.child_label}"
    shared = ["always", way, f"far={distance}", f"nearest={candidate.nearest}{candidate.child_nearest}"]
    shared.append(f"over={min(len(candidate.skipped), 3)}")
    if ";" in candidate.between or ":" in candidate.between:
        shared.append("parted")
    if candidate.first == candidate.second:
        shared.append("same")
    specific = [ends, f"{ends} {way} {distance}", f"skipped={','.join(sorted(set(candidate.skipped)))}"]
    if len(words) <= _MOST_WORDS:
        specific.append(f"between={' '.join(words)}")
        specific += [f"has={word} {way}" for word in set(words)]
    specific += [f"edge={word}" for word in set(words[:1] + words[-1:])]
    before, after = _WORD.findall(candidate.before[-24:]), _WORD.findall(candidate.after[:24])
    if before:
        specific.append(f"before={folded(before[-1])} {way}")
    if after:
        specific.append(f"after={folded(after[0])} {way}")
    return shared, specific


def _distance(words: int) -> str:
    return str(words) if words <= 3 else "few" if words <= 6 else "some" if words <= 12 else "many"
