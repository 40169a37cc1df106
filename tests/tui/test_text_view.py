"""How the text stands in its view: its width, its line numbers, and when it scrolls."""

from __future__ import annotations

import pytest

from annotator.workflow.settings import Preferences
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench, link, proposal, propose

WORDS = "Ana vio a Eva en Quito y se fue con ella al mar. "


def paragraphs(count: int) -> str:
    """Numbered paragraphs, a blank line between two."""
    return "\n\n".join(f"Párrafo {number:03}. {WORDS}" for number in range(1, count + 1)) + "\n"


def article(work: WorkbenchDriver) -> list[str]:
    """Return the lines of the text view, without what stands beside it."""
    region = work.app.screen.query_one("TextView").region
    return [line[region.x : region.right - 1] for line in work.lines[region.y : region.bottom]]


def numbers(work: WorkbenchDriver) -> list[str]:
    """Return what stands in the gutter, without empty lines."""
    view = work.annotating.view
    gutter = (line[: view.painter.frame.left].strip() for line in article(work))
    return [number for number in gutter if number]


async def test_lines_of_a_wide_window_stay_short_enough_to_read(news: Bench) -> None:
    news.add("larga", WORDS * 40)
    async with workbench(news, "larga", size=(200, 60)) as work:
        lines = [line for line in article(work) if "Ana" in line]
        longest = max(len(line.strip().split(maxsplit=1)[1]) for line in lines)
        assert 80 < longest <= 100
        free = [(len(line) - len(line.lstrip()), len(line) - len(line.rstrip())) for line in lines[:-1]]
        assert all(0 < left < 20 and right < 35 for left, right in free)
        assert work.app.screen.query_one("#panel").region.width == 80
        await work.press("f2")
        assert max(len(line.strip()) for line in article(work)) <= 110
        assert all(line.startswith(" " * 40) for line in article(work))


async def test_the_panel_takes_what_the_text_has_no_use_for(news: Bench) -> None:
    for width, panel in ((110, 36), (140, 36), (160, 50), (190, 80), (240, 80)):
        async with workbench(news, "nota", size=(width, 30)) as work:
            assert work.app.screen.query_one("#panel").region.width == panel


async def test_the_mouse_hits_the_word_under_it_also_where_there_are_margins(news: Bench) -> None:
    async with workbench(news, "nota", size=(200, 60)) as work:
        for word in ("Ana", "Roja", "mayo"):
            x, y = next((line.index(word), y) for y, line in enumerate(article(work), 1) if word in line)
            await work.drag((x, y), (x + 1, y), (x, y))
            await work.pilot.click(offset=(x, y), times=2)
            await work.settle()
            assert f"selected “{word}”" in work.focus


async def test_a_click_before_a_line_puts_the_cursor_at_its_start(news: Bench) -> None:
    news.add("larga", WORDS * 40)
    async with workbench(news, "larga", size=(200, 60)) as work:
        for x in (0, work.annotating.view.painter.frame.left - 1):
            await work.press("G")
            await work.pilot.click(offset=(x, 3))
            await work.settle()
            assert work.focus == "line 3 of 20"


async def test_rows_are_numbered_as_the_cursor_and_ctrl_g_count_them(news: Bench) -> None:
    news.add("larga", paragraphs(60))
    async with workbench(news, "larga") as work:
        assert numbers(work)[:3] == ["1", "2", "3"]
        await work.press("ctrl+g")
        await work.type("103")
        assert work.focus.startswith("line 103 of 119")
        line = next(line for line in article(work) if line.split()[:1] == ["103"])
        assert "Párrafo 052" in line
        assert line.startswith(" 103 ")


async def test_arcs_name_the_lines_that_are_numbered(news: Bench) -> None:
    document = news.add("larga", "Ana Ruiz trabaja, " + "y trabaja, " * 20 + "en la Cruz Roja.\n")
    ana, cruz = proposal(document, "Ana Ruiz", "PERSON"), proposal(document, "Cruz Roja", "ORG")
    propose(news.store, document, [ana, cruz], [link(ana, cruz, "works_for")])
    async with workbench(news, "larga") as work:
        assert "works_for? → line 4" in work.text
        assert "Cruz Roja" in next(line for line in article(work) if line.startswith("  4 "))


@pytest.mark.parametrize("key", ["nota", "zeta"])
async def test_line_numbers_can_be_switched_off(news: Bench, key: str) -> None:
    async with workbench(news, key, preferences=Preferences(line_numbers=False)) as work:
        assert numbers(work) == []
        plain = article(work)[0 if key == "zeta" else 1]
        assert plain.startswith((" Eva", " Ana"))
        work.app.toggle_line_numbers()
        await work.settle()
        assert numbers(work)[0] == "1"
        work.app.toggle_line_numbers()
        await work.settle()
        assert article(work)[0 if key == "zeta" else 1] == plain


async def test_the_palette_switches_line_numbers(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        command = next(c for c in work.app.get_system_commands(work.app.screen) if c.title == "Line numbers")
        command.callback()
        await work.settle()
        assert numbers(work) == []


async def test_curators_numbers_stand_beside_the_line_numbers(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        marked = [line[:6] for line in article(work) if line[:6].strip()]
        assert marked[:2] == ["  1   ", "    1 "]


# Scrolling


def top(work: WorkbenchDriver) -> int:
    return int(work.annotating.view.scroll_offset.y)


async def test_marking_near_the_edge_does_not_move_the_view(news: Bench) -> None:
    news.add("larga", paragraphs(60))
    async with workbench(news, "larga") as work:
        await work.press("ctrl+g")
        await work.type("50")
        for edge in (-1, 0):  # the last line of the view, then the first
            y, line = [(y, line) for y, line in enumerate(article(work), 1) if "Eva" in line][edge]
            x, number = line.index("Eva"), line.split()[0]
            await work.drag((x, y), (x + 1, y), (x + 2, y))
            await work.press("1")
            assert "PERSON" in work.focus
            places = [place for place, line in enumerate(article(work), 1) if line.split()[:1] == [number]]
            assert places in ([y], [y - 1])  # its lane must come into view; all others got one too


async def test_a_click_at_the_edge_does_not_move_the_view(news: Bench) -> None:
    news.add("larga", paragraphs(60))
    async with workbench(news, "larga") as work:
        await work.press("ctrl+g")
        await work.type("50")
        before = top(work)
        for y in (1, work.annotating.view.size.height):
            await work.pilot.click(offset=(12, y))
            await work.settle()
            assert top(work) == before


async def test_a_page_down_scrolls_at_once_and_loses_no_line(news: Bench) -> None:
    news.add("larga", paragraphs(60))
    async with workbench(news, "larga") as work:
        last = numbers(work)[-1]
        await work.press("pagedown")
        assert numbers(work)[0] == last
        seen = {*numbers(work)}
        for _ in range(12):
            await work.press("pagedown")
            seen |= {*numbers(work)}
        assert {str(number) for number in range(int(last), 120)} == seen
        assert work.focus.startswith("line 119")
        for _ in range(12):
            first = numbers(work)[0]
            await work.press("pageup")
            assert first in numbers(work)
        assert numbers(work)[0] == "1"


async def test_deciding_moves_the_view_only_for_an_item_out_of_view(news: Bench) -> None:
    document = news.add("larga", paragraphs(60))
    spans = [proposal(document, "Quito", "GPE", nth=nth) for nth in range(60)]
    propose(news.store, document, spans, [])
    async with workbench(news, "larga") as work:
        moved, decided_in_view = 0, 0
        for _ in range(40):
            before, seen = top(work), numbers(work)
            await work.press("a")
            line = work.annotating.cursor_line.split()[1]
            if line in seen[:-1]:
                decided_in_view += 1
                assert top(work) == before
            else:
                moved += top(work) != before
                assert line in numbers(work)
                assert numbers(work).index(line) <= 5 or line in seen
        assert decided_in_view > 25
        assert moved > 3


async def test_an_arc_above_the_view_does_not_move_the_text(news: Bench) -> None:
    text = "Ana Ruiz trabaja, " + "y trabaja, " * 200 + "en la Cruz Roja. " + WORDS * 30
    document = news.add("larga", text)
    ana, cruz = proposal(document, "Ana Ruiz", "PERSON"), proposal(document, "Cruz Roja", "ORG")
    propose(news.store, document, [ana, cruz], [link(ana, cruz, "works_for")])
    async with workbench(news, "larga") as work:
        await work.press("escape", "ctrl+g")
        await work.type("40")
        x, y = next((line.index("Cruz"), y) for y, line in enumerate(article(work), 1) if "Cruz" in line)
        before = numbers(work)
        await work.pilot.click(offset=(x, y))
        await work.settle()
        assert "works_for? ← line 1" in work.text
        assert numbers(work)[:-1] == before[: len(numbers(work)) - 1]


async def test_a_document_opens_at_its_start_where_the_first_item_is_in_view_from_there(news: Bench) -> None:
    document = news.add("larga", paragraphs(60))
    propose(
        news.store, document, [proposal(document, "Quito", "GPE", nth=2), proposal(document, "Quito", "GPE", nth=50)]
    )
    async with workbench(news, "larga") as work:
        assert "Quito" in work.focus
        assert numbers(work)[0] == "1"
        await work.press("x", "Q", "enter")
    async with workbench(news, "larga") as work:
        await work.press("tab")
        assert work.annotating.cursor_line.startswith("line 101")
        assert numbers(work).index("101") in (2, 3, 4)
        await work.press("ctrl+q")
    async with workbench(news, "larga") as work:  # it was left in the middle: there is text before and after
        assert numbers(work).index("101") in (2, 3, 4)
