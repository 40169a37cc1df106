"""UIMA CAS as INCEpTION imports and exports it: JSON 0.4 or XMI, one file a document, through dkpro-cassis.

Spans are annotations of the basic span layer that every project of INCEpTION has, relations those of its basic
relation layer, with Governor (our head) and Dependent (our child).  A CAS counts UTF-16 units; dkpro-cassis converts.
Tokens and sentences go along, so that INCEpTION takes ours for its own.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from annotator.annotation import Attributes
from annotator.errors import FormatError
from annotator.formats.cas_layers import (
    FEATURES_OPTION,
    LABEL,
    OPTIONS,
    RELATION,
    SPAN,
    count_several_values,
    feature_values,
    features_of,
)
from annotator.formats.cas_reader import ANNOTATION, DOCUMENT, METADATA, OUR_COLLECTION, RENAMED, SENTENCE, TOKEN, read
from annotator.formats.chains import (
    ARROW,
    CHAIN,
    KIND,
    LINK,
    asked_for_chains,
    chains_of,
    layers_of_chains,
    relations_beside_chains,
)
from annotator.formats.chains import OPTIONS as CHAINS_OPTIONS
from annotator.formats.options import choice, is_yes
from annotator.formats.protocol import Format, Target, all_but
from annotator.formats.record import LayerRecord

if TYPE_CHECKING:
    from cassis import Cas

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write one file a document, and the type system for the scheme."""
    kind = choice(target.options, "kind", ("json", "xmi"))
    features = is_yes(target.options, "features")
    types = _CasTypes(target, features=features)
    for record in records:
        if features:
            count_several_values(record, target)
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
    match = _NOT_XML.search(record.document.text) or _NOT_XML.search(record.document.title)
    if match:
        raise FormatError(
            f"{record.document.key}: the character U+{ord(match[0]):04X} cannot stand in XML", "write -O kind=json"
        )


class _CasTypes:
    """The type system that we write: the basic layers for a scheme, and the DKPro types that INCEpTION looks for."""

    def __init__(self, target: Target, *, features: bool) -> None:
        from cassis import TypeSystem

        self._target = target
        scheme = target.scheme
        self.system = TypeSystem()
        create = self.system.create_type
        self._token, self._sentence = create(TOKEN, ANNOTATION), create(SENTENCE, ANNOTATION)
        self._about = create(METADATA, DOCUMENT)
        for name in ("documentTitle", "documentId", "collectionId"):
            self._feature(self._about, name)
        self._span, self._relation = create(SPAN, ANNOTATION), create(RELATION, ANNOTATION)
        self._feature(self._span, LABEL, description=", ".join(scheme.entities))
        self._feature(self._relation, "Governor", self._span)
        self._feature(self._relation, "Dependent", self._span)
        self._feature(self._relation, LABEL, description=", ".join(scheme.relations))
        self._of_spans, self._of_relations = features_of(scheme) if features else ((), ())
        for kind, names in ((self._span, self._of_spans), (self._relation, self._of_relations)):
            for name in names:
                self._feature(kind, name)
        layers = layers_of_chains(scheme) if asked_for_chains(target.options) else {}
        self._chains = {label: self._chain_types(layer) for label, layer in layers.items()}

    def _chain_types(self, layer: str) -> tuple[Any, Any]:
        """The types of a layer of chains: that of chains, and that of links."""
        chain = self.system.create_type(layer + CHAIN, "uima.cas.AnnotationBase")
        link = self.system.create_type(layer + LINK, ANNOTATION)
        self._feature(chain, "first", link)
        self._feature(link, "next", link)
        self._feature(link, KIND)
        self._feature(link, ARROW)
        return chain, link

    def _feature(self, of: Any, name: str, range_type: Any = "uima.cas.String", description: str | None = None) -> None:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", RENAMED)
            self.system.create_feature(of, name, range_type, description=description)

    def cas(self, record: LayerRecord) -> Cas:
        """Turn a record into a CAS."""
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
                collectionId=OUR_COLLECTION,
            )
        )
        cas.add_all(self._sentence(begin=start, end=end) for start, end in document.sentences)
        cas.add_all(self._token(begin=start, end=end) for start, end in document.tokens)
        spans = {
            key: self._span(begin=key.start, end=key.end, label=key.label, **_features(span.attributes, self._of_spans))
            for key, span in record.spans().items()
        }
        cas.add_all(spans.values())
        relations = record.relations()
        if self._chains:
            relations = relations_beside_chains(record, self._target)
            cas.add_all(self._chain_items(record))
        for key, relation in relations.items():
            head, child = spans[key.head], spans[key.child]
            ends = {"begin": child.begin, "end": child.end, "Governor": head, "Dependent": child}
            features = _features(relation.attributes, self._of_relations)
            cas.add(self._relation(**ends, label=key.label, **features))
        return cas

    def _chain_items(self, record: LayerRecord) -> Iterator[Any]:
        """The chains and links for the groups of a record."""
        for label, groups in chains_of(record, self._target.scheme).items():
            chain_type, link_type = self._chains[label]
            for group in groups:
                links = [link_type(**{"begin": key.start, "end": key.end, KIND: key.label}) for key in group]
                for link, following in pairwise(links):
                    link.next = following
                yield chain_type(first=links[0])
                yield from links


def _features(attributes: Attributes | None, names: Sequence[str]) -> dict[str, str]:
    values = zip(names, feature_values(attributes, names), strict=True)
    return {f"{name}_" if name in ("type", "self") else name: value for name, value in values if value}


FORMAT = Format(
    name="cas",
    about="UIMA CAS in JSON 0.4 or XMI, for INCEpTION",
    ending="",
    folder=True,
    read=read,
    write=write,
    carries=all_but("meta", "curator", "origin", "source", "score", "verdicts", aside=("self_relations",)),
    lost=(
        "annotations of other types, such as part of speech",
        "chains, but with chains=yes",
        "features that are not the label, where the label scheme has no attribute of their name",
    ),
    grants={"features": ("attributes", "relation_attributes")},
    options={
        **FEATURES_OPTION,
        "kind": "json (default) or xmi: how a CAS is written",
        "typesystem": "the file of the type system for XMI (default: the one beside the file)",
        **OPTIONS,
        **CHAINS_OPTIONS,
    },
)
