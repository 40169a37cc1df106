"""The keys that join mentions into groups, and take them apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from annotator.annotation import Span
from annotator.labels import RelationType
from annotator.text import Segment
from annotator.tui.layout.cutting import quote_within
from annotator.tui.screens.document.prompts import Prompts
from annotator.tui.screens.document.relation_actions import ask_for_type
from annotator.tui.widgets.text_view import TextView
from annotator.workflow.annotating.group_steps import GroupSteps
from annotator.workflow.annotating.likely_mentions import DIFFERENT, alike_names, likeliest_first
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.editing.editor import Outcome

GROUP_ACTIONS = frozenset({"join", "stand_alone"})
KEY = ","
MOST_NUMBERED = 9
LOOKED_AT = 20_000
"""Code points on either side of a mention within which the likeliest one is looked for."""


class GroupScreen(Protocol):
    """The annotate screen, as far as groups go."""

    session: AnnotationSession
    item_id: str | None
    prompts: Prompts
    view: TextView

    def focused_span(self, *, asks: bool = False) -> str | None:
        """The id of the focused span; where there is none, ``None``, and a message says so."""
        ...

    def carry_out(self, action: Callable[[], Outcome]) -> Outcome | None:
        """Take a step and show its outcome."""
        ...

    def focus_item(self, item_id: str | None, *, move_cursor: bool = True) -> None:
        """Put the focus on an item."""
        ...

    def refuse(self, text: str) -> None:
        """Say why a key opens no question; letters typed on for it do nothing."""
        ...


class GroupActions:
    """Actions on the group of the mention in focus."""

    def __init__(self, screen: GroupScreen, steps: GroupSteps) -> None:
        self._screen = screen
        self._steps = steps

    def action_join(self) -> None:
        """Ask with what the mention in focus is one: a hint names a mention in view, a number a group.

        The same key again takes the likeliest mention, also one that is out of view.
        """
        screen, layer = self._screen, self._screen.session.layer
        span_id = screen.focused_span(asks=True)
        span = None if span_id is None else layer.span(span_id)
        if span is None:
            return
        text = screen.session.document.text
        in_view = self._possible(span, *screen.view.visible_range())
        further: dict[str, Callable[[], None]] = {}
        told: list[str] = []
        likeliest = self._likeliest(span)
        if likeliest is not None:
            further[KEY] = partial(self._join_with, span.id, likeliest.id)
            told.append(f"{KEY} {quote_within(text[likeliest.start : likeliest.end], 24)}, the likeliest")
        groups: list[str] = []
        for number, member in self._groups(span):
            further[str(number)] = partial(self._join, span.id, member.id, layer.content.groups.label(number))
            groups.append(f"{number} {quote_within(text[member.start : member.end], 16)}")
        told += [f"digits are groups: {'  '.join(groups)}"] if groups else []
        if not in_view and not further:
            screen.refuse("no other mention that it may be one with, under the label scheme")
            return
        places = [(Segment(other.start, other.end), other.id) for other in in_view]
        question = f"{screen.session.checks.name_of(span.id)} is one with which?"
        join = partial(self._join_with, span.id)
        screen.prompts.ask_with_hints(question, places, join, further=further, told=" · ".join(told))

    def _possible(self, span: Span, start: int, end: int) -> list[Span]:
        """The mentions in a range that may be one with a mention, and are not yet, the likeliest first."""
        session = self._screen.session
        others = session.layer.spans_over(max(0, start), end)
        possible = [other for other in others if other.id != span.id and self._steps.kinds(span, other)]
        return likeliest_first(session.document.text, span, possible)

    def _likeliest(self, span: Span) -> Span | None:
        """The likeliest mention around, where any is at all alike."""
        text = self._screen.session.document.text
        around = self._possible(span, span.start - LOOKED_AT, span.end + LOOKED_AT)
        if not around or alike_names(text[span.start : span.end], text[around[0].start : around[0].end]) == DIFFERENT:
            return None
        return around[0]

    def _groups(self, span: Span) -> Sequence[tuple[int, Span]]:
        """The groups that a mention may join, as far as one digit names them, each with its first mention."""
        content = self._screen.session.content
        found: list[tuple[int, Span]] = []
        for number in (n for n in content.groups if n <= MOST_NUMBERED):
            first = min((content.spans[i] for i in content.groups.members(number)), key=lambda s: (s.start, s.end))
            kinds = self._steps.kinds(span, first)
            if content.groups.label(number) in [kind.name for kind in kinds]:
                found.append((number, first))
        return found

    def _join_with(self, span_id: str, other: str) -> None:
        """Join two mentions; by which equivalence is asked where several may."""
        layer = self._screen.session.layer
        one, two = layer.span(span_id), layer.span(other)
        kinds = [] if one is None or two is None else self._steps.kinds(one, two)
        if len(kinds) == 1:
            self._join(span_id, other, kinds[0].name)
        elif kinds:
            self._ask_by_which(kinds, partial(self._join, span_id, other))

    def _ask_by_which(self, kinds: Sequence[RelationType], then: Callable[[str], None]) -> None:
        ask_for_type(self._screen.prompts, [(kind, False) for kind in kinds], lambda kind, _reverse: then(kind.name))

    def _join(self, span_id: str, other: str, label: str) -> None:
        outcome = self._screen.carry_out(lambda: self._steps.join(span_id, other, label))
        if outcome is not None:
            self._screen.focus_item(outcome.focus, move_cursor=False)

    def action_stand_alone(self) -> None:
        """Take the mention in focus out of its group; of which is asked where it is in several."""
        span_id = self._screen.focused_span()
        if span_id is None:
            return
        groups, relations = self._screen.session.content.groups, self._screen.session.scheme.relations
        labels = [groups.label(number) for number in groups.numbers_of(span_id)]
        if len(labels) > 1:
            self._ask_by_which([relations[label] for label in labels], partial(self._leave, span_id))
        elif labels:
            self._leave(span_id, labels[0])
        else:
            self._screen.refuse("it is in no group: , joins it to one")

    def _leave(self, span_id: str, label: str) -> None:
        outcome = self._screen.carry_out(lambda: self._steps.leave(span_id, label))
        if outcome is not None:
            self._screen.focus_item(outcome.focus, move_cursor=False)
