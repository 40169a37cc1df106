"""``annotator agreement``: what goes where, with which exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.reports.agreement_records import harmless
from tests.agreement.working_curators import ANA, CRUZ, MEXICO, mark
from tests.schemas import schema_problems
from tests.workspaces import Bench, sql_dump

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(bench: Bench, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: object) -> tuple[int, str, str]:
        status = main(["-w", str(bench.workspace.root), "agreement", *map(str, arguments)])
        out, err = capfd.readouterr()
        return status, out, err

    return run


@pytest.fixture
def finished(bench: Bench) -> Bench:
    mark(bench, "ana", [ANA, CRUZ, MEXICO])
    mark(bench, "bo", [ANA, CRUZ])
    return bench


def test_tables_go_to_stdout_and_nothing_is_written(finished: Bench, run: Run) -> None:
    before = sql_dump(finished.workspace.database_path)
    status, out, err = run()
    assert (status, err) == (0, "")
    assert out.startswith("Agreement of ana, bo\nOf 100 spans that ana or bo has, the other has 80 exactly the same")
    assert "Span F1, strict" in out
    assert "DOCUMENTS, WORST FIRST" in out
    assert sql_dump(finished.workspace.database_path) == before


def test_json_is_the_same_by_both_options(finished: Bench, run: Run) -> None:
    status, out, _ = run("--json")
    assert status == 0
    assert json.loads(out)["headline"]["value"] == pytest.approx(0.8)
    assert run("--format", "json")[1] == out


def test_layers_seed_and_resamples_are_told_in_the_output(finished: Bench, run: Run) -> None:
    record = json.loads(run("--json", "--layers", "bo,ana", "--seed", 7, "--resamples", 50)[1])
    assert record["layers"] == ["curator:bo", "curator:ana"]
    assert (record["options"]["seed"], record["options"]["resamples"]) == (7, 50)
    precision = next(f for f in record["figures"] if f["measure"] == "span.precision")
    assert (precision["left"], precision["right"], precision["value"]) == ("curator:bo", "curator:ana", 1.0)


def test_gamma_is_measured_on_request(finished: Bench, run: Run) -> None:
    assert json.loads(run("--json")[1])["gamma"] is None
    whole = json.loads(run("--json", "--gamma", 60)[1])
    assert schema_problems("agreement", whole) == []
    gamma = whole["gamma"]
    assert (gamma["documents"], gamma["available"], gamma["items"]) == (1, 1, 5)
    assert 0 < gamma["low"] < gamma["value"] < gamma["high"] < 1
    assert gamma["over"] == "random annotations"
    assert {"value", "low", "high", "documents", "reason"} == set(gamma["cat"])
    table = run("--gamma", 60)[1]
    assert "γ_cat, labels alone" in table
    assert "Intervals are over the random annotations" in table


@pytest.mark.parametrize(
    ("kind", "start"),
    [("csv", "scope,name,left"), ("html", "<!DOCTYPE html>"), ("table", "Agreement of"), ("json", "{")],
)
def test_every_format_can_be_written_to_a_file(
    finished: Bench, run: Run, tmp_path: Path, kind: str, start: str
) -> None:
    path = tmp_path / "out" / f"agreement.{kind}"
    status, out, err = run("--format", kind, "-o", path)
    assert (status, out) == (0, "")
    assert f"as {kind} to {path}" in err
    assert path.read_text(encoding="utf-8").startswith(start)


def test_one_curator_alone_is_no_error(bench: Bench, run: Run) -> None:
    mark(bench, "ana", [ANA])
    status, out, _ = run()
    assert status == 0
    assert "only ana has finished documents; agreement needs a second layer (--layers ana,gold)" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--layers", "ana,eva"), "no layer 'eva'"),
        (("--layers", "ana"), "one layer alone"),
        (("--layers", ""), "no layer ''"),
    ],
)
def test_what_cannot_be_compared_is_one_clear_line(
    finished: Bench, run: Run, arguments: tuple[str, ...], message: str
) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (1, "")
    assert message in err
    assert len(err.splitlines()) == 1


def set_goals(bench: Bench, goals: str) -> None:
    path = bench.workspace.labels_path
    path.write_text(path.read_text(encoding="utf-8") + f"agreement: {goals}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("goals", "status", "said"),
    [
        ("{span_f1: 0.4}", 0, ""),
        ("{span_f1: 0.95, relation_f1: 0.5}", 3, "Span F1, strict, goal .95: not yet known from 6 documents"),
        ("{token_observed: 0.99, span_f1: 0.4}", 1, "Token: observed agreement, goal .99: not reached"),
    ],
)
def test_the_gate_tells_scripts_whether_goals_are_reached(
    bench: Bench, run: Run, goals: str, status: int, said: str
) -> None:
    for number in range(6):
        key = f"n{number}"
        bench.add(key, "Luis Paz fue a Lima, y Eva Sol a la Cruz Roja.\n")
        person, place = ("Luis Paz", "PERSON"), ("Lima", "GPE")
        mark(bench, "ana", [person, place, ("Eva Sol", "PERSON")] if number % 2 else [person, place], key=key)
        mark(bench, "bo", [person, place], key=key)
    set_goals(bench, goals)
    code, out, err = run("--gate", "--json")
    assert code == status
    assert len(err.splitlines()) == (1 if status else 0)
    assert said in err
    assert json.loads(out)["verdict"]["state"] == {0: "reached", 1: "not_reached", 3: "unknown"}[status]


def test_a_gate_without_a_goal_is_one_clear_line(finished: Bench, run: Run) -> None:
    status, out, err = run("--gate")
    assert (status, out) == (1, "")
    assert err == (
        "annotator: labels.yaml has no goal for agreement: add one, for example `agreement: {span_f1: 0.85}`\n"
    )


def test_a_gate_with_nothing_to_compare_does_not_know(bench: Bench, run: Run) -> None:
    set_goals(bench, "{span_f1: 0.8}")
    status, _, err = run("--gate")
    assert (status, err) == (3, "annotator: no goal can be checked: nobody has finished a document yet\n")


def test_wrong_usage_is_two(finished: Bench, run: Run) -> None:
    assert run("--format", "xml")[0] == 2
    assert run("--resamples", "-1")[0] == 2


def test_numpy_and_scipy_cost_other_commands_nothing() -> None:
    import subprocess
    import sys

    script = "import sys, annotator.cli.main, annotator.cli.agreement, annotator.tui.app; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_no_cell_of_csv_begins_like_a_formula() -> None:
    for value, written in (
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "'\rx"),
        ("nota", "nota"), ("", ""), (-0.5, -0.5), (3, 3), (None, None),
    ):  # fmt: skip
        assert harmless(value) == written


def test_tables_begin_with_what_is_read_and_end_with_what_is_looked_up(finished: Bench, run: Run) -> None:
    short, everything = run()[1], run("--all")[1]
    assert "Further tables, with --all: Every measure;" in short
    assert "Span F1, half shared" not in short
    assert everything.startswith(short.partition("Further tables")[0])
    assert "EVERY MEASURE\n" in everything
    assert "SEMEVAL CATEGORIES" in everything
    assert "Further tables" not in everything


def test_a_file_is_reported_under_names_that_people_know(finished: Bench, run: Run, tmp_path: Path) -> None:
    assert run("-o", tmp_path / "report.txt")[2] == f"agreement of ana, bo as table to {tmp_path / 'report.txt'}\n"
