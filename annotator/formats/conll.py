"""CoNLL columns: one word a line, a blank line between sentences, tags in one column.

Documents begin at ``-DOCSTART-``, or at a comment that names one; a file without either is one document.  CoNLL-U is
read, too: ten columns, entities in the last one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from annotator.errors import FormatError
from annotator.formats.conll_columns import ColumnOptions, Columns
from annotator.formats.conll_document import DocumentDraft
from annotator.formats.conll_tags import TAG_STYLES, TagError
from annotator.formats.conll_writer import START, write
from annotator.formats.json_values import Fields, parse_json
from annotator.formats.protocol import ForeignDocument, Format, all_but, as_one_word
from annotator.formats.source import Source, SourceLine
from annotator.formats.words import TAG_SCHEMES
from annotator.inputs import is_hidden

_ENDINGS = (".conll", ".conllu", ".tsv", ".iob", ".iob2", ".bio")
_LOOKED_AT = 200
"""Lines behind a mistake that are looked at to say how to mend it."""

_COMMENT = re.compile(r"#\s*(?P<name>[\w.:]+(?:\s+id)?)\s*=(?:\s(?P<value>.*))?")
_DOCUMENT = re.compile(
    r"#\s*(?:(?:newdoc|begin document)(?:\s+id)?|doc(?:ument)?[ _-]?id|id)(?:\s*[:=]\s*|\s+)(?P<name>\S+)"
    r"|#\s*newdoc\s*"
)
_PARAGRAPH = re.compile(r"#\s*newpar(?:\s.*)?")
_OUR_FIELDS = re.compile(r'# \{"key":')
_END = re.compile(r"#\s*end document\b.*")


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of a file, or of the files of a folder, one in memory at a time."""
    column_options = ColumnOptions.of(options)
    most = _number(options, "sentences", "0")
    tokens = options.get("tokens", "ours")
    if tokens not in ("ours", "file"):
        raise FormatError(f"tokens={tokens}: neither ours nor file", "write tokens=file to keep those of the file")
    files: list[Columns] = []
    for part in source.parts(*_endings(source.path)):
        reader = _Reader(part, Columns(column_options), most, keep_tokens=tokens == "file")
        yield from reader.documents()
        files.append(reader.columns)
    _conclude(source.name, [columns for columns in files if columns.count])


def _endings(folder: Path | None) -> Sequence[str]:
    """The endings of the files of a folder that hold columns: .txt only where no other file does."""
    if folder is None or not folder.is_dir():
        return _ENDINGS
    found = {path.suffix.lower() for path in folder.rglob("*") if not is_hidden(path, folder)}
    return (".txt",) if ".txt" in found and not found & set(_ENDINGS) else _ENDINGS


def _conclude(name: str, files: list[Columns]) -> None:
    """Refuse files, once they are read, whose tags cannot be tags of entities."""
    if files and all(columns.lacks_entities for columns in files):
        raise FormatError(
            f"{name}: no entities in the last column, such as name=B-PER or Entity=(person)",
            _entry_hint(files[0]),
        )
    if files and all(columns.is_all_labels for columns in files):
        column = files[0].tag_column()
        raise FormatError(
            f"{name}: every word has a tag, none with B- or I-, as if not of entities",
            f"{f'tags stand in column {column}: -O label-column={column}; ' if column else ''}"
            "-O tags=bare takes them as they are",
        )


def _entry_hint(columns: Columns) -> str:
    """Say where the entities of a file of CoNLL-U may be."""
    column = columns.tag_column()
    if column is not None:
        return f"tags stand in column {column}: -O label-column={column}"
    names = ", ".join(columns.entry_names) or "nothing"
    return f"the column holds {names}: name the entry of the entities, such as -O entry=ner"


def _number(options: Mapping[str, str], name: str, default: str) -> int:
    written = options.get(name, default)
    if not re.fullmatch(r"\d{1,9}", written):
        raise FormatError(f"{name}={written}: not a number", f"write it as {name}=2")
    return int(written)


class _Reader:
    """Reads the documents of one file."""

    def __init__(self, source: Source, columns: Columns, most: int, *, keep_tokens: bool) -> None:
        self.columns = columns
        self._source = source
        self._most = most
        self._keep_tokens = keep_tokens
        self._entity_fields: list[str] = []
        self._draft = DocumentDraft(f"{source.name}:1", f"{source.stem}-000001" if most else source.stem)

    def documents(self) -> Iterator[ForeignDocument]:
        """Yield the documents, in order."""
        lines = self._source.lines()
        for line in lines:
            text = line.text.rstrip("\r")
            if not text.strip(" \t"):
                self._draft.end_sentence()
                if self._most and self._draft.sentences >= self._most:
                    yield from self._begin(f"{self._source.name}:{line.number + 1}", line.number + 1)
            elif text.startswith(START):
                yield from self._begin(line.where, line.number, _start_fields(text, line.where))
            elif text.startswith("#") and self._is_comment(text):
                yield from self._comment(text, line)
            else:
                try:
                    row = self.columns.row(text, line)
                except TagError as error:
                    raise self.columns.explained(error, islice(lines, _LOOKED_AT)) from error
                self._draft.add(row)
        yield from self._finished()

    def _begin(self, where: str, number: int, fields: Fields | None = None) -> Iterator[ForeignDocument]:
        yield from self._finished()
        comments = Counter() if self._draft.sentences else self._draft.lost
        self._draft = DocumentDraft(where, f"{self._source.stem}-{number:06}", fields, comments)

    def _finished(self) -> Iterator[ForeignDocument]:
        return self._draft.finished(self.columns, self._entity_fields, keep_tokens=self._keep_tokens)

    def _is_comment(self, text: str) -> bool:
        return _COMMENT.fullmatch(text) is not None or not self.columns.is_word(text)

    def _comment(self, text: str, line: SourceLine) -> Iterator[ForeignDocument]:
        document = _DOCUMENT.match(text)
        comment = _COMMENT.fullmatch(text)
        name, value = (comment["name"], (comment["value"] or "").strip()) if comment else ("", "")
        if document is not None and (document["name"] or document.end() == len(text)):
            key = {"key": document["name"].strip("();")} if document["name"] else {}
            yield from self._begin(line.where, line.number, Fields(key, line.where))
        elif _OUR_FIELDS.match(text) and not self._draft.sentences:
            self._draft.fields = Fields.of(parse_json(text.lstrip("# "), line.where), line.where)
        elif name == "text" and value:
            self._draft.give_text(value)
        elif name == "global.Entity":
            self._entity_fields = value.split("-")
        elif _PARAGRAPH.fullmatch(text):
            self._draft.begin_paragraph()
        elif not _END.fullmatch(text):
            self._draft.lost["comment"] += 1


def _start_fields(text: str, where: str) -> Fields | None:
    """Read the document's fields from a ``-DOCSTART-`` line that we wrote; ``None`` for one of others."""
    columns = text.removeprefix(START).removeprefix("\t").split("\t")
    return Fields.of(parse_json(columns[0], where), where) if columns[0].startswith("{") else None


FORMAT = Format(
    name="conll",
    about="columns of words and tags, as the CoNLL tasks have them, and CoNLL-U",
    ending=".conll",
    read=read,
    write=write,
    spell=as_one_word,
    carries=all_but(
        "nested",
        "crossing",
        "off_token",
        "relations",
        "self_relations",
        "curator",
        "origin",
        "source",
        "score",
        "verdicts",
    ),
    lost=(
        "comments",
        "values in other columns, and other entries of CoNLL-U's last one",
        "empty nodes",
        "groups and attributes of entities in brackets, where the label scheme has no place for them",
        "the text, where the file is neither ours nor CoNLL-U: it is rebuilt from the words",
    ),
    options={
        "scheme": f"the tags to write: {', '.join(TAG_SCHEMES)} (default: iob2; reading tells them apart)",
        "columns": "2 (default) or 4: what to write; 4 is the layout of CoNLL-2003, which Flair and spaCy read, "
        "without the text",
        "plain": "yes: write words and tags alone, without the text",
        "label-column": "the column of the tags to read, from 1 or from the end (default: -1); several with commas",
        "word-column": "the column of the words to read (default: 1, or 2 behind numbers)",
        "tags": f"the kind of the tags to read: {', '.join(TAG_STYLES)} (default: that of the first tag)",
        "entry": "the entry of CoNLL-U's last column to read (default: Entity, name, NER or NE)",
        "tokens": "file: a new document gets the tokens and sentences of the file (default: ours)",
        "sentences": "how many sentences make a document where the file marks none (default: all)",
    },
)
