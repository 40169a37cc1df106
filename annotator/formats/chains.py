"""Chains, which are what INCEpTION and DKPro call groups of mentions.

A layer of chains has links, which are mentions with a type (``referenceType``) and a name for the arrow to the next one
(``referenceRelation``), and chains, each of which leads to its first link.  DKPro's own layer is coreference; those
that a project adds have names of their own.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from annotator.annotation import Relation, RelationKey, Span, SpanKey
from annotator.errors import FormatError
from annotator.formats.options import is_yes
from annotator.formats.protocol import COREFERENCE, ForeignGroup, Target
from annotator.formats.record import LayerRecord
from annotator.groups import groups
from annotator.labels import LabelScheme

KIND, ARROW = "referenceType", "referenceRelation"
"""The features of a mention: its type, and the name of the arrow to the next one."""
OPTIONS = {
    "chains": "yes: read chains as groups, their mentions as spans; write groups as chains in place of relations",
    "mention": f"with chains=yes: the label of all mentions read (default: their {KIND}, else the label of a span at "
    "the same place, else mention)",
}
_COREFERENCE = "de.tudarmstadt.ukp.dkpro.core.api.coref.type.Coreference"
LINK, CHAIN = "Link", "Chain"
"""How the names of the two types of a layer end."""
_CUSTOM = "webanno.custom."
_UNLABELLED = "mention"
_RENAME = "rename it with `annotator labels rename`, or leave out chains=yes"


@dataclass(frozen=True, slots=True)
class ChainMention:
    """A mention as a file has it, at code points: the layer of its links, its chain (``None``: none), its features."""

    id: str
    layer: str
    chain: Hashable
    start: int
    end: int
    features: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ReadMentions:
    """Mentions as spans, but for those that are among the other spans, and their chains as groups.

    ``features`` are those of each mention that are not its label, by the id of its span.
    """

    spans: list[Span]
    groups: tuple[ForeignGroup, ...]
    features: list[tuple[str, Mapping[str, object]]]


def asked_for_chains(options: Mapping[str, str]) -> bool:
    """Whether chains are to be read or written.

    Raises :class:`FormatError` where they are not, but an option says how.
    """
    asked = is_yes(options, "chains")
    if "mention" in options and not asked:
        raise FormatError(f"mention={options['mention']}: chains are not read", "write chains=yes, too")
    return asked


def read_mentions(mentions: Iterable[ChainMention], spans: Iterable[Span], label: str | None) -> ReadMentions:
    """Turn mentions into spans with labels, ``label`` where that is given; ``spans`` are the other ones of the file."""
    id_of: dict[SpanKey, str] = {}
    label_at: dict[tuple[int, int], str] = {}
    for span in spans:
        id_of.setdefault(span.key, span.id)
        label_at.setdefault((span.start, span.end), span.label)
    read: list[Span] = []
    features: list[tuple[str, Mapping[str, object]]] = []
    members: dict[tuple[str, Hashable], list[str]] = {}
    for mention in mentions:
        others = dict(mention.features)
        place = (mention.start, mention.end)
        kind = others.pop(KIND, None) if not label and isinstance(others.get(KIND), str) else None
        own = label or str(kind or label_at.get(place, _UNLABELLED))
        span_id = id_of.get(SpanKey(*place, own))
        if span_id is None:
            span_id = mention.id
            read.append(Span(span_id, *place, own))
        features.append((span_id, others))
        if mention.chain is not None:
            members.setdefault((mention.layer, mention.chain), []).append(span_id)
    found = (ForeignGroup(_group_label(layer), tuple(ids)) for (layer, _), ids in members.items())
    return ReadMentions(read, tuple(found), features)


def _group_label(layer: str) -> str:
    return COREFERENCE if layer == _COREFERENCE + LINK else layer.rpartition(".")[2].removesuffix(LINK)


def layers_of_chains(scheme: LabelScheme) -> dict[str, str]:
    """The layer for the groups of each equivalence, in their order, without the ``Chain`` or ``Link`` at its end.

    It is DKPro's own where the label scheme has one equivalence.  Raises :class:`FormatError` where a layer cannot be
    called like an equivalence, or two of them would be one layer.
    """
    labels = [label for label in scheme.relations if label in scheme.equivalences]
    if len(labels) == 1:
        return {labels[0]: _COREFERENCE}
    named: dict[str, str] = {}
    for label in labels:
        name = re.sub(r"\W", "_", label)
        if not name[0].isalpha():
            raise FormatError(f"chains=yes: a layer cannot be called {label!r}, as an equivalence is", _RENAME)
        if name in named:
            raise FormatError(f"chains=yes: {named[name]!r} and {label!r} would be one layer, {name}", _RENAME)
        named[name] = label
    return {label: _CUSTOM + name for name, label in named.items()}


def chains_of(record: LayerRecord, scheme: LabelScheme) -> dict[str, list[list[SpanKey]]]:
    """The groups of a record, by their equivalence in the order of the scheme."""
    content = record.annotations
    return {
        label: [list(dict.fromkeys(content.spans[member].key for member in group)) for group in groups(content, label)]
        for label in scheme.relations
        if label in scheme.equivalences
    }


def relations_beside_chains(record: LayerRecord, target: Target) -> dict[RelationKey, Relation]:
    """The relations that are not written as chains; what those have that chains cannot say is counted as lost."""
    every = record.relations()
    others = {key: relation for key, relation in every.items() if key.label not in target.scheme.equivalences}
    lost = sum(len(relation.attributes or ()) for key, relation in every.items() if key not in others)
    if lost:
        target.lost["attributes of relations that are written as chains"] += lost
    return others
