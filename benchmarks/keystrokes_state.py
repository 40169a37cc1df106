"""What a replay wants, and where it stands: read from the live annotate screen before every plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from annotator.annotation import Annotations, RelationKey, SpanKey
from annotator.labels import LabelScheme, RelationType
from annotator.text import Segment
from annotator.tui.layout.caret import Caret
from annotator.tui.layout.hints import codes
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.screens.document.navigation import Navigation
from annotator.tui.screens.document.relation_actions import RelationActions, RelationScreen

FAR = 2
"""Cursor keys that a plan may press in a row to get somewhere."""


@dataclass(frozen=True, slots=True)
class Step:
    """One key, or one hint: ``hint`` is the offset whose letters are to be typed.

    ``kind`` says what the keys are counted as, ``cost`` how many they are.
    """

    kind: str
    key: str = ""
    hint: int | None = None
    cost: int = 1


Steps = tuple[Step, ...]


def cost_of(steps: Steps) -> int:
    """Return how many keys the steps are."""
    return sum(step.cost for step in steps)


@dataclass(frozen=True, slots=True)
class Goal:
    """The spans and relations that the curator's layer is to have in the end, and no others."""

    spans: frozenset[SpanKey]
    relations: frozenset[RelationKey]

    @classmethod
    def of(cls, content: Annotations, scheme: LabelScheme) -> Goal:
        """Return what a layer says, symmetric relations from the earlier span."""
        relations = (content.relation_key(relation) for relation in content.relations.values())
        spans = frozenset(span.key for span in content.spans.values())
        return cls(spans, frozenset(ordered(key, scheme) for key in relations))

    def __len__(self) -> int:
        return len(self.spans) + len(self.relations)


def ordered(key: RelationKey, scheme: LabelScheme) -> RelationKey:
    """Return a relation, from the earlier span where its type has no direction."""
    if scheme.relations[key.label].symmetric and key.child < key.head:
        return RelationKey(key.child, key.head, key.label)
    return key


class Situation:
    """What stands, what waits and what is missing, and the cheapest keys to get to each place in view."""

    def __init__(self, screen: AnnotateScreen, goal: Goal) -> None:
        self.screen = screen
        self.session = screen.session
        self.scheme = self.session.scheme
        self.layer = self.session.layer
        self.document = self.session.document
        self.goal = goal
        self.own = {span.key: identity for identity, span in self.layer.content.spans.items()}
        self.waiting = {self.layer.suggestions.spans[i.id].key: i.id for i in self.layer.order.pending_spans}
        self.visible = screen.view.visible_range()
        self._offers: dict[str, list[dict[Segment, str]]] = {}

    # What is to do

    @cached_property
    def own_relations(self) -> dict[RelationKey, str]:
        """Return the curator's relations."""
        return {self.relation_key(identity): identity for identity in self.layer.content.relations}

    @cached_property
    def waiting_relations(self) -> dict[RelationKey, str]:
        """Return the suggested relations that wait for a verdict."""
        found = (i.id for i in self.layer.order.pending if i.id in self.layer.suggestions.relations)
        return {self.relation_key(identity): identity for identity in found}

    def relation_key(self, identity: str) -> RelationKey:
        """Return what a relation says now, whether it stands or waits."""
        relation = self.layer.relation(identity)
        assert relation is not None
        head, child = self.layer.span(relation.head), self.layer.span(relation.child)
        assert head is not None
        assert child is not None
        return ordered(RelationKey(head.key, child.key, relation.label), self.scheme)

    @cached_property
    def missing(self) -> list[SpanKey]:
        """Return the spans that nobody has marked or proposed, in reading order."""
        return sorted(self.goal.spans - self.own.keys() - self.waiting.keys())

    @cached_property
    def missing_relations(self) -> list[RelationKey]:
        """Return the relations that neither stand nor wait, but whose ends do."""
        there = self.own.keys() | self.waiting.keys()
        unsaid = self.goal.relations - self.own_relations.keys() - self.waiting_relations.keys()
        return sorted(key for key in unsaid if key.head in there and key.child in there)

    @cached_property
    def wrong(self) -> list[SpanKey]:
        """Return the curator's spans that are not to be there."""
        return sorted(self.own.keys() - self.goal.spans)

    @cached_property
    def wrong_relations(self) -> list[RelationKey]:
        """Return the curator's relations that are not to be there, though both ends are."""
        surplus = self.own_relations.keys() - self.goal.relations
        return sorted(k for k in surplus if k.head in self.goal.spans and k.child in self.goal.spans)

    @cached_property
    def accepted_at_once(self) -> tuple[set[SpanKey], set[RelationKey]]:
        """Return the spans and relations that ``A`` would accept."""
        threshold = self.layer.threshold
        spans: set[SpanKey] = set()
        for key, identity in sorted(self.waiting.items(), key=lambda w: (w[0].start, -w[0].end)):
            clash = any(key.start < other.end and other.start < key.end for other in spans)
            if (self.layer.suggestions.spans[identity].score or 0) >= threshold and not clash:
                spans.add(key)
        stand = spans | self.own.keys()
        scores = {key: self.layer.suggestions.relations[i].score or 0 for key, i in self.waiting_relations.items()}
        return spans, {k for k, score in scores.items() if score >= threshold and {k.head, k.child} <= stand}

    @cached_property
    def wrong_at_once(self) -> list[SpanKey | RelationKey]:
        """Return what ``A`` would accept though it is not to be there; not the relations at such spans."""
        spans, relations = self.accepted_at_once
        surplus = (k for k in relations - self.goal.relations if {k.head, k.child} <= self.goal.spans)
        return [*sorted(spans - self.goal.spans), *sorted(surplus)]

    @property
    def walking(self) -> bool:
        """Return whether something right still waits for a verdict."""
        return bool(self.waiting.keys() & self.goal.spans or self.waiting_relations.keys() & self.goal.relations)

    @property
    def done(self) -> bool:
        """Return whether the layer is as it is to be."""
        return self.own.keys() == self.goal.spans and self.own_relations.keys() == self.goal.relations

    def places_of_work(self) -> list[int]:
        """Return the offsets of what is to be done and out of view; of all there is to do if nothing is."""
        spans = {*self.missing, *self.wrong}
        spans.update(e for k in (*self.missing_relations, *self.wrong_relations) for e in (k.head, k.child))
        return sorted(key.start for key in spans if not self.in_view(key)) or sorted(key.start for key in spans)

    def places_at_once(self) -> list[int]:
        """Return the offsets of what ``A`` would wrongly accept."""
        return sorted(key.start if isinstance(key, SpanKey) else key.head.start for key in self.wrong_at_once)

    # Where things are

    def identity(self, key: SpanKey) -> str | None:
        """Return the id under which a span stands or waits."""
        return self.own.get(key) or self.waiting.get(key)

    def in_view(self, key: SpanKey) -> bool:
        """Return whether all of a span is on the screen."""
        return self.visible.start <= key.start and key.end <= self.visible.end

    def focus_at(self, offset: int) -> str | None:
        """Return the span that comes into focus when the cursor gets to an offset."""
        found = self.layer.content.index.at(offset) or self.layer.order.pending_spans.at(offset)
        return min(found, key=lambda i: i.end - i.start).id if found else None

    @cached_property
    def alike(self) -> tuple[int, int]:
        """Return how many right and wrong suggestions get the verdict of the one in focus by ``+`` or ``-``."""
        focus = self.screen.item_id
        if focus is None or not self.layer.order.is_pending(focus):
            return 0, 0
        same = self.layer.suggestions.alike(focus)
        spans = self.layer.suggestions.spans
        right = sum(
            spans[i].key in self.goal.spans if i in spans else self.relation_key(i) in self.goal.relations for i in same
        )
        return right, len(same) - right

    @cached_property
    def relatable(self) -> dict[str, str]:
        """Return the hint that ``r`` puts on each span while nothing is in focus."""
        spans = RelationActions(cast("RelationScreen", self.screen)).relatable_spans()
        return dict(zip((span.id for span in spans), codes(len(spans)), strict=False))

    @cached_property
    def focused_span(self) -> SpanKey | None:
        """Return the span in focus."""
        span = self.layer.span(self.screen.item_id) if self.screen.item_id else None
        return span.key if span is not None else None

    def tokens(self, start: int, end: int) -> list[Segment]:
        """Return the tokens of a stretch of text."""
        return [self.document.tokens[i] for i in self.document.tokens.overlapping(start, end)]

    # Ways there

    @cached_property
    def landings(self) -> dict[int, Steps]:
        """Return the cheapest keys, one at least, that put the cursor on each token that is near or in view."""
        found: dict[int, Steps] = {}
        edge: list[tuple[int, Steps]] = [(self.screen.caret.offset, ())]
        for _ in range(FAR):
            beyond: list[tuple[int, Steps]] = []
            for offset, steps in edge:
                for key, move in self.moves.items():
                    landing = move(offset)
                    if landing not in found and self.visible.start <= landing < self.visible.end:
                        found[landing] = (*steps, Step("move", key))
                        beyond.append((landing, found[landing]))
            edge = beyond
        for start, code in self.jumps().items():
            if cost_of(found.get(start, ())) not in range(1, 2 + len(code)):
                found[start] = (Step("move", ";"), Step("move", hint=start, cost=len(code)))
        return found

    @cached_property
    def moves(self) -> dict[str, Callable[[int], int]]:
        """Return where each cursor key goes from an offset."""
        view = self.screen.view

        def caret(offset: int) -> Caret:
            return Caret(self.document, offset)

        def edge(offset: int, last: bool) -> int:
            tokens = self.tokens(*view.rows.bounds(view.rows.row_of(offset)))
            return tokens[-1 if last else 0].start if tokens else offset

        def line(offset: int, by: int) -> int:
            return Navigation(self.document, caret(offset), view).moves["line"](by)

        return {
            "l": lambda offset: caret(offset).step(1),
            "h": lambda offset: caret(offset).step(-1),
            "w": lambda offset: caret(offset).word(1),
            "b": lambda offset: caret(offset).word(-1),
            "j": lambda offset: line(offset, 1),
            "k": lambda offset: line(offset, -1),
            "0": lambda offset: edge(offset, False),
            "$": lambda offset: edge(offset, True),
        }

    def jumps(self) -> dict[int, str]:
        """Return the hint that ``;`` will put on each word in view."""
        words = self.screen.navigation.jump_targets()
        return dict(zip(words, codes(len(words)), strict=False))

    def offers(self, label: str) -> list[dict[Segment, str]]:
        """Return the phrases that a label's key will offer, each with its hint; further lists follow by ``tab``."""
        if label not in self._offers:
            lists = self.screen.marking.phrases(label)
            self._offers[label] = [dict(zip(phrases, codes(len(phrases)), strict=False)) for phrases in lists]
        return self._offers[label]

    def reach(self, key: SpanKey) -> Steps | None:
        """Return the cheapest keys that put a span in focus, or ``None`` from out of view."""
        identity = self.identity(key)
        if identity is None or identity == self.screen.item_id:
            return () if identity is not None else None
        starts = (t.start for t in self.tokens(key.start, key.end))
        ways = [self.landings[s] for s in starts if s in self.landings and self.focus_at(s) == identity]
        ways += [steps for found, steps in self._tabs() if found == identity and self.in_view(key)]
        return min(ways, key=cost_of, default=None)

    def _tabs(self) -> Iterator[tuple[str, Steps]]:
        """Yield what a few tabs in either direction put in focus."""
        for key, by in (("tab", 1), ("shift+tab", -1)):
            place = self.layer.position(self.screen.item_id) if self.screen.item_id else None
            here = place or (self.screen.caret.offset + (by < 0),)
            for count in range(1, FAR + 1):
                found = (
                    self.session.layer.order.next_undecided(here)
                    if by > 0
                    else self.session.layer.order.previous_undecided(here)
                )
                following = self.layer.position(found) if found else None
                if found is None or following is None:
                    return
                here = following
                yield found, tuple(Step("move", key) for _ in range(count))

    def type_key(self, head: SpanKey, child: SpanKey, label: str, end: SpanKey) -> Steps:
        """Return the key that settles the type when ``end`` has been related to the other end, if one is asked for."""
        here, there = self.identity(end), self.identity(child if end == head else head)
        assert here is not None
        fitting = [(kind, reverse) for other, kind, reverse in self.session.checks.partners(here) if other == there]
        if len(fitting) == 1:
            return ()
        return (Step("add relation", question(fitting)[label, self._turned(head, end, label)]),)

    def _turned(self, head: SpanKey, end: SpanKey, label: str) -> bool:
        return end != head and not self.scheme.relations[label].symmetric


def question(fitting: list[tuple[RelationType, bool]]) -> dict[tuple[str, bool], str]:
    """Return the key of each choice when the screen asks which relation it is to be."""
    keys: dict[tuple[str, bool], str] = {}
    for kind, reverse in fitting:
        key = kind.key if kind.key not in keys.values() else kind.key.swapcase()
        keys[kind.name, reverse] = key
    return keys
