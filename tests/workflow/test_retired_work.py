"""Which layers of a workspace hold work that its label scheme no longer allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from annotator.annotation import Annotations, Relation, Span
from annotator.history import LayerName, Op
from annotator.labels.retired import retired
from annotator.workflow.layer_diff import differences
from annotator.workflow.retired_work import mending, places, retired_work, summary, total
from annotator.workflow.workspace import Workspace
from tests.workspaces import KEY, Bench, range_of

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


@contextmanager
def changed(workspace: Workspace, change: str) -> Iterator[Workspace]:
    """The workspace, opened anew after a change of its label scheme."""
    text = workspace.labels_path.read_text(encoding="utf-8")
    old, new, _ = CHANGES[change]
    assert old in text
    workspace.labels_path.write_text(text.replace(old, new), encoding="utf-8")
    with closing(Workspace(workspace.root)) as again:
        yield again


@pytest.fixture
def worked(bench: Bench) -> Bench:
    """Work that the scheme allows, with something for each change of it."""
    labels = bench.workspace.labels_path
    labels.write_text(labels.read_text(encoding="utf-8").replace("overlap: flat", "overlap: any"), encoding="utf-8")
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
    with closing(Workspace(worked.workspace.root)) as workspace:
        assert retired_work(workspace) == []


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_change_of_the_scheme_retires_is_found_and_counted(worked: Bench, change: str) -> None:
    said = CHANGES[change][-1]
    with changed(worked.workspace, change) as workspace:
        (layer,) = retired_work(workspace)
        assert layer.name == LayerName(KEY, "curator:ana")
        assert summary(total([layer])) == said
        quick = retired_work(workspace, quick=True)
        assert quick == ([] if change == "relations must stay in a sentence" else [layer])
        document = worked.document()
        content = workspace.store.annotations(worked.layer_id())
        assert layer.items == retired(workspace.scheme, content, document.sentences)


def test_the_advice_names_the_commonest_label_that_is_gone(worked: Bench) -> None:
    with changed(worked.workspace, "a label went") as workspace:
        counts = total(retired_work(workspace))
        assert "`annotator labels rename PERSON NEW`" in mending(counts)
        assert "`annotator labels drop PERSON`" in mending(counts)


def test_the_advice_on_ends_and_overlaps_names_no_label(worked: Bench) -> None:
    with changed(worked.workspace, "spans must not overlap") as workspace:
        assert "labels drop" not in mending(total(retired_work(workspace)))


def test_the_first_few_layers_are_named() -> None:
    names = [LayerName(f"d{i}", "gold") for i in range(5)]
    assert places(names) == "d0 of gold, d1 of gold, d2 of gold and 2 more"
