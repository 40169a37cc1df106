"""Comments, flags and returns as they stand, with who left them and when: layer by layer, of all documents."""

from __future__ import annotations

from typing import Literal, NamedTuple

from annotator.store.database import Store
from annotator.store.layers import LAYERS, LayerInfo, layer_info_of
from annotator.store.returns import RETURN_EVENT

CommentKind = Literal["comment", "flag", "return"]


class StoredComment(NamedTuple):
    """A comment in a layer, on an item by its id or on the document; or that the document is flagged or was returned.

    ``by`` and ``at`` are of the step that left it as it is.
    """

    kind: CommentKind
    text: str
    target: str | None
    by: str
    at: str


_COMMENTED = f"""
{LAYERS} WHERE d.sha256 IS NOT NULL AND l.kind IN ('curator', 'gold') AND l.id IN (
    SELECT layer_id FROM comment
    UNION SELECT id FROM layer WHERE flag IS NOT NULL
    UNION SELECT own.id FROM returned r JOIN layer c ON c.id = r.layer_id
    JOIN layer own ON own.document_id = c.document_id AND own.name = 'curator:' || r.id)
ORDER BY d.key, l.name
"""

_COMMENTS = """
SELECT 'comment', c.text, c.target, present_name(e.actor), e.at FROM comment c
JOIN event e ON e.id = (SELECT id FROM event WHERE layer_id = c.layer_id
    AND instr(ops, '["comment",' || json_quote(c.id) || ',') > 0 ORDER BY seq DESC LIMIT 1)
WHERE c.layer_id = ?1 ORDER BY c.id
"""

_FLAG = """
SELECT 'flag', l.flag, NULL, present_name(e.actor), e.at FROM layer l
JOIN event e ON e.id = (SELECT id FROM event WHERE layer_id = l.id AND instr(ops, '["layer","flag",') > 0
                        ORDER BY seq DESC LIMIT 1)
WHERE l.id = ?1 AND l.flag IS NOT NULL
"""

_RETURN = f"""
SELECT 'return', r.note, NULL, present_name(e.actor), e.at FROM layer own
JOIN layer c ON c.document_id = own.document_id AND c.name = 'corpus'
JOIN returned r ON r.layer_id = c.id AND r.id = own.author
JOIN event e ON e.id = ({RETURN_EVENT})
WHERE own.id = ?1 AND own.kind = 'curator'
"""


def commented_layers(store: Store) -> list[LayerInfo]:
    """The layers of curators and of gold with comments, a flag or a return, in order of document and name."""
    return [layer_info_of(row) for row in store.rows(_COMMENTED)]


def read_comments(store: Store, layer: LayerInfo) -> list[StoredComment]:
    """What there is to read in a layer: that it was returned, that it is flagged, its comments."""
    return [StoredComment(*row) for query in (_RETURN, _FLAG, _COMMENTS) for row in store.rows(query, layer.id)]


def comment_counts(store: Store) -> dict[int, int]:
    """How many comments every layer that has any holds, by layer id."""
    return {row[0]: row[1] for row in store.rows("SELECT layer_id, count(*) FROM comment GROUP BY layer_id")}
