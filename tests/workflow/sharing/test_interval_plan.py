"""Assigning as many documents to two curators as it takes to know agreement well enough."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable

import pytest

from annotator.cli.main import main
from annotator.errors import WorkflowError
from annotator.store import read_assignments
from annotator.workflow.sharing.assignment import assign
from annotator.workflow.sharing.interval_plan import plan_for_interval
from tests.agreement.working_curators import ANA, mark
from tests.workspaces import Bench, sql_dump

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(bench: Bench, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: object) -> tuple[int, str, str]:
        status = main(["-w", str(bench.workspace.root), "--as", "lead", "assign", *map(str, arguments)])
        out, err = capfd.readouterr()
        return status, out, err

    return run


@pytest.fixture
def worked(bench: Bench) -> Bench:
    """Twelve documents that ana and bo finished, and 60 more besides ``nota``, of which one is in ana's charge."""
    chance = random.Random(1)
    for number in range(72):
        bench.add(f"n{number:02}", "Luis Paz fue a Lima con Eva Sol.\n")
    for number in range(12):
        for curator in ("ana", "bo"):
            every = [("Luis Paz", "PERSON"), ("Lima", "GPE"), ("Eva Sol", "PERSON")]
            mark(bench, curator, [one for one in every if chance.random() < 0.9], key=f"n{number:02}")
    assign(bench.workspace, "lead", ["ana"], keys=["n20"])
    return bench


def test_as_many_documents_as_are_needed_get_two_curators(worked: Bench, run: Run) -> None:
    plan = plan_for_interval(worked.workspace, 0.07)
    assert plan.needed.documents is not None
    assert 12 < plan.needed.documents < 72
    assert len(plan.documents) == plan.needed.documents - 12
    assert plan.missing == plan.under_way == 0
    before = sql_dump(worked.store.path)
    status, _, err = run("--for-interval", "0.07", "--dry-run")
    assert status == 0
    assert "from 12 documents that two finished; ± 0.07 takes about" in err
    assert f"on {len(plan.documents)} documents would be made" in err
    assert sql_dump(worked.store.path) == before
    assert run("--for-interval", "0.07")[0] == 0
    having = Counter(one.document for one in read_assignments(worked.store))
    assert {key for key, count in having.items() if count == 2} == set(plan.documents)


def test_a_label_alone_takes_more_documents_than_all_together(worked: Bench, run: Run) -> None:
    of_all, of_label = (plan_for_interval(worked.workspace, 0.1, label=label) for label in (None, "GPE"))
    assert of_all.needed.documents is not None
    assert of_label.needed.documents is not None
    assert of_label.needed.documents > of_all.needed.documents
    status, out, err = run("--for-interval", "0.1", "--for-label", "GPE", "--dry-run", "--json")
    assert status == 0
    assert "strict F1 of GPE is" in err
    record = json.loads(out)["for_interval"]
    assert (record["label"], record["measure"]) == ("GPE", "span.f1")
    assert record["needed"]["documents"] == of_label.needed.documents
    assert len({task["document"] for task in json.loads(out)["assigned"]}) == len(of_label.documents)


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (("--for-interval", "0.1", "--for-label", "GPO"), "no label 'GPO' in labels.yaml, nor in finished work", 1),
        (("--for-interval", "0.1", "--for-label", "leads"), "cannot be told: ", 1),
        (("--for-label", "GPE"), "--for-label goes with --for-interval", 2),
    ],
)
def test_a_label_that_tells_nothing_is_refused(
    worked: Bench, run: Run, arguments: tuple[str, ...], said: str, code: int
) -> None:
    status, _, err = run(*arguments)
    assert status == code
    assert said in err
    assert len(read_assignments(worked.store)) == 1


def test_the_same_call_again_waits_for_those_under_way(worked: Bench, run: Run) -> None:
    run("--for-interval", "0.07")
    before = sql_dump(worked.store.path)
    status, _, err = run("--for-interval", "0.07")
    assert status == 0
    assert "two curators already have" in err
    assert "0 assignments on 0 documents made" in err
    assert sql_dump(worked.store.path) == before


def test_more_than_there_are_is_said_and_all_are_taken(worked: Bench, run: Run) -> None:
    status, out, err = run("--for-interval", "0.02", "--json", "--curators", "ana,bo,carla", "--seed", 3)
    assert status == 0
    record = json.loads(out)
    assert "more documents would be needed than there are" in err
    assert record["for_interval"]["missing"] == record["for_interval"]["needed"]["documents"] - 73
    assert {task["curator"] for task in record["assigned"]} == {"ana", "bo", "carla"}
    assert len({task["document"] for task in record["assigned"]}) == 61


def test_where_it_is_reached_nothing_is_assigned(worked: Bench, run: Run) -> None:
    before = sql_dump(worked.store.path)
    status, _, err = run("--for-interval", "0.4")
    assert status == 0
    assert "that is reached" in err
    assert sql_dump(worked.store.path) == before


def test_what_cannot_be_told_is_one_clear_line(bench: Bench, run: Run) -> None:
    with pytest.raises(WorkflowError, match="no document was finished by two curators"):
        plan_for_interval(bench.workspace, 0.03)
    for curator in ("ana", "bo"):
        mark(bench, curator, [ANA])
    status, out, err = run("--for-interval", "0.03")
    assert (status, out) == (1, "")
    assert "how many documents ± 0.03 takes cannot be told: fewer than 5 documents have any of this" in err
    assert len(err.splitlines()) == 1
    assert run("--for-interval", "0")[0] == 2
    assert run("--for-interval", "nan")[0] == 2
    assert run("--for-interval", "0.03", "--withdraw", "ana")[0] == 2
