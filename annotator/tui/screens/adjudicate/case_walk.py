"""Steps through the open cases of a document in reading order, of all kinds or of one."""

from __future__ import annotations

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
        return [case for case in self._gold.open if self.kind in (None, case.kind)]

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
        start = case.position if case is not None else (offset, -1)
        ahead = [c for c in cases if (c.position > start if by > 0 else c.position < start)]
        same_position = [c for c in cases if case is not None and c.position == start and (c.id > case.id) == (by > 0)]
        others = [c for c in [*same_position, *ahead] if case is None or c.id != case.id] or cases
        order = sorted(others, key=lambda c: (c.position, c.id))
        return order[0 if by > 0 else -1] if order else None

    def listed(self) -> list[Case]:
        """The cases for the panel: those of the kind that is walked, else all that were in dispute."""
        return [case for case in self._gold.settlement.cases if self._is_listed(case)]

    def _is_listed(self, case: Case) -> bool:
        if self.kind is not None:
            return case.kind == self.kind
        return case.kind != "agreed" or case.settled != "agreement"

    def select_next_kind(self) -> None:
        """Walk the cases of the next kind that there is, and after the last one all again."""
        existing = {case.kind for case in self._gold.settlement.cases}
        kinds: list[Kind | None] = [None, *(kind for kind in KINDS if kind in existing)]
        self.kind = kinds[(kinds.index(self.kind) + 1) % len(kinds)] if self.kind in kinds else None
