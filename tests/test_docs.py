"""What the docs promise is there, and what is there is in the docs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.binding import Binding

from annotator.cli.main import VERBS
from annotator.tui.screens.annotate import AnnotateScreen
from tests.repository import TOP

PAGES = sorted([TOP / "README.md", TOP / "CHANGELOG.md", *(TOP / "docs").rglob("*.md")])


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_is_documented(verb: str) -> None:
    page = (TOP / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert f"`annotator {verb}" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)\)", page.read_text(encoding="utf-8"))
    missing = [t for t in targets if not (page.parent / t).exists()]
    assert missing == []


def test_every_single_character_key_is_documented() -> None:
    page = (TOP / "docs" / "curating.md").read_text(encoding="utf-8")
    names = {"left_square_bracket": "[", "right_square_bracket": "]", "left_curly_bracket": "{",
             "right_curly_bracket": "}", "dollar_sign": "$", "asterisk": "*", "semicolon": ";", "full_stop": ".",
             "slash": "/", "question_mark": "?"}  # fmt: skip
    bindings = AnnotateScreen.BINDINGS
    first = [(b.key if isinstance(b, Binding) else b[0]).split(",")[-1] for b in bindings]
    keys = [names.get(key, key) for key in first]
    assert [k for k in keys if len(k) == 1 and f"`{k}`" not in page] == []


def test_pictures_need_nothing_from_elsewhere() -> None:
    for picture in (TOP / "docs" / "images").glob("*.svg"):
        text = picture.read_text(encoding="utf-8")
        assert "href" not in text
        assert "@font-face" not in text
