"""What a served curator reaches: their own work in one workspace, and nothing else on the server's machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.serve.driver import Tab, browser, open_tab, running_server
from tests.workspaces import Bench, range_of

PALETTE = "\x10"
"""ctrl+p"""


async def look_in_palette(tab: Tab, words: str, found: str) -> None:
    """Open the command palette, type words, wait for what it finds, and close it."""
    await tab.press(PALETTE)
    await tab.until("words of what it does")
    await tab.press(words)
    await tab.until(found)
    await tab.press("\x1b")
    await tab.until("esc back", gone=True)


@pytest.fixture
def worked(opened: Bench) -> Bench:
    """Both are done with a document, differently, so that in a terminal each would see the other's work."""
    for curator, label in (("ana", "PERSON"), ("bo", "ORG")):
        session = opened.session(curator=curator)
        session.add(*range_of(session.document, "Luis Paz"), label)
        session.comment(f"a remark of {curator}'s")
        session.finish()
    return opened


async def test_the_program_gets_nothing_of_the_servers_environment_that_may_be_secret(root: Path) -> None:
    given = {
        "API_KEY": "k",
        "SSH_AUTH_SOCK": "/s",
        "ANNOTATOR_CHAT_KEY": "c",
        "XDG_CONFIG_HOME": "/x",
        "LC_ALL": "C.UTF-8",
    }
    with running_server(root, "--curators", "ana", variables=given) as server:
        async with browser() as session, open_tab(session, server.link("ana")) as tab:
            await tab.until("nota")
            (pid,) = server.children()
            lines = Path(f"/proc/{pid}/environ").read_text(encoding="utf-8").split("\0")
            command = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
            folder = Path(f"/proc/{pid}/cwd").resolve()
    environment = dict(line.split("=", 1) for line in lines if line)
    assert not environment.keys() & {"API_KEY", "SSH_AUTH_SOCK", "ANNOTATOR_CHAT_KEY", "XDG_CONFIG_HOME"}
    assert environment["LC_ALL"] == "C.UTF-8"
    assert environment["HOME"] == str(root)
    assert environment["ANNOTATOR_SETTINGS"] == str(root / "settings" / "ana.yaml")
    assert command[-4:-1] == ["annotate", "--as", "ana"]
    assert folder == root


async def test_settings_are_each_curators_own_in_the_workspace(root: Path, tmp_path: Path) -> None:
    leads_own = tmp_path / "settings.yaml"
    leads_own.write_text("keys: {suggestion.accept: T}\n", encoding="utf-8")
    (root / "settings").mkdir()
    (root / "settings" / "bo.yaml").write_text("keys: {suggestion.accept: Z}\n", encoding="utf-8")
    with running_server(root, "--curators", "ana,bo", variables={"ANNOTATOR_SETTINGS": str(leads_own)}) as server:
        for curator, key in (("ana", "a"), ("bo", "Z")):
            async with browser() as session, open_tab(session, server.link(curator)) as tab:
                await tab.open_document()
                await tab.press(key)
                await tab.until("1✓")


async def test_a_curator_reaches_nobody_elses_work_and_nothing_that_is_for_who_leads(root: Path, worked: Bench) -> None:
    with running_server(root, "--curators", "ana,bo") as server:
        async with browser() as session, open_tab(session, server.link("ana")) as tab:
            await tab.until("nothing left to decide")
            await tab.press("Q")
            await tab.until("1 of 2 done")
            assert "settle" not in tab.text
            for key in ("a", "N", "A"):
                await tab.press(key)
                await tab.until(f"{key} means nothing here")
            await tab.press("c")
            await tab.until("a remark of ana's")
            assert "bo" not in tab.text
            await tab.press("q")
            await tab.until("1 of 2 done")
            for words in ("Change labels", "Settle", "Agreement", "Screenshot"):
                await look_in_palette(tab, words, "nothing fits")


async def test_nor_do_they_before_they_have_any_work(root: Path, worked: Bench) -> None:
    with running_server(root, "--curators", "carla") as server:
        async with browser() as session, open_tab(session, server.link("carla")) as tab:
            await tab.until("0 of 2 done")
            await tab.press("A")
            await tab.until("A means nothing here")
            await tab.press("c")
            await tab.until("comments")
            assert "remark" not in tab.text


async def test_a_lead_has_the_whole_workbench_but_nothing_of_the_machine(root: Path, worked: Bench) -> None:
    with running_server(root, "--curators", "ana,bo", "--leads", "eva") as server:
        async with browser() as session, open_tab(session, server.link("eva")) as tab:
            await tab.until("to adjudicate")
            await look_in_palette(tab, "Change labels", "rename, merge, split or drop labels")
            await look_in_palette(tab, "Screenshot", "nothing fits")
            await tab.press("\r")
            await tab.until("Luis Paz")
    assert not [path for path in root.rglob("*") if path.suffix == ".svg"]


async def test_stopping_has_no_shell_to_go_back_to(root: Path) -> None:
    with running_server(root, "--curators", "ana") as server:
        async with browser() as session, open_tab(session, server.link("ana")) as tab:
            await tab.until("nota")
            await tab.press("\x1a")
            await tab.until("There is no shell here to go back to.")
            await tab.press("\r")
            await tab.until("x reject")


async def test_what_is_copied_goes_to_the_browser(root: Path) -> None:
    with running_server(root, "--curators", "ana") as server:
        async with browser() as session, open_tab(session, server.link("ana")) as tab:
            await tab.open_document()
            await tab.press("y")
            await tab.until("copied the span “Ana Ruiz”")
            assert b"\x1b]52;c;QW5hIFJ1aXo=" in tab.raw


async def test_keys_that_browsers_keep_have_another_that_the_help_lists(root: Path, opened: Bench) -> None:
    with running_server(root, "--curators", "ana") as server:
        async with browser() as session, open_tab(session, server.link("ana")) as tab:
            await tab.open_document()
            await tab.press("a")
            await tab.until("1✓")
            await tab.press("u")
            await tab.until("0✓")
            await tab.press("U")
            await tab.until("1✓")
            for words, keys in (("redo", "^r U"), ("go there", "^o O"), ("against gold", "f3 F")):
                await tab.press("?")
                await tab.until("type to search keys")
                await tab.press(words)
                await tab.until(keys)
                await tab.press("\x1b", "\x1b")
                await tab.until("esc clears", gone=True)
            await tab.press("O")
            await tab.until("otra")
    assert opened.actions("curator:ana") == ["accept", "undo", "redo"]
