"""A document's gold in parts that have nothing to do with one another: a decision costs what its surroundings cost.

Spans that share text, relations and their ends, claims and what they came to belong together; whatever does not is
settled apart, and gives the same as if all were settled at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from annotator.annotation import Annotations, Relation, Ruling, Span, SpanKey, relation_key, span_key
from annotator.labels import LabelScheme
from annotator.text import Segmentation
from annotator.workflow.adjudicating.cases import Case
from annotator.workflow.adjudicating.settlement import Settlement, settle

LEAST_SPANS = 64
"""Marked spans up to which neighbours share a part: settling a handful costs hardly less than settling these."""

Changes = Mapping[str, Ruling | None]
"""Rulings by claim, as they are to be; ``None`` where one goes."""


@dataclass(frozen=True, slots=True)
class GoldPart:
    """Finished work and rulings that hang together, the spans that they are about, and what they come to."""

    contents: Mapping[str, Annotations]
    rulings: Mapping[str, Ruling]
    keys: frozenset[SpanKey]
    settlement: Settlement

    @property
    def start(self) -> int:
        """Return where the first of its spans begins."""
        return min(key.start for key in self.keys)


class GoldParts:
    """The parts of a document; a value that is replaced, not changed, when something is decided."""

    def __init__(self, scheme: LabelScheme, sentences: Segmentation, curators: Sequence[str], event: int) -> None:
        self._scheme = scheme
        self._sentences = sentences
        self._curators = curators
        self.event = event
        self.parts: list[GoldPart] = []
        self._part_of: dict[SpanKey, int] = {}
        self._ranges: list[tuple[int, int]] = []
        self._whole: Settlement | None = None

    @classmethod
    def of(
        cls,
        contents: Mapping[str, Annotations],
        rulings: Mapping[str, Ruling],
        scheme: LabelScheme,
        sentences: Segmentation,
        event: int,
    ) -> GoldParts:
        """Return the parts of some finished work and the rulings on it, settled."""
        found = cls(scheme, sentences, tuple(sorted(contents)), event)
        leader = _together(contents, rulings)
        spans, relations, decided = _sorted_out(contents, rulings, leader)
        for group in _bins(leader):
            content = {
                c: Annotations.of(
                    [span for first in group for span in spans[c, first]],
                    [relation for first in group for relation in relations[c, first]],
                )
                for c in found._curators
            }
            within = {ruling.id: ruling for first in group for ruling in decided[first]}
            keys = frozenset(key for members in group.values() for key in members)
            found._put(found._settled(content, within, keys))
        return found

    def _settled(
        self, contents: Mapping[str, Annotations], rulings: Mapping[str, Ruling], keys: frozenset[SpanKey]
    ) -> GoldPart:
        settlement = settle(contents, rulings, self._scheme, self._sentences, self.event)
        return GoldPart(contents, settlement.rulings, keys, settlement)

    def _put(self, part: GoldPart) -> None:
        number = len(self.parts)
        self.parts.append(part)
        self._part_of.update(dict.fromkeys(part.keys, number))
        self._ranges.append((part.start, max(key.end for key in part.keys)))

    @property
    def settlement(self) -> Settlement:
        """Return what all parts come to."""
        if self._whole is None:
            self._whole = _united([part.settlement for part in self.parts], self._curators)
        return self._whole

    def around(self, keys: Iterable[SpanKey]) -> GoldPart:
        """Return all that has to do with some spans, those that are new included, as one part."""
        wanted = frozenset(keys)
        return self._joined([self.parts[number] for number in sorted(self._near(wanted))], wanted)

    def _near(self, keys: Iterable[SpanKey]) -> set[int]:
        """Return the numbers of the parts that spans are in, or might share text with something in."""
        found: set[int] = set()
        for key in keys:
            if key in self._part_of:
                found.add(self._part_of[key])
            found.update(n for n, (start, end) in enumerate(self._ranges) if start < key.end and key.start < end)
        return found

    def _joined(self, parts: Sequence[GoldPart], keys: frozenset[SpanKey]) -> GoldPart:
        if len(parts) == 1:
            return parts[0]
        contents = {
            c: Annotations.of(
                [span for part in parts for span in part.contents[c].spans.values()],
                [relation for part in parts for relation in part.contents[c].relations.values()],
            )
            for c in self._curators
        }
        rulings = {ruling.id: ruling for part in parts for ruling in part.rulings.values()}
        united = _united([part.settlement for part in parts], self._curators)
        return GoldPart(contents, rulings, keys.union(*(part.keys for part in parts)), united)

    def ruled(self, changes: Changes) -> tuple[GoldParts, list[tuple[GoldPart, GoldPart]]]:
        """Return the parts after some rulings changed, and each part that is another now: as it was, as it is."""
        groups: list[tuple[set[int], dict[str, Ruling | None], set[SpanKey]]] = []
        for identity, ruling in changes.items():
            keys = self._keys(identity, ruling)
            numbers, within = self._near(keys), {identity: ruling}
            apart = []
            for group in groups:
                if group[0] & numbers or (not numbers and group[2] & keys):
                    numbers |= group[0]
                    within = {**group[1], **within}
                    keys |= group[2]
                else:
                    apart.append(group)
            groups = [*apart, (numbers, within, keys)]
        gone = {number for numbers, _, _ in groups for number in numbers}
        found = GoldParts(self._scheme, self._sentences, self._curators, self.event)
        for number, part in enumerate(self.parts):
            if number not in gone:
                found._put(part)
        changed = []
        for numbers, within, keys in groups:
            old = self._joined([self.parts[number] for number in sorted(numbers)], frozenset(keys))
            rulings = {i: r for i, r in {**old.rulings, **within}.items() if r is not None}
            new = self._settled(old.contents, rulings, old.keys | keys)
            found._put(new)
            changed.append((old, new))
        return found, changed

    def _keys(self, identity: str, ruling: Ruling | None) -> set[SpanKey]:
        """Return the spans that a ruling is about, as it is to be and as it is."""
        found = set(_keys_of(ruling)) if ruling is not None else set()
        former = self.settlement.rulings.get(identity)
        return found | set(_keys_of(former)) if former is not None else found


def _keys_of(ruling: Ruling) -> Iterator[SpanKey]:
    if ruling.kind == "relation":
        claim = relation_key(ruling.claim)
        yield from (claim.head, claim.child)
        return
    yield span_key(ruling.claim)
    if ruling.outcome is not None:
        yield span_key(ruling.outcome)


def _united(settlements: Sequence[Settlement], curators: Sequence[str]) -> Settlement:
    """Return what settlements that have nothing to do with one another come to together."""
    cases: list[Case] = [case for settlement in settlements for case in settlement.cases]
    cases.sort(key=lambda case: (case.position, case.id))
    rulings: dict[str, Ruling] = {}
    spans: dict[str, Span] = {}
    relations: dict[str, Relation] = {}
    standing: dict[SpanKey, SpanKey | None] = {}
    for settlement in settlements:
        rulings.update(settlement.rulings)
        spans.update(settlement.content.spans)
        relations.update(settlement.content.relations)
        standing.update(settlement.span_outcomes)
    waiting = sum(settlement.waiting for settlement in settlements)
    return Settlement(tuple(curators), tuple(cases), rulings, Annotations(spans, relations), standing, waiting)


# Finding what belongs together


class _Leaders(dict[SpanKey, SpanKey]):
    """For each span one that stands for all that belong together with it."""

    def find(self, key: SpanKey) -> SpanKey:
        first = self.setdefault(key, key)
        while self[first] != first:
            self[first] = self[self[first]]
            first = self[first]
        return first

    def join(self, one: SpanKey, other: SpanKey) -> None:
        low, high = sorted((self.find(one), self.find(other)))
        self[high] = low


def _together(contents: Mapping[str, Annotations], rulings: Mapping[str, Ruling]) -> _Leaders:
    leader = _Leaders()
    for content in contents.values():
        for span in content.spans.values():
            leader.find(span.key)
    for ruling in rulings.values():
        one, *others = _keys_of(ruling)
        leader.find(one)
        for other in others:
            leader.join(one, other)
    last: SpanKey | None = None
    for key in sorted(leader):
        if last is not None and key.start < last.end:
            leader.join(last, key)
        last = key if last is None or key.end > last.end else last
    for content in contents.values():
        for relation in content.relations.values():
            leader.join(content.spans[relation.head].key, content.spans[relation.child].key)
    return leader


def _sorted_out(
    contents: Mapping[str, Annotations], rulings: Mapping[str, Ruling], leader: _Leaders
) -> tuple[
    dict[tuple[str, SpanKey], list[Span]], dict[tuple[str, SpanKey], list[Relation]], dict[SpanKey, list[Ruling]]
]:
    """Return spans and relations by curator and what stands for what they belong to, and rulings by the latter."""
    spans: defaultdict[tuple[str, SpanKey], list[Span]] = defaultdict(list)
    relations: defaultdict[tuple[str, SpanKey], list[Relation]] = defaultdict(list)
    decided: defaultdict[SpanKey, list[Ruling]] = defaultdict(list)
    for curator, content in contents.items():
        for span in content.spans.values():
            spans[curator, leader.find(span.key)].append(span)
        for relation in content.relations.values():
            relations[curator, leader.find(content.spans[relation.head].key)].append(relation)
    for ruling in rulings.values():
        decided[leader.find(next(_keys_of(ruling)))].append(ruling)
    return spans, relations, decided


def _bins(leader: _Leaders) -> Iterator[dict[SpanKey, list[SpanKey]]]:
    """Yield what belongs together, in reading order, a few of them at a time: members by what stands for them."""
    members: defaultdict[SpanKey, list[SpanKey]] = defaultdict(list)
    for key in sorted(leader):
        members[leader.find(key)].append(key)
    group: dict[SpanKey, list[SpanKey]] = {}
    size = 0
    for first, keys in members.items():
        group[first] = keys
        size += len(keys)
        if size >= LEAST_SPANS:
            yield group
            group, size = {}, 0
    if group:
        yield group
