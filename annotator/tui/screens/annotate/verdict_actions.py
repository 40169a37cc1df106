"""The keys that decide suggestions, go from one to the next, and walk through what is decided."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Protocol

from annotator.intervals import Interval
from annotator.text import Segment
from annotator.tui.layout.caret import Caret
from annotator.tui.widgets.item_panel import ItemPanel
from annotator.tuning import collector_paused, quick_turns
from annotator.workflow.annotating.review_walk import ReviewWalk
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.annotating.split_labels import new_labels
from annotator.workflow.editing.editor import Outcome

MANY = 300
"""Suggestions that take a tenth of a second or more to decide together."""
NOTHING_LISTED = "nothing undecided is listed; \\ with an empty text lists everything again"
REVIEW_KEYS = "tab on · shift+tab back · a keeps it · x rejects it · esc ends the review"


class VerdictScreen(Protocol):
    """The annotate screen, as far as verdicts go."""

    session: AnnotationSession
    item_id: str | None
    caret: Caret
    panel: ItemPanel

    def carry_out(self, action: Callable[[], Outcome]) -> Outcome | None:
        """Take a step and show its outcome."""
        ...

    def finish_step(self) -> None:
        """Let all suggestions follow the last step, also those out of view."""
        ...

    def follow(self, until: int) -> None:
        """Let suggestions follow the last step up to an offset."""
        ...

    def focus_item(self, item_id: str | None, *, move_cursor: bool = True) -> None:
        """Put the focus on an item."""
        ...

    def end_selection(self) -> None:
        """End the selection."""
        ...

    def show_message(self, text: str, style: str = "") -> None:
        """Show a message in the line at the bottom."""
        ...

    def show_default_message(self) -> None:
        """Show which keys to use next."""
        ...

    def paint(self) -> None:
        """Paint a frame now, as before work that takes long."""
        ...


class VerdictActions:
    """Actions on suggestions; ``review`` is the walk through what is decided, while there is one.

    Where the panel is filtered, only what it lists is gone to, and decided together.
    """

    def __init__(self, screen: VerdictScreen) -> None:
        self._screen = screen
        self.review: ReviewWalk | None = None

    # Where to go

    def next_undecided(self, start: Interval | tuple[int], by: int = 1) -> str | None:
        """The next (for -1 the previous) undecided item from a position on, of those in the panel; wraps round."""
        order, layer, panel = self._screen.session.layer.order, self._screen.session.layer, self._screen.panel
        if not panel.filter:
            return order.next_undecided(start) if by > 0 else order.previous_undecided(start)
        undecided = [i for i in panel.listed() if order.is_pending(i.id) or layer.retirement(i.id) is not None]
        if not undecided:
            return None
        at = bisect_right(undecided, start) if by > 0 else bisect_left(undecided, start) - 1
        return undecided[at % len(undecided)].id

    def place(self) -> str:
        """Where the item in focus stands in the walk, or among the items that the filtered panel lists."""
        panel, item_id = self._screen.panel, self._screen.item_id
        listed = " listed" if panel.filter else ""
        if self.review is not None:
            number, count = self.review.place(self._screen.session.layer, item_id)
            return f"review {number or '–'} of {count}{listed}"
        if not listed:
            return ""
        number = panel.number_of(item_id)
        return f"{number} of {panel.count()}{listed}" if number else f"{panel.count()}{listed}"

    def following(self, start: Interval | tuple[int]) -> str | None:
        """The next undecided item after a position at which a step was taken; suggestions up to it follow the step."""
        found, layer, updates = self.next_undecided(start), self._screen.session.layer, self._screen.session.updates
        while updates is not None:
            place = layer.position(found) if found is not None else None
            if place is not None and updates.follows_between(start[0], place.start):
                break
            if place is not None and place.start >= start[0] and updates.in_view is not None:
                self._screen.follow(place.start)
                found = self.next_undecided(start)
            else:
                self._screen.finish_step()
                return self.next_undecided(start)
        return found

    def _go_on(self, position: Interval | tuple[int]) -> None:
        """Focus what is undecided after a position."""
        self._screen.focus_item(self.following(position))

    def action_suggestion(self, by: int) -> None:
        """Focus the next or previous undecided suggestion, or go on or back in the walk."""
        if self.review is not None:
            self._step(by)
            return
        screen = self._screen
        position = screen.session.layer.position(screen.item_id) if screen.item_id else None
        found = self.next_undecided(position or (screen.caret.offset + (by < 0),), by)
        screen.end_selection()
        screen.focus_item(found)
        reason = screen.session.layer.retirement(found) if found else None
        if reason is not None:
            screen.show_message(reason.text, "alarm")
        elif found is None and screen.panel.filter and screen.session.layer.order.pending:
            screen.show_message(NOTHING_LISTED, "faint")
        else:
            screen.show_default_message()

    # The walk through what is decided

    def action_review(self) -> None:
        """Walk through what is decided, the least certain of what was accepted first; during the walk, go on."""
        if self.review is None:
            walk = ReviewWalk(self._screen.session.layer, self._screen.panel.passes)
            if not walk.place(self._screen.session.layer, None)[1]:
                what = "nothing that is listed is decided" if self._screen.panel.filter else "nothing is decided"
                self._screen.show_message(f"{what}: there is nothing to review yet", "faint")
                return
            self.review = walk
        self._step(1)

    def follow_filter(self) -> None:
        """Walk what is listed, where a review is on while the panel is filtered anew."""
        if self.review is not None:
            self.review = ReviewWalk(self._screen.session.layer, self._screen.panel.passes)

    def _step(self, by: int) -> None:
        """Go on or back in the walk; past its last item it ends."""
        assert self.review is not None
        layer, before = self._screen.session.layer, self._screen.item_id
        found = self.review.step(layer, before, by)
        self._screen.end_selection()
        if found is not None:
            self._screen.focus_item(found)
            self._screen.show_message(REVIEW_KEYS, "faint")
        elif by < 0:
            self._screen.show_message("the review begins here; tab goes on, esc ends it", "faint")
        else:
            self.end_review("that was the last one; V begins the review again")

    def end_review(self, message: str = "the review is over; V begins it again") -> bool:
        """End the walk; whether there was one."""
        if self.review is None:
            return False
        self.review = None
        self._screen.focus_item(self._screen.item_id, move_cursor=False)
        self._screen.show_message(message, "faint")
        return True

    def _is_under_review(self, item_id: str | None) -> bool:
        if self.review is None:
            return False
        return self.review.place(self._screen.session.layer, item_id)[0] > 0

    # Verdicts

    def action_accept(self) -> None:
        """Accept the focused suggestion and go to the next; in the walk, go on."""
        if self._is_under_review(self._screen.item_id):
            self._step(1)
        else:
            self._decide(self._screen.session.accept)

    def action_reject(self) -> None:
        """Reject the focused suggestion, or what was accepted, and go to the next."""
        screen, item_id = self._screen, self._screen.item_id
        if item_id is not None and screen.session.is_accepted(item_id):
            self._reject_accepted(item_id)
        elif item_id is not None and item_id in screen.session.content:
            screen.show_message("x rejects what was suggested; this is your own: d deletes it", "faint")
        else:
            self._decide(screen.session.reject)

    def _reject_accepted(self, item_id: str) -> None:
        screen = self._screen
        position, walking = screen.session.layer.position(item_id), self._is_under_review(item_id)
        outcome = screen.carry_out(lambda: screen.session.reject(item_id))
        if outcome is None or position is None:
            return
        if walking and self.review is not None:
            screen.focus_item(self.review.step(screen.session.layer, item_id, 1))
        else:
            self._go_on(position)

    def action_accept_alike(self) -> None:
        """Accept the focused suggestion, and all that ask the same."""
        self._decide_alike(self._screen.session.accept_alike)

    def action_reject_alike(self) -> None:
        """Reject the focused suggestion, and all that ask the same."""
        self._decide_alike(self._screen.session.reject_alike)

    def _decide_alike(self, verdict: Callable[[str], Outcome]) -> None:
        item_id = self._screen.item_id
        if item_id is not None and self._screen.session.layer.order.is_pending(item_id):
            self._decide(verdict)
        else:
            self._screen.show_message("no suggestion in focus: tab goes to the next one", "faint")

    def _decide(self, verdict: Callable[[str], Outcome]) -> None:
        screen, item_id = self._screen, self._screen.item_id
        layer = screen.session.layer
        position = layer.position(item_id) if item_id else None
        if item_id is not None and layer.retirement(item_id) is not None:
            labels = new_labels(screen.session.content, item_id) if verdict == screen.session.accept else []
            if labels:
                change = screen.session.relabel if item_id in screen.session.content.spans else screen.session.retype
                if screen.carry_out(lambda: change(item_id, labels[0])) is not None:
                    self._go_on(position or (screen.caret.offset,))
                return
            screen.show_message("the label scheme no longer allows this: change it or delete it, tab goes on", "alarm")
        elif item_id is None or position is None or not layer.order.is_pending(item_id):
            self._go_on(position or (screen.caret.offset,))
            screen.show_default_message()
        elif screen.carry_out(lambda: verdict(item_id)) is not None:
            self._go_on(position)

    def action_accept_all(self) -> None:
        """Accept every likely suggestion."""
        session, passes = self._screen.session, self._screen.panel.passes
        told_of_all = session.layer.accept_rule.precision is None  # how many remain
        self._decide_all(lambda: session.accept_all(passes=passes), told_of_all=told_of_all)

    def action_reject_all(self) -> None:
        """Reject every suggestion that remains."""
        session, passes = self._screen.session, self._screen.panel.passes
        self._decide_all(lambda: session.reject_all(passes))

    def _decide_all(self, action: Callable[[], Outcome], *, told_of_all: bool = True) -> None:
        """Decide many suggestions; says so before, where they are so many that it takes a second or more.

        Where what is said of the step is about all of the text (``told_of_all``), all suggestions follow before.
        """
        pending, updates = len(self._screen.session.layer.order.pending), self._screen.session.updates
        if pending and self._screen.panel.filter and self.next_undecided((-1,)) is None:
            self._screen.show_message(NOTHING_LISTED, "faint")
            return
        if updates is not None and updates.in_view is not None:  # the focus goes to the first that is undecided then
            seen = updates.in_view
            updates.in_view = None if told_of_all else Segment(0, seen.end - seen.start)
        with collector_paused(), quick_turns():  # a thread writes to the terminal, and would wait for Python's lock
            if pending >= MANY:
                self._screen.show_message(f"deciding {pending} suggestions, one moment", "faint")
                self._screen.paint()
            done = self._screen.carry_out(action) is not None
        if done:
            found = self.following((-1,))
            if found is not None and (place := self._screen.session.layer.position(found)) is not None:
                self._screen.follow(place.start)  # all that comes into view
            self._screen.focus_item(found)
        elif pending >= MANY:
            self._screen.show_default_message()
