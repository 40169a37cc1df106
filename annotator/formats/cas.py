"""UIMA CAS, as INCEpTION takes and gives it: JSON 0.4 or XMI, a file a document, through dkpro-cassis.

Spans are annotations of a custom span layer, relations those of a custom relation layer with Governor (our head) and
Dependent (our child).  A CAS counts UTF-16 units; dkpro-cassis converts.  Tokens and sentences go along, so that
INCEpTION takes ours for its own.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, NoReturn

from annotator.annotation import Annotations, Relation, Span
from annotator.errors import FormatError
from annotator.formats.json_values import Fields, parse_json, shown
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format, Target
from annotator.formats.record import LayerRecord
from annotator.formats.source import Source
from annotator.labels import LabelScheme

if TYPE_CHECKING:
    from cassis import Cas, TypeSystem

SPAN, RELATION = "webanno.custom.Entity", "webanno.custom.EntityRelation"
"""The layers that we write."""

_CUSTOM = "webanno.custom."
_DKPRO = "de.tudarmstadt.ukp.dkpro.core.api."
_TOKEN, _SENTENCE = f"{_DKPRO}segmentation.type.Token", f"{_DKPRO}segmentation.type.Sentence"
_NAMED = f"{_DKPRO}ner.type.NamedEntity"
_ABOUT = f"{_DKPRO}metadata.type.DocumentMetaData"
_WRITER = "de.tudarmstadt.ukp.clarin.webanno.api.type.CASMetadata"
_ANNOTATION, _DOCUMENT = "uima.tcas.Annotation", "uima.tcas.DocumentAnnotation"
_OURS = "annotator"
"""The collection to which the documents that we write belong: there ids are keys."""

_PLACE = frozenset(["begin", "end", "sofa", "Governor", "Dependent"])
_LABELS = ("label", "value")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPES_HINT = "name the file of the type system: -O typesystem=TypeSystem.xml"


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of a file, or of all files of a folder in order."""
    path = source.path
    if path is None or not path.is_dir():
        yield _Reading(source.data(), PurePath(source.name), options).document()
        return
    files = sorted(p for p in path.rglob("*") if p.suffix in (".json", ".xmi") and p.name != "manifest.json")
    if not files:
        raise FormatError(f"{path}: no .json or .xmi file in this folder", "unpack what INCEpTION exported there")
    for file in files:
        part = Source(file)
        yield _Reading(part.data(), file, options).document()
        source.done += part.done


class _Reading:
    """One CAS in our terms."""

    def __init__(self, data: bytes, path: PurePath, options: Mapping[str, str]) -> None:
        self._path = path
        self._where = str(path)
        self._span_types = _types(options.get("spans"))
        self._relation_types = _types(options.get("relations"))
        self._lost: Counter[str] = Counter()
        xml = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        self._cas = self._xmi(data, options.get("typesystem")) if xml else self._json(data)
        text = self._cas.sofa_string
        if text is None:
            raise FormatError(f"{self._where}: a CAS without a text", "export it again together with its document")
        self._text: str = text

    def document(self) -> ForeignDocument:
        """Return the document with its one layer."""
        annotations = self._cas.select_all_fs()
        author, key, gold = self._origin()
        about = self._first(_ABOUT)
        ours = getattr(about, "collectionId", None) == _OURS
        title = getattr(about, "documentTitle", None)
        language = getattr(about or self._first(_DOCUMENT), "language", None)
        name = title if title and not ours else key or self._path.name
        layer = ForeignLayer(self._content(annotations), author, layer="gold" if gold else None)
        return ForeignDocument(
            where=self._where,
            text=self._text,
            fallback=re.sub(r"(\.(cas|json|xmi|txt))+$", "", name) or name,
            layers=(layer,),
            key=getattr(about, "documentId", None) if ours else None,
            lang=None if language == "x-unspecified" else language,
            title=title if ours else None,
            lost=+self._lost,
        )

    def _content(self, annotations: Sequence[Any]) -> Annotations:
        spans: dict[int, Span] = {}
        links = []
        for item in sorted(annotations, key=lambda a: a.xmiID):
            name = item.type.name
            if self._is_relation(item):
                links.append(item)
            elif self._is_span(item):
                if item.begin == item.end:
                    self._lost["span without any text"] += 1
                else:
                    spans[item.xmiID] = Span(str(item.xmiID), *self._place(item), self._label(item, self._span_types))
            elif not self._is_furniture(item):
                self._lost[f"annotation of type {name}"] += 1
        relations = [self._relation(item, spans) for item in links]
        return Annotations.of(spans.values(), [relation for relation in relations if relation is not None])

    def _relation(self, item: Any, spans: Mapping[int, Span]) -> Relation | None:
        """Return a relation; ``None``, counted, where it links what is not read as a span."""
        ends = []
        for name in ("Governor", "Dependent"):
            end = getattr(item, name)
            if end is None:
                self._fail(item, f"{name}: found nothing, expected an annotation that is there")
            ends.append(str(end.xmiID))
            if end.xmiID not in spans:
                self._lost[f"relation of type {item.type.name} between other annotations"] += 1
                return None
        return Relation(f"relation {item.xmiID}", ends[0], ends[1], self._label(item, self._relation_types))

    def _is_span(self, item: Any) -> bool:
        name = item.type.name
        if self._span_types:
            return name in self._span_types
        return self._is_a(item, _ANNOTATION) and (name.startswith(_CUSTOM) or self._is_a(item, _NAMED))

    def _is_relation(self, item: Any) -> bool:
        if self._relation_types:
            return item.type.name in self._relation_types
        return self._is_a(item, _ANNOTATION) and hasattr(item, "Governor") and hasattr(item, "Dependent")

    def _is_furniture(self, item: Any) -> bool:
        """Return whether something is a token, a sentence or about the document: ours are made anew."""
        name = item.type.name
        return name in (_TOKEN, _SENTENCE, _WRITER) or "Tag" in item.type.short_name or self._is_a(item, _DOCUMENT)

    def _is_a(self, item: Any, kind: str) -> bool:
        types = self._cas.typesystem
        return bool(types.contains_type(kind) and types.is_instance_of(item.type.name, kind))

    def _place(self, item: Any) -> tuple[int, int]:
        begin, end = item.begin, item.end
        if type(begin) is not int or type(end) is not int or not 0 <= begin < end <= len(self._text):
            self._fail(item, f"found {shown(begin)}-{shown(end)}, expected 0 ≤ begin < end ≤ {len(self._text)}")
        return begin, end

    def _label(self, item: Any, wanted: Mapping[str, str]) -> str:
        """Return the value of the feature that was asked for, of label or value, of the only one; else the type's name.

        The values of other features are counted as lost.
        """
        values = {f.name: item[f.name] for f in item.type.all_features if f.name not in _PLACE}
        strings = [f.name for f in item.type.all_features if f.rangeType.name == "uima.cas.String"]
        chosen = wanted.get(item.type.name) or next((name for name in _LABELS if name in values), "")
        if not chosen and len(strings) == 1:
            chosen = strings[0]
        if chosen and chosen not in values:
            self._fail(item, f"it has no feature {chosen!r}; its features are {', '.join(values) or 'none'}")
        others = (name for name, value in values.items() if value not in (None, "") and name != chosen)
        self._lost.update(f"feature {name} of {item.type.name}" for name in others)
        return str(values.get(chosen) or item.type.short_name)

    def _origin(self) -> tuple[str | None, str | None, bool]:
        """Return author, name of the document and whether it is curated, from INCEpTION's metadata or folders."""
        parents = self._path.parts
        author = getattr(self._first(_WRITER), "username", None)
        name = getattr(self._first(_WRITER), "sourceDocumentName", None)
        if len(parents) > 2 and parents[-3] in ("annotation", "curation"):
            author, name = author or self._path.stem, name or parents[-2]
        gold = author == "CURATION_USER"
        return None if gold or author == "INITIAL_CAS" else author, name, gold

    def _first(self, kind: str) -> Any:
        types = self._cas.typesystem
        return next(iter(self._cas.select(kind)), None) if types.contains_type(kind) else None

    def _json(self, data: bytes) -> Cas:
        from cassis import load_cas_from_json

        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise FormatError(f"{self._where}: byte {error.start} is not UTF-8", "a CAS JSON is UTF-8") from error
        value = Fields.of(parse_json(text, self._where), self._where, hint="is it a UIMA CAS in JSON 0.4?")
        for name in ("%TYPES", "%VIEWS"):
            value.get(name, dict)
        structures = value.values.get("%FEATURE_STRUCTURES", [])
        if isinstance(structures, list):
            ids = Counter(str(s["%ID"]) for s in structures if isinstance(s, dict) and "%ID" in s)
            self._check_ids(ids)
        with self._told():
            return load_cas_from_json(text)

    def _xmi(self, data: bytes, typesystem: str | None) -> Cas:
        import io

        from cassis import TypeSystem, load_cas_from_xmi

        path = Path(typesystem) if typesystem is not None else self._typesystem_beside()
        types = TypeSystem() if path is None else _load_typesystem(path)
        self._check_ids(Counter(found[1].decode() for found in re.finditer(rb'xmi:id="(\d+)"', data)))
        with self._told():
            return load_cas_from_xmi(io.BytesIO(data), typesystem=types)

    def _typesystem_beside(self) -> Path | None:
        """Return the only type system in the folder of the file or in the next above that has one."""
        for folder in list(Path(self._path).parents)[:4]:
            found = [p for p in folder.glob("*.xml") if "typesystem" in p.name.lower()]
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def _check_ids(self, ids: Counter[str]) -> None:
        twice = next((identity for identity, count in ids.items() if count > 1), None)
        if twice is not None:
            raise FormatError(f"{self._where}: the id {twice} twice, expected each id once", "mend what wrote the file")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell whatever dkpro-cassis raises or warns of as the file's fault: it trusts its input."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                yield
        except Exception as error:
            line = getattr(error, "lineno", None)
            where = f"{self._where}:{line}" if line else self._where
            raise FormatError(f"{where}: {_reason(error)}", _hint(error)) from error

    def _fail(self, item: Any, problem: str) -> NoReturn:
        raise FormatError(
            f"{self._where}: feature structure {item.xmiID} ({item.type.name}): {problem}", "mend what wrote the file"
        )


def _reason(error: Exception) -> str:
    written = str(getattr(error, "msg", None) or error).splitlines()
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], int):
        return f"it refers to feature structure {error.args[0]}, which is not there"
    if "external offset" in str(error):
        return f"an offset outside of the text: {written[0].partition('[')[2].partition(']')[0]}"
    return f"cannot be read as a CAS: {written[0] if written else type(error).__name__}"


def _hint(error: Exception) -> str:
    unknown = type(error).__name__ == "TypeNotFoundError"
    return _TYPES_HINT if unknown else "is it a UIMA CAS in JSON 0.4 or XMI?"


def _types(option: str | None) -> dict[str, str]:
    """Return the feature that is the label, by type: from ``TYPE:FEATURE,TYPE``; empty for the feature of its own."""
    pairs = (part.partition(":") for part in option.split(",")) if option else ()
    return {name: feature for name, _, feature in pairs}


def _load_typesystem(path: Path) -> TypeSystem:
    from cassis import load_typesystem

    if not path.is_file():
        raise FormatError(f"{path}: there is no such file", _TYPES_HINT)
    try:
        with path.open("rb") as stream:
            return load_typesystem(stream)
    except Exception as error:  # whatever lxml and dkpro-cassis raise at what is no type system
        raise FormatError(f"{path}: no type system: {_reason(error)}", _TYPES_HINT) from error


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write a file a document, and the type system that the scheme makes."""
    kind = target.options.get("kind", "json")
    if kind not in ("json", "xmi"):
        raise FormatError(f"kind={kind}: a CAS is written as json or xmi", "write kind=json or kind=xmi")
    types = _Types(target.scheme)
    for record in records:
        cas = types.cas(record)
        if kind == "json":
            from cassis.typesystem import TypeSystemMode

            name, written = f"{record.document.key}.cas.json", cas.to_json(type_system_mode=TypeSystemMode.MINIMAL)
        else:
            _check_xml(record)
            name, written = f"{record.document.key}.xmi", cas.to_xmi()
        target.put(name, written.encode("utf-8"))
    target.put("TypeSystem.xml", types.system.to_xml().encode("utf-8"))


def _check_xml(record: LayerRecord) -> None:
    found = _NOT_XML.search(record.document.text) or _NOT_XML.search(record.document.title)
    if found:
        raise FormatError(
            f"{record.document.key}: the character U+{ord(found[0]):04X} cannot stand in XML", "write -O kind=json"
        )


class _Types:
    """The types of what we write: custom layers of a scheme, and those of DKPro that INCEpTION looks for."""

    def __init__(self, scheme: LabelScheme) -> None:
        from cassis import TypeSystem

        self.system = TypeSystem()
        create = self.system.create_type
        self._token, self._sentence = create(_TOKEN, _ANNOTATION), create(_SENTENCE, _ANNOTATION)
        self._about = create(_ABOUT, _DOCUMENT)
        for name in ("documentTitle", "documentId", "collectionId"):
            self._feature(self._about, name)
        self._span, self._relation = create(SPAN, _ANNOTATION), create(RELATION, _ANNOTATION)
        self._feature(self._span, "label", description=", ".join(scheme.entities))
        self._feature(self._relation, "Governor", self._span)
        self._feature(self._relation, "Dependent", self._span)
        self._feature(self._relation, "label", description=", ".join(scheme.relations))

    def _feature(self, of: Any, name: str, range_type: Any = "uima.cas.String", description: str | None = None) -> None:
        self.system.create_feature(of, name, range_type, description=description)

    def cas(self, record: LayerRecord) -> Cas:
        """Return a record as a CAS."""
        from cassis import Cas

        document = record.document
        cas = Cas(typesystem=self.system)
        cas.sofa_string, cas.sofa_mime = document.text, "text/plain"
        cas.add(
            self._about(
                begin=0,
                end=len(document.text),
                language=document.lang,
                documentTitle=document.title,
                documentId=document.key,
                collectionId=_OURS,
            )
        )
        cas.add_all(self._sentence(begin=start, end=end) for start, end in document.sentences)
        cas.add_all(self._token(begin=start, end=end) for start, end in document.tokens)
        spans = {key: self._span(begin=key.start, end=key.end, label=key.label) for key in record.spans()}
        cas.add_all(spans.values())
        for key in record.relations():
            head, child = spans[key.head], spans[key.child]
            cas.add(self._relation(begin=child.begin, end=child.end, Governor=head, Dependent=child, label=key.label))
        return cas


FORMAT = Format(
    name="cas",
    about="UIMA CAS in JSON 0.4 or XMI, for INCEpTION",
    ending="",
    folder=True,
    endings=(".json", ".xmi", ".xml"),
    read=read,
    write=write,
    carries={
        "nested": "yes",
        "crossing": "yes",
        "off_token": "yes",
        "relations": "yes",
        "self_relations": "aside",
        "key": "yes",
        "lang": "yes",
        "title": "yes",
        "meta": "no",
        "curator": "no",
        "origin": "no",
        "source": "no",
        "score": "no",
        "verdicts": "no",
    },
    lost=("annotations of other types, such as part of speech", "features that are not the label"),
    options={
        "kind": "json (default) or xmi: how a CAS is written",
        "typesystem": "the file of the type system for XMI (default: the one beside the file)",
        "spans": "types to read as spans, TYPE or TYPE:FEATURE, parted by commas (default: custom layers, NamedEntity)",
        "relations": "types to read as relations, in the same way (default: those with Governor and Dependent)",
    },
)
