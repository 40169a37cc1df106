"""γ (Mathet, Widlöcher & Métivier 2015): one disorder for positions and labels together, against that of chance.

Beside it γ_cat, and γ_k of each label (Mathet 2017): labels alone, on the spans that the best alignment puts together.
Slow by nature, so it runs on request: documents are taken in an order drawn from the seed until the time is up.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from annotator.agreement.best_alignment import OutOfTimeError
from annotator.agreement.coefficients import Array, ratio
from annotator.agreement.disorder import Disorders, disorders
from annotator.agreement.estimates import LEAST_DOCUMENTS
from annotator.agreement.jackknife import LeftOut, intervals
from annotator.agreement.layers import DocumentLayers
from annotator.agreement.packing import Indexes, indexes
from annotator.agreement.unitary import TooManyError, Units

SAMPLES = 30
"""Least number of random annotations of a document."""

PRECISION = 0.02
"""Relative error of a document's expected disorder at which no more are drawn."""

MOST_SAMPLES = 300
MOST_UNITS = 20_000
"""Spans that are aligned between two looks at the clock."""

Over = Literal["documents", "random annotations"]
"""What an interval is over: documents, or from few of them the random annotations alone."""


@dataclass(frozen=True, slots=True)
class GammaFigure:
    """One of the figures over some documents: ``value`` is ``None`` with a ``reason``.

    ``low`` and ``high`` are the ends of its 95 % interval, ``None`` without one; ``documents`` have any of it.
    """

    value: float | None
    low: float | None
    high: float | None
    documents: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Gamma:
    """γ over some documents, with γ_cat and with γ_k by label; ``documents`` were measured, of ``available``.

    ``over`` says what the intervals are over, which is the same for all of them.
    """

    value: float | None
    low: float | None
    high: float | None
    over: Over
    documents: int
    available: int
    items: int
    seed: int
    cat: GammaFigure
    labels: dict[str, GammaFigure]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Measured:
    """One document's disorders: a column for γ, one for γ_cat, and one a label.

    ``weight`` is how much there is of it, 0 for nothing; ``spread`` the variance of ``expected``.
    """

    weight: Array
    observed: Array
    expected: Array
    spread: Array
    spans: int


def gamma(
    documents: Sequence[DocumentLayers],
    names: Sequence[str],
    *,
    seconds: float,
    seed: int = 0,
    clock: Callable[[], float] = time.monotonic,
) -> Gamma:
    """γ over documents that two or more of the named layers have: 1 − Σ observed / Σ expected disorder.

    Documents count by their spans.  Stops after ``seconds``; how many documents were measured until then is part of
    the result.  A document's random annotations depend on the seed and its key alone.
    """
    deadline = clock() + seconds
    waiting = [d for d in documents if sum(name in d.layers for name in names) >= 2]
    order = sorted(waiting, key=lambda d: random.Random(f"{seed}:{d.key}").random())  # noqa: S311 - no secret
    labels = sorted({label for d in waiting for name in names if name in d.layers for label in d.layers[name].labels})
    found: list[_Measured] = []
    for document in order:
        if clock() >= deadline:
            break
        measured = _Drawing(document, names, labels, seed, lambda: deadline - clock()).measure()
        if measured is not None:
            found.append(measured)
    return _summary(found, labels, len(waiting), seed)


class _Drawing:
    """A document's layers, and random annotations like them; ``left`` says how many seconds there are."""

    def __init__(
        self,
        document: DocumentLayers,
        names: Sequence[str],
        labels: Sequence[str],
        seed: int,
        left: Callable[[], float],
    ) -> None:
        code = {label: number for number, label in enumerate(labels)}
        spans = [sorted(document.layers[name].spans) for name in names if name in document.layers]
        self._layers = [indexes([(s.start, s.end, code[s.label]) for s in layer]).reshape(-1, 3) for layer in spans]
        self._labels = len(labels)
        self._length = max(document.length, 1)
        self._generator = random.Random(f"{seed}:{document.key}")  # noqa: S311 - no secret
        self._spans = sum(map(len, spans))
        self._left = left

    def measure(self) -> _Measured | None:
        """The document's disorders; ``None`` when time is short, or when its spans are too dense to be aligned."""
        try:
            observed = self._disorders([self._layers])
            drawn = observed.only(0) if not self._spans else self._by_chance()
        except (TooManyError, OutOfTimeError):
            return None
        if drawn is None:
            return None
        size = self._spans / len(self._layers)
        known = ~np.isnan(drawn.categories)
        times = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, drawn.categories, 0).sum(axis=0) / times
        away = np.where(known, drawn.categories - mean, 0)
        return _Measured(
            weight=np.append(size, np.where(known.any(axis=0), observed.weights[0], 0)),
            observed=np.append(observed.whole[0], np.nan_to_num(observed.categories[0])),
            expected=np.append(drawn.whole.mean(), mean),
            spread=np.append(drawn.whole.var() / len(drawn.whole), (away**2).sum(axis=0) / times**2),
            spans=self._spans,
        )

    def _by_chance(self) -> Disorders | None:
        """The disorders of random annotations, until their mean is known well enough."""
        found: Disorders | None = None
        wanted = SAMPLES
        while self._left() > 0:
            room = max(1, MOST_UNITS // self._spans)
            missing = wanted - (0 if found is None else len(found.whole))
            more = self._disorders([self._random() for _ in range(min(missing, room))])
            found = more if found is None else found.joined(more)
            enough, wanted = _enough(found.whole)
            if enough:
                return found.only(enough)
        return None

    def _random(self) -> list[Indexes]:
        """For each coder some coder's spans, shifted round the document by a random length."""
        made = []
        for _ in self._layers:
            spans, shift = self._generator.choice(self._layers), self._generator.randrange(self._length)
            by = (spans[:, 0] + shift) % self._length - spans[:, 0]
            made.append(np.stack([spans[:, 0] + by, spans[:, 1] + by, spans[:, 2]], axis=1))
        return made

    def _disorders(self, texts: Sequence[Sequence[Indexes]]) -> Disorders:
        """The disorders of annotations; those that are too many to be aligned at once are taken in two parts."""
        every = [spans for layers in texts for spans in layers]
        sizes = list(map(len, every))
        coders = len(self._layers)
        text, coder = np.divmod(np.repeat(np.arange(len(every)), sizes), coders)
        try:
            units = Units(text, coder, *np.concatenate(every).T)
            return disorders(units, len(texts), coders, self._labels, self._left)
        except TooManyError:
            if len(texts) == 1:
                raise
        middle = len(texts) // 2
        return self._disorders(texts[:middle]).joined(self._disorders(texts[middle:]))


def _enough(drawn: Array) -> tuple[int, int]:
    """After how many draws their mean is known well enough, 0 if it is not; and how many it is likely to take."""
    count = np.arange(1, len(drawn) + 1)
    mean = drawn.cumsum() / count
    error = 1.96 * np.sqrt(np.maximum((drawn**2).cumsum() / count - mean**2, 0))
    known = np.flatnonzero((count >= SAMPLES) & (error <= PRECISION * mean * np.sqrt(count)))
    if len(known):
        return int(known[0]) + 1, 0
    likely = int((error[-1] / (PRECISION * mean[-1])) ** 2) + 1 if mean[-1] else MOST_SAMPLES
    wanted = min(MOST_SAMPLES, max(likely, SAMPLES, len(drawn) + 1))
    return (MOST_SAMPLES, 0) if len(drawn) >= MOST_SAMPLES else (0, wanted)


# Over documents


def _summary(found: Sequence[_Measured], labels: Sequence[str], available: int, seed: int) -> Gamma:
    """The figures over documents, with what they rest on."""
    columns = 2 + len(labels)
    weight, observed, expected, spread = (
        np.array([getattr(one, name) for one in found], dtype=float).reshape(len(found), columns)
        for name in ("weight", "observed", "expected", "spread")
    )
    informative = weight > 0
    over: Over = "documents" if informative[:, 0].sum() >= LEAST_DOCUMENTS else "random annotations"
    apart, chance = weight * observed, weight * expected
    value = _one_less(apart.sum(axis=0), chance.sum(axis=0))
    if over == "documents":
        low, high = _over_documents(value, apart, chance, weight)
    else:
        low, high = _over_samples(value, chance.sum(axis=0), (weight**2 * spread).sum(axis=0))
    nothing = (
        "no document with spans was measured in time" if available else "no document in common",
        "no two spans are aligned, or all have one label",
        *["no two spans are aligned of which one has the label, or all have it"] * len(labels),
    )
    figures = [_figure((value[n], low[n], high[n]), int(informative[:, n].sum()), nothing[n]) for n in range(columns)]
    first = figures[0]
    return Gamma(
        *(first.value, first.low, first.high, over, len(found), available, sum(one.spans for one in found), seed),
        cat=figures[1],
        labels={label: figure for label, figure in zip(labels, figures[2:], strict=True) if figure.documents},
        reason=first.reason,
    )


def _one_less(observed: Array, expected: Array) -> Array:
    return 1 - ratio(observed, np.where(expected > 0, expected, 0))


def _over_documents(value: Array, observed: Array, expected: Array, weight: Array) -> tuple[Array, Array]:
    """The jackknife's intervals; none of figures that fewer than the least number of documents have any of."""
    informative = weight > 0
    without = _one_less(observed.sum(axis=0) - observed, expected.sum(axis=0) - expected)
    left_out = LeftOut(without, informative, weight, indexes([0]))
    bounds = intervals(value[None], left_out, np.ones(len(value), dtype=bool))
    enough = informative.sum(axis=0) >= LEAST_DOCUMENTS
    return np.where(enough, bounds.low[0], np.nan), np.where(enough, bounds.high[0], np.nan)


def _over_samples(value: Array, expected: Array, spread: Array) -> tuple[Array, Array]:
    """What the value may be off because chance was drawn: symmetric in the logarithm of 1 - value."""
    factor = np.exp(1.96 * ratio(np.sqrt(spread), expected))
    return 1 - (1 - value) * factor, 1 - (1 - value) / factor


def _figure(found: tuple[float, float, float], documents: int, nothing: str) -> GammaFigure:
    value, low, high = (None if np.isnan(number) else float(number) for number in found)
    if value is None:
        return GammaFigure(None, None, None, documents, nothing)
    if low is None or high is None:
        return GammaFigure(
            value, None, None, documents, f"no interval: fewer than {LEAST_DOCUMENTS} documents have any"
        )
    return GammaFigure(value, low, high, documents)
