"""What the page is told of the widths of characters."""

from __future__ import annotations

from tools import cell_widths


def test_the_terminal_of_the_page_counts_cells_as_the_workbench_does() -> None:
    written = cell_widths.PAGE_SCRIPT.read_text(encoding="utf-8")
    assert written == cell_widths.script(), "run python -m tools.cell_widths"
