"""Spreading documents over curators: who gets what, and who works blind, as a function of a seed.

Every choice that balance leaves open is drawn from a digest of the seed and of what is chosen.  So the outcome depends
on nothing else: not on the machine, the version of Python, or the order in which documents came in.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field


def draw(seed: int, *what: str) -> float:
    """A number from 0 to 1 (1 excluded) that seed and names decide, evenly spread."""
    digest = hashlib.sha256("\x1f".join((str(seed), *what)).encode("utf-8")).digest()
    return int.from_bytes(digest[:6], "big") / (1 << 48)


@dataclass(slots=True)
class Team:
    """Curators who can take documents: how many each has open, and how many more each may get (absent: any number)."""

    load: dict[str, int]
    room: dict[str, int] = field(default_factory=dict)

    def can_take(self, curator: str) -> bool:
        """Whether a curator's quota is not used up."""
        return self.room.get(curator, 1) > 0

    def give(self, curator: str) -> None:
        """Count a document towards a curator."""
        self.load[curator] += 1
        if curator in self.room:
            self.room[curator] -= 1


@dataclass(slots=True)
class Spread:
    """What each document's new curators are, and how many are missing where there were too few."""

    chosen: dict[str, list[str]] = field(default_factory=dict)
    short: dict[str, int] = field(default_factory=dict)


def spread(documents: Iterable[str], has: Mapping[str, Collection[str]], team: Team, overlap: int, seed: int) -> Spread:
    """Choose curators for documents until each has ``overlap`` of them.

    ``has`` are those who have a document already: they stay and count.  Whoever has least open comes first, then
    whoever shared least with the document's other curators, so that all pairs can be compared; then the draw decides.
    """
    result = Spread()
    shared: Counter[frozenset[str]] = Counter()
    for document in sorted(documents, key=lambda key: (draw(seed, key), key)):
        there = list(has.get(document, ()))
        new: list[str] = []
        while len(there) < overlap:
            free = [c for c in team.load if c not in there and team.can_take(c)]
            if not free:
                result.short[document] = overlap - len(there)
                break
            best = min(free, key=lambda c: _rank(c, document, there, team, shared, seed))
            shared.update(frozenset((best, other)) for other in there)
            team.give(best)
            there.append(best)
            new.append(best)
        if new:
            result.chosen[document] = new
    return result


def _rank(
    curator: str, document: str, there: Sequence[str], team: Team, shared: Mapping[frozenset[str], int], seed: int
) -> tuple[int, int, float]:
    together = sum(shared[frozenset((curator, other))] for other in there)
    return team.load[curator], together, draw(seed, document, curator)


def blindfold(
    chosen: Mapping[str, Sequence[str]],
    blind_already: Mapping[str, int],
    share: float,
    seed: int,
    shown_already: Collection[str] = frozenset(),
) -> set[tuple[str, str]]:
    """Choose which of the new documents each curator gets without suggestions: pairs of document and curator.

    Every curator gets the same share, so that no one person's ways stand for working blind.  About half of it is of
    documents that nobody sees with suggestions (none of those in ``shown_already``): only what two people did blind
    says how far they agree by themselves.  The rest is of documents that as far as possible another sees with
    suggestions: what differs between the two is then not the document.
    """
    of: dict[str, list[str]] = defaultdict(list)
    for document, curators in chosen.items():
        for curator in curators:
            of[curator].append(document)
    left = {
        # A share of few documents is seldom a whole number: the draw decides on the rest, right on average.
        curator: int(share * len(some) + draw(seed, "rest", curator, *sorted(some)[:1]))
        for curator, some in of.items()
    }
    alone = {key: curators for key, curators in chosen.items() if key not in shown_already}
    result = _for_all(alone, blind_already, left, seed)
    blinds = Counter(blind_already) + Counter(document for document, _ in result)
    for curator in sorted(of, key=lambda c: (draw(seed, "blind", c), c)):
        documents = [document for document in of[curator] if (document, curator) not in result]
        documents.sort(key=lambda key: (blinds[key], draw(seed, "blind", key, curator), key))
        for document in documents[: left[curator]]:
            blinds[document] += 1
            result.add((document, curator))
    return result


def _for_all(
    chosen: Mapping[str, Sequence[str]], blind_already: Mapping[str, int], left: dict[str, int], seed: int
) -> set[tuple[str, str]]:
    """Choose documents that are blind for all who get them, for about half of what is left to each; count that off.

    Half of few documents is seldom a whole number: one draw decides for all curators, right on average over calls.
    """
    result: set[tuple[str, str]] = set()
    up = draw(seed, "half", *sorted(chosen)[:1]) < 0.5
    half = {curator: (count + up) // 2 for curator, count in left.items()}
    for document in sorted(chosen, key=lambda key: (draw(seed, "blind", key), key)):
        curators = chosen[document]
        several = len(curators) + blind_already.get(document, 0) > 1
        if several and all(half[curator] > 0 for curator in curators):
            for curator in curators:
                half[curator] -= 1
                left[curator] -= 1
                result.add((document, curator))
    return result
