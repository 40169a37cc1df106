"""A hostile article cannot act on the terminal or the workbench, and offsets after it are exact."""

from __future__ import annotations

import codecs
import json
import os
import re
from pathlib import Path

import pytest
from rich.cells import split_graphemes

from annotator.cli.main import main
from tests.repository import TOP
from tests.tui.hostile_article import FORBIDDEN, HOSTILE_TEXT, MARKUP
from tests.tui.workbench_driver import workbench
from tests.workspaces import make_bench, write_labels
from tools.terminal import Terminal

POINTER_SHAPE = re.compile(rb"\x1b]22;\w*\x07")  # the toolkit's own
BEHIND = (HOSTILE_TEXT.index("Palabra"), HOSTILE_TEXT.index("Palabra") + len("Palabra"))


class Tap(codecs.IncrementalDecoder):
    """Keeps every byte that goes through a decoder."""

    def __init__(self, decoder: codecs.IncrementalDecoder) -> None:
        super().__init__()
        self.seen = bytearray()
        self._decoder = decoder

    def decode(self, data: object, final: bool = False) -> str:
        assert isinstance(data, bytes)
        self.seen += data
        return self._decoder.decode(data, final)


@pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")
def test_nothing_of_the_article_reaches_the_terminal_as_a_command(tmp_path: Path, program: list[str]) -> None:
    write_labels(tmp_path)
    article = tmp_path / "trampa.txt"
    article.write_bytes(HOSTILE_TEXT.encode())
    assert main(["-w", str(tmp_path), "ingest", str(article)]) == 0
    terminal = Terminal([*program, "annotate", "--as", "ana"], columns=100, lines=30, cwd=TOP)
    tap = Tap(terminal._decoder)
    vars(terminal)["_decoder"] = tap
    terminal.wait("1 shown: all")
    terminal.press("enter")
    screen = terminal.wait("Palabra")
    for markup in MARKUP:
        assert markup in screen
    assert "␛]0;TITULO␇uno" in screen
    assert "␛[777;7H" in screen
    terminal.press("/")
    terminal.wait("find,")
    terminal.send("palabra\r")
    terminal.wait("1 in this document")
    terminal.press("v")
    terminal.wait("selected “Palabra”")
    terminal.press("1")
    terminal.wait("marked PERSON “Palabra”")
    terminal.press("c")
    terminal.wait("comment on")
    terminal.send("\x1b[200~[red]ojo[/]\x1b[201~\r")
    terminal.wait("comment kept")
    terminal.press("ctrl+q")
    assert terminal.close() == 0
    written = POINTER_SHAPE.sub(b"", tap.seen)
    for sequence in FORBIDDEN:
        assert sequence not in written, sequence

    exported = tmp_path / "out.jsonl"
    layer = ["--layer", "curator:ana", "--unfinished"]
    assert main(["-w", str(tmp_path), "export", "jsonl", "-o", str(exported), *layer]) == 0
    (line,) = exported.read_bytes().split(os.linesep.encode())[:-1]
    record = json.loads(line)
    (span,) = record["spans"]
    assert record["text"] == HOSTILE_TEXT
    assert (span["start"], span["end"], span["text"]) == (*BEHIND, "Palabra")
    assert record["tokens"][span["token_start"]]["start"] == BEHIND[0]


async def test_its_words_can_be_reached_and_marked(tmp_path: Path) -> None:
    bench = make_bench(tmp_path / "news")
    document = bench.add("trampa", HOSTILE_TEXT)
    async with workbench(bench, "trampa", size=(70, 40)) as work:
        seen = [work.annotating.caret.unit]
        for _ in range(24):
            await work.press("l")
            seen.append(work.annotating.caret.unit)
        assert seen == document.tokens[:25]
        await work.press("g", "v", "G", "2")
        (span,) = work.session.layer.content.spans.values()
        assert (span.start, span.end) == (document.tokens[0].start, document.tokens[len(document.tokens) - 1].end)
    bench.workspace.close()


@pytest.mark.parametrize("width", [60, 77, 150])
async def test_every_row_fills_the_view_exactly(tmp_path: Path, width: int) -> None:
    bench = make_bench(tmp_path / "news")
    bench.add("trampa", HOSTILE_TEXT * 3)
    async with workbench(bench, "trampa", size=(width, 30)) as work:
        for keys in ([";"], ["escape", "G"], ["v", "g"], ["m"], ["c"], ["escape", "?"]):
            await work.press(*keys)
            for strip in work.app.screen._compositor.render_strips():
                assert strip.cell_length == sum(segment.cell_length for segment in strip) == width
    bench.workspace.close()


async def test_every_hint_stands_over_the_word_it_means(tmp_path: Path) -> None:
    bench = make_bench(tmp_path / "news")
    bench.add("trampa", HOSTILE_TEXT)
    async with workbench(bench, "trampa") as work:
        await work.press(";")
        prompt, view = work.annotating.prompts.current, work.annotating.view
        assert prompt is not None
        rows = [graphemes(view.strip(y).text) for y in range(view.size.height)]
        for offset, code in prompt.remaining_hints().items():
            row = view.rows.row_of(offset)
            assert rows[row][view.painter.frame.left + view.rows.cell_of(row, offset)] == code[0]
    bench.workspace.close()


def graphemes(line: str) -> list[str]:
    """Return what stands in each cell of a line; nothing in the second cell of a wide character."""
    return [piece for start, end, width in split_graphemes(line)[0] for piece in (line[start:end], *[""] * (width - 1))]
