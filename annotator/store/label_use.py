"""Which layers may hold what a label scheme does not allow, found by SQL alone, so that only those need be read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import groupby
from typing import TYPE_CHECKING

from annotator.history import dumps
from annotator.store.segmentations import read_segments
from annotator.text import Segmentation

if TYPE_CHECKING:
    from annotator.store.database import Store

_OTHER_LABELS = "SELECT DISTINCT layer_id FROM span WHERE label NOT IN (SELECT value FROM json_each(?))"

_LINKS = (
    " FROM relation r JOIN span h ON h.layer_id = r.layer_id AND h.id = r.head"
    " JOIN span c ON c.layer_id = r.layer_id AND c.id = r.child"
)

_OVERLAPPING = """
SELECT DISTINCT layer_id FROM (
    SELECT layer_id, start, max("end") OVER (
        PARTITION BY layer_id ORDER BY start ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS reach FROM span
) WHERE reach > start
"""


def layers_with_other_labels(store: Store, labels: Collection[str]) -> set[int]:
    """The ids of the layers that hold a span with a label that is none of ``labels``."""
    return {row[0] for row in store.rows(_OTHER_LABELS, dumps(list(labels)))}


def layers_with_links(store: Store, wanted: Callable[[str, str, str], bool]) -> set[int]:
    """The ids of the layers with a relation whose label, head's label and child's label are ``wanted``."""
    found: set[int] = set()
    for link in store.rows(f"SELECT DISTINCT r.label, h.label, c.label{_LINKS}"):
        if wanted(*link):
            rows = store.rows(
                f"SELECT DISTINCT r.layer_id{_LINKS} WHERE r.label = ? AND h.label = ? AND c.label = ?", *link
            )
            found.update(row[0] for row in rows)
    return found


def layers_with_overlaps(store: Store) -> set[int]:
    """The ids of the layers in which spans share text."""
    return {row[0] for row in store.rows(_OVERLAPPING)}


_SENTENCES = "SELECT sentences FROM segmentation JOIN text ON text.id = text_id WHERE sha256 = ?"


def layers_across_sentences(store: Store, labels: Collection[str]) -> set[int]:
    """The ids of the layers with a relation of these labels that reaches from one sentence into another."""
    if not labels:
        return set()
    rows = store.rows(
        'SELECT l.text, r.layer_id, max(h.start, c.start), min(h."end", c."end")'
        f"{_LINKS} JOIN layer l ON l.id = r.layer_id"
        " WHERE l.text IS NOT NULL AND r.label IN (SELECT value FROM json_each(?)) ORDER BY l.text",
        dumps(list(labels)),
    )
    found: set[int] = set()
    for text, links in groupby(rows, key=lambda row: row[0]):
        packed = store.row(_SENTENCES, text)
        sentences = Segmentation() if packed is None else read_segments(packed[0], text)
        found.update(layer for _, layer, start, end in links if not _share_a_sentence(sentences, start, end))
    return found


def _share_a_sentence(sentences: Segmentation, later_start: int, first_end: int) -> bool:
    """Whether two spans do, of which one begins at ``later_start`` and the other ends at ``first_end``, or before."""
    later = sentences.overlapping(later_start, later_start + 1)
    earlier = sentences.overlapping(first_end - 1, first_end)
    return bool(later and earlier) and later[0] <= earlier[-1]
