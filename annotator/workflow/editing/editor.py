"""Edits one layer step by step: each step is written to its history, and can be undone.

A step changes the layer in memory and is appended to its history.  When the store refuses, the layer goes back to what
it was and the error is raised: what is on the screen is what is on the disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from annotator.annotation import Span
from annotator.errors import AnnotatorError, WorkflowError
from annotator.history import REANCHOR, LayerName, Op, UndoStack, UndoStep, invert_ops
from annotator.scheme_changes.folding import ops_in_present_labels
from annotator.store import Bookmark, LayerInfo, Store
from annotator.text import Document
from annotator.workflow.description import describe_ops
from annotator.workflow.editing.step import EditedLayer, StepDraft


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action did.

    ``message`` is a sentence for the curator, ``focus`` the id of the item to focus next (``None`` to leave the focus),
    ``touched`` the stretches of text, in code points, whose look may have changed.  ``warning`` is something that went
    wrong beside it and can be mended.
    """

    message: str
    focus: str | None = None
    touched: tuple[tuple[int, int], ...] = ()
    warning: AnnotatorError | None = None


class Replay(NamedTuple):
    """A step to take back (``action`` is ``undo``) or to bring back (``redo``): its number, and the ops that do so.

    ``of`` is the action of the step itself, ``by`` who took it, ``what`` it did in words.
    """

    action: str
    target: int
    ops: list[Op]
    description: str
    of: str
    by: str
    what: str

    def span(self) -> Span:
        """The one span that the step is about."""
        ((span_id, record),) = ((op.id, op.now) for op in self.ops if op.table == "span" and op.now is not None)
        return Span(span_id, **record)


class LayerEditor:
    """One author's layer of one document, with its history.

    ``bookmark`` says where the author is, to be kept with every step; ``floor`` are the actions that undo cannot go
    behind; ``clock`` gives monotonic seconds for the pauses in history.
    """

    def __init__(
        self,
        store: Store,
        document: Document,
        layer: str,
        author: str,
        *,
        floor: frozenset[str] = frozenset({REANCHOR}),
        bookmark: Callable[[], Bookmark | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = LayerName(document.key, layer)
        self._store = store
        self._document = document
        self._author = author
        self._floor = floor
        self._bookmark = bookmark
        self._clock = clock
        self._last_step = clock()

    def read(self) -> LayerInfo | None:
        """What the store knows of the layer; :class:`WorkflowError` when it is about another text."""
        info = self._store.layer(self.name)
        if info is not None and info.text not in (None, self._document.sha256):
            raise WorkflowError(f"{self.name} is about another text", "the article was replaced; open it anew")
        return info

    def begin(self, layer: EditedLayer, info: LayerInfo | None) -> None:
        """Edit ``layer``, which was read when the store knew ``info`` of it."""
        self._layer = layer
        self.head = "" if info is None else info.head
        self.length = 0 if info is None else info.length
        self._undo = UndoStack() if info is None else self._store.undo_stack(info.id)

    @property
    def next_event(self) -> int:
        """The number of the event that the next step will be."""
        return self.length + 1

    def is_outdated(self) -> bool:
        """Whether somebody else has written to the layer since it was read."""
        info = self._store.layer(self.name)
        return info is not None and info.head != self.head

    # Steps

    @contextmanager
    def step(self, action: str, *, target: int | None = None) -> Iterator[StepDraft]:
        """Gather ops and write them as one event; after an error the layer is as it was before.

        ``target`` is the number of the step that an undo or redo is about.
        """
        draft = StepDraft(self._layer, self.next_event)
        replays = target is not None
        try:
            yield draft
            if draft.ops or replays:  # an undo is a step even where nothing is left to take back
                if not replays:
                    self._begin_or_reopen(draft)
                self._write(action, draft, target)
        except BaseException:
            for op in invert_ops(draft.ops):
                self._layer.apply(op)
            raise

    def _begin_or_reopen(self, draft: StepDraft) -> None:
        """Record the text's digest with the first step; set the state to ``doing`` where work begins or reopens."""
        fields = self._layer.content.fields
        if "text" not in fields:
            draft.set_field("text", self._document.sha256)
        state = fields.get("state", "todo")
        if state in ("todo", "done", "skipped") and not draft.sets_state:
            draft.set_field("state", "doing")
            draft.reopened = "" if state == "todo" else state

    def _write(self, action: str, draft: StepDraft, target: int | None) -> None:
        now = self._clock()
        pause = max(0, round(1000 * (now - self._last_step)))
        bookmark = self._bookmark()
        with self._store.write() as writer:
            info = writer.append(
                self.name, self._author, action, draft.ops, head=self.head, target=target, pause_ms=pause
            )
            if draft.beside is not None:
                draft.beside(writer)
            if bookmark is not None:
                writer.set_bookmark(self._author, bookmark)
        self.head, self.length, self._last_step = info.head, info.length, now
        self._undo = self._undo.after(UndoStep(info.length, action, target))

    # Undo

    def next_undo(self) -> Replay:
        """The last step that can be undone, also one of an earlier session, as ops that undo it."""
        if not self._undo.done:
            raise WorkflowError("nothing to undo", "this layer's history starts here")
        return self._replay("undo", self._undo.done[-1])

    def next_redo(self) -> Replay:
        """The step that was undone last, as ops that redo it."""
        if not self._undo.undone:
            raise WorkflowError(
                "nothing to redo", "redo brings back what was undone last, until something else is done"
            )
        return self._replay("redo", self._undo.undone[-1])

    def _replay(self, action: str, target: int) -> Replay:
        info = self._store.layer(self.name)
        assert info is not None
        event = self._store.event(info, target)
        if event.action in self._floor:
            what = "the article's text was replaced then" if event.action == REANCHOR else "this gold was imported then"
            raise WorkflowError(what, "what came before cannot be taken back")
        history = self._store.scheme_history()
        if event.scheme == history.heads:
            ops = event.decode_ops()
        else:  # it is in the labels of its time
            ops = ops_in_present_labels([e for e in self._store.events(info) if e.seq <= target], history)
        what = describe_ops(event.action, ops, self._document.text, self._layer.content.spans.get)
        verb = "undid" if action == "undo" else "redid"
        if event.actor != self._author:
            verb += f" {event.actor}'s step"
        ops = invert_ops(ops) if action == "undo" else ops
        return Replay(action, target, ops, f"{verb}: {what}", event.action, event.actor, what)
