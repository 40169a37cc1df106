"""Resolving mentions that compete to the spans that may stand in a document under its scheme.

Mentions get the scheme's labels, are trimmed and snapped to the stored tokens, and where they compete the likelier
and longer one wins, as far as the scheme's overlap rule demands it.  What the scheme's own patterns match is not
trimmed, and is snapped as the scheme says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from annotator.annotation import Span, SpanKey, reading_order, suggested_span
from annotator.labels import LabelScheme
from annotator.suggest.rules.analyzed_document import (
    CRIME,
    DATE,
    EVENT,
    GPE,
    INITIATIVE,
    LOC,
    ORG,
    PERSON,
    PROGRAM,
    ROLE,
    SYSTEM,
    AnalyzedDocument,
    Mention,
)
from annotator.suggest.rules.gazetteer import places
from annotator.suggest.span_choice import compatible
from annotator.text import Segmentation, graphemes

_EDGE = " \t\r\n\xa0\"'“”‘’«»()[]{}<>,;:¿?¡!…·•-–—/|´`"
_PARTNERS = {'"': '"', "”": "“", "’": "‘'", "»": "«", ")": "(", "]": "["}
"""Closing marks, which stay when what they close was opened inside the name: ``Ana “N”``."""
_ARTICLE = re.compile(
    r"(?:el|la|los|las|un|una|unos|unas|the|an?|este|esta|estos|estas|su|sus|this|that)\s+", re.UNICODE
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s.])(?:[^\W\d_]|UU|EE|Jr|Sr|Inc|Corp|Ltd|Co|Gov|Sen|Rep|Gen|Col|Lt|Capt|Maj|Sgt|Cmdr|Adm|Prof|Rev|St"
    r"|Jan|Feb|Aug|Sept?|Oct|Nov|Dec)\.$"
)
_ALIASES: Mapping[str, tuple[str, ...]] = {PERSON: ("PER",), PROGRAM: ("LAW",), SYSTEM: ("PRODUCT",), ROLE: ("TITLE",)}
"""Other names that pretrained pipelines have for a kind."""
_COMPANY = re.compile(r"\b(?:Inc|Corp|Ltd|Jr)$")
_FALLBACK: Mapping[str, tuple[str, ...]] = {GPE: (LOC,), LOC: (GPE,)}
"""Where a scheme knows only one sort of place, it takes both."""

LENGTH_BONUS = 0.06
"""What each further token adds to the rank of a mention: a longer name contains the shorter ones."""
MOST_BONUS = 0.3
LEAST_SCORE = 0.3


class _Rival(NamedTuple):
    key: SpanKey
    score: float
    source: str
    rank: float


class LabelMap:
    """Maps kinds of mentions to the labels of a scheme and back.

    An entity stands for the pretrained labels that it lists, and for a kind that bears its own name.
    """

    def __init__(self, scheme: LabelScheme) -> None:
        self._scheme = scheme
        self._cache: dict[str, str | None] = {}

    def label(self, mention: Mention) -> str | None:
        """The label, ``None`` when the scheme has none for such a mention."""
        if mention.label is not None:
            return mention.label if mention.label in self._scheme.entities else None
        if mention.kind not in self._cache:
            self._cache[mention.kind] = self._find(mention.kind)
        return self._cache[mention.kind]

    def _find(self, kind: str) -> str | None:
        for name in (kind, *_FALLBACK.get(kind, ())):
            for alias in (name, *_ALIASES.get(name, ())):
                listed = self._scheme.entity_for_model_label(alias)
                if listed is not None:
                    return listed
            if name in self._scheme.entities:
                return name
        return None

    def kind(self, label: str) -> str:
        """The kind that a label of the scheme stands for, the label itself when it is none of ours."""
        kinds = (PERSON, ORG, GPE, LOC, DATE, ROLE, EVENT, INITIATIVE, PROGRAM, SYSTEM, CRIME)
        return next((kind for kind in kinds if self._find(kind) == label), label)


def resolve(doc: AnalyzedDocument, mentions: Iterable[Mention], labels: LabelMap, scheme: LabelScheme) -> list[Span]:
    """The spans to suggest, in reading order: on the borders they should have, with one label for each range."""
    rivals = _by_range(_snapped_rivals(doc, mentions, labels, scheme))
    rivals.sort(key=lambda r: (-r.rank, r.key))
    spans = [suggested_span(*r.key, r.source, round(r.score, 3)) for r in compatible(rivals, scheme)]
    return sorted(spans, key=reading_order)


def _snapped_rivals(
    doc: AnalyzedDocument, mentions: Iterable[Mention], labels: LabelMap, scheme: LabelScheme
) -> Iterator[_Rival]:
    borders = _Borders(doc, scheme)
    snapped_ranges: dict[tuple[int, int, bool], tuple[int, int, float] | None] = {}
    for mention in mentions:
        label = labels.label(mention)
        if label is None or mention.score < LEAST_SCORE:
            continue
        mention_range = mention.start, mention.end, mention.label is not None
        if mention_range not in snapped_ranges:
            snapped_ranges[mention_range] = borders.snapped(*mention_range)
        snapped = snapped_ranges[mention_range]
        if snapped is not None:
            start, end, bonus = snapped
            yield _Rival(SpanKey(start, end, label), mention.score, mention.source, mention.score + bonus)


class _Borders:
    """Gives the mentions of a document the borders that spans may have."""

    def __init__(self, doc: AnalyzedDocument, scheme: LabelScheme) -> None:
        self._doc = doc
        self._by_token = scheme.snap == "token"

    def snapped(self, start: int, end: int, matched: bool) -> tuple[int, int, float] | None:
        """A range widened to whole units, with the bonus for its tokens; ``None`` when it is none.

        What the scheme's patterns ``matched`` loses white space alone at its ends, and is widened as the scheme says;
        other ranges are trimmed as names are, and widened to tokens.
        """
        text, tokens = self._doc.text, self._doc.document.tokens
        if matched:
            found = text[start:end]
            start, end = end - len(found.lstrip()), start + len(found.rstrip())
        else:
            start, end = trim(text, start, end, self._doc.lang)
        inside = tokens.overlapping(start, end) if start < end else range(0)
        if not inside:
            return None
        bonus = min(LENGTH_BONUS * (len(inside) - 1), MOST_BONUS)
        units = self._graphemes if matched and not self._by_token else tokens
        widened = units.overlapping(start, end)
        return units.starts[widened[0]], units.ends[widened[-1]], bonus

    @cached_property
    def _graphemes(self) -> Segmentation:
        return graphemes(self._doc.text)


def trim(text: str, start: int, end: int, lang: str) -> tuple[int, int]:
    """Cut blanks, quotes, articles and punctuation off both ends of a range, as the guideline wants it.

    A full stop stays when it belongs to an abbreviation (``U.S.``, ``EE. UU.``, ``Gov.``).
    """
    while start < end and text[start] in _EDGE + ".":
        start += 1
    article = _ARTICLE.match(text, start, end)
    if article is not None:
        start = article.end()
    while end > start and _ends_outside(text, start, end, lang):
        end -= 1
    while start < end and text[start] in _EDGE:
        start += 1
    if text[end : end + 1] == "." and _COMPANY.search(text, start, end) is not None:
        end += 1
    return start, end


def _ends_outside(text: str, start: int, end: int, lang: str) -> bool:
    """Tell whether the last character of a range is not the name's own."""
    last = text[end - 1]
    if last in _PARTNERS:
        return not any(opening in text[start : end - 1] for opening in _PARTNERS[last])
    return last in _EDGE or (last == "." and not _abbreviated(text[start:end], lang))


def _abbreviated(name: str, lang: str) -> bool:
    return name in places(lang) or _ABBREVIATION.search(name[-8:]) is not None


def _by_range(rivals: Iterable[_Rival]) -> list[_Rival]:
    """Keep the best label of each range; stages that agree on it make it likelier."""
    found: dict[tuple[int, int], list[_Rival]] = {}
    for rival in rivals:
        found.setdefault(rival.key[:2], []).append(rival)
    kept = []
    for competing in found.values():
        if len(competing) == 1:
            kept += competing
            continue
        by_label: dict[str, list[_Rival]] = {}
        for rival in competing:
            by_label.setdefault(rival.key.label, []).append(rival)
        best = max(by_label.values(), key=lambda same: (_joint(same), same[0].key.label))
        top = max(best, key=lambda r: (r.score, r.source))
        score = _joint(best)
        kept.append(_Rival(top.key, score, top.source, top.rank + score - top.score))
    return kept


def _joint(rivals: list[_Rival]) -> float:
    """Combine the scores of sources that agree: each further one removes a third of the remaining doubt."""
    by_source: dict[str, float] = {}
    for rival in rivals:
        by_source[rival.source] = max(rival.score, by_source.get(rival.source, 0.0))
    doubt = 1.0 - max(by_source.values())
    return min(0.97, 1.0 - doubt * 0.67 ** (len(by_source) - 1))
