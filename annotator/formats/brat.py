"""brat's standoff: a folder of texts (``.txt``) with their annotations (``.ann``), subfolders included.

Offsets count every character, a byte order mark and carriage returns too.  A span in fragments with nothing
but white space between them is one span.  One with text between its fragments has no place in our model, and neither
have events, attributes, normalizations, equivalences and notes: they are kept as extras and written again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from annotator.errors import FormatError
from annotator.formats.brat_lines import parse_annotations, render_annotations
from annotator.formats.protocol import ForeignDocument, Format, Target, all_but
from annotator.formats.record import LayerRecord
from annotator.formats.source import Source
from annotator.inputs import files_under, refuse_outside_link
from annotator.labels import LabelScheme

ANNOTATIONS, TEXT = ".ann", ".txt"


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:  # noqa: ARG001 - the protocol's
    """Yield a document for each text that has annotations, in order of their paths."""
    if source.path is None:
        raise FormatError("brat is a folder of files, not a stream", "give the folder")
    root = source.path if source.path.is_dir() else source.path.parent
    pairs = _files(source.path)
    source.total = sum(path.stat().st_size for pair in pairs for path in pair)
    for layer, text in pairs:
        yield _document(source, root, layer, text)


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


def _document(source: Source, root: Path, layer: Path, text_path: Path) -> ForeignDocument:
    text = source.text_of(text_path)
    key = ".".join(text_path.relative_to(root).with_suffix("").parts)
    where = source.told(layer)
    return ForeignDocument(where, text, key, (parse_annotations(source.text_of(layer), text, where),), key)


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write two files a document, and ``annotation.conf`` from the scheme, so that brat itself can open the folder."""
    target.put("annotation.conf", configuration(target.scheme).encode("utf-8"))
    for record in records:
        target.put(record.document.key + TEXT, record.document.text.encode("utf-8"))
        target.put(record.document.key + ANNOTATIONS, render_annotations(record).encode("utf-8"))


def type_name(label: str) -> str:
    """Spell a label as a type of brat's: of letters, digits and ``_ - .`` alone."""
    return re.sub(r"[^\w.-]", "_", label)


def configuration(scheme: LabelScheme) -> str:
    """Write brat's ``annotation.conf`` for a label scheme."""
    relations = ["<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>"] if scheme.overlap != "flat" else []
    for relation in scheme.relations.values():
        symmetric = ", <REL-TYPE>:symmetric" if relation.symmetric else ""
        ends = f"Arg1:{'|'.join(relation.head)}, Arg2:{'|'.join(relation.child)}"
        relations.append(f"{relation.name}\t{ends}{symmetric}")
    sections = {"entities": list(scheme.entities), "relations": relations, "events": [], "attributes": []}
    return "\n".join(f"[{name}]\n" + "".join(f"{line}\n" for line in lines) for name, lines in sections.items())


FORMAT = Format(
    name="brat",
    about="brat's standoff: a folder of .txt and .ann files, with annotation.conf",
    ending="",
    folder=True,
    read=read,
    write=write,
    spell=type_name,
    carries=all_but(
        "lang", "title", "meta", "curator", "origin", "source", "score", "verdicts", aside=("self_relations",)
    ),
    aside=(
        "events, attributes, normalizations, equivalences, notes",
        "discontinuous spans, and the fragments of others",
        "relations with an event or a discontinuous span",
    ),
    lost=("ids of annotations",),
)
