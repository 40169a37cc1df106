"""Which layers may hold what a label scheme does not allow, found by SQL alone, so that only those need be read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from annotator.annotation import AttributeValue
from annotator.history import dumps
from annotator.store.segmentations import read_segments
from annotator.text import Segmentation

if TYPE_CHECKING:
    from annotator.store.database import Store

_OF_KINDS = "layer l CROSS JOIN span s ON s.layer_id = l.id WHERE l.kind IN (SELECT value FROM json_each(?1))"

_OTHER_LABELS = f"SELECT DISTINCT l.id FROM {_OF_KINDS} AND s.label NOT IN (SELECT value FROM json_each(?2))"

_LINKS = (
    " FROM layer l CROSS JOIN relation r ON r.layer_id = l.id"
    " CROSS JOIN span h ON h.layer_id = r.layer_id AND h.id = r.head"
    " CROSS JOIN span c ON c.layer_id = r.layer_id AND c.id = r.child WHERE l.kind IN (SELECT value FROM json_each(?1))"
)

_LABELS = "r.label, h.label, c.label"

_OVERLAPPING = """
SELECT l.id FROM layer l WHERE l.kind IN (SELECT value FROM json_each(?1)) AND EXISTS (
    SELECT 1 FROM (
        SELECT s.start, lag(s."end") OVER (ORDER BY s.start) AS end_before FROM span s WHERE s.layer_id = l.id
    ) WHERE end_before > start
)
"""
"""Where any two spans share text, so do two that follow one another by where they begin."""


def layers_with_other_labels(store: Store, kinds: Collection[str], labels: Collection[str]) -> set[int]:
    """The ids of the layers of some kinds that hold a span with a label that is none of ``labels``."""
    return {row[0] for row in store.rows(_OTHER_LABELS, dumps(list(kinds)), dumps(list(labels)))}


def layers_with_links(store: Store, kinds: Collection[str], wanted: Callable[[str, str, str], bool]) -> set[int]:
    """The ids of the layers of some kinds with a relation whose label, head's label and child's are ``wanted``."""
    of = dumps(list(kinds))
    kept = [link for row in store.rows(f"SELECT DISTINCT {_LABELS}{_LINKS}", of) if wanted(*(link := tuple(row)))]
    if not kept:
        return set()
    one_of_them = "IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?2))"
    query = f"SELECT DISTINCT l.id{_LINKS} AND ({_LABELS}) {one_of_them}"
    return {row[0] for row in store.rows(query, of, dumps(kept))}


_SAID = """
SELECT l.id AS layer, a.key AS name, i.label AS label, CASE a.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'
    WHEN 'array' THEN a.value ELSE json_quote(a.value) END AS value
FROM (SELECT layer_id, label, attributes FROM span WHERE attributes IS NOT NULL
      UNION ALL SELECT layer_id, label, attributes FROM relation WHERE attributes IS NOT NULL
      UNION ALL SELECT id, NULL, attributes FROM layer WHERE attributes IS NOT NULL) i
JOIN layer l ON l.id = i.layer_id JOIN json_each(i.attributes) a WHERE l.kind IN (SELECT value FROM json_each(?1))
"""


def layers_with_attributes(
    store: Store, kinds: Collection[str], wanted: Callable[[str, AttributeValue, str | None], bool]
) -> set[int]:
    """The ids of the layers of some kinds with an attribute whose name, value and label are ``wanted``.

    The label is that of the item; ``None`` stands for the document.
    """
    of = dumps(list(kinds))
    found: set[int] = set()
    for name, label, value in store.rows(f"SELECT DISTINCT name, label, value FROM ({_SAID})", of):
        if wanted(name, msgspec.json.decode(value), label):
            query = f"SELECT DISTINCT layer FROM ({_SAID}) WHERE name = ?2 AND label IS ?3 AND value = ?4"
            found.update(row[0] for row in store.rows(query, of, name, label, value))
    return found


def layers_with_overlaps(store: Store, kinds: Collection[str]) -> set[int]:
    """The ids of the layers of some kinds in which spans share text."""
    return {row[0] for row in store.rows(_OVERLAPPING, dumps(list(kinds)))}


_SENTENCES = "SELECT sentences FROM segmentation JOIN text ON text.id = text_id WHERE sha256 = ?"


def layers_across_sentences(store: Store, kinds: Collection[str], labels: Collection[str]) -> set[int]:
    """The ids of the layers of some kinds with a relation of these labels from one sentence into another."""
    if not labels:
        return set()
    rows = store.rows(
        'SELECT l.text, r.layer_id, max(h.start, c.start), min(h."end", c."end")'
        f"{_LINKS} AND l.text IS NOT NULL AND r.label IN (SELECT value FROM json_each(?2)) ORDER BY l.text",
        dumps(list(kinds)),
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
