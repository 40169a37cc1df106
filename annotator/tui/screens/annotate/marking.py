"""Making, changing and deleting spans."""

from __future__ import annotations

from annotator.text import Segment
from annotator.tui.screens.annotate.base import AnnotateBase
from annotator.workflow.annotating.candidates import candidates
from annotator.workflow.description import quote


class Marking(AnnotateBase):
    """Making, changing and deleting spans."""

    def _label(self, label: str) -> None:
        """Label the selection, else relabel the focused span, else offer phrases in view."""
        selection = self.caret.selection
        identity = self.session.focus
        if selection is not None:
            self._mark(selection, label)
        elif identity is not None and self.session.layer.span(identity) is not None:
            place = self.session.layer.place(identity)
            was_pending = self.session.layer.is_pending(identity)
            outcome = self._do(lambda: self.session.relabel(identity, label))
            if outcome is not None:
                onward = self.session.next_pending(place) if was_pending and place else outcome.focus
                self._show_focus(onward)
        else:
            self._offer(label)

    def _mark(self, selection: Segment, label: str) -> None:
        outcome = self._do(lambda: self.session.add(selection.start, selection.end, label))
        if outcome is not None:
            self.drop_selection()
            self._show_focus(outcome.focus)

    def _offer(self, label: str) -> None:
        """Put hints on the phrases in view that may be meant."""
        document = self.session.document
        phrases: dict[int, Segment] = {}
        for phrase in candidates(document, *self.view.visible_range()):
            if not self.session.layer.index.overlapping(*phrase):
                phrases.setdefault(phrase.start, phrase)
        self._hint(f"{label}: which phrase?", list(phrases.items()), lambda phrase: self._mark(phrase, label))

    def action_boundary(self, side: str, by: int) -> None:
        """Move a boundary of the focused span."""
        identity = self._focused_span()
        if identity is None:
            return
        outcome = self._do(lambda: self.session.move_boundary(identity, side, by))
        if outcome is not None:
            self._show_focus(outcome.focus)

    def action_everywhere(self) -> None:
        """Label every identical mention; a second time, propose it in all other documents."""
        identity = self._focused_span()
        if identity is None:
            return
        span = self.session.layer.span(identity)
        if span is not None and self._spread == span.key:
            self._propose(self.session.text_of(span), span.label)
            return
        outcome = self._do(lambda: self.session.everywhere(identity))
        if outcome is not None and span is not None:
            self._spread = span.key
            self._show_focus(outcome.focus)
            self._say(f"{outcome.message}; * again proposes it in all other documents")

    def _propose(self, phrase: str, label: str) -> None:
        found: list[tuple[int, int]] = []
        if self.run_or_report(lambda: found.append(self.desk.propose(phrase, label, but=self.session.document.key))):
            mentions, documents = found[0]
            self._say(f"proposed {label} on {mentions} mentions of {quote(phrase)} in {documents} other documents")

    def action_delete(self) -> None:
        """Delete the focused item."""
        identity = self.session.focus
        if identity is None:
            self._say("nothing in focus to delete", "faint")
        elif self._do(lambda: self.session.delete(identity)) is not None:
            self._show_focus(self._span_at_caret(), follow=False)
