"""Agreement as data: every figure with its interval, by pair, label, document, language, time and condition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from math import isnan
from typing import Literal, NamedTuple

import numpy as np

from annotator.agreement import formulas
from annotator.agreement.attributes import AttributeTables, measures_of
from annotator.agreement.coefficients import Array
from annotator.agreement.counting import Comparisons, Count, compare
from annotator.agreement.differences import Difference
from annotator.agreement.document_tables import DocumentTables
from annotator.agreement.estimates import Estimate, EstimateOptions, estimate, estimate_parts
from annotator.agreement.formulas import Schema
from annotator.agreement.gamma import Gamma, gamma
from annotator.agreement.groups import GROUP_MEASURES, GroupTables
from annotator.agreement.measures import BY_LABEL, BY_RELATION, DIRECTED, HEADLINE, OVERALL, SLICED, Measure
from annotator.agreement.planning import EQUAL, Lengths, Outlook
from annotator.agreement.totals import Features
from annotator.reports.agreement_contrasts import tested
from annotator.reports.curator_competence import Competence, measure_competence
from annotator.reports.diagnosis import Diagnosis
from annotator.tuning import collector_paused, keep_freed_memory
from annotator.workflow.comparing.agreement_sample import AgreementSample, display_name
from annotator.workflow.comparing.disagreements import MISSED

Scope = Literal["overall", "pair", "label", "relation", "attribute", "group", "language", "time", "condition"]

PAIR_ROWS = 4000
"""Comparisons of which pairs of layers are measured at a time."""

MOST_DAYS, MOST_WEEKS = 14, 26
"""Spans of time up to which drift is shown by day and by week; by month beyond."""


class Figure(NamedTuple):
    """A measure and its estimate."""

    measure: Measure
    estimate: Estimate

    @property
    def universe(self) -> str:
        """What the figure is taken over, and from how many categories chance is taken to choose."""
        return f"{self.measure.universe.text}{self.categories and f'; {self.categories}'}"

    @property
    def categories(self) -> str:
        """How many categories there are to choose from, such as ``K = 7, the scheme's labels and O``; mostly empty."""
        found = self.estimate.categories
        return "" if found is None else f"K = {found}, {self.estimate.choice}"


@dataclass(frozen=True, slots=True)
class Slice:
    """The figures of one part of the comparisons: a pair of layers, a label, a language …; ``name`` says which."""

    scope: Scope
    name: str
    figures: tuple[Figure, ...]

    def get(self, measure: str) -> Estimate | None:
        """The estimate of a measure."""
        return next((f.estimate for f in self.figures if f.measure.name == measure), None)


@dataclass(frozen=True, slots=True)
class PairSlice(Slice):
    """The figures of a pair of layers, the left one judged by the right one under SemEval's schemas."""

    left: str
    right: str
    semeval: dict[Schema, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often aligned items are called what by both layers.

    ``labels`` begin with :data:`MISSED`.  Of one pair, ``table[i][j]`` has the left layer in rows; of several, who
    said what does not matter, and the table is its own mirror image.
    """

    labels: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    directed: bool

    def disagreements(self) -> list[tuple[str, str, int]]:
        """What is confused with what and how often, most often first."""
        found = [
            (row, column, self.table[i][j])
            for i, row in enumerate(self.labels)
            for j, column in enumerate(self.labels)
            if i != j and self.table[i][j] and (self.directed or i < j)
        ]
        return sorted(found, key=lambda entry: (-entry[2], entry[:2]))


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document's figures over all its pairs; without intervals, which one document cannot have."""

    key: str
    title: str
    lang: str
    span_f1: float | None
    relation_f1: float | None
    differences: int
    relation_differences: int
    items: int
    layers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Everything that there is to say about how some layers agree.

    ``retired`` are labels that layers use and that the label scheme does not have; they count as they stand.
    ``differences`` are those between pairs, curators, languages, times, and shown or blind; ``competence`` says how
    far each curator can be relied on.  ``goals`` are what the label scheme says that measures are to reach; ``lengths``
    those of the documents that were compared, and of all.  ``diagnoses`` are ``None`` until somebody asks for them.
    """

    layers: tuple[str, ...]
    options: EstimateOptions
    total: int
    compared: int
    single: int
    reason: str
    overall: Slice
    pairs: tuple[PairSlice, ...]
    labels: tuple[Slice, ...]
    relations: tuple[Slice, ...]
    attributes: tuple[Slice, ...]
    groups: tuple[Slice, ...]
    languages: tuple[Slice, ...]
    times: tuple[Slice, ...]
    conditions: tuple[Slice, ...]
    documents: tuple[DocumentRow, ...]
    confusion: Confusion
    relation_confusion: Confusion
    kinds: dict[str, int]
    relation_kinds: dict[str, int]
    gamma: Gamma | None
    retired: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    competence: Competence | None = None
    goals: Mapping[str, float] = field(default_factory=dict)
    lengths: tuple[Lengths, Lengths] = (EQUAL, EQUAL)
    diagnoses: tuple[Diagnosis, ...] | None = None

    @property
    def headline(self) -> Estimate | None:
        """Strict span F1 over all pairs."""
        return self.overall.get(HEADLINE.name)

    def outlook(self, figure: Figure) -> Outlook:
        """What the interval of a figure of all layers would be over more documents."""
        return Outlook(figure.estimate, bool(figure.measure.degenerate), *self.lengths)

    @property
    def looked_into(self) -> bool:
        """Whether there is something to compare, and diagnoses were asked for."""
        return self.diagnoses is not None and self.compared > 0

    def slices(self) -> Iterator[Slice]:
        """Yield everything that has figures."""
        yield self.overall
        yield from (*self.pairs, *self.labels, *self.relations, *self.attributes, *self.groups)
        yield from (*self.languages, *self.times, *self.conditions)


def measure(
    sample: AgreementSample,
    options: EstimateOptions,
    *,
    gamma_seconds: float | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Agreement:
    """Measure how the sample's layers agree; γ too where a time is given for it.

    ``stop`` is asked between parts; when it says so, the rest is left out.
    """
    keep_freed_memory()
    with collector_paused():
        return _measured(sample, options, gamma_seconds, stop)


def _measured(
    sample: AgreementSample, options: EstimateOptions, gamma_seconds: float | None, stop: Callable[[], bool]
) -> Agreement:
    comparisons = compare(sample.documents, sample.layers, sample.vocabulary)
    features = Features(comparisons)
    builder = _Builder(sample, options, comparisons, features, stop)
    counts = comparisons.counts.sum(axis=0)
    return Agreement(
        layers=sample.layers,
        options=options,
        total=sample.total,
        compared=len(features),
        single=sample.single,
        reason=_reason(sample),
        overall=Slice("overall", "", builder.overall()),
        pairs=tuple(builder.pairs()),
        labels=tuple(builder.by_label("label", comparisons.vocabulary.labels, BY_LABEL)),
        relations=tuple(builder.by_label("relation", comparisons.vocabulary.relations, BY_RELATION)),
        attributes=tuple(builder.attributes()),
        groups=tuple(builder.groups()),
        languages=tuple(builder.languages()),
        times=tuple(builder.times()),
        conditions=tuple(builder.conditions()),
        documents=tuple(builder.documents()),
        confusion=_confusion(comparisons.vocabulary.labels, comparisons.confusion, len(comparisons.pairs) == 1),
        relation_confusion=_confusion(
            comparisons.vocabulary.relations, comparisons.relation_confusion, len(comparisons.pairs) == 1
        ),
        kinds=formulas.span_kinds(counts),
        relation_kinds=formulas.relation_kinds(counts),
        gamma=None if gamma_seconds is None else _gamma(sample, gamma_seconds, options),
        retired=(
            *comparisons.vocabulary.labels[len(sample.vocabulary.labels) :],
            *comparisons.vocabulary.relations[len(sample.vocabulary.relations) :],
        ),
        differences=tuple(builder.differences()),
        competence=None if stop() else measure_competence(sample, comparisons.packs),
        goals=sample.goals,
        lengths=(Lengths.of([len(document.tokens) for document in sample.documents]), Lengths.of(sample.lengths)),
    )


def _gamma(sample: AgreementSample, seconds: float, options: EstimateOptions) -> Gamma:
    return gamma(sample.documents, sample.layers, seconds=seconds, seed=options.seed)


def _reason(sample: AgreementSample) -> str:
    """Say why there is nothing to measure; empty when there is."""
    names = [display_name(layer) for layer in sample.layers]
    if not names:
        return "nobody has finished a document yet"
    if len(names) == 1:
        return f"only {names[0]} has finished documents; agreement needs a second layer (--layers {names[0]},gold)"
    if not sample.documents:
        return f"no document was finished by two of {', '.join(names)}"
    return ""


class _Builder:
    """Cuts the comparisons into parts and measures each."""

    def __init__(
        self,
        sample: AgreementSample,
        options: EstimateOptions,
        comparisons: Comparisons,
        features: Features,
        stop: Callable[[], bool],
    ) -> None:
        self.sample, self.options = sample, options
        self.comparisons, self.features, self.stop = comparisons, features, stop

    def overall(self) -> tuple[Figure, ...]:
        found = self.figures(self.features, OVERALL)
        return found[0] if found else ()

    def figures(self, features: Features, measures: Sequence[Measure]) -> list[tuple[Figure, ...]]:
        """The figures of every part; none when the rest is to be left out."""
        if self.stop():
            return []
        found = estimate_parts(features, measures, self.options)
        return [tuple(Figure(m, estimates[m.name][0]) for m in measures) for estimates in found]

    def pairs(self) -> Iterator[PairSlice]:
        rows = self.comparisons.rows_by_pair()
        for numbers, features in Features.of_pairs(self.comparisons, PAIR_ROWS):
            for number, figures in zip(numbers, self.figures(features, (*OVERALL, *DIRECTED)), strict=False):
                left, right = self.comparisons.pairs[number]
                name = f"{display_name(left)} · {display_name(right)}"
                counts = self.comparisons.counts[rows[number]].sum(axis=0)
                yield PairSlice("pair", name, figures, left, right, formulas.semeval(counts))

    def by_label(self, scope: Scope, labels: Sequence[str], measures: Sequence[Measure]) -> Iterator[Slice]:
        if not len(self.features) or self.stop():
            return
        found = estimate(self.features, measures, self.options)
        for place, label in enumerate(labels):
            figures = tuple(Figure(m, found[m.name][place]) for m in measures)
            if figures[0].estimate.items:
                yield Slice(scope, label, figures)

    def attributes(self) -> Iterator[Slice]:
        """Yield the figures of each attribute that any two layers can be compared on."""
        beside = self.sample.beside
        for attribute in beside.attributes if beside.layers else ():
            tables = AttributeTables(attribute, self.sample.layers, beside.layers, beside.symmetric)
            yield from self._beside("attribute", attribute.name, tables, measures_of(attribute))

    def groups(self) -> Iterator[Slice]:
        """Yield the figures of each equivalence by which any layer has groups."""
        beside = self.sample.beside
        for label in beside.equivalences if beside.layers else ():
            tables = GroupTables(label, self.sample.layers, beside.layers)
            yield from self._beside("group", label, tables, GROUP_MEASURES)

    def _beside(self, scope: Scope, name: str, tables: DocumentTables, measures: Sequence[Measure]) -> Iterator[Slice]:
        if not len(tables) or self.stop():
            return
        found = estimate(tables, measures, self.options)
        figures = tuple(Figure(m, found[m.name][0]) for m in measures)
        if figures[0].estimate.items:
            yield Slice(scope, name, figures)

    def _sliced(self, scope: Scope, keys: Sequence[str]) -> Iterator[Slice]:
        """Yield a part for every key that rows go by, in order; rows without one are in no part."""
        names, features = Features.of_keys(self.comparisons, keys)
        for name, figures in zip(names, self.figures(features, SLICED), strict=False):
            yield Slice(scope, name, figures)

    def _by_document(self, of_documents: Sequence[str]) -> list[str]:
        """For each row what its document has."""
        return [of_documents[number] for number in self.comparisons.document.tolist()]

    @cached_property
    def _languages(self) -> list[str]:
        return self._by_document([self.sample.facts[key].lang for key in self.comparisons.documents])

    def languages(self) -> Iterator[Slice]:
        return self._sliced("language", self._languages)

    @cached_property
    def _times(self) -> list[str]:
        return self._by_document(periods([self.sample.finished_at[key][:10] for key in self.comparisons.documents]))

    def times(self) -> Iterator[Slice]:
        return self._sliced("time", self._times)

    @cached_property
    def _conditions(self) -> list[str]:
        """Shown, blind or mixed; nothing of suggestions with suggestions, nor where no curator worked blind."""
        documents = self._by_document(self.comparisons.documents)
        pairs = [self.comparisons.pairs[number] for number in self.comparisons.pair.tolist()]
        return [
            (self.sample.condition(key, *pair) or "") if self.sample.blind else ""
            for key, pair in zip(documents, pairs, strict=True)
        ]

    def conditions(self) -> Iterator[Slice]:
        """Yield shown, blind and mixed, once any curator worked blind."""
        return self._sliced("condition", self._conditions) if self.sample.blind else iter(())

    def differences(self) -> list[Difference]:
        if not len(self.features) or self.stop():
            return []
        keys = {"language": self._languages, "time": self._times, "condition": self._conditions}
        return tested(self.comparisons, self.sample.layers, keys, self.options)

    def documents(self) -> list[DocumentRow]:
        """The documents, worst first: the lowest span F1, then the most disagreements."""
        if not len(self.features):
            return []
        totals = self.features.each(slice(None))
        spans, relations = formulas.spans(totals, self.features), formulas.relations(totals, self.features)
        wrong = spans - totals.count(Count.MATCHED) - totals.count(Count.EXACT)
        ends = (Count.SAME_ENDS, Count.ALIGNED_ENDS, Count.TURNED)
        wrong_relations = relations - sum(map(totals.count, ends)) - totals.count(Count.EXACT_RELATIONS)
        f1, relation_f1 = formulas.span_f1(totals, self.features), formulas.relation_f1(totals, self.features)
        items = spans + relations
        having = {document.key: document.layers for document in self.sample.documents}
        columns = (self.features.document, f1, relation_f1, wrong, wrong_relations, items)
        rows = []
        for place, *values in zip(*(column.tolist() for column in columns), strict=True):
            key = self.comparisons.documents[place]
            facts = self.sample.facts[key]
            rows.append(
                DocumentRow(
                    key=key,
                    title=facts.title,
                    lang=facts.lang,
                    span_f1=_number(values[0]),
                    relation_f1=_number(values[1]),
                    differences=round(values[2]),
                    relation_differences=round(values[3]),
                    items=round(values[4]),
                    layers=tuple(name for name in self.sample.layers if name in having[key]),
                )
            )
        return sorted(rows, key=lambda r: (2.0 if r.span_f1 is None else r.span_f1, -r.differences, r.key))


def _number(value: float) -> float | None:
    return None if isnan(value) else value


def _confusion(labels: tuple[str, ...], table: Array, directed: bool) -> Confusion:
    if not directed:
        mirrored = table + table.T
        table = mirrored - np.diag(np.diag(mirrored) / 2)
    rows = tuple(tuple(round(float(cell)) for cell in row) for row in table)
    return Confusion((MISSED, *labels), rows, directed)


def periods(days: Sequence[str]) -> list[str]:
    """For each day (ISO 8601) its day, week or month, as long as the whole time asks for."""
    dates = [date.fromisoformat(day) if day else None for day in days]
    known = [day for day in dates if day is not None]
    if not known:
        return [""] * len(days)
    length = (max(known) - min(known)).days + 1
    if length <= MOST_DAYS:
        return ["" if day is None else day.isoformat() for day in dates]
    if length <= 7 * MOST_WEEKS:
        return ["" if day is None else f"{day.isocalendar()[0]}-W{day.isocalendar()[1]:02}" for day in dates]
    return ["" if day is None else f"{day:%Y-%m}" for day in dates]
