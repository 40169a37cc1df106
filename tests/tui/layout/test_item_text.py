"""Items in lists: what tells them from others is readable at every width."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from annotator.annotation import RelationKey, SpanKey
from annotator.tui.layout.item_text import item_text

TEXT = "Marianne Sivertsen Næss met the Minister."
NAME, ROLE = SpanKey(0, 23, "PERSON"), SpanKey(32, 40, "ROLE")
LINK = RelationKey(NAME, ROLE, "holds_position")


@pytest.mark.parametrize(
    ("item", "cells", "said"),
    [
        (NAME, 40, "Marianne Sivertsen Næss PERSON"),
        (NAME, 20, "Marian… Næss PERSON"),
        (LINK, 60, "Marianne Sivertsen Næss holds_position→ Minister"),
        (LINK, 37, "Marian… Næss holds_position→ Minister"),
        (LINK, 23, "Marian… Næss → Minister"),
    ],
)
def test_both_ends_of_names_and_of_relations_stay(item: SpanKey | RelationKey, cells: int, said: str) -> None:
    assert item_text(item, TEXT, cells) == said


@pytest.mark.parametrize("item", [NAME, LINK])
def test_it_never_takes_more_room_than_there_is_for_a_name_and_its_label(item: SpanKey | RelationKey) -> None:
    for cells in range(9, 70):
        assert cell_len(item_text(item, TEXT, cells)) <= cells
