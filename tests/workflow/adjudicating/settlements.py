"""Layers of several curators over one short text, and settling them without a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from annotator.annotation import Annotations, Relation, RelationKey, Ruling, Span, SpanKey
from annotator.labels import LabelScheme, RelationType, Settle
from annotator.labels.scheme import EntityType, Overlap
from annotator.text import Segmentation
from annotator.workflow.adjudicating import decisions
from annotator.workflow.adjudicating.cases import AttributeCase, Case
from annotator.workflow.adjudicating.relations import SpanOutcomes
from annotator.workflow.adjudicating.settlement import Settlement, settle

WORDS = 7
TEXT = " ".join("abcdefg"[:WORDS])
SENTENCES = Segmentation([(0, len(TEXT))])
LABELS = ("P", "O", "G")

Says = tuple[set[SpanKey], set[RelationKey]]


def scheme(overlap: Overlap = "flat", policy: Settle = "all") -> LabelScheme:
    """Return three entities; ``w`` and ``l`` link P to O, ``s`` two of G in no direction, ``n`` anything."""
    entities = {name: EntityType(name, name) for name in LABELS}
    relations = {
        "w": RelationType("w", "w", ("P",), ("O",)),
        "l": RelationType("l", "l", ("P",), ("O",)),
        "s": RelationType("s", "s", ("G",), ("G",), symmetric=True),
        "n": RelationType("n", "n", LABELS, LABELS),
    }
    return LabelScheme(entities, relations, ("es",), overlap, "token", "0" * 64, policy)


def word(first: int, last: int, label: str) -> SpanKey:
    """Return a span over some words, both counted from 0 and included."""
    return SpanKey(2 * first, 2 * last + 1, label)


def layer(*spans: SpanKey, links: tuple[tuple[SpanKey, SpanKey, str], ...] = ()) -> Annotations:
    ids = {key: f"s{number}" for number, key in enumerate(spans)}
    relations = [Relation(f"r{n}", ids[head], ids[child], label) for n, (head, child, label) in enumerate(links)]
    return Annotations.of([Span(i, *key) for key, i in ids.items()], relations)


def says(content: Annotations) -> Says:
    """Return what a layer says, without who and how."""
    return {s.key for s in content.spans.values()}, {content.relation_key(r) for r in content.relations.values()}


@dataclass
class Judge:
    """Settles layers by decisions, as a session does, but in memory."""

    contents: Mapping[str, Annotations]
    scheme: LabelScheme = field(default_factory=scheme)
    rulings: Mapping[str, Ruling] = field(default_factory=dict)
    event: int = 1

    @property
    def now(self) -> Settlement:
        return settle(self.contents, self.rulings, self.scheme, SENTENCES, self.event)

    @property
    def standing(self) -> SpanOutcomes:
        return SpanOutcomes(self.now.span_outcomes, self.scheme, SENTENCES)

    def take(self, changes: Mapping[str, Ruling]) -> None:
        self.event += 1
        self.rulings = {**self.now.rulings, **changes}

    def choose(self, case: Case, curator: str | None) -> None:
        contents = {curator: self.contents[curator]} if curator else {}
        version = case.versions[curator] if curator else ()
        if isinstance(case, AttributeCase):
            values = case.versions.get(curator or "", ())
            self.take(decisions.decide_attribute(self.now.rulings, case, values, self.scheme, self.event))
            return
        self.take(decisions.choose(self.now, case, version, contents, self.standing, self.event))

    def edit(self, case: Case | None, *keys: SpanKey) -> None:
        assert case is None or not hasattr(case, "claims") or True
        items = [Span(str(key), *key, "added", curator="lead") for key in keys]
        self.take(decisions.decide_spans(self.now, case, items, self.scheme, self.event))  # type: ignore[arg-type]

    def settle_all(self, decide: Callable[[Case], str | None]) -> Settlement:
        """Settle case after case; every decision must leave less to decide or bring relations up."""
        for _ in range(200):
            if not self.now.open:
                return self.now
            case = self.now.open[0]
            self.choose(case, decide(case))
            again = (c for c in self.now.cases if c.id == case.id or (case.claims and {*case.claims} <= {*c.claims}))
            assert next(again).settled == "adjudicator"
        raise AssertionError("there is no end of conflicts")

    def with_layer(self, curator: str, content: Annotations) -> Judge:
        return replace(self, contents={**self.contents, curator: content})


@st.composite
def contents(draw: st.DrawFn, labels: LabelScheme) -> Annotations:
    """Draw a layer that the scheme allows."""
    spans: list[SpanKey] = []
    for first, size, label in draw(
        st.lists(st.tuples(st.integers(0, WORDS - 1), st.integers(0, 2), st.sampled_from(LABELS)), max_size=5)
    ):
        key = word(first, min(first + size, WORDS - 1), label)
        if key not in spans and not any(labels.apart(key, other) for other in spans):
            spans.append(key)
    links: list[tuple[SpanKey, SpanKey, str]] = []
    if len(spans) > 1:
        ends = st.sampled_from(spans)
        for head, child, label in draw(st.lists(st.tuples(ends, ends, st.sampled_from("wlsn")), max_size=4)):
            others = [RelationKey(*link) for link in links]
            if labels.relation_problem(RelationKey(head, child, label), SENTENCES, others) is None:
                turned = labels.relations[label].symmetric and child < head
                links.append((child, head, label) if turned else (head, child, label))
    return layer(*spans, links=tuple(links))


@st.composite
def judges(draw: st.DrawFn, policies: tuple[Settle, ...] = ("all", "never", 2)) -> Judge:
    """Draw two or three finished layers, often alike, under a scheme."""
    labels = scheme(draw(st.sampled_from(("flat", "flat", "nested", "any"))), draw(st.sampled_from(policies)))
    first = draw(contents(labels))
    drawn = [first] + [draw(st.just(first) | contents(labels)) for _ in range(draw(st.integers(1, 2)))]
    return Judge(dict(zip(("ana", "bo", "carla"), drawn, strict=False)), labels)
