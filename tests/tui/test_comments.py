"""The comments screen: the list, its filter, and the way to the place."""

from __future__ import annotations

from itertools import count

import pytest

from annotator.annotation import SpanKey
from annotator.tui.app import AnnotatorApp
from annotator.tui.screens import comments
from annotator.tui.screens.comments import CommentsScreen
from annotator.workflow.desk import Desk
from annotator.workflow.settings import Preferences
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workflow.adjudicating.finished_documents import finish, key_of
from tests.workspaces import Bench, range_of

LUIS = ("PERSON", "Luis Paz")


def lines(work: WorkbenchDriver) -> list[str]:
    """Return the lines of the list."""
    region = work.app.screen.query_one("#comments").region
    return [" ".join(line.split()) for line in work.lines[region.y : region.bottom] if line.strip()]


async def test_a_lead_reads_all_and_goes_to_the_case(disputed: Bench) -> None:
    async with workbench(disputed, curator="lead") as work:
        await work.press("c")
        assert isinstance(work.app.screen, CommentsScreen)
        assert lines(work) == ["nota bo the document nota rara", "nota bo PERSON “Ana” ¿Ruiz también?"]
        assert "1 of 2" in work.header
        await work.press("j")
        assert work.line("#work-says") == "bo: PERSON “Ana”: “¿Ruiz también?”"
        assert any("Ana" in line for line in work.reversed_lines())
        await work.press("enter")
        case = work.adjudicating.case
        assert case is not None
        assert SpanKey(*range_of(disputed.document(), "Ana"), "PERSON") in case.claims
        await work.press("Q")
        assert isinstance(work.app.screen, CommentsScreen)
        assert "2 of 2" in work.header
        await work.press("escape", "n")
        assert "nota" in work.header


async def test_a_curator_goes_to_their_own_span(news: Bench) -> None:
    session = finish(news, "ana", LUIS, key="otra", done=False)
    session.comment("who?", session.layer.content.span_id_with(key_of(news, LUIS, "otra")))
    session.finish()
    async with workbench(news) as work:
        await work.press("c", "enter")
        assert work.session.document.key == "otra"
        assert "PERSON “Luis Paz”" in work.focus


async def test_the_filter_is_applied_while_typing(disputed: Bench) -> None:
    disputed.session("zeta", "ana").flag()
    async with workbench(disputed, curator="lead") as work:
        await work.press("c")
        assert len(lines(work)) == 3
        await work.press("slash", *"flag")
        assert lines(work) == ["⚑ zeta ana the document flagged"]
        await work.press("enter", "escape")
        assert len(lines(work)) == 3
        await work.press("slash", *"RUIZ bo")
        assert lines(work) == ["nota bo PERSON “Ana” ¿Ruiz también?"]
        await work.press(*"zzz", "enter")
        assert lines(work) == []
        assert "none" in work.header
        assert work.lines[-1].startswith("enter go there")
        await work.press("enter", "j")


async def test_where_there_is_nothing_to_adjudicate_yet_it_says_so_and_shows_the_place(news: Bench) -> None:
    finish(news, "ana", LUIS, key="otra", done=False).comment("hm")
    async with workbench(news, curator="lead") as work:
        await work.press("c", "enter")
        assert "finished by nobody" in " ".join(notice.message for notice in work.app._notifications)
        assert "╰" in work.text


async def test_a_comment_that_is_cut_ends_so(news: Bench) -> None:
    finish(news, "ana", LUIS, key="otra", done=False).comment("why " * 50)
    async with workbench(news, curator="lead") as work:
        await work.press("c")
        assert lines(work)[0].endswith("…")


async def test_without_comments(news: Bench) -> None:
    async with workbench(news) as work:
        await work.press("c")
        assert "none" in work.header
        await work.press("enter", "j", "G", "escape")
        assert "done" in work.header


def test_its_keys_can_be_given_to_labels_too(news: Bench) -> None:
    AnnotatorApp(Desk(news.workspace, "ana"), preferences=Preferences(keys={"comments.down": "1"}))


async def read_all(work: WorkbenchDriver) -> None:
    while "reading" in work.header:
        await work.settle()


async def test_one_comes_back_to_the_comment_that_one_went_to(disputed: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comments, "monotonic", count(0, comments.AT_ONCE_SECONDS / 2).__next__)  # one at a time
    async with workbench(disputed, curator="lead") as work:
        await work.press("c")
        await read_all(work)
        await work.press("j", "enter", "Q")
        await read_all(work)
        assert work.header.endswith("2 of 2")
        assert work.line("#work-says") == "bo: PERSON “Ana”: “¿Ruiz también?”"


async def test_a_filter_that_is_taken_away_leaves_the_comment_chosen(disputed: Bench) -> None:
    async with workbench(disputed, curator="lead") as work:
        await work.press("c", "slash", *"ruiz", "enter", "j")
        assert "1 of 1" in work.header
        await work.press("escape")
        assert "2 of 2" in work.header
        assert work.line("#work-says") == "bo: PERSON “Ana”: “¿Ruiz también?”"
