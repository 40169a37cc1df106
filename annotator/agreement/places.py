"""The places where curators marked something, and what each of them says there: a label, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.alignment import align_layers
from annotator.agreement.layers import DocumentLayers, Vocabulary
from annotator.agreement.ordering import in_order, run_starts
from annotator.agreement.packing import Indexes, Packed, indexes, occurring
from annotator.annotation import SpanKey


class CuratorSpans(NamedTuple):
    """Spans of curators: the numbers of document and curator, start and end, the label's number from 1."""

    document: Indexes
    curator: Indexes
    start: Indexes
    end: Indexes
    label: Indexes

    def at(self, which: Indexes | slice) -> CuratorSpans:
        """Some of the spans."""
        return CuratorSpans(*(column[which] for column in self))


@dataclass(frozen=True, slots=True)
class AnsweredPlaces:
    """Places, in order of document and text.

    ``table`` has a row a place and a column a curator: the number of a label, from 1 in ``labels``, 0 for nothing, -1
    where they have not finished the document.  ``start`` and ``end`` are what the spans of a place cover together, in
    code points.
    """

    labels: tuple[str, ...]
    document: Indexes
    start: Indexes
    end: Indexes
    table: Indexes


@dataclass(frozen=True, slots=True)
class MarkedPlaces(AnsweredPlaces):
    """Places with their spans, ``marks``; ``place`` is which place each is of."""

    marks: CuratorSpans
    place: Indexes


def find_places(documents: Sequence[DocumentLayers], names: Sequence[str]) -> MarkedPlaces:
    """Find the places in documents that two or more of the named layers have.

    Spans of several layers are of one place where they are aligned, whatever their borders; see
    :func:`~annotator.agreement.alignment.align_layers`.
    """
    found = _places_in(Packed(documents, names, Vocabulary(()).widened(documents)), names)
    labels, number = _used_labels(found.labels, found.table)
    marks = found.marks._replace(label=number[found.marks.label])
    return replace(found, labels=labels, table=number[found.table], marks=marks)


def places_in(packs: Sequence[Packed], names: Sequence[str]) -> AnsweredPlaces:
    """The same, without the spans, for some names among packed layers: documents behind one another, one vocabulary."""
    parts = [_without_marks(_places_in(packed, names)) for packed in packs]
    firsts = np.cumsum([0, *(len(packed.lengths) for packed in packs)]).tolist()
    table = np.concatenate([part.table for part in parts])
    labels, number = _used_labels(parts[0].labels, table)
    return AnsweredPlaces(
        labels,
        np.concatenate([part.document + first for part, first in zip(parts, firsts, strict=False)]),
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.end for part in parts]),
        number[table],
    )


def _without_marks(found: MarkedPlaces) -> AnsweredPlaces:
    return AnsweredPlaces(found.labels, found.document, found.start, found.end, found.table)


def _used_labels(labels: Sequence[str], table: Indexes) -> tuple[tuple[str, ...], Indexes]:
    """The labels that are in a table of places, and what the numbers in it become where there are no others."""
    used = np.flatnonzero(np.bincount(table.ravel() + 1, minlength=2)[2:])
    number = np.zeros(len(labels) + 2, dtype=np.intp)
    number[used + 1], number[-1] = np.arange(1, len(used) + 1), -1
    return tuple(labels[place] for place in used.tolist()), number


def _places_in(packed: Packed, names: Sequence[str]) -> MarkedPlaces:
    """The same with all labels of the vocabulary, in order."""
    labels = tuple(sorted(packed.labels))
    column = {name: number for number, name in enumerate(names)}
    curator = indexes([column.get(name, -1) for name in packed.names])[packed.name]
    done = np.zeros((len(packed.lengths), len(names)), dtype=bool)
    done[packed.document[curator >= 0], curator[curator >= 0]] = True
    done &= (done.sum(axis=1) > 1)[:, None]
    marks = _marks(packed, curator, done, labels)
    place = _place(marks, len(names), labels)
    order, places = in_order(place)
    firsts = run_starts(places)
    inside = marks.at(order)
    document = inside.document[firsts]
    table = np.where(done[document], 0, -1)
    table[place, marks.curator] = marks.label
    if len(firsts):
        start, end = np.minimum.reduceat(inside.start, firsts), np.maximum.reduceat(inside.end, firsts)
    else:
        start = end = indexes([])
    base = packed.bases[marks.document]
    marks = marks._replace(start=marks.start - base, end=marks.end - base)
    base = packed.bases[document]
    return MarkedPlaces(labels, document, start - base, end - base, table, marks, place)


def _marks(packed: Packed, curator: Indexes, done: NDArray[np.bool_], labels: Sequence[str]) -> CuratorSpans:
    """The spans of finished layers by border, on the line of all documents end to end; ``curator`` is whose layer."""
    counted = (curator >= 0) & done[packed.document, curator]
    layer, start, end, code, border, _ = (column[counted[packed.spans.layer]] for column in packed.spans)
    label = indexes([0, *(labels.index(label) + 1 for label in packed.labels)])[code]
    order, _ = in_order((border * done.shape[1] + curator[layer]) * (len(labels) + 1) + label)
    return CuratorSpans(packed.document[layer], curator[layer], start, end, label).at(order)


def _place(marks: CuratorSpans, curators: int, labels: Sequence[str]) -> Indexes:
    """The number of each span's place.

    An unbroken stretch of text is one place where all of its spans overlap one another and no layer has two; the spans
    of others are aligned.
    """
    if not len(marks.start):
        return indexes([])
    new = np.ones(len(marks.start), dtype=bool)
    new[1:] = marks.start[1:] >= np.maximum.accumulate(marks.end)[:-1]
    first, stretch = np.flatnonzero(new), np.cumsum(new) - 1
    overlap = np.maximum.reduceat(marks.start, first) < np.minimum.reduceat(marks.end, first)
    layers = np.sort(stretch * curators + marks.curator)
    alone = np.ones(len(first), dtype=bool)
    alone[layers[1:][np.diff(layers) == 0] // curators] = False
    found = 2 * first[stretch]  # places of stretches that are parted go between those of others
    for number in np.flatnonzero(~(overlap & alone)).tolist():
        behind = first[number + 1] if number + 1 < len(first) else len(stretch)
        found[first[number] : behind] += _parted(marks.at(slice(first[number], behind)), curators, labels)
    return occurring(found, int(found.max()) + 1)[1]


def _parted(marks: CuratorSpans, curators: int, labels: Sequence[str]) -> Indexes:
    """The number of each span's place within a stretch, from 0."""
    columns = zip(marks.curator.tolist(), marks.start.tolist(), marks.end.tolist(), marks.label.tolist(), strict=True)
    keys = [(curator, SpanKey(start, end, labels[label - 1])) for curator, start, end, label in columns]
    groups = align_layers([[span for who, span in keys if who == curator] for curator in range(curators)])
    number = {
        (curator, span): place
        for place, group in enumerate(groups)
        for curator, span in enumerate(group.spans)
        if span is not None
    }
    return indexes([number[key] for key in keys])
