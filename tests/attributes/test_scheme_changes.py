"""Changing attributes, their values and what they belong to, together with the work."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from annotator.annotation import Relation, Span
from annotator.errors import AnnotatorError, WorkflowError
from annotator.history import GOLD, LayerName
from annotator.store.doctor import check_database
from annotator.workflow.adjudicating.gold import adjudicate, settle_finished
from annotator.workflow.adjudicating.provenance import provenance
from annotator.workflow.annotating.attribute_steps import AttributeSteps
from annotator.workflow.importing.ingest import ingest
from annotator.workflow.retired_work import mending, retired_work, summary, total
from annotator.workflow.schemes.changing import change_labels, change_of_words, undo_change
from annotator.workflow.schemes.moved import scheme_differences
from annotator.workflow.sharing.merging import MergeConflictError, merge
from annotator.workflow.workspace import Workspace
from tests.workspaces import Bench, focused, range_of

KEY = "flood"
Said = dict[str, object]


@pytest.fixture(autouse=True)
def _sound(bench: Bench) -> Iterator[None]:
    yield
    assert list(check_database(bench.store)) == []


@pytest.fixture
def done(bench: Bench) -> Bench:
    """Two curators have finished; gold has what they agree on, and one decision on an attribute."""
    for curator, certainty in (("ana", "possible"), ("bo", "likely")):
        session = bench.session(KEY, curator)
        steps = AttributeSteps(session)
        flood = focused(session.add(*range_of(bench.document(KEY), "flooded"), "EVENT"))
        mayor = focused(session.add(*range_of(bench.document(KEY), "Ines Duarte"), "PERSON"))
        steps.set(flood, "certainty", certainty)
        steps.set(mayor, "role", ["speaker", "official"])
        steps.set(None, "topic", ["health", "sport"])
        session.relate(mayor, flood, "takes_part_in")
        session.finish()
    gold = adjudicate(bench.workspace, KEY, "lead")
    gold.choose(gold.gold.open[0].id, "ana")
    gold.finish()
    return bench


def said(bench: Bench, layer: str = GOLD) -> Said:
    info = bench.store.layer(LayerName(KEY, layer))
    assert info is not None
    content = bench.store.annotations(info.id)
    items: list[Span | Relation] = [*content.spans.values(), *content.relations.values()]
    of_items: Said = {item.label: dict(item.attributes) for item in items if item.attributes}
    return {**of_items, "": dict(content.document_attributes)}


def change(bench: Bench, words: str) -> None:
    change_labels(bench.workspace, change_of_words(bench.workspace, words.split()), "lead")


FLOOD, MAYOR, TOPIC = {"certainty": "possible"}, {"role": ["speaker", "official"]}, {"topic": ["health", "sport"]}


@pytest.mark.parametrize(
    ("words", "now"),
    [
        ("rename certainty confidence", {"EVENT": {"confidence": "possible"}, "PERSON": MAYOR, "": TOPIC}),
        ("rename certainty=possible maybe", {"EVENT": {"certainty": "maybe"}, "PERSON": MAYOR, "": TOPIC}),
        ("rename role=speaker voice", {"EVENT": FLOOD, "PERSON": {"role": ["voice", "official"]}, "": TOPIC}),
        ("drop role=speaker", {"EVENT": FLOOD, "PERSON": {"role": ["official"]}, "": TOPIC}),
        ("drop certainty=possible", {"PERSON": MAYOR, "": TOPIC}),
        ("drop certainty", {"PERSON": MAYOR, "": TOPIC}),
        ("rename topic subject", {"EVENT": FLOOD, "PERSON": MAYOR, "": {"subject": ["health", "sport"]}}),
        ("drop topic", {"EVENT": FLOOD, "PERSON": MAYOR, "": {}}),
        ("rename EVENT HAPPENING", {"HAPPENING": FLOOD, "PERSON": MAYOR, "": TOPIC}),
        ("merge EVENT PLACE PERSON", {"PERSON": FLOOD | MAYOR, "": TOPIC}),
        ("drop PERSON", {"EVENT": FLOOD, "": TOPIC}),
        ("drop EVENT", {"PERSON": MAYOR, "": TOPIC}),
        ("drop takes_part_in", {"EVENT": FLOOD, "PERSON": MAYOR, "": TOPIC}),
    ],
)
def test_work_gold_and_file_follow_and_go_back(done: Bench, words: str, now: Said) -> None:
    before, text = {layer: said(done, layer) for layer in (GOLD, "curator:bo")}, done.workspace.labels_path.read_text()
    change(done, words)
    if not words.startswith("merge"):
        assert said(done) == now
    assert retired_work(done.workspace) == []
    assert scheme_differences(done.workspace).differences == []
    assert settle_finished(done.workspace, "lead").unchanged == [KEY]
    undo_change(done.workspace, "lead")
    assert {layer: said(done, layer) for layer in before} == before
    assert done.workspace.scheme.shape == type(done.workspace)(done.workspace.root).scheme.shape
    assert done.workspace.labels_path.read_text() == text
    assert settle_finished(done.workspace, "lead").unchanged == [KEY]


CHANGES = (
    "rename certainty confidence", "rename certainty=possible maybe", "drop certainty=likely", "drop certainty",
    "rename EVENT HAPPENING", "drop EVENT", "rename takes_part_in joins",
)  # fmt: skip


@pytest.mark.parametrize("ours", CHANGES)
@pytest.mark.parametrize("theirs", CHANGES)
@pytest.mark.parametrize("undone", [False, True])
def test_changes_in_two_places_go_together_or_one_has_to_be_undone(
    done: Bench, tmp_path: Path, ours: str, theirs: str, undone: bool
) -> None:
    """Also the undoing of one, and where one is about an attribute and the other about a value of it."""
    if undone:
        change(done, ours)
    root = tmp_path / "there"
    root.mkdir()
    shutil.copy(done.workspace.labels_path, root)
    there = Bench(Workspace(root))
    done.store.backup(there.workspace.database_path)
    with closing(there.workspace):
        try:
            change(there, theirs)
        except AnnotatorError:
            assert undone  # what it is about is gone
            return
        if undone:
            undo_change(done.workspace, "lead")
        else:
            change(done, ours)
        try:
            merge(done.workspace, root)
        except MergeConflictError as error:
            [conflict] = error.conflicts
            assert "`annotator labels undo` takes one of them back" in conflict
            return
        merge(there.workspace, done.workspace.root)
        assert said(there) == said(done)
        assert there.scheme.shape == done.scheme.shape
        assert list(check_database(there.store)) == []


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("rename certainty role", "role is an attribute already"),
        ("rename certainty=possible likely", "certainty=likely is there already"),
        ("rename certainty=posible maybe", "did you mean possible?"),
        ("rename certanty=possible maybe", "there is no value certanty=possible"),
        ("drop certainty=certain", "certain is the default of certainty"),
        ("merge certainty role", "attributes and values are renamed and dropped"),
        ("rename deaths=3 4", "not listed in labels.yaml"),
        ("rename certainty a|b", "cannot be an attribute"),
    ],
)
def test_what_makes_no_sense_is_refused(done: Bench, words: str, problem: str) -> None:
    with pytest.raises(WorkflowError) as error:
        change(done, words)
    assert problem in str(error.value)


def test_what_the_scheme_no_longer_has_is_told_kept_and_no_gold(done: Bench) -> None:
    text = done.workspace.labels_path.read_text()
    done.workspace.labels_path.write_text(text.replace("possible: p", "perhaps: p").replace("role:", "part:"))
    done.workspace.forget_scheme()
    layers = retired_work(done.workspace)
    assert [layer.name.name for layer in layers] == ["curator:ana", "curator:bo", "gold"]
    assert summary(total(layers)) == "5 retired items (3 role, 2 certainty)"
    assert said(done) == {"EVENT": FLOOD, "PERSON": MAYOR, "": TOPIC}, "it is kept"
    (gold,) = settle_finished(done.workspace, "lead").open.values()
    assert "retired items" in gold
    left = layers[0].items.left_of(done.store.annotations(done.layer_id("curator:ana", KEY)))
    assert [span.attributes for span in left.spans.values()] == [None, None]
    change(done, "rename role part")
    change(done, "rename certainty=possible perhaps")
    assert retired_work(done.workspace) == []
    assert said(done) == {"EVENT": {"certainty": "perhaps"}, "PERSON": {"part": ["speaker", "official"]}, "": TOPIC}


@pytest.mark.parametrize(
    ("old", "new", "advice"),
    [
        ("role:", "part:", "`annotator labels rename role NEW` or `annotator labels drop role` mends it"),
        ("of: PERSON", "of: PLACE", "the workbench shows them, to be changed or deleted"),
    ],
)
def test_the_advice_on_attributes_is_what_can_be_done_and_takes_nothing_else_away(
    done: Bench, old: str, new: str, advice: str
) -> None:
    done.workspace.labels_path.write_text(done.workspace.labels_path.read_text().replace(old, new))
    done.workspace.forget_scheme()
    assert mending(total(retired_work(done.workspace))).endswith(advice)


def test_the_adjudicator_settles_what_is_retired(done: Bench) -> None:
    text = done.workspace.labels_path.read_text()
    done.workspace.labels_path.write_text(text.replace("possible: p", "perhaps: p"))
    done.workspace.forget_scheme()
    session = adjudicate(done.workspace, KEY, "lead")
    (case,) = session.gold.open
    with pytest.raises(AnnotatorError, match="found 'possible', expected one of certain, likely, perhaps"):
        session.choose(case.id, "ana")
    session.choose(case.id, "bo")
    assert said(done)["EVENT"] == {"certainty": "likely"}


def test_attributes_and_what_was_decided_on_them_go_along_to_a_new_text(done: Bench, tmp_path: Path) -> None:
    before, file = said(done), tmp_path / f"{KEY}.txt"
    file.write_text(f"More: {done.document(KEY).text}", encoding="utf-8")
    ingest(done.workspace, [file], "lead", replace=True)
    assert said(done) == before
    told = [row.told for row in provenance(done.store, KEY) if row.kind == "attribute" and row.settled == "adjudicator"]
    assert told == ["ana: possible; bo: likely"]
