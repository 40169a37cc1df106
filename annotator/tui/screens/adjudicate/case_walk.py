"""Steps through the open cases of a document in reading order, of all kinds or of one."""

from __future__ import annotations

from annotator.workflow.adjudicating.case_list import CaseFilter, CaseList
from annotator.workflow.adjudicating.cases import KINDS, Case, Kind
from annotator.workflow.adjudicating.gold_editor import GoldEditor
from annotator.workflow.editing.bookmark import DocumentBookmark


class CaseWalk:
    """The cases of a document's gold in reading order, of one ``kind`` or (``None``) of all kinds."""

    def __init__(self, gold: GoldEditor) -> None:
        self._gold = gold
        self.kind: Kind | None = None

    def open_cases(self) -> CaseList:
        """The open cases that are walked."""
        return self._gold.parts.listed(CaseFilter(self.kind, only_open=True))

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
        return self.open_cases().next(case, offset, by)

    def listed(self) -> CaseList:
        """The cases for the panel: those of the kind that is walked, else all that were in dispute."""
        return self._gold.parts.listed(CaseFilter(self.kind, only_disputed=self.kind is None))

    def select_next_kind(self) -> None:
        """Walk the cases of the next kind that there is, and after the last one all again."""
        existing = self._gold.parts.kinds
        kinds: list[Kind | None] = [None, *(kind for kind in KINDS if kind in existing)]
        self.kind = kinds[(kinds.index(self.kind) + 1) % len(kinds)] if self.kind in kinds else None
