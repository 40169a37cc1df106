"""Reading a UIMA CAS, JSON 0.4 or XMI, with dkpro-cassis, which turns UTF-16 units into code points."""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from annotator.annotation import Annotations, Relation, Span
from annotator.errors import FormatError
from annotator.formats.cas_layers import (
    NAMED_ENTITY,
    LayerChoice,
    Role,
    can_name_feature,
    feature_attribute,
    short_name,
)
from annotator.formats.cas_structures import check_ids, check_structures
from annotator.formats.chains import ChainMention, read_mentions
from annotator.formats.inception_project import UNTOUCHED, InceptionProject, ProjectPart, document_key
from annotator.formats.json_values import Fields, dumps, excerpt, parse_json
from annotator.formats.protocol import ForeignAttribute, ForeignDocument, ForeignGroup, ForeignLayer
from annotator.formats.source import Source
from annotator.inputs import is_hidden

if TYPE_CHECKING:
    from cassis import Cas, TypeSystem

OUR_COLLECTION = "annotator"
"""The collection to which the documents that we write belong: there ids are keys."""
DKPRO = "de.tudarmstadt.ukp.dkpro.core.api."
TOKEN, SENTENCE = f"{DKPRO}segmentation.type.Token", f"{DKPRO}segmentation.type.Sentence"
METADATA = f"{DKPRO}metadata.type.DocumentMetaData"
ANNOTATION, DOCUMENT = "uima.tcas.Annotation", "uima.tcas.DocumentAnnotation"

_CAS_METADATA = "de.tudarmstadt.ukp.clarin.webanno.api.type.CASMetadata"
_IGNORED_TYPES = frozenset(
    [TOKEN, SENTENCE, _CAS_METADATA, f"{DKPRO}metadata.type.TagDescription", f"{DKPRO}metadata.type.TagsetDescription"]
)
"""Types without annotations: tokens and sentences, which are computed anew, and metadata."""
_RANGE_FEATURES = frozenset(["begin", "end", "sofa", "Governor", "Dependent"])
_FIRST, _NEXT = "first", "next"
"""The features of a chain and of a link that lead on."""
RENAMED = "Trying to add feature"
"""How the warning begins by which dkpro-cassis says that it calls a feature otherwise."""
_TYPES_HINT = "name the file of the type system: -O typesystem=TypeSystem.xml"


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of a file, of all files of a folder in order, or of a project of INCEpTION.

    Raises :class:`FormatError` at the end where there were annotations, but none of them was read.
    """
    layers, systems = LayerChoice(options), _TypeSystems(options.get("typesystem"))
    project = InceptionProject(source)
    parts = project.parts(".json", ".xmi")
    yield from project.completed(_CasReader(part, layers, systems).document() for part in parts)
    layers.check(source.name)


class _CasReader:
    """Reads one CAS into a document with one layer."""

    def __init__(self, part: ProjectPart, layers: LayerChoice, systems: _TypeSystems) -> None:
        self._part = part
        self._where = part.source.name
        self._systems = systems
        self._layers = layers
        self._lost: Counter[str] = Counter()
        self._roles: dict[str, Role | None] = {}
        self._attributes: list[ForeignAttribute] = []
        self._groups: tuple[ForeignGroup, ...] = ()
        data = part.source.data()
        xml = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        self._cas = self._xmi(data) if xml else self._json(data)
        text = self._cas.sofa_string
        if text is None:
            raise FormatError(f"{self._where}: a CAS without a text", "export it again together with its document")
        self._text: str = text

    def document(self) -> ForeignDocument:
        """Build the document with its one layer, or without one where nobody had begun to work on it."""
        writer = self._first(_CAS_METADATA)
        origin = self._part.origin.of(getattr(writer, "username", None), getattr(writer, "sourceDocumentName", None))
        about = self._first(METADATA)
        ours = getattr(about, "collectionId", None) == OUR_COLLECTION
        title = getattr(about, "documentTitle", None)
        language = getattr(about or self._first(DOCUMENT), "language", None)
        path = self._part.source.path
        name = origin.document or (title if title and not ours else None) or (path.name if path else self._where)
        layers: tuple[ForeignLayer, ...] = ()
        if origin.untouched:
            self._lost[UNTOUCHED] += 1
        else:
            content = self._content(self._cas.select_all_fs())
            layers = (origin.layer(content, self._attributes, self._groups),)
        return ForeignDocument(
            where=self._where,
            text=self._text,
            fallback=document_key(name),
            layers=layers,
            key=getattr(about, "documentId", None) if ours else None,
            lang=None if language == "x-unspecified" else language,
            title=title if ours else None,
            lost=+self._lost,
        )

    def _content(self, annotations: Sequence[Any]) -> Annotations:
        spans: dict[int, Span] = {}
        links, mentions, chains = [], [], []
        for item in sorted(annotations, key=lambda a: a.xmiID):
            role = self._role(item)
            if role == "relation":
                links.append(item)
            elif role == "chain":
                chains.append(item)
            elif role in ("span", "mention") and item.begin is not None and item.begin == item.end:
                self._lost["span without any text"] += 1
            elif role == "span":
                spans[item.xmiID] = Span(str(item.xmiID), *self._range(item), self._label(item, role, str(item.xmiID)))
            elif role == "mention":
                mentions.append(item)
            elif role == "other":
                self._lost[f"annotation of type {item.type.name}"] += 1
                self._layers.count_unread(item.type.name)
        self._layers.count_read(len(spans) + len(mentions))
        relations = [self._relation(item, spans) for item in links]
        chain_of = self._chain_of(chains)
        self._lost["mention that is not among the annotations"] += len(chain_of.keys() - {a.xmiID for a in annotations})
        read = self._mentions(mentions, chain_of, spans.values())
        return Annotations.of([*spans.values(), *read], [relation for relation in relations if relation is not None])

    def _mentions(self, links: Sequence[Any], chain_of: Mapping[int, int], spans: Iterable[Span]) -> list[Span]:
        """Turn the links of chains into spans and say their groups."""
        self._lost["mention without a chain, read without a group"] += sum(i.xmiID not in chain_of for i in links)
        mentions = []
        for link in links:
            features = {name: value for name, value in _features(link).items() if value not in (None, "")}
            features.pop(_NEXT, None)
            name = f"mention {link.xmiID}"
            mentions.append(ChainMention(name, link.type.name, chain_of.get(link.xmiID), *self._range(link), features))
        read = read_mentions(mentions, spans, self._layers.mention)
        self._groups = read.groups
        for link, (span_id, others) in zip(links, read.features, strict=True):
            for other, value in others.items():
                self._say(link, span_id, other, value)
        return read.spans

    def _chain_of(self, chains: Sequence[Any]) -> dict[int, int]:
        """The chain of each link that any of some chains leads to, by their ids."""
        chain_of: dict[int, int] = {}
        for chain in chains:
            before, link = chain, chain.first
            while link is not None:
                if not hasattr(link, "type") or self._role(link) != "mention":
                    self._fail(before, "it leads to something else, expected a link of a chain")
                if link.xmiID in chain_of:
                    self._fail(link, f"it is in two chains or twice in one, {chain.xmiID}; expected it once")
                chain_of[link.xmiID] = chain.xmiID
                before, link = link, link.next
        return chain_of

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
                self._layers.count_unread(item.type.name, is_span=False)
                return None
        name = f"relation {item.xmiID}"
        return Relation(name, ends[0], ends[1], self._label(item, "relation", name))

    def _role(self, item: Any) -> Role | None:
        """Tell what an annotation is read as, from its type; ``None`` for what is no annotation in this sense."""
        name = item.type.name
        if name not in self._roles:
            self._roles[name] = self._role_of_type(item)
        return self._roles[name]

    def _role_of_type(self, item: Any) -> Role | None:
        name: str = item.type.name
        role: Role = "other"
        if self._leads_to_links(item, _FIRST) and self._layers.role_in_chains("chain") == "chain":
            return "chain"
        if self._is_a(item, ANNOTATION):
            if self._leads_to_links(item, _NEXT) and self._layers.role_in_chains("mention") == "mention":
                return "mention"
            links = hasattr(item, "Governor") and hasattr(item, "Dependent")
            role = self._layers.role(name, links=links, named_entity=self._is_a(item, NAMED_ENTITY))
        return None if role == "other" and (name in _IGNORED_TYPES or self._is_a(item, DOCUMENT)) else role

    def _leads_to_links(self, item: Any, feature: str) -> bool:
        """Whether a feature leads to a link of a chain, which has another one to lead on."""
        found, types = item.type.get_feature(feature), self._cas.typesystem
        if found is None or not types.contains_type(found.rangeType.name):
            return False
        following = types.get_type(found.rangeType.name).get_feature(_NEXT)
        return following is not None and following.rangeType.name == found.rangeType.name

    def _is_a(self, item: Any, kind: str) -> bool:
        types = self._cas.typesystem
        return bool(types.contains_type(kind) and types.is_instance_of(item.type.name, kind))

    def _range(self, item: Any) -> tuple[int, int]:
        begin, end = item.begin, item.end
        if type(begin) is not int or type(end) is not int or not 0 <= begin < end <= len(self._text):
            self._fail(item, f"found {excerpt(begin)}-{excerpt(end)}, expected 0 ≤ begin < end ≤ {len(self._text)}")
        return begin, end

    def _label(self, item: Any, role: Role, name: str) -> str:
        """The value of the feature that is the label, else the type's name.

        What other features say of what comes in under ``name`` becomes its attributes; what is no value counts as lost.
        """
        values = _features(item)
        strings = [_name(f) for f in item.type.all_features if f.rangeType.name == "uima.cas.String"]
        feature = self._layers.feature(role, item.type.name, values, strings)
        if feature and feature not in values:
            self._fail(item, f"it has no feature {feature!r}; its features are {', '.join(values) or 'none'}")
        for other, value in values.items():
            if value not in (None, "") and other != feature:
                self._say(item, name, other, value)
        label = values.get(feature)
        if not isinstance(label, str | int | float | None):
            self._fail(item, f"{feature}: found a feature structure or a list, expected the name of a label")
        return str(label or short_name(item.type.name))

    def _say(self, item: Any, name: str, feature: str, value: object) -> None:
        """Say what a feature says of what comes in under ``name``, or count it as lost."""
        said = feature_attribute(name, feature, value)
        if said is None:
            self._lost[f"feature {feature} of {item.type.name}"] += 1
        else:
            self._attributes.append(said)

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
        check_structures(value.values.get("%FEATURE_STRUCTURES"), self._where)
        with self._as_format_error():
            types = self._systems.of_json(value.values["%TYPES"], self._where)
            return load_cas_from_json(text, typesystem=types, merge_typesystem=False)

    def _xmi(self, data: bytes) -> Cas:
        from cassis import load_cas_from_xmi

        types = self._systems.of_xmi(self._part.source.path, self._part.root)
        check_ids((match[1].decode() for match in re.finditer(rb'xmi:id="(\d+)"', data)), self._where)
        with self._as_format_error():
            return load_cas_from_xmi(io.BytesIO(data), typesystem=types)

    @contextmanager
    def _as_format_error(self) -> Iterator[None]:
        """Turn whatever dkpro-cassis raises or warns of into an error of the file: it does not check its input."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                warnings.filterwarnings("ignore", RENAMED)
                yield
        except FormatError:
            raise
        except Exception as error:
            line = getattr(error, "lineno", None)
            where = f"{self._where}:{line}" if line else self._where
            raise FormatError(f"{where}: {_reason(error)}", _hint(error)) from error

    def _fail(self, item: Any, problem: str) -> NoReturn:
        raise FormatError(
            f"{self._where}: feature structure {item.xmiID} ({item.type.name}): {problem}", "mend what wrote the file"
        )


def _features(item: Any) -> dict[str, Any]:
    return {_name(f): item[f.name] for f in item.type.all_features if f.name not in _RANGE_FEATURES}


def _name(feature: Any) -> str:
    """The name of a feature in the file; dkpro-cassis calls ``type`` and ``self`` otherwise."""
    name: str = feature.name
    return name.removesuffix("_") if name in ("type_", "self_") else name


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


class _TypeSystems:
    """Builds each type system of an import once, because building one takes longer than reading a document.

    ``requested`` is the file of the type system of every XMI, where the user named one.
    """

    def __init__(self, requested: str | None) -> None:
        self._requested = requested
        self._made: dict[str, TypeSystem] = {}

    def of_json(self, types: Mapping[str, Any], where: str) -> TypeSystem:
        """Build the type system that a CAS in JSON declares; ``where`` names it in messages."""
        from cassis import load_cas_from_json

        key = dumps(types)
        if key not in self._made:
            made = load_cas_from_json(dumps({"%TYPES": types, "%VIEWS": {}})).typesystem
            self._made[key] = _checked(made, where)
        return self._made[key]

    def of_xmi(self, path: Path | None, root: Path | None) -> TypeSystem:
        """Load the requested type system, else the one that lies beside a file, else an empty one.

        ``root`` is the folder above which none is looked for.
        """
        from cassis import TypeSystem

        path_of_types = Path(self._requested) if self._requested else _beside(path, root)
        if path_of_types is None:
            return TypeSystem()
        if not path_of_types.is_file():
            raise FormatError(f"{path_of_types}: there is no such file", _TYPES_HINT)
        data = path_of_types.read_bytes()
        key = sha256(data).hexdigest()
        if key not in self._made:
            self._made[key] = _load_typesystem(data, path_of_types)
        return self._made[key]


def _checked(types: TypeSystem, where: str) -> TypeSystem:
    """Check the names of features before a class is made of any type: they become a part of its program text."""
    for kind in types.get_types():
        for feature in kind.features:
            if not can_name_feature(feature.name):
                raise FormatError(
                    f"{where}: {kind.name} has a feature {excerpt(feature.name)}, a name that no feature here can have",
                    "leave it out, or call it otherwise, in the type system and in the file",
                )
    return types


def _beside(path: Path | None, root: Path | None) -> Path | None:
    """Find the only type system in a file's folder, or in the nearest folder above that has any."""
    if path is None or root is None:
        return None
    for folder in path.parents:
        named = (p for p in folder.glob("*.xml") if "typesystem" in p.name.lower())
        candidates = [p for p in named if not is_hidden(p, folder)]
        if candidates or folder == root:
            return candidates[0] if len(candidates) == 1 else None
    return None


def _load_typesystem(data: bytes, path: Path) -> TypeSystem:
    from cassis import load_typesystem

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", RENAMED)
            return _checked(load_typesystem(io.BytesIO(data)), str(path))
    except FormatError:
        raise
    except Exception as error:  # whatever lxml and dkpro-cassis raise at what is no type system
        raise FormatError(f"{path}: no type system: {_reason(error)}", _TYPES_HINT) from error
