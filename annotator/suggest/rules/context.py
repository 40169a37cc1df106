"""Whether the words around a name bear out what only the model says of it.

The small Spanish model calls many a company, product or newspaper a place, and calls words persons; measured on unseen
news, not two in five of the places that it alone saw were any.  A name that no other layer knows keeps its kind only
where the text uses it so somewhere in the document.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from annotator.suggest.rules import titles
from annotator.suggest.rules.lexicon import word_list
from annotator.suggest.rules.page import GPE, LOC, PERSON, Mention, Page
from annotator.suggest.rules.places import is_place

CHECKED = frozenset({"es"})
"""Languages whose model needs it; the English one is right often enough."""
_LOCATIVE = frozenset({"en", "desde", "hacia", "hasta"})
_NO_PERSON_AFTER = frozenset({"en", "la", "las", "los", "una", "un", "desde", "hacia"})
_MOVES = re.compile(
    r"(?:visita|viaj|lleg|acud|regres|traslad|rumbo|cerca|gira|huy|entr[aóo]|camino|arrib|vuel)", re.IGNORECASE
)
DOUBTED = 0.25
"""Score of what is not borne out: below what is proposed."""


def checked(page: Page, mentions: Iterable[Mention], model_source: str) -> list[Mention]:
    """Return the mentions, those that only the model saw and nothing bears out with next to no score."""
    listed = list(mentions)
    if page.lang not in CHECKED:
        return listed
    known = {(m.start, m.end) for m in listed if m.source != model_source}
    alone: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in listed:
        if mention.source == model_source and (mention.start, mention.end) not in known:
            alone[page.surface(mention), mention.kind].append(mention)
    refuted = {
        id(mention) for (_, kind), group in alone.items() if not _borne_out(page, kind, group) for mention in group
    }
    return [m._replace(score=DOUBTED) if id(m) in refuted else m for m in listed]


def _borne_out(page: Page, kind: str, group: list[Mention]) -> bool:
    if kind in {GPE, LOC}:
        return any(_used_as_place(page, mention) for mention in group)
    if kind == PERSON:
        return any(_used_as_person(page, mention) for mention in group)
    return True


def _used_as_place(page: Page, mention: Mention) -> bool:
    """Return whether the name follows ``en`` or ``municipio de``, or a known place follows it."""
    first = page.word_at(mention.start)
    before = page.words[first - 1] if first > 0 and page.gap(first - 1) == " " else ""
    if before in _LOCATIVE:
        return True
    if before in {"de", "del"} and first > 1 and _leads_to_place(page, first - 2):
        return True
    if before == "a" and first > 1 and _MOVES.match(page.words[first - 2]):
        return True
    following = page.word_at(mention.end)
    joined = page.text[mention.end : page.starts[following]] if following < len(page.starts) else ""
    return joined in {", ", " (", ", en ", " y ", " e "} and is_place(page, following)


def _leads_to_place(page: Page, index: int) -> bool:
    """Return whether the ``de`` after a word leads to a place: ``municipio de``, ``gobernadora de``."""
    post = titles.pattern(page.lang)
    return page.words[index] in word_list(page.lang, "units") or (
        post is not None and post.fullmatch(page.words[index]) is not None
    )


def _used_as_person(page: Page, mention: Mention) -> bool:
    """Return whether the name has several words, or none before it that persons do not have."""
    first = page.word_at(mention.start)
    if len(page.words_in(mention.start, mention.end)) > 1:
        return True
    before = page.words[first - 1] if first > 0 and page.gap(first - 1) == " " else ""
    return before not in _NO_PERSON_AFTER
