"""How far curators can be relied on, from their answers alone, with no gold at hand.

Two models of how answers come about are fitted by expectation and maximization.  In both every place has one right
answer that nobody knows, and curators give theirs without regard to one another.

- Dawid & Skene (1979): a curator has a table of what they say where something else is right.
- Hovy et al. (2013, *MACE*): a curator knows the right answer or, with another probability, says anything, by a habit
  of theirs.  All answers are equally likely to be right.

Two curators who copy each other, or share a habit, look competent in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from annotator.agreement.coefficients import Array
from annotator.agreement.packing import Indexes, indexes

if TYPE_CHECKING:
    from scipy.sparse import csr_array

ROUNDS = 60
CLOSE = 1e-3
"""Rounds of a fit at most, and how little the probabilities change in the last one."""

MOST_FITTED, MOST_CELLS = 5_000, 400_000
"""Places that tables are fitted to, and places times answers; of more, evenly chosen ones tell as much."""

MOST_CODES = 2**62
"""Numbers that rows of answers may be told apart by."""

PRIOR = 0.1
"""What is added to each count of answers, so that nothing is impossible because it was not seen; 1 to right answers."""


class Answers(NamedTuple):
    """Answers, one a row: of which ``place``, by which ``curator``, and ``value``, all numbers from 0.

    ``weight`` says how many places each place stands for; ``values`` and ``curators`` are how many there are.
    """

    place: Indexes
    curator: Indexes
    value: Indexes
    weight: Array
    curators: int
    values: int

    @classmethod
    def of_table(cls, table: Indexes, values: int) -> tuple[Answers, Indexes]:
        """Take a table with a row a place and a column a curator, -1 for none; like rows are taken as one.

        Returned with it is the place that each row became.
        """
        code, size = indexes(np.zeros(len(table))), 1
        for column in table.T:
            if size > MOST_CODES // (values + 1):
                code, size = np.unique(code, return_inverse=True)[1], len(table)
            code, size = code * (values + 1) + column + 1, size * (values + 1)
        _, first, row, times = np.unique(code, return_index=True, return_inverse=True, return_counts=True)
        distinct = table[first]
        place, curator = np.nonzero(distinct >= 0)
        value = distinct[place, curator].astype(np.intp)
        return cls(place, curator, value, times.astype(float), table.shape[1], values), row

    @property
    def weights(self) -> Array:
        """How many places each answer is of."""
        found: Array = self.weight[self.place]
        return found

    @property
    def kind(self) -> Indexes:
        """The number of each answer among all that curators can give."""
        found: Indexes = self.curator * self.values + self.value
        return found

    def by_place(self) -> csr_array:
        """A row a place and a column for each answer that a curator can give, 1 where it was given."""
        from scipy.sparse import csr_array

        shape = len(self.weight), self.curators * self.values
        return csr_array((np.ones(len(self.place)), (self.place, self.kind)), shape=shape)

    def votes(self) -> Array:
        """The shares of the answers at each place."""
        size = len(self.weight) * self.values
        counts = np.bincount(self.place * self.values + self.value, minlength=size).reshape(-1, self.values)
        found: Array = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        return found


@dataclass(frozen=True, slots=True)
class DawidSkene:
    """A fit: ``shares`` of right answers, and ``tables`` by curator, right answer and answer given."""

    shares: Array
    tables: Array

    def right(self, answers: Answers) -> Array:
        """For each place (row) how likely each answer is the right one."""
        return self.right_of(answers.by_place())

    def right_of(self, by_place: csr_array) -> Array:
        """The same of answers by place (:meth:`Answers.by_place`)."""
        with np.errstate(divide="ignore"):
            shares, said = np.log(self.shares), np.log(self.tables.transpose(0, 2, 1), order="C")
        return _normalized(shares + by_place @ said.reshape(-1, len(shares)))


def dawid_skene(answers: Answers, prior: float = PRIOR) -> DawidSkene:
    """Fit tables of answers; ``prior`` is added to every count, 0 gives the most likely tables alone."""
    right = answers.votes()
    by_place = answers.by_place()
    by_kind = (by_place * answers.weight[:, None]).T.tocsr()
    extra = prior * (1 + (1 / PRIOR - 1) * np.eye(answers.values))
    for _ in range(ROUNDS):
        counts: Array = by_kind @ right
        counts = counts.reshape(answers.curators, answers.values, answers.values) + extra
        tables = counts / np.maximum(counts.sum(axis=1, keepdims=True), np.finfo(float).tiny)
        shares = np.einsum("p,pv->v", answers.weight, right) / answers.weight.sum()  # @ starts threads, which cost more
        fit = DawidSkene(shares, tables.transpose(0, 2, 1))
        before, right = right, fit.right_of(by_place)
        if np.abs(right - before).max(initial=0) < CLOSE:
            break
    return fit


def fit_table(table: Indexes, values: int) -> tuple[Answers, DawidSkene]:
    """Fit to a table with a row a place and a column a curator (see :meth:`Answers.of_table`), or to some of its rows.

    Returned with the fit are the answers that it is of.
    """
    most = min(MOST_FITTED, MOST_CELLS // values + 1)
    answers, _ = Answers.of_table(table[:: -(-len(table) // most)], values)
    return answers, dawid_skene(answers)


def _normalized(logarithms: Array) -> Array:
    shares: Array = np.exp(logarithms - logarithms.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def knowing(answers: Answers, prior: float = PRIOR) -> Array:
    """How often each curator knows the right answer rather than says anything (MACE), NaN without answers."""
    right = answers.votes()
    known = right[answers.place, answers.value]
    kind, size = answers.kind, answers.curators * answers.values
    by_place, every = answers.by_place(), np.arange(size)
    weights = answers.weights
    total = _counted(answers, weights)
    share: Array = np.zeros(answers.curators)
    for _ in range(ROUNDS):
        before = share
        share = (_counted(answers, weights * known) + prior) / (total + 2 * prior)
        counts = np.bincount(kind, weights=weights * (1 - known), minlength=size).astype(float)
        habit: Array = counts.reshape(-1, answers.values) + prior
        habit /= habit.sum(axis=1, keepdims=True)
        if np.abs(share - before).max(initial=0) < CLOSE:
            break
        anything = ((1 - share[:, None]) * habit).ravel()
        meant = np.repeat(np.log(anything)[:, None], answers.values, axis=1)
        meant[every, every % answers.values] = np.log(anything + np.repeat(share, answers.values))
        right = _normalized(by_place @ meant)
        likely = share[answers.curator]
        known = right[answers.place, answers.value] * likely / (likely + anything[kind])
    return np.where(total > 0, share, np.nan)


class Reliability(NamedTuple):
    """What a fit says of each curator: shares, NaN where they are of nothing.

    ``right`` of their answers, ``missed`` of the places where something is, ``added`` of their spans: where nothing is,
    ``mislabelled`` of their spans where something is: with another label.  Value 0 is that nothing is there.
    """

    right: Array
    missed: Array
    added: Array
    mislabelled: Array


def reliability(answers: Answers, likely: Array) -> Reliability:
    """Sum up what there is to say of each curator, when each answer is right with these probabilities."""
    weights = answers.weights
    nothing = likely[answers.place, 0]
    right = likely[answers.place, answers.value]
    marked = answers.value > 0

    def share(part: Array, whole: Array) -> Array:
        of = _counted(answers, weights * whole)
        found: Array = _counted(answers, weights * part) / np.where(of < 0.5, np.nan, of)
        return found

    return Reliability(
        right=share(right, np.ones_like(right)),
        missed=share(np.where(marked, 0, 1 - nothing), 1 - nothing),
        added=share(np.where(marked, nothing, 0), marked.astype(float)),
        mislabelled=share(np.where(marked, 1 - nothing - right, 0), np.where(marked, 1 - nothing, 0)),
    )


def _counted(answers: Answers, weights: Array) -> Array:
    """Sums by curator of numbers, one an answer."""
    found: Array = np.bincount(answers.curator, weights=weights, minlength=answers.curators).astype(float)
    return found


def entropy(right: Array) -> Array:
    """How uncertain the right answer is at each place (row), in bits."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = -np.where(right > 0, right * np.log2(right), 0.0).sum(axis=1)
    return np.maximum(found, 0.0)
