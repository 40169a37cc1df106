"""Combining the spans that model and rules propose with phrase memory and tagger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from annotator.annotation import Span, SpanKey, reading_order, suggested_span
from annotator.labels import LabelScheme
from annotator.suggest.learned.phrase_memory import FrozenMemory, PhraseMemory, spans_from_memory
from annotator.suggest.learned.tagger import Tagger
from annotator.suggest.learned.token_features import ProposalFeatures
from annotator.suggest.phrases import PhraseIndex
from annotator.suggest.span_choice import compatible, likeliest_first
from annotator.text import Document

SOURCE = "learned"
LEAST_FROM_MEMORY = 0.4
"""Probability from which the memory adds a span: half of a usual F1, below which an addition lowers it."""


def _uncalibrated(_kind: str, score: float) -> float:
    return score


@dataclass(frozen=True, slots=True)
class LearnedSpans:
    """Corrects the spans that model and rules propose, under one scheme, by what was learned; any part may be missing.

    ``calibrate`` turns a raw score of a kind (``span``, ``memory``) into a probability; ``version`` is part of the
    source of the spans that only the tagger found.
    """

    scheme: LabelScheme
    memory: PhraseMemory | FrozenMemory | None = None
    tagger: Tagger | None = None
    version: str = "0"
    calibrate: Callable[[str, float], float] = _uncalibrated

    def spans(self, document: Document, proposed: Sequence[Span]) -> list[Span]:
        """The spans to suggest in a document, in reading order; ``proposed`` are those of model and rules."""
        if self.memory is None and self.tagger is None:
            return [self._calibrated("span", span) for span in proposed]
        index = PhraseIndex(document)
        remembered = spans_from_memory(index, self.memory) if self.memory is not None else []
        remembered = [span for span in remembered if span.label in self.scheme.entities]
        if self.tagger is None:
            from_rules = list(self._compatible(self._calibrated("span", span) for span in proposed))
            from_memory = (self._calibrated("memory", span) for span in remembered)
            likely = (span for span in from_memory if (span.score or 0.0) >= LEAST_FROM_MEMORY)
            added = self._compatible(likely, [span.key for span in from_rules])
            return sorted((*from_rules, *added), key=reading_order)
        return sorted(self._compatible(self._tagged(index, proposed, remembered, self.tagger)), key=reading_order)

    def _calibrated(self, kind: str, span: Span) -> Span:
        score = self.calibrate(kind, span.score or 0.0)
        return span if score == span.score else span.replace(score=score)

    def _tagged(
        self, index: PhraseIndex, proposed: Sequence[Span], remembered: Sequence[Span], tagger: Tagger
    ) -> list[Span]:
        """The spans that the tagger finds; those that rules or memory propose too keep their source."""
        sources = {span.key: span.source for span in (*remembered, *proposed)}
        spans = []
        for tagged in tagger.find(index, ProposalFeatures(index, {"base": proposed, "memory": remembered})):
            if tagged.label in self.scheme.entities:
                key = SpanKey(*index.segment(tagged.tokens), tagged.label)
                source = sources.get(key) or f"{SOURCE}@{self.version}"
                spans.append(suggested_span(*key, source, self.calibrate("span", round(tagged.probability, 3))))
        return spans if self.scheme.overlap == "flat" else [*spans, *_nested(proposed, spans)]

    def _compatible(self, spans: Iterable[Span], beside: Iterable[SpanKey] = ()) -> Iterator[Span]:
        return compatible(likeliest_first(spans), self.scheme, beside)


def _nested(proposed: Sequence[Span], tagged: Sequence[Span]) -> list[Span]:
    """The proposed spans that lie inside another span, which a tagger of flat spans cannot find."""
    keys = {span.key for span in tagged}
    return [
        span
        for span in proposed
        if span.key not in keys
        and any(o is not span and o.start <= span.start and span.end <= o.end for o in (*tagged, *proposed))
    ]
