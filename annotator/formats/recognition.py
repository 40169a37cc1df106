"""Telling which format a file or a folder is, from its names, its beginning and its first JSON value.

A format fits where its sign does; where several fit, or none, the user has to say.  Files of programs that write
nothing we read are told by name, with the way in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from annotator.errors import FormatError
from annotator.formats.source import BESIDE, Source
from annotator.inputs import is_hidden, open_file

_HEAD = 1 << 16
_MOST_NAMES = 10_000
_BOM = b"\xef\xbb\xbf"
_TAG = re.compile(r"O|[BIESLUWM]-\S.*")
_BARE_TAG = re.compile(r"[A-Z][A-Z_-]*")
_COLUMN_FILES = (".conll", ".conllu", ".iob", ".iob2", ".bio", ".tsv", ".txt")
_MARKS = (b"-DOCSTART-", b"# newdoc", b"# sent_id", b"# text = ", b"# begin document", b"# global.")
_MOST_COLUMNS = 13
_COLUMN_LINES = 40


@dataclass(frozen=True, slots=True)
class Sign:
    """What tells a format: whether a beginning shows it, and in words what is looked for."""

    shows: Callable[[Beginning], bool]
    looks_for: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """A kind of file that is not read: what tells it, what it is and whose, and the way in."""

    shows: Callable[[Beginning], bool]
    told: str
    way_in: str


class Beginning:
    """What can be known of a source without reading it: the names of its files, its first bytes, its first value.

    Of a folder the bytes and the value are those of the first file whose name has one of the endings that are asked,
    and that holds any.  Hidden files are left out, as they are by an import.
    """

    def __init__(self, source: Source) -> None:
        assert source.path is not None
        self._path = source.path
        self._encoding = source.encoding
        self.is_folder = source.path.is_dir()
        files = islice(source.path.rglob("*"), _MOST_NAMES) if self.is_folder else [source.path]
        self._files = sorted(file for file in files if file.is_file() and not is_hidden(file, self._path))
        self.names = frozenset(file.name.lower() for file in self._files)

    def has(self, *endings: str) -> bool:
        """Tell whether any file's name ends so."""
        return any(name.endswith(endings) for name in self.names)

    def head(self, *endings: str) -> bytes:
        """The first bytes of the file, without a byte order mark."""
        for file in self._files:
            if not self.is_folder or file.name.lower().endswith(endings):
                with suppress(OSError, FormatError), open_file(file) as stream:
                    if head := stream.read(_HEAD).removeprefix(_BOM):
                        return head
        return b""

    @cached_property
    def value(self) -> Any:
        """The first JSON value of the file, or of the first JSON file; ``None`` where there is none."""
        head = self.head(".json", ".jsonl").decode(self._encoding, errors="ignore")
        if not head.lstrip("\ufeff\n\r\t ").startswith(("{", "[")):
            return None
        with suppress(FormatError, StopIteration):
            return next(Source(self._path, self._encoding).items(beside=BESIDE)).value
        return None

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The first JSON value where it is an object, else nothing."""
        return self.value if isinstance(self.value, dict) else {}

    def list_of(self, name: str, kind: type) -> bool:
        """Tell whether a field is a list that begins with a value of this kind, or is empty."""
        value = self.fields.get(name)
        return isinstance(value, list) and (not value or isinstance(value[0], kind))

    @cached_property
    def rows(self) -> list[list[str]]:
        """The columns of the first lines that hold words, where the file has lines and is no JSON or XML."""
        head = self.head(*_COLUMN_FILES)
        if b"\0" in head or head.lstrip()[:1] in (b"{", b"[", b"<"):
            return []
        lines = head.decode(self._encoding, errors="ignore").split("\n")
        lines = lines[:-1] if len(head) == _HEAD else lines
        return [
            line.split("\t") if "\t" in line.strip() else line.split()
            for line in islice((x for x in lines if x.strip() and not x.startswith(("#", "-DOCSTART-"))), _COLUMN_LINES)
        ]


def _gold(b: Beginning) -> bool:
    return str(b.fields.get("schema", "")).startswith("annotator.gold/")


def _prodigy(b: Beginning) -> bool:
    marked = any(name in b.fields for name in ("_input_hash", "_task_hash", "answer"))
    spans = b.list_of("spans", dict) and (b.list_of("tokens", dict) or "tokens" not in b.fields)
    return isinstance(b.fields.get("text"), str) and (marked or spans) and not _gold(b)


def _doccano(b: Beginning) -> bool:
    entities, others = b.fields.get("entities"), ("label", "labels")
    spans = b.list_of("entities", dict) and (not entities or "start_offset" in entities[0])
    spans = spans or (b.list_of("annotations", dict) and "start_offset" in (b.fields["annotations"] or [{}])[0])
    listed = any(b.list_of(name, list) for name in others) or "Comments" in b.fields
    told = any(isinstance(b.fields.get(name), str) for name in ("text", "data"))
    return told and (spans or listed) and b.fields.keys().isdisjoint({"tokens", "sents"}) and not _labelstudio(b)


def _labelstudio(b: Beginning) -> bool:
    tasks = isinstance(b.fields.get("data"), dict) and not b.fields["data"].keys().isdisjoint({"text"})
    results = any(name in b.fields for name in ("annotations", "predictions", "completions"))
    return (tasks or (isinstance(b.fields.get("data"), dict) and results)) or "annotation_id" in b.fields


def _brat(b: Beginning) -> bool:
    return b.is_folder and b.has(".ann") and b.has(".txt")


def _docbin(b: Beginning) -> bool:
    return b.has(".spacy") or (not b.is_folder and b.head()[:2] in (b"x\x9c", b"x\xda", b"x\x01"))


def _pairs(b: Beginning) -> bool:
    value = b.value
    pair = isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], dict)
    return pair or (b.list_of("classes", str) and "annotations" in b.fields)


def _columns(b: Beginning) -> bool:
    widths = {len(row) for row in b.rows}
    if _webanno(b) or _pubtator(b) or _conll2012(b) or not widths or min(widths) < 2 or min(widths) > _MOST_COLUMNS:
        return False
    marked = b.head(*_COLUMN_FILES).startswith(_MARKS)
    if marked or b.has(*_COLUMN_FILES[:-2]):
        return True
    return any(_are_tags([row[at] for row in b.rows]) for at in range(1, min(widths)))


def _conll2012(b: Beginning) -> bool:
    return b.head(*_COLUMN_FILES, "_conll").startswith(b"#begin document")


def _are_tags(values: list[str]) -> bool:
    bare = "O" in values
    return all(_TAG.fullmatch(value) or (bare and _BARE_TAG.fullmatch(value)) for value in values)


def _webanno(b: Beginning) -> bool:
    return b.head(".tsv").startswith(b"#FORMAT=WebAnno TSV 3")


def _words(b: Beginning, name: str) -> bool:
    return bool(b.fields.get(name)) and b.list_of(name, str)


def _gliner(b: Beginning) -> bool:
    ner, relations = b.fields.get("ner"), b.fields.get("relations") or [[]]
    triples = isinstance(ner, list) and all(isinstance(v, list) and len(v) == 3 for v in ner[:1])
    return (
        b.list_of("tokenized_text", str) and triples and isinstance(relations, list) and relations[0].__class__ is list
    )


def _gliner2(b: Beginning) -> bool:
    shapes = (("input", "output"), ("text", "schema"))
    return any(isinstance(b.fields.get(text), str) and isinstance(b.fields.get(out), dict) for text, out in shapes)


def _glirel(b: Beginning) -> bool:
    ner, relations = b.fields.get("ner"), b.fields.get("relations")
    quadruples = isinstance(ner, list) and any(isinstance(v, list) and len(v) == 4 for v in ner[:1])
    related = b.list_of("relations", dict) and (bool(relations) or (ner == [] and "ner_labels" not in b.fields))
    return b.list_of("tokenized_text", str) and (quadruples or related)


def _hf(b: Beginning) -> bool:
    tagged = any(name.endswith("tags") for name in b.fields) and (_words(b, "tokens") or _words(b, "words"))
    return tagged or "dataset_info.json" in b.names or b.head(".parquet").startswith(b"PAR1")


def _tacred(b: Beginning) -> bool:
    opennre = all(isinstance(b.fields.get(end), dict) and "pos" in b.fields[end] for end in ("h", "t"))
    return "subj_start" in b.fields or opennre


def _pubtator(b: Beginning) -> bool:
    lines = b.head(".pubtator", ".txt").lstrip().split(b"\n", 1)
    return re.match(rb"[^\t|{\[]+\|t\|", lines[0]) is not None


def _bioc(b: Beginning) -> bool:
    documents = b.fields.get("documents") or b.fields.get("PubTator3")
    collected = isinstance(documents, list) and all(isinstance(d, dict) and "passages" in d for d in documents[:1])
    return (
        collected or b.list_of("passages", dict) or re.search(rb"<collection[\s>]", b.head(".xml")[:4096]) is not None
    )


def _cas(b: Beginning) -> bool:
    named = any(name.startswith("exportedproject") and name.endswith(".json") for name in b.names)
    return named or b.has(".xmi") or "%FEATURE_STRUCTURES" in b.fields or b"/uima/cas" in b.head(".xmi", ".xml")


SIGNS = {
    "jsonl": Sign(_gold, "a schema of annotator.gold"),
    "prodigy": Sign(_prodigy, "text with spans, an answer or a task's hash"),
    "doccano": Sign(_doccano, "text with entities, label or Comments"),
    "labelstudio": Sign(_labelstudio, "tasks with data and annotations"),
    "brat": Sign(_brat, "a folder of .txt and .ann files"),
    "spacy": Sign(_docbin, "a DocBin"),
    "spacy-json": Sign(_pairs, '[text, {"entities": …}]'),
    "conll2012": Sign(_conll2012, "#begin document at its head"),
    "conll": Sign(_columns, "columns with tags such as B-PER"),
    "webanno": Sign(_webanno, "the line #FORMAT=WebAnno TSV 3"),
    "gliner": Sign(_gliner, "tokenized_text with ner in threes"),
    "gliner2": Sign(_gliner2, "input with an output"),
    "spert": Sign(lambda b: b.list_of("tokens", str) and b.list_of("entities", dict), "tokens with entities"),
    "glirel": Sign(_glirel, "tokenized_text with relations between positions"),
    "scierc": Sign(lambda b: b.list_of("sentences", list), "sentences of words"),
    "hf": Sign(_hf, "tokens with ner_tags"),
    "tacred": Sign(_tacred, "rows with subj_start, or with h and t"),
    "docred": Sign(lambda b: "vertexSet" in b.fields, "sents with a vertexSet"),
    "pubtator": Sign(_pubtator, "lines such as 1234|t|TITLE"),
    "bioc": Sign(_bioc, "a collection of documents with passages"),
    "cas": Sign(_cas, "a CAS or a project of INCEpTION"),
}
"""The sign of each of our formats that can be read."""


def _header(b: Beginning) -> set[str]:
    """The names in the first line of a file of columns with a header."""
    line = b.head(".csv", ".tsv").split(b"\n", 1)[0].decode("utf-8", errors="ignore").strip()
    return {name.strip('" ') for name in re.split(r"[,;\t]", line)} if b.has(".csv", ".tsv") else set()


def _marked(b: Beginning) -> bool:
    """Tell whether an object may hold annotations of a text: a list of places, or of objects with a place."""
    return not b.fields.keys().isdisjoint({"spans", "entities", "label"}) or any(
        isinstance(value, list)
        and any(
            (isinstance(item, list) and len(item) >= 3) or (isinstance(item, dict) and not _PLACES.isdisjoint(item))
            for item in value[:1]
        )
        for value in b.fields.values()
    )


_PYTHON = re.compile(rb"\s*(?:(?:#|import |from )[^\n]*\n\s*)*(?:\w+ *= *[\[({]|[\[(]\s*\(\s*[\"']|\{\s*')")
_PLACES = frozenset({"start", "end", "start_offset", "startOffset", "begin", "offset", "span", "label", "points"})
_PAIRS = 'write [text, {"entities": [[start, end, label]]}] for each text, and import it as spacy-json'
_CONVERT = "convert it to one of the formats of docs/formats.md"
STRANGERS = (
    Stranger(
        lambda b: not b.is_folder and b.head()[:2] in (b"\xff\xfe", b"\xfe\xff"),
        "text in UTF-16, not UTF-8",
        "name its encoding: --encoding utf-16",
    ),
    Stranger(lambda b: {"meta.json", "config.cfg"} <= b.names, "a pipeline of spaCy", "annotator models add FOLDER"),
    Stranger(
        lambda b: b.head()[:4] == b"UIMA" or b.head()[:4] == b"\xac\xed\x00\x05",
        "UIMA's binary CAS",
        "export it from INCEpTION as UIMA CAS JSON, UIMA CAS XMI or WebAnno TSV 3",
    ),
    Stranger(
        lambda b: "image" in b.fields or (isinstance(b.fields.get("data"), dict) and "image" in b.fields["data"]),
        "tasks on images, such as Prodigy's or Label Studio's",
        "only texts are annotated here",
    ),
    Stranger(
        lambda b: not _header(b).isdisjoint({"annotation_id", "lead_time"}), "Label Studio's CSV", "export as JSON"
    ),
    Stranger(lambda b: _header(b) >= {"text", "label"}, "a CSV with labels, such as doccano's", "export as JSONL"),
    Stranger(
        lambda b: not b.is_folder and b.has(".ann", ".conf"),
        "one of brat's files",
        "give the folder that holds the .txt and .ann files",
    ),
    Stranger(
        lambda b: bool(b.rows) and all(len(row) >= 14 and row[0].isdigit() for row in b.rows),
        "CoNLL-2009, with predicates and their arguments",
        "annotator import conll with -O label-column=N, if one of its columns holds tags",
    ),
    Stranger(
        lambda b: isinstance(b.fields.get("label"), str) and "pattern" in b.fields,
        "match patterns, such as Prodigy's or those of spaCy's EntityRuler",
        "write them under patterns of their labels in labels.yaml",
    ),
    Stranger(
        lambda b: isinstance(b.value, dict) and "paragraphs" in b.fields,
        "spaCy 2's JSON, such as doccano wrote",
        "spacy convert FILE.json FOLDER --converter json, then import the .spacy file",
    ),
    Stranger(
        lambda b: _PYTHON.match(b.head()) is not None,
        "data written as Python, such as spaCy's TRAIN_DATA",
        "write it as JSON, as json.dump(TRAIN_DATA, file) does",
    ),
    Stranger(
        lambda b: isinstance(b.value, str) and b.head().lstrip()[:1] == b"[",
        'spaCy\'s [text, {"entities": …}], one a line',
        "put all pairs into one list: jq --slurp . FILE",
    ),
    Stranger(lambda b: {"content", "annotation"} <= b.fields.keys(), "Dataturks' JSON", _PAIRS),
    Stranger(lambda b: b.list_of("examples", dict), "LightTag's JSON", _PAIRS),
    Stranger(
        lambda b: not b.fields.keys().isdisjoint({"textSegmentAnnotations", "text_snippet", "textSnippet"}),
        "Google's AutoML or Vertex AI",
        _PAIRS,
    ),
    Stranger(lambda b: "projectFileVersion" in b.fields, "a project of Azure's Language Studio", _PAIRS),
    Stranger(lambda b: "annotatable" in b.fields or "anncomplete" in b.fields, "tagtog's ann.json", _CONVERT),
    Stranger(lambda b: "documentName" in b.fields, "UBIAI's JSON", "export as IOB, and import as conll"),
    Stranger(
        lambda b: b"<source_file" in b.head(".xml")[:2048] and b"<document" in b.head(".xml"), "ACE's APF", _CONVERT
    ),
    Stranger(
        lambda b: b.head()[:4] == b"PK\3\4" and b.has(".xlsx", ".docx", ".odt", ".ods"),
        "an office document",
        "annotator ingest takes the text of Word files; export tables as JSONL",
    ),
    Stranger(lambda b: b"<GateDocument" in b.head(".xml")[:2048], "GATE's XML", _CONVERT),
    Stranger(
        lambda b: b"tei-c.org" in b.head(".xml")[:4096] or b"<TEI" in b.head(".xml")[:4096],
        "TEI",
        f"{_CONVERT}; annotator ingest takes its text",
    ),
    Stranger(
        lambda b: not b.fields.keys().isdisjoint({"triplets", "triples"}),
        "REBEL's triplets",
        "they do not say where in the text they stand; annotator ingest takes the texts",
    ),
    Stranger(
        lambda b: ("text" in b.fields and not _marked(b)) or "text" in _header(b) or b.has(".txt", ".md"),
        "articles without annotations",
        "annotator ingest takes them",
    ),
)
"""Files that people try and that no format reads, in the order in which they are looked for."""


def recognize(source: Source) -> str:
    """Return the name of the format that a file or folder is.

    Raises :class:`FormatError` where several fit, where it is known what else it is, and where nothing is.
    """
    if source.path is None:
        raise FormatError(f"{source.name}: its format must be named", "write annotator import FORMAT -")
    beginning = Beginning(source)
    fitting = [name for name, sign in SIGNS.items() if sign.shows(beginning)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise FormatError(
            f"{source.name} may be {' or '.join(fitting)}", f"say which, as in annotator import {fitting[0]} PATH"
        )
    stranger = next((stranger for stranger in STRANGERS if stranger.shows(beginning)), None)
    if stranger is not None:
        raise FormatError(f"{source.name} looks like {stranger.told}, which import does not read", stranger.way_in)
    raise FormatError(
        f"{source.name} is not recognized; looked for {', '.join(_looked_for())}",
        "name the format if it is one of these: annotator import FORMAT PATH",
    )


def _looked_for() -> Iterator[str]:
    for name, sign in SIGNS.items():
        yield f"{name} ({sign.looks_for})"
