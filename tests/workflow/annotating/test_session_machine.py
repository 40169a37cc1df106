"""Any sequence of actions leaves a layer that is sound, on the screen as on the disk, and can be taken back whole."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from annotator.errors import WorkflowError
from annotator.labels.retired import retired
from annotator.store import check_database
from annotator.workflow.annotating.review_walk import ReviewWalk, items_to_review
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.editing.editor import Outcome
from tests.workspaces import Bench, link, make_bench, proposal, propose

picks = st.integers(0, 99)
tokens = st.integers(0, 24)
entities = st.sampled_from(("PERSON", "ORG", "GPE", "DATE"))
relations = st.sampled_from(("works_for", "leads", "located_in", "cooperates_with", "founded_on"))
small = st.sampled_from((-2, -1, 1, 2))

Content = dict[str, Any]


def content(session: AnnotationSession) -> Content:
    """Return everything that a session shows or keeps."""
    layer = session.layer
    return {
        "spans": dict(layer.content.spans),
        "relations": dict(layer.content.relations),
        "verdicts": dict(layer.suggestions.verdicts),
        "comments": dict(layer.content.comments),
        "fields": dict(layer.content.fields),
        "index": list(layer.content.index),
        "items": list(layer.order.items),
        "relations_in_order": list(layer.order.relations),
        "pending": list(layer.order.pending),
        "pending_spans": list(layer.order.pending_spans),
    }


def looks(session: AnnotationSession) -> set[tuple[int, int, str, bool]]:
    """Return every span as it shows in the text: where, as what, and whether it waits."""
    layer = session.layer
    shown = {(*span.key, False) for span in layer.content.spans.values()}
    return shown | {(*layer.suggestions.spans[i.id].key, True) for i in layer.order.pending_spans}


def spans_and_rejected(session: AnnotationSession) -> list[Any]:
    """Return what may be asked of a layer about its text."""
    layer, end = session.layer, len(session.document.text)
    return [layer.spans_over(0, end), *(layer.rejected_over(0, end, label) for label in session.scheme.entities)]


def suggest(bench: Bench) -> None:
    """Propose spans and relations of every kind; those of the second suggester overlap and contradict the first's."""
    document = bench.document()
    ana, luis = proposal(document, "Ana Ruiz", "PERSON", 0.9), proposal(document, "Luis Paz", "PERSON", 0.4)
    cruz, born = proposal(document, "Cruz Roja", "ORG", 0.8), proposal(document, "Cruz Roja", "ORG", 0.7, nth=1)
    mexico = [proposal(document, "México", "GPE", 0.6 + 0.1 * n, nth=n) for n in range(3)]
    canada, may = proposal(document, "Canadá", "GPE", 0.8), proposal(document, "mayo", "DATE", 0.3)
    spans = [ana, luis, cruz, born, *mexico, canada, may]
    links = [
        link(ana, cruz, "works_for", 0.8),
        link(cruz, mexico[0], "located_in", 0.5),
        link(canada, mexico[1], "cooperates_with", 0.9),
        link(mexico[1], canada, "located_in", 0.2),
        link(born, may, "founded_on", 0.9),
        link(cruz, may, "founded_on", 0.6),
    ]
    propose(bench.store, document, spans, links)
    wide, short = proposal(document, "Ruiz trabaja", "ORG", 0.95), proposal(document, "Ana", "PERSON", 0.95)
    crossing = proposal(document, "México. México", "GPE", 0.85)
    more = [link(short, wide, "leads", 0.9), link(crossing, canada, "cooperates_with", 0.8)]
    propose(bench.store, document, [wide, short, crossing, canada], more, name="suggestions:other")


class Curation(RuleBasedStateMachine):
    """A curator who presses anything."""

    @initialize(overlap=st.sampled_from(("flat", "nested", "any")))
    def open(self, overlap: str) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.bench = make_bench(Path(self.folder.name), overlap)
        self.bench.store.connection.execute("PRAGMA synchronous = OFF")
        self.bench.add()
        suggest(self.bench)
        self.session = self.bench.session()
        self.start = content(self.session)
        self.steps = 0

    def teardown(self) -> None:
        assert list(check_database(self.bench.store)) == []
        end, steps = content(self.session), 0
        while self.done(self.session.undo):
            steps += 1
        assert content(self.session) == self.start
        for _ in range(steps):
            self.session.redo()
        assert content(self.session) == end
        assert list(check_database(self.bench.store)) == []
        self.bench.workspace.close()
        self.folder.cleanup()

    def done(self, action: Callable[[], Outcome]) -> bool:
        """Do something; when it is refused nothing may have changed, else what changed is told."""
        before, looked = content(self.session), self.looks()
        layer, over = self.session.layer, spans_and_rejected(self.session)
        changes = layer.changes
        try:
            outcome = action()
        except WorkflowError:
            assert content(self.session) == before
            return False
        assert outcome.message
        if outcome.focus is not None:
            assert outcome.focus in self.session.layer
        for start, end, *_ in looked ^ self.looks():
            assert any(s < end and start < e for s, e in outcome.touched)
        assert layer.changes > changes or over == spans_and_rejected(self.session)
        return True

    def looks(self) -> set[tuple[Any, ...]]:
        """Return every span as it shows."""
        return set(looks(self.session))

    def item(self, pick: int) -> str:
        """Return some id: of what stands or waits, or of a suggestion that does not."""
        everything = [i.id for i in self.session.layer.order.items] + sorted(self.session.layer.suggestions.spans)
        return everything[pick % len(everything)]

    @rule(pick=picks)
    def accept(self, pick: int) -> None:
        self.done(lambda: self.session.accept(self.item(pick)))

    @rule(pick=picks)
    def reject(self, pick: int) -> None:
        self.done(lambda: self.session.reject(self.item(pick)))

    @rule(threshold=st.sampled_from((0.0, 0.5, 0.75)))
    def accept_all(self, threshold: float) -> None:
        self.done(lambda: self.session.accept_all(threshold))

    @rule()
    def reject_all(self) -> None:
        self.done(self.session.reject_all)

    @rule(pick=picks)
    def accept_alike(self, pick: int) -> None:
        self.done(lambda: self.session.accept_alike(self.item(pick)))

    @rule(pick=picks)
    def reject_alike(self, pick: int) -> None:
        self.done(lambda: self.session.reject_alike(self.item(pick)))

    @rule(listed=st.sets(picks))
    def decide_what_is_listed(self, listed: set[int]) -> None:
        ids = {self.item(pick) for pick in listed}
        self.done(lambda: self.session.accept_all(0.5, ids.__contains__))
        self.done(lambda: self.session.reject_all(ids.__contains__))

    @rule(rejected=st.sets(st.integers(0, 5)), back=st.booleans())
    def review(self, rejected: set[int], back: bool) -> None:
        walk = ReviewWalk(self.session.layer, bool)
        item_id: str | None = None
        for number in range(6):
            here = walk.step(self.session.layer, item_id, -1 if back and number == 3 else 1)
            if here is None:
                break
            item_id = here
            assert walk.place(self.session.layer, item_id)[0] > 0
            if number in rejected and self.session.is_accepted(item_id):
                assert self.done(partial(self.session.reject, here))

    @rule(token=tokens, count=st.integers(1, 4), label=entities)
    def add(self, token: int, count: int, label: str) -> None:
        segments = self.session.document.tokens[token : token + count]
        self.done(lambda: self.session.add(segments[0].start, segments[-1].end, label))

    @rule(pick=picks, label=entities)
    def relabel(self, pick: int, label: str) -> None:
        self.done(lambda: self.session.relabel(self.item(pick), label))

    @rule(pick=picks, side=st.sampled_from(("start", "end")), by=small)
    def move_boundary(self, pick: int, side: str, by: int) -> None:
        self.done(lambda: self.session.move_boundary(self.item(pick), side, by))

    @rule(pick=picks)
    def everywhere(self, pick: int) -> None:
        self.done(lambda: self.session.everywhere(self.item(pick)))

    @rule(head=picks, child=picks, label=relations)
    def relate(self, head: int, child: int, label: str) -> None:
        self.done(lambda: self.session.relate(self.item(head), self.item(child), label))

    @rule(pick=picks, which=picks)
    def relate_with_a_partner(self, pick: int, which: int) -> None:
        span_id = self.item(pick)
        if self.session.layer.span(span_id) is None:
            return
        offers = self.session.checks.partners(span_id)
        if offers:
            other, kind, turned = offers[which % len(offers)]
            ends = (other, span_id) if turned else (span_id, other)
            self.done(lambda: self.session.relate(*ends, kind.name))

    @rule(pick=picks, label=relations, reverse=st.booleans())
    def retype(self, pick: int, label: str, reverse: bool) -> None:
        self.done(lambda: self.session.retype(self.item(pick), label, reverse=reverse))

    @rule(pick=picks)
    def delete(self, pick: int) -> None:
        self.done(lambda: self.session.delete(self.item(pick)))

    @rule(text=st.sampled_from(("", "?")), pick=st.none() | picks)
    def comment(self, text: str, pick: int | None) -> None:
        self.done(lambda: self.session.comment(text, None if pick is None else self.item(pick)))

    @rule()
    def flag(self) -> None:
        self.done(self.session.flag)

    @rule()
    def finish(self) -> None:
        self.done(self.session.finish)

    @rule()
    def skip(self) -> None:
        self.done(self.session.skip)

    @rule()
    def undo(self) -> None:
        self.done(self.session.undo)

    @rule()
    def redo(self) -> None:
        self.done(self.session.redo)

    @rule()
    def reopen(self) -> None:
        self.session = self.bench.session()

    @invariant()
    def the_screen_is_as_the_disk(self) -> None:
        assert content(self.session) == content(self.bench.session())

    @invariant()
    def the_scheme_has_nothing_against_the_layer(self) -> None:
        info = self.bench.store.layer(self.session.editor.name)
        if info is not None:
            stored = self.bench.store.annotations(info.id)
            assert not retired(self.bench.scheme, stored, self.session.document.sentences)

    @invariant()
    def the_relations_in_order_are_those_of_all_items(self) -> None:
        layer = self.session.layer
        relations = [i for i in layer.order.items if layer.relation(i.id) is not None]
        assert list(layer.order.relations) == relations

    @invariant()
    def the_scores_of_what_is_pending_are_counted(self) -> None:
        layer = self.session.layer
        pending = (layer.span(i.id) or layer.suggestions.relations[i.id] for i in layer.order.pending)
        assert layer.suggestions.pending_scores.counts() == Counter(item.score or 0.0 for item in pending)

    @invariant()
    def all_that_is_decided_is_reviewed_once(self) -> None:
        content = self.session.layer.content
        assert sorted(items_to_review(self.session.layer)) == sorted([*content.spans, *content.relations])

    @invariant()
    def everything_in_the_walk_can_be_named_and_placed(self) -> None:
        for interval in self.session.layer.order.items:
            assert self.session.checks.name_of(interval.id)
            assert self.session.layer.position(interval.id) == interval


TestCuration = Curation.TestCase
TestCuration.settings = settings(max_examples=30, stateful_step_count=30)
