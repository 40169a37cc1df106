"""A sequence tagger that learns how far to trust model, rules and phrase memory, token by token.

It is a linear-chain conditional random field over the stored tokens, sentence by sentence.  What model, rules and
memory propose comes in as features, so that with little data the tagger relies on them and with more it corrects them.
Scores are calibrated from its marginal probabilities.  Model files are crfsuite's own format: data, no code.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from annotator.annotation import Span
from annotator.errors import InputError
from annotator.suggest.learned.crf_file import attributes_of
from annotator.suggest.phrases import PhraseIndex, TokenRange, folded

Features = list[str]
OUTSIDE = "O"
ITERATIONS = 60
PENALTIES_WITH_RULES = {"c1": 0.3, "c2": 0.5}
"""Weights of the L1 and L2 terms where rules are reliable; measured on news by cross-validation."""
PENALTIES_ALONE = {"c1": 0.05, "c2": 0.2}
"""The same where the tagger stands alone; measured on clinical records, of which no rule knows anything."""
LEAST_PROBABILITY = 0.3
"""Probability from which a proposed span that the likeliest tagging lacks is found too."""
_SCORE_LEVELS = 5


class TaggedSpan(NamedTuple):
    """A span that the tagger found, in tokens, with its raw probability."""

    tokens: TokenRange
    label: str
    probability: float


class ProposalFeatures:
    """The proposals of model, rules and memory for a document, as features of each token.

    ``own`` holds the features of a token itself, ``neighbour`` those that it has for the tokens beside it.
    ``proposals`` maps ``base`` and ``memory`` to the spans proposed.
    """

    def __init__(self, index: PhraseIndex, proposals: Mapping[str, Iterable[Span]]) -> None:
        self.own: dict[int, Features] = {}
        self.neighbour: dict[int, Features] = {}
        self.spans: list[tuple[TokenRange, str]] = []
        for name, spans in proposals.items():
            for span in spans:
                self._add(index, name, span)

    def _add(self, index: PhraseIndex, name: str, span: Span) -> None:
        touched = index.document.tokens.overlapping(span.start, span.end)
        if not touched:
            return
        first, last = touched[0], touched[-1]
        self.spans.append((TokenRange(first, last + 1), span.label))
        features_of_span = _span_features(name, span.label, int(_SCORE_LEVELS * (span.score or 0.0)), span.source or "")
        for token in touched:
            own, neighbour = features_of_span.begin if token == first else features_of_span.inside
            self.neighbour.setdefault(token, []).append(neighbour)
            self.own.setdefault(token, []).extend(own)
        self.own[last].append(features_of_span.end)


class _SpanFeatures(NamedTuple):
    """Features of a proposed span: for its first and its other tokens (own, for neighbours), and for its last one."""

    begin: tuple[tuple[str, ...], str]
    inside: tuple[tuple[str, ...], str]
    end: str


@lru_cache(maxsize=4096)
def _span_features(name: str, label: str, sure: int, source: str) -> _SpanFeatures:
    origin = source.partition("@")[0]

    def part(which: str) -> tuple[tuple[str, ...], str]:
        plain = f"{name}={which}-{label}"
        return (plain, f"{plain}/{sure}", f"{plain}<{origin}", f"{name}:{which}"), plain

    return _SpanFeatures(part("B"), part("I"), f"{name}=E-{label}")


def units(index: PhraseIndex) -> Iterator[TokenRange]:
    """Yield the units of a document that hold tokens, in order."""
    token = 0
    while token < len(index.stems):
        unit = index.unit_range(index.unit_of(token))
        yield unit
        token = unit.stop


def features(
    index: PhraseIndex, unit: TokenRange, proposals: ProposalFeatures, vocabulary: Vocabulary
) -> list[Features]:
    """The features of each token of a unit."""
    text, tokens = index.document.text, index.document.tokens
    starts, ends = tokens.starts[unit.start : unit.stop], tokens.ends[unit.start : unit.stop]
    words = [vocabulary(text[start:end]) for start, end in zip(starts, ends, strict=True)]
    own, neighbour, last = proposals.own, proposals.neighbour, len(words) - 1
    rows = []
    for i, word in enumerate(words):
        token = unit.start + i
        here = [*word.own, *(words[i - 1].before if i else _FIRST), *(words[i + 1].after if i < last else _LAST)]
        if token in own:
            here += own[token]
        if i and token - 1 in neighbour:
            here += [f"-{feature}" for feature in neighbour[token - 1]]
        if i < last and token + 1 in neighbour:
            here += [f"+{feature}" for feature in neighbour[token + 1]]
        rows.append(here)
    return rows


class _Word(NamedTuple):
    """The features of a word for its own token, and for the tokens after and before it."""

    own: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


_FIRST, _LAST = ("-edge",), ("+edge",)


Vocabulary = Callable[[str], _Word]


def vocabulary(known: Container[str] | None = None) -> Vocabulary:
    """A cached look-up of words' features, restricted to the ``known`` ones, which a tagger has weights for."""

    @lru_cache(maxsize=65536)
    def look_up(word: str) -> _Word:
        plain, shape = folded(word), _shape(word)
        own = (f"w={plain}", f"s={shape}", f"e={plain[-3:]}")
        parts = (own, (f"-w={plain}", f"-s={shape}"), (f"+w={plain}", f"+s={shape}"))
        return _Word(*(tuple(name for name in part if known is None or name in known) for part in parts))

    return look_up


def _shape(word: str) -> str:
    """The classes of a word's characters with runs shortened: ``Xx``, ``X.``, ``d``."""
    shape = ""
    for character in word[:12]:
        kind = "X" if character.isupper() else "x" if character.isalpha() else "d" if character.isdigit() else character
        if not shape.endswith(kind):
            shape += kind
    return shape


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


def train(examples: Iterable[tuple[Sequence[Features], Sequence[str]]], path: Path, *, relies_on_rules: bool) -> None:
    """Train on units (features and BIO tag of each token) and write the model to ``path``."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({**(PENALTIES_WITH_RULES if relies_on_rules else PENALTIES_ALONE), "max_iterations": ITERATIONS})
    for sequence, tags in examples:
        trainer.append(sequence, tags)
    try:
        trainer.train(str(path))
    except (pycrfsuite.CRFSuiteError, RuntimeError) as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: Exception) -> InputError:
    return InputError(f"{path}: crfsuite could not work with it: {error}", "free some space if the disk is full")


class Tagger:
    """A trained tagger; one that ``relies_on_rules`` passes over the units in which nothing is proposed.

    Raises :class:`InputError` for a file that is no whole model.
    """

    def __init__(self, path: Path, *, relies_on_rules: bool) -> None:
        import pycrfsuite

        known = attributes_of(path)
        self.relies_on_rules = relies_on_rules
        self._crf = pycrfsuite.Tagger()
        try:
            self._crf.open(str(path))
            self._labels = frozenset(self._crf.labels())
            self._crf.set([[]])
            for label in self._labels:
                self._crf.marginal(label, 0)
        except (RuntimeError, ValueError) as error:
            raise InputError(f"{path}: crfsuite cannot use it: {error}", "`annotator train` makes a new one") from error
        self._vocabulary = vocabulary(known)

    def find(self, index: PhraseIndex, proposals: ProposalFeatures) -> Iterator[TaggedSpan]:
        """Yield the spans of a document: those of the likeliest tagging, and proposed ones that are likely enough."""
        by_token: dict[int, list[tuple[TokenRange, str]]] = {}
        for tokens, label in proposals.spans:
            by_token.setdefault(tokens.start, []).append((tokens, label))
        for unit in units(index):
            if self.relies_on_rules and proposals.own.keys().isdisjoint(range(*unit)):
                continue
            self._crf.set(features(index, unit, proposals, self._vocabulary))
            seen = set()
            for tokens, label in _decoded(self._crf.tag(), unit.start):
                seen.add((tokens, label))
                yield TaggedSpan(tokens, label, self._probability(unit, tokens, label))
            for token in range(*unit):
                for tokens, label in by_token.get(token, ()):
                    if (tokens, label) not in seen and tokens.stop <= unit.stop:
                        seen.add((tokens, label))
                        probability = self._probability(unit, tokens, label)
                        if probability >= LEAST_PROBABILITY:
                            yield TaggedSpan(tokens, label, probability)

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


def _decoded(tags: Sequence[str], offset: int) -> Iterator[tuple[TokenRange, str]]:
    """Decode BIO tags to token ranges with labels; ``offset`` is the token of the first tag."""
    start, label = -1, ""
    for i, tag in enumerate([*tags, OUTSIDE]):
        if start >= 0 and tag != f"I-{label}":
            yield TokenRange(offset + start, offset + i), label
            start = -1
        if tag.startswith("B-") or (start < 0 and tag.startswith("I-")):
            start, label = i, tag[2:]
