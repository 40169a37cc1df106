"""The keys that relate spans: hints choose the partner, then a key chooses the relation type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from annotator.annotation import Span
from annotator.labels import RelationType
from annotator.text import Segment
from annotator.tui.layout.caret import Caret
from annotator.tui.layout.hints import ALPHABET
from annotator.tui.screens.document.focus import next_relation
from annotator.tui.screens.document.prompts import Prompts
from annotator.tui.screens.document.session import DocumentSession
from annotator.tui.widgets.text_view import TextView
from annotator.workflow.editing.checks import LayerChecks
from annotator.workflow.editing.editor import Outcome


class RelationScreen(Protocol):
    """A screen on a document with an item in focus."""

    session: DocumentSession
    item_id: str | None
    caret: Caret
    prompts: Prompts
    view: TextView

    def refuse(self, text: str) -> None:
        """Say why a key could not do its work; letters typed on for it do nothing."""
        ...

    def relate(self, head: str, child: str, label: str) -> None:
        """Link two spans."""
        ...

    def carry_out(self, action: Callable[[], Outcome]) -> Outcome | None:
        """Take a step and show its outcome."""
        ...

    def focus_item(self, item_id: str | None, *, move_cursor: bool = True) -> None:
        """Put the focus on an item."""
        ...

    def focused_span(self, *, asks: bool = False) -> str | None:
        """The id of the focused span; where there is none, ``None``, and a message says so."""
        ...


class RelationActions:
    """Actions on the relations of the item in focus."""

    def __init__(self, screen: RelationScreen) -> None:
        self._screen = screen

    def action_relate(self) -> None:
        """Put hints on the spans that the focused one may be related to; of a relation, ask for another type."""
        layer, item_id = self._screen.session.layer_view, self._screen.item_id
        if item_id is not None and layer.relation(item_id) is not None:
            if not _ask_for_retyping(
                self._screen.prompts, self._screen.session.checks, item_id, partial(self._retype, item_id)
            ):
                self._screen.refuse("the label scheme allows nothing else between these two")
        elif item_id is not None:
            self._relate_from(item_id)
        else:
            self.action_relate_any()

    def _relate_from(self, span_id: str) -> None:
        screen = self._screen
        if not ask_for_relation(screen.prompts, screen.session.checks, span_id, screen.relate):
            screen.refuse("the label scheme allows no relation from here within this sentence")

    def action_relate_any(self) -> None:
        """Relate two spans in view, whatever is in focus: hints ask from which span, then to which."""
        spans = self.relatable_spans()
        if spans:
            places = [(Segment(span.start, span.end), span.id) for span in spans]
            self._screen.prompts.ask_with_hints("relate which?", places, self._relate_from)
        else:
            self._screen.refuse("no two spans in view that the label scheme lets you relate")

    def relatable_spans(self) -> list[Span]:
        """The spans in view from which a relation is possible, nearest to the cursor first."""
        screen = self._screen
        checks, here = screen.session.checks, screen.caret.offset
        spans = [s for s in screen.session.layer_view.spans_over(*screen.view.visible_range()) if checks.partners(s.id)]
        return sorted(spans, key=lambda span: (abs(span.start - here), span.key))

    def _retype(self, relation_id: str, label: str, reverse: bool) -> None:
        outcome = self._screen.carry_out(lambda: self._screen.session.retype(relation_id, label, reverse=reverse))
        if outcome is not None:
            self._screen.focus_item(outcome.focus, move_cursor=False)

    def action_next_relation(self) -> None:
        """Focus the next relation of the focused span, or of the focused relation's head."""
        item_id = self._screen.item_id or self._screen.focused_span(asks=True)
        if item_id is None:
            return
        relation_id = next_relation(self._screen.session.layer_view, item_id)
        if relation_id is None:
            self._screen.refuse("no relations here; r makes one")
        else:
            self._screen.focus_item(relation_id, move_cursor=False)


def ask_for_relation(
    prompts: Prompts, checks: LayerChecks, span_id: str, then: Callable[[str, str, str], None]
) -> bool:
    """Ask for a span's partner and a relation type; ``then`` is called with head, child and label.

    Returns whether there was any partner to offer.
    """
    partners = {other: checks.span(other) for other, _, _ in checks.partners(span_id)}
    if not partners:
        return False

    def relate(other: str, kind: RelationType, reverse: bool) -> None:
        head, child = (other, span_id) if reverse else (span_id, other)
        then(head, child, kind.name)

    def choose_type(other: str) -> None:
        fitting = [(kind, reverse) for partner, kind, reverse in checks.partners(span_id) if partner == other]
        if len(fitting) == 1:
            relate(other, *fitting[0])
        else:
            ask_for_type(prompts, fitting, partial(relate, other))

    hinted = [(Segment(span.start, span.end), span.id) for span in partners.values()]
    prompts.ask_with_hints(f"relate {checks.name_of(span_id)} to which?", hinted, choose_type)
    return True


def _ask_for_retyping(
    prompts: Prompts, checks: LayerChecks, relation_id: str, then: Callable[[str, bool], None]
) -> bool:
    """Ask for another type or direction of a relation; ``then`` gets the label and whether to reverse it.

    Returns whether there was any choice to offer.
    """
    choices = checks.retypings(relation_id)
    if choices:
        ask_for_type(prompts, choices, lambda kind, reverse: then(kind.name, reverse))
    return bool(choices)


def ask_for_type(
    prompts: Prompts, fitting: Sequence[tuple[RelationType, bool]], then: Callable[[RelationType, bool], None]
) -> None:
    """Ask for one of the ``fitting`` types by its key; of types that share a key, later ones get another letter."""
    choices: dict[str, tuple[str, str, Callable[[], None]]] = {}
    for kind, reverse in fitting:
        key = next(k for k in (kind.key, kind.key.swapcase(), *ALPHABET) if k not in choices)
        choices[key] = key, f"{kind.name}{' ←' if reverse else ''}", partial(then, kind, reverse)
    prompts.ask_which("which?", list(choices.values()))
