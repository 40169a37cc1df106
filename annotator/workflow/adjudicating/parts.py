"""A document's gold in independent parts, so that a decision costs only the part that it falls in.

Spans that share text, relations and their ends, claims and their outcomes belong together.  Parts are settled one by
one, which gives the same as settling all at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from annotator.annotation import (
    Annotations,
    Attributes,
    Relation,
    RelationKey,
    Ruling,
    Settled,
    Span,
    SpanKey,
    relation_key,
    span_key,
)
from annotator.disjoint_sets import DisjointSets
from annotator.labels import LabelScheme
from annotator.text import Segmentation
from annotator.workflow.adjudicating.case_list import CaseFilter, CaseList, is_disputed, order
from annotator.workflow.adjudicating.cases import Case, Kind
from annotator.workflow.adjudicating.settlement import Settlement, settle

LEAST_SPANS = 64
"""Marked spans up to which neighbours share a part: settling a handful costs hardly less than settling these."""

RulingChanges = Mapping[str, Ruling | None]
"""New rulings by claim; ``None`` where a ruling is removed."""


@dataclass(frozen=True)
class GoldPart:
    """Finished work and rulings that belong together, the spans that they are about, and their settlement."""

    contents: Mapping[str, Annotations]
    rulings: Mapping[str, Ruling]
    keys: frozenset[SpanKey]
    settlement: Settlement

    @cached_property
    def start(self) -> int:
        """Where the first of its spans begins, in code points."""
        return min((key.start for key in self.keys), default=0)

    @cached_property
    def end(self) -> int:
        """Where the last of its spans ends, in code points."""
        return max((key.end for key in self.keys), default=0)

    @cached_property
    def cases(self) -> Mapping[str, Case]:
        """Its cases by id."""
        return {case.id: case for case in self.settlement.cases}

    @cached_property
    def disputed(self) -> list[Case]:
        """Its cases that curators do not agree on by themselves."""
        return list(filter(is_disputed, self.settlement.cases))

    def passing(self, which: CaseFilter) -> list[Case]:
        """Its cases that pass a filter."""
        cases = self.disputed if which.only_open or which.only_disputed else self.settlement.cases
        return list(filter(which.passes, cases))

    @cached_property
    def counts(self) -> Counter[Settled | None]:
        """How many cases it has by how they are settled."""
        return Counter(case.settled for case in self.settlement.cases)

    @cached_property
    def retired(self) -> int:
        """How many of its open cases are about something that the label scheme does not allow."""
        return sum(c.settled is None and (c.kind == "retired" or bool(c.outcome)) for c in self.disputed)


class GoldParts:
    """The parts of one document's gold, unchangeable: :meth:`with_rulings` gives the parts after a decision."""

    def __init__(self, scheme: LabelScheme, sentences: Segmentation, curators: Sequence[str], event: int) -> None:
        self._scheme = scheme
        self._sentences = sentences
        self._curators = curators
        self.event = event
        self.parts: dict[int, GoldPart] = {}
        self._lists: dict[CaseFilter, CaseList] = {}
        self._found: dict[str, Case | None] = {}

    @classmethod
    def of(
        cls,
        contents: Mapping[str, Annotations],
        rulings: Mapping[str, Ruling],
        scheme: LabelScheme,
        sentences: Segmentation,
        event: int,
    ) -> GoldParts:
        """Divide finished work and the rulings on it into parts, and settle each; ``event`` numbers the next event."""
        parts = cls(scheme, sentences, tuple(sorted(contents)), event)
        decisions = [r for r in rulings.values() if r.settled == "adjudicator"]
        of_document = {c: Annotations(document_attributes=contents[c].document_attributes) for c in parts._curators}
        on_document = {ruling.id: ruling for ruling in decisions if _is_on_document(ruling)}
        if scheme.attributes_of(None) or on_document or any(c.document_attributes for c in of_document.values()):
            parts._put(parts._settled(of_document, on_document, frozenset(), before=rulings))
        for material in _divided(contents, [r for r in decisions if r.id not in on_document]):
            work = {c: Annotations.of(material.spans[c], material.relations[c]) for c in parts._curators}
            within = {ruling.id: ruling for ruling in material.rulings}
            parts._put(parts._settled(work, within, frozenset(material.keys), before=rulings))
        return parts

    def _settled(
        self,
        contents: Mapping[str, Annotations],
        rulings: Mapping[str, Ruling],
        keys: frozenset[SpanKey],
        before: Mapping[str, Ruling] | None = None,
    ) -> GoldPart:
        settlement = settle(contents, rulings, self._scheme, self._sentences, self.event, before)
        return GoldPart(contents, settlement.rulings, keys, settlement)

    def _put(self, part: GoldPart) -> None:
        self.parts[next(reversed(self.parts), -1) + 1] = part

    @cached_property
    def settlement(self) -> Settlement:
        """The settlement of all parts together."""
        return _united([part.settlement for part in self.parts.values()], self._curators)

    def find(self, case_id: str | None) -> Case | None:
        """The case with this id."""
        if case_id is None:
            return None
        if case_id not in self._found:
            parts = (part for part in self.parts.values() if case_id in part.cases)
            self._found[case_id] = next((part.cases[case_id] for part in parts), None)
        return self._found[case_id]

    def find_about(self, item: SpanKey | RelationKey) -> Case | None:
        """The first case in which a curator claims an item, or gold has it."""
        cases = (case for part in self.parts.values() for case in part.settlement.cases)
        return min((case for case in cases if item in case.claims or item in case.outcome), key=order, default=None)

    def listed(self, which: CaseFilter) -> CaseList:
        """The cases that pass a filter, in the order of the walk; a list made once is carried on by every decision."""
        if which not in self._lists:
            self._lists[which] = CaseList(case for part in self.parts.values() for case in part.passing(which))
        return self._lists[which]

    @property
    def kinds(self) -> set[Kind]:
        """The kinds of its cases."""
        return {case.kind for part in self.parts.values() for case in part.settlement.cases}

    @cached_property
    def counts(self) -> Counter[Settled | None]:
        """How many cases there are by how they are settled."""
        counts = Counter[Settled | None]()
        for part in self.parts.values():
            for settled, count in part.counts.items():
                counts[settled] += count
        return counts

    @cached_property
    def retired(self) -> int:
        """How many open cases are about something that the label scheme does not allow."""
        return sum(part.retired for part in self.parts.values())

    @property
    def waiting_relations(self) -> int:
        """How many relations wait for their ends to be settled."""
        return sum(part.settlement.waiting_relations for part in self.parts.values())

    def changed_since(self, earlier: GoldParts) -> list[Case]:
        """The cases that are not as in earlier parts of the same document, as they are now and as they were."""
        old, new = ({id(part): part for part in parts.parts.values()} for parts in (earlier, self))
        before = {case.id: case for i, part in old.items() if i not in new for case in part.settlement.cases}
        now = {case.id: case for i, part in new.items() if i not in old for case in part.settlement.cases}
        return [
            *in_order(case for case in now.values() if before.get(case.id) != case),
            *in_order(case for case in before.values() if now.get(case.id) != case),
        ]

    def around(self, keys: Iterable[SpanKey]) -> GoldPart:
        """Everything that belongs together with some spans, which may be new, as one part."""
        wanted = frozenset(keys)
        return self._joined([self.parts[number] for number in sorted(self._near(wanted))], wanted)

    def _near(self, keys: Iterable[SpanKey]) -> set[int]:
        """The numbers of the parts that lie over the same text as some spans, and so of those that hold them."""
        keys = list(keys)
        start, end = min([key.start for key in keys], default=0), max([key.end for key in keys], default=0)
        near = [bounds for bounds in self._bounds if bounds[0] < end and start < bounds[1]]
        return {number for first, last, number in near if any(first < k.end and k.start < last for k in keys)}

    @cached_property
    def _bounds(self) -> list[tuple[int, int, int]]:
        """Where each part begins and ends in the text, and its number."""
        return [(part.start, part.end, number) for number, part in self.parts.items()]

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

    def with_rulings(self, changes: RulingChanges) -> tuple[GoldParts, list[tuple[GoldPart, GoldPart]]]:
        """The parts after a change of rulings, and each part that changed as a pair, before and after."""
        groups: list[tuple[set[int], dict[str, Ruling | None], set[SpanKey]]] = []
        for claim, ruling in changes.items():
            keys = self._keys(claim, ruling)
            numbers, within = self._near(keys) if keys else self._of_document(claim, ruling), {claim: ruling}
            if not keys and not numbers:  # a ruling is taken away that is not there
                continue
            unrelated = []
            for group in groups:
                if group[0] & numbers or (not numbers and group[2] & keys):
                    numbers |= group[0]
                    within = {**group[1], **within}
                    keys |= group[2]
                else:
                    unrelated.append(group)
            groups = [*unrelated, (numbers, within, keys)]
        replaced = {number for numbers, _, _ in groups for number in numbers}
        parts = GoldParts(self._scheme, self._sentences, self._curators, self.event)
        parts.parts = {number: part for number, part in self.parts.items() if number not in replaced}
        changed = []
        for numbers, within, keys in groups:
            old = self._joined([self.parts[number] for number in sorted(numbers)], frozenset(keys))
            rulings = {i: r for i, r in {**old.rulings, **within}.items() if r is not None}
            new = self._settled(old.contents, rulings, old.keys | keys)
            parts._put(new)
            changed.append((old, new))
        for which, cases in self._lists.items():
            gone = [case for old, _ in changed for case in old.passing(which)]
            come = [case for _, new in changed for case in new.passing(which)]
            parts._lists[which] = cases.with_changes(gone, come)
        parts.counts = self.counts.copy()
        for old, new in changed:
            parts.counts.subtract(old.counts)
            parts.counts.update(new.counts)
        return parts, changed

    def _keys(self, claim: str, ruling: Ruling | None) -> set[SpanKey]:
        """The spans that a ruling is about, before and after a change."""
        keys = set(_keys_of(ruling)) if ruling is not None else set()
        previous = self._previous(claim, self._near(keys) if keys else self.parts)
        return keys | set(_keys_of(previous)) if previous is not None else keys

    def _previous(self, claim: str, among: Iterable[int]) -> Ruling | None:
        """The ruling on a claim up to now, in some of the parts."""
        rulings = (self.parts[number].settlement.rulings.get(claim) for number in among)
        return next((ruling for ruling in rulings if ruling is not None), None)

    def _of_document(self, claim: str, ruling: Ruling | None) -> set[int]:
        """The number of the part of the document's own attributes, where a ruling is about one of them."""
        ruling = ruling or self._previous(claim, self.parts)
        if ruling is None or not _is_on_document(ruling):
            return set()
        return {number for number, part in self.parts.items() if not part.keys}


def in_order(cases: Iterable[Case]) -> list[Case]:
    """Put cases in the order of the walk."""
    return sorted(cases, key=order)


def _is_on_document(ruling: Ruling) -> bool:
    """Whether a ruling is on an attribute of the document itself."""
    return ruling.kind == "attribute" and ruling.claim[0] is None


def _keys_of(ruling: Ruling) -> Iterator[SpanKey]:
    value = ruling.claim[0] if ruling.kind == "attribute" else ruling.claim
    if value is None:
        return
    if not isinstance(value[0], int):
        claim = relation_key(value)
        yield from (claim.head, claim.child)
        return
    yield span_key(value)
    if ruling.kind == "span" and ruling.outcome is not None:
        yield span_key(ruling.outcome)


def _united(settlements: Sequence[Settlement], curators: Sequence[str]) -> Settlement:
    """One settlement of several independent ones."""
    cases = in_order(case for settlement in settlements for case in settlement.cases)
    rulings: dict[str, Ruling] = {}
    spans: dict[str, Span] = {}
    relations: dict[str, Relation] = {}
    span_outcomes: dict[SpanKey, SpanKey | None] = {}
    of_document: Attributes = {}
    for settlement in settlements:
        rulings.update(settlement.rulings)
        spans.update(settlement.content.spans)
        relations.update(settlement.content.relations)
        span_outcomes.update(settlement.span_outcomes)
        of_document = settlement.content.document_attributes or of_document
    waiting = sum(settlement.waiting_relations for settlement in settlements)
    content = Annotations(spans, relations, of_document)
    return Settlement(tuple(curators), tuple(cases), rulings, content, span_outcomes, waiting)


# Finding what belongs together


@dataclass(slots=True)
class _Material:
    """What a part is made of: the spans that it is about, spans and relations by curator, and decisions."""

    keys: list[SpanKey]
    spans: dict[str, list[Span]]
    relations: dict[str, list[Relation]]
    rulings: list[Ruling]


def _divided(contents: Mapping[str, Annotations], rulings: Sequence[Ruling]) -> list[_Material]:
    """Finished work and the decisions on it, divided into what belongs together, in reading order."""
    keyed = {c: [(span.key, span) for span in content.spans.values()] for c, content in contents.items()}
    keys = {key for pairs in keyed.values() for key, _ in pairs}.union(*map(_keys_of, rulings))
    ends = {
        c: [(content.spans[r.head].key, content.spans[r.child].key, r) for r in content.relations.values()]
        for c, content in contents.items()
    }
    links = [(head, child) for relations in ends.values() for head, child, _ in relations]
    links += [(one, other) for one, *others in map(_keys_of, rulings) for other in others]
    places = _places(sorted(keys), links)
    parts = [
        _Material([], {c: [] for c in contents}, {c: [] for c in contents}, [])
        for _ in range(max(places.values(), default=-1) + 1)
    ]
    for key, place in places.items():
        parts[place].keys.append(key)
    for curator in contents:
        spans, relations = [part.spans[curator] for part in parts], [part.relations[curator] for part in parts]
        for key, span in keyed[curator]:
            spans[places[key]].append(span)
        for head, _, relation in ends[curator]:
            relations[places[head]].append(relation)
    for ruling in rulings:
        parts[places[next(_keys_of(ruling))]].rulings.append(ruling)
    return parts


def _places(keys: Sequence[SpanKey], links: Iterable[tuple[SpanKey, SpanKey]]) -> dict[SpanKey, int]:
    """The index of the part that each of some sorted spans is in; links join what does not share text."""
    stretches: dict[SpanKey, int] = {}
    number, reached = -1, 0
    for key in keys:
        if number < 0 or key.start >= reached:
            number += 1
        reached = max(reached, key.end)
        stretches[key] = number
    sets = DisjointSets(range(number + 1))
    for one, other in links:
        sets.join(stretches[one], stretches[other])
    firsts = [sets.find(stretch) for stretch in range(number + 1)]
    place = size = 0
    place_of: dict[int, int] = {}
    for first, count in Counter(firsts[stretch] for stretch in stretches.values()).items():
        place_of[first] = place
        size += count
        if size >= LEAST_SPANS:
            place, size = place + 1, 0
    return {key: place_of[firsts[stretch]] for key, stretch in stretches.items()}
