"""The bindings of the screens: ids are unique, keys do one thing, and none is a label's."""

from __future__ import annotations

import pytest
from textual.binding import Binding

from annotator.tui.app import AnnotatorApp
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.screens.choose_value import ChooseValueScreen
from annotator.tui.screens.help import HelpScreen
from annotator.tui.screens.queue import QueueScreen
from annotator.workflow.reserved_keys import RESERVED_KEYS, YIELDING_KEYS

Bound = type[AnnotateScreen] | type[QueueScreen] | type[ChooseValueScreen] | type[HelpScreen] | type[AnnotatorApp]
TABLES: list[Bound] = [AnnotateScreen, QueueScreen, ChooseValueScreen, HelpScreen, AnnotatorApp]


def bindings(screen: Bound) -> list[Binding]:
    return [binding for binding in screen.BINDINGS if isinstance(binding, Binding)]


@pytest.mark.parametrize("screen", TABLES)
def test_every_binding_has_a_name_of_its_own(screen: Bound) -> None:
    assert len(bindings(screen)) == len(screen.BINDINGS)
    names = [binding.id for table in TABLES for binding in bindings(table)]
    assert all(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("screen", TABLES)
def test_no_key_does_two_things_on_a_screen(screen: Bound) -> None:
    keys = [key for binding in bindings(screen) for key in binding.key.split(",")]
    assert len(set(keys)) == len(keys)


def test_no_label_may_take_a_key_of_the_workbench() -> None:
    named = {
        "semicolon": ";",
        "dollar_sign": "$",
        "left_square_bracket": "[",
        "right_square_bracket": "]",
        "left_curly_bracket": "{",
        "right_curly_bracket": "}",
        "full_stop": ".",
        "asterisk": "*",
        "slash": "/",
        "backslash": "\\",
        "question_mark": "?",
        "space": " ",
        "equals_sign": "=",
        "plus": "+",
        "minus": "-",
        "apostrophe": "'",
        "comma": ",",
        "less_than_sign": "<",
    }
    keys = {named.get(key, key) for binding in bindings(AnnotateScreen) for key in binding.key.split(",")}
    assert {key for key in keys if len(key) == 1} == RESERVED_KEYS | YIELDING_KEYS
    assert not RESERVED_KEYS & YIELDING_KEYS
    special = {"tab", "enter", "escape", "delete", "home", "end", "pageup", "pagedown", "f2", "f3"}
    arrows = {"up", "down", "left", "right"}
    assert {key for key in keys if len(key) > 1 and "+" not in key} == special | arrows
