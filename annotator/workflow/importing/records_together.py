"""Several records of one file that are about the same layer: what they say together, or that they contradict.

A file may hold a text twice: a row for each question, an answer given anew, two annotations of one task by one person.
Such records are put together as long as they do not contradict one another: nothing that is in only one of them shares
text with something that is only in the other, no two spans are related otherwise, no attribute is set otherwise, and
nothing that one rejects is in the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Literal, NamedTuple, TypeVar

from annotator.annotation import Relation, Span, Verdict
from annotator.errors import WorkflowError
from annotator.history import LayerName
from annotator.labels.attributes import value_text, values_of
from annotator.labels.scheme import span_text
from annotator.store import ManyValues
from annotator.workflow.importing.normalized_layer import Canonical, NormalizedLayer

AnyItem = TypeVar("AnyItem", Span, Relation)
SameText = Literal["refuse", "last", "unite"]
"""What becomes of records that contradict: the file is refused, the last one counts, or all of them stand together."""


class Contradiction(NamedTuple):
    """What an earlier record has and a later one says otherwise; ``exclusive`` where no scheme lets both stand.

    Of an attribute, ``earlier`` is the item that has it (of the document: empty), and ``attribute`` its name.
    """

    earlier: str
    earlier_told: str
    later_told: str
    exclusive: bool = False
    attribute: str | None = None


class RecordsTogether:
    """Puts the records of each layer together under a rule; ``repeated`` counts those after a layer's first.

    ``lost`` counts by kind what gives way to a later record; ``canonical`` writes several values of an attribute.
    """

    def __init__(self, rule: SameText, lost: Counter[str], canonical: Canonical) -> None:
        self.rule = rule
        self._canonical = canonical
        self.repeated = 0
        self._lost = lost
        self._first: ManyValues[str] = ManyValues()
        self._said: dict[LayerName, dict[str, str]] = {}

    def is_first(self, name: LayerName, where: str) -> bool:
        """Tell whether no record of a layer came before this one, and remember that one did."""
        key = layer_key(name)
        if key in self._first:
            return False
        self._first[key] = where
        return True

    def close(self) -> None:
        """Forget the records."""
        self._first.close()

    def first_place(self, name: LayerName) -> str:
        """Where the first record of a layer stands."""
        return self._first[layer_key(name)]

    def together(
        self, name: LayerName, earlier: NormalizedLayer, record: NormalizedLayer, where: str
    ) -> NormalizedLayer:
        """Put a record together with what those before it say; :class:`WorkflowError` where they contradict."""
        self.repeated += 1
        if name.kind == "suggester":  # what is proposed may contradict
            return earlier.united(record, self._canonical)
        said = self._said.setdefault(name, dict.fromkeys(_ids(earlier), self.first_place(name)))
        if self.rule == "last":
            remaining = _whole_answer(record, earlier) or _without_contradicted(earlier, record)
            self._count_replaced("span", earlier.spans, {*remaining.spans, *record.spans})
            self._count_replaced("relation", earlier.relations, {*remaining.relations, *record.relations})
            self._count_replaced(
                "attribute", _attributes(earlier), _attributes(remaining.united(record, self._canonical))
            )
            earlier = remaining
        else:
            found = next(_contradictions(earlier, record), None)
            if found is not None and (self.rule == "refuse" or found.exclusive):
                raise self._refusal(name, found, said.get(found.earlier, self.first_place(name)), where)
        said.update(dict.fromkeys(_ids(record) - said.keys(), where))
        return earlier.united(record, self._canonical)

    def _count_replaced(self, kind: str, before: Collection[Hashable], after: Collection[Hashable]) -> None:
        self._lost[f"{kind} of a record that a later one replaces"] += sum(i not in after for i in before)

    def _refusal(self, name: LayerName, found: Contradiction, before: str, where: str) -> WorkflowError:
        ways = "--same-text last lets the last count" if found.exclusive else (
            "--same-text last lets the last count, --same-text unite keeps all that the scheme allows"
        )  # fmt: skip
        return WorkflowError(
            f"{where}: {found.later_told} contradicts {found.earlier_told} at {before}, on the same text ({name})",
            f"correct the file, or say which counts: {ways}",
        )


def layer_key(name: LayerName) -> str:
    """The name of a layer as one string; neither of its parts holds a line break."""
    return "\n".join(name)


def layer_of(key: str) -> LayerName:
    """The name of which :func:`layer_key` made a string."""
    return LayerName(*key.split("\n"))


def _ids(layer: NormalizedLayer) -> set[str]:
    return {*layer.spans, *layer.relations, *map(_verdict_id, layer.verdicts)}


def _attributes(layer: NormalizedLayer) -> set[tuple[str, str, bool | float | str]]:
    """Every single value of the attributes of a layer, with its item and its name."""
    of_items = ((item.id, item.attributes or {}) for item in _items(layer))
    every = (*of_items, ("", layer.document_attributes))
    return {(i, name, one) for i, found in every for name, value in found.items() for one in values_of(value)}


def _verdict_id(verdict_id: str) -> str:
    return f"verdict {verdict_id}"


def _contradictions(earlier: NormalizedLayer, later: NormalizedLayer) -> Iterator[Contradiction]:
    """Find what two records say otherwise, the spans first."""
    yield from _span_contradictions(earlier, later)
    related = {frozenset((r.head, r.child)): r for r in _only(later.relations, earlier.relations)}
    for relation in _only(earlier.relations, later.relations):
        other = related.get(frozenset((relation.head, relation.child)))
        if other is not None:
            yield Contradiction(relation.id, relation.id, other.id)
    yield from _attribute_contradictions(earlier, later)
    for verdict in _rejections(later):
        if verdict.id in earlier.spans or verdict.id in earlier.relations:
            yield Contradiction(verdict.id, "its acceptance", f"the rejection of {verdict.id}", exclusive=True)
    for verdict in _rejections(earlier):
        if verdict.id in later.spans or verdict.id in later.relations:
            yield Contradiction(
                _verdict_id(verdict.id), "its rejection", f"the acceptance of {verdict.id}", exclusive=True
            )


def _span_contradictions(earlier: NormalizedLayer, later: NormalizedLayer) -> Iterator[Contradiction]:
    """Sweep over the spans that only one of two records has; find those that share text with one of the other's."""
    mine = ((span, 0) for span in _only(earlier.spans, later.spans))
    theirs = ((span, 1) for span in _only(later.spans, earlier.spans))
    live: tuple[list[Span], list[Span]] = ([], [])
    for span, side in sorted(chain(mine, theirs), key=lambda pair: (pair[0].start, pair[0].end, pair[1])):
        for spans in live:
            spans[:] = [other for other in spans if other.end > span.start]
        for other in live[1 - side]:
            before, after = (other, span) if side else (span, other)
            yield Contradiction(before.id, span_text(before.key), span_text(after.key))
        live[side].append(span)


def _attribute_contradictions(earlier: NormalizedLayer, later: NormalizedLayer) -> Iterator[Contradiction]:
    """Find attributes that two records set to different values; several values of one stand together."""
    before = {item.id: item.attributes for item in _items(earlier) if item.attributes}
    after = {item.id: item.attributes for item in _items(later) if item.attributes}
    before[""], after[""] = earlier.document_attributes, later.document_attributes
    for item_id in before.keys() & after.keys():
        for name, value in before[item_id].items():
            other = after[item_id].get(name, value)
            if other != value and not (isinstance(value, list) and isinstance(other, list)):
                of = f" of {item_id}" if item_id else " of the document"
                told = [f"{name}{of} {value_text(one)}" for one in (value, other)]
                yield Contradiction(item_id, told[0], told[1], exclusive=True, attribute=name)


def _items(layer: NormalizedLayer) -> list[Span | Relation]:
    return [*layer.spans.values(), *layer.relations.values()]


def _only(items: Mapping[str, AnyItem], others: Mapping[str, AnyItem]) -> list[AnyItem]:
    """The items that are not among others."""
    return [item for item_id, item in items.items() if item_id not in others]


def _rejections(layer: NormalizedLayer) -> Iterator[Verdict]:
    return (verdict for verdict in layer.verdicts.values() if verdict.verdict == "rejected")


def _whole_answer(record: NormalizedLayer, earlier: NormalizedLayer) -> NormalizedLayer | None:
    """Nothing of what came earlier, where a record answers for the whole text."""
    nothing = replace(earlier, spans={}, relations={}, verdicts={}, extras={}, document_attributes={})
    return nothing if record.state == "done" else None


def _without_contradicted(earlier: NormalizedLayer, record: NormalizedLayer) -> NormalizedLayer:
    """What came earlier, without what a record that answers one question contradicts."""
    contradictions = list(_contradictions(earlier, record))
    for found in contradictions:
        if found.attribute is not None:
            earlier = earlier.without_attribute(found.earlier or None, found.attribute)
    gone = {found.earlier for found in contradictions if found.attribute is None}
    spans = {i: span for i, span in earlier.spans.items() if i not in gone}
    relations = {i: r for i, r in earlier.relations.items() if i not in gone and r.head in spans and r.child in spans}
    verdicts = {i: verdict for i, verdict in earlier.verdicts.items() if _verdict_id(i) not in gone}
    extras = dict(earlier.extras)
    while dangling := [i for i, e in extras.items() if not {*spans, *relations, *extras}.issuperset(e.refs)]:
        for extra_id in dangling:
            del extras[extra_id]
    return replace(earlier, spans=spans, relations=relations, verdicts=verdicts, extras=extras)
