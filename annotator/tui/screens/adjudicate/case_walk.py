"""Steps through the open cases of a document in reading order, of all kinds or of one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from annotator.workflow.adjudicating.cases import KINDS, Case, Kind
from annotator.workflow.adjudicating.gold_editor import GoldEditor
from annotator.workflow.editing.bookmark import DocumentBookmark


class CaseWalk:
    """The cases of a document's gold in reading order, of one ``kind`` or (``None``) of all kinds."""

    def __init__(self, gold: GoldEditor) -> None:
        self._gold = gold
        self.kind: Kind | None = None

    def open_cases(self) -> list[Case]:
        """The open cases that are walked."""
        if self.kind is None:
            return self._gold.open
        return [case for case in self._gold.open if case.kind == self.kind]

    def first(self) -> Case | None:
        """The first open case."""
        return next(iter(self.open_cases()), None)

    def resumed(self, bookmark: DocumentBookmark) -> Case | None:
        """The open case that a bookmark says was in focus, or the next one after where it is."""
        case = self._gold.find(bookmark.focus)
        if case is not None and case.settled is None:
            return case
        return self.next_case(case, bookmark.cursor - 1, 1)

    def next_case(self, case: Case | None, offset: int, by: int) -> Case | None:
        """The next (for -1 the previous) open case after ``case``, or after an offset in code points; wraps round."""
        cases = self.open_cases()
        if not cases:
            return None
        start = (case.position, case.id) if case is not None else ((offset, -1), "")
        order = [(other.position, other.id) for other in cases]
        index = bisect_right(order, start) if by > 0 else bisect_left(order, start) - 1
        return cases[index % len(cases)]

    def listed(self) -> list[Case]:
        """The cases for the panel: those of the kind that is walked, else all that were in dispute."""
        if self.kind is None:
            return self._gold.parts.disputed
        return [case for case in self._gold.parts.cases if case.kind == self.kind]

    def select_next_kind(self) -> None:
        """Walk the cases of the next kind that there is, and after the last one all again."""
        existing = {case.kind for case in self._gold.parts.cases}
        kinds: list[Kind | None] = [None, *(kind for kind in KINDS if kind in existing)]
        self.kind = kinds[(kinds.index(self.kind) + 1) % len(kinds)] if self.kind in kinds else None
