"""Which keys a line of hints names, and where."""

from __future__ import annotations

import pytest

from annotator.tui.layout.key_hints import key_hints, with_names


@pytest.mark.parametrize(
    ("line", "clickable"),
    [
        ("a accept · x reject", {"a": "a accept", "x": "x reject"}),
        (" tab next · space done · ? help ", {"tab": "tab next", "space": "space done", "?": "? help"}),
        ("[ ] { } · r relate", {"[": "[", "]": "]", "{": "{", "}": "}", "r": "r relate"}),
        ("[ ] move · ctrl+g line", {"[": "[", "]": "] move", "ctrl+g": "ctrl+g line"}),
        ("nothing left to decide · labels' keys mark more", {}),
        ("1–3 choose", {}),
        ("", {}),
    ],
)
def test_a_hint_begins_with_its_keys(line: str, clickable: dict[str, str]) -> None:
    assert {hint.key: line[hint.start : hint.end] for hint in key_hints(line)} == clickable


def test_cells_are_counted_and_not_characters() -> None:
    (hint,) = key_hints("日本 · a 日本")
    assert (hint.start, hint.end) == (7, 13)


def test_keys_can_have_other_names() -> None:
    names = {"a": "ctrl+y", "[": "f6", "space": "z"}
    said = with_names("a a · [ ] move a · a, b · space done", names)
    assert said == "ctrl+y ctrl+y · f6 ] move a · a, b · z done"
