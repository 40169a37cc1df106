"""Which layers of an INCEpTION project are read as spans and as relations, and which of their features is the label."""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

from annotator.annotation import Attributes, Relation, Span
from annotator.attribute_values import attribute_value_problem
from annotator.errors import FormatError
from annotator.formats.chains import asked_for_chains
from annotator.formats.protocol import ForeignAttribute, Target
from annotator.formats.record import LayerRecord
from annotator.labels import LabelScheme
from annotator.labels.attributes import AttributeKind, values_of

SPAN, RELATION, LABEL = "custom.Span", "custom.Relation", "label"
"""The layers that we write, and their feature: every new project of INCEpTION has them as its basic annotation."""
NAMED_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
OPTIONS = {
    "spans": "layers to read as spans, TYPE or TYPE:FEATURE, parted by commas, or none (default: custom layers, "
    "NamedEntity)",
    "relations": "layers to read as relations, in the same way (default: those with two ends)",
}

Role = Literal["span", "relation", "mention", "chain", "other"]

FEATURES_OPTION = {
    "features": "yes: write attributes as features, which the layers of the project need to have by their names"
}
_LINKS = ("identity", "identifier")
"""The features that hold entries of a knowledge base, as GUM and INCEpTION call them."""
_CUSTOM = ("webanno.custom.", "custom.")
_LABELS = ("label", "value")
_NONE = "none"
_OWN_FEATURES = frozenset([LABEL, "begin", "end", "sofa", "Governor", "Dependent"])
"""The features that annotations have without attributes."""
_OWN_FIELD = "xmiID"
"""What dkpro-cassis numbers annotations by."""
_SHOWN = 5


class LayerChoice:
    """Chooses the layers to read, by the options, and counts those that are not read.

    ``mention`` is the label that all mentions of chains are to have, if there is such.
    """

    def __init__(self, options: Mapping[str, str]) -> None:
        self._features: dict[Role, dict[str, str]] = {
            "span": _types(options.get("spans")),
            "relation": _types(options.get("relations")),
        }
        self.mention = options.get("mention")
        self._chains = asked_for_chains(options)
        self._chained = False
        self._read = 0
        self._unread: Counter[str] = Counter()
        self._readable: set[str] = set()

    def role(self, name: str, *, links: bool, named_entity: bool = False) -> Role:
        """Tell what a layer is read as.

        ``links`` says that its annotations have two ends, ``named_entity`` that they are DKPro's named entities.
        """
        spans, relations = self._features["span"], self._features["relation"]
        if name in relations if relations else links and name not in spans:
            return "relation"
        custom = not links and (name.startswith(_CUSTOM) or named_entity or name == NAMED_ENTITY)
        return "span" if (name in spans if spans else custom) else "other"

    def role_in_chains(self, role: Role) -> Role:
        """Tell what a layer of chains or of their mentions is read as: as ``role`` if chains are read."""
        self._chained |= not self._chains
        return role if self._chains else "other"

    def feature(self, role: Role, name: str, features: Collection[str], strings: Sequence[str]) -> str:
        """Choose the feature that is the label: the requested one, else ``label`` or ``value``, else the only string.

        ``features`` are all of a layer, ``strings`` those that are strings.  It is empty where there is none, and may
        be none of ``features`` where it was requested.
        """
        wanted = self._features.get(role, {}).get(name) or next((label for label in _LABELS if label in features), "")
        return wanted or (strings[0] if len(strings) == 1 else "")

    def count_read(self, items: int) -> None:
        """Count spans and relations that were read."""
        self._read += items

    def count_unread(self, name: str, *, is_span: bool = True) -> None:
        """Count an annotation that was not read; ``is_span`` says that it could be read as a span."""
        self._unread[name] += 1
        if is_span:
            self._readable.add(name)

    def check(self, where: str) -> None:
        """Raise :class:`FormatError` where there were annotations, but none of them was read."""
        if self._read or not self._unread or _NONE in self._features["span"]:
            return
        commonest = self._unread.most_common()
        shown = ", ".join(f"{name} ({count})" for name, count in commonest[:_SHOWN])
        more = f" and {len(commonest) - _SHOWN} more" if len(commonest) > _SHOWN else ""
        spans = next((name for name, _ in commonest if name in self._readable), None)
        raise FormatError(
            f"{where}: none of its annotations is in a layer that is read; they are of the types {shown}{more}",
            (f"name the layer with the spans, such as -O spans={spans}, or " if spans else "")
            + ("read its chains: -O chains=yes, or " if self._chained else "")
            + f"read it without any annotations: -O spans={_NONE}",
        )


def feature_attribute(item: str, name: str, value: object) -> ForeignAttribute | None:
    """What a feature that is not the label says of an item; ``None`` where no attribute could have such a value.

    Features that name what it is in a knowledge base are links.
    """
    if not isinstance(value, (bool, int, float, str)) or attribute_value_problem(value) is not None:
        return None
    by_value: AttributeKind = "flag" if isinstance(value, bool) else "values" if isinstance(value, str) else "number"
    return ForeignAttribute(item, name, value, kind="catalog" if name in _LINKS else by_value)


def can_name_feature(name: str) -> bool:
    """Tell whether a name is one that UIMA takes for a feature, and that dkpro-cassis can make a Python field of."""
    return name.isidentifier() and not name.startswith("_") and not keyword.iskeyword(name) and name != _OWN_FIELD


def features_of(scheme: LabelScheme) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The attributes of spans and of relations, each by the name of a feature.

    Raises :class:`FormatError` where one has a name that no feature can have, or that the layers have already.
    """
    of_spans = tuple(a.name for a in scheme.attributes.values() if not scheme.entities.keys().isdisjoint(a.of))
    of_relations = tuple(a.name for a in scheme.attributes.values() if not scheme.relations.keys().isdisjoint(a.of))
    for name in (*of_spans, *of_relations):
        if not can_name_feature(name) or name in _OWN_FEATURES:
            raise FormatError(
                f"features=yes: a feature cannot be called {name!r}, as an attribute is",
                "rename it with `annotator labels rename`, in letters, digits and _",
            )
    return of_spans, of_relations


def feature_values(attributes: Attributes | None, names: Iterable[str]) -> list[str]:
    """The values of features, empty where there is none, or where there are several: a feature holds one."""
    values = [values_of((attributes or {}).get(name)) for name in names]
    return [_text(some[0]) if len(some) == 1 else "" for some in values]


def _text(value: bool | float | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def count_several_values(record: LayerRecord, target: Target) -> None:
    """Count the attributes with several values as lost, because a feature holds one."""
    items: list[Span | Relation] = [*record.spans().values(), *record.relations().values()]
    several = sum(len(values_of(value)) > 1 for item in items for value in (item.attributes or {}).values())
    if several:
        target.lost["attributes with several values"] += several


def short_name(name: str) -> str:
    """The name of a type without its package."""
    return name.rpartition(".")[2]


def _types(option: str | None) -> dict[str, str]:
    """Parse ``TYPE:FEATURE,TYPE`` into the label's feature by type; an empty one stands for the default feature."""
    pairs = (part.strip().partition(":") for part in option.split(",")) if option else ()
    return {name: feature for name, _, feature in pairs}
