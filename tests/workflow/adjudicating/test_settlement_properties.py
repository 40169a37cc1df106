"""What holds of every adjudication, whatever the curators marked and the adjudicator decided."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.annotation import RelationKey
from annotator.labels import Settle
from annotator.labels.retired import retired
from annotator.workflow.adjudicating import parts as parts_module
from annotator.workflow.adjudicating.case_list import CaseFilter
from annotator.workflow.adjudicating.cases import KINDS, Case
from annotator.workflow.adjudicating.parts import GoldParts
from annotator.workflow.adjudicating.settlement import Settlement
from tests.workflow.adjudicating.settlements import SENTENCES, Judge, contents, judges, layer, says, scheme, word


def drawn(case: Case, data: st.DataObject) -> str | None:
    choices: list[str | None] = [*case.versions, None]
    return data.draw(st.sampled_from(choices), label=case.id)


def settled_somehow(judge: Judge, data: st.DataObject) -> None:
    judge.settle_all(lambda case: drawn(case, data))


@given(judges(("all", "never")), st.sampled_from(("ana", "bo")))
def test_settling_everything_by_one_layer_gives_that_layer(judge: Judge, curator: str) -> None:
    gold = judge.settle_all(lambda _case: curator)
    assert says(gold.content) == says(judge.contents[curator])


@given(judges(("all", 2)), st.data())
def test_what_all_say_survives_every_decision(judge: Judge, data: st.DataObject) -> None:
    every = [says(content) for content in judge.contents.values()]
    spans = set.intersection(*(spans for spans, _ in every))
    relations = set.intersection(*(relations for _, relations in every))
    if judge.scheme.overlap != "flat":
        return  # where spans may nest or cross, what all say can be in the way of what else was chosen
    settled_somehow(judge, data)
    gold = says(judge.now.content)
    assert spans <= gold[0]
    assert relations <= gold[1]


@given(judges(), st.data())
def test_the_scheme_holds_for_gold_at_every_moment(judge: Judge, data: st.DataObject) -> None:
    def decide(case: Case) -> str | None:
        assert not retired(judge.scheme, judge.now.content, SENTENCES)
        return drawn(case, data)

    gold = judge.settle_all(decide)
    assert not retired(judge.scheme, gold.content, SENTENCES)


@given(judges())
def test_the_order_of_the_layers_does_not_matter(judge: Judge) -> None:
    turned = Judge(dict(reversed(list(judge.contents.items()))), judge.scheme)
    assert turned.now == judge.now
    names = dict(zip(judge.contents, ("zoe", "yan", "xi"), strict=False))
    renamed = Judge({names[c]: content for c, content in judge.contents.items()}, judge.scheme)
    assert [(c.id, c.kind, c.settled, c.outcome) for c in renamed.now.cases] == [
        (c.id, c.kind, c.settled, c.outcome) for c in judge.now.cases
    ]
    assert says(renamed.now.content) == says(judge.now.content)


@given(judges(), st.data())
def test_decisions_stay_when_the_same_is_said_again(judge: Judge, data: st.DataObject) -> None:
    settled_somehow(judge, data)
    again = judge.with_layer("dora", judge.contents["ana"])
    if judge.scheme.settle == "all":
        assert again.now.open == []
        assert says(again.now.content) == says(judge.now.content)
    adopted = judge.with_layer("ana", judge.now.content)
    if judge.scheme.settle == "all":
        assert says(adopted.now.content) == says(judge.now.content)
        assert adopted.now.open == []


@given(judges(("all", "never")), st.data())
def test_decisions_stay_whatever_is_said_anew(judge: Judge, data: st.DataObject) -> None:
    settled_somehow(judge, data)
    decided = {r.item for r in judge.rulings.values() if r.settled == "adjudicator" and r.kind == "span"} - {None}
    other = judge.with_layer("dora", data.draw(contents(judge.scheme)))
    assert decided <= other.now.content.spans.keys()
    assert not retired(judge.scheme, other.now.content, SENTENCES)
    settled_somehow(other, data)


@given(judges(), st.data())
def test_every_claim_is_in_one_case_and_every_gold_item_has_a_ruling(judge: Judge, data: st.DataObject) -> None:
    settled_somehow(judge, data)
    claims = [str(claim) for case in judge.now.cases for claim in case.claims]
    assert len(claims) == len(set(claims))
    items = {ruling.item for ruling in judge.now.rulings.values()}
    assert {*judge.now.content.spans, *judge.now.content.relations} == items - {None}


def test_a_symmetric_relation_is_the_same_from_either_end() -> None:
    one, other = word(0, 0, "G"), word(2, 2, "G")
    turned = {"ana": layer(one, other, links=((one, other, "s"),)), "bo": layer(one, other, links=((other, one, "s"),))}
    settled = Judge(turned).now
    assert settled.open == []
    assert says(settled.content)[1] == {RelationKey(one, other, "s")}


@given(judges(), st.data())
def test_settled_in_parts_it_is_the_same(judge: Judge, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts_module, "LEAST_SPANS", 1)
        parts = GoldParts.of(judge.contents, judge.rulings, judge.scheme, SENTENCES, judge.event)
        assert parts.settlement == judge.now
        assert_lists_are_right(parts)
        again = data.draw(st.integers(0, 3), label="decided again")
        while judge.now.open or ((again := again - 1) >= 0 and judge.now.cases):
            case = data.draw(st.sampled_from(judge.now.open or judge.now.cases), label="case")
            before = {i: r for i, r in judge.rulings.items() if r.settled == "adjudicator"}
            judge.choose(case, drawn(case, data))
            after = {i: r for i, r in judge.rulings.items() if r.settled == "adjudicator"}
            parts.event = judge.event
            parts, changed = parts.with_rulings({i: r for i, r in after.items() if before.get(i) != r})
            assert without_events(parts.settlement) == without_events(judge.now)
            assert_lists_are_right(parts)
            for old, new in changed:
                assert old.keys <= new.keys
        anew = GoldParts.of(judge.contents, judge.rulings, judge.scheme, SENTENCES, judge.event)
        assert without_events(anew.settlement) == without_events(judge.now)


def assert_lists_are_right(parts: GoldParts) -> None:
    """Check that lists that were carried on from decision to decision hold what lists made anew would."""
    cases = parts.settlement.cases
    assert list(parts.listed(CaseFilter(only_open=True))) == [c for c in cases if c.settled is None]
    disputed = [c for c in cases if (c.kind, c.settled) != ("agreed", "agreement")]
    assert list(parts.listed(CaseFilter(only_disputed=True))) == disputed
    for kind in KINDS:
        assert list(parts.listed(CaseFilter(kind))) == [c for c in cases if c.kind == kind]


def without_events(settlement: Settlement) -> Settlement:
    rulings = {i: ruling.replace(event=0) for i, ruling in settlement.rulings.items()}
    return replace(settlement, rulings=rulings)


@pytest.mark.parametrize("policy", ["all", "never", 2])
def test_what_was_decided_stands_when_nobody_has_finished_any_more(policy: Settle) -> None:
    judge = Judge({"ana": layer(word(0, 0, "P")), "bo": layer(word(0, 0, "O"))}, scheme(policy=policy))
    (case,) = judge.now.open
    judge.choose(case, "ana")
    alone = Judge({}, judge.scheme, judge.rulings)
    assert says(alone.now.content)[0] == {word(0, 0, "P")}
