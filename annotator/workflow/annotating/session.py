"""The actions of a curator on one document.

Every action is one step of history, written before it is shown; it returns a message and the item to focus next.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from annotator.annotation import Annotations, Span, SpanKey
from annotator.errors import WorkflowError
from annotator.history import curator_layer, field_op
from annotator.labels import LabelScheme
from annotator.store import Returned, Store, read_returned
from annotator.suggest.attributes.memory import AttributeMemory
from annotator.text import Document
from annotator.wording import plural
from annotator.workflow.annotating.accept_rule import AcceptRule
from annotator.workflow.annotating.accepting_all import accept_likely, rejected_together
from annotator.workflow.annotating.corpus_proposals import CorpusProposals
from annotator.workflow.annotating.curator_memory import CuratorMemory
from annotator.workflow.annotating.edits import Edits
from annotator.workflow.annotating.review_layer import ReviewLayer
from annotator.workflow.annotating.suggestions import shown_suggestions
from annotator.workflow.description import quote_name
from annotator.workflow.editing.bookmark import DocumentBookmark
from annotator.workflow.editing.checks import LayerChecks, units_of
from annotator.workflow.editing.content import LayerContent
from annotator.workflow.editing.editor import LayerEditor, Outcome, Replay
from annotator.workflow.editing.step import StepDraft


class AnnotationSession:
    """One curator's layer of one document, with what is suggested for it, and the actions of the annotate screen.

    A ``blind`` document shows no suggestions.  ``learns`` says whether suggestions follow what is decided,
    ``memory`` is what they learn from; ``threshold`` is the score from which all are accepted (``None``: what the
    scheme says); ``clock`` gives monotonic seconds for the pauses in history.
    """

    def __init__(
        self,
        store: Store,
        scheme: LabelScheme,
        curator: str,
        document: Document,
        *,
        blind: bool = False,
        learns: bool = True,
        threshold: float | None = None,
        memory: CuratorMemory | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.scheme = scheme
        self.curator = curator
        self.document = document
        self.blind = blind
        self.units = units_of(document, scheme.snap)
        self._store = store
        self._learns = learns and not blind
        self._accept_rule = AcceptRule.under(scheme, threshold)
        self._memory = memory or CuratorMemory(store, scheme, curator)
        self.bookmark = DocumentBookmark(store, curator, document)
        self.editor = LayerEditor(
            store, document, curator_layer(curator), curator, bookmark=self.bookmark.record, clock=clock
        )
        self.reload()

    def reload(self) -> None:
        """Read the layer as it stands in the store."""
        with self._store.snapshot():
            self._read()
            self.updates = self._memory.updates(self.document, self.layer) if self._learns else None
            self.layer.begin_showing()

    def _read(self) -> None:
        info = self.editor.read()
        content = LayerContent(
            self.scheme, self.document.sentences, None if info is None else self._store.annotations(info.id)
        )
        verdicts = {}
        if info is not None:
            content.fill(self._store.comments(info.id), {"state": info.own_state, "flag": info.flag, "text": info.text})
            verdicts = self._store.verdicts(info.id)
        self._read_returned()
        suggestions = Annotations() if self.blind else shown_suggestions(self._store, self.document, self.curator)
        if self._learns:
            suggestions = self._memory.calibrated(self.document.key, suggestions)
        self.layer = ReviewLayer(content, suggestions, verdicts, self.document.text, self._accept_rule)
        self.checks = LayerChecks(self.document, self.units, self.layer, content)
        self.editor.begin(self.layer, info)

    def _read_returned(self) -> None:
        found = read_returned(self._store, curator=self.curator, document=self.document.key)
        self.returned: Returned | None = found[0] if found else None

    # Reading

    @property
    def layer_view(self) -> ReviewLayer:
        """The items that the screen shows: the curator's own and the pending suggestions."""
        return self.layer

    @property
    def content(self) -> LayerContent:
        """The curator's own spans, relations and comments."""
        return self.layer.content

    @property
    def state(self) -> str:
        """How far the work got: todo, doing, done or skipped."""
        return self.layer.content.fields.get("state", "todo")

    @property
    def flagged(self) -> bool:
        """Whether the document is flagged."""
        return "flag" in self.layer.content.fields

    def attribute_memory(self) -> AttributeMemory:
        """Which attributes the curator, or gold, gave to the phrases of other documents."""
        return self._memory.attribute_memory(self.document.key)

    # Steps

    def edits(self, step: StepDraft) -> Edits:
        """What adds a curator's changes to a step."""
        return Edits(step, self.layer, self.checks)

    def recover(self) -> bool:
        """Read the layer anew where another window moved it on, after an action failed; whether it did."""
        outdated = self.editor.is_outdated()
        if outdated:
            self.reload()
        return outdated

    def outcome(self, step: StepDraft, message: str, focus: str | None = None, *, widespread: bool = False) -> Outcome:
        """The outcome of a step that was written; an error from here on does not undo it."""
        if not step.ops:
            return Outcome(message, focus)
        if step.reopened:
            message = f"{message}; reopened: was {step.reopened}"
        touched = {*self.layer.touched_ranges(step.ops)}
        if self.updates is not None:
            touched.update(self.updates.update(step.ops, widespread=widespread))
        touched |= self.layer.passed_by_threshold()
        return Outcome(message, focus, tuple(sorted(touched)), self._memory.next_warning())

    def catch_up(self, seconds: float) -> list[tuple[int, int]]:
        """Let suggestions follow what they are behind, for some seconds; returns the ranges whose look may change."""
        ranges = self.updates.catch_up(seconds) if self.updates is not None else []
        return [*ranges, *self.layer.passed_by_threshold()]

    def undo(self) -> Outcome:
        """Take the last step back, also one of an earlier session."""
        return self._replay(self.editor.next_undo())

    def redo(self) -> Outcome:
        """Bring back the step that was undone last."""
        return self._replay(self.editor.next_redo())

    def _replay(self, replay: Replay) -> Outcome:
        with self.editor.step(replay.action, target=replay.target) as step:
            for op in replay.ops:
                step.apply(op)
            told = self._proposals(replay.span()).beside(step, replay.action) if replay.of == "propose" else str
        if any(op.id == "state" and {"value": "done"} in (op.was, op.now) for op in step.ops):
            self._read_returned()
        outcome = self.outcome(step, f"{replay.description} {told()}".rstrip())
        focus = [op.id for op in replay.ops if op.table in ("span", "relation") and op.id in self.layer.content]
        focus = focus or [o.id for o in replay.ops if o.table == "verdict" and self.layer.order.is_pending(o.id)]
        nearest = min(focus, key=lambda i: self.layer.distance(i, self.bookmark.cursor), default=None)
        return replace(outcome, focus=nearest)

    # Verdicts

    def accept(self, suggestion_id: str) -> Outcome:
        """Accept a pending suggestion; a relation takes its pending ends with it."""
        if not self.layer.order.is_pending(suggestion_id):
            raise WorkflowError("nothing to accept here", "tab goes to the next suggestion")
        with self.editor.step("accept") as step:
            item = self.edits(step).accept(suggestion_id)
        return self.outcome(step, f"accepted {self.checks.name_of(item)}", item)

    def reject(self, item_id: str) -> Outcome:
        """Reject a pending suggestion, or an own item that was accepted; relations that hang on it go with it."""
        if self.is_accepted(item_id):
            return self._drop(item_id, "reject", "rejected {}, which was accepted")
        if not self.layer.order.is_pending(item_id):
            raise WorkflowError("nothing to reject here", "d deletes your own span or relation")
        name = self.checks.name_of(item_id)
        with self.editor.step("reject") as step:
            self.edits(step).decide(item_id, "rejected")
        return self.outcome(step, f"rejected {name}")

    def is_accepted(self, item_id: str) -> bool:
        """Whether an own item was accepted as it was suggested."""
        item = self.layer.content.span(item_id) or self.layer.content.relation(item_id)
        return item is not None and item.origin == "accepted"

    def accept_all(self, threshold: float | None = None, passes: Callable[[str], bool] = bool) -> Outcome:
        """Accept every pending suggestion that ``passes`` and reaches the threshold (or the session's), as one step."""
        threshold = self.layer.threshold if threshold is None else threshold
        with self.editor.step("accept all") as step:
            accepted = accept_likely(self.edits(step), self.layer, threshold, passes)
        outcome = self.outcome(step, "", widespread=True)
        return Outcome(accepted.told(self.layer, threshold), None, outcome.touched, outcome.warning)

    def reject_all(self, passes: Callable[[str], bool] = bool) -> Outcome:
        """Reject every pending suggestion that ``passes``, as one step."""
        pending = [i.id for i in self.layer.order.pending if passes(i.id)]
        with self.editor.step("reject all") as step:
            edits = self.edits(step)
            for suggestion_id in pending:
                edits.decide(suggestion_id, "rejected")
        outcome = self.outcome(step, "")
        came = sum(passes(i.id) for i in self.layer.order.pending)
        return replace(outcome, message=rejected_together(len(pending), came))

    def accept_alike(self, suggestion_id: str) -> Outcome:
        """Accept a pending suggestion and all that ask the same, as one step."""
        if len(same := self.layer.suggestions.alike(suggestion_id)) < 2:
            return self.accept(suggestion_id)
        with self.editor.step("accept alike") as step:
            edits = self.edits(step)
            items = [edits.accept(i) for i in same if self.layer.order.is_pending(i)]
        return self.outcome(step, f"accepted {self.checks.name_of(items[0])}, {len(items)} times", items[0])

    def reject_alike(self, suggestion_id: str) -> Outcome:
        """Reject a pending suggestion and all that ask the same, as one step."""
        if len(same := self.layer.suggestions.alike(suggestion_id)) < 2:
            return self.reject(suggestion_id)
        name = self.checks.name_of(suggestion_id)
        with self.editor.step("reject alike") as step:
            edits = self.edits(step)
            for other in same:
                edits.decide(other, "rejected")
        return self.outcome(step, f"rejected {name}, {len(same)} times")

    # Spans

    def add(self, start: int, end: int, label: str) -> Outcome:
        """Mark a range; own spans that may not stand beside it give way, suggestions under it are thereby corrected."""
        with self.editor.step("label") as step:
            span_id, notes = self._mark(self.edits(step), SpanKey(start, end, label))
        return self.outcome(step, "; ".join([f"marked {self.checks.name_of(span_id)}", *notes]), span_id)

    def _mark(self, edits: Edits, key: SpanKey) -> tuple[str, list[str]]:
        """Mark a range; the id of the span, and notes on what gave way."""
        self.checks.check_new_span(key)
        if str(key) in self.layer.suggestions.spans and self.layer.order.is_pending(str(key)):
            return edits.accept_span(str(key)), []
        start, end, label = key
        clashes = self.layer.content.clashes(start, end)
        notes = [f"{', '.join(map(self.checks.name_of, clashes))} gave way"] if clashes else []
        if len(clashes) == 1:
            return clashes[0], notes + edits.change_span(clashes[0], start=start, end=end, label=label)
        notes += [note for clash in clashes for note in edits.drop_span(clash, self.document.text)]
        covered = self.layer.suggestions.pending_spans_over(start, end) if self.scheme.overlap == "flat" else []
        return edits.new_span(start, end, label, covered), notes

    def relabel(self, span_id: str, label: str) -> Outcome:
        """Give a span another label; a suggestion is thereby accepted as corrected."""
        span = self.checks.span(span_id)
        if span.label == label:
            if self.layer.order.is_pending(span_id):
                return self.accept(span_id)
            return Outcome(f"{self.checks.name_of(span_id)} has that label already", span_id)
        self.checks.check_new_span(SpanKey(span.start, span.end, label))
        with self.editor.step("relabel") as step:
            span_id, notes = self._change(self.edits(step), span_id, label=label)
        return self.outcome(step, "; ".join([f"relabelled to {self.checks.name_of(span_id)}", *notes]), span_id)

    def _change(
        self,
        edits: Edits,
        span_id: str,
        *,
        start: int | None = None,
        end: int | None = None,
        label: str | None = None,
    ) -> tuple[str, list[str]]:
        """Change a span, or accept a suggested one as corrected; the id of the curator's span, and notes."""
        if self.layer.order.is_pending(span_id):
            return edits.accept_span(span_id, start=start, end=end, label=label), []
        return span_id, edits.change_span(span_id, start=start, end=end, label=label)

    def move_boundary(self, span_id: str, side: str, by: int) -> Outcome:
        """Move a span's ``start`` or ``end`` by whole tokens (or graphemes, as the scheme says)."""
        span = self.checks.span(span_id)
        start, end = self.checks.moved_range(span, side, by)
        self.checks.check_room(start, end, excluding=span_id)
        if self.layer.content.span_id_with(SpanKey(start, end, span.label)):
            raise WorkflowError("the same span is there already", "delete one of them")
        with self.editor.step("move boundary") as step:
            span_id, notes = self._change(self.edits(step), span_id, start=start, end=end)
        return self.outcome(step, "; ".join([f"now {self.checks.name_of(span_id)}", *notes]), span_id)

    def everywhere(self, span_id: str) -> Outcome:
        """Give every identical mention in the document the same label, as one step."""
        span = self.checks.span(span_id)
        self.checks.check_label(span.label)
        text = self.checks.text_of(span)
        count = 0
        with self.editor.step("label everywhere") as step:
            edits = self.edits(step)
            if self.layer.order.is_pending(span_id):
                span_id = edits.accept_span(span_id)
            for start, end in self.checks.mentions(text):
                key = SpanKey(start, end, span.label)
                if self.layer.content.has_room(key):
                    self._mark(edits, key)
                    count += 1
        return self.outcome(step, f"{span.label} on {plural(count, 'more mention')} of {quote_name(text)}", span_id)

    def propose(self, span_id: str) -> Outcome:
        """Suggest an own span's label at every mention of its words in all other documents, as one step."""
        span = self.checks.span(span_id)
        with self.editor.step("propose") as step:
            step.sets_state = True
            step.put("span", span, span)  # tells whoever takes the step back what was proposed
            told = self._proposals(span).beside(step, "propose")
        return self.outcome(step, f"proposed {self.checks.name_of(span_id)} {told()}", span_id)

    def _proposals(self, span: Span) -> CorpusProposals:
        phrase = self.document.text[span.start : span.end]
        return CorpusProposals(self._store, self.curator, phrase, span.label, excluding=self.document.key)

    # Relations

    def relate(self, head: str, child: str, label: str) -> Outcome:
        """Link two spans; pending ends are accepted with it, symmetric types start at the earlier span."""
        head, child = self.checks.allowed_ends(head, child, label)
        with self.editor.step("relate") as step:
            relation_id = self.edits(step).relate(head, child, label)
        return self.outcome(step, f"related: {self.checks.name_of(relation_id)}", relation_id)

    def retype(self, relation_id: str, label: str, *, reverse: bool = False) -> Outcome:
        """Give a relation another type, or turn it round, as its ends allow; a suggestion is thereby corrected."""
        relation = self.checks.relation(relation_id)
        ends = (relation.child, relation.head) if reverse else (relation.head, relation.child)
        head, child = self.checks.allowed_ends(*ends, label)
        if self.layer.content.relation_between(head, child, label) not in (None, relation_id):
            raise WorkflowError("that relation is there already", "delete one of them")
        own = self.layer.content.relations.get(relation_id)
        if own is not None and (own.head, own.child, own.label) == (head, child, label):
            return Outcome(f"{self.checks.name_of(relation_id)} is of that type already", relation_id)
        with self.editor.step("retype") as step:
            edits = self.edits(step)
            if own is None:
                head, child = (edits.accepted_end(end) for end in (head, child))
                relation_id = edits.accept_relation(relation_id, head, child, label=label)
            else:
                edits.change_relation(relation_id, head=head, child=child, label=label)
        return self.outcome(step, f"retyped: {self.checks.name_of(relation_id)}", relation_id)

    # The rest

    def delete(self, item_id: str) -> Outcome:
        """Delete an own span with its relations, or an own relation; a suggestion is rejected."""
        if self.layer.order.is_pending(item_id):
            return self.reject(item_id)
        return self._drop(item_id, "delete", "deleted {}")

    def _drop(self, item_id: str, action: str, message: str) -> Outcome:
        """Take an own item away, and reject what was suggested of it; ``message`` is with its name in place of {}."""
        name, notes = self.checks.name_of(item_id), list[str]()
        with self.editor.step(action) as step:
            edits = self.edits(step)
            if item_id in self.layer.content.spans:
                notes = edits.drop_span(item_id, self.document.text)
            else:
                self.checks.relation(item_id)
                edits.drop_relation(item_id, "rejected")
        return self.outcome(step, "; ".join([message.format(name), *notes]))

    def comment(self, text: str, target: str | None = None) -> Outcome:
        """Set the comment on an own span or relation, or on the document; an empty text takes it away."""
        if target is not None and self.layer.order.is_pending(target):
            raise WorkflowError("a suggestion cannot be commented", "accept it first, or comment the document")
        if target is not None and target not in self.layer:
            raise WorkflowError("that is no longer there", "choose another, or comment the document")
        with self.editor.step("comment") as step:
            step.set_comment(text.strip(), target)
        return self.outcome(step, "comment kept" if text.strip() else "comment taken away", target)

    def flag(self) -> Outcome:
        """Flag the document for a second look, or take the flag away."""
        flagged = self.flagged
        with self.editor.step("unflag" if flagged else "flag") as step:
            step.set_field("flag", None if flagged else "")
        return self.outcome(step, "flag taken away" if flagged else "flagged for a second look")

    def finish(self) -> Outcome:
        """Mark the document done; what is still undecided counts as ignored."""
        with self.editor.step("done") as step:
            step.sets_state = True
            edits = self.edits(step)
            for interval in list(self.layer.order.pending):
                edits.decide(interval.id, "ignored")
            self._set_state(step, "done")
        self.returned = None
        return self.outcome(step, f"{self.document.key} is done")

    def skip(self) -> Outcome:
        """Put the document aside, undecided."""
        with self.editor.step("skip") as step:
            step.sets_state = True
            self._set_state(step, "skipped")
        self.returned = None
        return self.outcome(step, f"{self.document.key} skipped")

    def _set_state(self, step: StepDraft, state: str) -> None:
        """Set the state, which answers a return also where it stays the same: the step says that it is looked at."""
        if self.returned is not None and self.layer.content.fields.get("state") == state:
            step.apply(field_op("state", state, state))
        step.set_field("state", state)
