"""A sequence tagger that learns how far to trust model, rules and phrase memory, token by token.

It is a linear-chain conditional random field over the stored tokens, sentence by sentence.  What model, rules and
memory propose comes in as features.  What it says of a span is averaged with their own scores: the more documents it
has learned a label from, and the worse the rules are at it, the more its word counts, so that with little data it
leaves the proposals as they are and with more it corrects them.  A neural recogniser can have a vote in what it says
of a span; the two together are the neural tagger.  Model files are crfsuite's own format: data, no code.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from annotator.errors import InputError
from annotator.suggest.learned.bio import decoded
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

if TYPE_CHECKING:
    from annotator.suggest.learned.neural_recogniser import NeuralRecogniser

ITERATIONS = 60
PENALTIES = {"c1": 0.1, "c2": 0.1}
"""Weights of the L1 and L2 terms; measured by cross-validation on news, encyclopaedias and clinical records."""
LEAST_PROBABILITY = 0.35
"""Probability from which a span is found; measured on news and encyclopaedias."""
_MOSTLY = 0.75
"""Trust from which every span of the likeliest tagging is found, whatever its probability."""
VOTE = 0.35
"""Weight of a neural recogniser beside the tagger; measured on adverts and on clinical notes and records."""
SURE = 0.9
"""Probability that stands for the word of a neural recogniser, which gives none."""


class TaggedSpan(NamedTuple):
    """A span that the tagger found, in tokens, with its probability before calibration."""

    tokens: TokenRange
    label: str
    probability: float


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

    ``trust`` holds by label how much its own probability counts beside the score of a proposal, from 0 to 1 (by default
    1 for every label), and ``voter`` has a vote in that probability.  Raises :class:`InputError` for a file that is no
    whole model.
    """

    def __init__(
        self,
        path: Path,
        feature_set: FeatureSet = FeatureSet.PLAIN,
        trust: Mapping[str, float] | None = None,
        voter: NeuralRecogniser | None = None,
    ) -> None:
        import pycrfsuite

        known = attributes_of(path)
        self.trust = trust
        self._voter = voter
        self._made_of = path, feature_set
        self._crf = pycrfsuite.Tagger()
        try:
            self._crf.open(str(path))
            self._labels = frozenset(self._crf.labels())
            if self._labels:
                self._crf.set([[]])
            for label in self._labels:
                self._crf.marginal(label, 0)
        except (RuntimeError, ValueError) as error:
            raise InputError(f"{path}: crfsuite cannot use it: {error}", "`annotator train` makes a new one") from error
        self._lookup = WordLookup(feature_set, known)

    def with_voter(self, voter: NeuralRecogniser) -> Tagger:
        """The same tagger, in which a neural recogniser has a vote."""
        return Tagger(*self._made_of, self.trust, voter)

    def find(self, index: PhraseIndex, proposals: ProposalFeatures) -> Iterator[TaggedSpan]:
        """Yield the likely spans of a document among those of the likeliest tagging, of the voter, and proposed."""
        voted = dict.fromkeys(self._voter.find(index)) if self._voter is not None else {}
        proposed: dict[int, list[LabelledRange]] = {}
        for span in {**proposals.scores, **voted}:
            proposed.setdefault(span.tokens.start, []).append(span)
        features = TokenFeatures(index, proposals, self._lookup)
        alone = _MOSTLY if self._voter is None else math.inf
        for unit in units(index):
            tagged = self._tagged(features, unit)
            within = (span for token in range(*unit) for span in proposed.get(token, ()))
            others = [span for span in within if span not in tagged and span.tokens.stop <= unit.stop]
            for number, span in enumerate([*tagged, *others]):
                trust = 1.0 if self.trust is None else self.trust.get(span.label, 0.0)
                own = self._probability(unit, span.tokens, span.label) if trust else 0.0
                if self._voter is not None:
                    own = (1.0 - VOTE) * own + VOTE * SURE * (span in voted)
                probability = trust * own + (1.0 - trust) * proposals.scores.get(span, 0.0)
                if probability >= LEAST_PROBABILITY or (number < len(tagged) and trust >= alone):
                    yield TaggedSpan(*span, probability)

    def _tagged(self, features: TokenFeatures, unit: TokenRange) -> list[LabelledRange]:
        """The spans of a unit's likeliest tagging; a model without labels has none, and crfsuite must not follow it."""
        if not self._labels:
            return []
        self._crf.set(features.rows(unit))
        return list(decoded(self._crf.tag(), unit.start))

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
