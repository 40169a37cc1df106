"""Editing the gold of one document.

What a step changes are rulings; spans and relations follow from them and from the finished work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal, NamedTuple

from annotator.annotation import (
    Annotations,
    Attributes,
    Relation,
    RelationKey,
    Ruling,
    Span,
    SpanKey,
    attribute_claim_id,
    item_record,
    key_json,
)
from annotator.errors import WorkflowError
from annotator.history import GOLD, UPKEEP_ACTIONS, Op
from annotator.labels import LabelScheme
from annotator.store import Store
from annotator.text import Document
from annotator.tuning import collector_paused
from annotator.workflow.adjudicating import decisions
from annotator.workflow.adjudicating.case_list import CaseFilter, CaseList
from annotator.workflow.adjudicating.cases import Case
from annotator.workflow.adjudicating.finished_work import FinishedWork, read_finished
from annotator.workflow.adjudicating.parts import GoldPart, GoldParts, RulingChanges
from annotator.workflow.adjudicating.relations import SpanOutcomes
from annotator.workflow.adjudicating.settlement import Settlement, credited, credited_span
from annotator.workflow.editing.bookmark import DocumentBookmark
from annotator.workflow.editing.content import LayerContent, touched_ranges
from annotator.workflow.editing.editor import LayerEditor, Outcome, Replay
from annotator.workflow.editing.step import StepDraft
from annotator.workflow.layer_diff import differences, ruling_differences

OPEN = CaseFilter(only_open=True)


class GoldLayer:
    """A gold layer: its content, and the rulings from which that follows."""

    def __init__(self, content: LayerContent, rulings: Mapping[str, Ruling]) -> None:
        self.content = content
        self.rulings = dict(rulings)

    def __contains__(self, item_id: object) -> bool:
        return item_id in self.content

    def apply(self, op: Op) -> None:
        """Carry the layer forward by one op."""
        if op.table != "ruling":
            self.content.apply(op)
        elif op.now is None:
            self.rulings.pop(op.id, None)
        else:
            self.rulings[op.id] = Ruling(op.id, **op.now)


class RulingStep(NamedTuple):
    """A step of rulings, notes on what followed from it, and the spans that it took out of gold."""

    step: StepDraft
    notes: list[str]
    removed: list[SpanKey]


class GoldEditor:
    """A document's gold, and the finished ``work`` that it settles; ``parts`` hold its cases and their outcomes."""

    def __init__(
        self, store: Store, scheme: LabelScheme, adjudicator: str, document: Document, bookmark: DocumentBookmark
    ) -> None:
        self.scheme = scheme
        self.document = document
        self._store = store
        self.editor = LayerEditor(
            store, document, GOLD, adjudicator, floor=UPKEEP_ACTIONS,
            bookmark=lambda: bookmark.record(opened=False) if bookmark.is_moved else None,
        )  # fmt: skip
        self.reload()

    def reload(self) -> None:
        """Read gold, and the work that it settles, as they stand in the store."""
        with collector_paused(), self._store.snapshot():
            info = self.editor.read()
            self.work: FinishedWork = read_finished(self._store, self.document.key, self.document.sha256)
            stored = None if info is None else self._store.annotations(info.id)
            self.layer = GoldLayer(
                LayerContent(self.scheme, self.document.sentences, stored),
                {} if info is None else self._store.rulings(info.id),
            )
            if info is not None:
                names = ("state", "flag", "text", "curators", "fingerprint")
                self.layer.content.fill(self._store.comments(info.id), {name: getattr(info, name) for name in names})
            self.editor.begin(self.layer, info)
            self.parts = self._in_parts(self.layer.rulings)
            imported = self._rulings_for_imported()
            if imported:
                self.parts = self._in_parts({**self.layer.rulings, **imported})

    def _in_parts(self, rulings: Mapping[str, Ruling]) -> GoldParts:
        return GoldParts.of(self.work.contents, rulings, self.scheme, self.document.sentences, self.next_event)

    def _rulings_for_imported(self) -> dict[str, Ruling]:
        """Rulings for gold items that neither the work nor a stored ruling accounts for, as after an import.

        They stand as if an adjudicator had put them there.
        """
        content, settled = self.layer.content, self.settlement.content
        explained = {ruling.item for ruling in self.layer.rulings.values()}
        rulings: dict[str, Ruling] = {}
        for span in content.spans.values():
            if span.id not in explained and span.id not in settled.spans:
                rulings[span.id] = credited_span(self._by_adjudicator(span.key), span, span.key)
        for relation in content.relations.values():
            if relation.id not in explained and relation.id not in settled.relations:
                ruling = self._by_adjudicator(self._key(relation))
                rulings[relation.id] = credited(ruling.replace(outcome=[relation.label, False]), relation)
        return {**rulings, **self._imported_attributes()}

    def _imported_attributes(self) -> dict[str, Ruling]:
        """Rulings for attributes in gold that neither the work nor a stored ruling accounts for."""
        content = self.layer.content
        having = {item_id: attributes for item_id, attributes in _said(content).items() if attributes}
        if not having:
            return {}
        settled = _said(self.settlement.content)
        explained = {(r.item, r.claim[1]) for r in self.layer.rulings.values() if r.kind == "attribute"}
        rulings: dict[str, Ruling] = {}
        for item_id, attributes in having.items():
            for name, value in attributes.items():
                if (item_id, name) in explained or (settled.get(item_id) or {}).get(name) == value:
                    continue
                item = content.spans.get(item_id or "") or content.relations.get(item_id or "")
                key = None if item is None else item.key if isinstance(item, Span) else self._key(item)
                claim = None if key is None else key_json(decisions.anchor(self.layer.rulings, key))
                ruling_id, event = attribute_claim_id(claim, name), self.editor.length
                rulings[ruling_id] = Ruling(
                    ruling_id, "attribute", [claim, name], "adjudicator", {}, event, value, item_id
                )
        return rulings

    def _key(self, relation: Relation) -> RelationKey:
        head, child = (self.layer.content.spans[end].key for end in (relation.head, relation.child))
        return RelationKey(head, child, relation.label)

    def _by_adjudicator(self, key: SpanKey | RelationKey) -> Ruling:
        kind: Literal["span", "relation"] = "span" if isinstance(key, SpanKey) else "relation"
        return Ruling(str(key), kind, key_json(key), "adjudicator", {}, self.editor.length)

    # What there is

    @property
    def next_event(self) -> int:
        """The number of the event that the next step will be."""
        return self.editor.next_event

    @property
    def state(self) -> str:
        """How far the gold is: todo, doing or done."""
        return self.layer.content.fields.get("state", "todo")

    @property
    def settlement(self) -> Settlement:
        """The cases, rulings and content of the whole document."""
        return self.parts.settlement

    @property
    def open(self) -> CaseList:
        """The cases that want a decision, in the order of the walk."""
        return self.parts.listed(OPEN)

    @property
    def is_merged(self) -> bool:
        """Whether gold says all that follows from the finished work, and nothing is open."""
        content, settled = self.layer.content, self.settlement.content
        return not self.open and _said(content) == _said(settled)

    def find(self, case_id: str | None) -> Case | None:
        """The case with this id."""
        return self.parts.find(case_id)

    def case(self, case_id: str) -> Case:
        """The case with this id; :class:`WorkflowError` when it is gone."""
        case = self.find(case_id)
        if case is None:
            raise WorkflowError("that is no longer in question", "tab goes to the next conflict")
        return case

    def case_of(self, item_id: str) -> Case | None:
        """The case whose outcome a gold item is."""
        relation = self.layer.content.relations.get(item_id)
        span = self.layer.content.spans.get(relation.head if relation is not None else item_id)
        return None if span is None else decisions.case_of(self.around(span.key).settlement, item_id)

    def case_about(self, item: SpanKey | RelationKey) -> Case | None:
        """The case in which a curator claims an item, or gold has it."""
        return self.parts.find_about(item)

    def around(self, *keys: SpanKey) -> GoldPart:
        """The part of gold that some spans belong to; they may be new."""
        return self.parts.around(keys)

    def span_outcomes(self, part: GoldPart) -> SpanOutcomes:
        """The gold spans that stand for the marked spans of a part."""
        return SpanOutcomes(part.settlement.span_outcomes, self.scheme, self.document.sentences)

    # Steps

    @contextmanager
    def step(self, action: str, *, target: int | None = None) -> Iterator[StepDraft]:
        """Gather ops, write them as one event, and only then let them, and what follows from them, stand."""
        before = self.parts
        try:
            with self.editor.step(action, target=target) as step:
                yield step
        except BaseException:
            self.parts = before
            raise

    def outcome(self, step: StepDraft, message: str, focus: str | None = None) -> Outcome:
        """The outcome of a step that was written, with the stretches of text that it touched."""
        return Outcome(message, focus, tuple(sorted(touched_ranges(self.layer.content, step.ops))))

    def rule(
        self, action: str, changes: RulingChanges, check: Callable[[RulingStep], None] | None = None
    ) -> RulingStep:
        """Carry out a decision as one step; ``check`` sees gold after it, and may raise before it is written."""
        with self.step(action) as step:
            notes = self._put_rulings(step, changes)
            spans = [Span(op.id, **op.was) for op in step.ops if op.table == "span" and op.was is not None]
            ruled = RulingStep(step, notes, [span.key for span in spans if span.id not in self.layer.content.spans])
            if check is not None:
                check(ruled)
        return ruled

    def _put_rulings(self, step: StepDraft, changes: RulingChanges) -> list[str]:
        """Put rulings and all that follows from them; returns notes on relations that were removed with it."""
        self.parts.event = self.next_event
        parts, changed = self.parts.with_rulings(changes)
        unfit: dict[str, Ruling] = {}
        for old, new in changed:
            sides = old.settlement, new.settlement
            unfit |= decisions.let_go(*sides, self.scheme, self.document.sentences, self.next_event)
        if unfit:
            parts, changed = self.parts.with_rulings({**changes, **unfit})
        self.parts = parts
        notes: list[str] = []
        for old, new in changed:
            notes += _notes_on_relations(old.settlement.rulings, new.settlement.rulings, changes)
            self._replace(step, old.settlement, new.settlement)
        return notes

    def _replace(self, step: StepDraft, old: Settlement, new: Settlement) -> None:
        ops, content = differences(old.content, new.content), self.layer.content
        if content.spans:
            for op in ops:
                step.apply(op)
        else:  # all of it is new: to index it as a whole takes a fifth of the time
            step.ops += ops
            self.layer.content = LayerContent(self.scheme, self.document.sentences, new.content)
            self.layer.content.fill(content.comments, content.fields)
        for op in ruling_differences(old.rulings, new.rulings):
            step.apply(op)

    def merge(self) -> Outcome | None:
        """Take up what was finished since: what then stands by itself becomes gold, what is new in question opens.

        Decisions stay.  ``None`` when there was nothing to take up.
        """
        with collector_paused(), self.step("merge") as step:
            self.merge_into(step)
        if not step.ops:
            return None
        by_itself = self.parts.counts["agreement"] + self.parts.counts["majority"]
        return self.outcome(step, f"{by_itself} items stand by themselves, {len(self.open)} are to be settled")

    def merge_into(self, step: StepDraft) -> None:
        """Let a step take up what was finished since."""
        step.sets_state = True
        content = self.layer.content
        stored = Annotations(dict(content.spans), dict(content.relations), content.document_attributes)
        self._replace(step, Settlement(rulings=dict(self.layer.rulings), content=stored), self.settlement)
        step.set_field("curators", ",".join(self.work.work) or None)
        step.set_field("fingerprint", self.work.fingerprint or None)
        if self.state != "done" or self.open:
            step.set_field("state", "doing")

    def complete_by_itself(self) -> bool:
        """Make gold of work on which nothing is to be settled, as one step; whether anything was new."""
        new = self.state != "done" or not self.is_merged
        with self.step("adjudicate") as step:
            self.merge_into(step)
            step.set_field("state", "done")
        return new

    def recover(self) -> bool:
        """Read everything anew when gold moved on, or somebody finished since; whether that was so."""
        outdated = self.editor.is_outdated()
        if outdated:
            self.reload()
        work = read_finished(self._store, self.document.key, self.document.sha256)
        if work.fingerprint == self.work.fingerprint:
            return outdated
        self.reload()
        self.merge()
        return True

    # Undo

    def undo(self) -> Outcome:
        """Take the last step back, also one of an earlier session."""
        return self._replay(self.editor.next_undo())

    def redo(self) -> Outcome:
        """Bring back the step that was undone last."""
        return self._replay(self.editor.next_redo())

    def _replay(self, replay: Replay) -> Outcome:
        """Put an adjudicator's rulings back; what follows from them is made anew, from the work as it is now."""
        with self.step(replay.action, target=replay.target) as step:
            self._put_rulings(step, _decided(replay.ops))
            for op in replay.ops:
                if op.table == "comment":
                    comment = self.layer.content.comments.get(op.id)
                    step.apply(op._replace(was=None if comment is None else item_record(comment)))
                elif op.table == "layer" and op.id in ("state", "flag"):
                    step.set_field(op.id, None if op.now is None else op.now["value"])
            if self.open and self.state == "done":
                step.set_field("state", "doing")
        focus = [op.id for op in replay.ops if op.table in ("span", "relation") and op.now is not None]
        return self.outcome(step, replay.description, focus[0] if focus else None)


def _said(content: Annotations | LayerContent) -> dict[str | None, Attributes | None]:
    """The items of a layer by id, and (``None``) the document, each with its attributes."""
    items: list[Span | Relation] = [*content.spans.values(), *content.relations.values()]
    return {**{item.id: item.attributes for item in items}, None: content.document_attributes or None}


def _decided(ops: Sequence[Op]) -> dict[str, Ruling | None]:
    """The adjudicator's rulings after some ops; the others follow from the work and are made anew."""
    rulings: dict[str, Ruling | None] = {}
    for op in ops:
        if op.table == "ruling":
            ruling = None if op.now is None else Ruling(op.id, **op.now)
            rulings[op.id] = ruling if ruling is not None and ruling.settled == "adjudicator" else None
    return rulings


def _notes_on_relations(before: Mapping[str, Ruling], after: Mapping[str, Ruling], decided: RulingChanges) -> list[str]:
    """Notes on relations that were removed because of a decision on their ends."""
    labels: list[str] = []
    for claim in sorted(before.keys() & after.keys() - decided.keys()):
        old, new = before[claim], after[claim]
        if old.kind == "relation" and old.item is not None and new.item is None:
            labels.append(str(old.outcome[0]))
    dropped = [r for i, r in sorted(before.items()) if i not in after and r.kind == "relation" and r.item is not None]
    labels += [str(ruling.outcome[0]) for ruling in dropped if ruling.id not in decided]
    return [f"its {' and '.join(sorted(set(labels)))} went with it"] if labels else []
