"""Ends of relations that nothing else found: a post beside a name, a body after a post.

A phrase that could be a post is taken for one where the relation rules would relate it to a person of the sentence, and
a capitalised phrase for a body where it would be the body of such a post.  So an end and its relation are proposed
together, and what no relation asks for stays unmarked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from annotator.annotation import Span, reading_order, suggested_span
from annotator.labels import LabelScheme
from annotator.suggest.relations.post_rules import holds, post_of
from annotator.suggest.relations.sentence_spans import MOST_SPANS, SentenceSpans, in_sentences
from annotator.suggest.rules import titles
from annotator.suggest.rules.analyzed_document import GPE, ORG, PERSON, ROLE, SYSTEM, Mention
from annotator.suggest.rules.gazetteer import places
from annotator.suggest.rules.lexicon import LANGUAGES, alternatives, names, word_list
from annotator.suggest.rules.resolve import LabelMap
from annotator.suggest.score_table import ScoreTable, shipped_table
from annotator.text import Document

SOURCE = "related@1"
LEAST_HELD = 0.66
"""Score of person and post from which the post, or its body, is proposed."""
POST_SCORE = 0.8
BODY_SCORE = 0.62
_NAME = (
    rf"[{titles.UP}][\w&.'’-]*\w(?: (?:(?:de|del|de la|of|of the|for|for the|and|y|&|-) )?[{titles.UP}][\w&'’-]*\w)*"
)
_BODY_AFTER = re.compile(
    rf"(?: [a-záéíóúüñ]+)?(?: (?:de|del|of|for|at)(?: la| el| the| los)?)(?: [a-záéíóúüñ]+)? [\"'“‘«]?(?P<body>{_NAME})"
)
_BODY_BEFORE = re.compile(rf"(?P<body>{_NAME})(?:['’]s)? (?:[a-z]+ )?$")
_HEADS_BODY = re.compile(
    r"^(?:ex-?)?(?:sub|vice|co-?)?(?:director|president|fundador|gerente|editor)|\b(?:director|president|founder|CEO"
    r"|manager"
    r"|chair|chairman|chairwoman|editor|owner|executive)$",
    re.IGNORECASE,
)
"""Posts that are always a body's, never a person's."""
_PERSON_SOURCES = frozenset({"people", "titles", "repeated"})
_MODIFIED = re.compile(
    r"(?<!\w)(?!(?:the|an?|his|her|its|their|our|as|by|of|and|to|for|then|new|former|current|is|was) )[a-z]+ $"
)
"""A noun before a post in English that says which it is, so that it belongs to the post: ``music | director``."""
_ORIGIN = re.compile(r"(?:an|ish|ese|ch|qi|li|ine)$")


class LikelyEnds:
    """Adds the ends that the relation rules ask for, under one scheme and in one language.

    ``scores`` turns their scores into probabilities (by default, the table that comes with the package).
    """

    def __init__(self, scheme: LabelScheme, lang: str, scores: ScoreTable | None = None) -> None:
        labels = LabelMap(scheme)
        self._lang = lang
        table = scores if scores is not None else shipped_table()
        self._post_score = round(table.span(SOURCE, ROLE, POST_SCORE), 3)
        self._body_score = round(table.span(SOURCE, ORG, BODY_SCORE), 3)
        self._kinds = {label: labels.kind(label) for label in scheme.entities}
        self._labels = {kind: labels.label(Mention(0, 1, kind, 1.0, SOURCE)) for kind in (PERSON, ROLE, ORG, GPE)}

    def added(self, document: Document, spans: list[Span]) -> list[Span]:
        """The spans in reading order, together with the ends that they ask for."""
        if self._lang not in LANGUAGES or self._labels[PERSON] is None or self._labels[ROLE] is None:
            return spans
        found: list[Span] = []
        for inside in in_sentences(document, [span for span in spans if span.label in self._kinds]):
            if len(inside) <= MOST_SPANS and any(self._kinds[span.label] == PERSON for span in inside):
                sentence = document.sentences[document.sentences.containing(inside[0].start) or 0]
                posts = list(self._posts(document, inside, sentence.start, sentence.end))
                inside = sorted([*inside, *posts], key=reading_order)
                found += posts
                found += self._bodies(document, inside, sentence.end)
                found += self._misread_bodies(document, inside)
        if not found:
            return spans
        taken = {(span.start, span.end) for span in found}
        return sorted((*found, *(s for s in spans if (s.start, s.end) not in taken)), key=reading_order)

    def _posts(self, document: Document, spans: list[Span], start: int, end: int) -> Iterator[Span]:
        """Yield the phrases of a sentence that a person holds if they are posts."""
        taken = [(span.start, span.end) for span in spans]
        for first, last in self._possible_posts(document.text, start, end):
            if any(first < e and s < last for s, e in taken) or not _on_tokens(document, first, last):
                continue
            post = suggested_span(first, last, self._labels[ROLE] or "", SOURCE, self._post_score)
            if self._held(self._sentence(document.text, [*spans, post]), post) >= LEAST_HELD:
                taken.append((first, last))
                yield post

    def _possible_posts(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield what reads like a post, with the complement that defines it."""
        with_complement = dict(titles.posts_in(text, self._lang, start, end))
        for match in _posts(self._lang).finditer(text, start, end):
            if self._lang != "en" or not _MODIFIED.search(text, max(start, match.start() - 24), match.start()):
                yield match.start(), max(match.end(), with_complement.get(match.start(), 0))

    def _held(self, sentence: SentenceSpans, post: Span) -> float:
        """How likely some person of the sentence holds a post."""
        role = sentence.spans.index(post)
        return max(
            (sentence.scored(i, role, holds).score for i, kind in enumerate(sentence.kinds) if kind == PERSON),
            default=0.0,
        )

    def _sentence(self, text: str, spans: list[Span]) -> SentenceSpans:
        return SentenceSpans.of(text, sorted(spans, key=reading_order), self._kinds)

    def _bodies(self, document: Document, spans: list[Span], end: int) -> Iterator[Span]:
        """Yield the capitalised phrases that are the body of a post that a person of the sentence holds."""
        label = self._labels[ORG]
        if label is None:
            return
        for index, post in enumerate(spans):
            if self._kinds[post.label] != ROLE:
                continue
            before = spans[index - 1].end if index else max(0, post.start - 80)
            following = spans[index + 1] if index + 1 < len(spans) else None
            for first, last in self._possible_bodies(document.text, post, before, end, following):
                body = suggested_span(first, last, label, SOURCE, self._body_score)
                if _on_tokens(document, first, last) and self._is_body(
                    self._sentence(document.text, [*spans, body]), body, post
                ):
                    yield body
                    break

    def _possible_bodies(
        self, text: str, post: Span, before: int, end: int, following: Span | None
    ) -> Iterator[tuple[int, int]]:
        """Yield what could be the body after the post, then before it; no name of which another span is the rest."""
        after = following.start if following is not None else end
        follows = _BODY_AFTER.match(text, post.end, after)
        if follows is not None and not self._is_known(follows["body"]):
            rest = (
                following is not None and text[follows.end() : after] == " " and not self._is_full_name(text, following)
            )
            if not rest:
                yield follows.span("body")
        if self._lang == "en":
            precedes = _BODY_BEFORE.search(text, max(before, text.rfind("\n", 0, post.start) + 1), post.start)
            if precedes is not None:
                name = precedes["body"]
                first, _, others = name.partition(" ")
                name = others if first in word_list("en", "openers") else name
                if not (self._is_known(name) or _ORIGIN.search(name) or _posts(self._lang).search(name)):
                    yield precedes.end("body") - len(name), precedes.end("body")

    def _is_full_name(self, text: str, span: Span) -> bool:
        return self._kinds[span.label] == PERSON and " " in text[span.start : span.end]

    def _is_known(self, name: str) -> bool:
        """Tell whether a capitalised phrase is a place, what a post is over (Gobierno), or no name at all."""
        over = re.match(rf"(?:{alternatives(self._lang, 'posts')})\b", name)
        return not name or over is not None or name in places(self._lang) or name in word_list(self._lang, "openers")

    def _misread_bodies(self, document: Document, spans: list[Span]) -> Iterator[Span]:
        """Yield as bodies what stands after ``director de`` as a person or system: ``director de | Viant``."""
        label = self._labels[ORG]
        for one, other in pairwise(spans):
            post, body = (one, other) if self._kinds[one.label] == ROLE else (other, one)
            if label is None or self._kinds[post.label] != ROLE or not self._may_be_misread(document.text, body):
                continue
            if _HEADS_BODY.search(document.text[post.start : post.end]):
                renamed = suggested_span(body.start, body.end, label, SOURCE, self._body_score)
                others = [span for span in spans if span is not body]
                if self._is_body(self._sentence(document.text, [*others, renamed]), renamed, post):
                    yield renamed

    def _may_be_misread(self, text: str, span: Span) -> bool:
        """Tell whether a span is a system, or a person of one name whom no rule knows."""
        if self._kinds[span.label] == SYSTEM:
            return True
        source = (span.source or "").partition("@")[0]
        single = " " not in text[span.start : span.end]
        return self._kinds[span.label] == PERSON and single and source not in _PERSON_SOURCES

    def _is_body(self, sentence: SentenceSpans, body: Span, post: Span) -> bool:
        """Tell whether a span is the body of a post that a person of the sentence holds."""
        of = sentence.scored(sentence.spans.index(post), sentence.spans.index(body), post_of)
        return of.score > 0 and self._held(sentence, post) >= LEAST_HELD


def _on_tokens(document: Document, start: int, end: int) -> bool:
    inside = document.tokens.overlapping(start, end)
    return bool(inside) and document.tokens.starts[inside[0]] == start and document.tokens.ends[inside[-1]] == end


@cache
def _posts(lang: str) -> re.Pattern[str]:
    """The pattern of a post in ``lang`` in the singular or plural, without a complement."""
    nouns = "|".join((*names(lang, "titles", "beside_names"), *names(lang, "titles", "nouns")))
    if lang == "es":
        adjectives = "|".join((*names(lang, "titles", "adjectives"), r"\w+(?:al|iv[oa]|ic[oa])"))
        noun = rf"(?:ex[- ]?)?(?:vice|sub|co)?(?:{nouns})(?:e?s)?"
        return re.compile(rf"(?<![\w-])(?i:{noun})(?: (?i:{adjectives})(?:e?s)?){{0,3}}(?!\w)")
    modifiers = "|".join(names(lang, "titles", "modifiers"))
    return re.compile(rf"(?<![\w-])(?:(?i:{modifiers}) (?:and (?=(?i:{modifiers}) ))?){{0,5}}(?i:{nouns})s?(?![\w-])")
