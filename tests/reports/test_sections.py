"""Reports in Markdown: a reader of Markdown finds the tables, and in every cell what was to stand there."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from annotator.cli.main import main
from annotator.reports.printable import printable
from annotator.reports.sections import Section, as_markdown
from tests.agreement.working_curators import ANA, CRUZ, MEXICO, mark
from tests.workspaces import Bench

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def content(token: Token) -> str:
    """Return what a piece of text comes to when it is shown; markup would be missing from it."""
    assert token.children is not None
    assert {child.type for child in token.children} <= {"text", "text_special"}
    return "".join(child.content for child in token.children)


def tables(text: str) -> list[list[list[str]]]:
    """Return the cells of all tables, the heads first."""
    found: list[list[list[str]]] = []
    cell = False
    for token in READER.parse(text):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("th_open", "td_open"):
            cell = True
        elif token.type == "inline" and cell:
            found[-1][-1].append(content(token))
            cell = False
    return found


def headings(text: str) -> list[str]:
    tokens = READER.parse(text)
    return [content(after) for token, after in pairwise(tokens) if token.type == "heading_open"]


CELLS = st.text(st.characters(codec="utf-8") | st.sampled_from("|\\`*_[]<>&~#\n\t "), max_size=20)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
@example([("a|b", "c\\"), ("*x* _y_ `z` <b> &amp; [l](u)", "1. x\ny"), ("held_on", "~~gone~~ # no")])
@example([("\\|", "|"), ("- x", "+ y"), ("", "_a_b_")])
def test_every_cell_says_what_it_was_to_say(rows: list[tuple[str, str]]) -> None:
    text = as_markdown("Title *of* it", ["# 1 | 2"], [Section("A | b", ("one", "two|"), rows, numbers=("two|",))])
    (table,) = tables(text)
    assert table == [["one", "two|"], *([printable(cell) for cell in row] for row in rows)]
    assert headings(text) == ["Title *of* it", "A | b"]
    assert "| :-- | --: |" in text


@pytest.fixture
def worked(bench: Bench) -> Bench:
    mark(bench, "ana", [ANA, CRUZ, MEXICO])
    mark(bench, "bo", [ANA])
    bench.add("zeta", "Luis Paz vive en Quito.", title="a | b\n*c*")
    bench.session("zeta", "bo").flag()
    return bench


def test_status(worked: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-w", str(worked.workspace.root), "status", "--as", "lead", "--format", "md"]) == 0
    out = capsys.readouterr().out
    assert headings(out) == ["Status of work", "Documents", "Curators", "Flagged"]
    documents, curators, flagged = tables(out)
    assert documents[0] == ["document", "lang", "curators", "gold", "title"]
    assert documents[2] == ["zeta", "es", "bo doing ⚑", "", "a | b *c*"]
    assert [row[0] for row in curators] == ["curator", "ana", "bo"]
    assert flagged[1][:2] == ["zeta", "bo"]
    assert main(["-w", str(worked.workspace.root), "status", "--as", "bo", "--format", "md"]) == 0
    assert tables(capsys.readouterr().out)[0][0][2] == "state"


def test_json_by_either_option(worked: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = []
    for option in (["--json"], ["--format", "json"]):
        assert main(["-w", str(worked.workspace.root), "status", "--as", "lead", *option]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    assert outputs[0].startswith("{")


def test_agreement(worked: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["-w", str(worked.workspace.root), "agreement", "--resamples", "0", "--format", "md"]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert headings(out)[:2] == ["Agreement of ana, bo", "What to do"]
    first = tables(out)[0]
    assert first[0][:2] == ["measure", "value"]
    assert first[1][:2] == ["Span F1, strict", ".50"]
    path = tmp_path / "page.md"
    for _ in range(2):  # what it wrote itself it writes again
        assert main([*command, "-o", str(path)]) == 0
    assert path.read_text(encoding="utf-8").startswith(out)
    path.write_text("# Agreement of mine", encoding="utf-8")
    assert main([*command, "-o", str(path)]) == 1


def test_spare_columns_are_left_out_before_anything_is_cut() -> None:
    table = Section("T", ("name", "spans", "items"), [("ana", ".51 (.48–.54)", 40)], spare=("items",))
    assert table.within(80) is table
    narrow = table.within(24)
    assert (narrow.columns, narrow.rows) == (("name", "spans"), [("ana", ".51 (.48–.54)")])
    assert narrow.note == "No room for: items."
