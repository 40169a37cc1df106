"""The keys that relate on the adjudicate screen, where a conflict can be about the relation of two spans."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from annotator.labels import RelationType
from annotator.tui.screens.document.relation_actions import (
    RelationActions,
    ask_for_relation,
    ask_for_type,
)
from annotator.tui.screens.document.screen import DocumentScreen
from annotator.workflow.adjudicating.cases import Case, RelationCase


class RelationCaseActions(RelationActions):
    """Actions on relations; ``focused_case`` gives the case in focus, ``label`` gives what is in focus a label."""

    def __init__(
        self, screen: DocumentScreen, focused_case: Callable[[], Case | None], label: Callable[[str], None]
    ) -> None:
        super().__init__(screen)
        self._document_screen = screen
        self._focused_case = focused_case
        self._label = label

    def action_relate(self) -> None:
        """Relate the ends of a relation case in focus, or the focused span; without either, ask for both ends."""
        screen = self._document_screen
        if screen.item_id is not None:
            super().action_relate()
            return
        case = self._focused_case()
        if isinstance(case, RelationCase):
            self._ask_between(case)
        else:
            self._ask_for_both_ends()

    def action_relabel(self) -> None:
        """Ask for a label, for those whose keys are numbers; of a relation case, for a type and direction."""
        screen = self._document_screen
        case = self._focused_case()
        if isinstance(case, RelationCase):
            self.action_relate()
        elif case is not None or screen.focused_span() is not None:
            entities = screen.session.scheme.entities.values()
            options: dict[str, Callable[[], None]] = {e.key: partial(self._label, e.name) for e in entities}
            screen.prompts.ask("which label?  " + "  ".join(f"{e.key} {e.name}" for e in entities), options)

    def action_next_relation(self) -> None:
        """Focus the next relation of the focused span; says so where there is none in focus."""
        if self._document_screen.item_id is not None or self._document_screen.focused_span() is not None:
            super().action_next_relation()

    def _ask_between(self, case: RelationCase) -> None:
        """Ask for the type and direction of the relation between the two ends of a case."""
        screen = self._document_screen
        one, other = map(str, case.ends)
        partners = screen.session.checks.partners(one)
        fitting = [(kind, reverse) for partner, kind, reverse in partners if partner == other]

        def relate(kind: RelationType, reverse: bool) -> None:
            screen.relate(*((other, one) if reverse else (one, other)), kind.name)

        if fitting:
            ask_for_type(screen.prompts, fitting, relate)
        else:
            screen.show_message("the label scheme allows nothing between these two; x lets nothing stand", "faint")

    def _ask_for_both_ends(self) -> None:
        """Put hints on the spans in view that may be related, nearest to the cursor first, then on their partners."""
        screen = self._document_screen
        checks = screen.session.checks
        spans = list(screen.session.content.spans_over(*screen.view.visible_range()))
        spans.sort(key=lambda span: abs(span.start - screen.caret.offset))
        choices = [(span.start, span.id) for span in spans if checks.partners(span.id)]
        if choices:

            def ask_for_partner(span_id: str) -> None:
                ask_for_relation(screen.prompts, checks, span_id, screen.relate)

            screen.prompts.ask_with_hints("relate which span?", choices, ask_for_partner)
        else:
            screen.show_message("the label scheme allows no relation between the spans of gold in view", "faint")
