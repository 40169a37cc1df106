"""How often attributes are set in the layers of a database, and to which values."""

from __future__ import annotations

from collections.abc import Iterable

from annotator.history import dumps
from annotator.store.database import Store
from annotator.store.label_counts import LabelCount

_SET = " UNION ALL ".join(
    f"SELECT {layer} AS layer_id, attributes FROM {table} WHERE attributes IS NOT NULL"
    for table, layer in (("span", "layer_id"), ("relation", "layer_id"), ("layer", "id"))
)
_COUNTED = """
SELECT '{kind}', {label} AS label, l.name, count(*), count(DISTINCT l.document_id)
FROM ({set}) i JOIN layer l ON l.id = i.layer_id JOIN document d ON d.id = l.document_id AND d.sha256 IS NOT NULL
JOIN json_each(i.attributes) a {values}
WHERE {wanted} (?1 IS NULL OR label IN (SELECT value FROM json_each(?1))) GROUP BY label, l.name
"""
_ATTRIBUTES = _COUNTED.format(kind="attribute", label="a.key", set=_SET, values="", wanted="")
_VALUES = _COUNTED.format(
    kind="value",
    label="a.key || '=' || v.value",
    set=_SET,
    values="JOIN json_each(CASE a.type WHEN 'array' THEN a.value ELSE json_array(a.value) END) v",
    wanted="a.type IN ('text', 'array') AND",
)


def attribute_counts(store: Store, names: Iterable[str] | None = None) -> list[LabelCount]:
    """Count every attribute (or only some), and every text that one is set to (``certainty=possible``), by layer."""
    some = None if names is None else dumps(sorted(names))
    rows = [row for query in (_ATTRIBUTES, _VALUES) for row in store.rows(f"{query} ORDER BY 2, 3", some)]
    return [LabelCount(*row) for row in rows]
