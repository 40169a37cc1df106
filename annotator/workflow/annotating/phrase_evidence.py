"""Counts the decisions in one document phrase by phrase, and finds the undecided mentions that they affect.

A decision is a span that the curator has, or a verdict of theirs on a suggested span.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import islice

from annotator.suggest.learned.evidence import (
    DecisionCounts,
    LabelEstimate,
    PhraseDecision,
    RangeDecision,
    decision_against,
    estimate_labels,
    phrase_decision,
)
from annotator.suggest.learned.phrase_memory import PhraseMemory
from annotator.suggest.phrases import PhraseIndex, Stems, TokenRange
from annotator.text import Document
from annotator.workflow.annotating.review_layer import ReviewLayer

MOST_AFFECTED = 24
"""Undecided mentions of a phrase, the first ones in the document, that its decisions affect at a time."""

DecisionId = tuple[str, str]
"""The table in which a decision stands (``span`` or ``verdict``), and its id there."""


class PhraseEvidence:
    """The decisions in a layer by phrase, together with what ``memory`` knows from other documents."""

    def __init__(self, document: Document, index: PhraseIndex, layer: ReviewLayer, memory: PhraseMemory) -> None:
        self._document = document.key
        self._index = index
        self._layer = layer
        self._memory = memory
        self.clear()

    def clear(self) -> None:
        """Forget everything that was counted."""
        self._decisions: dict[DecisionId, tuple[Stems, TokenRange, PhraseDecision]] = {}
        self._evidence: defaultdict[Stems, DecisionCounts] = defaultdict(DecisionCounts)
        self._decided_tokens: defaultdict[Stems, Counter[int]] = defaultdict(Counter)
        self._affected: dict[Stems, frozenset[int]] = {}
        self._phrases_at: defaultdict[int, dict[Stems, None]] = defaultdict(dict)

    def count_all(self) -> None:
        """Count everything that is decided in the layer."""
        content, verdicts = self._layer.content, self._layer.suggestions.verdicts
        self.count([*(("span", i) for i in content.spans), *(("verdict", i) for i in verdicts)])

    def count(self, decisions: Iterable[DecisionId]) -> set[Stems]:
        """Count some decisions as they are now; returns the phrases whose evidence changed."""
        return {phrase for decision in decisions for phrase in self._recount(decision)}

    def _recount(self, decision: DecisionId) -> set[Stems]:
        mark = self._mark(decision)
        tokens = self._index.token_range(mark.start, mark.end) if mark is not None else None
        new = None
        if mark is not None and tokens is not None:
            new = (self._index.phrase(tokens), tokens, phrase_decision(self._index, tokens, mark))
        old = self._decisions.pop(decision, None)
        if new is not None:
            self._decisions[decision] = new
        if old == new:
            return set()
        if old is not None:
            self._add(*old, by=-1)
        if new is not None:
            self._add(*new, by=1)
        return {counted[0] for counted in (old, new) if counted is not None}

    def _add(self, phrase: Stems, tokens: TokenRange, decision: PhraseDecision, by: int) -> None:
        self._evidence[phrase].count(decision, by)
        decided = self._decided_tokens[phrase]
        decided[tokens.start] += by
        if not decided[tokens.start]:
            del decided[tokens.start]

    def _mark(self, decision: DecisionId) -> RangeDecision | None:
        """A decision as a range that was marked or rejected; ``None`` when it is gone or counts for neither."""
        table, item_id = decision
        spans = self._layer.content.spans
        if table == "span":
            span = spans.get(item_id)
            return None if span is None else RangeDecision(*span.key, positive=True)
        verdict = self._layer.suggestions.verdicts.get(item_id)
        return None if verdict is None else decision_against(verdict, spans.get(verdict.item or ""))

    # Affected mentions

    def known_phrases(self) -> set[Stems]:
        """The phrases in this document with decisions, here or in other documents."""
        elsewhere = {phrase for stem in self._index.positions for phrase in self._memory.decided(stem)}
        return elsewhere.union(self._evidence)

    def update_affected(self, phrase: Stems) -> frozenset[int]:
        """Update which undecided mentions of a phrase its decisions affect.

        Returns the first tokens of the mentions that are affected now or were before.
        """
        before = self._affected.pop(phrase, frozenset())
        decided = self._decided_tokens.get(phrase, ())
        known = self._evidence.get(phrase) or self._memory.evidence(phrase, self._document).decisions
        undecided = (mention.start for mention in self._index.occurrences(phrase) if mention.start not in decided)
        now = frozenset(islice(undecided, MOST_AFFECTED if known else 0))
        if now:
            self._affected[phrase] = now
        for token in before - now:
            del self._phrases_at[token][phrase]
            if not self._phrases_at[token]:
                del self._phrases_at[token]
        for token in now - before:
            self._phrases_at[token][phrase] = None
        return before | now

    def affects(self, phrase: Stems, token: int) -> bool:
        """Whether the decisions on a phrase affect its mention that begins at a token."""
        return token in self._affected.get(phrase, ())

    def phrases_at(self, token: int) -> Iterable[Stems]:
        """The phrases whose mention at a token is affected by their decisions."""
        return self._phrases_at.get(token, ())

    def estimate(self, phrase: Stems, mention: TokenRange, label: str | None = None) -> dict[str, LabelEstimate]:
        """Estimate how likely a mention has each label that its phrase had anywhere, and ``label``."""
        elsewhere = self._memory.evidence(phrase, self._document)
        return estimate_labels(*self._index.form_and_context(mention), self._evidence.get(phrase), elsewhere, label)
