"""Adjudicating attributes: what curators differ on beside the label is a conflict of its own, behind its item."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from annotator.annotation import AttributeValue
from annotator.errors import WorkflowError
from annotator.history import GOLD, LayerName
from annotator.store.doctor import check_database
from annotator.workflow.adjudicating.cases import AttributeCase
from annotator.workflow.adjudicating.feedback import AttributeFeedback, feedback, tally
from annotator.workflow.adjudicating.gold import adjudicate, settle_finished
from annotator.workflow.adjudicating.provenance import provenance
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.annotating.attribute_steps import AttributeSteps
from annotator.workflow.annotating.session import AnnotationSession
from tests.attributes.conftest import PLACES
from tests.tui.workbench_driver import workbench
from tests.workspaces import Bench, focused, range_of

Said = dict[str, dict[str, AttributeValue]]
KEY = "flood"
LABELS = {"flooded": "EVENT", "broke": "EVENT", "Nova Riva": "PLACE", "Ines Duarte": "PERSON"}


@pytest.fixture(autouse=True)
def _sound(bench: Bench) -> Iterator[None]:
    yield
    assert list(check_database(bench.store)) == []


def finish(
    bench: Bench, curator: str, said: Said, of_document: dict[str, AttributeValue] | None = None
) -> AnnotationSession:
    """Let a curator mark words, set attributes of them, and finish."""
    session = bench.session(KEY, curator)
    steps = AttributeSteps(session)
    for words, attributes in said.items():
        start = session.document.text.index(words)
        span = focused(session.add(start, start + len(words), LABELS[words]))
        for name, value in attributes.items():
            steps.set(span, name, value)
    for name, value in (of_document or {}).items():
        steps.set(None, name, value)
    session.finish()
    return session


def judge(bench: Bench) -> GoldSession:
    return adjudicate(bench.workspace, KEY, "lead")


def in_question(session: GoldSession) -> list[tuple[str, str]]:
    """Return the open cases: their kind, and the attribute or the label that they are about."""
    return [(c.kind, c.name if isinstance(c, AttributeCase) else c.claims[0].label) for c in session.gold.open]


def gold(bench: Bench) -> dict[str, object]:
    """Return what gold has of attributes: by the text of the span, and under no text of the document."""
    info = bench.store.layer(LayerName(KEY, GOLD))
    assert info is not None
    content, text = bench.store.annotations(info.id), bench.document(KEY).text
    spans = {text[s.start : s.end]: dict(s.attributes) for s in content.spans.values() if s.attributes}
    return {**spans, **({"": dict(content.document_attributes)} if content.document_attributes else {})}


def test_what_all_say_becomes_gold_by_itself(bench: Bench) -> None:
    said: Said = {"flooded": {"certainty": "possible", "deaths": 3}, "Nova Riva": {"gazetteer": "Q1"}}
    for curator in ("ana", "bo"):
        finish(bench, curator, said, {"topic": ["health", "sport"]})
    report = settle_finished(bench.workspace, "lead")
    assert report.settled == [KEY]
    assert gold(bench) == {**said, "": {"topic": ["health", "sport"]}}
    assert settle_finished(bench.workspace, "lead").unchanged == [KEY]


def test_an_attribute_is_a_conflict_of_its_own_behind_its_item(bench: Bench) -> None:
    finish(bench, "ana", {"flooded": {"certainty": "possible"}, "broke": {}}, {"topic": "health"})
    finish(bench, "bo", {"flooded": {"negated": True}}, {"topic": ["health", "sport"]})
    session = judge(bench)
    assert in_question(session) == [
        ("attribute", "topic"), ("attribute", "certainty"), ("attribute", "negated"), ("missing", "EVENT"),
    ]  # fmt: skip
    topic, certainty, negated, _ = session.gold.open
    assert certainty.versions == {"ana": ("possible",), "bo": ("certain",)}
    assert session.choose(certainty.id, "ana").message == "settled: certainty of EVENT “flooded”: possible"
    session.choose(topic.id, "bo")
    session.choose(negated.id, "ana")
    assert gold(bench) == {"flooded": {"certainty": "possible"}, "": {"topic": ["health", "sport"]}}
    session.choose(session.gold.open[0].id, "bo")
    session.finish()
    assert session.undo().message == "undid: done"
    session.undo()
    session.undo()
    assert session.undo().message.startswith("undid: choose topic of the document: health, sport (ana: health")
    assert in_question(session)[0] == ("attribute", "topic")
    assert gold(bench) == {"flooded": {"certainty": "possible"}}


def test_who_does_not_have_the_item_says_nothing_of_it(bench: Bench) -> None:
    finish(bench, "ana", {"flooded": {"certainty": "possible"}})
    finish(bench, "bo", {})
    session = judge(bench)
    session.choose(session.gold.open[0].id, "ana")
    assert in_question(session) == []
    assert gold(bench) == {"flooded": {"certainty": "possible"}}


def test_another_value_is_set_and_follows_the_borders(bench: Bench) -> None:
    for curator in ("ana", "bo"):
        finish(bench, curator, {"flooded": {}})
    session = judge(bench)
    (span,) = session.content.spans
    assert session.attributes.set(span, "deaths", 3.0).message == "settled: deaths of EVENT “flooded”: 3"
    moved = session.move_boundary(span, "end", 1).focus
    session.attributes.toggle(moved, "certainty", "likely")
    session.attributes.toggle(None, "topic", "sport")
    assert gold(bench) == {"flooded Nova": {"certainty": "likely", "deaths": 3}, "": {"topic": ["sport"]}}
    assert session.attributes.toggle(moved, "certainty", "likely").message.endswith(": certain")
    with pytest.raises(WorkflowError, match="EVENT has no attribute role"):
        session.attributes.set(moved, "role", "speaker")
    with pytest.raises(WorkflowError, match="expected a number"):
        session.attributes.set(moved, "deaths", "many")
    finish(bench, "carla", {"flooded": {"deaths": 4}})
    assert list(judge(bench).gold.open) == []
    assert gold(bench)["flooded Nova"] == {"deaths": 3}


def test_enough_settle_it_and_what_was_decided_stays(bench: Bench) -> None:
    labels = bench.workspace.root / "labels.yaml"
    labels.write_text(f"settle: 2\n{labels.read_text()}")
    for curator, certainty in (("ana", "likely"), ("bo", "likely"), ("carla", "possible")):
        finish(bench, curator, {"flooded": {"certainty": certainty}})
    session = judge(bench)
    assert [(c.settled, c.outcome) for c in session.gold.settlement.cases][1:] == [("majority", ("likely",))]


def test_where_it_comes_from_is_told(bench: Bench) -> None:
    finish(bench, "ana", {"flooded": {"certainty": "possible"}}, {"topic": "health"})
    finish(bench, "bo", {"flooded": {}}, {"topic": "health"})
    session = judge(bench)
    session.choose(session.gold.open[0].id, "bo")
    rows = [(row.what, row.settled, row.told) for row in provenance(bench.store, KEY)]
    assert rows == [
        ("topic of the document: health", "agreement", "ana, bo: health"),
        ("EVENT “flooded”", "agreement", "ana, bo: EVENT “flooded”"),
        ("certainty of EVENT “flooded”: certain", "adjudicator", "ana: possible; bo: certain"),
    ]


async def test_they_are_settled_by_the_same_keys(bench: Bench) -> None:
    finish(bench, "ana", {"flooded": {"certainty": "possible"}, "broke": {}}, {"topic": "health"})
    finish(bench, "bo", {"flooded": {"negated": True}, "broke": {}})
    async with workbench(bench, KEY, curator="lead", adjudicating=True) as work:
        assert work.focus.startswith("attribute  1 of 3 open topic of the document")
        assert "1 ana topic: health" in " ".join(work.text.split())
        assert "2 bo topic: nothing" in " ".join(work.text.split())
        await work.press("1")
        assert work.message == "settled: topic of the document: health"
        assert work.focus.startswith("attribute  1 of 2 open certainty of EVENT “flooded”")
        await work.press("2")
        assert work.focus.startswith("attribute  1 of 1 open negated of EVENT “flooded”")
        await work.press("d")
        assert work.message == "settled: negated of EVENT “flooded”: no"
        assert "0? 3✓ 2=" in work.header
        await work.press("u", "u")
        assert work.focus.startswith("attribute  1 of 2 open certainty")
        await work.press("1", "2", "space")
    assert gold(bench) == {"flooded": {"certainty": "possible", "negated": True}, "": {"topic": ["health"]}}


async def test_the_versions_of_a_link_name_their_entries(bench: Bench) -> None:
    bench.workspace.catalogs.mkdir()
    (bench.workspace.catalogs / "places.csv").write_text(PLACES, encoding="utf-8")
    for curator, entry in (("ana", "P2"), ("bo", "P3"), ("carla", "P9")):
        finish(bench, curator, {"Nova Riva": {"gazetteer": entry}})
    async with workbench(bench, KEY, curator="lead", adjudicating=True) as work:
        shown = " ".join(work.text.split())
        assert "1 ana gazetteer: P2 São Lima PLACE · A city 2 bo gazetteer: P3 Lima PLACE · Another city" in shown
        assert "3 carla gazetteer: P9 attribute" in shown


async def test_another_value_is_two_keys(bench: Bench) -> None:
    finish(bench, "ana", {"flooded": {"certainty": "possible"}}, {"topic": "health"})
    finish(bench, "bo", {"flooded": {}})
    async with workbench(bench, KEY, curator="lead", adjudicating=True) as work:
        await work.press("'", "s")
        assert work.message == "settled: topic of the document: sport"
        await work.press("tab", "'", "l")
        assert work.message == "settled: certainty of EVENT “flooded”: likely"
        assert "0? 2✓ 1=" in work.header
        await work.press("'", "d", "4", "enter")
        assert work.message == "settled: deaths of EVENT “flooded”: 4"
    assert gold(bench) == {"flooded": {"certainty": "likely", "deaths": 4}, "": {"topic": ["sport"]}}


def link(bench: Bench, curator: str, *pairs: tuple[str, str]) -> None:
    """Let a curator mark three names of one town, link them, and finish."""
    session = bench.session(KEY, curator)
    names = {"riva": ("Nova Riva", 0), "nova": ("Nova Riva", 1), "nr": ("NR", 0)}
    ids = {name: focused(session.add(*range_of(bench.document(KEY), *place), "PLACE")) for name, place in names.items()}
    for one, other in pairs:
        session.relate(ids[one], ids[other], "same_as")
    session.finish()


def test_groups_differ_only_where_they_hold_other_mentions(bench: Bench) -> None:
    link(bench, "ana", ("riva", "nova"), ("nova", "nr"))
    link(bench, "bo", ("riva", "nr"), ("nr", "nova"))
    assert settle_finished(bench.workspace, "lead").settled == [KEY]
    link(bench, "carla", ("riva", "nova"))
    session = judge(bench)
    assert in_question(session) == [("relation missing", "same_as")]
    (case,) = session.gold.open
    session.choose(case.id, "carla")
    head, child, other = sorted(session.content.spans.values(), key=lambda span: span.start)
    with pytest.raises(WorkflowError, match="already"):
        session.relate(head.id, child.id, "same_as")
    session.relate(child.id, other.id, "same_as")
    assert in_question(session) == [("agreed", "same_as")], "it would make one what was decided to be apart"
    session.choose(session.gold.open[0].id, "bo")
    with pytest.raises(WorkflowError, match="one already, by way of others"):
        session.relate(head.id, other.id, "same_as")
    (again,) = session.gold.open
    with pytest.raises(WorkflowError, match="other links make them one"):
        session.choose_none(again.id)
    session.choose(again.id, "ana")
    assert len(session.content.groups) == 1
    session.finish()
    while session.gold.state == "done" or len(session.gold.open) != 1:
        session.undo()
    assert {relation.label for relation in session.content.relations.values()} == {"same_as"}


def test_curators_see_how_their_attributes_and_groups_were_settled(bench: Bench) -> None:
    link(bench, "ana", ("riva", "nova"), ("nova", "nr"))
    link(bench, "bo", ("nr", "nova"))
    for curator, certainty in (("ana", "possible"), ("bo", "likely")):
        session = bench.session(KEY, curator)
        flood = focused(session.add(*range_of(bench.document(KEY), "flooded"), "EVENT"))
        steps = AttributeSteps(session)
        steps.set(flood, "certainty", certainty)
        steps.set(flood, "deaths", 2)
        session.finish()
    gold_session = judge(bench)
    for case in list(gold_session.gold.open):
        gold_session.choose(case.id, "ana")
    gold_session.attributes.set(None, "topic", "health")
    gold_session.finish()
    found = feedback(bench.store, bench.scheme, KEY, "bo")
    told = [(item.finding, item.name, item.in_words(own=True), item.in_words(own=False))
            for item in found if isinstance(item, AttributeFeedback)]  # fmt: skip
    assert told == [
        ("missed", "topic", "topic: nothing", "topic: health"),
        ("value", "certainty", "certainty: likely", "certainty: possible"),
        ("as in gold", "deaths", "deaths: 2", "deaths: 2"),
    ]
    assert tally(found)["relations"] == {"as in gold": 1, "missed": 1}
    assert tally(found)["attributes"] == {"as in gold": 1, "missed": 1, "value": 1}
    assert {item.finding for item in feedback(bench.store, bench.scheme, KEY, "ana")} == {"as in gold", "missed"}
