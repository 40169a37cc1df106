"""What leads from one content of a layer to another."""

from __future__ import annotations

from annotator.annotation import Annotations, record
from annotator.history import Op


def differences(before: Annotations, after: Annotations) -> list[Op]:
    """Return the ops that lead from one content to another: relations go before their spans and come after."""
    gone: list[Op] = []
    come: list[Op] = []
    for table, old, new in (("span", before.spans, after.spans), ("relation", before.relations, after.relations)):
        for identity, item in old.items():
            if identity not in new:
                gone.insert(0, Op(table, identity, record(item), None))
        for identity, item in new.items():
            was = record(old[identity]) if identity in old else None
            if was != record(item):
                come.append(Op(table, identity, was, record(item)))
    return gone + come
