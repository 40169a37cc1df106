"""The tutorial: played to its end with real keys in both languages, by other ways, by wrong keys, and left early."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from annotator.store import check_database
from annotator.tui.tutorial import TutorialApp
from annotator.tui.tutorial.app import usable_preferences
from annotator.tui.tutorial.steps import STEPS
from annotator.workflow.practice import KEY, LANGUAGES, load_practice
from annotator.workflow.settings import Preferences
from tests.processes import PATIENCE, environment
from tests.tui.watched_terminal import Watched, begin
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench, sql_dump
from tools.terminal import Terminal

NAMES = [step.name for step in STEPS]
KEYS = {
    "walk": ["tab"],
    "accept": ["a"],
    "reject": ["x"],
    "border": ["]"],
    "relabel": ["4"],
    "add": ["1", "hint:speaker"],
    "add_over_focus": ["alt+4", "hint:port"],
    "relate": ["r", "hint:council"],
    "undo": ["u"],
    "accept_all": ["A", "V", "tab"],
    "done": ["space"],
}
"""What each step teaches to press; ``hint:`` stands for the letters on a mention."""
FINDING = {"es": "BELTRAN", "en": "tarrant"}


@asynccontextmanager
async def tutorial(
    folder: Path, lang: str = "en", keys: dict[str, str] | None = None, step: str = "walk"
) -> AsyncIterator[WorkbenchDriver]:
    """Play the tutorial at 80×24, with its workspace in a folder, and check the store at the end."""
    practice = load_practice(lang)
    desk = practice.make_desk(folder / lang, "ana")
    preferences = usable_preferences(Preferences(keys=keys or {}), desk.scheme)
    app = TutorialApp(desk, practice, preferences, NAMES.index(step))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        driver = WorkbenchDriver(app, pilot)
        await driver.settle()
        yield driver
    assert list(check_database(desk.workspace.store)) == []
    desk.workspace.close()


def app_of(driver: WorkbenchDriver) -> TutorialApp:
    assert isinstance(driver.app, TutorialApp)
    return driver.app


def heading(driver: WorkbenchDriver) -> str:
    return driver.line("#tutorial-heading")


def shown_step(driver: WorkbenchDriver) -> str:
    """Return the name of the step that the panel shows."""
    found = re.search(r"(\d+)/12", heading(driver))
    assert found is not None
    return NAMES[int(found[1]) - 1]


def told(driver: WorkbenchDriver) -> str:
    """Return the text of the panel."""
    y = driver.app.screen.query_one("#tutorial-text").region.y
    return " ".join(line.strip() for line in driver.lines[y : y + 2]).strip()


async def play(driver: WorkbenchDriver, *names: str) -> None:
    """Press what some steps teach."""
    practice = app_of(driver).practice
    for name in names:
        for key in KEYS.get(name, ["/", *FINDING[practice.lang], "enter"]):
            if key.startswith("hint:"):
                start, end, _ = practice.mentions[key.removeprefix("hint:")]
                await driver.press(*driver.hint(practice.text[start:end]))
            else:
                await driver.press(key)


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_all_twelve_steps_with_real_keys(tmp_path: Path, lang: str) -> None:
    assert len(STEPS) == 12
    async with tutorial(tmp_path, lang) as driver:
        for name in NAMES:
            assert shown_step(driver) == name
            assert not re.search("falta|still", heading(driver))
            assert not app_of(driver).is_finished
            await play(driver, name)
        assert app_of(driver).is_finished


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
async def test_every_step_can_be_the_first_and_fits_into_its_panel(tmp_path: Path, lang: str, name: str) -> None:
    async with tutorial(tmp_path, lang, step=name) as driver:
        assert shown_step(driver) == name
        text = told(driver)
        assert text.endswith((".", "!", ")."))  # all of it is there
        assert not re.search(r"\{\w", text + heading(driver))
        assert driver.app.screen.query_one("#panel").region.width == 0
        if name != NAMES[-1]:
            await play(driver, name)
            assert shown_step(driver) == NAMES[NAMES.index(name) + 1]


class TestOtherKeys:
    async def test_a_wrong_key_does_what_it_does_and_the_step_says_what_it_waits_for(self, tmp_path: Path) -> None:
        async with tutorial(tmp_path, step="accept") as driver:
            assert "still" not in heading(driver)
            await driver.press("x")
            assert driver.message.startswith("rejected PERSON “Ruth Calloway”")
            assert shown_step(driver) == "accept"
            assert "still: a · u undoes" in heading(driver)
            await driver.press("u", "a")
            assert shown_step(driver) == "reject"

    async def test_no_step_is_done_by_what_an_earlier_one_left(self, tmp_path: Path) -> None:
        async with tutorial(tmp_path) as driver:
            await driver.press("A")  # goes on to what remains, and leaves nothing to accept
            for name in ("accept", "reject", "border", "relabel"):
                assert shown_step(driver) == name
                await play(driver, name)
            assert shown_step(driver) == "add"

    async def test_keys_of_ones_own_are_named_and_do_it(self, tmp_path: Path) -> None:
        theirs = {"move.top": "4", "move.bottom": "alt+4", "document.flag": "ctrl+t"}  # PLACE has the first two here
        keys = {"suggestion.accept": "y", "app.quit": "ctrl+w", **theirs}
        async with tutorial(tmp_path, keys=keys, step="accept") as driver:
            assert " y accepts the suggestion" in told(driver)
            assert "ctrl+w ends" in heading(driver)
            await driver.press("a")
            assert shown_step(driver) == "accept"
            await driver.press("y")
            assert shown_step(driver) == "reject"

    async def test_the_mouse_does_it_too(self, tmp_path: Path) -> None:
        async with tutorial(tmp_path) as driver:
            await driver.pilot.click(offset=driver.cell("Water Forum"))
            await driver.settle()
            assert shown_step(driver) == "accept"

    @pytest.mark.parametrize("keys", [("s",), ("space", "space")])
    async def test_who_skips_or_finishes_too_early_is_back_at_the_step(
        self, tmp_path: Path, keys: tuple[str, ...]
    ) -> None:
        async with tutorial(tmp_path, step="border") as driver:
            await driver.press(*keys)
            assert shown_step(driver) == "border"
            assert driver.session.state not in ("done", "skipped")
            assert "Every document is done" not in driver.text
            await play(driver, "border")
            assert shown_step(driver) == "relabel"

    async def test_the_article_may_be_opened_anew(self, tmp_path: Path) -> None:
        async with tutorial(tmp_path, step="border") as driver:
            driver.app.open_document(KEY)
            await driver.settle()
            driver.app.pop_screen()
            await driver.settle()
            assert shown_step(driver) == "border"
            assert not driver.app._exit

    async def test_the_palette_offers_neither_the_tutorial_nor_other_labels(self, tmp_path: Path) -> None:
        async with tutorial(tmp_path) as driver:
            commands = {command.title for command in driver.app.get_system_commands(driver.app.screen)}
            assert "Accept and move on" in commands
            assert not commands & {"Tutorial", "Change labels"}


class TestEnding:
    @pytest.mark.parametrize("key", ["Q", "ctrl+q"])
    async def test_it_ends_at_any_time(self, tmp_path: Path, key: str) -> None:
        async with tutorial(tmp_path, step="relate") as driver:
            await driver.press("r", "escape", key)
            assert driver.app._exit
            assert not app_of(driver).is_finished

    async def test_it_goes_on_in_the_other_language(self, tmp_path: Path) -> None:
        async with tutorial(tmp_path, "es", step="find") as driver:
            assert "English" in heading(driver)
            await driver.press("ctrl+t")
            assert (app_of(driver).switch_to, app_of(driver).step_index) == ("en", NAMES.index("find"))
            assert driver.app._exit


def in_terminal(folder: Path, temporary: Path, *arguments: str, **variables: str) -> Terminal:
    """Start the tutorial in a pseudo-terminal, in a folder, with its own folder for temporary files."""
    temporary.mkdir()
    settings = {"ANNOTATOR_SETTINGS": str(folder / "none.yaml"), "TMPDIR": str(temporary)}
    locale = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "C.UTF-8"}
    return Terminal(
        [sys.executable, "-m", "annotator", "tutorial", "--as", "ana", *arguments],
        cwd=folder,
        env=environment(**{**locale, **settings, **variables}),
        timeout=PATIENCE,
    )


@pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")
class TestInATerminal:
    def test_left_early_it_leaves_nothing_behind(self, news: Bench, tmp_path: Path) -> None:
        """In a workspace, which may not be written either."""
        folder, temporary = news.workspace.root, tmp_path / "temporary"
        news.workspace.close()
        before, files = sql_dump(news.workspace.database_path), sorted(folder.rglob("*"))
        folder.chmod(0o555)
        try:
            terminal = in_terminal(folder, temporary)
            terminal.wait("Tutorial 1/12")
            assert len(list(temporary.iterdir())) == 1
            terminal.press("tab", "a", "a")
            terminal.wait("Tutorial 3/12")
            terminal.press("ctrl+q")
            assert terminal.close() == 0
        finally:
            folder.chmod(0o755)
        assert list(temporary.iterdir()) == []
        assert sorted(folder.rglob("*")) == files
        assert sql_dump(news.workspace.database_path) == before

    def test_it_runs_without_a_workspace_in_the_language_of_the_locale_and_switches(self, tmp_path: Path) -> None:
        folder = tmp_path / "empty"
        folder.mkdir()
        terminal = in_terminal(folder, tmp_path / "temporary", LC_ALL="es_MX.UTF-8")
        terminal.wait("Tutorial 1/12")
        terminal.press("tab")
        terminal.wait("Tutorial 2/12")
        terminal.send("\x14")
        terminal.wait("Tutorial 2/12")
        terminal.wait("Ruth Calloway")
        terminal.press("ctrl+q")
        assert terminal.close() == 0
        assert list(folder.iterdir()) == []
        assert list((tmp_path / "temporary").iterdir()) == []

    def test_the_workbench_leaves_for_it_and_comes_back_to_where_it_was(self, news: Bench) -> None:
        news.workspace.close()
        terminal = Watched(news)
        begin(terminal)
        terminal.press("a")
        terminal.wait("accepted PERSON")
        terminal.press("ctrl+p")
        terminal.wait("words of what it does")
        terminal.send("tutorial")
        terminal.wait("learn the keys")
        terminal.press("enter")
        terminal.wait("Tutorial 1/12")
        opened = terminal.bytes.count("\x1b[?1049h")
        terminal.press("Q")
        terminal.until(lambda: terminal.bytes.count("\x1b[?1049h") > opened)  # the tutorial's screen has gone
        terminal.wait("ORG? “Cruz Roja”")
        terminal.settle(0.3)
        terminal.press("ctrl+q")
        assert terminal.ended() == 0


class TestTheOffer:
    async def test_who_is_new_is_told_of_it_until_they_have_opened_a_document(self, news: Bench) -> None:
        async with workbench(news) as driver:
            assert "new?" not in driver.text
            driver.app.offers_tutorial = True
            await driver.press("tab", "tab", "tab", "tab", "tab", "tab", "tab")
            assert "shown: all, by key · new? ctrl+p tutorial" in driver.line("#columns")
            await driver.press("enter", "Q")
            assert "new?" not in driver.text
