"""Carrying all layers of a database over changes of the label scheme, a few at a time, while others work on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from annotator.store.database import Store
from annotator.store.layers import SchemeStamp
from annotator.store.scheme_changes import touched_layers

AT_ONCE = 250
"""Layers that are carried over in one transaction: a few hundredths of a second for layers of ten spans."""
_PASSED_AT_ONCE = 20_000
"""Layers of which it is noted in one transaction that nothing touches them."""


def _tell_nobody(done: int, total: int) -> None:
    del done, total


def carry_layers(store: Store, progress: Callable[[int, int], None] = _tell_nobody) -> None:
    """Carry all layers over the changes of the label scheme that they lack.

    Others may read and write in between.  ``progress`` is given how many layers are done, and of how many.
    """
    history = store.scheme_history()
    with store.explained():
        layers = touched_layers(store.connection, history)
    behind = {row[0] for row in store.rows("SELECT id FROM layer WHERE scheme <> ?", history.heads)}
    for done in range(0, len(layers), AT_ONCE):
        progress(done, len(layers))
        with store.write() as writer:
            writer.carry_some(layers[done : done + AT_ONCE])
    others = sorted(behind.difference(layers))
    for done in range(0, len(others), _PASSED_AT_ONCE):
        with store.write() as writer:
            writer.pass_over(others[done : done + _PASSED_AT_ONCE])
    with store.write() as writer:
        writer.finish_carrying()


class NotedScheme(NamedTuple):
    """A label scheme that the database was written under, and the changes that were known then."""

    stamp: SchemeStamp
    changes: str


def noted_schemes(store: Store) -> list[NotedScheme]:
    """The label schemes that the database was written under, the last one first."""
    rows = store.rows(
        "SELECT sha256, shape, labels, changes FROM"
        " (SELECT 1 AS now, 0 AS id, sha256, shape, labels, changes FROM scheme"
        "  UNION ALL SELECT 0, id, sha256, shape, labels, changes FROM former_scheme) ORDER BY now DESC, id DESC"
    )
    return [NotedScheme(SchemeStamp(*row[:3]), row[3]) for row in rows]
