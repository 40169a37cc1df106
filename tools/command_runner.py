"""Runs commands of annotator in this process, as somebody, in a folder."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from annotator.cli.main import main

HOME = "/home/lea"
"""What is printed for the folder that the workspaces are in."""


@dataclass(frozen=True)
class Runner:
    """Runs commands in a folder, and gives back what each printed."""

    folder: Path

    def run(self, arguments: Sequence[str], who: str, file: str | None = None) -> tuple[int, list[str]]:
        """Run a command; return its exit status and the lines that it printed, on either stream.

        With ``file``, what goes to standard output is written there instead.
        """
        told = _stream()
        data = _stream() if file else told
        with _in_folder(self.folder, who), redirect_stdout(data), redirect_stderr(told):
            status = main(arguments)
        if file:
            (self.folder / file).write_bytes(_bytes(data))
        text = _bytes(told).decode("utf-8").replace(str(self.folder.parent), HOME)
        return status, [line.rstrip() for line in text.rstrip().splitlines()]

    def succeed(self, *arguments: str, who: str = "lea") -> None:
        """Run a command.  Raises :class:`RuntimeError` if it fails."""
        status, printed = self.run(arguments, who)
        if status:
            raise RuntimeError(f"annotator {' '.join(arguments)}: {printed}")


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)


def _bytes(stream: io.TextIOWrapper) -> bytes:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


@contextmanager
def _in_folder(folder: Path, who: str) -> Iterator[None]:
    """Stand in a folder under a login name, with nothing that could be typed at."""
    former, login, stdin = Path.cwd(), os.environ.get("LOGNAME"), sys.stdin
    os.chdir(folder)
    os.environ["LOGNAME"] = who
    sys.stdin = io.StringIO()
    try:
        yield
    finally:
        sys.stdin = stdin
        os.environ.pop("LOGNAME")
        if login is not None:
            os.environ["LOGNAME"] = login
        os.chdir(former)
