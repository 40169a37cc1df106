"""Compares the screen with a stored SVG picture: text, colours, bold, reversed and underlined cells."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.tui.workbench_driver import WorkbenchDriver

FOLDER = Path(__file__).parent / "snapshots"
ACCEPT = "ACCEPT_SNAPSHOTS"
"""Environment variable; when it is set, new pictures replace the stored ones (``make snapshots`` sets it)."""
UNWANTED = (r"<!--.*?-->", r"@font-face \{.*?\}", r"<clipPath.*?</clipPath>", r' clip-path="[^"]*"', r"terminal-\d+-")


def assert_looks_like(work: WorkbenchDriver, name: str, folder: Path) -> None:
    """Fail when the screen differs from the picture ``name``; the picture it has now is left in ``folder``."""
    expected, picture = FOLDER / f"{name}.svg", screen_as_svg(work)
    if os.environ.get(ACCEPT):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(picture, encoding="utf-8")
        return
    actual = folder / f"{name}.svg"
    actual.write_text(picture, encoding="utf-8")
    assert expected.is_file(), f"there is no picture {expected} yet; see {actual}, and `make snapshots` stores it"
    if expected.read_text(encoding="utf-8") != picture:
        pytest.fail(f"the screen looks different\n  stored: {expected}\n  now:    {actual}\n"
                    "If the new look is meant, `make snapshots` stores it.", pytrace=False)  # fmt: skip


def screen_as_svg(work: WorkbenchDriver) -> str:
    """Return the screen as SVG with one element a line, without web fonts, clip paths and generated names."""
    svg = work.app.export_screenshot(simplify=True)
    for pattern in UNWANTED:
        svg = re.sub(pattern, "", svg, flags=re.DOTALL)
    lines = svg.replace("><", ">\n<").replace("&#160;", "\N{NO-BREAK SPACE}").splitlines()
    return "".join(f"{line.strip(' ')}\n" for line in lines if line.strip())
