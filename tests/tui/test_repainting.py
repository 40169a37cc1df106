"""What the terminal shows after many partial repaints is what a whole repaint would show."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, cast

import pyte
import pytest
from textual import events
from textual._compositor import CompositorUpdate
from textual.geometry import Region
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from annotator.tui.app import AnnotatorApp
from annotator.tui.widgets.line_scroll_bar import LineScrollBar
from annotator.tui.widgets.painted_lines import PaintedLines
from annotator.tui.widgets.text_view import TextView
from tests.tui.test_random import JUDGING, KEYS, differ, make_workspace, stir
from tests.tui.workbench_driver import workbench

STEPS = 40

PLAIN = "La ministra fue a Lima.\nNo vio la Cruz Roja, ni a Ana Ruiz.\n\n"
"""Text in place of characters to which the terminal here gives another width than Textual."""

Cells = list[list[pyte.screens.Char]]


class ShownTerminal:
    """A terminal that shows everything that the workbench writes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._screen = pyte.Screen(80, 24)
        display = AnnotatorApp._display

        def displayed(app: AnnotatorApp, screen: Screen[object], update: Any) -> None:
            display(app, screen, update)
            if isinstance(update, CompositorUpdate) and not app._batch_count:
                self._show(app, update)

        monkeypatch.setattr(AnnotatorApp, "_display", displayed)

    def _show(self, app: AnnotatorApp, update: CompositorUpdate) -> None:
        width, height = app.size
        if (self._screen.columns, self._screen.lines) != (width, height):
            self._screen = pyte.Screen(width, height)
        pyte.Stream(self._screen).feed(update.render_segments(app.console))

    @property
    def cells(self) -> Cells:
        """What every cell shows, line by line."""
        screen = self._screen
        return [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]

    def whole(self, app: AnnotatorApp) -> Cells:
        """Return what a whole repaint shows, of lines that are built anew."""
        for widget in app.screen.query(ScrollView):
            if isinstance(widget, PaintedLines):
                widget._built.clear()
        update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
        self._show(app, cast("CompositorUpdate", update))
        return self.cells


def differing(shown: Cells, whole: Cells) -> list[tuple[int, str, str]]:
    """Return the lines that are shown otherwise than they ought to be: number, what is shown, what ought to be."""
    return [
        (y, "".join(cell.data for cell in one), "".join(cell.data for cell in other))
        for y, (one, other) in enumerate(zip(shown, whole, strict=True))
        if one != other
    ]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("judging", [False, True], ids=["annotating", "adjudicating"])
async def test_nothing_is_left_unpainted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, *, judging: bool
) -> None:
    monkeypatch.setattr("tests.tui.test_random.HOSTILE_TEXT", PLAIN)
    dice = random.Random(f"repainting {seed}")
    bench = make_workspace(tmp_path, "any" if seed % 2 else "flat")
    if judging:
        differ(bench, dice)
    terminal = ShownTerminal(monkeypatch)
    done: list[str] = []
    curator = "bo" if judging else "ana"
    async with workbench(bench, "nota", curator=curator, adjudicating=judging, size=(120, 30)) as work:
        for _ in range(STEPS):
            await stir(work, dice, done, JUDGING if judging else KEYS)
            await work.settle()
            shown = terminal.cells
            differences = differing(shown, terminal.whole(work.app))
            assert not differences, f"{differences} after {done}"
            for view in work.app.screen.query(TextView):
                stale = [i for i, block in view._blocks.items() if block != view.painter.block(i, view.highlights)]
                assert not stale, f"rows {stale} after {done}"
    bench.workspace.close()


def test_a_scroll_bar_whose_list_was_removed_is_painted_blank() -> None:
    bar = LineScrollBar(name="vertical", thickness=1)
    assert [strip.text for strip in bar.render_lines(Region(0, 0, 1, 3))] == [" ", " ", " "]


async def test_a_scroll_bar_is_blank_below_its_end(tmp_path: Path) -> None:
    bench = make_workspace(tmp_path, "flat")
    async with workbench(bench, "nota", curator="ana", size=(120, 10)) as work:
        bar = work.app.screen.query_one(TextView).vertical_scrollbar
        height = bar.size.height
        lines = bar.render_lines(Region(0, 0, bar.size.width, height + 2))
        assert [strip.text.strip() for strip in lines[height:]] == ["", ""]
    bench.workspace.close()


async def test_a_line_of_the_text_is_painted_without_what_is_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_workspace(tmp_path, "flat")
    async with workbench(bench, "nota", curator="ana", size=(120, 30)) as work:
        view = work.app.screen.query_one(TextView)
        built: list[str] = []
        rendered = Widget.render_lines

        def render_lines(widget: Widget, crop: Region) -> list[Strip]:
            built.append(type(widget).__name__)
            return rendered(widget, crop)

        monkeypatch.setattr(Widget, "render_lines", render_lines)
        view.refresh(Region(0, 2, view.size.width - 1, 1))
        await work.settle()
        assert built == []  # nothing that is behind the text or the panel
    bench.workspace.close()


async def test_a_key_is_painted_at_once_and_not_when_the_timer_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_workspace(tmp_path, "flat")
    terminal = ShownTerminal(monkeypatch)
    async with workbench(bench, "nota", curator="ana", size=(120, 30)) as work:
        await work.press("g")
        before = terminal.cells
        await cast("Any", work.app.screen).on_key(events.Key("l", "l"))  # nothing else runs meanwhile
        shown = terminal.cells
        assert shown != before
        assert not differing(shown, terminal.whole(work.app))
    bench.workspace.close()
