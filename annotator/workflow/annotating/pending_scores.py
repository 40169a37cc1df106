"""The scores of what is pending, counted, so that a threshold follows from them without looking at each suggestion."""

from __future__ import annotations

from collections import Counter

from annotator.suggest.learned.evidence import add_to


class PendingScores:
    """How many pending suggestions have each score; ``changes`` counts the changes."""

    def __init__(self) -> None:
        self.counts: Counter[float] = Counter()
        self.changes = 0
        self._scores: dict[str, float] = {}

    def put(self, suggestion_id: str, score: float | None) -> None:
        """Note the score of a suggestion that is pending, or (``None``) that it is not."""
        old = self._scores.get(suggestion_id)
        if old == score:
            return
        self.changes += 1
        if old is not None:
            add_to(self.counts, old, -1)
            del self._scores[suggestion_id]
        if score is not None:
            add_to(self.counts, score, 1)
            self._scores[suggestion_id] = score
