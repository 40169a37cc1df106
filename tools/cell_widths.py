"""Writes down how many cells each character takes in the workbench, for the terminal of a browser.

    python -m tools.cell_widths

The figures are Rich's, which the workbench is laid out by.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from rich.cells import cell_len, get_character_cell_size

PAGE_SCRIPT = Path(__file__).resolve().parent.parent / "annotator" / "serve" / "page" / "widths.js"
_AS_EMOJI = "\ufe0f"
_LAST_EMOJI = 0x1FFFF
_HEAD = """\
// How many cells a character takes, as Rich has it; written by `python -m tools.cell_widths`.
"use strict";
"""


def ranges() -> Iterator[tuple[int, int, int]]:
    """Yield the ranges of code points that do not take one cell: first, last, cells."""
    for cells, codes in groupby(range(sys.maxunicode + 1), key=lambda code: get_character_cell_size(chr(code))):
        found = list(codes)
        if cells != 1:
            yield found[0], found[-1], cells


def widened() -> Iterator[int]:
    """Yield the code points that take two cells where they are to be shown as emoji."""
    for code in range(_LAST_EMOJI + 1):
        if get_character_cell_size(chr(code)) == 1 and cell_len(chr(code) + _AS_EMOJI) == 2:
            yield code


def script() -> str:
    """Return the script of the page."""
    table = ",".join(f"[{first},{last},{cells}]" for first, last, cells in ranges())
    return f"{_HEAD}const NOT_ONE_CELL = [{table}];\nconst WIDENED = new Set([{','.join(map(str, widened()))}]);\n"


if __name__ == "__main__":
    PAGE_SCRIPT.write_text(script(), encoding="utf-8")
