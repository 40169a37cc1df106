"""The places where curators marked something, and what each of them says there: a label, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from annotator.agreement.alignment import align_layers
from annotator.agreement.layers import DocumentLayers, labels_in
from annotator.agreement.ordering import distinct, first_of_each, in_order, run_starts
from annotator.agreement.packing import Indexes, indexes, joined, numbered, occurring
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


class MarkedPlaces(NamedTuple):
    """Places, in order of document and text.

    ``table`` has a row a place and a column a curator: the number of a label, from 1 in ``labels``, 0 for nothing, -1
    where they have not finished the document.  ``start`` and ``end`` are what the spans of a place cover together, in
    code points.  ``marks`` are the spans, ``place`` is which place each is of.
    """

    labels: tuple[str, ...]
    document: Indexes
    start: Indexes
    end: Indexes
    table: Indexes
    marks: CuratorSpans
    place: Indexes


def find_places(documents: Sequence[DocumentLayers], names: Sequence[str]) -> MarkedPlaces:
    """Find the places in documents that two or more of the named layers have.

    Spans of several layers are of one place where they are aligned, whatever their borders; see
    :func:`~annotator.agreement.alignment.align_layers`.
    """
    done = np.array([[name in document.layers for name in names] for document in documents], dtype=bool)
    done = done.reshape(len(documents), len(names))
    done &= (done.sum(axis=1) > 1)[:, None]
    lengths = indexes([document.length + 1 for document in documents])
    bases = np.cumsum(lengths) - lengths
    labels, marks = _marks(documents, names, done, bases)
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
    base = bases[marks.document]
    marks = marks._replace(start=marks.start - base, end=marks.end - base)
    return MarkedPlaces(labels, document, start - bases[document], end - bases[document], table, marks, place)


def _marks(
    documents: Sequence[DocumentLayers], names: Sequence[str], done: np.ndarray, bases: Indexes
) -> tuple[tuple[str, ...], CuratorSpans]:
    """The spans of finished layers by start, each once a layer, on the line of all documents end to end."""
    pairs = np.argwhere(done).tolist()
    layers = [documents[document].layers[names[curator]] for document, curator in pairs]
    labels = tuple(sorted(labels_in(content.labels for content in layers)))
    sizes = indexes([len(content.labels) for content in layers])
    document = np.repeat(indexes([document for document, _ in pairs]), sizes)
    curator = np.repeat(indexes([curator for _, curator in pairs]), sizes)
    start, end = (joined(content.starts for content in layers), joined(content.ends for content in layers))
    label = numbered([content.labels for content in layers], labels)
    base = bases[document]
    longest = int((end - start).max(initial=0)) + 1
    _, border = distinct((start + base) * longest + end - start)
    first = first_of_each((border * len(names) + curator) * (len(labels) + 1) + label)
    return labels, CuratorSpans(document, curator, start + base, end + base, label).at(first)


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
