"""Adjudication, gold and where it comes from, on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.cli.main import main
from tests.workflow.adjudicating.finished_documents import finish, first, judge
from tests.workspaces import KEY, Bench, proposal, propose

ANA, CRUZ, MEXICO = ("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja"), ("GPE", "México")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(bench: Bench, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["-w", str(bench.workspace.root), *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return run


@pytest.fixture
def disputed(bench: Bench) -> Bench:
    """Two agree on an organisation and differ on a person; only one sees a relation."""
    finish(bench, "ana", ANA, CRUZ, links=((ANA, "works_for", CRUZ),))
    finish(bench, "bo", ("PERSON", "Ana"), CRUZ)
    return bench


def test_what_is_in_dispute_is_said_by_kind(run: Run, disputed: Bench) -> None:
    status, out, err = run("adjudicate", "--auto")
    assert (status, out) == (0, "")
    assert "not gold: nota: ana, bo differ: 1 boundary" in err


def test_an_export_says_why_gold_is_left_out(run: Run, disputed: Bench) -> None:
    judge(disputed)
    status, out, err = run("export", "jsonl")
    assert (status, out) == (0, "")
    assert "left out: nota (not finished)" in err


def test_without_a_terminal_what_waits_is_listed(run: Run, disputed: Bench) -> None:
    status, out, err = run("adjudicate", "--as", "lead")
    assert (status, out) == (0, "nota\n")
    assert "no terminal here" in err


def test_two_documents_cannot_be_opened_at_once(run: Run, disputed: Bench) -> None:
    status, _, err = run("adjudicate", "nota", "otra")
    assert status == 1
    assert "2 documents at once: give one to open, or --auto to settle them all" in err


def test_whoever_has_not_finished_is_kept_out(run: Run, disputed: Bench) -> None:
    finish(disputed, "carla", MEXICO, done=False)
    status, _, err = run("adjudicate", "nota", "--as", "carla")
    assert status == 1
    assert "carla has not finished it" in err


def test_history_says_who_said_what_and_who_settled_it(run: Run, disputed: Bench) -> None:
    session = judge(disputed)
    session.choose(first(session).id, "ana")
    session.choose_none(first(session).id)
    _, out, _ = run("history", KEY, "--layer", "gold")
    told = [line.split(maxsplit=4)[3:] for line in out.splitlines()[2:]]
    assert told == [
        ["lead", "merge (1 span)"],
        ["lead", "choose PERSON “Ana Ruiz” (ana: PERSON “Ana Ruiz”; bo: PERSON “Ana”)"],
        ["lead", "choose nothing (ana: “Ana Ruiz” works_for → “Cruz Roja”; bo: nothing)"],
    ]


def test_every_gold_item_says_where_it_comes_from(run: Run, disputed: Bench) -> None:
    session = judge(disputed)
    session.choose(first(session).id, "bo")
    session.choose_none(first(session).id)
    _, out, _ = run("history", KEY, "--items", "--json")
    person, organisation, relation = json.loads(out)
    assert person["id"] == "0-3-PERSON"
    assert (person["settled"], person["by"], person["curator"]) == ("adjudicator", "lead", "bo")
    assert person["versions"] == {"ana": [[0, 8, "PERSON"]], "bo": [[0, 3, "PERSON"]]}
    assert person["claims"] == ["0-3-PERSON", "0-8-PERSON"]
    assert person["at"].endswith("Z")
    assert (organisation["settled"], organisation["curator"], organisation["by"]) == ("agreement", "ana", "lead")
    assert (relation["id"], relation["settled"]) == (None, "adjudicator")
    assert relation["told"] == "ana: “Ana” works_for → “Cruz Roja”; bo: nothing"
    _, out, _ = run("history", KEY, "--items")
    assert "ana: PERSON “Ana Ruiz”; bo: PERSON “Ana”" in out


def test_provenance_of_what_is_not_gold(run: Run, bench: Bench) -> None:
    assert run("history", KEY, "--items")[2] == "annotator: no gold of 'nota' yet: `annotator adjudicate` makes it\n"
    assert "--items is about gold" in run("history", KEY, "--items", "--layer", "corpus")[2]


def test_complete_gold_is_left_out_again_once_somebody_differs(run: Run, bench: Bench, tmp_path: Path) -> None:
    finish(bench, "ana", CRUZ)
    finish(bench, "bo", CRUZ)
    run("adjudicate", "--auto")
    assert len(run("export", "jsonl")[1].splitlines()) == 1
    late = finish(bench, "carla", CRUZ, MEXICO)
    status, out, err = run("export", "jsonl")
    assert (status, out) == (0, "")
    assert "left out: nota (carla finished since: 1 missing)" in err
    late.undo()
    assert len(run("export", "jsonl")[1].splitlines()) == 1  # at it again: nothing finished differs from gold
    late.delete("s2")
    late.finish()
    assert len(run("export", "jsonl")[1].splitlines()) == 1


def test_gold_is_the_same_whoever_exports_it_and_keeps_its_relations(run: Run, disputed: Bench) -> None:
    """doccano#2116, label-studio#1803: no switch and no person changes an export; relations survive it."""
    session = judge(disputed)
    for _ in range(2):
        session.choose(first(session).id, "ana")
    session.finish()
    finish(disputed, "carla", MEXICO, done=False)
    exports = {run("export", "jsonl", "--as", name)[1] for name in ("ana", "bo", "carla", "lead")}
    (only,) = (json.loads(line) for line in exports)
    assert [(r["label"], r["curator"]) for r in only["relations"]] == [("works_for", "ana")]


def test_suggestions_alone_are_no_work(run: Run, bench: Bench) -> None:
    """doccano#280: what was only suggested never becomes gold."""
    propose(bench.store, bench.document(), [proposal(bench.document(), "Ana Ruiz", "PERSON")])
    for curator in ("ana", "bo"):
        bench.session(curator=curator).finish()
    run("adjudicate", "--auto")
    assert json.loads(run("export", "jsonl")[1])["spans"] == []
