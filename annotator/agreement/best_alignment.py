"""The best alignment of several coders: of all that may stand together, the disjoint ones that save most.

What has no span in common with the rest, directly or over others, is solved by itself: small parts at a glance, longer
ones from left to right, and those that are too dense for it as an integer program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import inf
from typing import TypeAlias

import numpy as np

from annotator.agreement.coefficients import Array
from annotator.agreement.packing import Indexes, indexes
from annotator.agreement.unitary import Together, TooManyError, Units, unitary_alignments

EVERY_TWO_MEET = 3
"""Up to so many spans any two sets of two and more have a span in common, so that the best one is all there is."""

MOST_STATES = 1000
"""Ways to begin an alignment that are kept in mind; where there are more, an integer program is quicker."""

MOST_SETS = 200_000
"""Sets of spans in an integer program."""

Chosen: TypeAlias = "tuple[int, Chosen] | None"
"""What was chosen, the last first, each linked to those before."""

Ways: TypeAlias = dict[int, tuple[float, Chosen]]
"""By which of the spans to come are taken (bits, the next span first): what is saved until there, and how."""


class OutOfTimeError(Exception):
    """The time is up before the best alignment is found."""


def no_end() -> float:
    """As many seconds as it takes."""
    return inf


def best_alignment(units: Units, coders: int, left: Callable[[], float] = no_end) -> list[Together]:
    """What stands together in the best alignment of every text, by the number of spans from 2 on; others are alone.

    Of several that are equally good, it is the same one every time.  ``left`` says how many seconds it may still take.
    Raises :class:`TooManyError` and :class:`OutOfTimeError`.
    """
    found = unitary_alignments(units, coders)
    sizes = [len(some.saving) for some in found]
    if not sum(sizes):
        return []
    number = np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1])
    members = [some.members for some in found]
    chosen = _chosen(units, members, np.concatenate([some.saving for some in found]), left)
    kept = [np.isin(numbers, chosen) for numbers in number]
    return [Together(some.members[which], some.saving[which]) for some, which in zip(found, kept, strict=True)]


def _chosen(units: Units, members: Sequence[Indexes], saving: Array, left: Callable[[], float]) -> Indexes:
    """The numbers of those that save most."""
    part = _parts(len(units), members)
    first = np.concatenate([some[:, 0] for some in members])
    spans = np.bincount(part)
    of = part[first]
    order = np.lexsort((-saving, of))
    begins = np.flatnonzero(np.diff(of[order], prepend=-1))
    ends = np.append(begins[1:], len(order))
    at_a_glance = spans[of[order[begins]]] <= EVERY_TWO_MEET
    chosen = [order[begins[at_a_glance]]]
    sets = [row for some in members for row in some.tolist()] if not at_a_glance.all() else []
    middle = (units.start + units.end).tolist()
    for begin, end in zip(begins[~at_a_glance].tolist(), ends[~at_a_glance].tolist(), strict=True):
        numbers = np.sort(order[begin:end])
        some = [sets[number] for number in numbers.tolist()]
        picked = _most_saved(some, saving[numbers].tolist(), middle, left)
        chosen.append(numbers[picked])
    return np.concatenate(chosen)


def _parts(spans: int, members: Sequence[Indexes]) -> Indexes:
    """For each span the number of what hangs together."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    one = np.concatenate([np.repeat(some[:, 0], some.shape[1] - 1) for some in members])
    other = np.concatenate([some[:, 1:].ravel() for some in members])
    graph = csr_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(spans, spans))
    return indexes(connected_components(graph, directed=False)[1])


def _most_saved(
    sets: Sequence[Sequence[int]], saving: Sequence[float], middle: Sequence[int], left: Callable[[], float]
) -> list[int]:
    """Which disjoint sets of spans save most together."""
    spans = sorted({span for some in sets for span in some}, key=lambda span: (middle[span], span))
    place = {span: number for number, span in enumerate(spans)}
    places = [sorted(map(place.__getitem__, some)) for some in sets]
    found = _from_left_to_right(places, saving, len(spans))
    return _by_integer_program(places, saving, len(spans), left()) if found is None else found


def _from_left_to_right(places: Sequence[Sequence[int]], saving: Sequence[float], spans: int) -> list[int] | None:
    """The best sets, found span by span; ``None`` when there are too many ways to begin.

    After each span, of all ways that take the same of the spans to come, only the one that saved most can be the best.
    """
    beginning: list[list[tuple[int, float, int]]] = [[] for _ in range(spans)]
    for number, some in enumerate(places):
        beginning[some[0]].append((sum(1 << (p - some[0]) for p in some), saving[number], number))
    ways: Ways = {0: (0.0, None)}
    for here in beginning:
        after: Ways = {}
        for taken, (saved, chosen) in ways.items():
            _keep(after, taken >> 1, saved, chosen)
            if not taken & 1:
                for mask, more, number in here:
                    if not taken & mask:
                        _keep(after, (taken | mask) >> 1, saved + more, (number, chosen))
        if len(after) > MOST_STATES:
            return None
        ways = after
    return list(_unlinked(ways[0][1]))


def _keep(ways: Ways, taken: int, saved: float, chosen: Chosen) -> None:
    """Remember a way if it saves more than the one that takes the same."""
    known = ways.get(taken)
    if known is None or saved > known[0]:
        ways[taken] = (saved, chosen)


def _unlinked(chosen: Chosen) -> Iterator[int]:
    """Yield what was chosen, the last first."""
    while chosen is not None:
        number, chosen = chosen
        yield number


def _by_integer_program(
    places: Sequence[Sequence[int]], saving: Sequence[float], spans: int, seconds: float
) -> list[int]:
    """The best sets, each span being in one at most."""
    if len(places) > MOST_SETS:
        raise TooManyError
    if seconds <= 0:
        raise OutOfTimeError
    from scipy.optimize import LinearConstraint, milp
    from scipy.sparse import csr_array

    rows = [place for some in places for place in some]
    columns = np.repeat(np.arange(len(places)), [len(some) for some in places])
    matrix = csr_array((np.ones(len(rows)), (rows, columns)), shape=(spans, len(places)))
    result = milp(
        -np.array(saving),
        constraints=LinearConstraint(matrix, ub=1),
        integrality=np.ones(len(places)),
        bounds=(0, 1),
        options={"mip_rel_gap": 0.0, "time_limit": seconds},
    )
    if not result.success:
        raise OutOfTimeError
    found: list[int] = np.flatnonzero(result.x > 0.5).tolist()
    return found
