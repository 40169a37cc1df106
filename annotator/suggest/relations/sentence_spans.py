"""The spans of a sentence, and the relation candidates between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from annotator.annotation import Span
from annotator.suggest.relations.post_rules import holds, is_body_or_place, post_of
from annotator.suggest.relations.relation_candidate import UNRELATED, RelationCandidate, RuleScore
from annotator.suggest.rules.analyzed_document import PERSON, ROLE
from annotator.text import Document

AROUND = 200
"""Code points on either side of a sentence's spans that the rules may read."""
MOST_SPANS = 40
"""Spans up to which a sentence has candidates; one with more is a list, in which closeness means nothing."""
LEAST_HELD = 0.4
"""Score of person and post from which the person may relate to a body through it."""


@dataclass(frozen=True, slots=True)
class SentenceSpans:
    """The spans of a sentence in reading order, with their kinds and texts (``names``).

    ``text`` is the document's, ``around`` the part of it from somewhat before the first span to after the last,
    ``scores`` what is known of pairs of spans, by their indices.
    """

    text: str
    spans: list[Span]
    around: str
    kinds: tuple[str, ...]
    names: list[str]
    scores: dict[tuple[int, int], RuleScore] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, spans: list[Span], kinds: Mapping[str, str]) -> SentenceSpans:
        """The spans of a sentence, which are in reading order; ``kinds`` gives the kind of each label."""
        start = max(text.rfind("\n", 0, spans[0].start) + 1, spans[0].start - AROUND)
        end = text.find("\n", spans[-1].end, spans[-1].end + AROUND)
        around = text[start : end if end >= 0 else spans[-1].end + AROUND]
        return cls(text, spans, around, tuple(kinds[s.label] for s in spans), [text[s.start : s.end] for s in spans])

    def candidate(self, one: int, other: int, *, forwards: bool, symmetric: bool) -> RelationCandidate:
        """Two spans of the sentence, by their indices in reading order, as a candidate."""
        first, second = self.spans[one], self.spans[other]
        between = self.text[first.end : second.start]
        return RelationCandidate(
            head=self.kinds[one if forwards else other],
            child=self.kinds[other if forwards else one],
            symmetric=symmetric,
            forwards=forwards,
            first=self.names[one],
            second=self.names[other],
            between=between,
            before=self.text[max(0, first.start - 40) : first.start],
            after=self.text[second.end : second.end + 40],
            around=self.around,
            skipped=self.kinds[one + 1 : other],
            typed=self._typed(one, other) if other > one + 1 else between,
            head_label=(first if forwards else second).label,
            child_label=(second if forwards else first).label,
            via_role=self._via_role(*((one, other) if forwards else (other, one))),
        )

    def _typed(self, one: int, other: int) -> str:
        """The text between two spans, with the kind of each span in it in the span's place."""
        parts, at = [], self.spans[one].end
        for span, kind in zip(self.spans[one + 1 : other], self.kinds[one + 1 : other], strict=True):
            if span.start >= at:
                parts += [self.text[at : span.start], f"⟨{kind}⟩"]
                at = span.end
        parts.append(self.text[at : self.spans[other].start])
        return "".join(parts)

    def _via_role(self, person: int, other: int) -> RuleScore:
        """The likeliest way from a person to a body or place: through a post that the person holds there."""
        if self.kinds[person] != PERSON or not is_body_or_place(self.kinds[other]):
            return UNRELATED
        best = UNRELATED
        for role, kind in enumerate(self.kinds):
            if kind == ROLE and (held := self.scored(person, role, holds)).score >= LEAST_HELD:
                of = self.scored(role, other, post_of).score
                if of * held.score > best.score:
                    best = RuleScore(of * held.score, f"{held.rule}-body")
        return best

    def scored(self, head: int, child: int, rule: Callable[[RelationCandidate], RuleScore]) -> RuleScore:
        """The score of two spans, by their indices, by a rule of their kinds."""
        if (head, child) not in self.scores:
            forwards = head < child
            one, other = (head, child) if forwards else (child, head)
            apart = self.spans[one].end <= self.spans[other].start
            pair = self.candidate(one, other, forwards=forwards, symmetric=False)
            self.scores[head, child] = rule(pair) if apart else UNRELATED
        return self.scores[head, child]


def in_sentences(document: Document, spans: list[Span]) -> Iterator[list[Span]]:
    """Yield the spans of each sentence that has any; a span that crosses a sentence's border is left out."""
    current: list[Span] = []
    index = -1
    for span in spans:
        here = document.sentences.containing(span.start)
        if here is None or document.sentences[here].end < span.end:
            continue
        if here != index and current:
            yield current
            current = []
        index = here
        current.append(span)
    if current:
        yield current
