"""Going to a document that is not the next: the one before, or one that is found while its name is typed."""

from __future__ import annotations

from annotator.tui.screens.find_document import FindDocumentScreen
from annotator.workflow.settings import Preferences
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench


def key(work: WorkbenchDriver) -> str:
    return work.session.document.key


async def test_p_goes_back_through_the_queue_as_far_as_it_goes(news: Bench) -> None:
    async with workbench(news, "zeta") as work:
        await work.press("P")
        assert key(work) == "otra"
        await work.press("P")
        assert key(work) == "nota"
        await work.press("P")
        assert key(work) == "nota"
        assert work.message == "no document before this one in the queue"
    assert news.actions("curator:ana") == []


async def test_p_goes_to_what_was_just_finished_and_keeps_the_place(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("X", "space")
        assert key(work) == "otra"
        await work.press("w", "w", "w")
        offset = work.annotating.caret.offset
        await work.press("P")
        assert key(work) == "nota"
        assert "✓ done" in work.header
        await work.press("space")
        assert key(work) == "otra"
        assert work.annotating.caret.offset == offset


async def test_p_follows_the_order_of_the_queue(news: Bench) -> None:
    async with workbench(news) as work:
        await work.press(*["s"] * 4)  # by title
        assert "by title" in work.text
        order = [row.key for row in (work.app.screen.view.row(i) for i in range(3)) if row is not None]  # type: ignore[attr-defined]
        await work.press("G", "enter")
        seen = [key(work)]
        for _ in range(2):
            await work.press("P")
            seen.append(key(work))
        assert seen == order[::-1]


async def test_what_matches_is_listed_while_it_is_typed(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("ctrl+o")
        assert isinstance(work.app.screen, FindDocumentScreen)
        assert all(name in work.text for name in ("nota", "otra", "zeta"))
        await work.press("t", "a")
        await listed(work, "2 match")
        assert "otra" not in work.text
        await work.press("down", "down", "up", "down", "enter")
        assert key(work) == "zeta"


async def listed(work: WorkbenchDriver, text: str) -> None:
    """Wait for a search."""
    for _ in range(200):
        if text in work.header:
            return
        await work.pilot.pause(0.01)
    raise AssertionError(work.text)


async def test_enter_opens_what_was_typed_and_not_what_is_still_listed(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("ctrl+o", "z", "e", "t", "enter")
        assert key(work) == "zeta"


async def test_nothing_found_says_so_and_esc_goes_back_to_the_document(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("tab")
        before = work.annotating.item_id
        await work.press("ctrl+o", "q", "q")
        await listed(work, "0 match")
        assert "Nothing like that" in work.text
        await work.press("enter")
        assert "go to a document" in work.header
        await work.press("escape")
        assert (key(work), work.annotating.item_id) == ("nota", before)


async def test_letters_that_are_keys_elsewhere_are_typed(news: Bench) -> None:
    news.add("jkq", "Nada.\n")
    async with workbench(news, "nota") as work:
        await work.press("ctrl+o", "j", "k", "q", "enter")
        assert key(work) == "jkq"


async def test_a_double_click_opens_a_document(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("ctrl+o")
        await work.pilot.click(offset=work.cell("zeta"), times=2)
        await work.settle()
        assert key(work) == "zeta"


async def test_its_keys_can_be_others(news: Bench) -> None:
    keys = {"find_document.down": "ctrl+n", "find_document.open": "f8", "find_document.close": "f7"}
    async with workbench(news, "nota", preferences=Preferences(keys=keys)) as work:
        await work.press("ctrl+o", "ctrl+n", "f8")
        assert key(work) == "otra"
        await work.press("ctrl+o", "f7")
        assert key(work) == "otra"
        await work.press("ctrl+o", "enter", "escape")
        assert work.line("#keys") == "f8 open · ↑ ↓ choose · f7 back"


async def test_so_can_those_of_the_palette(news: Bench) -> None:
    async with workbench(news, "nota", preferences=Preferences(keys={"commands.close": "f7"})) as work:
        await work.press("ctrl+p", "f7")
        assert work.app.screen is work.annotating
