"""Relation candidates: pairs of spans in a sentence that the scheme allows to be related, and suggesting from them.

Each candidate gets a score from a rule for the two kinds of entity, which looks at the words between and around them;
where there is no rule, two spans that are each other's nearest count.  What was learned corrects that score.  Only
candidates that are likely enough are suggested.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations

from annotator.annotation import Attributes, AttributeValue, Relation, Span, suggested_relation
from annotator.labels import LabelScheme, Pattern, RelationType
from annotator.suggest.relations.classifier import RelationScorer
from annotator.suggest.relations.post_rules import is_plural
from annotator.suggest.relations.relation_candidate import RelationCandidate, RuleScore
from annotator.suggest.relations.rules import rule_score
from annotator.suggest.relations.sentence_spans import MOST_SPANS, SentenceSpans, in_sentences
from annotator.suggest.rules.analyzed_document import PERSON, ROLE
from annotator.suggest.rules.patterns import phrase_pattern
from annotator.suggest.rules.resolve import LabelMap
from annotator.suggest.score_table import ScoreTable, shipped_table
from annotator.suggest.timed_regex import BETWEEN_ENDS, SlowPatternError, TimedRegex
from annotator.text import Document

RULES_VERSION = "2"
"""The version of the relation rules, part of the source of what they suggest."""
LEAST_SCORE = 0.4
"""Score from which a candidate is suggested: below it, a decision is not worth a curator's key."""
PATTERN_SCORE = 0.72


class RelationSuggester:
    """Suggests the relations of one scheme between spans in one language: by the rules, or with a learned scorer.

    Equivalences are left to :class:`annotator.suggest.relations.same_mentions.SameMentions`.
    A pattern that is too slow raises :class:`SlowPatternError`; with ``on_slow`` that is called with the error instead,
    once, and the pattern is left out from then on.  ``scores`` turns the rules' scores into probabilities (by default,
    the table that comes with the package).
    """

    def __init__(
        self,
        scheme: LabelScheme,
        lang: str,
        scorer: RelationScorer | None = None,
        on_slow: Callable[[SlowPatternError], object] | None = None,
        scores: ScoreTable | None = None,
    ) -> None:
        self._on_slow = on_slow
        self._scorer = scorer
        self._scores = scores if scores is not None else shipped_table()
        labels = LabelMap(scheme)
        self._kinds = {label: labels.kind(label) for label in scheme.entities}
        self._relations = tuple(relation for relation in scheme.relations.values() if not relation.equivalence)
        self._types_by_labels: dict[tuple[str, str], tuple[tuple[RelationType, bool], ...]] = {}
        self._patterns = {r.name: _compiled(r, lang) for r in self._relations}
        self._setting = {r.name: setting for r in self._relations if (setting := _setting(r, lang))}
        self._competing_types = {r.name: sum(_compete(r, o) for o in self._relations) for r in self._relations}

    def relations(self, document: Document, spans: list[Span]) -> list[Relation]:
        """The relations to suggest between ``spans``, which are in reading order."""
        relations: list[Relation] = []
        for inside in self._sentences(document, spans):
            if 2 <= len(inside) <= MOST_SPANS:
                relations += self._without_slow_patterns(document, SentenceSpans.of(document.text, inside, self._kinds))
        return relations

    def _sentences(self, document: Document, spans: list[Span]) -> Iterator[list[Span]]:
        """Yield the spans of each sentence that has any, without those whose label the scheme does not have."""
        return in_sentences(document, [span for span in spans if span.label in self._kinds])

    def _without_slow_patterns(self, document: Document, sentence: SentenceSpans) -> list[Relation]:
        """The relations to suggest in a sentence; after a slow pattern, those found without it."""
        while True:
            try:
                return self._in_sentence(sentence)
            except SlowPatternError as slow:
                if self._on_slow is None:
                    raise slow.on(document.key) from None
                self._on_slow(slow.on(document.key))

    def candidates(
        self, document: Document, spans: list[Span]
    ) -> Iterator[tuple[RelationType, Span, Span, RelationCandidate]]:
        """Yield every candidate with its relation type, head and child, as the relation classifier learns from them."""
        for inside in self._sentences(document, spans):
            if not 2 <= len(inside) <= MOST_SPANS:
                continue
            sentence = SentenceSpans.of(document.text, inside, self._kinds)
            for one, other in combinations(range(len(inside)), 2):
                first, second = inside[one], inside[other]
                if first.end <= second.start:
                    for relation, forwards in self._allowed(first.label, second.label):
                        head, child = (first, second) if forwards else (second, first)
                        candidate = sentence.candidate(one, other, forwards=forwards, symmetric=relation.symmetric)
                        yield relation, head, child, candidate

    def _in_sentence(self, sentence: SentenceSpans) -> list[Relation]:
        """The likeliest relation of each pair, symmetric ones once."""
        relations = []
        for one, other in combinations(range(len(sentence.spans)), 2):
            first, second = sentence.spans[one], sentence.spans[other]
            if first.end <= second.start and self._allowed(first.label, second.label):
                best = max(self._likely(sentence, one, other), key=lambda r: r.score or 0.0, default=None)
                if best is not None:
                    relations.append(best)
        return self._one_symmetric(_one_holder(relations, sentence))

    def _likely(self, sentence: SentenceSpans, one: int, other: int) -> Iterator[Relation]:
        """Yield the likely relations between two spans of a sentence, in each direction that the scheme allows."""
        first, second = sentence.spans[one], sentence.spans[other]
        for relation, forwards in self._allowed(first.label, second.label):
            head, child = (first, second) if forwards else (second, first)
            candidate = sentence.candidate(one, other, forwards=forwards, symmetric=relation.symmetric)
            certain = first.origin != "suggested" and second.origin != "suggested"
            score, rule = self.scored(relation, candidate, certain=certain)
            source = f"{rule}@{RULES_VERSION}"
            if self._scorer is not None:
                score = self._scorer.score(relation, candidate, score)
                source = self._scorer.source or source
            if score >= LEAST_SCORE:
                suggested = suggested_relation(head, child, relation.name, source, round(score, 3))
                attributes = self._attributes(relation, candidate)
                yield suggested.replace(attributes=attributes) if attributes else suggested

    def _attributes(self, relation: RelationType, candidate: RelationCandidate) -> Attributes:
        """What the patterns of a type that match between the ends set; of two for one attribute, the first counts."""
        attributes: dict[str, AttributeValue] = {}
        for pattern, given in self._setting.get(relation.name, ()):
            if pattern.search(candidate.between):
                attributes = {**given, **attributes}
        return dict(sorted(attributes.items()))

    def _allowed(self, first: str, second: str) -> tuple[tuple[RelationType, bool], ...]:
        """The relations that the scheme allows between two labels, and whether the first one is the head."""
        if (first, second) not in self._types_by_labels:
            self._types_by_labels[first, second] = tuple(
                (relation, forwards)
                for relation in self._relations
                for forwards in (True, False)
                if (
                    relation.fits(first, second)
                    if forwards
                    else relation.fits(second, first) and not relation.symmetric
                )
            )
        return self._types_by_labels[first, second]

    def rule_score(self, relation: RelationType, candidate: RelationCandidate) -> float:
        """The probability that the rules give a candidate between right spans of being related by a type."""
        return self.scored(relation, candidate).score

    def scored(self, relation: RelationType, candidate: RelationCandidate, *, certain: bool = True) -> RuleScore:
        """The score of a candidate by the scheme's patterns for a type, else by the rules, and which rule it was.

        ``certain`` says that its ends are a curator's.
        """
        patterns = self._patterns[relation.name]
        if patterns and candidate.nearest and any(p.search(candidate.between) for p in patterns):
            score, rule = PATTERN_SCORE, "pattern"
        else:
            score, rule = rule_score(candidate)
            score /= self._competing_types[relation.name]
        return RuleScore(self._scores.relation(relation.name, rule, score, certain=certain) if score else 0.0, rule)

    def _one_symmetric(self, relations: list[Relation]) -> list[Relation]:
        """Keep only the likeliest relation of each symmetric type: a sentence states one at most."""
        symmetric = {r.name for r in self._relations if r.symmetric}
        top: dict[str, Relation] = {}
        for relation in relations:
            if relation.label in symmetric and (relation.score or 0) > (
                (top[relation.label].score or 0) if relation.label in top else 0
            ):
                top[relation.label] = relation
        return [r for r in relations if r.label not in symmetric or top[r.label] is r]


def _one_holder(relations: list[Relation], sentence: SentenceSpans) -> list[Relation]:
    """Keep only the likeliest holder of each post in the singular: a person or place relates through it alone."""
    kinds = {span.id: kind for span, kind in zip(sentence.spans, sentence.kinds, strict=True)}
    names = {span.id: name for span, name in zip(sentence.spans, sentence.names, strict=True)}
    top: dict[str, Relation] = {}
    for relation in relations:
        if kinds[relation.head] == PERSON and kinds[relation.child] == ROLE and not is_plural(names[relation.child]):
            best = top.get(relation.child)
            if best is None or (relation.score or 0) > (best.score or 0):
                top[relation.child] = relation
    held = {relation.child for relation in relations if relation.child in top}
    return [r for r in relations if r.child not in held or top[r.child] is r]


def _compete(one: RelationType, other: RelationType) -> bool:
    """Tell whether two types may relate the same spans, so that labels alone do not decide between them."""
    return (
        one.symmetric == other.symmetric
        and not set(one.head).isdisjoint(other.head)
        and not set(one.child).isdisjoint(other.child)
    )


def _compiled(relation: RelationType, lang: str) -> tuple[re.Pattern[str] | TimedRegex, ...]:
    """Compile a relation type's patterns for ``lang``; they are searched in the text between the ends."""
    return tuple(_compiled_one(relation, p) for p in relation.patterns if p.lang in {None, lang} and p.kind != "tokens")


def _setting(relation: RelationType, lang: str) -> list[tuple[re.Pattern[str] | TimedRegex, Attributes]]:
    """Compile those that set attributes, each with what it sets."""
    wanted = (p for p in relation.patterns if p.lang in {None, lang} and p.kind != "tokens")
    return [(_compiled_one(relation, p), p.attributes) for p in wanted if p.attributes]


def _compiled_one(relation: RelationType, pattern: Pattern) -> re.Pattern[str] | TimedRegex:
    if pattern.kind == "phrase":
        return phrase_pattern([str(pattern.value)])
    return TimedRegex(relation.name, pattern, BETWEEN_ENDS)
