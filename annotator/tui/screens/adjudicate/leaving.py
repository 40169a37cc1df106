"""The keys that leave a document's gold: complete or as it is for the next one, back for the one before."""

from __future__ import annotations

from annotator.tui.screens.document.screen import DocumentScreen
from annotator.wording import plural
from annotator.workflow.adjudicating.session import GoldSession


class LeavingActions:
    """Actions that open other documents; ``before`` are the keys of those that were left for this one."""

    def __init__(self, screen: DocumentScreen, session: GoldSession, before: tuple[str, ...]) -> None:
        self._screen = screen
        self._session = session
        self._before = before

    def action_done(self) -> None:
        """Call the gold complete, and open the next document that waits."""
        if self._screen.carry_out(self._session.finish) is not None:
            self._open_next(f"the gold of {self._session.document.key} is complete", " and u there takes that back")

    def action_skip(self) -> None:
        """Leave the document as it is, and open the next that waits."""
        session, still_open = self._session, len(self._session.gold.open)
        settled = " complete" if session.state == "done" else ", not called complete"
        how = f" with {plural(still_open, 'conflict')} open" if still_open else settled
        self._open_next(f"{session.document.key} left{how}")

    def action_previous_document(self) -> None:
        """Go back to the document that was left for this one."""
        if self._before:
            self._open(self._before[-1], self._before[:-1])
        else:
            self._screen.show_message("no document was left for this one; Q goes back to the queue", "faint")

    def _open_next(self, told: str, taken_back: str = "") -> None:
        """Say what became of this document, and how to go back; open the next that waits to be adjudicated, or none."""
        key = self._session.document.key
        next_key = self._screen.desk.next_to_adjudicate(key)
        if next_key is None or next_key == key:
            self._screen.leave()
            self._screen.notify(
                f"{told}; a opens it again. No other document waits to be adjudicated.", markup=False, timeout=8
            )
        else:
            self._open(next_key, (*self._before, key), f"{told} · P goes back{taken_back}")

    def _open(self, key: str, before: tuple[str, ...], told: str = "") -> None:
        self._screen.leave()
        self._screen.run_or_report(
            lambda: self._screen.workbench.open_adjudication(key, before=before, told=told), can_wait=False
        )
