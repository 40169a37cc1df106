"""Carries out decisions on spans, so that nothing that curators marked gives way to them without a word."""

from __future__ import annotations

from collections.abc import Container, Sequence

from annotator.annotation import SpanKey
from annotator.text import Segment
from annotator.wording import first_few
from annotator.workflow.adjudicating import decisions
from annotator.workflow.adjudicating.cases import AttributeCase, Case, SpanCase
from annotator.workflow.adjudicating.confirmation import Confirmation
from annotator.workflow.adjudicating.gold_editor import GoldEditor, RulingStep
from annotator.workflow.adjudicating.parts import GoldPart, RulingChanges
from annotator.workflow.description import quote_name
from annotator.workflow.editing.editor import Outcome


class SpanDecisions:
    """Decisions on the spans of a document's ``gold``.

    A decision can take a place that something else has: an item of gold, or claims of an open case beside the one that
    is decided.  The message names what gives way, and what the adjudicator was not deciding on gives way only once
    that is confirmed.
    """

    def __init__(self, gold: GoldEditor, confirmation: Confirmation) -> None:
        self._gold = gold
        self._confirmation = confirmation

    def rule(
        self, action: str, message: str, part: GoldPart, case: Case | None, changes: RulingChanges, *,
        replaced: Container[SpanKey | None], in_question: Container[SpanKey],
    ) -> Outcome:  # fmt: skip
        """Carry out a decision on a case; what is ``in_question`` gives way unasked, and the ``replaced`` unnamed."""
        others = [c for c in part.settlement.open if isinstance(c, SpanCase) and (case is None or c.id != case.id)]
        claims = [claim for other in others for claim in other.claims if str(claim) in changes]

        def giving_way(ruled: RulingStep) -> list[SpanKey]:
            unmarked = [claim for claim in claims if str(claim) not in self._gold.layer.content.spans]
            return [key for key in dict.fromkeys((*ruled.removed, *unmarked)) if key not in replaced]

        def confirm(ruled: RulingStep) -> None:
            lost = [key for key in giving_way(ruled) if key not in in_question]
            if lost:
                step = (message, *sorted(changes), self._gold.next_event)
                verb = "gives" if len(lost) == 1 else "give"
                self._confirmation.require(step, f"{self._in_words(lost)} {verb} way")

        ruled = self._gold.rule(action, changes, confirm)
        gone = giving_way(ruled)
        notes = [f"{self._in_words(gone)} gave way"] if gone else []
        return self._gold.outcome(ruled.step, "; ".join([message, *ruled.notes, *notes]))

    def _in_words(self, spans: Sequence[SpanKey]) -> str:
        """Name spans, in so few cells that a line names several; those of one place together."""
        labels: dict[Segment, list[str]] = {}
        for span in sorted(spans):
            labels.setdefault(Segment(span.start, span.end), []).append(span.label)
        text, limit = self._gold.document.text, 40 if len(labels) == 1 else 16
        return first_few([f"{'/'.join(names)} {quote_name(text[s:e], limit)}" for (s, e), names in labels.items()])


def standing(gold: GoldEditor, case: Case | None) -> set[SpanKey]:
    """The gold spans that a case is about: its outcome, and what was decided on some of its claims."""
    if not isinstance(case, SpanCase):
        return set()
    settlement = gold.around(*spans_of_case(case)).settlement
    return {*case.outcome, *decisions.decided_on(settlement, case)}


def spans_of_case(case: Case) -> tuple[SpanKey, ...]:
    """The spans that a case is about: its claims and outcome, or their ends."""
    if isinstance(case, AttributeCase):
        return case.spans
    if isinstance(case, SpanCase):
        return (*case.claims, *case.outcome)
    relations = (*case.claims, *case.outcome)
    return tuple(end for relation in relations for end in (relation.head, relation.child))
