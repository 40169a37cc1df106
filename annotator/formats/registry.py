"""Formats by name: ours, whose modules are loaded on demand, and those of other packages."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from annotator.errors import FormatError, UnknownFormatError
from annotator.formats.protocol import Format

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "annotator.formats"
"""The entry point group in which another package names its :class:`Format` values."""

MODULES = {
    "jsonl": "annotator.formats.jsonl",
    "prodigy": "annotator.formats.prodigy",
    "doccano": "annotator.formats.doccano",
    "labelstudio": "annotator.formats.labelstudio",
    "brat": "annotator.formats.brat",
    "spacy": "annotator.formats.docbin",
    "spacy-json": "annotator.formats.spacy_json",
    "conll": "annotator.formats.conll",
    "conll2012": "annotator.formats.conll2012",
    "gliner": "annotator.formats.gliner",
    "gliner2": "annotator.formats.gliner2",
    "spert": "annotator.formats.spert",
    "glirel": "annotator.formats.glirel",
    "scierc": "annotator.formats.scierc",
    "tacred": "annotator.formats.tacred",
    "rebel": "annotator.formats.rebel",
    "hf": "annotator.formats.hf",
    "docred": "annotator.formats.docred",
    "pubtator": "annotator.formats.pubtator",
    "bioc": "annotator.formats.bioc",
    "cas": "annotator.formats.cas",
    "webanno": "annotator.formats.webanno",
}
"""Where our own formats are."""


def load_format(name: str) -> Format:
    """Load the format of this name, ours first; :class:`UnknownFormatError` lists the names where there is none."""
    if name in MODULES:
        form: Format = import_module(MODULES[name]).FORMAT
        return form
    for entry in _entry_points():
        if entry.name == name:
            return _load_entry_point(entry)
    raise UnknownFormatError(f"no format {name!r}{_nearest(name)}", f"the formats are {', '.join(format_names())}")


def format_names() -> list[str]:
    """List the names of all formats, ours first."""
    return [*MODULES, *sorted({entry.name for entry in _entry_points()} - MODULES.keys())]


def _entry_points() -> Iterator[EntryPoint]:
    from importlib.metadata import entry_points

    yield from entry_points(group=GROUP)


def _load_entry_point(entry: EntryPoint) -> Format:
    """Load another package's format; whatever its import raises becomes a :class:`FormatError` with its name."""
    try:
        form = entry.load()
    except Exception as error:
        raise FormatError(
            f"the format {entry.name!r} of {entry.value} cannot be loaded: {error}", "mend it or remove it"
        ) from error
    if not isinstance(form, Format):
        raise FormatError(f"the format {entry.name!r} of {entry.value} is no Format value", "see docs/extending.md")
    return form


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, MODULES, n=1)
    return f"; did you mean {near[0]}?" if near else ""
