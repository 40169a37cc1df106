"""Our figures beside those of libraries that others trust, on layers drawn at random."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from annotator.agreement import coefficients as c
from annotator.agreement.counting import Count
from annotator.agreement.formulas import Schema, semeval
from annotator.agreement.totals import Features
from annotator.annotation import SpanKey
from tests.agreement.invented_layers import compared, document, labelled_tokens, measured
from tests.strategies import ENTITIES, span_sets

LABELS = ("A", "B", "C")
VALUES = st.sampled_from((None, *LABELS))


def coders(count: int, longest: int = 25) -> st.SearchStrategy[list[list[str | None]]]:
    """Draw what several coders say of the same tokens."""
    sizes = st.integers(2, longest)
    return sizes.flatmap(lambda n: st.lists(st.lists(VALUES, min_size=n, max_size=n), min_size=count, max_size=count))


def of(rows: Sequence[Sequence[str | None]]) -> dict[str, float | None]:
    documents = [labelled_tokens({f"c{i}": row for i, row in enumerate(rows)})]
    return {name: estimate.value for name, estimate in measured(documents, LABELS).items()}


def said(rows: Sequence[Sequence[str | None]]) -> list[list[str]]:
    return [[value or "O" for value in row] for row in rows]


def varied(rows: Sequence[Sequence[str | None]]) -> bool:
    return len({value for row in rows for value in row}) > 1


@given(coders(2))
def test_cohen_kappa_is_that_of_scikit_learn(rows: list[list[str | None]]) -> None:
    from sklearn.metrics import cohen_kappa_score

    assume(varied(rows))
    assert of(rows)["token.kappa"] == pytest.approx(cohen_kappa_score(*said(rows)))


@given(coders(3))
def test_fleiss_kappa_is_that_of_statsmodels(rows: list[list[str | None]]) -> None:
    from statsmodels.stats.inter_rater import fleiss_kappa

    assume(varied(rows))
    counts = [[unit.count(value) for value in ("O", *LABELS)] for unit in zip(*said(rows), strict=True)]
    assert of(rows)["token.fleiss"] == pytest.approx(fleiss_kappa(np.array(counts)))


@given(coders(2))
def test_kappa_is_that_of_statsmodels(rows: list[list[str | None]]) -> None:
    from statsmodels.stats.inter_rater import cohens_kappa

    one, other = said(rows)
    assume(len(set(one)) > 1 and len(set(other)) > 1 and one != other)
    table = np.array([[sum((a, b) == pair for pair in zip(one, other, strict=True)) for b in ("O", *LABELS)]
                      for a in ("O", *LABELS)], dtype=float)  # fmt: skip
    theirs = cohens_kappa(table)
    assert float(c.kappa(c.margins(table))) == pytest.approx(theirs.kappa)
    assert float(c.greatest_kappa(c.margins(table))) == pytest.approx(theirs.kappa_max)


@given(coders(3, longest=12))
def test_alpha_and_mean_kappa_are_those_of_nltk(rows: list[list[str | None]]) -> None:
    from nltk.metrics.agreement import AnnotationTask

    assume(all(len(set(row)) > 1 for row in rows))
    task = AnnotationTask([(f"c{i}", u, v) for i, row in enumerate(said(rows)) for u, v in enumerate(row)])
    ours = of(rows)
    assert ours["token.alpha"] == pytest.approx(task.alpha())
    assert ours["token.kappa"] == pytest.approx(task.kappa())
    assert ours["token.observed"] == pytest.approx(task.avg_Ao())


@given(st.lists(coders(3, longest=6), min_size=1, max_size=4), st.data())
def test_alpha_with_missing_layers_is_that_of_krippendorff(
    parts: list[list[list[str | None]]], data: st.DataObject
) -> None:
    import krippendorff

    documents, columns = [], []
    for number, rows in enumerate(parts):
        has = data.draw(st.lists(st.booleans(), min_size=3, max_size=3))
        layers = {f"c{i}": row for i, row in enumerate(rows) if has[i]}
        if layers:
            documents.append(labelled_tokens(layers, key=f"d{number}"))
        units = zip(*said(rows), strict=True)
        columns += [[value if has[i] else "" for i, value in enumerate(unit)] for unit in units]
    paired = [[v for v in unit if v] for unit in columns]
    assume(len({v for unit in paired if len(unit) > 1 for v in unit}) > 1)
    codes = {"O": 0.0, "A": 1.0, "B": 2.0, "C": 3.0, "": np.nan}
    matrix = np.array([[codes[v] for v in unit] for unit in columns]).T
    theirs = krippendorff.alpha(reliability_data=matrix, level_of_measurement="nominal")
    ours = measured(sorted(documents, key=lambda d: len(d.layers), reverse=True), LABELS)["token.alpha"].value
    assert ours == pytest.approx(theirs)


@given(st.lists(st.tuples(span_sets(max_size=5), span_sets(max_size=5), span_sets(max_size=5)), min_size=1, max_size=4))
def test_alpha_of_labels_on_the_same_borders_is_that_of_krippendorff(
    drawn: list[tuple[frozenset[SpanKey], ...]],
) -> None:
    import krippendorff

    documents, columns = [], []
    for number, layers in enumerate(drawn):
        single = [{span[:2]: span.label for span in sorted(layer)} for layer in layers]
        spans = {f"c{i}": [(*borders, label) for borders, label in layer.items()] for i, layer in enumerate(single)}
        documents.append(document(spans, key=f"d{number}"))
        borders = sorted({b for layer in single for b in layer})
        columns += [[layer.get(b) for layer in single] for b in borders]
    shared = [unit for unit in columns if sum(v is not None for v in unit) > 1]
    names = sorted({v for unit in shared for v in unit if v is not None})
    assume(len(names) > 1)
    matrix = np.array([[np.nan if v is None else float(names.index(v)) for v in unit] for unit in shared]).T
    theirs = krippendorff.alpha(reliability_data=matrix, level_of_measurement="nominal")
    ours = measured(documents)
    assert ours["label.alpha"].value == pytest.approx(theirs)
    assert ours["label.alpha"].items == len(shared)


def spread_out(one: frozenset[SpanKey], other: frozenset[SpanKey]) -> bool:
    """Return whether every span overlaps one of the other layer at most, and none of its own."""
    every = [*one, *other]

    def near(span: SpanKey, others: Sequence[SpanKey] | frozenset[SpanKey]) -> int:
        return sum(min(span.end, o.end) > max(span.start, o.start) for o in others)

    return all(near(s, one) <= 1 and near(s, other) <= 1 for s in every)


@given(span_sets(length=60, longest=6, max_size=7), span_sets(length=60, longest=6, max_size=7))
def test_semeval_categories_are_those_of_nervaluate(left: frozenset[SpanKey], right: frozenset[SpanKey]) -> None:
    from nervaluate import Evaluator

    left = frozenset(s for s in left if all(s == o or min(s.end, o.end) <= max(s.start, o.start) for o in left))
    right = frozenset(s for s in right if all(s == o or min(s.end, o.end) <= max(s.start, o.start) for o in right))
    assume(left and right and spread_out(left, right))
    as_dicts = [
        [{"label": s.label, "start": s.start, "end": s.end - 1} for s in sorted(layer)] for layer in (right, left)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = Evaluator([as_dicts[0]], [as_dicts[1]], tags=["PERSON", "ORG", "GPE"]).evaluate()["overall"]
    layers = document({"left": [tuple(s) for s in left], "right": [tuple(s) for s in right]}, length=60)  # type: ignore[misc]
    ours = semeval(compared([layers]).counts[0])
    schemas: dict[Schema, str] = {"strict": "strict", "exact": "exact", "partial": "partial", "type": "ent_type"}
    for schema, theirs in schemas.items():
        result = results[theirs]
        assert ours[schema] == {
            "correct": result.correct,
            "incorrect": result.incorrect,
            "partial": result.partial,
            "missing": result.missed,
            "spurious": result.spurious,
        }
    found = measured([layers])
    assert found["span.f1"].value == pytest.approx(results["strict"].f1)
    assert found["span.boundary_f1"].value == pytest.approx(results["exact"].f1)
    assert found["span.partial_f1"].value == pytest.approx(results["partial"].f1)
    assert found["span.type_f1"].value == pytest.approx(results["ent_type"].f1)


@given(st.lists(st.tuples(span_sets(max_size=5), span_sets(max_size=5)), min_size=1, max_size=5))
def test_totals_over_documents_are_the_sums_of_their_own(drawn: list[tuple[frozenset[SpanKey], ...]]) -> None:
    documents = [
        document({"a": [tuple(s) for s in one], "b": [tuple(s) for s in other]}, key=f"d{i}")  # type: ignore[misc]
        for i, (one, other) in enumerate(drawn)
    ]
    pooled = compared(documents, ENTITIES)
    alone = [compared([d], ENTITIES) for d in documents]
    assert pooled.confusion.sum() == sum(one.confusion.sum() for one in alone)
    together, apart = Features(pooled).total(), [Features(one).total() for one in alone]
    for which in Count:
        if which not in (Count.UNITS_ALIKE, Count.UNITS_BLANK):  # none where spans of any layer overlap
            assert together.count(which)[0] == sum(total.count(which)[0] for total in apart)
