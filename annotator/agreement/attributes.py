"""Agreement on attributes: what layers set of the same items, and of the same documents.

Only items count that two layers or more have (the same span, the same relation), and whose label has the attribute; a
value that is not set counts as the default, or where there is none as a value of its own.  So agreement on attributes
says nothing of whether layers find the same items; coverage says of how many it speaks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, permutations
from statistics import fmean

import numpy as np

from annotator.agreement import coefficients as c
from annotator.agreement.coefficients import Array
from annotator.agreement.document_tables import DocumentSums, DocumentTables
from annotator.agreement.label_sets import masi
from annotator.agreement.measures import ONE_CATEGORY, Choice, Measure, Universe
from annotator.annotation import Annotations, Attributes
from annotator.labels.attributes import AttributeType, values_of

MOST_CATEGORIES = 60
"""Values in use up to which κ is computed: beyond, these are no choices among few."""
_SCALED = ("number", "date")

Category = tuple[Hashable, ...]
"""A value, or several: as many as an item has; empty where it has none."""
Unit = Mapping[str, Category]
"""The values of an item by the layers that have it, two at least."""
Layers = Mapping[str, Annotations]
"""A document's layers by name."""


class AttributeTables(DocumentTables):
    """What is counted of one attribute in the documents that are compared.

    ``choices`` is how many values a curator could choose from, where these are few and known beforehand.
    """

    def __init__(
        self, attribute: AttributeType, names: Sequence[str], documents: Iterable[Layers], symmetric: Collection[str]
    ) -> None:
        items = [{name: _items(attribute, layer, symmetric) for name, layer in d.items()} for d in documents]
        units = [list(_units(document)) for document in items]
        self.attribute = attribute
        self.categories = sorted({value for some in units for unit in some for value in unit.values()}, key=repr)
        number = {category: place for place, category in enumerate(self.categories)}
        tables = {
            "basis": np.array([_basis(document, some) for document, some in zip(items, units, strict=True)]),
            "used": _usage(units, number, each=False),
            "shares": _usage(units, number, each=True),
        }
        if attribute.several:
            self._similar = _similarities(self.categories)
            tables["partly"] = np.array([[_partly(some, number, self._similar)] for some in units])
        if attribute.kind in _SCALED:
            numbers = [[_numbers(unit) for unit in some] for some in units]
            middle = fmean([x for some in numbers for unit in some for x in unit] or [0.0])
            tables["moments"] = np.array([_moments(some, middle) for some in numbers])
        self.few = len(self.categories) <= MOST_CATEGORIES
        self.pairs = list(combinations(names, 2)) if self.few else []
        tables["pairs"] = np.array([_pairwise(some, self.pairs, number) for some in units]).reshape(len(units), -1)
        super().__init__(tables)

    @property
    def choices(self) -> int:
        """How many values there are to choose from; 0 where these are not few and known."""
        if self.attribute.kind == "flag":
            return 2
        if self.attribute.choices and not self.attribute.several:
            return len(self.attribute.choices) + (self.attribute.default is None)
        return 0

    def expected(self, used: Array) -> Array:
        """Σ n_v n_w s_vw over sets of values that are not the same, n being how often each is used (last axis)."""
        found: Array = ((used @ self._similar) * used).sum(axis=-1)
        return found


def _items(attribute: AttributeType, content: Annotations, symmetric: Collection[str]) -> dict[Hashable, Category]:
    """What a layer sets of every item that may have an attribute, by the item's content."""
    if attribute.is_of_document:
        return {"": _category(attribute, content.document_attributes)}
    own = frozenset(attribute.of)
    found: dict[Hashable, Category] = {
        span.key: _category(attribute, span.attributes) for span in content.spans.values() if span.label in own
    }
    for relation in content.relations.values():
        if relation.label in own:
            key = content.relation_key(relation).canonical(symmetric)
            found[key] = _category(attribute, relation.attributes)
    return found


def _category(attribute: AttributeType, attributes: Attributes | None) -> Category:
    """What is set of an item, several values in one order: that of the label scheme changes, and they stay as set."""
    return tuple(sorted(values_of(attribute.value_in(attributes)), key=str))


def _units(items: Mapping[str, Mapping[Hashable, Category]]) -> Iterator[Unit]:
    """The items of a document that two layers or more have."""
    having: dict[Hashable, dict[str, Category]] = {}
    for name, values in items.items():
        for item, value in values.items():
            having.setdefault(item, {})[name] = value
    return (unit for unit in having.values() if len(unit) > 1)


def _basis(items: Mapping[str, Mapping[Hashable, Category]], units: Iterable[Unit]) -> list[float]:
    """Items compared, Σ of their shares of agreeing pairs, Σ o_cc; over pairs, items of both, and of either."""
    pairs = list(combinations(items.values(), 2))
    both = 2 * sum(len(one.keys() & other.keys()) for one, other in pairs)
    either = sum(len(one) + len(other) for one, other in pairs)
    count, shares, same = 0, 0.0, 0.0
    for unit in units:
        layers = len(unit)
        alike = sum(n * (n - 1) for n in Counter(unit.values()).values())
        count, shares, same = count + 1, shares + alike / (layers * (layers - 1)), same + alike / (layers - 1)
    return [count, shares, same, both, either]


def _usage(units: Sequence[Sequence[Unit]], number: Mapping[Category, int], *, each: bool) -> Array:
    """How often every value is used in each document; with ``each`` an item counts 1, however many layers have it."""
    used = np.zeros((len(units), len(number)))
    for row, some in enumerate(units):
        for unit in some:
            for value in unit.values():
                used[row, number[value]] += 1 / len(unit) if each else 1
    return used


def _similarities(categories: Sequence[Category]) -> Array:
    """What every two sets of values have in common that are not the same (Passonneau's MASI)."""
    found = np.zeros((len(categories), len(categories)))
    values = {value: place for place, value in enumerate(sorted({v for some in categories for v in some}, key=repr))}
    sets = [frozenset(values[value] for value in some) for some in categories]
    for one, other in combinations(range(len(sets)), 2):
        if sets[one] & sets[other]:
            found[one, other] = found[other, one] = masi(sets[one], sets[other])
    return found


def _partly(units: Iterable[Unit], number: Mapping[Category, int], similar: Array) -> float:
    """Σ o_ck s_ck of values that are not the same."""
    total = 0.0
    for unit in units:
        places = [number[value] for value in unit.values()]
        total += sum(2 * similar[one, other] for one, other in combinations(places, 2)) / (len(unit) - 1)
    return total


def _numbers(unit: Unit) -> list[float]:
    """The numbers of an item; none where fewer than two layers set one."""
    found = [_number(value[0]) for value in unit.values() if value]
    return found if len(found) > 1 else []


def _moments(units: Iterable[Sequence[float]], middle: float) -> list[float]:
    """Of the numbers of items: n, Σ x, Σ x², and Σ (x - y)² of pairs on an item.

    They are counted from the ``middle`` of all: squares of dates, or of large sums, leave no room for differences.
    """
    count, first, second, apart = 0, 0.0, 0.0, 0.0
    for numbers in units:
        if numbers:
            count += len(numbers)
            first += sum(x - middle for x in numbers)
            second += sum((x - middle) ** 2 for x in numbers)
            apart += sum(2 * (x - y) ** 2 for x, y in combinations(numbers, 2)) / (len(numbers) - 1)
    return [count, first, second, apart]


def _number(value: Hashable) -> float:
    """A number as it is, a date as its day; a month or a year counts as its first day."""
    if isinstance(value, str):
        return float(date.fromisoformat(value + "-01-01"[len(value) - 4 :] if len(value) < 10 else value).toordinal())
    return float(value) if isinstance(value, (int, float)) else 0.0


def _pairwise(units: Iterable[Unit], pairs: Sequence[tuple[str, str]], number: Mapping[Category, int]) -> Array:
    """For every pair of layers how often they agree, and how often the left and the right one use each value."""
    found = np.zeros((len(pairs), 1 + 2 * len(number)))
    place = {pair: row for row, pair in enumerate(pairs)}
    for unit in units:
        for pair in permutations(unit, 2):
            if pair in place:
                (left, right), row = (number[unit[name]] for name in pair), found[place[pair]]
                row[0] += left == right
                row[1 + left] += 1
                row[1 + len(number) + right] += 1
    return found


# What is computed from the tables


def items(sums: DocumentSums, _: AttributeTables) -> Array:
    """The items that two layers or more have."""
    return sums["basis"][:, 0]


def coverage(sums: DocumentSums, _: AttributeTables) -> Array:
    """2·|A ∩ B| / (|A| + |B|) of items that may have the attribute."""
    return c.ratio(sums["basis"][:, 3], sums["basis"][:, 4])


def covered(sums: DocumentSums, _: AttributeTables) -> Array:
    """The items of both layers that may have the attribute."""
    return sums["basis"][:, 4]


def observed(sums: DocumentSums, _: AttributeTables) -> Array:
    """The share of pairs of layers that set the same; an item counts once, however many layers have it."""
    return c.ratio(sums["basis"][:, 1], sums["basis"][:, 0])


def kappa(sums: DocumentSums, tables: AttributeTables) -> Array:
    """Cohen's κ; of several pairs of layers the mean.  NaN where too many values are in use."""
    table = sums["pairs"]
    if not tables.pairs:
        return np.full(len(table), np.nan)
    count = len(tables.categories)
    both = table.reshape(len(table), len(tables.pairs), 1 + 2 * count)
    margins = c.Margins(both[..., 0], both[..., 1 : 1 + count], both[..., 1 + count :])
    return c.mean_of_defined(np.moveaxis(c.kappa(margins), -1, 0))


def alpha(sums: DocumentSums, tables: AttributeTables) -> Array:
    """Krippendorff's α: of numbers and dates by the interval metric, of sets of values by MASI, else nominal."""
    if tables.attribute.kind in _SCALED:
        count, first, second, apart = np.moveaxis(sums["moments"], -1, 0)
        every = 2 * (count * second - first**2)
        return 1 - c.ratio((count - 1) * apart, np.where(every <= 1e-9 * np.abs(count * second), 0.0, every))
    margins = c.coincidences(sums["basis"][:, 2], sums["used"])
    if tables.attribute.several:
        return c.weighted_alpha(margins, sums["partly"][:, 0], tables.expected(sums["used"]))
    return c.alpha(margins)


def ac1(sums: DocumentSums, tables: AttributeTables) -> Array:
    """Gwet's AC1."""
    shares = c.ratio(sums["shares"], sums["basis"][:, [0]])
    return c.ac1(observed(sums, tables), shares, categories(sums, tables))


def categories(sums: DocumentSums, tables: AttributeTables) -> Array:
    """How many values chance is taken to choose from."""
    return np.maximum(c.used(sums["shares"]), tables.choices)


_ITEMS = Universe(
    *("attribute", "items that two layers or more have", items),
    "no two layers have an item with this attribute",
)
_EVERY = Universe("attribute", "items of both layers", covered, "no layer has an item with this attribute")
_VALUES = Choice(
    *(categories, "the values of the label scheme", lambda tables: tables.choices),
    "the values that are used",
)
_FEW = f"{ONE_CATEGORY}, or there are more than {MOST_CATEGORIES} values"
_SET = "all that two layers set of an item is the same value, or no two layers set one of the same item"

ATTRIBUTE_MEASURES: tuple[Measure, ...] = (
    Measure("attribute.alpha", "Attribute: Krippendorff α", _ITEMS, alpha, ONE_CATEGORY),
    Measure("attribute.observed", "Attribute: observed agreement", _ITEMS, observed),
    Measure("attribute.kappa", "Attribute: Cohen κ", _ITEMS, kappa, _FEW),
    Measure("attribute.ac1", "Attribute: Gwet AC1", _ITEMS, ac1, ONE_CATEGORY, _VALUES),
    Measure("attribute.coverage", "Attribute: share of items compared", _EVERY, coverage),
)
"""Measured for every attribute, over all pairs of layers together."""


def measures_of(attribute: AttributeType) -> tuple[Measure, ...]:
    """The measures of an attribute; of numbers and dates α is undefined for other reasons."""
    if attribute.kind not in _SCALED:
        return ATTRIBUTE_MEASURES
    first, *others = ATTRIBUTE_MEASURES
    return replace(first, degenerate=_SET), *others
