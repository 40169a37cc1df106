"""Making names consistent: all mentions of a name in a document get the same kind.

The model labels each mention by itself, so that one name gets several labels in one article.  All mentions of a name
vote, each with its score; the winner holds for all of them, and for mentions that no stage found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from annotator.suggest.rules.analyzed_document import NAME_KINDS, PERSON, AnalyzedDocument, Mention, OccupiedRanges
from annotator.suggest.rules.context import UNSUPPORTED_SCORE
from annotator.suggest.rules.lexicon import word_list

SOURCE = "repeated@1"


def vote_on_kinds(doc: AnalyzedDocument, mentions: Iterable[Mention]) -> list[Mention]:
    """The mentions with each name's kind settled by vote; other kinds than names pass unchanged."""
    listed = list(mentions)
    votes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for mention in listed:
        if mention.kind in NAME_KINDS and mention.label is None:
            votes[doc.surface(mention)][mention.kind] += mention.score
    winners = {name: max(kinds, key=lambda k: kinds[k]) for name, kinds in votes.items()}
    settled = []
    for mention in listed:
        winner = winners.get(doc.surface(mention)) if mention.kind in NAME_KINDS else None
        if winner is None or winner == mention.kind or mention.label is not None:
            settled.append(mention)
        else:
            refuted = mention.score == UNSUPPORTED_SCORE
            settled.append(mention._replace(kind=winner, score=0.5 if refuted else min(mention.score, 0.6)))
    return settled


def repeated(doc: AnalyzedDocument, mentions: list[Mention]) -> Iterator[Mention]:
    """Yield further mentions of known names, where no stage found them and the name stands alone.

    A single word that was one English person once is not taken for one everywhere.
    """
    best: dict[tuple[str, ...], Mention] = {}
    ranges: dict[tuple[str, ...], set[int]] = {}
    for mention in mentions:
        words = tuple(doc.words[i] for i in doc.words_in(mention.start, mention.end))
        if (
            mention.kind not in NAME_KINDS
            or not words
            or mention.score < 0.6
            or words[0] in word_list(doc.lang, "openers")
        ):
            continue
        if len(words) == 1 and (len(words[0]) < 3 or words[0].lower() in doc.lower_words):
            continue
        ranges.setdefault(words, set()).add(mention.start)
        if words not in best or best[words].score < mention.score:
            best[words] = mention
    by_first: dict[str, list[tuple[tuple[str, ...], Mention]]] = defaultdict(list)
    for words, mention in sorted(best.items(), key=lambda item: -len(item[0])):
        if len(words) == 1 and mention.kind == PERSON and doc.lang == "en" and len(ranges[words]) < 2:
            continue
        by_first[words[0]].append((words, mention))
    taken = OccupiedRanges(mentions)
    for i in doc.capitals:
        for words, mention in by_first.get(doc.words[i], ()):
            last = i + len(words) - 1
            if tuple(doc.words[i : last + 1]) != words or taken.touches(doc.starts[i], doc.ends[last]):
                continue
            if _is_part_of_longer_name(doc, i, last, mention.kind):
                continue
            yield Mention(doc.starts[i], doc.ends[last], mention.kind, 0.78, SOURCE)
            break


def _is_part_of_longer_name(doc: AnalyzedDocument, first: int, last: int, kind: str) -> bool:
    """Tell whether a neighbouring capital makes the name part of a longer one."""
    after = last + 1 < len(doc.words) and doc.gap(last) == " " and doc.words[last + 1][0].isupper()
    before = first > 0 and doc.gap(first - 1) == " " and doc.words[first - 1][0].isupper()
    if doc.headline_lines.covers(doc.starts[first]):
        return False
    return after or (before and kind != PERSON and not doc.begins_sentence(doc.starts[first - 1]))
