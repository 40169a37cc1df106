"""What the curator's corrections, here and in other documents, make of the suggestions that remain."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from annotator.annotation import Span, SpanKey, Verdict, suggested_span
from annotator.suggest.learned.corrections import (
    SOURCE,
    BorderChange,
    Change,
    CorrectionMemory,
    DecidedSuggestion,
    DocumentCorrections,
    Relabelling,
    corrected,
    possible_changes,
)
from annotator.suggest.phrases import PhraseIndex
from annotator.workflow.annotating.phrase_evidence import DecisionId
from annotator.workflow.annotating.review_layer import ReviewLayer


class CorrectionRules:
    """The rules that follow from how suggestions were corrected in a layer, and in the documents of ``memory``."""

    def __init__(self, index: PhraseIndex, layer: ReviewLayer, memory: CorrectionMemory) -> None:
        self._index = index
        self._layer = layer
        self._memory = memory
        self._spans: dict[Change, list[Span]] = {}
        self.clear()

    def clear(self) -> None:
        """Forget everything that was counted; what other documents say remains."""
        self._here = DocumentCorrections(self._index)
        self._rules: dict[Change, float] = {}

    def count_all(self) -> None:
        """Count everything that is decided in the layer."""
        for verdict_id in self._layer.suggestions.verdicts:
            self._here.put(verdict_id, self._decided(verdict_id))
        self._rules = self._memory.rules(self._here)

    def count(self, decisions: Iterable[DecisionId]) -> list[Span]:
        """Count some decisions as they are now; returns the stored suggestions whose rules changed."""
        ids = [decision_id for table, decision_id in decisions if table == "verdict"]
        changed = [verdict_id for verdict_id in ids if self._here.put(verdict_id, self._decided(verdict_id))]
        if not changed:
            return []
        old, self._rules = self._rules, self._memory.rules(self._here)
        return self._spans_of(change for change, _ in old.items() ^ self._rules.items())

    def spans(self) -> list[Span]:
        """The stored suggestions that the rules change, unless they are decided on."""
        return self._spans_of(self._rules)

    def _spans_of(self, changes: Iterable[Change]) -> list[Span]:
        """The stored suggestions in which some changes are possible; they are looked for once."""
        changes = set(changes)
        new = changes - self._spans.keys()
        self._spans.update((change, []) for change in new)
        borders = {change for change in new if isinstance(change, BorderChange)}
        for span in self._layer.suggestions.stored_spans.values() if borders else ():
            for change in possible_changes(self._index, span.key, borders):
                self._spans[change].append(span)
        for change in new - borders:
            self._spans[change] += self._relabelled(change)
        return [span for change in changes for span in self._spans[change]]

    def _relabelled(self, change: Change) -> list[Span]:
        """The stored suggestions in which a relabelling is possible: they begin, or end, with its word."""
        assert isinstance(change, Relabelling)
        over = self._layer.suggestions.stored_over
        words = (self._index.document.tokens[token] for token in self._index.positions.get(change.word, ()))
        found = {span.id: span for word in words for span in over(*word)}
        return [span for span in found.values() if any(possible_changes(self._index, span.key, (change,)))]

    def corrected(self, span: Span) -> Span | None:
        """What the rules make of a stored suggestion; ``None`` where they leave it as it is."""
        if not self._rules:
            return None
        found = corrected(self._index, span.key, self._rules)
        if found is None or found[0].label not in self._layer.scheme.entities:
            return None
        key, share = found
        return suggested_span(*key, SOURCE, round(share, 3))

    def _decided(self, verdict_id: str) -> DecidedSuggestion | None:
        """A decided suggestion as a case for or against corrections; ``None`` where it says nothing of them."""
        verdict = self._layer.suggestions.verdicts.get(verdict_id)
        if verdict is None or verdict.kind != "span":
            return None
        span = self._layer.content.spans.get(verdict.item or "")
        return decided_suggestion(verdict, span, self._layer.suggestions.stored_over)


def decided_suggestion(
    verdict: Verdict, span: Span | None, stored_over: Callable[[int, int], Iterable[Span]]
) -> DecidedSuggestion | None:
    """A verdict on a span as a suggestion with what became of it; ``None`` where nothing did.

    ``span`` is the curator's span that it became, ``stored_over`` gives the stored suggestions that share a code point
    with a range.  A correction that was rejected leaves the suggestion as it was.
    """
    suggested = SpanKey(*verdict.original)
    if verdict.source == SOURCE:
        suggested = _before(suggested, stored_over(suggested.start, suggested.end))
    if span is not None and verdict.verdict in ("accepted", "corrected"):
        return DecidedSuggestion(suggested, span.key)
    if verdict.verdict == "rejected" and verdict.source == SOURCE:
        return DecidedSuggestion(suggested, suggested)
    return None


def _before(key: SpanKey, stored: Iterable[Span]) -> SpanKey:
    """The one of some stored suggestions on its words that was corrected to ``key``: the first, of its label if any."""
    return min((span.key for span in stored), key=lambda other: (other.label != key.label, other), default=key)
