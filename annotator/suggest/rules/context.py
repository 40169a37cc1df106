"""Checking by their context the names that only the model found.

The small Spanish model calls many a company, product or newspaper a place, and calls words persons; measured on unseen
news, not two in five of the places that it alone saw were any.  A name that no rule finds keeps its kind only
where the text uses it so somewhere in the document.

The English models take titles of works for bodies, and pieces of longer names for whole ones.  A name that no rule
finds is doubted where it is a work's, or where none of its mentions stands as such a name does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from annotator.suggest.rules import english_names, titles
from annotator.suggest.rules.analyzed_document import GPE, LOC, NAME_KINDS, PERSON, AnalyzedDocument, Mention
from annotator.suggest.rules.lexicon import word_list
from annotator.suggest.rules.places import is_place, opens_dateline

CHECKED = frozenset({"es", "en"})
"""Languages whose names are checked."""
_LOCATIVE = frozenset({"en", "desde", "hacia", "hasta"})
_NO_PERSON_AFTER = frozenset({"en", "la", "las", "los", "una", "un", "desde", "hacia"})
_MOVES = re.compile(
    r"(?:visita|viaj|lleg|acud|regres|traslad|rumbo|cerca|gira|huy|entr[aóo]|camino|arrib|vuel)", re.IGNORECASE
)
_SAINTS = frozenset({"San", "Santa", "Santo"})
UNSUPPORTED_SCORE = 0.25
"""Score of a name that its context does not support; it is too low to be suggested."""


def checked(doc: AnalyzedDocument, mentions: Iterable[Mention], model_source: str) -> list[Mention]:
    """The mentions; those of the model alone that no context supports get :data:`UNSUPPORTED_SCORE`."""
    listed = list(mentions)
    if doc.lang not in CHECKED:
        return listed
    if doc.lang == "en":
        listed = english_names.listed_alike(doc, listed, model_source)
    known = {(m.start, m.end) for m in listed if m.source != model_source}
    named = {(doc.surface(m), m.kind) for m in listed if m.source != model_source}
    alone: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in listed:
        if mention.source == model_source and mention.kind in NAME_KINDS and (mention.start, mention.end) not in known:
            alone[doc.surface(mention), mention.kind].append(mention)
    if doc.lang == "en":
        borders = english_names.Borders(listed)
        doubted = [g for (_, kind), g in alone.items() if english_names.are_doubtful(doc, kind, g, borders)]
    else:
        doubted = [g for (_, kind), g in alone.items() if not _is_supported(doc, kind, g)]
    refuted = {id(m) for group in doubted for m in group if (doc.surface(m), m.kind) not in named}
    return [m._replace(score=UNSUPPORTED_SCORE) if id(m) in refuted else m for m in listed]


def _is_supported(doc: AnalyzedDocument, kind: str, group: list[Mention]) -> bool:
    if kind in {GPE, LOC}:
        return any(_used_as_place(doc, mention) for mention in group)
    if kind == PERSON:
        return any(_used_as_person(doc, mention) for mention in group)
    return True


def _used_as_place(doc: AnalyzedDocument, mention: Mention) -> bool:
    """Tell whether the name follows ``en`` or ``municipio de``, or a known place follows it."""
    first = doc.word_at(mention.start)
    if doc.words[first] in _SAINTS or _in_parentheses(doc, mention) or opens_dateline(doc, mention.start, mention.end):
        return True
    before = doc.words[first - 1] if first > 0 and doc.gap(first - 1) == " " else ""
    if before in _LOCATIVE or before == "entre":
        return True
    if before in {"de", "del"} and first > 1 and _leads_to_place(doc, first - 2):
        return True
    if before == "a" and first > 1 and _MOVES.match(doc.words[first - 2]):
        return True
    following = doc.word_at(mention.end)
    joined = doc.text[mention.end : doc.starts[following]] if following < len(doc.starts) else ""
    return joined in {", ", " (", ", en ", " y ", " e "} and is_place(doc, following)


def _in_parentheses(doc: AnalyzedDocument, mention: Mention) -> bool:
    """Tell whether the name is all that parentheses hold, and no short form: ``Tomelloso (Ciudad Real)``."""
    first = doc.word_at(mention.start)
    return (
        doc.text[mention.start - 1 : mention.start] == "("
        and doc.text[mention.end : mention.end + 1] == ")"
        and not doc.surface(mention).isupper()
        and word_list(doc.lang, "heads").isdisjoint(doc.words[max(0, first - 9) : first])
    )


def _leads_to_place(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether the ``de`` after a word leads to a place: ``municipio de``, ``gobernadora de``."""
    post = titles.pattern(doc.lang)
    return doc.words[index] in word_list(doc.lang, "units") or (
        post is not None and post.fullmatch(doc.words[index]) is not None
    )


def _used_as_person(doc: AnalyzedDocument, mention: Mention) -> bool:
    """Tell whether the name has several words, or none before it that persons do not have."""
    first = doc.word_at(mention.start)
    if len(doc.words_in(mention.start, mention.end)) > 1:
        return True
    before = doc.words[first - 1] if first > 0 and doc.gap(first - 1) == " " else ""
    return before not in _NO_PERSON_AFTER
