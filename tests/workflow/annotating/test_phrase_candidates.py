"""Phrases that get a hint when a label's key is pressed with nothing chosen."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.intervals import IntervalIndex
from annotator.labels import EntityType
from annotator.text import Document, Segment
from annotator.workflow.annotating.label_looks import LabelLooks
from annotator.workflow.annotating.phrase_candidates import phrase_candidates
from annotator.workflow.annotating.phrase_finding import PhraseFinder
from tests.strategies import documents
from tests.workspaces import make_document

NAMES = LabelLooks(EntityType("ORG", "2"), ["Cruz Roja", "Secretaría de Pesca"])
EVENTS = LabelLooks(
    EntityType("EVENT", "3", examples={"es": ("la [tercera reunión] del comité", "la [visita oficial]")})
)


def lists(text: str, looks: LabelLooks = NAMES, taken: str = "", found: str = "", waiting: str = "") -> list[list[str]]:
    document = make_document(text=text)
    spans = IntervalIndex((m.start(), m.end(), "s1") for m in re.finditer(re.escape(taken), text) if taken)
    searched = [Segment(*m.span()) for m in re.finditer(re.escape(found), text) if found]
    suggested = [Segment(*m.span()) for m in re.finditer(re.escape(waiting), text) if waiting]
    chosen = phrase_candidates(document, 0, len(text), looks, taken=spans, found=searched, waiting=suggested)
    return [[text[start:end] for start, end in phrases] for phrases in chosen]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("ayer Ana Ruiz volvió", "Ana Ruiz"),
        ("la Secretaría de Seguridad y Protección informó", "Secretaría de Seguridad y Protección"),
        ("llegó el 5 de mayo de 2024", "5"),
        ("dijo «trabajo y paz» ayer", "trabajo y paz"),
        ("contra el tráfico de armas hoy", "tráfico de armas"),
        ("the theft of fuel", "theft of fuel"),
        ("a cross-border raid", "cross-border raid"),
    ],
)
def test_what_looks_like_a_mention_is_offered(text: str, phrase: str) -> None:
    assert any(phrase in phrases for phrases in lists(text))


def test_a_name_is_offered_whole_first_and_its_parts_after() -> None:
    first, second, *_ = lists("el Parlament de Cataluña votó ayer")
    assert first[0] == "Parlament de Cataluña"
    assert "Parlament" in second
    assert "Cataluña" in second


def test_where_a_label_knows_its_first_words_these_come_first() -> None:
    assert lists("tras el saludo y la visita de Ana Ruiz", EVENTS)[0][0].startswith("visita")
    assert lists("Ana Ruiz vino a la inauguración oficial", EVENTS)[0][0].endswith("oficial")


def test_names_of_two_people_are_not_taken_for_one() -> None:
    people = LabelLooks(EntityType("PERSON", "1"), ["Ana Ruiz", "Luis Paz", "Eva Sol", "Juan Mar"])
    assert lists("hablaron Ana Ruiz y Luis Paz", people)[0][:2] == ["Ana Ruiz", "Luis Paz"]


def test_no_phrase_crosses_a_line_break_or_the_end_of_a_sentence() -> None:
    text = "Protestas en CdMx\nActualizan Cruz\r\nRoja. Ayer volvió Ana. Ruiz no"
    for phrase in (phrase for phrases in lists(text) for phrase in phrases):
        assert not re.search(r"[\r\n]", phrase)
        assert "Ana. Ruiz" not in phrase


def test_what_was_searched_for_comes_before_all() -> None:
    assert lists("Ana Ruiz inició conversaciones con Eva Sol", found="conver")[0][0] == "conversaciones"


def test_what_was_found_over_a_line_break_is_not_offered() -> None:
    offered = lists("la Ministra Lucía\nFerreyra votó", found="Lucía\nFerreyra")
    assert not [phrase for phrases in offered for phrase in phrases if "\n" in phrase]


def test_a_name_over_a_span_is_offered_and_so_is_the_rest_of_it_but_not_the_span_itself() -> None:
    offered = lists("el Parlament de Cataluña votó", taken="Cataluña")
    assert offered[0][0] == "Parlament de Cataluña"
    assert any("Parlament" in phrases for phrases in offered)
    assert not any("Cataluña" in phrases for phrases in offered)


def test_what_is_suggested_already_comes_last() -> None:
    assert lists("Ana Ruiz vio a Eva Sol en casa", waiting="Ana Ruiz")[0][-1] == "Ana Ruiz"


def test_small_words_are_not_offered_by_themselves() -> None:
    assert lists("de la y el") == []


@given(documents(), st.integers(0, 40), st.integers(0, 40))
def test_all_fall_on_token_borders_and_those_of_a_list_share_no_text(document: Document, start: int, size: int) -> None:
    for phrases in phrase_candidates(document, start, start + size, NAMES):
        for segment in phrases:
            assert document.tokens.exact(*segment) is not None
        ordered = sorted(phrases)
        assert all(one.end <= other.start for one, other in pairwise(ordered))


def test_phrases_are_found_once_for_a_range_of_the_text() -> None:
    document = make_document(text="Cruz Roja llega a Lima.")
    finder = PhraseFinder(document)
    phrases = finder.between(0, 9)
    assert finder.between(0, 9) is phrases
    assert [document.text[slice(*phrase.segment)] for phrase in phrases] == ["Cruz Roja", "Cruz", "Roja"]
    assert len(finder.between(0, 23)) > len(phrases)
    assert finder.between(0, 9) == phrases
