"""Reads the finished work on a document: each curator's layer as it was when they last finished it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from annotator.annotation import Annotations, Comment, Relation, Span
from annotator.history import LayerState, UndoStack, UndoStep
from annotator.scheme_changes.folding import Folding
from annotator.store import LayerInfo, Store


@dataclass(frozen=True, slots=True)
class CuratorWork:
    """A curator's layer as it was when they last finished it; ``head`` is the hash of its last event then."""

    content: Annotations
    comments: Mapping[str, Comment]
    head: str


@dataclass(frozen=True, slots=True)
class FinishedWork:
    """The finished work on a document by curator, in order of name.

    ``unfinished`` are the curators who have begun, or to whom it was assigned, and who are not done with it, also
    those who took finished work up again: what they had finished counts until they finish anew.  ``outdated`` are
    those whose work is about an earlier text.
    """

    work: Mapping[str, CuratorWork] = field(default_factory=dict)
    unfinished: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()

    @property
    def contents(self) -> dict[str, Annotations]:
        """The content of each curator's work."""
        return {curator: work.content for curator, work in self.work.items()}

    @property
    def fingerprint(self) -> str:
        """Identifies this state of the work by the last event of each curator."""
        return fingerprint({curator: work.head for curator, work in self.work.items()})


def fingerprint(heads: Mapping[str, str]) -> str:
    """Finished work as gold remembers it: each curator with the beginning of their last event's hash."""
    return " ".join(f"{curator}:{head[:16]}" for curator, head in sorted(heads.items()))


def read_finished(store: Store, document: str, digest: str) -> FinishedWork:
    """Read the finished work on a document; ``digest`` is that of its text."""
    work: dict[str, CuratorWork] = {}
    unfinished, outdated = set(store.assigned_to(document)), []
    for layer in store.layers(document=document, kind="curator"):
        curator = layer.name.author
        if layer.state is None:
            continue
        unfinished.add(curator)
        if layer.state == "done":
            unfinished.discard(curator)
        if layer.state == "done" and layer.text != digest:
            outdated.append(curator)
            continue
        finished = _done(store, layer) if layer.state == "done" else _done_before(store, layer, digest)
        if finished is not None:
            work[curator] = finished
    return FinishedWork(dict(sorted(work.items())), tuple(sorted(unfinished)), tuple(outdated))


def _done(store: Store, layer: LayerInfo) -> CuratorWork:
    return CuratorWork(store.annotations(layer.id), store.comments(layer.id), layer.head)


def _done_before(store: Store, layer: LayerInfo, digest: str) -> CuratorWork | None:
    """A reopened layer as it was when it was last done; ``None`` when that was undone."""
    events = store.hashed_events(layer)
    stack = UndoStack.of(UndoStep(e.seq, e.action, e.target) for _, e in events)
    names = store.names
    folding = Folding(store.scheme_history())
    finished: tuple[Folding, str] | None = None
    for head, event in events:
        folding.take(names.event(event))
        if event.seq in stack.done and folding.state.get(("layer", "state")) == {"value": "done"}:
            same_text = folding.state.get(("layer", "text")) == {"value": digest}
            finished = (folding.copy(), head) if same_text else None
    return None if finished is None else _work(finished[0].finish(), finished[1])


def _work(state: LayerState, head: str) -> CuratorWork:
    spans = [Span(i, **record) for (table, i), record in state.items() if table == "span"]
    relations = [Relation(i, **record) for (table, i), record in state.items() if table == "relation"]
    comments = {i: Comment(i, **record) for (table, i), record in state.items() if table == "comment"}
    of_document = state.get(("layer", "attributes"), {}).get("value")
    return CuratorWork(Annotations.of(spans, relations, of_document), comments, head)
