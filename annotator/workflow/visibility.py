"""Who may see which layer: a curator sees nobody else's work on a document before both are done with it.

What others said sways one's own judgement, and then agreement measures nothing.  This is a rule against seeing by
accident; it cannot stop somebody who may read the database file.
"""

from __future__ import annotations

from functools import cached_property

from annotator.errors import WorkflowError
from annotator.history import GOLD, curator_layer
from annotator.store import LayerInfo, Store, curates, layer_states, read_assignments


class Visibility:
    """What one reader may see.

    Whoever has no work and no assignments in the workspace leads it, and sees everything.  A curator sees another's
    layer when its author is done, and they themselves too, unless the document is not theirs.  Gold and suggestions are
    kept from them only where seeing would undo something: gold until they are done with a document of theirs,
    suggestions until they are done with a document that they work on blind.
    """

    def __init__(self, store: Store, reader: str) -> None:
        self.reader = reader
        self._store = store

    @cached_property
    def _states(self) -> dict[str, str]:
        return layer_states(self._store, curator_layer(self.reader))

    @cached_property
    def _assigned(self) -> dict[str, bool]:
        return {one.document: one.blind for one in read_assignments(self._store, self.reader)}

    @cached_property
    def curates(self) -> bool:
        """Whether the reader is one of the curators."""
        return curates(self._store, self.reader)

    def _waits(self, document: str) -> bool:
        """Whether the reader still has the document before them; without assignments every one may come."""
        theirs = not self._assigned or document in self._assigned or document in self._states
        return theirs and self._states.get(document) != "done"

    def why_hidden(self, layer: LayerInfo) -> str:
        """Why the reader may not see a layer yet; empty when they may."""
        document, name = layer.name.document, layer.name
        if name.author == self.reader or not self.curates:
            return ""
        if name.personal:
            if name.kind != "curator" or layer.state != "done":
                return f"{name.author} is not done with it"
            return f"{self.reader} is not done with it" if self._waits(document) else ""
        kept = name.name == GOLD or (name.kind == "suggester" and self._assigned.get(document, False))
        return f"{self.reader} is not done with it" if kept and self._waits(document) else ""

    def why_hidden_from_export(self, layer: LayerInfo) -> str:
        """Why a layer stays out of the reader's exports; gold never does, whoever exports it."""
        return "" if layer.name.name == GOLD else self.why_hidden(layer)


def check_leads(store: Store, actor: str, what: str) -> None:
    """Raise :class:`WorkflowError` when an actor is one of the curators: ``what`` is for who leads."""
    if curates(store, actor):
        raise WorkflowError(
            f"{actor} curates here, and {what} is for who leads",
            "leave it to them; a lead who also curates leads under another name (--as lead)",
        )
