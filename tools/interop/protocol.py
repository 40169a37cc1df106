"""The protocol of programs: what is installed, which trips exports make through it, and how it is run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from annotator.annotation import SpanKey
from annotator.formats.record import LayerRecord
from tools.interop.environment import Environment


@dataclass(frozen=True, slots=True)
class Trip:
    """One way into a program and out of it again.

    ``out`` is the format that is exported, ``back`` the one that is imported afterwards (``None``: the same); the
    options are those of ``-O``.  ``way`` says for the table how the program takes the export, and what gives it back,
    ``mode`` the same to the code that drives the program.  ``limits`` are features of
    :data:`annotator.formats.protocol.FEATURES` that the program itself leaves behind, each with the reason;
    ``spans_beyond`` finds by the reason single spans that it cannot hold, ``documents_beyond`` the documents that stay
    at home.  ``rebuilt``: the text comes back put together from words, so that white space may differ.
    """

    out: str
    way: str
    mode: str = ""
    back: str | None = None
    out_options: tuple[str, ...] = ()
    back_options: tuple[str, ...] = ()
    limits: Mapping[str, str] = field(default_factory=dict)
    spans_beyond: Mapping[str, Callable[[LayerRecord], Collection[SpanKey]]] = field(default_factory=dict)
    documents_beyond: Mapping[str, Callable[[LayerRecord], bool]] = field(default_factory=dict)
    rebuilt: bool = False

    @property
    def back_format(self) -> str:
        """The format that is imported."""
        return self.back or self.out


Carry = Callable[[Trip, Path, Path], Path]
"""Takes an export into the program and out again, into a new folder; gives what is to be imported."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program: ``packages`` are pip's requirements, of which the first has the program's version.

    ``running`` starts what the trips need, given the program's environment and a folder for its files, and ends it in
    every case.
    """

    name: str
    packages: tuple[str, ...]
    trips: tuple[Trip, ...]
    running: Callable[[Environment, Path], AbstractContextManager[Carry]]

    @property
    def folder(self) -> str:
        """The name of its environment."""
        return self.packages[0].partition("==")[0]
