"""Comments, flags, and being done with a document."""

from __future__ import annotations

from annotator.tui.screens.annotate.base import AnnotateBase
from annotator.workflow.desk import QueueFilter


class Finishing(AnnotateBase):
    """Comments, flags, and being done with a document."""

    def action_flag(self) -> None:
        """Flag the document, or take the flag away."""
        self._do(self.session.flag)
        self._refresh_marks()

    def action_done(self) -> None:
        """Finish the document; asks once while suggestions are undecided."""
        pending = len(self.session.layer.pending)
        if pending and not self._sure:
            self._sure = True
            self._say(f"{pending} still undecided: space again finishes, tab goes to the next", "alarm")
            return
        if self._do(self.session.finish) is not None:
            if self.workbench.training is not None:
                self.workbench.training.document_done()
            self._onward()

    def action_skip(self) -> None:
        """Put the document aside."""
        if self._do(self.session.skip) is not None:
            self._onward()

    def _onward(self) -> None:
        """Open the next document with work to do, or go back to the queue."""
        self.session.focus = None
        following = self.desk.next_open(self.session.document.key)
        self.leave()
        if following is None:
            self.notify("Every document is done or skipped.", markup=False)
        else:
            self.run_or_report(lambda: self.workbench.open_document(following))

    def action_go_to(self) -> None:
        """Ask for a piece of a document's key or title, and open the first that has it."""
        self.ask_for_text("piece of a document's key or title", "", self._go_to_document)

    def _go_to_document(self, text: str) -> None:
        rows = self.desk.queue.page(QueueFilter(text=text, mine=self.desk.mine), 1) if text else []
        if not rows:
            self._say(f"no document like {text!r}", "faint")
            return
        self.leave()
        self.run_or_report(lambda: self.workbench.open_document(rows[0].key))

    def action_feedback(self) -> None:
        """Show the curator's work on the document against its gold."""
        self.run_or_report(lambda: self.workbench.open_feedback(self.session.document.key))

    def action_leave(self) -> None:
        """Go back to the queue."""
        self.leave()

    def leave(self) -> None:
        """Remember the place, close the document, and show the queue."""
        self.run_or_report(lambda: self.session.save_bookmark(opened=False), can_wait=False)
        self.app.pop_screen()

    def action_comment(self) -> None:
        """Comment the focused item, or the document."""
        target = self.session.focus
        if target is not None and self.session.layer.is_pending(target):
            target = None
        existing = [c.text for c in self.session.layer.comments.values() if c.target == target]
        what = f"on {self.session.name_of(target)}" if target else "on the document"
        self.ask_for_text(f"comment {what}", existing[0] if existing else "", lambda text: self._comment(text, target))

    def _comment(self, text: str, target: str | None) -> None:
        self._do(lambda: self.session.comment(text, target))
        self._refresh_marks()
