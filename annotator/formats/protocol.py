"""The protocol of formats: one value that says how to read it, how to write it, and what it can carry.

A format module ends in ``FORMAT = Format(…)``.  Its reader turns a file into :class:`ForeignDocument` values, one at a
time; its writer turns :class:`~annotator.formats.record.LayerRecord` values into bytes.  Neither knows the store, the
label scheme's demands or which layers there are: the workflow matches documents, names layers, checks labels, and
keeps as extras what our model has no place for.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from annotator.annotation import Annotations, AttributeValue, Extra, VerdictKind
from annotator.errors import FormatError
from annotator.formats.record import LayerRecord
from annotator.formats.source import Source
from annotator.labels import LabelScheme
from annotator.labels.attributes import AttributeKind
from annotator.text import Segmentation
from annotator.wording import Places

_LONGEST_NAME = 255
WorkState = Literal["doing", "done", "skipped"]
Carried = Literal["yes", "aside", "no"]
"""Whether a format holds a thing; ``aside``: it comes back in the same format, though our model has no place for it."""

FEATURES = {
    "nested": "spans inside one another",
    "crossing": "spans that cross",
    "off_token": "spans off token borders",
    "relations": "relations",
    "groups": "groups of mentions",
    "self_relations": "relations of a span with itself",
    "key": "the document's key",
    "lang": "its language",
    "title": "its title",
    "meta": "its other fields",
    "curator": "whose work it is",
    "attributes": "attributes of spans",
    "relation_attributes": "attributes of relations",
    "document_attributes": "attributes of documents",
    "origin": "whether an item was accepted, corrected or added",
    "source": "which suggester proposed an item",
    "score": "scores",
    "verdicts": "verdicts on suggestions (rejected, ignored)",
}
"""What a layer and its document can hold, in the words of the docs; every format declares each."""


@dataclass(frozen=True, slots=True)
class ForeignAttribute:
    """What a file says of one of its spans or relations (``item``, its id), or (``None``) of the document, by a name.

    The label scheme decides whether it has a place for it: then it becomes an attribute of the item, and the layer
    keeps ``detail``, what the format needs to write the value as it stood.  Otherwise it keeps ``aside``, what the
    format needs to write it again, or loses it where that is ``None``.  An ``aside`` may be one of the layer's extras
    (by its id), where others may speak of it; it stays one where it is not placed, and where others do.  ``lost`` says
    what is lost, unless the name of the attribute does; ``is_kept`` that nothing is, because the document's own fields
    have it too.  ``kind`` is that of an attribute which the file would add to a scheme without it.
    """

    item: str | None
    name: str
    value: AttributeValue
    aside: Extra | None = None
    kind: AttributeKind = "values"
    detail: Extra | None = None
    lost: str = ""
    is_kept: bool = False


COREFERENCE = "coreference"
"""The label of groups in files that do not name them; a label scheme with one equivalence takes them as its groups."""


@dataclass(frozen=True, slots=True)
class ForeignGroup:
    """Spans of a file (``members``, their ids) that are one thing, such as the mentions of one person.

    Where the label scheme has ``label`` as an equivalence, they are linked by it; otherwise ``aside`` is kept, as that
    of :class:`ForeignAttribute`, or the group is lost.
    """

    label: str
    members: tuple[str, ...]
    aside: Extra | None = None


@dataclass(frozen=True, slots=True)
class ForeignLayer:
    """One author's annotations on one document, as a file has them.

    Ids are the file's own and need only be unique within the layer; each content may come twice.  ``author`` is whom
    the file names (``None`` where it names nobody); ``suggested`` marks a model's suggestions, which never count as
    finished work.  ``verdicts`` are what the author rejected or ignored.  ``layer`` and ``curators`` are for formats
    that name one of our layers, ``record`` is for those that hold several layers in one place: which of them it is.
    ``attributes`` and ``groups`` are what the file says beside labels, in addition to what the items of ``content``
    have as their attributes; all of it is checked against the label scheme.
    """

    content: Annotations = field(default_factory=Annotations)
    author: str | None = None
    suggested: bool = False
    state: WorkState = "done"
    verdicts: tuple[tuple[VerdictKind, Annotations], ...] = ()
    extras: tuple[Extra, ...] = ()
    layer: str | None = None
    curators: tuple[str, ...] = ()
    record: str = ""
    attributes: tuple[ForeignAttribute, ...] = ()
    groups: tuple[ForeignGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignDocument:
    """A document as a foreign file has it, with the layers on it.

    ``text`` is exact; all offsets are code points into it.  ``where`` is ``file:line`` for messages.  ``key`` is the
    name that the file itself gives the document; where it gives none, ``fallback`` names one that is new.  ``extras``
    are the document's own things that only this format understands.  ``lost`` counts, by kind, what the reader had to
    leave behind, ``notes`` what a user should know of though nothing is lost.  ``segmentation`` are the tokens and
    sentences that a new document is to have in place of ours, where the user wants those of the file.
    """

    where: str
    text: str
    fallback: str
    layers: tuple[ForeignLayer, ...]
    key: str | None = None
    lang: str | None = None
    title: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)
    lost: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)
    segmentation: tuple[Segmentation, Segmentation] | None = None


ATTRIBUTES = ("attributes", "relation_attributes", "document_attributes")
"""The features that only formats with a place for attributes carry."""


def all_but(*no: str, aside: tuple[str, ...] = (), also: tuple[str, ...] = ()) -> Mapping[str, Carried]:
    """Declare that a format carries every feature but some, and of :data:`ATTRIBUTES` those that are in ``also``.

    ``aside`` are features that it keeps aside.  Groups are carried as the relations that make them; where there are no
    relations, only by a format that says so in ``also``.
    """
    carries: dict[str, Carried] = dict.fromkeys(FEATURES, "yes")
    seldom = (*ATTRIBUTES, *(["groups"] if "relations" in no else []))
    left_out = [*no, *(feature for feature in seldom if feature not in also)]
    return carries | dict.fromkeys(left_out, "no") | dict.fromkeys(aside, "aside")


class Sink(Protocol):
    """Something that bytes are written to."""

    def write(self, data: bytes, /) -> object:
        """Write some bytes."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a writer writes: ``stream`` for one file, ``folder`` (new and empty) for formats of many.

    The writer counts in ``lost``, by kind, what its format has no place for beyond its declaration (spans and relations
    by :meth:`leave_out`, so that nobody takes them for written), and in ``warnings`` what a user should know of, though
    nothing is lost.  ``off_token`` are the spans whose token numbers it could not write, ``files`` holds name and
    SHA-256 of each file put into the folder.  ``fields_of_some`` names the fields kept aside that some of the documents
    have, and others have not.
    """

    scheme: LabelScheme
    stream: Sink | None = None
    folder: Path | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    files: dict[str, str] = field(default_factory=dict)
    off_token: Places = field(default_factory=Places)
    fields_of_some: frozenset[str] = frozenset()
    left_out: dict[str, Counter[str]] = field(default_factory=lambda: {"span": Counter(), "relation": Counter()})

    def leave_out(self, kind: Literal["span", "relation"], why: str, labels: Counter[str]) -> None:
        """Count spans or relations, given by how many of each label, that are not written."""
        self.left_out[kind].update(labels)
        self.lost[why] += labels.total()

    def write(self, text: str | bytes) -> None:
        """Write text to the one file, as UTF-8."""
        assert self.stream is not None
        self.stream.write(text if isinstance(text, bytes) else text.encode("utf-8"))

    def write_list(self, values: Iterable[str | bytes], opening: str = "[", closing: str = "]") -> None:
        """Write encoded JSON values as one list, a value a line, holding one at a time."""
        self.write(opening)
        before = b"\n"
        for value in values:
            self.write(before + (value if isinstance(value, bytes) else value.encode("utf-8")))
            before = b",\n"
        self.write(f"{closing}\n" if before == b"\n" else f"\n{closing}\n")

    def put(self, name: str, data: bytes) -> None:
        """Write one of the folder's files."""
        with self.file(name) as stream:
            stream.write(data)

    @contextmanager
    def file(self, name: str) -> Iterator[Sink]:
        """Write one of the folder's files piece by piece.

        Raises :class:`FormatError` where ``name``, which is made of a document's key, would lead out of the folder or
        to a file that is there already.
        """
        assert self.folder is not None
        problem = _file_name_problem(name)
        if problem:
            raise FormatError(f"{name!r} {problem}, so it cannot name a file", "leave that document out")
        digest = hashlib.sha256()

        class Piecewise:
            def write(self, data: bytes, /) -> None:
                digest.update(data)
                stream.write(data)

        try:
            opened = (self.folder / name).open("xb")
        except FileExistsError as error:
            raise FormatError(f"two documents would be written to the file {name}", "leave one of them out") from error
        with opened as stream:
            yield Piecewise()
        self.files[name] = digest.hexdigest()


def _file_name_problem(name: str) -> str | None:
    """Say why a document's file cannot have a name; keys are checked when they come in, and once more here."""
    if not name.strip(". ") or name.startswith("."):
        return "begins with a full stop or is empty"
    if "/" in name or "\\" in name:
        return "holds a slash"
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in name):
        return "holds a control character"
    if len(name.encode("utf-8")) > _LONGEST_NAME:
        return f"is longer than {_LONGEST_NAME} bytes"
    return None


ReadFunction = Callable[[Source, Mapping[str, str]], Iterator[ForeignDocument]]
"""Yields documents lazily; raises :class:`~annotator.errors.FormatError` naming file and line."""
WriteFunction = Callable[[Iterable[LayerRecord], Target], None]
"""Takes records in order, holding one at a time; the same records give the same bytes."""


def without_spaces(label: str) -> str:
    """Write a text as one word."""
    return label.replace(" ", "_")


_NO_WORD = str.maketrans(" ()", "___")


def as_one_word(label: str) -> str:
    """Spell a label as one word without brackets, which may stand around it in columns."""
    return label.translate(_NO_WORD)


SetupFunction = Callable[[LabelScheme, Mapping[str, str]], Mapping[str, bytes]]
"""Writes files by the end of their names, for a scheme and the options of the export."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its name on the command line.

    ``ending`` is that of its file, unless ``endings`` has another for a ``NAME=VALUE`` of its options; a format of many
    files has ``folder`` set.  ``carries`` answers every one of :data:`FEATURES`; ``aside`` and ``lost`` name what
    reading keeps for the way back and what it leaves behind; ``options`` are those of ``-O NAME=VALUE``, with what they
    mean, and ``grants`` the features that an option makes it carry when it is ``yes``.  ``setup`` writes what the other
    program needs to make a project for the scheme's labels: files by the end of their names, which stand beside an
    exported file, or in its folder.  ``spell`` gives, for a label, how it stands in files that cannot hold every label.
    ``describe_parts`` writes, for a format of folders, the files at the top of a split, given its folder and the names
    of the parts in it.
    """

    name: str
    about: str
    ending: str
    carries: Mapping[str, Carried]
    read: ReadFunction | None = None
    write: WriteFunction | None = None
    endings: Mapping[str, str] = field(default_factory=dict)
    folder: bool = False
    aside: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    grants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    setup: SetupFunction | None = None
    spell: Callable[[str], str] | None = None
    describe_parts: Callable[[Path, Sequence[str]], Mapping[str, bytes]] | None = None

    def ending_with(self, options: Mapping[str, str]) -> str:
        """Tell how the name of its file ends under some options."""
        return next((self.endings[f"{o}={v}"] for o, v in options.items() if f"{o}={v}" in self.endings), self.ending)

    def carries_with(self, options: Mapping[str, str]) -> Mapping[str, Carried]:
        """Tell what the format carries under some options."""
        granted = {f for option, features in self.grants.items() if options.get(option) == "yes" for f in features}
        return {feature: "yes" if feature in granted else carried for feature, carried in self.carries.items()}
