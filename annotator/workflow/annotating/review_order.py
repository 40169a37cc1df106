"""The order in which a curator walks through a document: what stands and what waits for a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from annotator.intervals import Interval, IntervalIndex
from annotator.workflow.editing.content import Position


class ReviewOrder:
    """Items in reading order: all, those that wait (``pending``), and the spans of these (``pending_spans``)."""

    def __init__(self, own: Iterable[Position]) -> None:
        self.items = IntervalIndex(own)
        self.pending = IntervalIndex()
        self.pending_spans = IntervalIndex()
        self._waiting: dict[str, Interval] = {}

    def is_pending(self, suggestion_id: str) -> bool:
        """Whether a suggestion waits for a verdict."""
        return suggestion_id in self._waiting

    def pending_position(self, suggestion_id: str) -> Interval | None:
        """Where a suggestion waits; ``None`` when it does not."""
        return self._waiting.get(suggestion_id)

    def next_pending(self, after: Interval | tuple[int]) -> str | None:
        """The first suggestion behind a position that waits, from the start again at the end."""
        following = self.pending.after(after) or self.pending.after((-1,))
        return following.id if following else None

    def previous_pending(self, before: Interval | tuple[int]) -> str | None:
        """The last suggestion in front of a position that waits, from the end again at the start."""
        preceding = self.pending.before(before) or (self.pending[-1] if self.pending else None)
        return preceding.id if preceding else None

    def move_own(self, gone: Sequence[Position], come: Sequence[Position]) -> None:
        """Take up that spans and relations of the curator's left some positions and took others."""
        self.items.change(gone, come)

    def move_spans(self, gone: Sequence[Position], come: Sequence[Position]) -> None:
        """Let some suggested spans no longer wait, and others wait."""
        for _, _, suggestion_id in gone:
            del self._waiting[suggestion_id]
        self._waiting.update((position[2], Interval.of(*position)) for position in come)
        for index in (self.pending, self.items, self.pending_spans):
            index.change(gone, come)

    def move_relation(self, relation_id: str, position: Position | None) -> None:
        """Let a suggested relation wait at a position, or (``None``) no longer."""
        before = self._waiting.pop(relation_id, None)
        for index in (self.pending, self.items):
            if before is not None:
                index.discard(before.start, before.end, relation_id)
            if position is not None:
                index.add(*position)
        if position is not None:
            self._waiting[relation_id] = Interval.of(*position)
