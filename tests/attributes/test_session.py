"""Setting attributes in a session: steps of history like any other."""

from __future__ import annotations

import pytest

from annotator.annotation import suggested_span
from annotator.errors import WorkflowError
from annotator.history import LayerName
from annotator.store.doctor import check_database
from annotator.workflow.annotating.attribute_steps import AttributeSteps
from annotator.workflow.annotating.session import AnnotationSession
from tests.workspaces import Bench, focused, propose


def mark(session: AnnotationSession, words: str, label: str) -> str:
    start = session.document.text.index(words)
    return focused(session.add(start, start + len(words), label))


def stored(bench: Bench) -> dict[str, object]:
    """What is stored of attributes: by the text of the item, and under no text of the document."""
    layer = bench.store.annotations(bench.layer_id(key="flood"))
    text = bench.document("flood").text
    of_spans: dict[str, object] = {
        text[s.start : s.end]: dict(s.attributes) for s in layer.spans.values() if s.attributes
    }
    of_relations: dict[str, object] = {r.label: dict(r.attributes) for r in layer.relations.values() if r.attributes}
    of_document: dict[str, object] = {"": dict(layer.document_attributes)} if layer.document_attributes else {}
    return of_spans | of_relations | of_document


def test_each_is_a_step_that_is_stored_told_and_taken_back(bench: Bench) -> None:
    session = bench.session("flood")
    steps = AttributeSteps(session)
    flood, mayor = mark(session, "flooded", "EVENT"), mark(session, "Ines Duarte", "PERSON")
    assert steps.toggle(flood, "certainty", "possible").message == "certainty of EVENT “flooded”: possible"
    steps.set(flood, "when", "2024-05")
    steps.toggle(mayor, "role", "speaker")
    steps.toggle(mayor, "role", "official")
    assert steps.toggle(None, "topic", "health").message == "topic of the document: health"
    link = focused(session.relate(mayor, flood, "takes_part_in"))
    steps.toggle(link, "certainty", "likely")
    assert stored(bench) == {
        "flooded": {"certainty": "possible", "when": "2024-05"},
        "Ines Duarte": {"role": ["speaker", "official"]},
        "takes_part_in": {"certainty": "likely"},
        "": {"topic": ["health"]},
    }
    assert session.undo().message == "undid: attribute certainty: likely of “Ines Duarte” takes_part_in → “flooded”"
    session.undo()
    assert session.undo().message == "undid: attribute topic: health of the document"
    assert session.redo().message == "redid: attribute topic: health of the document"
    assert bench.session("flood").content.document_attributes == {"topic": ["health"]}
    assert bench.actions("curator:ana", "flood").count("attribute") == 6


def test_a_value_that_is_set_again_goes(bench: Bench) -> None:
    session = bench.session("flood")
    steps = AttributeSteps(session)
    flood, mayor = mark(session, "flooded", "EVENT"), mark(session, "Ines Duarte", "PERSON")
    for value in (True, False):
        steps.toggle(flood, "negated", value)
    for _ in range(2):
        steps.toggle(flood, "certainty", "likely")
        steps.toggle(mayor, "role", "victim")
        steps.toggle(None, "topic", "sport")
    assert stored(bench) == {}
    steps.set(flood, "certainty", "certain")
    assert stored(bench) == {}, "what holds anyway is not stored"


def test_a_suggestion_is_accepted_with_what_was_suggested_and_what_is_set(bench: Bench) -> None:
    document = bench.document("flood")
    start = document.text.index("flooded")
    span = suggested_span(start, start + 7, "EVENT", "rules@1", 0.8).replace(attributes={"negated": True})
    propose(bench.store, document, [span])
    session = bench.session("flood")
    AttributeSteps(session).toggle(span.id, "certainty", "possible")
    assert stored(bench) == {"flooded": {"certainty": "possible", "negated": True}}
    (verdict,) = bench.store.verdicts(bench.layer_id(key="flood")).values()
    assert (verdict.verdict, verdict.attributes) == ("accepted", {"negated": True})


def test_what_the_new_label_has_no_attribute_for_goes_with_a_word(bench: Bench) -> None:
    session = bench.session("flood")
    town = mark(session, "Nova Riva", "PLACE")
    steps = AttributeSteps(session)
    steps.set(town, "gazetteer", "Q1")
    steps.set(town, "remark", "also a district")
    assert session.relabel(town, "PERSON").message == "relabelled to PERSON “Nova Riva”"
    assert session.relabel(town, "EVENT").message.endswith("its gazetteer, remark went, EVENT has no such attribute")
    session.undo()
    assert stored(bench)["Nova Riva"] == {"gazetteer": "Q1", "remark": "also a district"}


def test_what_is_no_attribute_there_or_no_value_is_refused(bench: Bench) -> None:
    session = bench.session("flood")
    town = mark(session, "Nova Riva", "PLACE")
    steps = AttributeSteps(session)
    with pytest.raises(WorkflowError, match="PLACE has no attribute negated"):
        steps.toggle(town, "negated", True)
    with pytest.raises(WorkflowError, match="the document has no attribute remark"):
        steps.set(None, "remark", "x")
    with pytest.raises(WorkflowError, match="a text on one line"):
        steps.set(town, "remark", "two\nlines")
    assert stored(bench) == {}


def test_the_history_gives_what_is_stored(bench: Bench) -> None:
    session = bench.session("flood")
    steps = AttributeSteps(session)
    steps.set(mark(session, "flooded", "EVENT"), "deaths", 3)
    steps.toggle(None, "reviewed", True)
    session.finish()
    assert bench.store.layer(LayerName("flood", "curator:ana")) is not None
    assert list(check_database(bench.store)) == []
