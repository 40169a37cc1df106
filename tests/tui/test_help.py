"""The help: what is in focus comes first, and what is typed narrows the rest."""

from __future__ import annotations

from itertools import takewhile

import pytest
from textual.binding import Binding

from annotator.tui.screens.adjudicate import AdjudicateScreen
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.screens.help import HelpScreen
from annotator.tui.screens.help_topic import (
    RELATION_CASE_KEYS,
    RELATION_KEYS,
    SELECTION_KEYS,
    SPAN_CASE_KEYS,
    SPAN_KEYS,
)
from annotator.workflow.settings import Preferences
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench, under

SIZES = [(80, 24), (200, 60)]


@pytest.fixture
def explained(news: Bench) -> Bench:
    """The labels have guidelines."""
    news.workspace.close()
    return under(
        news,
        ("PERSON: {key: 1}", "PERSON: {key: 1, description: {es: Nombre de una señora, en: A name}}"),
        ("{key: w, head: PERSON, child: ORG}", "{key: w, head: PERSON, child: ORG, description: Is paid by the body}"),
    )


def shown(work: WorkbenchDriver) -> list[str]:
    """Return the lines in the frame of the help, below the search."""
    assert isinstance(work.app.screen, HelpScreen)
    region = work.app.screen.query_one("#help-text").region
    return [line[region.x : region.right].strip() for line in work.lines[region.y : region.bottom]]


@pytest.mark.parametrize("size", SIZES)
async def test_a_span_in_focus_comes_first_with_the_keys_that_act_on_it(
    explained: Bench, size: tuple[int, int]
) -> None:
    async with workbench(explained, "nota", size=size) as work:
        await work.press("?")
        lines = shown(work)
        assert lines[:3] == ["The span in focus", "1 PERSON", "Nombre de una señora"]
        assert lines[4] == "label's key  give the span that label"
        own = list(takewhile(bool, lines))
        assert any("end of the span one token on" in line for line in own)
        assert not any("next token" in line for line in own)


async def test_a_guideline_for_all_languages_stands_once_and_cannot_write_to_the_terminal(news: Bench) -> None:
    news.workspace.close()
    bench = under(news, ("entities:", 'guideline: "Whole \\e[2J words"\nentities:'))
    async with workbench(bench, "nota", size=(200, 60)) as work:
        await work.press("?", *"whole")
        (rule,) = (line for line in shown(work) if "Whole" in line)
        assert "\x1b" not in rule


async def test_a_relation_in_focus_shows_its_type_first(explained: Bench) -> None:
    async with workbench(explained, "nota") as work:
        await work.press("full_stop", "?")
        lines = shown(work)
        assert lines[:3] == ["The relation in focus", "w works_for  PERSON → ORG", "Is paid by the body"]
        assert not any("label's key" in line for line in takewhile(bool, lines))


async def test_an_open_conflict_in_focus_comes_first_with_the_keys_that_settle_it(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("?")
        first = [" ".join(line.split()) for line in takewhile(bool, shown(work))]
        assert first[:2] == ["The conflict in focus", "label's key settle it with that label"]
        assert {"1 choose a version by its number", "x none: nothing stands here"} <= set(first)
        assert any("end of the span one token on" in line for line in first)
        await work.press("escape", "2", "?")  # a relation comes up
        first = list(takewhile(bool, shown(work)))
        assert first[0] == "The conflict in focus"
        assert any(line.startswith("r  ") for line in first)
        assert not any("label's key" in line or "span one token" in line for line in first)


async def test_a_settled_conflict_shows_what_acts_on_its_span(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        settled = work.adjudicating.case_id
        await work.press("1")
        work.adjudicating.focus_case(settled)
        await work.press("?")
        assert shown(work)[0] == "The span in focus"


@pytest.mark.parametrize("keys", [("v",), ("shift+right",)])
async def test_during_a_selection_its_keys_come_first(news: Bench, keys: tuple[str, ...]) -> None:
    async with workbench(news, "nota") as work:
        await work.press(*keys, "?")
        assert shown(work)[:2] == ["The selection", "label's key  mark the selection with that label"]


async def test_where_nothing_is_in_focus_it_begins_with_the_keys(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("escape", "?")
        assert shown(work)[0] == "Keys"
        await work.press("escape", "Q", "?")
        assert "open the document" in "\n".join(shown(work))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("typed", ["senora nombre", "SEÑORA"])
async def test_typing_narrows_without_regard_to_case_and_accents(
    explained: Bench, size: tuple[int, int], typed: str
) -> None:
    async with workbench(explained, "nota", size=size) as work:
        await work.press("escape", "?", *(key if key != " " else "space" for key in typed))
        assert shown(work) == ["Labels", "1 PERSON", "Nombre de una señora", "A name"]


async def test_keys_and_relations_are_found_too_each_once(explained: Bench) -> None:
    async with workbench(explained, "nota") as work:
        await work.press("?", *"undo")
        assert shown(work) == ["Keys", "u  undo"]
        await work.press("escape", *"paid")
        assert shown(work)[:3] == ["Relations", "w works_for  PERSON → ORG", "Is paid by the body"]
        await work.press("escape", *"person")
        assert shown(work).count("1 PERSON") == 1


async def test_escape_clears_the_search_then_closes(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("?", *"xyzzy")
        assert shown(work) == ["nothing here has “xyzzy”: esc clears the search"]
        await work.press("escape")
        assert "The span in focus" in shown(work)
        await work.press("escape")
        assert not isinstance(work.app.screen, HelpScreen)
        await work.press("a")
        assert work.message.startswith("accepted")


async def test_arrows_and_page_keys_scroll_while_letters_are_typed(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("?")
        scroll = work.app.screen.query_one("VerticalScroll")
        await work.press("down", "down", "up")
        assert scroll.scroll_offset.y == 1
        await work.press("pagedown")
        assert scroll.scroll_offset.y == scroll.size.height
        await work.press("j")
        assert scroll.scroll_offset.y == 0  # what was found is shown from its beginning
        await work.press("escape", "?")
        assert not isinstance(work.app.screen, HelpScreen)


def test_every_key_that_is_named_for_a_focus_is_one_of_a_screen() -> None:
    tables = (*AnnotateScreen.BINDINGS, *AdjudicateScreen.BINDINGS)
    known = {binding.id for binding in tables if isinstance(binding, Binding)}
    assert {*SPAN_KEYS, *RELATION_KEYS, *SPAN_CASE_KEYS, *RELATION_CASE_KEYS, *SELECTION_KEYS} <= known


async def test_it_says_how_to_add_whatever_is_in_focus(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("?", *"alt+label")
        assert shown(work) == ["Keys", "alt+label's key  add a span with that label, whatever is in focus"]
        await work.press("escape", "escape", "Q", "?", *"alt+")
        assert "nothing here has" in shown(work)[0]


async def test_its_keys_can_be_others(explained: Bench) -> None:
    keys = {"help.down": "ctrl+n", "help.close": "f7"}
    async with workbench(explained, "nota", preferences=Preferences(keys=keys)) as work:
        await work.press("question_mark")
        before = work.text
        await work.press("ctrl+n")
        assert work.text != before
        await work.press("f7")
        assert work.app.screen is work.annotating
