"""Teams and parties of a place, found by the plural noun after it: ``Colorado Rockies``, ``Alberta Greens``."""

from __future__ import annotations

from collections.abc import Iterator

from annotator.suggest.rules.analyzed_document import ORG, AnalyzedDocument, Mention
from annotator.suggest.rules.lexicon import word_list
from annotator.suggest.rules.places import end_of_sure_place

SOURCE = "institutions@1"
_MOST_WORDS = 2
_OTHERS = ("heads", "sites", "place_words", "not_bodies", "no_teams")
"""Lists of words that end other names."""


def find(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield English names that a sure place begins and a plural in capitals ends."""
    for i in doc.capitals if doc.lang == "en" else ():
        place = end_of_sure_place(doc, i)
        if place is None or doc.words[i].isupper() or doc.headline_lines.covers(doc.starts[i]):
            continue
        last = _end_of_plural(doc, place)
        if last is not None:
            yield Mention(doc.starts[i], doc.ends[last], ORG, 0.75, SOURCE)


def _end_of_plural(doc: AnalyzedDocument, place: int) -> int | None:
    """The last of the capitals after a place where it is a plural that names a team, and nothing else."""
    last = place
    while last + 1 < len(doc.words) and doc.gap(last) == " " and doc.words[last + 1][0].isupper():
        last += 1
    word = doc.words[last]
    following = doc.words[last + 1] if last + 1 < len(doc.words) else ""
    goes_on = following == "of" or (doc.gap(last) in {"' ", "’ "} and following in word_list("en", "heads"))
    other = goes_on or any(word in word_list("en", listed) for listed in _OTHERS)
    plural = len(word) > 4 and word.endswith("s") and not word.endswith("ss") and not word.isupper()
    return last if 0 < last - place <= _MOST_WORDS and plural and not other else None
