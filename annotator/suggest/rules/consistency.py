"""One name, one kind: what a document calls the same is the same.

The model labels each mention by itself, so that one name gets several labels in one article.  All mentions of a name
vote, each with its score; the winner holds for all, and for the mentions that nobody saw.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from annotator.suggest.rules.lexicon import word_list
from annotator.suggest.rules.page import NAME_KINDS, PERSON, Mention, Page, Taken

SOURCE = "repeated@1"


def settle(page: Page, mentions: Iterable[Mention]) -> list[Mention]:
    """Return the mentions with each name's kind settled by vote; other kinds than names pass unchanged."""
    listed = list(mentions)
    votes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for mention in listed:
        if mention.kind in NAME_KINDS and mention.label is None:
            votes[page.surface(mention)][mention.kind] += mention.score
    winners = {name: max(kinds, key=lambda k: kinds[k]) for name, kinds in votes.items()}
    settled = []
    for mention in listed:
        winner = winners.get(page.surface(mention)) if mention.kind in NAME_KINDS else None
        if winner is None or winner == mention.kind or mention.label is not None:
            settled.append(mention)
        else:
            settled.append(mention._replace(kind=winner, score=min(mention.score, 0.6)))
    return settled


def repeated(page: Page, mentions: list[Mention]) -> Iterator[Mention]:
    """Yield the mentions of known names that no layer saw, where the name stands alone."""
    best: dict[tuple[str, ...], Mention] = {}
    for mention in mentions:
        words = tuple(page.words[i] for i in page.words_in(mention.start, mention.end))
        if (
            mention.kind not in NAME_KINDS
            or not words
            or mention.score < 0.6
            or words[0] in word_list(page.lang, "openers")
        ):
            continue
        if len(words) == 1 and (len(words[0]) < 3 or words[0].lower() in page.lower_words):
            continue
        if words not in best or best[words].score < mention.score:
            best[words] = mention
    by_first: dict[str, list[tuple[tuple[str, ...], Mention]]] = defaultdict(list)
    for words, mention in sorted(best.items(), key=lambda item: -len(item[0])):
        by_first[words[0]].append((words, mention))
    taken = Taken(mentions)
    for i in page.capitals:
        for words, mention in by_first.get(page.words[i], ()):
            last = i + len(words) - 1
            if tuple(page.words[i : last + 1]) != words or taken.touches(page.starts[i], page.ends[last]):
                continue
            if _joined(page, i, last, mention.kind):
                continue
            yield Mention(page.starts[i], page.ends[last], mention.kind, 0.78, SOURCE)
            break


def _joined(page: Page, first: int, last: int, kind: str) -> bool:
    """Return whether a neighbouring capital makes the name part of a longer one."""
    after = last + 1 < len(page.words) and page.gap(last) == " " and page.words[last + 1][0].isupper()
    before = first > 0 and page.gap(first - 1) == " " and page.words[first - 1][0].isupper()
    if page.shouting_lines.covers(page.starts[first]):
        return False
    return after or (before and kind != PERSON and not page.begins_sentence(page.starts[first - 1]))
