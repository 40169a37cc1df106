"""A sequence tagger that learns from finished documents how far to trust models, rules and memory, word by word.

A linear-chain conditional random field over the stored tokens, sentence by sentence.  What the other layers propose
comes in as features, so that with little data it leans on them and with more it corrects them.  Its marginals are the
probabilities from which scores are calibrated.  Model files are crfsuite's own format: data, no code.
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
LEANING = {"c1": 0.3, "c2": 0.5}
"""Weights of the L1 and L2 terms where the tagger leans on other layers; measured on news, documents left out."""
ALONE = {"c1": 0.05, "c2": 0.2}
"""The same where it stands alone; measured on clinical records of which no rule knows anything."""
LEAST = 0.3
"""Probability from which a span is offered."""
_BUCKETS = 5


class Offer(NamedTuple):
    """A span that the tagger sees, in tokens, with the raw probability that it gives it."""

    place: TokenRange
    label: str
    probability: float


class Hints:
    """What other layers propose for a document, token by token: features for the token, and for its neighbours."""

    def __init__(self, index: PhraseIndex, layers: Mapping[str, Iterable[Span]]) -> None:
        self.own: dict[int, Features] = {}
        self.plain: dict[int, Features] = {}
        self.spans: list[tuple[TokenRange, str]] = []
        for name, spans in layers.items():
            for span in spans:
                self._note(index, name, span)

    def _note(self, index: PhraseIndex, name: str, span: Span) -> None:
        touched = index.document.tokens.overlapping(span.start, span.end)
        if not touched:
            return
        first, last = touched[0], touched[-1]
        self.spans.append((TokenRange(first, last + 1), span.label))
        hint = _hint(name, span.label, int(_BUCKETS * (span.score or 0.0)), span.source or "")
        for token in touched:
            own, plain = hint.begin if token == first else hint.inside
            self.plain.setdefault(token, []).append(plain)
            self.own.setdefault(token, []).extend(own)
        self.own[last].append(hint.end)


class _Hint(NamedTuple):
    """What a proposal tells its first token and the others, in full and for the neighbours, and its last one."""

    begin: tuple[tuple[str, ...], str]
    inside: tuple[tuple[str, ...], str]
    end: str


@lru_cache(maxsize=4096)
def _hint(name: str, label: str, sure: int, source: str) -> _Hint:
    origin = source.partition("@")[0]

    def part(which: str) -> tuple[tuple[str, ...], str]:
        plain = f"{name}={which}-{label}"
        return (plain, f"{plain}/{sure}", f"{plain}<{origin}", f"{name}:{which}"), plain

    return _Hint(part("B"), part("I"), f"{name}=E-{label}")


def sequences(index: PhraseIndex) -> Iterator[TokenRange]:
    """Yield the units of a document that hold tokens, in order."""
    token = 0
    while token < len(index.stems):
        place = index.unit_range(index.unit_of(token))
        yield place
        token = place.stop


def features(index: PhraseIndex, place: TokenRange, hints: Hints, words_of: Vocabulary) -> list[Features]:
    """Return the features of each token of a unit."""
    text, tokens = index.document.text, index.document.tokens
    starts, ends = tokens.starts[place.start : place.stop], tokens.ends[place.start : place.stop]
    words = [words_of(text[start:end]) for start, end in zip(starts, ends, strict=True)]
    own, plain, last = hints.own, hints.plain, len(words) - 1
    found = []
    for i, word in enumerate(words):
        token = place.start + i
        here = [*word.own, *(words[i - 1].before if i else _FIRST), *(words[i + 1].after if i < last else _LAST)]
        if token in own:
            here += own[token]
        if i and token - 1 in plain:
            here += [f"-{hint}" for hint in plain[token - 1]]
        if i < last and token + 1 in plain:
            here += [f"+{hint}" for hint in plain[token + 1]]
        found.append(here)
    return found


class _Word(NamedTuple):
    """What a word is known by: where it stands, and beside it."""

    own: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


_FIRST, _LAST = ("-edge",), ("+edge",)


Vocabulary = Callable[[str], _Word]


def vocabulary(known: Container[str] | None = None) -> Vocabulary:
    """Return what looks a word's features up: all of them, or those that a trained tagger has weights for."""

    @lru_cache(maxsize=65536)
    def look_up(word: str) -> _Word:
        plain, shape = folded(word), _shape(word)
        own = (f"w={plain}", f"s={shape}", f"e={plain[-3:]}")
        parts = (own, (f"-w={plain}", f"-s={shape}"), (f"+w={plain}", f"+s={shape}"))
        return _Word(*(tuple(name for name in part if known is None or name in known) for part in parts))

    return look_up


def _shape(word: str) -> str:
    """Return the kinds of a word's characters, runs shortened: ``Xx``, ``X.``, ``d``."""
    shape = ""
    for character in word[:12]:
        kind = "X" if character.isupper() else "x" if character.isalpha() else "d" if character.isdigit() else character
        if not shape.endswith(kind):
            shape += kind
    return shape


def outline(index: PhraseIndex, place: TokenRange, spans: Iterable[Span]) -> list[str]:
    """Return the tags of a unit's tokens under the finished spans; of two that overlap the longer one counts."""
    tags = [OUTSIDE] * (place.stop - place.start)
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start, s.label)):
        touched = index.document.tokens.overlapping(span.start, span.end)
        if not touched or touched[0] < place.start or touched[-1] >= place.stop:
            continue
        first, last = touched[0] - place.start, touched[-1] - place.start
        if all(tag == OUTSIDE for tag in tags[first : last + 1]):
            tags[first : last + 1] = [f"B-{span.label}", *[f"I-{span.label}"] * (last - first)]
    return tags


def train(examples: Iterable[tuple[Sequence[Features], Sequence[str]]], path: Path, *, leaning: bool) -> None:
    """Train on units with their tags and write the model to ``path``."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({**(LEANING if leaning else ALONE), "max_iterations": ITERATIONS})
    for sequence, tags in examples:
        trainer.append(sequence, tags)
    try:
        trainer.train(str(path))
    except (pycrfsuite.CRFSuiteError, RuntimeError) as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: Exception) -> InputError:
    return InputError(f"{path}: crfsuite could not work with it: {error}", "free some space if the disk is full")


class Tagger:
    """A trained tagger; one that leans on the other layers passes over the units in which they propose nothing."""

    def __init__(self, path: Path, *, leaning: bool) -> None:
        import pycrfsuite

        known = attributes_of(path)
        self.leaning = leaning
        self._crf = pycrfsuite.Tagger()
        try:
            self._crf.open(str(path))
            self._labels = frozenset(self._crf.labels())
            self._crf.set([[]])
            for label in self._labels:
                self._crf.marginal(label, 0)
        except (RuntimeError, ValueError) as error:
            raise InputError(f"{path}: crfsuite cannot use it: {error}", "`annotator train` makes a new one") from error
        self._words = vocabulary(known)

    def offers(self, index: PhraseIndex, hints: Hints) -> Iterator[Offer]:
        """Yield the spans of a document: the likeliest reading, and what others proposed that is likely enough."""
        proposed: dict[int, list[tuple[TokenRange, str]]] = {}
        for place, label in hints.spans:
            proposed.setdefault(place.start, []).append((place, label))
        for unit in sequences(index):
            if self.leaning and hints.own.keys().isdisjoint(range(*unit)):
                continue
            self._crf.set(features(index, unit, hints, self._words))
            seen = set()
            for place, label in _decoded(self._crf.tag(), unit.start):
                seen.add((place, label))
                yield Offer(place, label, self._probability(unit, place, label))
            for token in range(*unit):
                for place, label in proposed.get(token, ()):
                    if (place, label) not in seen and place.stop <= unit.stop:
                        seen.add((place, label))
                        probability = self._probability(unit, place, label)
                        if probability >= LEAST:
                            yield Offer(place, label, probability)

    def _probability(self, unit: TokenRange, place: TokenRange, label: str) -> float:
        """Return the least of the marginals that make a span: its beginning, its inside, that it goes no further."""
        first, last = place.start - unit.start, place.stop - unit.start
        begin, inside = f"B-{label}", f"I-{label}"
        if begin not in self._labels:
            return 0.0
        found = [self._crf.marginal(begin, first)]
        if inside in self._labels:
            found += [self._crf.marginal(inside, at) for at in range(first + 1, last)]
            if place.stop < unit.stop:
                found.append(1.0 - self._crf.marginal(inside, last))
        elif last > first + 1:
            return 0.0
        return float(min(found))


def _decoded(tags: Sequence[str], offset: int) -> Iterator[tuple[TokenRange, str]]:
    """Yield the spans that a sequence of tags spells; ``offset`` is the first tag's token."""
    start, label = -1, ""
    for i, tag in enumerate([*tags, OUTSIDE]):
        if start >= 0 and tag != f"I-{label}":
            yield TokenRange(offset + start, offset + i), label
            start = -1
        if tag.startswith("B-") or (start < 0 and tag.startswith("I-")):
            start, label = i, tag[2:]
