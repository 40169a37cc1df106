"""What a mention is probably linked to, and why."""

from __future__ import annotations

from annotator.workflow.annotating.attribute_steps import AttributeSteps
from annotator.workflow.annotating.group_steps import GroupSteps
from annotator.workflow.annotating.link_candidates import LinkCandidates
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.catalogs import Catalogs
from tests.workspaces import Bench, focused, range_of

MORE = "Nova Riva asked the Lema Flood Office for help. Duarte (IL) spoke. Riva was dry.\n"


def candidates(session: AnnotationSession, catalogs: Catalogs, span_id: str | None) -> list[tuple[str, str]]:
    attribute = session.scheme.attributes["gazetteer"]
    found = LinkCandidates(session, attribute, catalogs.open("places")).of(span_id)
    return [(candidate.entry.id, candidate.why) for candidate in found]


def mark(session: AnnotationSession, words: str, label: str = "PLACE", nth: int = 0) -> str:
    return focused(session.add(*range_of(session.document, words, nth), label))


def test_decisions_come_before_names_and_those_before_other_links(bench: Bench, catalogs: Catalogs) -> None:
    session = bench.session("flood")
    first = mark(session, "Nova Riva")
    assert candidates(session, catalogs, first) == [("P1", "name")]
    AttributeSteps(session).set(first, "gazetteer", "P9")
    AttributeSteps(session).set(first, "gazetteer", "P5")
    again = mark(session, "Nova Riva", nth=1)
    assert candidates(session, catalogs, again) == [("P5", "same words here"), ("P1", "name")]
    short = mark(session, "NR")
    assert candidates(session, catalogs, short) == [("P1", "alias"), ("P5", "in this document")]
    GroupSteps(session).join(short, first, "same_as")
    assert candidates(session, catalogs, short) == [("P5", "same group"), ("P1", "alias")]
    assert candidates(session, catalogs, None) == [("P5", "in this document")]


def test_what_the_curator_and_gold_linked_elsewhere_is_known_and_what_others_did_is_not(
    bench: Bench, catalogs: Catalogs
) -> None:
    bench.add("more", MORE)
    for curator, entry in (("ana", "P3"), ("bo", "P4")):
        session = bench.session("flood", curator)
        AttributeSteps(session).set(mark(session, "Nova Riva"), "gazetteer", entry)
    session = bench.session("more", "ana")
    assert candidates(session, catalogs, mark(session, "Nova Riva")) == [("P3", "linked before"), ("P1", "name")]


def test_initials_stand_for_the_name_of_an_entry(bench: Bench, catalogs: Catalogs) -> None:
    file = bench.workspace.catalogs / "places.csv"
    file.write_text(file.read_text(encoding="utf-8") + "P6,New Railways of Ríu,,PLACE,\n", encoding="utf-8")
    assert [e.id for e in catalogs.open("places").search("nrr", 3)] == ["P6"]
