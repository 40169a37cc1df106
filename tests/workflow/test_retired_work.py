"""Which layers of a workspace hold work that its label scheme no longer allows."""

from __future__ import annotations

import pytest

from annotator.annotation import Annotations, Relation, Span
from annotator.history import LayerName, Op
from annotator.labels.retired import retired
from annotator.workflow.layer_diff import differences
from annotator.workflow.retired_work import mending, places, retired_work, summary, total
from tests.workspaces import KEY, Bench, range_of, under

WORKS_FOR = "works_for: {key: w, head: PERSON, child: ORG}"
CHANGES = {
    "a label went": ("PERSON", "HUMAN", "3 retired items (2 PERSON, 1 works_for)"),
    "a relation type went": (f"  {WORKS_FOR}\n", "", "1 retired item (1 works_for)"),
    "a relation type was turned round": (
        WORKS_FOR,
        "works_for: {key: w, head: ORG, child: PERSON}",
        "1 retired item (1 works_for)",
    ),
    "relations must stay in a sentence": (", within: document", "", "1 retired item (1 founded_on)"),
    "spans must not overlap": ("overlap: any", "overlap: flat", "1 retired item (1 GPE)"),
}


@pytest.fixture
def worked(bench: Bench) -> Bench:
    """Work that the scheme allows, with something for each change of it."""
    bench = under(bench, ("overlap: flat", "overlap: any"))
    document = bench.document()
    spans = [
        Span("a", *range_of(document, "Ana Ruiz"), "PERSON"),
        Span("b", *range_of(document, "Cruz Roja"), "ORG"),
        Span("c", *range_of(document, "mayo"), "DATE"),
        Span("d", *range_of(document, "Roja"), "GPE"),
        Span("e", *range_of(document, "Luis Paz"), "PERSON"),
    ]
    relations = [Relation("r", "a", "b", "works_for"), Relation("f", "b", "c", "founded_on")]
    ops = [Op("layer", "text", None, {"value": document.sha256}), Op("layer", "state", None, {"value": "done"})]
    with bench.store.write() as writer:
        content = Annotations.of(spans, relations)
        writer.append(LayerName(KEY, "curator:ana"), "ana", "import", ops + differences(Annotations(), content))
    return bench


def test_work_that_the_scheme_allows_is_nowhere_retired(worked: Bench) -> None:
    assert retired_work(worked.workspace) == []


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_change_of_the_scheme_retires_is_found_and_counted(worked: Bench, change: str) -> None:
    old, new, said = CHANGES[change]
    again = under(worked, (old, new))
    (layer,) = retired_work(again.workspace)
    assert layer.name == LayerName(KEY, "curator:ana")
    assert summary(total([layer])) == said
    quick = retired_work(again.workspace, quick=True)
    assert quick == ([] if change == "relations must stay in a sentence" else [layer])
    content = again.store.annotations(again.layer_id())
    assert layer.items == retired(again.scheme, content, again.document().sentences)


def test_the_advice_names_the_commonest_label_that_is_gone(worked: Bench) -> None:
    counts = total(retired_work(under(worked, ("PERSON", "HUMAN")).workspace))
    assert "`annotator labels rename PERSON NEW`" in mending(counts)
    assert "`annotator labels drop PERSON`" in mending(counts)


def test_the_advice_on_overlaps_names_no_label(worked: Bench) -> None:
    again = under(worked, ("overlap: any", "overlap: flat"))
    assert "labels drop" not in mending(total(retired_work(again.workspace)))


def test_the_first_few_layers_are_named() -> None:
    names = [LayerName(f"d{i}", "gold") for i in range(5)]
    assert places(names) == "d0 of gold, d1 of gold, d2 of gold and 2 more"
