"""What the docs promise is there, and what is there is in the docs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import yaml
from textual.binding import Binding

from annotator.cli.main import VERBS
from annotator.tui.screens.annotate import AnnotateScreen
from tests.repository import TOP
from tools import command_pages, json_tables, module_table

PAGES = sorted([*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md")])
WIDTH = 120
FOLDERS = ("annotator", "benchmarks", "tests", "tools")


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


def code_spans(page: Path) -> Iterator[str]:
    """Yield what a page sets as code within its text."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"`([^`\n]+)`", text)


def is_there(path: str) -> bool:
    """Return whether a path leads to something: from the top of the repository, or from a folder of the package."""
    return (TOP / path).exists() or any((TOP / "annotator").rglob(path.rstrip("/")))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_modules_that_are_named_exist(page: Path) -> None:
    missing = []
    for span in code_spans(page):
        folder = rf"(?:{'|'.join(FOLDERS)})"
        match = re.match(rf"python -m ({folder}[\w.]*)", span) or re.fullmatch(rf"({folder}(?:\.\w+)+)", span)
        if match is None:
            continue
        parts = match[1].split(".")
        files = [Path(*parts[:n]).with_suffix(".py") for n in (len(parts), len(parts) - 1) if n]
        if not any((TOP / file).exists() or (TOP / file.with_suffix("")).is_dir() for file in files):
            missing.append(span)
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_files_that_are_named_exist(page: Path) -> None:
    named = {span for span in code_spans(page) if re.fullmatch(r"[\w-]+(/[\w-]+)*(\.py|/)", span) and "/" in span}
    ours = {span for span in named if span.partition("/")[0] in FOLDERS or (span.endswith(".py"))}
    assert sorted(span for span in ours if not is_there(span)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_pages_are_wrapped_at_one_width(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    long = [
        line
        for line in text.splitlines()
        if len(line) > WIDTH and not line.startswith(("|", "    ", "![")) and not re.search(r"\]\([^)]{40,}\)", line)
    ]
    assert long == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_paragraphs_use_the_width(page: Path) -> None:
    """A line of a paragraph ends where the next word would not fit."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    short = []
    for one, following in zip(text.splitlines(), text.splitlines()[1:], strict=False):
        words = following.split()
        goes_on = (
            words
            and one.strip()
            and re.match(r" {0,3}[^\s|#>*+\-<\d]", following)
            and not one.startswith(("|", "#", "<"))
        )
        if goes_on and not one.startswith("    ") and len(f"{one} {words[0]}") <= WIDTH:
            short.append(one)
    assert short == []


def test_the_table_of_modules_is_current() -> None:
    text = module_table.PAGE.read_text(encoding="utf-8")
    assert text == module_table.page_with_tables(text), "run python -m tools.module_table"


def pages_in(navigation: object) -> Iterator[str]:
    """Yield the pages that the navigation of the site names; a folder stands for all pages in it."""
    if isinstance(navigation, str) and navigation.endswith("/"):
        yield from (path.relative_to(TOP / "docs").as_posix() for path in (TOP / "docs" / navigation).glob("*.md"))
    elif isinstance(navigation, str):
        yield {"index.md": "README.md"}.get(navigation, navigation)
    else:
        items = navigation.values() if isinstance(navigation, dict) else navigation
        assert isinstance(items, Iterable)
        for item in items:
            yield from pages_in(item)


def test_every_page_has_its_place_on_the_site() -> None:
    navigation = yaml.safe_load((TOP / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    there = [page.relative_to(TOP).as_posix().removeprefix("docs/") for page in PAGES]
    assert sorted(pages_in(navigation)) == sorted(there), "each page stands once in the nav of mkdocs.yml"


def test_the_pages_of_commands_are_current() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in command_pages.FOLDER.glob("*.md")}
    assert written == command_pages.pages(), "run python -m tools.command_pages"


def test_the_tables_of_json_fields_are_current() -> None:
    text = json_tables.PAGE.read_text(encoding="utf-8")
    assert text == json_tables.page_with_tables(text), "run python -m tools.json_tables"
