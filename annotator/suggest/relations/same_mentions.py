"""Suggesting which mentions are one and the same: identical names, acronyms, surnames of persons named in full before.

Nothing but names is looked at: pronouns and descriptions (``the mayor``) are left to curators.  What is suggested is a
chain: each mention is linked with the one before it that is the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from annotator.annotation import Relation, RelationKey, Span, suggested_relation
from annotator.disjoint_sets import DisjointSets
from annotator.labels import LabelScheme
from annotator.suggest.phrases import folded
from annotator.suggest.rules.analyzed_document import PERSON
from annotator.suggest.rules.resolve import LabelMap
from annotator.text import Document

SOURCE = "same-mentions@1"
_WORD = re.compile(r"\w+")
_TAIL = re.compile(r"['’]s?$")
_SKIPPED = frozenset(
    ["the", "a", "an", "el", "la", "los", "las", "lo", "un", "una", "mr", "mrs", "ms", "dr", "sr", "sra", "don", "doña"]
)
"""Words before a name that are no part of it: articles, and how persons are addressed."""
# fmt: off
_POINTING = frozenset({
    "it", "he", "she", "they", "him", "them", "his", "her", "its", "their", "this", "that", "these", "those",
    "él", "ella", "ellos", "ellas", "su", "sus", "este", "esta", "estos", "estas", "ese", "esa", "esos", "esas",
})
# fmt: on
"""Words that point to something said before, to which the same words may point differently the next time."""
_PARENTHESIS = re.compile(r"[\s\"'”’»“]*[(\[]\s*")
_MOST_LETTERS = 8
_MOST_NAME_WORDS = 5
"""Words of the longest name of a person."""


class SameName(NamedTuple):
    """Why two mentions are the same: the probability that a curator accepts it, and the rule that says so."""

    score: float
    rule: str


IDENTICAL = SameName(0.9, "identical")
IDENTICAL_WORDS = SameName(0.5, "identical")
IN_PARENTHESES = SameName(0.93, "acronym")
INITIALS = SameName(0.8, "acronym")
SURNAME = SameName(0.85, "surname")


class _Link(NamedTuple):
    """Two mentions, by their numbers in reading order, and why they are the same."""

    earlier: int
    later: int
    why: SameName


@dataclass(frozen=True, slots=True)
class _Mention:
    """A mention as it is compared: its words without case, articles and possessive, and whether it is a name."""

    span: Span
    words: tuple[str, ...]
    initials: str
    acronym: str
    is_name: bool

    @classmethod
    def of(cls, span: Span, text: str) -> _Mention:
        said = _TAIL.sub("", text[span.start : span.end].rstrip())
        found = _WORD.findall(said)
        if found and found[0].lower() in _POINTING:
            found = []
        while len(found) > 1 and found[0].lower() in _SKIPPED:
            found = found[1:]
        capitals = "".join(word[0] for word in found if word[0].isupper())
        short = "".join(found) if len(said.split()) == 1 else ""
        acronym = short if short.isupper() and 2 <= len(short) <= _MOST_LETTERS else ""
        return cls(span, tuple(map(folded, found)), capitals if len(capitals) > 1 else "", acronym, bool(capitals))


class SameMentions:
    """Suggests the links of one scheme's equivalences; where it has none, nothing."""

    def __init__(self, scheme: LabelScheme) -> None:
        self._scheme = scheme
        labels = LabelMap(scheme)
        self._persons = {label for label in scheme.entities if labels.kind(label) == PERSON}
        self._types = [relation for relation in scheme.relations.values() if relation.equivalence]

    def relations(self, document: Document, spans: Sequence[Span]) -> list[Relation]:
        """The links to suggest between spans, which are in reading order."""
        relations: list[Relation] = []
        for relation in self._types:
            for label in relation.head:
                if relation.fits(label, label):
                    mentions = [_Mention.of(span, document.text) for span in spans if span.label == label]
                    relations += self._linked(document, relation.name, [m for m in mentions if m.words])
        return relations

    def _linked(self, document: Document, label: str, mentions: list[_Mention]) -> Iterator[Relation]:
        links = [*_identical(mentions), *_acronyms(document.text, mentions)]
        if mentions and mentions[0].span.label in self._persons:
            links += _surnames(mentions)
        for link in _chains(mentions, links):
            earlier, later = mentions[link.earlier].span, mentions[link.later].span
            if self._scheme.relation_problem(RelationKey(earlier.key, later.key, label), document.sentences) is None:
                yield suggested_relation(earlier, later, label, SOURCE, link.why.score)


def _identical(mentions: Sequence[_Mention]) -> Iterator[_Link]:
    last: dict[tuple[str, ...], int] = {}
    for number, mention in enumerate(mentions):
        before = last.get(mention.words)
        if before is not None:
            is_name = mention.is_name and mentions[before].is_name
            yield _Link(before, number, IDENTICAL if is_name else IDENTICAL_WORDS)
        last[mention.words] = number


def _acronyms(text: str, mentions: Sequence[_Mention]) -> Iterator[_Link]:
    """Yield the links of each acronym with the last mention before it that it is short for, else the first after it."""
    full: defaultdict[str, list[int]] = defaultdict(list)
    for number, mention in enumerate(mentions):
        if mention.initials and not mention.acronym:
            full[mention.initials].append(number)
    for number, mention in enumerate(mentions):
        if not mention.acronym:
            continue
        before = mentions[number - 1].span if number else None
        if before is not None and _PARENTHESIS.fullmatch(text, before.end, mention.span.start):
            yield _Link(number - 1, number, IN_PARENTHESES)
        elif mention.acronym in full:
            named = full[mention.acronym]
            other = max((n for n in named if n < number), default=named[0])
            yield _Link(min(other, number), max(other, number), INITIALS)


def _surnames(mentions: Sequence[_Mention]) -> Iterator[_Link]:
    """Yield the links of each name that is the end of one longer name before it, and of no other one."""
    longer: defaultdict[tuple[str, ...], dict[tuple[str, ...], int]] = defaultdict(dict)
    for number, mention in enumerate(mentions):
        words = mention.words
        known = longer.get(words, {})
        if mention.is_name and len(known) == 1:
            yield _Link(next(iter(known.values())), number, SURNAME)
        for first in range(1, len(words) if len(words) <= _MOST_NAME_WORDS else 1):
            for end in range(first + 1, len(words) + 1):
                longer[words[first:end]][words] = number


def _chains(mentions: Sequence[_Mention], links: Sequence[_Link]) -> Iterator[_Link]:
    """Yield, for the groups that links make, the links of each mention with the one before it in its group.

    Where these two are not linked themselves, the weakest of what links them counts.
    """
    groups = DisjointSets(range(len(mentions)))
    direct: dict[tuple[int, int], SameName] = {}
    weakest: dict[int, SameName] = {}
    for link in links:
        groups.join(link.earlier, link.later)
        direct[link.earlier, link.later] = max(link.why, direct.get((link.earlier, link.later), link.why))
        for end in (link.earlier, link.later):
            weakest[end] = min(link.why, weakest.get(end, link.why))
    last: dict[int, int] = {}
    for number in range(len(mentions)):
        group = groups.find(number)
        before = last.get(group)
        if before is not None and mentions[before].span.end <= mentions[number].span.start:
            yield _Link(before, number, direct.get((before, number)) or min(weakest[before], weakest[number]))
        if before is None or mentions[before].span.end <= mentions[number].span.start:
            last[group] = number
