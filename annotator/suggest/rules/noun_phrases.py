"""What rules for common nouns share: fixed phrases, forms of adjectives, nouns that modify another noun."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from annotator.suggest.rules.analyzed_document import AnalyzedDocument
from annotator.suggest.rules.lexicon import names, word_list
from annotator.suggest.rules.word_forms import adjective_forms, plural

BLANK = frozenset(" \xa0")
INSIDE = BLANK | {"-"}
"""Gaps between the words of one phrase."""


@cache
def forms(lang: str, table: str, name: str) -> frozenset[str]:
    """The adjectives of a list, in all their forms."""
    return frozenset(form for word in word_list(lang, name, table) for form in adjective_forms(word, lang))


@cache
def fixed_phrases(lang: str, table: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """The phrases of a table by their first word, also a Spanish plural or with a capital; longer ones first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(names(lang, table, "phrases"), key=len, reverse=True):
        words = tuple(phrase.split())
        for first in {words[0], plural(words[0], lang) if lang == "es" else words[0]}:
            found.setdefault(first, []).append(words)
            found.setdefault(first.capitalize(), []).append(words)
    return {first: tuple(listed) for first, listed in found.items()}


def end_of_fixed(doc: AnalyzedDocument, first: int, phrases: tuple[tuple[str, ...], ...]) -> int:
    """The last word of the first of some fixed phrases that begins at a word; that word when none does."""
    for phrase in phrases:
        last = first + len(phrase) - 1
        if tuple(doc.words[first + 1 : last + 1]) == phrase[1:] and INSIDE.issuperset(doc.gaps[first:last]):
            return last
    return first


def modifies_next(doc: AnalyzedDocument, last: int) -> bool:
    """Tell whether an English noun modifies the word after it: ``election results``, ``fraud charges``."""
    if last + 1 >= len(doc.words) or doc.gap(last) not in INSIDE:
        return False
    word = doc.words[last + 1]
    follows = word in word_list("en", "followers") or word.endswith(("ed", "ly")) or not word[0].islower()
    return doc.gap(last) == "-" or not follows
