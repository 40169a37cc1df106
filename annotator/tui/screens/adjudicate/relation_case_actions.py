"""The keys that relate on the adjudicate screen, where a conflict can be about the relation of two spans."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from annotator.labels import RelationType
from annotator.tui.screens.document.prompts import WHICH_LABEL
from annotator.tui.screens.document.relation_actions import RelationActions, ask_for_type
from annotator.tui.screens.document.screen import DocumentScreen
from annotator.workflow.adjudicating.cases import Case, RelationCase, SpanCase


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
        case = self._focused_case()
        if self._document_screen.item_id is None and isinstance(case, RelationCase):
            self._ask_between(case)
        else:
            super().action_relate()

    def action_relabel(self) -> None:
        """Ask for a label, for those whose keys are numbers; of a relation case, for a type and direction."""
        screen = self._document_screen
        case = self._focused_case()
        if isinstance(case, RelationCase):
            self.action_relate()
        elif isinstance(case, SpanCase) or screen.focused_span(asks=True) is not None:
            entities = screen.session.scheme.entities.values()
            options: dict[str, Callable[[], None]] = {e.key: partial(self._label, e.name) for e in entities}
            screen.prompts.ask(WHICH_LABEL, options)

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
            screen.refuse("the label scheme allows nothing between these two; x lets nothing stand")
