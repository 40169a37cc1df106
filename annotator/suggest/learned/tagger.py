"""A sequence tagger that learns how far to trust model, rules and phrase memory, token by token.

It is a linear-chain conditional random field over the stored tokens, sentence by sentence.  What model, rules and
memory propose comes in as features.  What it says of a span is averaged with their own scores: the more documents it
has learned a label from, and the worse the rules are at it, the more its word counts, so that with little data it
leaves the proposals as they are and with more it corrects them.  Model files are crfsuite's own format: data, no code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from annotator.annotation import Span
from annotator.errors import InputError
from annotator.suggest.learned.crf_file import attributes_of
from annotator.suggest.learned.token_features import (
    Features,
    FeatureSet,
    LabelledRange,
    ProposalFeatures,
    TokenFeatures,
    WordLookup,
    units,
)
from annotator.suggest.phrases import PhraseIndex, TokenRange

OUTSIDE = "O"
ITERATIONS = 60
PENALTIES = {"c1": 0.1, "c2": 0.1}
"""Weights of the L1 and L2 terms; measured by cross-validation on news, encyclopaedias and clinical records."""
LEAST_PROBABILITY = 0.35
"""Probability from which a span is found; measured on news and encyclopaedias."""
_MOSTLY = 0.75
"""Trust from which every span of the likeliest tagging is found, whatever its probability."""


class TaggedSpan(NamedTuple):
    """A span that the tagger found, in tokens, with its probability before calibration."""

    tokens: TokenRange
    label: str
    probability: float


def bio_tags(index: PhraseIndex, unit: TokenRange, spans: Iterable[Span]) -> list[str]:
    """Encode the spans of a unit as one BIO tag for each token; of two that overlap the longer one counts."""
    tags = [OUTSIDE] * (unit.stop - unit.start)
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start, s.label)):
        touched = index.document.tokens.overlapping(span.start, span.end)
        if not touched or touched[0] < unit.start or touched[-1] >= unit.stop:
            continue
        first, last = touched[0] - unit.start, touched[-1] - unit.start
        if all(tag == OUTSIDE for tag in tags[first : last + 1]):
            tags[first : last + 1] = [f"B-{span.label}", *[f"I-{span.label}"] * (last - first)]
    return tags


def train(examples: Iterable[tuple[Sequence[Features], Sequence[str]]], path: Path) -> None:
    """Train on units (features and BIO tag of each token) and write the model to ``path``."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({**PENALTIES, "max_iterations": ITERATIONS})
    for sequence, tags in examples:
        trainer.append(sequence, tags)
    try:
        trainer.train(str(path))
    except (pycrfsuite.CRFSuiteError, RuntimeError) as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: Exception) -> InputError:
    return InputError(f"{path}: crfsuite could not work with it: {error}", "free some space if the disk is full")


class Tagger:
    """A trained tagger; ``feature_set`` is the one that it was trained with.

    ``trust`` holds by label how much its own probability counts beside the score of a proposal, from 0 to 1 (by
    default 1 for every label).  Raises :class:`InputError` for a file that is no whole model.
    """

    def __init__(
        self,
        path: Path,
        feature_set: FeatureSet = FeatureSet.PLAIN,
        trust: Mapping[str, float] | None = None,
    ) -> None:
        import pycrfsuite

        known = attributes_of(path)
        self.trust = trust
        self._crf = pycrfsuite.Tagger()
        try:
            self._crf.open(str(path))
            self._labels = frozenset(self._crf.labels())
            self._crf.set([[]])
            for label in self._labels:
                self._crf.marginal(label, 0)
        except (RuntimeError, ValueError) as error:
            raise InputError(f"{path}: crfsuite cannot use it: {error}", "`annotator train` makes a new one") from error
        self._lookup = WordLookup(feature_set, known)

    def find(self, index: PhraseIndex, proposals: ProposalFeatures) -> Iterator[TaggedSpan]:
        """Yield the likely spans of a document among those of the likeliest tagging and those proposed."""
        proposed: dict[int, list[LabelledRange]] = {}
        for span in proposals.scores:
            proposed.setdefault(span.tokens.start, []).append(span)
        features = TokenFeatures(index, proposals, self._lookup)
        for unit in units(index):
            self._crf.set(features.rows(unit))
            tagged = list(decoded(self._crf.tag(), unit.start))
            within = (span for token in range(*unit) for span in proposed.get(token, ()))
            others = [span for span in within if span not in tagged and span.tokens.stop <= unit.stop]
            for number, span in enumerate([*tagged, *others]):
                trust = 1.0 if self.trust is None else self.trust.get(span.label, 0.0)
                own = self._probability(unit, span.tokens, span.label) if trust else 0.0
                probability = trust * own + (1.0 - trust) * proposals.scores.get(span, 0.0)
                if probability >= LEAST_PROBABILITY or (number < len(tagged) and trust >= _MOSTLY):
                    yield TaggedSpan(*span, probability)

    def _probability(self, unit: TokenRange, tokens: TokenRange, label: str) -> float:
        """The least marginal of a span's tags: its first, the others, and the end after the last."""
        first, last = tokens.start - unit.start, tokens.stop - unit.start
        begin, inside = f"B-{label}", f"I-{label}"
        if begin not in self._labels:
            return 0.0
        marginals = [self._crf.marginal(begin, first)]
        if inside in self._labels:
            marginals += [self._crf.marginal(inside, at) for at in range(first + 1, last)]
            if tokens.stop < unit.stop:
                marginals.append(1.0 - self._crf.marginal(inside, last))
        elif last > first + 1:
            return 0.0
        return float(min(marginals))


def decoded(tags: Sequence[str], offset: int) -> Iterator[LabelledRange]:
    """Decode BIO tags to token ranges with labels; ``offset`` is the token of the first tag."""
    start, label = -1, ""
    for i, tag in enumerate([*tags, OUTSIDE]):
        if start >= 0 and tag != f"I-{label}":
            yield LabelledRange(TokenRange(offset + start, offset + i), label)
            start = -1
        if tag.startswith("B-") or (start < 0 and tag.startswith("I-")):
            start, label = i, tag[2:]
