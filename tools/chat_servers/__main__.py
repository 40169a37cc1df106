"""Asks chat servers that others wrote, as the chat suggester does, and prints what came of it.

    python -m tools.chat_servers [--write]

Each server is installed with pip at a pinned version into an environment of its own below ``.chat/``; one of them is
compiled, which takes a C++ compiler, cmake and half an hour of one core. They listen on 127.0.0.1 only, on a free port,
and are ended in every case. The table goes to stdout, with --write into docs/chat-models.md too. The exit status is 1
when something else came of a case than must.
"""

from __future__ import annotations

import argparse
import platform
import re
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tools.chat_servers.cases import BEHIND_CASES, LITELLM_CASES, LLAMA_CASES, Case, asked
from tools.chat_servers.servers import LITELLM, LLAMA, ChatServer, install, litellm, llama
from tools.interop.environment import TOP, Environment, InteropError

ENVIRONMENTS = TOP / ".chat"
PAGE = TOP / "docs" / "chat-models.md"
BEGIN, END = "<!-- chat servers: make chat-test -->\n", "<!-- end of the chat servers -->"
HEAD = ("server", "case", "what came of it")
LONGEST = 140


class Result(NamedTuple):
    """What came of a case at a server; ``good`` says whether it had to."""

    server: str
    case: str
    said: str
    good: bool

    def line(self) -> str:
        """The line of the table."""
        said = self.said if len(self.said) <= LONGEST else self.said[: LONGEST - 1] + "…"
        return f"| {self.server} | {self.case} | {said.replace('|', '¦')}{'' if self.good else ' **wrong**'} |\n"


def results(work: Path) -> Iterator[Result]:
    """Install and start the servers, ask them, and yield what came of it."""
    with ExitStack() as running:
        behind: str | None = None
        try:
            environment = Environment(ENVIRONMENTS / LLAMA.folder)
            name = f"{LLAMA.name} {install(LLAMA, environment)}"
            folder = work / "llama"
            folder.mkdir()
            behind = running.enter_context(llama(environment, folder))
            yield from _asked(name, behind, LLAMA_CASES)
        except (InteropError, OSError) as error:
            yield _absent(LLAMA, error)
        try:
            environment = Environment(ENVIRONMENTS / LITELLM.folder)
            name = f"{LITELLM.name} {install(LITELLM, environment)}"
            folder = work / "litellm"
            folder.mkdir()
            url = running.enter_context(litellm(environment, folder, behind))
            yield from _asked(name, url, (*LITELLM_CASES, *(BEHIND_CASES if behind else ())))
        except (InteropError, OSError) as error:
            yield _absent(LITELLM, error)


def _asked(name: str, url: str, cases: tuple[Case, ...]) -> Iterator[Result]:
    for case in cases:
        said = asked(case, url)
        yield Result(name, case.what, said, re.search(case.expected, said) is not None)


def _absent(server: ChatServer, error: Exception) -> Result:
    return Result(server.name, "installing and starting", " ".join(str(error).split()), good=False)


def main() -> int:
    """Ask all servers, print the table, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.chat_servers", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--write", action="store_true", help="write the table into docs/chat-models.md")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # so that servers are ended, too
    found: list[Result] = []
    with tempfile.TemporaryDirectory() as work:
        for result in results(Path(work)):
            print(f"{'as it must' if result.good else 'WRONG':>10}  {result.server}: {result.case}", file=sys.stderr)
            found.append(result)
    lines = [" | ".join(("", *HEAD, "")).strip() + "\n", "|---|---|---|\n", *(result.line() for result in found)]
    print("".join(lines), end="")
    if options.write:
        before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
        when = f"{datetime.now(UTC).date().isoformat()}, Python {platform.python_version()}:"
        PAGE.write_text(f"{before}{BEGIN}\n{when}\n\n{''.join(lines)}\n{END}{rest.split(END)[1]}", encoding="utf-8")
    return int(not all(result.good for result in found))


if __name__ == "__main__":
    sys.exit(main())
