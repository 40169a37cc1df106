"""Making and changing relations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from annotator.labels import RelationType
from annotator.tui.key_prompt import KeyPrompt
from annotator.tui.layout.hints import ALPHABET
from annotator.tui.screens.annotate.base import AnnotateBase


class Relating(AnnotateBase):
    """Making and changing relations."""

    def action_relate(self) -> None:
        """Put hints on the spans that the focused one may be related to."""
        identity = self.session.focus
        if identity is not None and self.session.layer.relation(identity) is not None:
            self._retype(identity)
            return
        identity = self._focused_span()
        if identity is None:
            return
        partners: dict[str, int] = {}
        for other, _, _ in self.session.partners(identity):
            span = self.session.layer.span(other)
            if span is not None:
                partners.setdefault(other, span.start)
        if not partners:
            self._say("the label scheme allows no relation from here within this sentence", "faint")
            return
        name = self.session.name_of(identity)
        places = [(start, other) for other, start in partners.items()]
        self._hint(f"relate {name} to which?", places, partial(self._choose_type, identity))

    def _choose_type(self, identity: str, other: str) -> None:
        fitting = [(kind, reverse) for o, kind, reverse in self.session.partners(identity) if o == other]
        if len(fitting) == 1:
            self._relate_as(identity, other, *fitting[0])
        else:
            self._ask_type(fitting, partial(self._relate_as, identity, other))

    def _relate_as(self, identity: str, other: str, kind: RelationType, reverse: bool) -> None:
        head, child = (other, identity) if reverse else (identity, other)
        self._relate(head, child, kind.name)

    def _retype(self, identity: str) -> None:
        """Ask for another type or direction of a relation."""
        choices = self.session.retypings(identity)
        if choices:
            self._ask_type(choices, lambda kind, reverse: self._retyped(identity, kind.name, reverse))
        else:
            self._say("the label scheme allows nothing else between these two", "faint")

    def _retyped(self, identity: str, label: str, reverse: bool) -> None:
        outcome = self._do(lambda: self.session.retype(identity, label, reverse=reverse))
        if outcome is not None:
            self._show_focus(outcome.focus, follow=False)

    def _ask_type(
        self, fitting: Sequence[tuple[RelationType, bool]], then: Callable[[RelationType, bool], None]
    ) -> None:
        """Ask which relation it is to be, by the types' keys; what shares one gets its capital, or any free letter."""
        options: dict[str, Callable[[], None]] = {}
        names: list[str] = []
        for kind, reverse in fitting:
            key = next(k for k in (kind.key, kind.key.swapcase(), *ALPHABET) if k not in options)
            options[key] = partial(then, kind, reverse)
            names.append(f"{key} {kind.name}{' ←' if reverse else ''}")
        self._ask(KeyPrompt("which?  " + "  ".join(names), options))

    def action_next_relation(self) -> None:
        """Focus the next relation of the focused span, or of the focused relation's head."""
        identity = self.session.focus
        if identity is None:
            return
        focused = self.session.layer.relation(identity)
        span = focused.head if focused is not None else identity
        ids = [relation.id for relation in self.session.layer.relations_of(span)]
        if not ids:
            self._say("no relations here; r makes one", "faint")
            return
        following = ids[(ids.index(identity) + 1) % len(ids)] if identity in ids else ids[0]
        self._show_focus(following, follow=False)

    def action_all_arcs(self) -> None:
        """Draw all relations, or only those of the focus."""
        self._all_arcs = not self._all_arcs
        self._refresh_marks()

    def _relate(self, head: str, child: str, label: str) -> None:
        outcome = self._do(lambda: self.session.relate(head, child, label))
        if outcome is not None:
            self._show_focus(outcome.focus, follow=False)
