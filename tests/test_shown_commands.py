"""The commands that the docs show do what the docs say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.repository import TOP
from tools.shown_commands import blocks_of, is_as_shown
from tools.shown_pages import PAGES, misspelt, play
from tools.shown_workspaces import Copies, copies

BLOCKS = {page.relative_to(TOP).as_posix(): blocks_of(page.read_text(encoding="utf-8")) for page in PAGES}

NOT_RUN = {
    "`make training-proof` trains the pipeline, adds it and suggests": 2,
    "another program holds the database": 1,
    "downloads": 1,
    "labels.yaml is copied in between": 3,
    "learns for minutes, from gold": 3,
    "learns for minutes, from nineteen articles": 2,
    "measures the speed of models": 1,
    "needs an earlier version of the program": 3,
    "needs another machine": 1,
    "python -m tools.five_minutes": 9,
    "python -m tools.project_life": 21,
    "python -m tools.session": 8,
    "serves until it is stopped": 2,
    "signing needs a key of OpenSSH": 3,
    "there is no chat server in the tests of the docs": 2,
    "there is no cluster in the tests of the docs": 4,
}
"""How many calls of annotator are shown that are not run here, by the reason that their page or command gives."""


@pytest.fixture(scope="module")
def workspaces() -> Iterator[Copies]:
    with copies() as made:
        yield made


@pytest.mark.parametrize("page", [page for page, blocks in BLOCKS.items() if any(block.is_run for block in blocks)])
def test_commands_print_what_the_page_shows(page: str, workspaces: Copies) -> None:
    for _, ran in play((TOP / page).read_text(encoding="utf-8"), workspaces):
        for one in ran:
            said = "\n".join([f"$ {one.command.typed}", *one.printed, f"exit code {one.status}"])
            assert one.as_shown, f"run python -m tools.shown_pages {page}; this came of\n{said}"


@pytest.mark.parametrize("page", [page for page, blocks in BLOCKS.items() if blocks])
def test_commands_are_spelt_as_they_are(page: str) -> None:
    """Also those that no test runs: verbs and options of annotator, targets of make, modules of Python."""
    targets = re.findall(r"^([\w-]+):", (TOP / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    wrong = []
    for block in BLOCKS[page]:
        for command in block.commands:
            words = command.typed.split()
            if words[0] == "make" and words[1] not in targets:
                wrong.append(command.typed)
            if words[:2] == ["python", "-m"] and words[2].startswith(("tools.", "benchmarks.")):
                wrong += [] if (TOP / f"{words[2].replace('.', '/')}.py").exists() else [command.typed]
    assert [*wrong, *misspelt((TOP / page).read_text(encoding="utf-8"))] == []


def test_what_is_not_run_is_known() -> None:
    reasons: Counter[str] = Counter()
    for block in (block for blocks in BLOCKS.values() for block in blocks):
        for arguments in block.calls:
            reason = block.why_not(arguments)
            reasons.update([reason] if reason else [])
    assert reasons == NOT_RUN


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        (["2 documents"], ["2 documents"], True),
        (["2 documents"], ["20 documents"], False),
        (["2 documents"], ["2 documents", "warning: more"], False),
        (["2 …", "…"], ["2 documents", "one", "two"], True),
        (["at 2026-03-02T09:14:05.000Z"], ["at 2031-12-24T00:00:00.123Z"], True),
        (["at 2026-03-02T09:14:05.000Z"], ["at noon"], False),
    ],
)
def test_what_a_page_shows_holds_as_a_pattern(shown: list[str], printed: list[str], same: bool) -> None:
    assert is_as_shown(shown, printed) is same
