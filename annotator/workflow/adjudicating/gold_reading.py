"""The gold of one document, read with the finished work that it settles, and changed step by step.

What a step changes are rulings; spans and relations follow from them and from the work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal

from annotator.annotation import Annotations, RelationKey, Ruling, Span, SpanKey, item_record, key_json
from annotator.errors import WorkflowError
from annotator.history import GOLD, UPKEEP_ACTIONS, Op
from annotator.store import Store
from annotator.workflow.adjudicating import decisions
from annotator.workflow.adjudicating.cases import Case
from annotator.workflow.adjudicating.finished_work import Finished, read_finished
from annotator.workflow.adjudicating.gold_layer import GoldLayer
from annotator.workflow.adjudicating.parts import Changes, Part, Parts
from annotator.workflow.adjudicating.relations import Standing
from annotator.workflow.adjudicating.settlement import Settlement, vouched, vouched_span
from annotator.workflow.annotating.session import Session
from annotator.workflow.description import item_in_words
from annotator.workflow.editing.layer_session import Outcome
from annotator.workflow.editing.step import StepDraft
from annotator.workflow.layer_diff import differences, ruling_differences


class GoldReading(Session):
    """A gold layer with its cases: reading it, taking up what was finished, steps and undo."""

    layer: GoldLayer
    work: Finished
    parts: Parts
    floors = UPKEEP_ACTIONS
    _former: Mapping[str, Span] = {}

    def layer_of(self, curator: str) -> str:  # noqa: ARG002 - whoever adjudicates
        """Return the name of the layer that is worked on: gold, whoever adjudicates."""
        return GOLD

    def _read(self, store: Store) -> None:
        info = store.layer(self.name)
        if info is not None and info.text not in (None, self._digest):
            raise WorkflowError(f"{self.name} is about another text", "the article was replaced; open it anew")
        self.work = read_finished(store, self.document.key, self._digest)
        self.layer = GoldLayer(self.scheme, self.document.sentences)
        self._begin(store, info)
        if info is not None:
            fields = {name: getattr(info, name) for name in ("state", "flag", "text", "curators", "fingerprint")}
            self.layer.load(
                store.annotations(info.id),
                {},
                store.comments(info.id),
                {k: v for k, v in fields.items() if v is not None},
            )
            self.layer.rulings.update(store.rulings(info.id))
        self.parts = self._in_parts(self.layer.rulings)
        given = self._given()
        if given:
            self.parts = self._in_parts({**self.layer.rulings, **given})

    def _in_parts(self, rulings: Mapping[str, Ruling]) -> Parts:
        return Parts.of(self.work.contents, rulings, self.scheme, self.document.sentences, self._next)

    def _given(self) -> dict[str, Ruling]:
        """Return rulings for gold that neither follows from anything nor was decided here: it was imported, say.

        It stands as if an adjudicator had put it.
        """
        known = {ruling.item for ruling in self.layer.rulings.values()} | self.settlement.content.spans.keys()
        found: dict[str, Ruling] = {}
        for span in self.layer.spans.values():
            if span.id not in known:
                found[span.id] = vouched_span(self._adopted(span.key), span, span.key)
        known |= self.settlement.content.relations.keys()
        for relation in self.layer.relations.values():
            if relation.id not in known:
                key = RelationKey(
                    self.layer.spans[relation.head].key, self.layer.spans[relation.child].key, relation.label
                )
                found[relation.id] = vouched(self._adopted(key).replace(outcome=[key.label, False]), relation)
        return found

    def _adopted(self, key: SpanKey | RelationKey) -> Ruling:
        kind: Literal["span", "relation"] = "span" if isinstance(key, SpanKey) else "relation"
        return Ruling(str(key), kind, key_json(key), "adjudicator", {}, self._length)

    @property
    def settlement(self) -> Settlement:
        """Return what work and rulings come to."""
        return self.parts.settlement

    @property
    def _next(self) -> int:
        return self._length + 1

    def save_bookmark(self, *, opened: bool) -> None:
        """Do nothing: an adjudicator goes on at the first open case."""

    # Cases

    @property
    def open(self) -> list[Case]:
        """Return the cases that want a decision, in the order of the walk."""
        return self.settlement.open

    @property
    def is_merged(self) -> bool:
        """Return whether gold says all that follows from the finished work, and nothing is open."""
        says = {*self.layer.spans, *self.layer.relations}
        return not self.open and says == {*self.settlement.content.spans, *self.settlement.content.relations}

    def find(self, case: str | None) -> Case | None:
        """Return a case by its id."""
        return next((c for c in self.settlement.cases if c.id == case), None)

    def _case(self, case: str) -> Case:
        found = self.find(case)
        if found is None:
            raise WorkflowError("that is no longer in question", "tab goes to the next conflict")
        return found

    def case_of(self, item: str) -> Case | None:
        """Return the case by which a gold item stands."""
        relation = self.layer.relations.get(item)
        span = self.layer.spans.get(relation.head if relation is not None else item)
        return None if span is None else decisions.case_of(self._around(span.key).settlement, item)

    # Steps

    def merge(self) -> Outcome | None:
        """Take up what was finished since: what then stands by itself becomes gold, what is new in question opens.

        Decisions stay.  Returns ``None`` when there was nothing to take up.
        """
        before = self._length
        with self._step("merge") as step:
            self._merge(step)
        if self._length == before:
            return None
        by_itself = sum(case.settled in ("agreement", "majority") for case in self.settlement.cases)
        return Outcome(f"{by_itself} items stand by themselves, {len(self.open)} are to be settled")

    def _merge(self, step: StepDraft) -> None:
        step.settles = True
        stored = Annotations(dict(self.layer.spans), dict(self.layer.relations))
        self._become(step, Settlement(rulings=dict(self.layer.rulings), content=stored), self.settlement)
        step.set_field("curators", ",".join(self.work.work) or None)
        step.set_field("fingerprint", self.work.fingerprint or None)
        if self.state != "done" or self.settlement.open:
            step.set_field("state", "doing")

    def complete_by_itself(self) -> bool:
        """Make gold of work on which nothing is to be settled, as one step; return whether anything was new."""
        new = self.state != "done" or not self.is_merged
        with self._step("adjudicate") as step:
            self._merge(step)
            step.set_field("state", "done")
        return new

    def _bring(self, step: StepDraft, changes: Changes) -> list[str]:
        """Put rulings and all that follows from them; return notes on relations that came or went."""
        self.parts.event = self._next
        self.parts, changed = self.parts.ruled(changes)
        notes: list[str] = []
        for old, new in changed:
            notes += _followers(old.settlement.rulings, new.settlement.rulings, changes)
            self._become(step, old.settlement, new.settlement)
        return notes

    def _become(self, step: StepDraft, old: Settlement, new: Settlement) -> None:
        for op in (*differences(old.content, new.content), *ruling_differences(old.rulings, new.rulings)):
            step.apply(op)

    def _rule(self, action: str, changes: Changes) -> list[str]:
        """Carry out a decision as one step; return notes on what followed from it."""
        self._former = dict(self.layer.spans)
        with self._step(action) as step:
            return self._bring(step, changes)

    @contextmanager
    def _step(self, action: str, *, target: int | None = None) -> Iterator[StepDraft]:
        """Gather ops, write them as one event, and only then let them, and what follows from them, stand."""
        former = self.parts
        try:
            with super()._step(action, target=target) as step:
                yield step
        except BaseException:
            self.parts = former
            raise

    def _write(self, action: str, ops: list[Op], target: int | None) -> None:
        with self._store.write() as writer:
            now = self._clock()
            pause = max(0, round(1000 * (now - self._last_step)))
            info = writer.append(self.name, self.curator, action, ops, head=self._head, target=target, pause_ms=pause)
        self._follow(info, action, target, now)

    def _around(self, *keys: SpanKey) -> Part:
        """Return all that has to do with some spans."""
        return self.parts.around(keys)

    def _standing(self, part: Part) -> Standing:
        """Return what stands for each span that was marked in a part."""
        return Standing(part.settlement.standing, self.scheme, self.document.sentences)

    def _said(self, key: SpanKey | RelationKey) -> str:
        return item_in_words(key, self.document.text)

    # Undo

    def recover(self) -> None:
        """Read everything anew when gold moved on, or somebody finished since."""
        super().recover()
        now = read_finished(self._store, self.document.key, self._digest)
        if now.fingerprint != self.work.fingerprint:
            self.reload()
            self.merge()

    def _put_back(self, step: StepDraft, ops: list[Op]) -> None:
        """Put an adjudicator's rulings back; what follows from them is made anew, from the work as it is now."""
        self._bring(step, _decisions(ops))
        for op in ops:
            if op.table == "comment":
                step.apply(op._replace(was=_comment_now(self.layer, op.id)))
            elif op.table == "layer" and op.id in ("state", "flag"):
                step.set_field(op.id, None if op.now is None else op.now["value"])
        if self.settlement.open and self.state == "done":
            step.set_field("state", "doing")


def _decisions(ops: Sequence[Op]) -> dict[str, Ruling | None]:
    """Return the adjudicator's rulings that some ops lead to; those that follow from the work are made anew."""
    found: dict[str, Ruling | None] = {}
    for op in ops:
        if op.table == "ruling":
            ruling = None if op.now is None else Ruling(op.id, **op.now)
            found[op.id] = ruling if ruling is not None and ruling.settled == "adjudicator" else None
    return found


def _followers(before: Mapping[str, Ruling], after: Mapping[str, Ruling], decided: Changes) -> list[str]:
    """Return notes on relations that went, or came back, because of what was decided on their ends."""
    went: list[str] = []
    for identity in sorted(before.keys() & after.keys() - decided.keys()):
        old, new = before[identity], after[identity]
        if old.kind == "relation" and old.item is not None and new.item is None:
            went.append(str(old.outcome[0]))
    gone = [r for i, r in sorted(before.items()) if i not in after and r.kind == "relation" and r.item is not None]
    went += [str(ruling.outcome[0]) for ruling in gone if ruling.id not in decided]
    return [f"its {' and '.join(sorted(set(went)))} went with it"] if went else []


def _comment_now(layer: GoldLayer, identity: str) -> dict[str, object] | None:
    comment = layer.comments.get(identity)
    return None if comment is None else item_record(comment)
