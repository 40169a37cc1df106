"""Phrase memory: the decisions on each phrase, document by document, and the spans that they suggest elsewhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, KeysView, Mapping
from typing import Any

from annotator.annotation import Span, suggested_span
from annotator.suggest.learned.evidence import (
    LEAST_SCORE,
    NO_EVIDENCE,
    CorpusEvidence,
    DecisionCounts,
    RangeDecision,
    add_to,
    estimate_labels,
    phrase_decision,
)
from annotator.suggest.phrases import PhraseIndex, Stems, TokenRange

SOURCE = "memory@1"
LEAST_REJECTING_DOCUMENTS = 2
"""Documents that must reject a label for a phrase before that counts in other documents."""


class DocumentEvidence:
    """One document's part of the memory: the decisions on each phrase, and where each phrase stands."""

    def __init__(self, index: PhraseIndex, decisions: Iterable[RangeDecision], *, finished: bool) -> None:
        self.index = index
        self.finished = finished
        self.decisions: dict[Stems, DecisionCounts] = {}
        self._marked: set[int] = set()
        for decision in decisions:
            tokens = index.token_range(decision.start, decision.end)
            if decision.positive:
                self._marked.update(index.document.tokens.overlapping(decision.start, decision.end))
            if tokens is not None:
                counts = self.decisions.setdefault(index.phrase(tokens), DecisionCounts())
                counts.count(phrase_decision(index, tokens, decision))

    def unmarked(self, phrase: Stems) -> int:
        """The number of mentions without a span on any of their tokens; 0 while the document is unfinished."""
        if not self.finished:
            return 0
        return sum(self._marked.isdisjoint(range(*tokens)) for tokens in self.index.occurrences(phrase))


class PhraseMemory:
    """The decisions on every phrase in a set of documents, kept up to date as documents change."""

    def __init__(self) -> None:
        self._documents: dict[str, DocumentEvidence] = {}
        self._documents_with: defaultdict[str, set[str]] = defaultdict(set)
        self._decided: defaultdict[str, Counter[Stems]] = defaultdict(Counter)
        self._evidence: dict[tuple[Stems, str | None], CorpusEvidence] = {}

    def __len__(self) -> int:
        return len(self._documents)

    def put(self, document: DocumentEvidence) -> None:
        """Add a document, or replace what is known of it."""
        key = document.index.document.key
        self.forget(key)
        self._documents[key] = document
        for stem in document.index.positions:
            self._documents_with[stem].add(key)
        for phrase in document.decisions:
            self._decided[phrase[0]][phrase] += 1

    def forget(self, key: str) -> None:
        """Remove a document; an unknown key changes nothing."""
        self._evidence.clear()
        old = self._documents.pop(key, None)
        if old is None:
            return
        for stem in old.index.positions:
            self._documents_with[stem].discard(key)
        for phrase in old.decisions:
            add_to(self._decided[phrase[0]], phrase, -1)

    def first_stems(self) -> KeysView[str]:
        """The first stems of all decided phrases."""
        return self._decided.keys()

    def decided(self, first: str) -> Mapping[Stems, int]:
        """The decided phrases whose first stem is ``first``, each with the number of documents."""
        return self._decided.get(first, {})

    def all_decided(self) -> Iterator[Stems]:
        """Yield every decided phrase."""
        for phrases in self._decided.values():
            yield from phrases

    def evidence(self, phrase: Stems, without: str | None = None) -> CorpusEvidence:
        """What the documents say about a phrase, leaving out the one with the key ``without``."""
        if phrase not in self.decided(phrase[0]):
            return NO_EVIDENCE
        known = self._evidence.get((phrase, without))
        if known is None:
            known = self._evidence[phrase, without] = self._count(phrase, without)
        return known

    def _count(self, phrase: Stems, without: str | None) -> CorpusEvidence:
        evidence = CorpusEvidence()
        rejecting: Counter[str] = Counter()
        for key in sorted(self._documents_with.get(phrase[0], ())):
            if key == without:
                continue
            document = self._documents[key]
            evidence.unmarked += document.unmarked(phrase)
            counts = document.decisions.get(phrase)
            if counts is not None:
                evidence.decisions.merge(counts)
                rejecting.update({label for label, positive, _ in counts.forms if not positive})
        _drop_rare_rejections(evidence.decisions, rejecting)
        return evidence


def _drop_rare_rejections(counts: DecisionCounts, rejecting: Counter[str]) -> None:
    """Remove the rejections of labels that too few documents reject; ``rejecting`` counts documents by label."""
    for counter in (counts.forms, counts.contexts):
        for key in [k for k in counter if not k[1] and rejecting[k[0]] < LEAST_REJECTING_DOCUMENTS]:
            del counter[key]


class FrozenMemory:
    """A phrase memory as a learned version stores it: the counts alone, without the documents."""

    def __init__(self, evidence: Mapping[Stems, CorpusEvidence]) -> None:
        self._evidence = evidence
        self._decided: defaultdict[str, dict[Stems, int]] = defaultdict(dict)
        for phrase in evidence:
            self._decided[phrase[0]][phrase] = 1

    def __bool__(self) -> bool:
        return bool(self._evidence)

    def first_stems(self) -> KeysView[str]:
        """The first stems of all decided phrases."""
        return self._decided.keys()

    def decided(self, first: str) -> Mapping[Stems, int]:
        """The decided phrases whose first stem is ``first``."""
        return self._decided.get(first, {})

    def evidence(self, phrase: Stems, without: str | None = None) -> CorpusEvidence:  # noqa: ARG002 - no documents here
        """What the documents said about a phrase; none of them can be left out any more."""
        return self._evidence.get(phrase, NO_EVIDENCE)

    @classmethod
    def from_rows(cls, rows: Iterable[Any]) -> FrozenMemory:
        """Read back the rows that :func:`memory_rows` made."""
        memory = {}
        for phrase, unmarked, forms, contexts in rows:
            evidence = CorpusEvidence(unmarked=unmarked)
            evidence.decisions.forms.update(
                {(label, bool(positive), tuple(form)): n for label, positive, form, n in forms}
            )
            evidence.decisions.contexts.update(
                {(label, bool(positive), side, stem): n for label, positive, side, stem, n in contexts}
            )
            memory[tuple(phrase)] = evidence
        return cls(memory)


def memory_rows(memory: PhraseMemory) -> list[list[Any]]:
    """The counts of a memory as JSON values, one row a phrase: stems, unmarked mentions, forms, contexts."""
    rows: list[list[Any]] = []
    for phrase in sorted(memory.all_decided()):
        evidence = memory.evidence(phrase)
        counts = evidence.decisions
        if counts:
            forms = [[label, int(positive), list(form), n] for (label, positive, form), n in counts.forms.items()]
            contexts = [
                [label, int(positive), side, stem, n] for (label, positive, side, stem), n in counts.contexts.items()
            ]
            rows.append([list(phrase), evidence.unmarked, sorted(forms), sorted(contexts)])
    return rows


def spans_from_memory(index: PhraseIndex, memory: PhraseMemory | FrozenMemory) -> list[Span]:
    """Suggest spans in a document from the memory of other documents; of two that overlap the longer one is kept."""
    proposals: list[tuple[TokenRange, str, float]] = []
    for stem in index.positions.keys() & memory.first_stems():
        for phrase in memory.decided(stem):
            mentions = list(index.occurrences(phrase))
            evidence = memory.evidence(phrase, index.document.key) if mentions else NO_EVIDENCE
            if evidence.decisions.has_positive():
                proposals += _likely_mentions(index, mentions, evidence)
    proposals.sort(key=lambda p: (p[0].start - p[0].stop, -p[2], p[0], p[1]))
    taken: set[int] = set()
    spans = []
    for tokens, label, score in proposals:
        if taken.isdisjoint(range(*tokens)):
            taken.update(range(*tokens))
            spans.append(suggested_span(*index.segment(tokens), label, SOURCE, round(score, 3)))
    return spans


def _likely_mentions(
    index: PhraseIndex, mentions: Iterable[TokenRange], evidence: CorpusEvidence
) -> Iterator[tuple[TokenRange, str, float]]:
    """Yield the mentions that probably have a label, with the likeliest one and its score; none crosses a unit."""
    unanimous = evidence.unanimous
    for tokens in mentions:
        if tokens.stop - tokens.start > 1 and tokens.stop > index.unit_range(index.unit_of(tokens.start)).stop:
            continue
        form, context = index.form_and_context(tokens)
        if unanimous is not None and form == unanimous[1]:
            yield tokens, unanimous[0], unanimous[2]
            continue
        estimates = estimate_labels(form, context, None, evidence)
        label = max(estimates, key=lambda name: (estimates[name].score, name), default="")
        if label and estimates[label].score >= LEAST_SCORE:
            yield tokens, label, estimates[label].score
