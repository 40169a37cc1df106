"""Recordings of terminals as asciicast v2: written, read, and played back on a screen of pyte.

The format: a header as one line of JSON, then one line ``[seconds, code, data]`` for each event.  Of its codes, ``o``
(output), ``i`` (input) and ``m`` (marker) are used here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import pyte

from tools.terminal import without_private_queries

Code = Literal["o", "i", "m"]
OUTPUT, INPUT, MARKER = get_args(Code)


class CastEvent(NamedTuple):
    """What happened in the terminal, and when: seconds from the beginning."""

    at: float
    code: Code
    data: str


class Cast:
    """A recording of a terminal of ``columns`` × ``lines`` cells."""

    def __init__(self, columns: int, lines: int, title: str, events: Iterable[CastEvent] = ()) -> None:
        self.columns = columns
        self.lines = lines
        self.title = title
        self.events = list(events)

    def write(self, path: Path) -> None:
        """Write the recording to a file."""
        env = {"TERM": "xterm-256color"}
        header = {"version": 2, "width": self.columns, "height": self.lines, "title": self.title, "env": env}
        rows = [json.dumps(row, ensure_ascii=False) for row in (header, *self.events)]
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def read_cast(path: Path) -> Cast:
    """Read a recording."""
    header, *rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return Cast(header["width"], header["height"], header["title"], (CastEvent(*row) for row in rows))


def shows_the_same(one: Cast, other: Cast) -> bool:
    """Whether two recordings have the same keys at the same times, and the same to see after each.

    A program may come to the same screen by other bytes: how much it repaints at once depends on how fast it is.
    """
    return (one.columns, one.lines, one.title) == (other.columns, other.lines, other.title) and all(
        first == second for first, second in zip_longest(_frames(one), _frames(other))
    )


def _frames(cast: Cast) -> Iterator[tuple[CastEvent, list[list[pyte.screens.Char]]]]:
    """Yield each event without what was written, and the cells of the screen after it."""
    screen = pyte.Screen(cast.columns, cast.lines)
    stream = pyte.Stream(screen)
    for event in cast.events:
        if event.code == OUTPUT:
            stream.feed(without_private_queries(event.data))
            event = event._replace(data="")
        yield event, [[screen.buffer[y][x] for x in range(cast.columns)] for y in range(cast.lines)]


class Playback:
    """A recording played back key by key: ``screen`` shows what the terminal showed after the last."""

    def __init__(self, cast: Cast) -> None:
        self.screen = pyte.Screen(cast.columns, cast.lines)
        self._stream = pyte.Stream(self.screen)
        self._events: Iterator[CastEvent] = iter(cast.events)
        self._show_until_next_key()

    def mark(self, title: str) -> None:
        """Begin a step, which the recording has marked."""

    def press(self, sent: str, *, typed: bool = False) -> None:  # noqa: ARG002 - the stage's
        """Go on to the next key, which must be this one, and show what came of it."""
        if sent != self._next:
            raise ValueError(f"the recording has {self._next!r} where {sent!r} is to be pressed")
        self._show_until_next_key()

    def _show_until_next_key(self) -> None:
        self._next: str | None = None
        for event in self._events:
            if event.code == INPUT:
                self._next = event.data
                return
            if event.code == OUTPUT:
                self._stream.feed(without_private_queries(event.data))
