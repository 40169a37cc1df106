"""The reading order of a document's items, decided and pending, in which a curator reviews them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from annotator.intervals import Interval, IntervalIndex
from annotator.workflow.editing.content import RELATION_RANK, Position


class ReviewOrder:
    """Items in reading order: all, the ``relations``, the ``pending`` suggestions, and the spans among these.

    ``own`` are the curator's own items; those that the label scheme no longer allows (``retired``) want a decision too.
    """

    def __init__(self, own: Iterable[Position], retired: IntervalIndex) -> None:
        own = list(own)
        self.items = IntervalIndex(own)
        self.relations = IntervalIndex(_relations(own))
        self.retired = retired
        self.pending = IntervalIndex()
        self.pending_spans = IntervalIndex()
        self._pending_positions: dict[str, Interval] = {}

    def is_pending(self, suggestion_id: str) -> bool:
        """Whether a suggestion is pending: neither decided nor made impossible by the curator's own items."""
        return suggestion_id in self._pending_positions

    def pending_among(self, suggestion_ids: set[str]) -> set[str]:
        """Which of some suggestions are pending."""
        return suggestion_ids & self._pending_positions.keys()

    def pending_position(self, suggestion_id: str) -> Interval | None:
        """The position of a pending suggestion; ``None`` when it is not pending."""
        return self._pending_positions.get(suggestion_id)

    def next_undecided(self, after: Interval | tuple[int]) -> str | None:
        """The first pending suggestion or retired item after a position, wrapping round at the end."""
        for start in (after, (-1,)):
            found = [i for index in (self.pending, self.retired) if (i := index.after(start)) is not None]
            if found:
                return min(found).id
        return None

    def previous_undecided(self, before: Interval | tuple[int]) -> str | None:
        """The last pending suggestion or retired item before a position, wrapping round at the start."""
        found = [i for index in (self.pending, self.retired) if (i := index.before(before)) is not None]
        if not found:
            found = [index[-1] for index in (self.pending, self.retired) if index]
        return max(found).id if found else None

    def replace_own(self, old: Sequence[Position], new: Sequence[Position]) -> None:
        """Move spans and relations of the curator's from old positions to new ones."""
        self.items.change(old, new)
        self.relations.change(_relations(old), _relations(new))

    def replace_pending_spans(self, old: Sequence[Position], new: Sequence[Position]) -> None:
        """Remove some suggested spans from those pending, and add others."""
        for _, _, suggestion_id in old:
            del self._pending_positions[suggestion_id]
        self._pending_positions.update((position[2], Interval.of(*position)) for position in new)
        for index in (self.pending, self.items, self.pending_spans):
            index.change(old, new)

    def set_pending_relation(self, relation_id: str, position: Position | None) -> None:
        """Make a suggested relation pending at a position, or (``None``) no longer pending."""
        previous = self._pending_positions.get(relation_id)
        now = Interval.of(*position) if position is not None else None
        if now == previous:
            return
        for index in (self.pending, self.items, self.relations):
            if previous is not None:
                index.discard(previous.start, previous.end, relation_id)
            if position is not None:
                index.add(*position)
        if now is not None:
            self._pending_positions[relation_id] = now
        else:
            del self._pending_positions[relation_id]


def _relations(positions: Iterable[Position]) -> list[Position]:
    return [position for position in positions if position[1] == RELATION_RANK]
