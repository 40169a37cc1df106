"""Reading a UIMA CAS, JSON 0.4 or XMI, with dkpro-cassis, which turns UTF-16 units into code points."""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, NoReturn

from annotator.annotation import Annotations, Relation, Span
from annotator.errors import FormatError
from annotator.formats.json_values import Fields, dumps, excerpt, parse_json
from annotator.formats.protocol import ForeignDocument, ForeignLayer
from annotator.formats.source import Source

if TYPE_CHECKING:
    from cassis import Cas, TypeSystem

SPAN, RELATION = "webanno.custom.Entity", "webanno.custom.EntityRelation"
"""The types of the annotations that we write."""
OUR_COLLECTION = "annotator"
"""The collection to which the documents that we write belong: there ids are keys."""
DKPRO = "de.tudarmstadt.ukp.dkpro.core.api."
TOKEN, SENTENCE = f"{DKPRO}segmentation.type.Token", f"{DKPRO}segmentation.type.Sentence"
METADATA = f"{DKPRO}metadata.type.DocumentMetaData"
ANNOTATION, DOCUMENT = "uima.tcas.Annotation", "uima.tcas.DocumentAnnotation"

_CUSTOM = "webanno.custom."
_NAMED_ENTITY = f"{DKPRO}ner.type.NamedEntity"
_CAS_METADATA = "de.tudarmstadt.ukp.clarin.webanno.api.type.CASMetadata"
_IGNORED_TYPES = frozenset(
    [TOKEN, SENTENCE, _CAS_METADATA, f"{DKPRO}metadata.type.TagDescription", f"{DKPRO}metadata.type.TagsetDescription"]
)
"""Types without annotations: tokens and sentences, which are computed anew, and metadata."""
_RANGE_FEATURES = frozenset(["begin", "end", "sofa", "Governor", "Dependent"])
_LABELS = ("label", "value")
_TYPES_HINT = "name the file of the type system: -O typesystem=TypeSystem.xml"


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of a file, or of all files of a folder in order."""
    path = source.path
    systems = _TypeSystems(options, path if path is None or path.is_dir() else path.parent)
    for part in source.parts(".json", ".xmi"):
        yield _CasReader(part.data(), PurePath(part.path or part.name), part.name, systems).document()


class _CasReader:
    """Reads one CAS into a document with one layer."""

    def __init__(self, data: bytes, path: PurePath, where: str, systems: _TypeSystems) -> None:
        self._path = path
        self._where = where
        self._systems = systems
        self._span_types = _types(systems.options.get("spans"))
        self._relation_types = _types(systems.options.get("relations"))
        self._lost: Counter[str] = Counter()
        self._roles: dict[str, str] = {}
        xml = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        self._cas = self._xmi(data) if xml else self._json(data)
        text = self._cas.sofa_string
        if text is None:
            raise FormatError(f"{self._where}: a CAS without a text", "export it again together with its document")
        self._text: str = text

    def document(self) -> ForeignDocument:
        """Build the document with its one layer."""
        annotations = self._cas.select_all_fs()
        author, key, gold = self._origin()
        about = self._first(METADATA)
        ours = getattr(about, "collectionId", None) == OUR_COLLECTION
        title = getattr(about, "documentTitle", None)
        language = getattr(about or self._first(DOCUMENT), "language", None)
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
            role = self._role(item)
            if role == "relation":
                links.append(item)
            elif role == "span" and item.begin is not None and item.begin == item.end:
                self._lost["span without any text"] += 1
            elif role == "span":
                spans[item.xmiID] = Span(str(item.xmiID), *self._range(item), self._label(item, self._span_types))
            elif role == "other":
                self._lost[f"annotation of type {item.type.name}"] += 1
        relations = [self._relation(item, spans) for item in links]
        return Annotations.of(spans.values(), [relation for relation in relations if relation is not None])

    def _relation(self, item: Any, spans: Mapping[int, Span]) -> Relation | None:
        """Build a relation; ``None``, counted as lost, where an end is not read as a span."""
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

    def _role(self, item: Any) -> str:
        """Tell what an annotation is read as, from its type: span, relation, ignored or other."""
        name = item.type.name
        if name not in self._roles:
            self._roles[name] = self._role_of_type(item)
        return self._roles[name]

    def _role_of_type(self, item: Any) -> str:
        name = item.type.name
        annotation = self._is_a(item, ANNOTATION)
        linking = annotation and hasattr(item, "Governor") and hasattr(item, "Dependent")
        custom = annotation and (name.startswith(_CUSTOM) or self._is_a(item, _NAMED_ENTITY))
        if name in self._relation_types if self._relation_types else linking:
            return "relation"
        if name in self._span_types if self._span_types else custom:
            return "span"
        return "ignored" if name in _IGNORED_TYPES or self._is_a(item, DOCUMENT) else "other"

    def _is_a(self, item: Any, kind: str) -> bool:
        types = self._cas.typesystem
        return bool(types.contains_type(kind) and types.is_instance_of(item.type.name, kind))

    def _range(self, item: Any) -> tuple[int, int]:
        begin, end = item.begin, item.end
        if type(begin) is not int or type(end) is not int or not 0 <= begin < end <= len(self._text):
            self._fail(item, f"found {excerpt(begin)}-{excerpt(end)}, expected 0 ≤ begin < end ≤ {len(self._text)}")
        return begin, end

    def _label(self, item: Any, wanted: Mapping[str, str]) -> str:
        """The value of the requested feature, else of ``label`` or ``value``, else of the only string feature.

        Without any of these the label is the type's name.  The values of other features are counted as lost.
        """
        values = {f.name: item[f.name] for f in item.type.all_features if f.name not in _RANGE_FEATURES}
        strings = [f.name for f in item.type.all_features if f.rangeType.name == "uima.cas.String"]
        feature = wanted.get(item.type.name) or next((name for name in _LABELS if name in values), "")
        if not feature and len(strings) == 1:
            feature = strings[0]
        if feature and feature not in values:
            self._fail(item, f"it has no feature {feature!r}; its features are {', '.join(values) or 'none'}")
        others = (name for name, value in values.items() if value not in (None, "") and name != feature)
        self._lost.update(f"feature {name} of {item.type.name}" for name in others)
        return str(values.get(feature) or item.type.short_name)

    def _origin(self) -> tuple[str | None, str | None, bool]:
        """Author, document name and whether it is curated, from INCEpTION's metadata or folder names."""
        parents = self._path.parts
        author = getattr(self._first(_CAS_METADATA), "username", None)
        name = getattr(self._first(_CAS_METADATA), "sourceDocumentName", None)
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
        with self._as_format_error():
            types = self._systems.of_json(value.values["%TYPES"])
            return load_cas_from_json(text, typesystem=types, merge_typesystem=False)

    def _xmi(self, data: bytes) -> Cas:
        from cassis import load_cas_from_xmi

        types = self._systems.of_xmi(self._path)
        self._check_ids(Counter(match[1].decode() for match in re.finditer(rb'xmi:id="(\d+)"', data)))
        with self._as_format_error():
            return load_cas_from_xmi(io.BytesIO(data), typesystem=types)

    def _check_ids(self, ids: Counter[str]) -> None:
        twice = next((item_id for item_id, count in ids.items() if count > 1), None)
        if twice is not None:
            raise FormatError(f"{self._where}: the id {twice} twice, expected each id once", "mend what wrote the file")

    @contextmanager
    def _as_format_error(self) -> Iterator[None]:
        """Turn whatever dkpro-cassis raises or warns of into an error of the file: it does not check its input."""
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
    """Parse ``TYPE:FEATURE,TYPE`` into the label's feature by type; an empty one stands for the default feature."""
    pairs = (part.partition(":") for part in option.split(",")) if option else ()
    return {name: feature for name, _, feature in pairs}


class _TypeSystems:
    """Builds each type system of an import once, because building one takes longer than reading a document.

    ``root`` is the folder above which no type system is looked for.
    """

    def __init__(self, options: Mapping[str, str], root: Path | None) -> None:
        self.options = options
        self._root = root
        self._made: dict[str, TypeSystem] = {}

    def of_json(self, types: Mapping[str, Any]) -> TypeSystem:
        """Build the type system that a CAS in JSON declares."""
        from cassis import load_cas_from_json

        key = dumps(types)
        if key not in self._made:
            self._made[key] = load_cas_from_json(dumps({"%TYPES": types, "%VIEWS": {}})).typesystem
        return self._made[key]

    def of_xmi(self, path: PurePath) -> TypeSystem:
        """Load the requested type system, else the one that lies beside a file, else an empty one."""
        from cassis import TypeSystem

        path_of_types = Path(self.options["typesystem"]) if "typesystem" in self.options else self._beside(path)
        if path_of_types is None:
            return TypeSystem()
        if str(path_of_types) not in self._made:
            self._made[str(path_of_types)] = _load_typesystem(path_of_types)
        return self._made[str(path_of_types)]

    def _beside(self, path: PurePath) -> Path | None:
        """Find the only type system in a file's folder, or in the nearest folder above that has any."""
        if self._root is None:
            return None
        for folder in Path(path).parents:
            candidates = [p for p in folder.glob("*.xml") if "typesystem" in p.name.lower()]
            if candidates or folder == self._root:
                return candidates[0] if len(candidates) == 1 else None
        return None


def _load_typesystem(path: Path) -> TypeSystem:
    from cassis import load_typesystem

    if not path.is_file():
        raise FormatError(f"{path}: there is no such file", _TYPES_HINT)
    try:
        with path.open("rb") as stream:
            return load_typesystem(stream)
    except Exception as error:  # whatever lxml and dkpro-cassis raise at what is no type system
        raise FormatError(f"{path}: no type system: {_reason(error)}", _TYPES_HINT) from error
