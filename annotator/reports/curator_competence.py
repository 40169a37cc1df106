"""How far each curator can be relied on, and which places are hard, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import NamedTuple

import numpy as np

from annotator.agreement.coefficients import Array
from annotator.agreement.competence import Answers, entropy, fit_table, knowing, reliability
from annotator.agreement.packing import Indexes, Packed
from annotator.agreement.places import AnsweredPlaces, find_places, places_in
from annotator.annotation import SpanKey
from annotator.workflow.comparing.agreement_sample import AgreementSample, display_name

LEAST_CURATORS = 3
"""Curators below which nothing says who of those who differ is right."""

TOO_FEW = "it takes three curators: of two who differ, nothing says who is right"

MOST_HARD = 100
"""Places that are listed, the hardest first."""


@dataclass(frozen=True, slots=True)
class CuratorCompetence:
    """What the answers of all say of one curator's; shares of what is named in :mod:`annotator.agreement.competence`.

    ``knows`` is MACE's, the others are Dawid and Skene's; ``None`` where they are of nothing.
    """

    curator: str
    documents: int
    places: int
    right: float | None
    missed: float | None
    added: float | None
    mislabelled: float | None
    knows: float | None


@dataclass(frozen=True, slots=True)
class HardPlace:
    """A place with what each curator said (``None``: nothing), how likely each answer is the right one, and the bits.

    ``bits`` is the entropy of these shares.
    """

    document: str
    start: int
    end: int
    said: dict[str, str | None]
    likely: tuple[tuple[str | None, float], ...]
    bits: float


@dataclass(frozen=True, slots=True)
class Competence:
    """All curators, the hardest places, and how uncertain each document's places are on average, in bits."""

    curators: tuple[CuratorCompetence, ...] = ()
    places: int = 0
    hardest: tuple[HardPlace, ...] = ()
    documents: dict[str, float] | None = None
    reason: str = ""


def measure_competence(sample: AgreementSample, packs: Sequence[Packed] = ()) -> Competence:
    """Fit the models of curators to what the sample's curators say; other layers are left out.

    ``packs`` are the sample's layers, where they are at hand.
    """
    names = _curators_of(sample)
    if len(names) < LEAST_CURATORS:
        return Competence(reason=TOO_FEW)
    found = places_in(packs, names) if packs else find_places(sample.documents, names)
    fitted = _fit(found)
    if isinstance(fitted, str):
        return Competence(reason=fitted)
    shares, right, row = fitted
    bits = entropy(right)[row]
    counts = np.bincount(found.document, minlength=len(sample.documents))
    means = np.bincount(found.document, weights=bits, minlength=len(counts)) / np.maximum(counts, 1)
    shown = list(map(display_name, names))
    rounded = bits.round(9)
    hard = np.flatnonzero(rounded >= np.sort(rounded)[-MOST_HARD:][0])
    order = hard[np.lexsort((found.start[hard], found.document[hard], -rounded[hard]))][:MOST_HARD].tolist()
    return Competence(
        curators=tuple(_curators(sample, names, found, shares)),
        places=len(bits),
        hardest=tuple(
            _place(sample, found, shown, place, right[row[place]], bits[place]) for place in order if bits[place] > 0
        ),
        documents={one.key: float(means[n]) for n, one in enumerate(sample.documents) if counts[n]},
    )


class SpanDifficulty(NamedTuple):
    """How uncertain the right answer is where each span of a curator is, in bits, or the ``reason`` why none is."""

    bits: dict[tuple[str, SpanKey], float]
    reason: str = ""


def difficulty_of_spans(sample: AgreementSample) -> SpanDifficulty:
    """Fit the models as :func:`measure_competence` does, and say how hard the place of each span is."""
    names = _curators_of(sample)
    if len(names) < LEAST_CURATORS:
        return SpanDifficulty({}, TOO_FEW)
    found = find_places(sample.documents, names)
    fitted = _fit(found)
    if isinstance(fitted, str):
        return SpanDifficulty({}, fitted)
    bits = entropy(fitted.right)[fitted.row]
    marks, labels = found.marks, ("", *found.labels)
    columns = (column.tolist() for column in (marks.document, marks.start, marks.end, marks.label, found.place))
    return SpanDifficulty(
        {
            (sample.documents[document].key, SpanKey(start, end, labels[label])): float(bits[place])
            for document, start, end, label, place in zip(*columns, strict=True)
        }
    )


class _Fitted(NamedTuple):
    """What there is to say of each curator (columns), how likely each answer is by kind of place, and these kinds."""

    shares: Array
    right: Array
    row: Indexes


def _curators_of(sample: AgreementSample) -> list[str]:
    return [layer for layer in sample.layers if layer.startswith("curator:")]


def _fit(found: AnsweredPlaces) -> _Fitted | str:
    """Fit the models to the curators' answers; the reason where nothing can be fitted."""
    if not len(found.table):
        return "no curator has a span"
    if (found.table >= 0).sum(axis=1).max() < LEAST_CURATORS:
        return "no document with spans was finished by three curators"
    values = len(found.labels) + 1
    fitted, fit = fit_table(found.table, values)
    answers, row = Answers.of_table(found.table, values)
    likely = fit.right(answers)
    shares = np.vstack([*reliability(answers, likely), knowing(fitted)])
    return _Fitted(shares, likely, row)


def _curators(
    sample: AgreementSample, names: list[str], found: AnsweredPlaces, shares: Array
) -> list[CuratorCompetence]:
    made = []
    for number, name in enumerate(names):
        values = [None if isnan(value) else float(value) for value in shares[:, number]]
        documents = sum(name in document.layers for document in sample.documents)
        answered = int((found.table[:, number] >= 0).sum())
        made.append(CuratorCompetence(display_name(name), documents, answered, *values))
    return made


def _place(
    sample: AgreementSample, found: AnsweredPlaces, names: list[str], place: int, right: Array, bits: float
) -> HardPlace:
    values: list[str | None] = [None, *found.labels]
    said = {name: values[value] for name, value in zip(names, found.table[place].tolist(), strict=True) if value >= 0}
    likely = sorted(
        ((float(p), n) for n, p in enumerate(right.tolist()) if p >= 0.0005),
        key=lambda one: (-round(one[0], 9), one[1]),
    )
    return HardPlace(
        document=sample.documents[int(found.document[place])].key,
        start=int(found.start[place]),
        end=int(found.end[place]),
        said=said,
        likely=tuple((values[n], p) for p, n in likely),
        bits=float(bits),
    )
