"""Suggestions by score, so that a threshold, and what it passes, are found without looking at each one."""

from __future__ import annotations

from collections.abc import Iterator


class ScoreIndex:
    """Which suggestions have each score; ``changes`` counts the changes."""

    def __init__(self) -> None:
        self.changes = 0
        self._scores: dict[str, float] = {}
        self._by_score: dict[float, set[str]] = {}

    def put(self, suggestion_id: str, score: float | None) -> None:
        """Note the score of a suggestion, or (``None``) that it is not among them any more."""
        old = self._scores.pop(suggestion_id, None)
        if score is not None:
            self._scores[suggestion_id] = score
        if old == score:
            return
        self.changes += 1
        if old is not None:
            self._by_score[old].discard(suggestion_id)
            if not self._by_score[old]:
                del self._by_score[old]
        if score is not None:
            self._by_score.setdefault(score, set()).add(suggestion_id)

    def counts(self) -> dict[float, int]:
        """How many suggestions have each score."""
        return {score: len(ids) for score, ids in self._by_score.items()}

    def between(self, low: float, high: float) -> Iterator[str]:
        """Yield the suggestions whose score is ``low`` or more and less than ``high``."""
        for score in sorted(self._by_score):
            if low <= score < high:
                yield from sorted(self._by_score[score])
