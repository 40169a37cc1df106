"""What holds of attributes in every adjudication, whatever the curators set and the adjudicator decided."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.annotation import Annotations, AttributeValue
from annotator.labels import AttributeType, Settle
from annotator.labels.attributes import AttributeChoice, with_value
from annotator.workflow.adjudicating import parts as parts_module
from annotator.workflow.adjudicating.cases import AttributeCase, Case
from annotator.workflow.adjudicating.parts import GoldParts
from tests.workflow.adjudicating.settlements import SENTENCES, Judge, contents, layer, scheme, word
from tests.workflow.adjudicating.test_settlement_properties import assert_lists_are_right, without_events

CHOICES = {name: AttributeChoice(name) for name in ("x", "y", "z")}
ATTRIBUTES = {
    "c": AttributeType("c", "values", ("P", "O"), choices=CHOICES, default="x"),
    "f": AttributeType("f", "flag", ("P", "w", "n"), default=False),
    "m": AttributeType("m", "values", ("G", "O"), choices=CHOICES, several=True),
    "d": AttributeType("d", "values", ("document",), choices=CHOICES),
}
VALUES: dict[str, list[AttributeValue | None]] = {
    "c": ["x", "y", "z"], "f": [True, False], "m": [["x"], ["x", "y"], None], "d": ["x", "y", None],
}  # fmt: skip


@st.composite
def said(draw: st.DrawFn, content: Annotations) -> Annotations:
    """Draw attributes of what a layer holds, and of the document."""

    def drawn(label: str | None) -> dict[str, AttributeValue] | None:
        found = None
        for attribute in replace(scheme(), attributes=ATTRIBUTES).attributes_of(label):
            found = with_value(found, attribute, draw(st.sampled_from(VALUES[attribute.name])))
        return None if found is None else dict(found)

    spans = [span.replace(attributes=drawn(span.label)) for span in content.spans.values()]
    relations = [relation.replace(attributes=drawn(relation.label)) for relation in content.relations.values()]
    return Annotations.of(spans, relations, drawn(None))


@st.composite
def judges(draw: st.DrawFn, policies: tuple[Settle, ...] = ("all", "never", 2)) -> Judge:
    labels = replace(scheme("flat", draw(st.sampled_from(policies))), attributes=ATTRIBUTES)
    first = draw(contents(labels))
    drawn = [first] + [draw(st.just(first) | contents(labels)) for _ in range(draw(st.integers(0, 2)))]
    layers = [draw(said(content)) for content in drawn]
    return Judge(dict(zip(("ana", "bo", "carla"), layers, strict=False)), labels)


def told(content: Annotations) -> dict[object, object]:
    """Return what is set of each item, and of the document."""
    found: dict[object, object] = {s.key: s.attributes for s in content.spans.values()}
    found.update({content.relation_key(r): r.attributes for r in content.relations.values()})
    return {**found, None: content.document_attributes or None}


@given(judges(("all", "never")), st.sampled_from(("ana", "bo", "carla")))
def test_settling_everything_by_one_layer_gives_its_attributes(judge: Judge, curator: str) -> None:
    if curator in judge.contents:
        gold = judge.settle_all(lambda _case: curator)
        assert told(gold.content) == told(judge.contents[curator])


@given(judges(), st.data())
def test_the_order_of_the_layers_does_not_matter_and_decisions_stay(judge: Judge, data: st.DataObject) -> None:
    turned = Judge(dict(reversed(list(judge.contents.items()))), judge.scheme)
    assert turned.now == judge.now
    settled(judge, data)
    before = told(judge.now.content)
    assert judge.with_layer("ana", judge.contents["ana"]).now == judge.now
    if judge.scheme.settle == "all":
        again = judge.with_layer("dora", judge.contents["ana"])
        assert again.now.open == []
        assert told(again.now.content) == before


def settled(judge: Judge, data: st.DataObject) -> None:
    def decide(case: Case) -> str | None:
        choices: list[str | None] = [*case.versions, None]
        return data.draw(st.sampled_from(choices), label=case.id)

    judge.settle_all(decide)


@given(judges())
def test_every_conflict_comes_right_behind_its_item_and_has_an_id_of_its_own(judge: Judge) -> None:
    cases = judge.now.cases
    assert len({case.id for case in cases}) == len(cases)
    for before, case in zip((None, *cases), cases, strict=False):
        if isinstance(case, AttributeCase) and case.item is not None:
            assert before is not None
            beside = before.item if isinstance(before, AttributeCase) else before.gold_item
            assert beside == case.item
        elif isinstance(case, AttributeCase):
            assert before is None or isinstance(before, AttributeCase)


@given(judges(), st.data())
def test_settled_in_parts_it_is_the_same(judge: Judge, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts_module, "LEAST_SPANS", 1)
        parts = GoldParts.of(judge.contents, judge.rulings, judge.scheme, SENTENCES, judge.event)
        assert parts.settlement == judge.now
        while judge.now.open:
            case = data.draw(st.sampled_from(judge.now.open), label="case")
            before = {i: r for i, r in judge.rulings.items() if r.settled == "adjudicator"}
            curator = data.draw(st.sampled_from(sorted(judge.contents)), label="curator")
            judge.choose(case, curator if curator in case.versions else None)
            after = {i: r for i, r in judge.rulings.items() if r.settled == "adjudicator"}
            parts.event = judge.event
            parts, _ = parts.with_rulings({i: r for i, r in after.items() if before.get(i) != r})
            assert without_events(parts.settlement) == without_events(judge.now)
            assert_lists_are_right(parts)


def test_what_the_new_label_has_no_such_attribute_for_goes() -> None:
    one, other = word(0, 0, "P"), word(0, 0, "G")
    ana = layer(one)
    ana = Annotations.of([span.replace(attributes={"c": "y"}) for span in ana.spans.values()])
    judge = Judge({"ana": ana, "bo": layer(other)}, replace(scheme(), attributes=ATTRIBUTES))
    judge.settle_all(lambda _case: "bo")
    assert told(judge.now.content) == {other: None, None: None}
