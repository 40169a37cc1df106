"""Whatever a line names a key for can be done with the mouse."""

from __future__ import annotations

import pytest

from annotator.tui.screens.help import HelpScreen
from annotator.tui.screens.queue import QueueScreen
from annotator.tui.widgets.clickable_keys import KeyClicked
from annotator.tui.widgets.command_list import CommandList
from annotator.workflow.settings import Preferences
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench, span_texts


async def click(work: WorkbenchDriver, selector: str, text: str) -> None:
    """Click on a text of the lines of a widget."""
    region = work.app.screen.query_one(selector).region
    lines = work.lines
    y = next(y for y in range(region.y, region.bottom) if text in lines[y])
    await work.pilot.click(offset=(lines[y].index(text), y))
    await work.settle()


async def test_a_drag_and_a_click_on_a_label_make_a_span(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        x, y = work.cell("Cruz Roja")
        await work.drag((x, y), (x + 6, y), (x + 7, y))
        await click(work, "#labels", "ORG")
        assert "ORG “Cruz Roja”" in work.focus
    assert span_texts(news.session("otra")) == {("ORG", "Cruz Roja")}


async def test_a_click_on_a_label_relabels_the_span_in_focus(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await click(work, "#labels", "DATE")
    assert span_texts(news.session()) == {("DATE", "Ana Ruiz")}


async def test_a_click_on_a_label_offers_phrases_where_nothing_is_in_focus(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("escape")
        await click(work, "#labels", "PERSON")
        assert work.annotating.prompts.current is not None
        assert "PERSON" in work.focus
        await click(work, "#labels", "ORG")  # another label withdraws the question
        assert "ORG" in work.focus


async def test_a_click_on_a_row_of_the_panel_withdraws_the_question(news: Bench) -> None:
    async with workbench(news, "nota", size=(120, 30)) as work:
        await work.press("a", "a", "r")
        assert work.focus.startswith("which?")
        x, y = work.cell("? GPE")
        await work.pilot.click(offset=(x + 4, y))
        await work.settle()
        assert work.focus.startswith("GPE??")
        assert work.annotating.prompts.current is None


@pytest.mark.parametrize(
    ("selector", "hint", "action"),
    [("#focus", "a accept", "accept"), ("#focus", "x reject", "reject"), ("#message", "a accept", "accept")],
)
async def test_a_click_on_a_verdict_gives_it(news: Bench, selector: str, hint: str, action: str) -> None:
    async with workbench(news, "nota") as work:
        await click(work, selector, hint)
        assert work.message.startswith(f"{action}ed")
    assert news.actions("curator:ana") == [action]


async def test_clicks_on_hints_undo_go_on_help_and_finish(news: Bench) -> None:
    async with workbench(news, "zeta") as work:
        await click(work, "#message", "help")
        assert isinstance(work.app.screen, HelpScreen)
        await work.press("escape")
        await click(work, "#message", "space done")
        assert work.session.document.key == "nota"
    assert len(news.actions("curator:ana", "zeta")) == 1


async def test_borders_can_be_moved_by_clicks(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("a", "shift+tab", "g")
        assert "[ ] { }" in work.focus
        await click(work, "#focus", "] {")
        assert "“Ana Ruiz trabaja”" in work.focus
        await click(work, "#focus", "d delete")
        assert "Ana Ruiz" not in [text for _, text in span_texts(work.session)]


async def test_what_an_article_says_cannot_be_clicked(news: Bench) -> None:
    news.add("trampa", "x rechaza · a acepta Ana\n")
    async with workbench(news, "trampa") as work:
        await work.press("escape", "v", "l", "l", "l")
        assert "x rechaza" in work.focus
        await click(work, "#focus", "x rechaza")
        assert "x rechaza" in work.focus
        assert work.annotating.caret.selection is not None


async def test_the_key_under_the_mouse_is_underlined(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        y = work.app.screen.query_one("#message").region.y
        await work.pilot.hover(offset=(work.lines[y].index("x reject"), y))
        await work.settle()
        strip = work.app.screen._compositor.render_strips()[y]
        assert "".join(s.text for s in strip if s.style is not None and s.style.underline) == "x reject"


async def test_the_queue_is_used_by_clicks_too(news: Bench) -> None:
    async with workbench(news) as work:
        await click(work, "#keys", "enter")
        assert work.session.document.key == "nota"


@pytest.mark.parametrize("key", ["Q", "space"])
async def test_a_key_clicked_twice_leaves_one_screen(news: Bench, key: str) -> None:
    """The second click of a fast double click, before the first has opened another screen."""
    async with workbench(news, "zeta") as work:
        screen = work.app.screen
        for _ in range(2):
            screen.post_message(KeyClicked(key))
        await work.settle()
        assert work.app.failure is None
        assert isinstance(work.app.screen, QueueScreen) == (key == "Q")
        assert len(work.app.screen_stack) == (2 if key == "Q" else 3)


async def test_a_click_on_a_line_that_went_meanwhile_chooses_nothing(news: Bench) -> None:
    async with workbench(news) as work:
        await work.press("ctrl+p", *"flag")
        commands = work.app.screen.query_one(CommandList)
        assert commands.count() < 9
        commands.post_message(CommandList.EntryChosen(commands, 40, twice=True))
        await work.settle()
        assert work.app.failure is None
        await work.press("escape")
        assert isinstance(work.app.screen, QueueScreen)


async def test_lines_name_keys_as_settings_have_them_and_a_click_presses_those(news: Bench) -> None:
    keys = Preferences(keys={"suggestion.accept": "ctrl+y,enter", "suggestion.reject": "f6", "queue.sort": "z"})
    async with workbench(news, "nota", preferences=keys) as work:
        assert work.focus.endswith("ctrl+y accept · f6 reject")
        assert work.message.startswith("tab next · ctrl+y accept · f6 reject · ")
        await click(work, "#focus", "f6 reject")
        assert news.session().layer.suggestions.verdicts
        await work.press("Q")
        await click(work, "#keys", "z sort")
        assert any("all, by state" in line for line in work.lines)
