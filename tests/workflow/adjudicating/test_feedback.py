"""A curator's work against gold: what stands for what, and that nobody sees gold too early."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.annotation import Annotations
from annotator.cli.main import main
from annotator.errors import WorkflowError
from annotator.workflow.adjudicating.feedback import RelationFeedback, SpanFeedback, compare, feedback, tally
from tests.workflow.adjudicating.finished_documents import finish, judge
from tests.workflow.adjudicating.settlements import SENTENCES, contents, layer, says, scheme, word
from tests.workspaces import KEY, Bench

A, B, C = word(0, 1, "P"), word(2, 2, "O"), word(4, 4, "G")

Run = Callable[..., tuple[int, str, str]]


def findings(own: Annotations, gold: Annotations) -> list[str]:
    return [item.finding for item in compare(own, gold, scheme(), SENTENCES)]


def test_every_finding_of_spans() -> None:
    own = layer(A, B, C, word(6, 6, "P"))
    gold = layer(word(0, 0, "P"), word(2, 2, "G"), C, word(5, 5, "O"))
    assert findings(own, gold) == ["boundary", "label", "as in gold", "missed", "not in gold"]
    assert findings(layer(A), layer(word(0, 0, "O"))) == ["label and boundary"]


def test_relations_are_compared_by_what_stands_for_their_ends() -> None:
    short = word(0, 0, "P")
    own = layer(A, B, links=((A, B, "w"),))
    assert findings(own, layer(short, B, links=((short, B, "w"),))) == ["boundary", "as in gold", "as in gold"]
    assert findings(own, layer(short, B, links=((short, B, "l"),)))[-1:] == ["label"]
    assert findings(own, layer(short, B))[-1:] == ["not in gold"]
    assert findings(layer(A, B), layer(A, B, links=((A, B, "w"),)))[-1:] == ["missed"]


def test_a_turned_relation() -> None:
    turned = layer(A, B, links=((B, A, "n"),))
    assert findings(layer(A, B, links=((A, B, "n"),)), turned)[-1:] == ["direction"]


@given(contents(scheme()), contents(scheme()))
def test_every_item_is_compared_once(own: Annotations, gold: Annotations) -> None:
    items = list(compare(own, gold, scheme(), SENTENCES))
    for side, content in (("own", own), ("gold", gold)):
        spans = [getattr(item, side) for item in items if isinstance(item, SpanFeedback)]
        relations = [getattr(item, side) for item in items if isinstance(item, RelationFeedback)]
        compared = ([s for s in spans if s is not None], [r for r in relations if r is not None])
        assert sorted(compared[0]) == sorted(says(content)[0])
        assert sorted(compared[1]) == sorted(says(content)[1])


@given(contents(scheme()))
def test_work_that_is_gold_differs_in_nothing(own: Annotations) -> None:
    assert {item.finding for item in compare(own, own, scheme(), SENTENCES)} <= {"as in gold"}


@given(st.data())
def test_the_tally_counts_everything(data: st.DataObject) -> None:
    own, gold = data.draw(contents(scheme())), data.draw(contents(scheme()))
    items = list(compare(own, gold, scheme(), SENTENCES))
    assert sum(sum(counts.values()) for counts in tally(items).values()) == len(items)


@pytest.fixture
def settled(bench: Bench) -> Bench:
    """``nota`` is gold by ana's version; bo drew a border otherwise and missed a place."""
    finish(bench, "ana", ("PERSON", "Ana Ruiz"), ("GPE", "México"))
    finish(bench, "bo", ("PERSON", "Ana"))
    session = judge(bench)
    for _ in range(2):
        session.choose(session.gold.open[0].id, "ana")
    session.finish()
    return bench


@pytest.fixture
def run(settled: Bench, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["-w", str(settled.workspace.root), "feedback", *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return run


def test_it_waits_for_both_sides(bench: Bench) -> None:
    finish(bench, "ana", ("PERSON", "Ana Ruiz"))
    with pytest.raises(WorkflowError, match="nota: its gold is not complete"):
        feedback(bench.store, bench.scheme, KEY, "ana")
    finish(bench, "bo")
    session = judge(bench)
    session.choose_none(session.gold.open[0].id)
    session.finish()
    finish(bench, "carla", done=False)
    with pytest.raises(WorkflowError, match="nota: carla has not finished it: finish it first"):
        feedback(bench.store, bench.scheme, KEY, "carla")


def test_the_command_counts_documents_and_lists_items(run: Run) -> None:
    status, out, _ = run("--as", "bo", "--json")
    assert (status, json.loads(out)) == (
        0, [{"document": KEY, "spans": {"boundary": 1, "missed": 1}, "relations": {}}],
    )  # fmt: skip
    _, out, _ = run(KEY, "--as", "bo", "--json")
    first, second = json.loads(out)
    assert (first["finding"], first["mine"], first["gold"]) == ("boundary", [0, 3, "PERSON"], [0, 8, "PERSON"])
    assert (second["finding"], second["mine"], second["gold_words"]) == ("missed", None, "GPE “México”")
    _, out, _ = run(KEY, "--as", "bo")
    assert "boundary   PERSON “Ana”   PERSON “Ana Ruiz”" in out
    _, out, _ = run("--as", "ana")
    assert [line.split()[:3] for line in out.splitlines()[2:]] == [[KEY, "spans", "2"], [KEY, "relations", "0"]]


def test_whoever_has_nothing_to_compare_is_told(run: Run) -> None:
    assert run(KEY, "--as", "zoe")[::2] == (
        1, "annotator: nota: zoe has not finished it: finish it first, then see it against gold\n",
    )  # fmt: skip
