"""What a reader takes out of a document: the text, what is known about it, and what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ExtractOptions:
    """How documents are read.

    ``encoding`` is what the user says about it, ``None`` to find it out.  ``whole`` takes all text of web pages,
    ``book`` an e-book as one document and not each of its chapters.
    """

    encoding: str | None = None
    whole: bool = False
    book: bool = False


@dataclass(slots=True)
class Extract:
    """The text of a document, or of one part of it, and what is known about it.

    ``part`` tells the parts of a file apart (a chapter, an entry), and is empty where the file is one document.
    ``total`` counts the characters of text that the file or the part holds, white space apart; ``left_out`` says what
    was not taken, by the name of one and how many; ``notes`` are sentences about what a user should know.
    """

    text: str
    title: str | None = None
    lang: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    part: str = ""
    total: int = 0
    left_out: Mapping[str, int] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()

    @property
    def kept(self) -> int:
        """How many characters of text were taken, white space apart."""
        return solid_length(self.text)


Reader = Callable[[Path, str, ExtractOptions], Iterator[Extract]]
"""Reads a file: its path, what it is called in messages, and how to read it.  Raises :class:`InputError`."""


def solid_length(text: str) -> int:
    """Count the characters of a text, white space apart."""
    return sum(map(len, text.split()))
