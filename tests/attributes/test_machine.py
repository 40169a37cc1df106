"""Any sequence of actions under a scheme with attributes and an equivalence leaves a layer that is sound."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from annotator.annotation import suggested_relation
from annotator.disjoint_sets import DisjointSets
from annotator.workflow.annotating.attribute_steps import AttributeSteps
from annotator.workflow.annotating.group_steps import GroupSteps
from annotator.workflow.annotating.session import AnnotationSession
from tests.workflow.annotating.test_session_machine import Curation, content, picks, suggest
from tests.workspaces import make_bench, proposal, propose, under

MORE = """\
  same: {key: s, head: [PERSON, ORG, GPE], child: [PERSON, ORG, GPE], equivalence: true}
attributes:
  sure: {of: [PERSON, ORG, works_for], values: [yes!, no!], default: yes!}
  role: {of: PERSON, values: [speaker, victim], several: true}
  made_up: {of: [ORG, GPE], type: flag}
  topic: {of: document, values: [health, sport], several: true}
"""
values = st.sampled_from(
    (("sure", "no!"), ("sure", "yes!"), ("role", "speaker"), ("role", "victim"), ("made_up", True), ("topic", "sport"))
)


def groups(session: AnnotationSession) -> set[frozenset[str]]:
    found = session.content.groups
    return {frozenset(found.members(number)) for number in found}


class CurationOfAttributes(Curation):
    """A curator who presses anything, also the keys of attributes and groups."""

    @initialize(overlap=st.sampled_from(("flat", "nested", "any")))
    def open(self, overlap: str) -> None:
        self.folder = tempfile.TemporaryDirectory()
        last = "founded_on: {key: f, head: ORG, child: DATE, within: document}\n"
        self.bench = under(make_bench(Path(self.folder.name), overlap), (last, last + MORE))
        self.bench.store.connection.execute("PRAGMA synchronous = OFF")
        document = self.bench.add()
        suggest(self.bench)
        mexico = [proposal(document, "México", "GPE", 0.6 + 0.1 * n, nth=n) for n in range(3)]
        mexico[0] = mexico[0].replace(attributes={"made_up": True})
        pairs = ((0, 1), (1, 2), (0, 2))
        links = [suggested_relation(mexico[one], mexico[two], "same", "same@1", 0.8) for one, two in pairs]
        propose(self.bench.store, document, mexico, links, name="suggestions:same")
        self.session = self.bench.session()
        self.start = content(self.session)
        self.steps = 0

    def looks(self) -> set[tuple[Any, ...]]:
        shown = self.session.content.spans.values()
        marks = {(s.start, s.end, self.session.content.group_numbers(s.id), str(s.attributes)) for s in shown}
        return super().looks() | marks

    @rule(pick=st.none() | picks, value=values)
    def toggle(self, pick: int | None, value: tuple[str, bool | str]) -> None:
        item = None if pick is None else self.item(pick)
        if item is None or item in self.session.layer:
            self.done(lambda: AttributeSteps(self.session).toggle(item, *value))

    @rule(pick=picks)
    def copy(self, pick: int) -> None:
        item = self.item(pick)
        if self.session.layer.span(item) is not None:
            self.done(lambda: AttributeSteps(self.session).copy(item))

    @rule(pick=picks, other=picks)
    def join(self, pick: int, other: int) -> None:
        one, two = self.item(pick), self.item(other)
        if self.session.layer.span(one) and self.session.layer.span(two):
            self.done(lambda: GroupSteps(self.session).join(one, two, "same"))

    @rule(pick=picks)
    def leave(self, pick: int) -> None:
        item = self.item(pick)
        if item not in self.session.content.spans:
            return
        before = groups(self.session)
        if self.done(lambda: GroupSteps(self.session).leave(item, "same")):
            expected = {group - {item} for group in before}
            assert groups(self.session) == {group for group in expected if len(group) > 1}

    @invariant()
    def what_is_said_of_the_document_and_the_groups_are_as_on_the_disk(self) -> None:
        stored = self.bench.session()
        assert self.session.content.document_attributes == stored.content.document_attributes
        assert groups(self.session) == groups(stored)

    @invariant()
    def a_group_is_what_links_reach(self) -> None:
        sets = DisjointSets[str]()
        for relation in self.session.content.relations.values():
            if relation.label == "same":
                sets.join(relation.head, relation.child)
        reached: dict[str, set[str]] = {}
        for member in list(sets):
            reached.setdefault(sets.find(member), set()).add(member)
        assert groups(self.session) == set(map(frozenset, reached.values()))


TestCurationOfAttributes = CurationOfAttributes.TestCase
TestCurationOfAttributes.settings = settings(max_examples=10, stateful_step_count=25)
