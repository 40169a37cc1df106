"""What the page sends: keys that were pressed, and the size of its terminal.

The page is textual-serve's, and so is this protocol: lists in JSON, of which the first value says what they are.
"""

from __future__ import annotations

import json
from typing import Any

from annotator.serve.terminal import TerminalSize

LARGEST_MESSAGE = 1 << 20
"""Bytes of the largest message: a text that is pasted comes in one piece."""
_COLUMNS, _ROWS = (20, 500), (5, 300)
_LONGEST_PING = 64
_USUAL = TerminalSize(80, 24)


class MessageError(Exception):
    """A message that no page of ours sends."""


def read_message(text: str) -> bytes | TerminalSize | str:
    """What a message says: bytes are typed, a size is the terminal's, a text is to be sent back as it is.

    An empty text means nothing.  Raises :class:`MessageError`.
    """
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MessageError from error
    match message:
        case ["stdin", str(typed)]:
            return typed.encode("utf-8", "replace")
        case ["resize", {"width": int(columns), "height": int(rows)}]:
            return terminal_size(columns, rows)
        case ["ping", str(what)]:
            return json.dumps(["pong", what[:_LONGEST_PING]])
        case ["focus" | "blur", *_]:  # the terminal itself reports them to the program
            return ""
    raise MessageError


def terminal_size(columns: Any, rows: Any) -> TerminalSize:
    """A size within what makes sense; the usual one for what is none."""
    try:
        return TerminalSize(_within(int(columns), _COLUMNS), _within(int(rows), _ROWS))
    except (TypeError, ValueError):
        return _USUAL


def _within(value: int, bounds: tuple[int, int]) -> int:
    return max(bounds[0], min(value, bounds[1]))
