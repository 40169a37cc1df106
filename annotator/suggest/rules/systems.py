"""Named software, platforms and networks: well-known ones, and those beside a word such as ``browser``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from annotator.suggest.regex_prefilter import PrefilteredRegex
from annotator.suggest.rules.analyzed_document import SYSTEM, AnalyzedDocument, Mention
from annotator.suggest.rules.lexicon import LANGUAGES, names, word_list

SOURCE = "systems@1"
KNOWN, HEADED = 0.75, 0.7
_VERSION = r"(?: (?:\d{1,3}(?:\.\d+)*|XP|Vista|One))?"
_BEFORE_NAME = frozenset({" ", " “", ' "', " '", " ‘", " «"})


def find(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield the names of software, platforms and networks."""
    for match in _known().finditer(doc):
        yield Mention(match.start(), match.end(), SYSTEM, KNOWN, SOURCE)
    if doc.lang not in LANGUAGES:
        return
    heads = word_list(doc.lang, "heads", "systems")
    for i in doc.capitals:
        if i > 0 and doc.words[i - 1] in heads and doc.gap(i - 1) in _BEFORE_NAME:
            yield Mention(doc.starts[i], doc.ends[_end_of_run(doc, i)], SYSTEM, HEADED, SOURCE)
        elif doc.lang == "en" and _before_head(doc, i, heads):
            yield Mention(doc.starts[_start_of_run(doc, i)], doc.ends[i], SYSTEM, HEADED, SOURCE)


def _before_head(doc: AnalyzedDocument, index: int, heads: frozenset[str]) -> bool:
    """Tell whether a word that is a name, and not the first of a sentence such as ``The``, stands before a head."""
    word = doc.words[index]
    if doc.gap(index) != " " or index + 1 >= len(doc.words) or doc.words[index + 1] not in heads:
        return False
    return word not in word_list(doc.lang, "openers") and word.lower() not in doc.lower_words


@cache
def _known() -> PrefilteredRegex:
    """The names that everybody knows, each with its version."""
    return PrefilteredRegex(re.compile(rf"\b(?:{'|'.join(names('common', 'systems', 'known'))}){_VERSION}(?![\w-])"))


def _end_of_run(doc: AnalyzedDocument, first: int) -> int:
    """The last of the capitalised words that follow one another from a word on."""
    last = first
    while last + 1 < len(doc.words) and doc.gap(last) == " " and doc.words[last + 1][0].isupper():
        last += 1
    return last


def _start_of_run(doc: AnalyzedDocument, last: int) -> int:
    """The first of the capitalised words that follow one another up to a word; none that begins a sentence."""
    first = last
    while (
        first > 0
        and doc.gap(first - 1) == " "
        and doc.words[first - 1][0].isupper()
        and not doc.begins_sentence(doc.starts[first - 1])
    ):
        first -= 1
    return first
