"""Any course of an adjudication: decisions, edits, undo, redo, curators who finish anew, other adjudicators."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from annotator.errors import WorkflowError
from annotator.history import GOLD
from annotator.labels.retired import retired
from annotator.store import check_database
from annotator.workflow.adjudicating.confirmation import UnconfirmedError
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.editing.editor import Outcome
from tests.workflow.adjudicating.finished_documents import finish, judge
from tests.workspaces import Bench, make_bench

LABELS = st.sampled_from(("PERSON", "ORG", "GPE", "DATE"))
MANY = st.integers(0, 1000)
PHRASES = ("Ana Ruiz", "Ana", "Cruz Roja", "Cruz Roja en México", "México", "Canadá", "mayo")


class Adjudication(RuleBasedStateMachine):
    """Two curators and an adjudicator; every refusal must leave everything as it was."""

    bench: Bench
    session: GoldSession

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.bench = make_bench(Path(self.folder.name))
        self.bench.add()
        for curator in ("ana", "bo"):
            finish(self.bench, curator, *self._marks(data))
        self.session = judge(self.bench)

    def _marks(self, data: st.DataObject) -> list[tuple[str, str]]:
        phrases = data.draw(st.lists(st.sampled_from(PHRASES), unique=True, max_size=4))
        labels = {"Ana Ruiz": "PERSON", "Ana": "PERSON", "México": "GPE", "Canadá": "GPE", "mayo": "DATE"}
        return [(labels.get(phrase, data.draw(LABELS)), phrase) for phrase in phrases]

    def _attempt(self, action: Callable[[], Outcome | None]) -> None:
        before = {*self.session.content.spans, *self.session.content.relations}, len(self.session.gold.open)
        try:
            self._confirmed(action)
        except WorkflowError:
            now = {*self.session.content.spans, *self.session.content.relations}, len(self.session.gold.open)
            assert now == before

    def _confirmed(self, action: Callable[[], Outcome | None]) -> None:
        """Take a step, also one that is to be asked for twice."""
        before = self.session.gold.settlement
        try:
            action()
        except UnconfirmedError:
            assert self.session.gold.settlement is before
            action()

    def _one(self, number: int, of: list[str]) -> str | None:
        return of[number % len(of)] if of else None

    @rule(number=MANY, curator=st.sampled_from(("ana", "bo")))
    def choose(self, number: int, curator: str) -> None:
        case = self._one(number, [c.id for c in self.session.gold.settlement.cases])
        if case is not None:
            self._attempt(lambda: self.session.choose(case, curator))

    @rule(number=MANY)
    def nothing(self, number: int) -> None:
        case = self._one(number, [c.id for c in self.session.gold.open])
        if case is not None:
            self._attempt(lambda: self.session.choose_none(case))

    @rule(number=MANY, label=LABELS)
    def amend(self, number: int, label: str) -> None:
        case = self._one(number, [c.id for c in self.session.gold.open])
        if case is not None:
            self._attempt(lambda: self.session.amend(case, label=label))

    @rule(number=MANY, size=st.integers(0, 2), label=LABELS)
    def add(self, number: int, size: int, label: str) -> None:
        tokens = self.session.document.tokens
        first = number % len(tokens)
        last = min(first + size, len(tokens) - 1)
        self._attempt(lambda: self.session.add(tokens[first].start, tokens[last].end, label))

    @rule(number=MANY, label=LABELS)
    def relabel(self, number: int, label: str) -> None:
        span = self._one(number, sorted(self.session.content.spans))
        if span is not None:
            self._attempt(lambda: self.session.relabel(span, label))

    @rule(number=MANY, side=st.sampled_from(("start", "end")), by=st.sampled_from((-1, 1)))
    def move(self, number: int, side: str, by: int) -> None:
        span = self._one(number, sorted(self.session.content.spans))
        if span is not None:
            self._attempt(lambda: self.session.move_boundary(span, side, by))

    @rule(number=MANY, other=MANY)
    def relate(self, number: int, other: int) -> None:
        head = self._one(number, sorted(self.session.content.spans))
        partners = self.session.checks.partners(head) if head is not None else []
        if head is not None and partners:
            child, kind, turned = partners[other % len(partners)]
            ends = (child, head) if turned else (head, child)
            self._attempt(lambda: self.session.relate(*ends, kind.name))

    @rule(number=MANY)
    def delete(self, number: int) -> None:
        item = self._one(number, sorted((*self.session.content.spans, *self.session.content.relations)))
        if item is not None:
            self._attempt(lambda: self.session.delete(item))

    @rule(number=MANY)
    def retype(self, number: int) -> None:
        item = self._one(number, sorted(self.session.content.relations))
        choices = self.session.checks.retypings(item) if item is not None else []
        if item is not None and choices:
            kind, turned = choices[number % len(choices)]
            self._attempt(lambda: self.session.retype(item, kind.name, reverse=turned))

    @rule()
    def everywhere(self) -> None:
        span = self._one(0, sorted(self.session.content.spans))
        if span is not None:
            self._attempt(lambda: self.session.everywhere(span))

    @rule()
    def choose_majority_everywhere(self) -> None:
        self._attempt(self.session.choose_majority_everywhere)

    @rule()
    def comment(self) -> None:
        self._attempt(
            lambda: self.session.comment("why", self.session.gold.open[0].id if self.session.gold.open else None)
        )

    @rule()
    def complete(self) -> None:
        self._attempt(self.session.finish)
        assert (self.session.state == "done") == (not self.session.gold.open)

    @rule()
    def undo(self) -> None:
        self._attempt(self.session.undo)

    @rule()
    def redo(self) -> None:
        self._attempt(self.session.redo)

    @rule()
    def undo_and_redo(self) -> None:
        before = (
            self.session.gold.settlement.content,
            {r.id: r.outcome for r in self.session.gold.layer.rulings.values()},
        )
        if self.session.gold.editor._undo.done:
            self._confirmed(self.session.undo)
            self.session.redo()
        after = (
            self.session.gold.settlement.content,
            {r.id: r.outcome for r in self.session.gold.layer.rulings.values()},
        )
        assert after == before

    @rule(data=st.data(), curator=st.sampled_from(("ana", "bo", "carla")))
    def finish_anew(self, data: st.DataObject, curator: str) -> None:
        decided = self._decided()
        own = self.bench.session(curator=curator)
        for span_id in data.draw(
            st.lists(st.sampled_from(sorted(own.content.spans) or ["-"]), unique=True, max_size=2)
        ):
            if span_id in own.content.spans:
                own.delete(span_id)
        for label, phrase in self._marks(data):
            start = own.document.text.index(phrase)
            try:
                own.add(start, start + len(phrase), label)
            except WorkflowError:
                continue
        own.finish()
        self.session = judge(self.bench)
        assert self._decided() == decided

    def _decided(self) -> dict[str, object]:
        rulings = self.session.gold.layer.rulings.values()
        return {r.id: (r.outcome, r.event) for r in rulings if r.settled == "adjudicator"}

    @rule()
    def open_anew(self) -> None:
        before = self.session.gold.settlement
        self.session = judge(self.bench, "chief")
        assert self.session.gold.settlement.content == before.content
        assert [c.id for c in self.session.gold.open] == [c.id for c in before.open]

    @precondition(lambda self: hasattr(self, "session"))
    @invariant()
    def sound(self) -> None:
        session = self.session
        stored = self.bench.store.annotations(self.bench.layer_id(GOLD))
        assert stored == session.gold.settlement.content
        assert (dict(session.content.spans), dict(session.content.relations)) == (
            stored.spans,
            stored.relations,
        )
        assert not retired(self.bench.scheme, stored, session.document.sentences)
        assert self.bench.store.rulings(self.bench.layer_id(GOLD)) == session.gold.settlement.rulings
        assert not (session.state == "done" and session.gold.open)

    def teardown(self) -> None:
        try:
            if hasattr(self, "session"):
                self._take_all_back()
        finally:
            if hasattr(self, "bench"):
                self.bench.workspace.close()
            self.folder.cleanup()

    def _take_all_back(self) -> None:
        assert list(check_database(self.bench.store)) == []
        while self.session.gold.editor._undo.done:
            self._confirmed(self.session.undo)
        assert self._decided() == {}
        assert list(check_database(self.bench.store)) == []


TestAdjudication = Adjudication.TestCase
TestAdjudication.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
