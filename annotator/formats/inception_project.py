"""The files of a project as INCEpTION exports it: whose work each holds, on which document, and how far it is.

In a project's folder lie ``exportedproject….json`` with the state of all work, ``annotation/DOCUMENT/USER.…`` with what
each annotator did (as one file, or as a ZIP archive of it and its type system), ``curation/DOCUMENT/CURATION_USER.…``
with what was curated, and ``source/DOCUMENT`` with what was uploaded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from annotator.annotation import Annotations
from annotator.errors import FormatError, InputError
from annotator.formats.protocol import ForeignAttribute, ForeignDocument, ForeignGroup, ForeignLayer, WorkState
from annotator.formats.source import Source, unpacked
from annotator.inputs import is_hidden, load_json, refuse_outside_link

_CURATION, _INITIAL = "CURATION_USER", "INITIAL_CAS"
UNTOUCHED = "copy of a document that nobody had begun to work on"
"""What such a copy counts as."""
_DESCRIPTION = "exportedproject*.json"
_LARGEST = 1 << 28
"""Bytes of the largest description of a project that is read."""
_STATES: dict[str, WorkState] = {
    "IN_PROGRESS": "doing",
    "FINISHED": "done",
    "IGNORE": "skipped",
    "CURATION_FINISHED": "done",
}
_PLAIN = ("text", "plain text")
"""What INCEpTION calls sources that are the text itself."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose work on which document a file holds, as far as is known.

    ``untouched`` marks a copy that nobody had worked on, ``gold`` one that was curated.
    """

    document: str | None = None
    author: str | None = None
    gold: bool = False
    untouched: bool = False
    state: WorkState = "done"

    def of(self, user: str | None, document: str | None) -> Origin:
        """Complete what the file's place does not tell with what the file itself says."""
        if self.author or self.gold or self.untouched or not user:
            return replace(self, document=self.document or document)
        return _origin(self.document or document, user, "done")

    def layer(
        self, content: Annotations, attributes: Iterable[ForeignAttribute], groups: Iterable[ForeignGroup]
    ) -> ForeignLayer:
        """The layer that holds what was read of this work."""
        gold = "gold" if self.gold else None
        return ForeignLayer(
            content, self.author, layer=gold, state=self.state, attributes=tuple(attributes), groups=tuple(groups)
        )


class ProjectPart(NamedTuple):
    """One of the files to read, where it comes from, and the folder above which nothing belongs to it."""

    source: Source
    origin: Origin
    root: Path | None


class InceptionProject:
    """A source as a project of INCEpTION, or as the file or the folder of files that it is otherwise."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._root: Path | None = None
        self._states: dict[tuple[str, str], str] = {}
        self._sources: dict[str, str] = {}
        self._texts: list[Path] = []
        self._left_out: Counter[str] = Counter()
        if source.path is not None and source.path.is_dir():
            for description in self._descriptions(source.path):
                self._root = description.parent
                self._read_description(description)

    def parts(self, *endings: str) -> Iterator[ProjectPart]:
        """Yield the files of these endings, in order of their paths; archives among them are opened."""
        source = self._source
        if source.path is None or not source.path.is_dir():
            yield ProjectPart(source, self._place(PurePath(source.name)), source.path and source.path.parent)
            return
        if self._root is not None:
            self._look_for_texts(self._root, endings)
        for part in self._files(endings):
            path = part.path
            assert path is not None
            origin = self._place(path)
            if path.suffix.lower() != ".zip":
                yield ProjectPart(part, origin, source.path)
                continue
            with ExitStack() as opened:
                try:
                    folder = opened.enter_context(unpacked(part))
                except InputError as error:
                    raise FormatError(error.message.replace(str(path), part.name), error.hint) from error
                for inner in folder.parts(*endings):
                    yield ProjectPart(inner, origin, folder.path)
            part.done = part.total

    def _files(self, endings: tuple[str, ...]) -> Iterator[Source]:
        try:
            for part in self._source.parts(*endings, ".zip"):
                if self._root is None or self._belongs(part.path):
                    yield part
        except FormatError as error:
            if self._root is None or isinstance(error.__cause__, OSError):
                raise  # else there is no such file: the project may hold texts alone

    def _belongs(self, path: Path | None) -> bool:
        assert path is not None
        assert self._root is not None
        return path.is_relative_to(self._root) and path.relative_to(self._root).parts[0] in ("annotation", "curation")

    def completed(self, documents: Iterator[ForeignDocument]) -> Iterator[ForeignDocument]:
        """Yield the documents that were read of the parts, then those without any annotation, from their source texts.

        The first tells which documents are left out.  Raises :class:`FormatError` where a project holds nothing that
        can be read.
        """
        first = True
        for document in chain(documents, self._source_texts()):
            yield replace(document, lost=self._left_out + Counter(document.lost)) if first else document
            first = False
        if first and self._root is not None:
            raise FormatError(
                f"{self._source.name}: a project without any annotations in this format",
                "export it again with a secondary format: UIMA CAS JSON 0.4.0, UIMA CAS XMI or WebAnno TSV v3.x",
            )

    def _look_for_texts(self, root: Path, endings: tuple[str, ...]) -> None:
        """Find the documents without annotations in these files: those with a plain text, and those left out."""
        places = (path for folder in ("annotation", "curation") for path in (root / folder).glob("*/*"))
        annotated = {path.parent.name for path in places if path.name.lower().endswith((*endings, ".zip"))}
        for name, kind in self._sources.items():
            path = root / "source" / name
            if name in annotated:
                continue
            if kind in _PLAIN and path.is_file():
                refuse_outside_link(path.parent, root)
                refuse_outside_link(path, root)
                self._texts.append(path)
            else:
                self._left_out[f"document as {kind} without annotations that can be read"] += 1

    def _source_texts(self) -> Iterator[ForeignDocument]:
        for path in self._texts:
            text = self._source.text_of(path).removeprefix("\ufeff")
            yield ForeignDocument(self._source.told(path), text, document_key(path.name), ())

    def _descriptions(self, folder: Path) -> list[Path]:
        """Find the description of the project in a folder, but not in hidden ones."""
        found = sorted(path for path in folder.rglob(_DESCRIPTION) if not is_hidden(path, folder))
        roots = sorted({path.parent for path in found})
        if len(roots) > 1:
            raise FormatError(
                f"{self._source.name}: several projects, in {', '.join(self._source.told(root) for root in roots)}",
                "import each by itself",
            )
        return found

    def _read_description(self, path: Path) -> None:
        refuse_outside_link(path, path.parent)
        try:
            description = load_json(path, _LARGEST)
        except InputError as error:
            raise FormatError(f"{self._source.told(path)}: {error.message}", error.hint) from error
        for item in _objects(description, "annotation_documents"):
            self._states[str(item.get("name")), str(item.get("user"))] = str(item.get("state"))
        for item in _objects(description, "source_documents"):
            name = item.get("name")
            if isinstance(name, str) and PurePath(name).name == name:  # the name of a file, which leads nowhere else
                self._sources[name] = str(item.get("format"))
                self._states[name, _CURATION] = str(item.get("state"))

    def _place(self, path: PurePath) -> Origin:
        """Tell where a file comes from by the folders that it lies in."""
        folders = path.parts[-3:]
        if len(folders) < 3 or folders[0] not in ("annotation", "curation"):
            return Origin()
        document, user = folders[1], _CURATION if folders[0] == "curation" else path.stem
        state = self._states.get((document, user))
        return _origin(document, user, "done" if state is None else _STATES.get(state, "doing"), new=state == "NEW")


def _origin(document: str | None, user: str, state: WorkState, *, new: bool = False) -> Origin:
    gold = user == _CURATION
    untouched = user == _INITIAL or (new and not gold)
    return Origin(document, None if gold or untouched else user, gold, untouched, state)


def _objects(value: Any, name: str) -> Iterator[dict[str, Any]]:
    items = value.get(name) if isinstance(value, dict) else None
    yield from (item for item in items if isinstance(item, dict)) if isinstance(items, list) else ()


def document_key(name: str) -> str:
    """The name of a document without the endings of files that it was read from."""
    stem = name
    while (path := PurePath(stem)).suffix.lower() in (".cas", ".json", ".xmi", ".tsv", ".txt") and path.stem:
        stem = path.stem
    return stem
