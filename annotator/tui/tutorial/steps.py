"""The steps of the tutorial: what each needs of the practice article, and by what effect it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from annotator.annotation import RelationKey
from annotator.errors import WorkflowError
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.workflow.practice import Practice


class PracticeView:
    """The practice article on its screen, as a step looks at it, and how it was when the step began."""

    def __init__(self, screen: AnnotateScreen, practice: Practice) -> None:
        self.screen = screen
        self.practice = practice
        self.remember()

    def remember(self) -> None:
        """Keep how things are now, for steps that are done by a change."""
        self.focus_before = self.screen.item_id
        self.pending_before, self.own_before = self.count_pending(), self.count_own()
        self.undone_before = self.last_undone()

    def count_pending(self) -> int:
        """Count the suggestions that wait."""
        return len(self.screen.session.layer.order.pending)

    def count_own(self) -> int:
        """Count the curator's own spans."""
        return len(self.screen.session.content.spans)

    def count_likely(self) -> int:
        """Count the suggestions that wait and that ``A`` would accept."""
        layer = self.screen.session.layer
        waiting = (layer.suggestions.spans.get(interval.id) for interval in layer.order.pending)
        return sum(span is not None and layer.certainty(span).likely for span in waiting)

    def reviewed(self) -> int:
        """The place in the walk through what is decided, from 1; 0 where there is no walk."""
        review = self.screen.verdicts.review
        return 0 if review is None else review.place(self.screen.session.layer, self.screen.item_id)[0]

    def last_undone(self) -> int | None:
        """The number of the step that a redo would bring back."""
        try:
            return self.screen.session.editor.next_redo().target
        except WorkflowError:
            return None

    def owns(self, mention: str) -> bool:
        """Whether a mention is a span of the curator's."""
        return self.screen.session.content.span_id_with(self.practice.mentions[mention]) is not None

    def waits(self, mention: str) -> bool:
        """Whether a mention is a suggestion that waits."""
        return self.screen.session.layer.order.is_pending(str(self.practice.mentions[mention]))

    def related(self, head: str, child: str, label: str) -> bool:
        """Whether two mentions are linked by a relation of the curator's."""
        key = RelationKey(self.practice.mentions[head], self.practice.mentions[child], label)
        return self.screen.session.content.item_id_with(key) is not None

    def found(self, mention: str) -> bool:
        """Whether the cursor or the selection is in a mention."""
        start, end, _ = self.practice.mentions[mention]
        caret = self.screen.caret
        return start <= (caret.selection.start if caret.selection else caret.offset) < end

    def go_to(self, mention: str) -> None:
        """Put a mention in focus, the curator's span or the suggestion; nothing when ``mention`` is empty."""
        self.screen.verdicts.end_review()
        self.screen.end_selection()
        key = self.practice.mentions.get(mention)
        own = None if key is None else self.screen.session.content.span_id_with(key)
        self.screen.focus_item(own or (None if key is None else str(key)))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the keys that it waits for, the mention in focus as it begins, what it needs, and when it is done.

    ``accepts`` is a mention that is accepted first if it still waits.
    """

    name: str
    keys: str
    focus: str
    is_done: Callable[[PracticeView], bool]
    is_ready: Callable[[PracticeView], bool] = lambda _: True
    accepts: str = ""

    def prepare(self, view: PracticeView) -> None:
        """Bring about what the step needs: take steps back until it is there, and not done already."""
        session = view.screen.session
        view.remember()
        while self.is_done(view) or not self.is_ready(view):
            try:
                view.screen.show_outcome(session.undo())
            except WorkflowError:
                break
            view.remember()
        if self.accepts and view.waits(self.accepts):
            view.screen.show_outcome(session.accept(str(view.practice.mentions[self.accepts])))
        view.go_to(self.focus)
        view.remember()


def _moved_on(view: PracticeView) -> bool:
    item_id = view.screen.item_id
    return item_id not in (None, view.focus_before) and view.screen.session.layer.order.is_pending(item_id or "")


def _rejected(view: PracticeView) -> bool:
    return view.count_pending() < view.pending_before and view.count_own() <= view.own_before


def _is_there(*mentions: str) -> Callable[[PracticeView], bool]:
    return lambda view: all(view.owns(mention) or view.waits(mention) for mention in mentions)


STEPS = (
    Step("walk", "{suggestion.next}", "title", _moved_on, lambda view: view.waits("title")),
    Step(
        "accept",
        "{suggestion.accept}",
        "person",
        lambda view: view.count_own() > view.own_before,
        lambda view: view.waits("person"),
    ),
    Step("reject", "{suggestion.reject}", "wrong", _rejected, lambda view: view.waits("wrong")),
    Step("border", "{span.end_on}", "short", lambda view: view.owns("whole"), _is_there("short")),
    Step("relabel", "{label:PLACE}", "place", lambda view: view.owns("town"), _is_there("place")),
    Step("add", "{label:PERSON} …", "", lambda view: view.owns("speaker")),
    Step("add_over_focus", "{alt:PLACE} …", "council", lambda view: view.owns("port"), _is_there("council")),
    Step(
        "relate",
        "{relation.relate} …",
        "head",
        lambda view: view.related("head", "council", "works_for"),
        _is_there("head", "council"),
    ),
    Step(
        "undo",
        "{history.undo}",
        "head",
        lambda view: view.last_undone() not in (None, view.undone_before),
        accepts="head",
    ),
    Step(
        "accept_all",
        "{suggestion.accept_all} {suggestion.review} {suggestion.next}",
        "river",
        lambda view: view.count_likely() == 0 and view.reviewed() > 1,
        lambda view: view.waits("river"),
    ),
    Step("find", "{find.start} …", "title", lambda view: view.found("speaker")),
    Step("done", "{document.done}", "", lambda view: view.screen.session.state == "done"),
)
