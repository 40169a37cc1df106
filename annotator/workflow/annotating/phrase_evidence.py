"""What the decisions in one document say about its phrases, and on which mentions of a phrase they bear.

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

AHEAD = 24
"""Undecided mentions of a phrase, the first ones in the document, on which its decisions bear at a time."""

DecisionId = tuple[str, str]
"""The table in which a decision stands (``span`` or ``verdict``), and its id there."""


class PhraseEvidence:
    """Counts what is decided in a layer, phrase by phrase, beside what ``memory`` knows from other documents."""

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
        self._bearing: dict[Stems, frozenset[int]] = {}
        self._phrases_at: defaultdict[int, dict[Stems, None]] = defaultdict(dict)

    def count_all(self) -> None:
        """Count everything that is decided in the layer."""
        content, verdicts = self._layer.content, self._layer.suggestions.verdicts
        self.count([*(("span", i) for i in content.spans), *(("verdict", i) for i in verdicts)])

    def count(self, decisions: Iterable[DecisionId]) -> set[Stems]:
        """Count some decisions as they are now; the phrases of which something else is known than before."""
        return {phrase for decision in decisions for phrase in self._recount(decision)}

    def _recount(self, decision: DecisionId) -> set[Stems]:
        mark = self._mark(decision)
        place = self._index.token_range(mark.start, mark.end) if mark is not None else None
        new = None
        if mark is not None and place is not None:
            new = (self._index.phrase(place), place, phrase_decision(self._index, place, mark))
        old = self._decisions.pop(decision, None)
        if new is not None:
            self._decisions[decision] = new
        if old == new:
            return set()
        if old is not None:
            self._add(*old, by=-1)
        if new is not None:
            self._add(*new, by=1)
        return {known[0] for known in (old, new) if known is not None}

    def _add(self, phrase: Stems, place: TokenRange, said: PhraseDecision, by: int) -> None:
        self._evidence[phrase].count(said, by)
        decided = self._decided_tokens[phrase]
        decided[place.start] += by
        if not decided[place.start]:
            del decided[place.start]

    def _mark(self, decision: DecisionId) -> RangeDecision | None:
        """What a decision says of which words; ``None`` when it is gone or says nothing."""
        table, item_id = decision
        spans = self._layer.content.spans
        if table == "span":
            span = spans.get(item_id)
            return None if span is None else RangeDecision(*span.key, positive=True)
        verdict = self._layer.suggestions.verdicts.get(item_id)
        return None if verdict is None else decision_against(verdict, spans.get(verdict.item or ""))

    # On which mentions it bears

    def known_phrases(self) -> set[Stems]:
        """The phrases in this document of which something is known, from here or elsewhere."""
        elsewhere = {phrase for stem in self._index.positions for phrase in self._memory.decided(stem)}
        return elsewhere.union(self._evidence)

    def look_ahead(self, phrase: Stems) -> frozenset[int]:
        """Find anew on which undecided mentions of a phrase its decisions bear; the tokens that this concerns.

        They are the first tokens of the mentions on which they bear now, and of those on which they did before.
        """
        before = self._bearing.pop(phrase, frozenset())
        decided = self._decided_tokens.get(phrase, ())
        known = self._evidence.get(phrase) or self._memory.evidence(phrase, self._document).decisions
        undecided = (place.start for place in self._index.occurrences(phrase) if place.start not in decided)
        now = frozenset(islice(undecided, AHEAD if known else 0))
        if now:
            self._bearing[phrase] = now
        for token in before - now:
            del self._phrases_at[token][phrase]
            if not self._phrases_at[token]:
                del self._phrases_at[token]
        for token in now - before:
            self._phrases_at[token][phrase] = None
        return before | now

    def bears_on(self, phrase: Stems, token: int) -> bool:
        """Whether the decisions on a phrase bear on its mention that begins at a token."""
        return token in self._bearing.get(phrase, ())

    def phrases_at(self, token: int) -> Iterable[Stems]:
        """The phrases whose mention at a token is one on which their decisions bear."""
        return self._phrases_at.get(token, ())

    def judge(self, phrase: Stems, place: TokenRange, label: str | None = None) -> dict[str, LabelEstimate]:
        """How likely a phrase has each label at a place: those it had somewhere, and ``label``."""
        elsewhere = self._memory.evidence(phrase, self._document)
        return estimate_labels(*self._index.form_and_context(place), self._evidence.get(phrase), elsewhere, label)
