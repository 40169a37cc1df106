"""Working on one layer: reading it, changing it step by step, taking steps back.

A step changes the working copy, is appended to the layer's history, and can be taken back.  When the store refuses,
the working copy goes back to what it was and the error is raised: what is on the screen is what is on the disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from annotator.annotation import Annotations, Relation, RelationKey, Span
from annotator.errors import WorkflowError
from annotator.history import REANCHOR, LayerName, Op, UndoStack, UndoStep, curator_layer, invert_ops
from annotator.intervals import Interval
from annotator.labels import LabelScheme
from annotator.store import Bookmark, LayerInfo, Store
from annotator.text import Document, Segmentation, graphemes
from annotator.workflow.annotating.curator_memory import CuratorMemory
from annotator.workflow.annotating.suggestion_updates import Live
from annotator.workflow.description import describe_ops, item_in_words
from annotator.workflow.editing.editable_layer import WorkingLayer
from annotator.workflow.editing.step import StepDraft


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action did: a sentence for the curator, and the id to focus next (``None`` to leave the focus)."""

    message: str
    focus: str | None = None


class LayerSession:
    """One curator's layer of one document, with its history.

    ``cursor`` (code points) and ``focus`` (an id) are where the curator is; they are remembered with every step.
    ``touched`` are the stretches of text whose look the last step may have changed.
    ``follows`` says whether suggestions follow what is decided, ``memories`` what they then draw on; ``clock``
    gives monotonic seconds for the pauses in history.
    """

    floors = frozenset({REANCHOR})
    """Actions that undo cannot go behind."""

    def __init__(
        self,
        store: Store,
        scheme: LabelScheme,
        curator: str,
        document: Document,
        *,
        blind: bool = False,
        follows: bool = True,
        memories: CuratorMemory | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.scheme = scheme
        self.curator = curator
        self.document = document
        self.blind = blind
        self._follows = follows and not blind
        self.name = LayerName(document.key, self.layer_of(curator))
        self.cursor = 0
        self.focus: str | None = None
        self.touched: list[tuple[int, int]] = []
        self._store = store
        self._clock = clock
        self._last_step = clock()
        self._digest = document.sha256
        self._memories = memories or CuratorMemory(store, scheme, curator)
        self.reload()

    def layer_of(self, curator: str) -> str:
        """Return the name of the layer that is worked on: the curator's own."""
        return curator_layer(curator)

    def reload(self) -> None:
        """Read the layer as it stands in the store."""
        with self._store.snapshot():
            self._read(self._store)
            self.live = self._live() if self._follows else None

    def _live(self) -> Live:
        memory, linker = self._memories.memory(self.name.document), self._memories.linker(self.document.lang)
        return Live(self.document, self.layer, memory, linker, self._memories.calibration())

    def _read(self, store: Store) -> None:
        info = store.layer(self.name)
        if info is not None and info.text not in (None, self._digest):
            raise WorkflowError(f"{self.name} is about another text", "the article was replaced; open it anew")
        suggestions: list[Annotations] = []
        if not self.blind:
            suggestions = [
                store.annotations(layer.id)
                for layer in store.layers(document=self.document.key, kind="suggester")
                if layer.text == self._digest and layer.name.shown_to(self.curator)
            ]
        self.layer = WorkingLayer(self.scheme, _merged(suggestions), self.document.sentences)
        self._begin(store, info)
        if info is None:
            self.layer.load(Annotations(), {}, {}, {})
            return
        fields = {"state": info.state, "flag": info.flag, "text": info.text}
        self.layer.load(
            store.annotations(info.id),
            store.verdicts(info.id),
            store.comments(info.id),
            {k: v for k, v in fields.items() if v is not None},
        )

    def _begin(self, store: Store, info: LayerInfo | None) -> None:
        """Take up where the layer's history ends."""
        self._head = "" if info is None else info.head
        self._length = 0 if info is None else info.length
        self._undo = UndoStack() if info is None else store.undo_stack(info.id)

    @cached_property
    def units(self) -> Segmentation:
        """Return what selections and boundaries snap to: tokens, or graphemes where the scheme says so."""
        return graphemes(self.document.text) if self.scheme.snap == "grapheme" else self.document.tokens

    @property
    def state(self) -> str:
        """Return how far the work got: todo, doing, done or skipped."""
        return self.layer.fields.get("state", "todo")

    @property
    def flagged(self) -> bool:
        """Return whether the document is flagged."""
        return "flag" in self.layer.fields

    # Reading

    def text_of(self, span: Span) -> str:
        """Return the text under a span."""
        return self.document.text[span.start : span.end]

    def next_pending(self, after: Interval | tuple[int]) -> str | None:
        """Return the next suggestion behind a place in the walk, going round at the end."""
        found = self.layer.pending.after(after) or self.layer.pending.after((-1,))
        return found.id if found else None

    def previous_pending(self, before: Interval | tuple[int]) -> str | None:
        """Return the last suggestion in front of a place in the walk, going round at the start."""
        found = self.layer.pending.before(before) or self.layer.pending.before((len(self.document.text) + 1,))
        return found.id if found else None

    def _span(self, identity: str) -> Span:
        span = self.layer.span(identity)
        if span is None:
            raise WorkflowError("the span is no longer there", "choose another")
        return span

    def _relation(self, identity: str) -> Relation:
        relation = self.layer.relation(identity)
        if relation is None:
            raise WorkflowError("the relation is no longer there", "choose another")
        return relation

    # Steps

    @contextmanager
    def _step(self, action: str, *, target: int | None = None) -> Iterator[StepDraft]:
        """Gather ops, write them as one event, and only then let them stand."""
        draft = StepDraft(self.layer, self._length + 1)
        try:
            yield draft
            written = bool(draft.ops or draft.replays)  # an undo is a step even where nothing is left to take back
            if written:
                self._open(draft)
                self._write(action, draft.ops, target)
        except BaseException:
            for op in invert_ops(draft.ops):
                self.layer.apply(op)
            raise
        if written:  # on the disk: what goes wrong from here on takes nothing back
            self.touched = self.layer.reach(draft.ops)
            if self.live is not None:
                self.touched = sorted({*self.touched, *self.live.follow(draft.ops)})
            if self._memories.slow:
                raise self._memories.slow.pop()

    def _open(self, draft: StepDraft) -> None:
        """Let the first step take the document up, and a later change reopen finished work."""
        if draft.replays:
            return
        if "text" not in self.layer.fields:
            draft.set_field("text", self._digest)
        if self.state in ("todo", "done", "skipped") and not draft.settles:
            draft.set_field("state", "doing")

    def _write(self, action: str, ops: list[Op], target: int | None) -> None:
        now = self._clock()
        pause = max(0, round(1000 * (now - self._last_step)))
        with self._store.write() as writer:
            info = writer.append(self.name, self.curator, action, ops, head=self._head, target=target, pause_ms=pause)
            writer.set_bookmark(self.curator, self._bookmark(opened=True))
        self._follow(info, action, target, now)

    def _follow(self, info: LayerInfo, action: str, target: int | None, now: float) -> None:
        """Take up that a step is on the disk."""
        self._head, self._length, self._last_step = info.head, info.length, now
        self._undo = self._undo.after(UndoStep(info.length, action, target))

    def recover(self) -> None:
        """Read the layer anew when another window moved it on; to be called after an action failed."""
        info = self._store.layer(self.name)
        if info is not None and info.head != self._head:
            self.reload()

    def _bookmark(self, *, opened: bool) -> Bookmark:
        return Bookmark(self.document.key, self.cursor, self.focus, opened)

    def save_bookmark(self, *, opened: bool) -> None:
        """Remember where the curator is, and whether they left the document open, where anything can be kept."""
        if self._store.read_only:
            return
        with self._store.write() as writer:
            writer.set_bookmark(self.curator, self._bookmark(opened=opened))

    def restore_bookmark(self) -> None:
        """Go back to where the curator was in this document: what they just decided is followed by what comes next."""
        bookmark = self._store.bookmark(self.curator, self.document.key)
        if bookmark is None:
            return
        self.cursor = min(bookmark.cursor, len(self.document.text))
        if bookmark.focus is not None:
            self.focus = bookmark.focus if bookmark.focus in self.layer else self.next_pending((self.cursor,))

    # Undo

    def undo(self) -> Outcome:
        """Take the last step back, also one of an earlier session."""
        if not self._undo.done:
            raise WorkflowError("nothing to undo", "this layer's history starts here")
        return self._replay("undo", self._undo.done[-1])

    def redo(self) -> Outcome:
        """Bring back the step that was undone last."""
        if not self._undo.undone:
            raise WorkflowError("nothing to redo", "a new step closes the way forward")
        return self._replay("redo", self._undo.undone[-1])

    def _replay(self, action: str, target: int) -> Outcome:
        info = self._store.layer(self.name)
        assert info is not None
        event = self._store.event(info, target)
        if event.action in self.floors:
            what = "the article's text was replaced then" if event.action == REANCHOR else "this gold was imported then"
            raise WorkflowError(what, "what came before cannot be taken back")
        ops = invert_ops(event.decode_ops()) if action == "undo" else event.decode_ops()
        with self._step(action, target=target) as step:
            step.replays = True
            self._put_back(step, ops)
        said = describe_ops(event.action, event.decode_ops(), self.document.text)
        touched = [op.id for op in ops if op.table in ("span", "relation") and op.now is not None]
        touched += [op.id for op in ops if op.table == "verdict" and self.layer.is_pending(op.id)]
        return Outcome(f"{'undid' if action == 'undo' else 'redid'}: {said}", touched[0] if touched else None)

    def _put_back(self, step: StepDraft, ops: list[Op]) -> None:
        """Carry out what undo or redo amounts to."""
        for op in ops:
            step.apply(op)

    def name_of(self, identity: str) -> str:
        """Return how an item is called in a sentence: label and text."""
        span = self.layer.span(identity)
        if span is not None:
            return item_in_words(span.key, self.document.text)
        relation = self._relation(identity)
        key = RelationKey(self._span(relation.head).key, self._span(relation.child).key, relation.label)
        return item_in_words(key, self.document.text)


def _merged(layers: list[Annotations]) -> Annotations:
    """Unite suggestion layers; where two say the same, the likelier one speaks."""
    spans: dict[str, Span] = {}
    relations: dict[str, Relation] = {}
    for layer in layers:
        for span in layer.spans.values():
            if span.id not in spans or (span.score or 0) > (spans[span.id].score or 0):
                spans[span.id] = span
        for relation in layer.relations.values():
            if relation.id not in relations or (relation.score or 0) > (relations[relation.id].score or 0):
                relations[relation.id] = relation
    return Annotations(spans, relations)
