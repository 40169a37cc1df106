"""What selections and boundaries snap to: tokens, or visible characters."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from annotator.text import graphemes
from annotator.tui.layout.caret import Caret
from annotator.workflow.annotating.session import AnnotationSession
from tests.workspaces import Bench, make_document, span_texts


@given(st.text(alphabet="ae\u0301 \n👩\u200d🚀日\ufe0f", max_size=30))
def test_graphemes_cover_everything_but_white_space_once(text: str) -> None:
    segments = graphemes(text)
    assert "".join(text[s:e] for s, e in segments).split() == "".join(text.split()).split()
    assert all(one.end <= other.start for one, other in pairwise(segments))


def test_a_base_keeps_its_marks_and_a_joined_emoji_is_one() -> None:
    assert [tuple(g) for g in graphemes("e\u0301a👩\u200d🚀!")] == [(0, 2), (2, 3), (3, 6), (6, 7)]


def test_a_boundary_moves_by_one_visible_character_where_the_scheme_says_so(bench: Bench) -> None:
    document = bench.add("accent", "El cafe\u0301 de Ana")
    session = AnnotationSession(bench.store, replace(bench.scheme, snap="grapheme"), "ana", document)
    focus = session.add(3, 8, "ORG").focus
    assert focus is not None
    session.move_boundary(focus, "end", -1)
    assert span_texts(session) == {("ORG", "caf")}
    session.move_boundary(focus, "end", 1)
    assert span_texts(session) == {("ORG", "cafe\u0301")}


def test_the_cursor_moves_by_what_it_is_given() -> None:
    document = make_document(text="unido sí")
    assert Caret(document).step(1) == 6
    assert Caret(document, 0, graphemes(document.text)).step(1) == 1
