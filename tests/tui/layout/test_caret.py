"""The cursor stands on a token; a selection runs from token to token."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotator.text import Document, Segment
from annotator.tui.layout.caret import Caret
from tests.strategies import documents
from tests.workspaces import make_document

TEXT = "Ana, de la Cruz Roja.\n\n«México» firmó"


def words(*starts: str) -> list[int]:
    return [TEXT.index(word) for word in starts]


def test_the_cursor_moves_by_tokens_and_stops_at_the_ends() -> None:
    caret = Caret(make_document(text=TEXT))
    seen = [caret.offset]
    for _ in range(4):
        caret.go(caret.step(1))
        seen.append(caret.offset)
    assert seen == words("Ana", ",", "de", "la", "Cruz")
    caret.go(caret.step(-99))
    assert caret.offset == 0
    caret.go(caret.step(99))
    assert caret.offset == TEXT.index("firmó")


def test_words_pass_over_punctuation() -> None:
    caret = Caret(make_document(text=TEXT), TEXT.index("Roja"))
    caret.go(caret.word(1))
    assert caret.offset == TEXT.index("México")
    caret.go(caret.word(-1))
    assert caret.offset == TEXT.index("Roja")


def test_a_place_between_tokens_means_the_next_and_behind_all_the_last() -> None:
    document = make_document(text=TEXT + "  ")
    assert Caret(document, TEXT.index("\n\n")).offset == TEXT.index("«")
    assert Caret(document, len(TEXT) + 2).offset == TEXT.index("firmó")


def test_a_selection_grows_and_shrinks_around_where_it_began() -> None:
    caret = Caret(make_document(text=TEXT), TEXT.index("Cruz"))
    caret.go(caret.step(1), select=True)
    assert caret.selection == Segment(TEXT.index("Cruz"), TEXT.index("Roja") + 4)
    caret.go(caret.step(-2), select=True)
    assert caret.selection == Segment(TEXT.index("la"), TEXT.index("Cruz") + 4)
    caret.go(caret.step(1))
    assert caret.selection is None


def test_a_stretch_widens_to_the_tokens_that_it_touches() -> None:
    caret = Caret(make_document(text=TEXT))
    caret.select(Segment(TEXT.index("ruz"), TEXT.index("oja") + 1))
    assert caret.selection == Segment(TEXT.index("Cruz"), TEXT.index("Roja") + 4)
    assert caret.offset == TEXT.index("Roja")
    caret.clear_selection()
    assert caret.selection is None


def test_a_stretch_between_tokens_selects_nothing() -> None:
    caret = Caret(make_document(text=TEXT), 3)
    caret.select(Segment(TEXT.index("\n\n"), TEXT.index("\n\n") + 2))
    assert caret.selection is None


def test_a_text_without_tokens_has_a_cursor_too() -> None:
    caret = Caret(make_document(text=" \n"), 1)
    assert (caret.offset, caret.step(1), caret.word(-1), caret.selection) == (0, 0, 0, None)
    caret.go(1, select=True)
    assert caret.selection == Segment(0, 0)


_MOVES = st.lists(st.tuples(st.sampled_from(["step", "word", "go", "select"]), st.integers(-3, 60), st.booleans()))


@given(documents().filter(lambda d: bool(len(d.tokens))), _MOVES)
def test_cursor_and_selection_keep_to_token_borders(document: Document, moves: list[tuple[str, int, bool]]) -> None:
    caret = Caret(document)
    for move, number, select in moves:
        if move == "select":
            caret.select(Segment(max(0, number), max(0, number) + 3))
        else:
            target = abs(number)
            if move == "step":
                target = caret.step(number)
            elif move == "word":
                target = caret.word(1 if number > 0 else -1)
            caret.go(target, select=select)
        assert caret.unit in list(document.tokens)
        if caret.selection is not None:
            assert document.tokens.exact(*caret.selection) is not None
