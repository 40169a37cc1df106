"""brat's standoff: a folder of texts (``.txt``) with their annotations (``.ann``), subfolders included.

Offsets count every character, a byte order mark and carriage returns too.  A span in fragments with nothing
but white space between them is one span.  One with text between its fragments has no place in our model, and neither
have events and notes: they are kept as extras and written again.  Attributes, normalizations and equivalences are
attributes, links and groups where the label scheme has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from annotator.errors import FormatError
from annotator.formats.brat_lines import parse_annotations
from annotator.formats.brat_setup import BratDeclarations
from annotator.formats.brat_writer import render_annotations
from annotator.formats.protocol import ForeignDocument, Format, Target, all_but
from annotator.formats.record import LayerRecord
from annotator.formats.source import Source
from annotator.inputs import files_under, refuse_outside_link

ANNOTATIONS, TEXT, CONFIGURATION = ".ann", ".txt", "annotation.conf"


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield a document for each text that has annotations, in order of their paths."""
    if source.path is None:
        raise FormatError("brat is a folder of files, not a stream", "give the folder")
    root = source.path if source.path.is_dir() else source.path.parent
    pairs = _files(source.path)
    source.total = sum(path.stat().st_size for pair in pairs for path in pair)
    event_relations = _event_relations(options)
    for layer, text in pairs:
        yield _document(source, root, layer, text, event_relations=event_relations)


def _event_relations(options: Mapping[str, str]) -> bool:
    value = options.get("events", "aside")
    if value not in ("aside", "relations"):
        raise FormatError(f"events={value}: there is no such way", "it is aside, or relations")
    return value == "relations"


def _files(path: Path) -> list[tuple[Path, Path]]:
    """Pair the annotation files with their texts, in order of their paths, without hidden files."""
    names = _under(path) if path.is_dir() else [path.with_suffix(ANNOTATIONS)]
    pairs = [(name, name.with_suffix(TEXT)) for name in names]
    for layer, text in pairs:
        for file, other in ((layer, text), (text, layer)):
            if not file.is_file():
                raise FormatError(f"{other}: there is no {file.name} beside it", "put both into the folder")
            if path.is_dir():
                refuse_outside_link(file, path)
    return pairs


def _under(folder: Path) -> list[Path]:
    try:
        return files_under(folder, lambda name: name.endswith(ANNOTATIONS))
    except OSError as error:
        raise FormatError(
            f"{error.filename}: {(error.strerror or str(error)).lower()}", "check its permissions"
        ) from error


def _document(source: Source, root: Path, layer: Path, text_path: Path, *, event_relations: bool) -> ForeignDocument:
    text = source.text_of(text_path)
    key = ".".join(text_path.relative_to(root).with_suffix("").parts)
    where = source.told(layer)
    content = parse_annotations(source.text_of(layer), text, where, event_relations=event_relations)
    return ForeignDocument(where, text, key, (content,), key)


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write two files a document, and ``annotation.conf``, so that brat itself can open the folder."""
    target.files[CONFIGURATION] = ""  # it comes first in the list of files, though only the last document completes it
    declarations = BratDeclarations(target.scheme)
    for record in records:
        declarations.see(record)
        target.put(record.document.key + TEXT, record.document.text.encode("utf-8"))
        lines = render_annotations(record, target.scheme)
        target.put(record.document.key + ANNOTATIONS, lines.encode("utf-8"))
    target.put(CONFIGURATION, declarations.configuration().encode("utf-8"))


def type_name(label: str) -> str:
    """Spell a label as a type of brat's: of letters, digits and ``_ - .`` alone."""
    return re.sub(r"[^\w.-]", "_", label)


FORMAT = Format(
    name="brat",
    about="brat's standoff: a folder of .txt and .ann files, with annotation.conf",
    ending="",
    folder=True,
    read=read,
    write=write,
    spell=type_name,
    carries=all_but(
        "lang",
        "title",
        "meta",
        "curator",
        "origin",
        "source",
        "score",
        "verdicts",
        aside=("self_relations",),
        also=("attributes", "relation_attributes"),
    ),
    options={
        "events": "relations: read an event as relations from its trigger to its arguments, by their roles (default:"
        " aside: keep events aside)"
    },
    aside=(
        "events, notes; attributes, normalizations and equivalences that the label scheme does not have",
        "discontinuous spans, and the fragments of others",
        "relations with an event or a discontinuous span",
    ),
    lost=("ids of annotations",),
)
