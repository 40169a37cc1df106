"""Marking spans: what is selected, or a phrase that is chosen by its hint."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from annotator.text import Segment
from annotator.tui.layout.caret import Caret
from annotator.tui.screens.document.focus import waits_for_verdict
from annotator.tui.screens.document.navigation import Navigation
from annotator.tui.screens.document.prompts import Prompts
from annotator.tui.screens.document.session import DocumentSession
from annotator.tui.widgets.text_view import TextView
from annotator.workflow.annotating.label_looks import LabelLooks
from annotator.workflow.annotating.phrase_candidates import MOST_LISTS, phrase_candidates
from annotator.workflow.annotating.phrase_finding import PhraseFinder
from annotator.workflow.desk import Desk
from annotator.workflow.editing.editor import Outcome
from annotator.workflow.editing.layer_view import LayerView

LOOKED_AT = 20_000
"""Code points on either side of the view whose spans show what a label's mentions look like."""

LISTS_AT_FIRST = 2
"""Lists of phrases that are made before ``tab`` asks for others: it has to be said whether there are any."""


class _Basis(NamedTuple):
    """What phrases to offer follow from: the view, the layer, mentions of the label elsewhere, and what was found."""

    start: int
    end: int
    layer: LayerView
    changes: int
    mentions: list[str]
    found: list[Segment]


class MarkingScreen(Protocol):
    """A screen on a document in which spans are marked."""

    desk: Desk
    session: DocumentSession
    caret: Caret
    navigation: Navigation
    prompts: Prompts
    view: TextView
    item_id: str | None

    def add_span(self, segment: Segment, label: str) -> Outcome:
        """Add a span."""
        ...

    def carry_out(self, action: Callable[[], Outcome]) -> Outcome | None:
        """Take a step and show its outcome."""
        ...

    def end_selection(self) -> None:
        """End the selection."""
        ...

    def focus_item(self, item_id: str | None, *, move_cursor: bool = True) -> None:
        """Put the focus on an item."""
        ...

    def refuse(self, text: str) -> None:
        """Say why a key opens no question; letters typed on for it do nothing."""
        ...


class Marking:
    """Adds spans on a screen.

    ``just_marked`` is the span that was added last, while it is still in focus: the next label's key adds another one
    then, it does not relabel.
    """

    def __init__(self, screen: MarkingScreen) -> None:
        self._screen = screen
        self._finder = PhraseFinder(screen.session.document)
        self._offered = ""
        self._offers: dict[tuple[str, int], tuple[_Basis, list[list[Segment]]]] = {}
        self.just_marked: str | None = None

    def focus_moved(self, item_id: str | None) -> None:
        """Note what is in focus now."""
        if item_id != self.just_marked:
            self.just_marked = None

    def add(self, label: str) -> None:
        """Add a span, whatever is in focus: over the selection, else over a phrase in view that is chosen by its hint.

        What waited for a verdict stays in focus.
        """
        screen = self._screen
        selection = screen.caret.selection
        if selection is not None:
            self.mark(selection, label)
        else:
            waits = waits_for_verdict(screen.session.layer_view, screen.item_id)
            self.offer_phrases(label, back_to=screen.item_id if waits else None)

    def mark(self, segment: Segment, label: str, *, back_to: str | None = None) -> None:
        """Add a span, and put it in focus, or (``back_to``) what was in focus before."""
        screen = self._screen
        outcome = screen.carry_out(lambda: screen.add_span(segment, label))
        if outcome is None:
            return
        screen.end_selection()
        if waits_for_verdict(screen.session.layer_view, back_to):
            screen.focus_item(back_to)
        else:
            screen.focus_item(outcome.focus)
            self.just_marked = outcome.focus

    def offer_phrases(self, label: str, *, back_to: str | None = None, alternatives: int = 0) -> None:
        """Put hints on the phrases in view that may be marked with a label.

        ``tab`` changes to other phrases in the same text, in the order of the lists of :func:`phrase_candidates`, of
        which the ``alternatives``-th is shown.
        """
        self._offered = label
        lists = self.phrases(label, most=MOST_LISTS if alternatives else LISTS_AT_FIRST)
        if not lists:
            self._screen.refuse(f"no phrase in view to mark as {label}; v or the mouse selects")
            return
        shown = alternatives % len(lists)
        others = " · tab other phrases" if len(lists) > 1 else ""
        self._screen.prompts.ask_with_hints(
            f"{label}: which phrase?{others}",
            [(phrase, phrase) for phrase in lists[shown]],
            lambda phrase: self.mark(phrase, label, back_to=back_to),
            more=lambda: self.offer_phrases(label, back_to=back_to, alternatives=shown + 1),
        )

    def prepare(self) -> None:
        """Find the phrases that a key may ask for next: those for the label that one asked for last."""
        if self._offered:
            self.phrases(self._offered)

    def phrases(self, label: str, *, most: int = LISTS_AT_FIRST) -> list[list[Segment]]:
        """The phrases in view that a label's key offers: a list, and lists of others in the same text.

        They are kept for as long as they follow from the same.
        """
        screen, layer = self._screen, self._screen.session.layer_view
        start, end = screen.view.visible_range()
        found = screen.navigation.matches_in(start, end)
        basis = _Basis(start, end, layer, layer.changes, screen.desk.mentions(label), found)
        known = self._offers.get((label, most))
        if known is None or known[0] != basis:
            known = self._offers[label, most] = basis, self._find(label, basis, most)
        return known[1]

    def _find(self, label: str, basis: _Basis, most: int) -> list[list[Segment]]:
        from annotator.suggest.rules.possible_mentions import possible_mentions

        session, (start, end, layer, _, elsewhere, found) = self._screen.session, basis
        text = session.document.text
        around = layer.spans_over(max(0, start - LOOKED_AT), min(len(text), end + LOOKED_AT))
        mentions = [*elsewhere, *(text[s.start : s.end] for s in around if s.label == label)]
        pending = (s for s in around if s.origin == "suggested" and s.start < end and start < s.end)
        return phrase_candidates(
            session.document,
            start,
            end,
            LabelLooks(session.scheme.entities[label], mentions),
            taken=session.content.index,
            waiting=[Segment(s.start, s.end) for s in pending],
            possible=possible_mentions(label, session.document, start, end),
            rejected=layer.rejected_over(start, end, label),
            found=found,
            overlapping=session.scheme.overlap != "flat",
            finder=self._finder,
            most=most,
        )
