"""What is suggested in the end: the layers' spans, as the memory and the tagger see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from annotator.annotation import Span, SpanKey, reading_order, suggested_span
from annotator.labels import LabelScheme
from annotator.suggest.learned.phrase_memory import FrozenMemory, PhraseMemory, spans_from_memory
from annotator.suggest.learned.tagger import Hints, Tagger
from annotator.suggest.phrases import PhraseIndex
from annotator.suggest.span_choice import compatible, likeliest_first
from annotator.text import Document

SOURCE = "learned"


def _as_it_is(_kind: str, score: float) -> float:
    return score


@dataclass(frozen=True, slots=True)
class LearnedSpans:
    """What stands on top of the models and rules for one scheme: any of it may be missing.

    ``calibrate`` turns a raw score of a kind (``span``, ``memory``) into a probability; ``version`` names the tagger in
    the source of what only it saw.
    """

    scheme: LabelScheme
    memory: PhraseMemory | FrozenMemory | None = None
    tagger: Tagger | None = None
    version: str = "0"
    calibrate: Callable[[str, float], float] = _as_it_is

    def spans(self, document: Document, proposed: Sequence[Span]) -> list[Span]:
        """Return the spans to suggest in a document, in reading order, from what the layers below proposed."""
        if self.memory is None and self.tagger is None:
            return [self._scored("span", span) for span in proposed]
        index = PhraseIndex(document)
        recalled = spans_from_memory(index, self.memory) if self.memory is not None else []
        recalled = [span for span in recalled if span.label in self.scheme.entities]
        if self.tagger is None:
            from_rules = list(self._compatible(self._scored("span", span) for span in proposed))
            from_memory = (self._scored("memory", span) for span in recalled)
            added = self._compatible(from_memory, [span.key for span in from_rules])
            return sorted((*from_rules, *added), key=reading_order)
        return sorted(self._compatible(self._tagged(index, proposed, recalled, self.tagger)), key=reading_order)

    def _scored(self, kind: str, span: Span) -> Span:
        score = self.calibrate(kind, span.score or 0.0)
        return span if score == span.score else span.replace(score=score)

    def _tagged(
        self, index: PhraseIndex, proposed: Sequence[Span], recalled: Sequence[Span], tagger: Tagger
    ) -> list[Span]:
        """Return the tagger's offers; what others proposed too keeps its source."""
        sources = {span.key: span.source for span in (*recalled, *proposed)}
        spans = []
        for offer in tagger.offers(index, Hints(index, {"base": proposed, "memory": recalled})):
            if offer.label in self.scheme.entities:
                key = SpanKey(*index.segment(offer.place), offer.label)
                source = sources.get(key) or f"{SOURCE}@{self.version}"
                spans.append(suggested_span(*key, source, self.calibrate("span", round(offer.probability, 3))))
        return spans if self.scheme.overlap == "flat" else [*spans, *_inner(proposed, spans)]

    def _compatible(self, spans: Iterable[Span], beside: Iterable[SpanKey] = ()) -> Iterator[Span]:
        return compatible(likeliest_first(spans), self.scheme, beside)


def _inner(proposed: Sequence[Span], spans: Sequence[Span]) -> list[Span]:
    """Return the proposed spans that lie inside another: a tagger of flat spans cannot speak of them."""
    keys = {span.key for span in spans}
    return [
        span
        for span in proposed
        if span.key not in keys
        and any(o is not span and o.start <= span.start and span.end <= o.end for o in (*spans, *proposed))
    ]
