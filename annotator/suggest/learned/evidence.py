"""What earlier decisions on a phrase say about its label: counting them, and estimating a label from the counts.

Evidence from the open document counts for more than that from other documents.  A rejection counts in its own document
at once, elsewhere only when several documents reject the phrase.  The context of a mention is the word before and the
word after it; decisions in the same context count up to three times, which tells ambiguous phrases apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeVar

from annotator.annotation import Span, Verdict
from annotator.suggest.phrases import OTHER_NUMBER, SAME_FORM, Context, Form, PhraseIndex, TokenRange, form_similarity

Key = TypeVar("Key")

OPEN_DOCUMENT_WEIGHT = 2.0
"""How much more a decision in the open document counts than one elsewhere."""
MOST_WEIGHT_ELSEWHERE = 20.0
"""The most that the decisions in all other documents count for together."""
NAME_PRIOR, WORD_PRIOR = 0.5, 0.3
"""Probability, before any evidence, that another mention of a name (or of other words) has the same label."""
LEAST_SCORE = 0.5
"""Score from which a mention is suggested."""


class RangeDecision(NamedTuple):
    """A curator's decision on a range of a document: it has ``label`` (``positive``), or it does not."""

    start: int
    end: int
    label: str
    positive: bool


class PhraseDecision(NamedTuple):
    """A decision on a phrase: label, whether the phrase has it, how the phrase was written, the stems around it."""

    label: str
    positive: bool
    form: Form
    before: str
    after: str


class LabelEstimate(NamedTuple):
    """The probability that a mention has a label, and the weight of the evidence (1: one decision elsewhere)."""

    score: float
    weight: float


class DecisionCounts:
    """Counts of the decisions on one phrase.

    ``forms`` counts by label, positive and written form; ``contexts`` by label, positive, side (0 before, 1 after) and
    the stem on that side.
    """

    __slots__ = ("contexts", "forms")

    def __init__(self) -> None:
        self.forms: Counter[tuple[str, bool, Form]] = Counter()
        self.contexts: Counter[tuple[str, bool, int, str]] = Counter()

    def __bool__(self) -> bool:
        return bool(self.forms)

    def count(self, decision: PhraseDecision, by: int = 1) -> None:
        """Add a decision, or remove one (``by`` is -1)."""
        label, positive, form, before, after = decision
        add_to(self.forms, (label, positive, form), by)
        for side, stem in enumerate((before, after)):
            if stem:
                add_to(self.contexts, (label, positive, side, stem), by)

    def merge(self, other: DecisionCounts) -> None:
        """Add all decisions that ``other`` counts."""
        self.forms.update(other.forms)
        self.contexts.update(other.contexts)

    def has_positive(self) -> bool:
        """Tell whether any decision gave the phrase a label."""
        return any(positive for _, positive, _ in self.forms)


def add_to(counter: Counter[Key], key: Key, by: int) -> None:
    """Change a count; a key that comes to 0 is deleted."""
    counter[key] += by
    if not counter[key]:
        del counter[key]


@dataclass
class CorpusEvidence:
    """What other documents say about a phrase; it must not change once :attr:`unanimous` was read.

    ``unmarked`` counts mentions of the phrase that finished documents leave without a span.
    """

    decisions: DecisionCounts = field(default_factory=DecisionCounts)
    unmarked: int = 0

    @cached_property
    def unanimous(self) -> tuple[str, Form, float] | None:
        """Label, form and score of a phrase that every document marks alike, whatever the context; else ``None``."""
        if self.unmarked or len(self.decisions.forms) != 1:
            return None
        (((label, positive, form), _),) = self.decisions.forms.items()
        score = estimate_labels(form, ("", ""), None, self)[label].score
        return (label, form, score) if positive and score >= LEAST_SCORE else None


NO_EVIDENCE = CorpusEvidence()


def decision_against(verdict: Verdict, span: Span | None) -> RangeDecision | None:
    """The negative decision that a verdict on a suggested span implies; ``None`` where it implies none.

    A rejection denies the label, and so does a correction that gave the same words another label or kept only a part
    of them.  ``span`` is the curator's span that the suggestion became, if any.
    """
    if verdict.kind != "span":
        return None
    start, end, label = verdict.original
    against = RangeDecision(start, end, label, positive=False)
    if verdict.verdict == "rejected":
        return against
    if verdict.verdict != "corrected" or span is None or span.key == (start, end, label):
        return None
    relabelled = (span.start, span.end) == (start, end)
    shortened = span.label == label and start <= span.start and span.end <= end
    return against if relabelled or shortened else None


def phrase_decision(index: PhraseIndex, tokens: TokenRange, decision: RangeDecision) -> PhraseDecision:
    """A decision on the range ``tokens`` as one on the phrase that stands there."""
    form, context = index.form_and_context(tokens)
    return PhraseDecision(decision.label, decision.positive, form, *context)


def estimate_labels(
    form: Form, context: Context, here: DecisionCounts | None, elsewhere: CorpusEvidence, label: str | None = None
) -> dict[str, LabelEstimate]:
    """Estimate, for every label that the phrase had somewhere (and for ``label``), how likely a mention has it.

    ``form`` and ``context`` are the mention's; ``here`` counts the decisions in its document, if there are any.
    """
    weights = _LabelWeights()
    if here is not None:
        weights.add(form, context, here, OPEN_DOCUMENT_WEIGHT)
    unmarked = 0.0
    if elsewhere.decisions:
        others = _LabelWeights()
        others.add(form, context, elsewhere.decisions, 1.0)
        total = sum(others.positive.values()) + sum(others.negative.values()) + elsewhere.unmarked
        scale = min(1.0, MOST_WEIGHT_ELSEWHERE / total) if total else 1.0
        weights.merge(others, scale)
        unmarked = scale * elsewhere.unmarked
    prior = NAME_PRIOR if any(word[0].isupper() for word in form) else WORD_PRIOR
    marked = sum(weights.positive.values())
    labels = sorted({*weights.positive, *weights.negative, *([] if label is None else [label])})
    return {
        name: LabelEstimate(
            weights.similarity.get(name, SAME_FORM)
            * (weights.positive[name] + prior)
            / (marked + weights.negative[name] + unmarked + 1.0),
            marked + weights.negative[name] + unmarked,
        )
        for name in labels
    }


class _LabelWeights:
    """The weight of evidence for and against each label, and the similarity of the most similar form that had it."""

    def __init__(self) -> None:
        self.positive: defaultdict[str, float] = defaultdict(float)
        self.negative: defaultdict[str, float] = defaultdict(float)
        self.similarity: defaultdict[str, float] = defaultdict(float)

    def add(self, form: Form, context: Context, counts: DecisionCounts, factor: float) -> None:
        """Add the decisions on similar forms; those in the same context weigh more."""
        seen: set[tuple[str, bool]] = set()
        for (label, positive, remembered), count in counts.forms.items():
            similarity = form_similarity(remembered, form)
            if not similarity:
                continue
            weight = factor * count * (1.0 if similarity > OTHER_NUMBER else 0.5)
            self._side(positive=positive)[label] += weight
            self.similarity[label] = max(self.similarity[label], similarity if positive else SAME_FORM)
            seen.add((label, positive))
        for label, positive in seen:
            in_context = sum(
                counts.contexts.get((label, positive, side, stem), 0) for side, stem in enumerate(context) if stem
            )
            self._side(positive=positive)[label] += factor * in_context

    def merge(self, other: _LabelWeights, scale: float) -> None:
        """Add the weights of ``other``, times ``scale``."""
        for mine, theirs in ((self.positive, other.positive), (self.negative, other.negative)):
            for label, weight in theirs.items():
                mine[label] += scale * weight
        for label, similarity in other.similarity.items():
            self.similarity[label] = max(self.similarity[label], similarity)

    def _side(self, *, positive: bool) -> defaultdict[str, float]:
        return self.positive if positive else self.negative
