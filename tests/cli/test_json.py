"""What commands print under --json is what their schemas say, also where there is little or something is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator

from annotator.annotation import Span
from annotator.cli.main import cli, main
from annotator.reports.schemas import schema_names, schema_text
from tests.schemas import schema_problems
from tests.workspaces import KEY, Bench, under, write_labels

Run = Callable[..., tuple[int, str, str]]
Print = Callable[..., Any]


@pytest.fixture
def run(bench: Bench, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in the workspace of ``bench``; return exit status, stdout, stderr."""

    def run(*arguments: object, folder: Path = bench.workspace.root) -> tuple[int, str, str]:
        status = main(["-w", str(folder), *map(str, arguments)])
        return status, *capfd.readouterr()

    return run


@pytest.fixture
def printed(run: Run) -> Print:
    """Run a command with --json, hold what it prints against a schema, and return it."""

    def printed(schema: str, *arguments: object, status: int = 0, **where: Path) -> Any:
        found, out, err = run(*arguments, "--json", **where)
        assert found == status, err
        assert "Traceback" not in err
        value = json.loads(out)
        assert schema_problems(schema, value) == []
        return value

    return printed


def finish(bench: Bench, curator: str, *accepted: Span) -> None:
    """Finish ``nota`` as somebody who accepts some suggestions and rejects the others."""
    session = bench.session(curator=curator)
    for span in accepted:
        session.accept(span.id)
    session.finish()


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command by its path."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield "-".join((*path, name)), command


def test_every_command_that_prints_json_has_a_schema() -> None:
    changes = ("labels-rename", "labels-merge", "labels-split", "labels-drop", "labels-undo")
    told = {**dict.fromkeys(changes, "labels-change"), **dict.fromkeys(("models-list", "models-compare"), "models")}
    having = {name for name, command in commands(cli) if any(option.name == "as_json" for option in command.params)}
    assert {told.get(name, name) for name in having} == set(schema_names()) - {"gold", "progress"}


@pytest.mark.parametrize("name", schema_names())
def test_a_schema_is_one_and_names_every_field(name: str) -> None:
    schema = json.loads(schema_text(name))
    Draft202012Validator.check_schema(schema)

    def objects(value: Any, at: str) -> list[str]:
        if isinstance(value, list):
            return [one for item in value for one in objects(item, at)]
        if not isinstance(value, dict):
            return []
        loose = "properties" in value and "additionalProperties" not in value
        return [*([at] if loose else []), *(one for key, item in value.items() for one in objects(item, f"{at}.{key}"))]

    assert objects(schema, name) == []


def test_the_schema_command(run: Run) -> None:
    status, out, _ = run("schema")
    assert (status, out.split()) == (0, schema_names())
    status, out, _ = run("schema", "ingest")
    assert (status, json.loads(out)["title"]) == (0, "annotator ingest --json")
    status, out, err = run("schema", "ingst")
    assert (status, out) == (1, "")
    assert "did you mean ingest?" in err


def test_json_is_not_passed_over_where_it_says_nothing(run: Run) -> None:
    status, out, err = run("catalog", "--json", "search", "places", "lim")
    assert (status, out) == (2, "")
    assert "--json stands behind search" in err


def test_in_a_workspace_with_nothing_in_it(printed: Print, tmp_path: Path) -> None:
    write_labels(tmp_path / "new")
    empty = partial(printed, folder=tmp_path / "new")
    assert empty("labels-check", "labels", "check")["retired"] == []
    assert empty("suggest", "suggest")["suggested"] == 0
    assert empty("adjudicate", "adjudicate", "--auto")["open"] == {}
    assert empty("export", "export", "jsonl", "-o", tmp_path / "none.jsonl")["parts"][0]["documents"] == 0
    assert empty("labels-diff", "labels", "diff")["differences"] == []
    assert not any(row["counts"] for row in empty("labels-stats", "labels", "stats"))
    for command in ("status", "backup --list", "comments", "feedback", "feedback --all", "remove --list", "models list",
                    "agreement"):  # fmt: skip
        empty(command.split()[0], *command.split())
    assert empty("catalog-list", "catalog") == []
    assert empty("catalog-list", "catalog", "list") == []
    places = tmp_path / "places.csv"
    places.write_text("id,name\n1,Lima\n", encoding="utf-8")
    assert empty("catalog-add", "catalog", "add", "places", places)["added"] == 1
    assert empty("catalog-search", "catalog", "search", "places", "lim")[0]["id"] == "1"
    assert empty("catalog-list", "catalog", "list")[0]["entries"] == 1


@pytest.mark.usefixtures("proposed")
def test_from_article_to_gold(
    printed: Print, bench: Bench, ana: Span, cruz: Span, mexico: Span, tmp_path: Path
) -> None:
    article = tmp_path / "otra.txt"
    article.write_text("Luis Paz trabaja para Cruz Roja.\n", encoding="utf-8")
    assert printed("ingest", "ingest", article)["added"] == 1
    assert printed("ingest", "ingest", article)["unchanged"] == 1
    assert printed("assign", "assign", "--curators", "ana,bo", "--overlap", 2)["short"] == {}
    finish(bench, "ana", ana, cruz)
    assert KEY in printed("adjudicate", "adjudicate", "--auto")["open"]
    printed("return", "return", KEY, "--to", "ana", "--note", "mira otra vez", "--as", "lead")
    printed("return", "return", KEY, "--undo", "--as", "lead")
    printed("return", "return", KEY, "--to", "ana", "--note", "mira otra vez", "--as", "lead")
    assert printed("status", "status", "--as", "lead")["returned"][0]["curator"] == "ana"
    assert printed("comments", "comments", "--as", "lead")[0]["kind"] == "return"
    session = bench.session()
    session.comment("¿seguro?")
    session.finish()
    finish(bench, "bo", ana, cruz)
    printed("agreement", "agreement")
    assert printed("adjudicate", "adjudicate", "--auto", KEY)["settled"] == [KEY]
    assert printed("adjudicate", "adjudicate", "--auto", KEY)["unchanged"] == [KEY]
    for arguments in ([KEY], [], ["--all"]):
        assert printed("feedback", "feedback", *arguments, "--as", "ana")
    for arguments in ([], ["--items"]):
        assert printed("history", "history", KEY, *arguments)
    exported = printed("export", "export", "conll", "-o", tmp_path / "gold.conll")
    assert exported["left_out"] == {"otra": "not gold yet"}
    assert exported["not_carried"]
    printed("export", "export", "jsonl", "-o", tmp_path / "split", "--split", "0.5,0.5", "--force")
    article.write_text("Luis Paz vive en Canadá.\n", encoding="utf-8")
    assert printed("ingest", "ingest", article, "--replace")["backup"]


@pytest.mark.usefixtures("proposed")
def test_bringing_in_and_carrying_over(
    printed: Print, bench: Bench, ana: Span, cruz: Span, mexico: Span, tmp_path: Path
) -> None:
    finish(bench, "ana", ana, cruz, mexico)
    gold = tmp_path / "work.jsonl"
    printed("export", "export", "jsonl", "--layer", "curator:ana", "-o", gold)
    assert printed("import", "import", "jsonl", gold, "--layer", "curator:bo", "--as", "bo")["layers"]
    assert printed("import", "import", gold, "--layer", "curator:bo", "--dry-run")["dry_run"]
    assert printed("labels-change", "labels", "rename", "GPE", "PLACE", "--dry-run")["counts"]
    printed("labels-change", "labels", "rename", "GPE", "PLACE")
    printed("labels-change", "labels", "undo")
    assert printed("rename", "rename", KEY, "note")["work"]["curators"]
    printed("rename", "rename", "--undo")
    copy = printed("backup", "backup")["backup"]
    assert printed("merge", "merge", copy)["documents"] == []
    assert printed("backup", "backup", "--list")
    assert printed("remove", "remove", KEY, "--yes")[0]["work"]
    assert printed("remove", "remove", "--list") == [KEY]
    printed("remove", "remove", "--undo", KEY)
    assert printed("doctor", "doctor")["findings"] == []


@pytest.mark.usefixtures("proposed")
def test_progress_as_lines_of_json(run: Run, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(f'{{"id": "r{i}", "text": "Nota {i} de Ana."}}\n' for i in range(300)), encoding="utf-8")
    work = tmp_path / "work.jsonl"
    for command, task, count in (
        (f"ingest {rows}", "ingesting", 300),
        (f"export jsonl --layer suggestions -o {work}", "exporting", 1),
        (f"import {work} --layer suggestions:other", "importing", None),
        ("assign --curators ana", "assigning", 4),
    ):
        status, _, err = run(*command.split(), "--progress", "json")
        lines = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
        assert status == 0, err
        assert [problem for line in lines for problem in schema_problems("progress", line)] == []
        assert {line["task"] for line in lines} == {task}
        last = lines[-1]
        assert last["done"] == last["total"] == (work.stat().st_size if count is None else count)
    status, _, err = run("doctor", "--progress", "json")
    whole = {line["task"]: line for line in map(json.loads, err.splitlines()[:-1])}
    assert (whole["documents"]["done"], whole["documents"]["total"]) == (301, 301)


def test_progress_is_quiet_or_a_bar_as_asked(run: Run) -> None:
    assert run("doctor")[2] == run("doctor", "--progress", "none")[2]
    assert "\x1b[" in run("doctor", "--progress", "bar")[2]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [("export jsonl --json", "name a file with -o PATH"), ("adjudicate --json", "--json goes with --auto")],
)
def test_json_that_has_no_place(run: Run, arguments: str, why: str) -> None:
    status, out, err = run(*arguments.split())
    assert (status, out) == (2, "")
    assert why in err


@pytest.mark.usefixtures("proposed")
def test_what_is_wrong_is_printed_and_the_exit_code_says_so(
    printed: Print, bench: Bench, ana: Span, mexico: Span, tmp_path: Path
) -> None:
    finish(bench, "ana", ana, mexico)
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b'{"text": 1}\n\xff\n')
    found = printed("validate", "validate", path, path.with_name("bad.jsonl"), status=1)
    assert found["problems"] > 2
    under(bench, ("  GPE: {key: 3}\n", ""), ("located_in: {key: i, head: [ORG, GPE], child: GPE}", ""),
          ("cooperates_with: {key: c, head: GPE, child: GPE, symmetric: true}", ""))  # fmt: skip
    retired = printed("labels-check", "labels", "check", status=1)["retired"]
    assert [(one["label"], one["kind"], one["count"]) for one in retired] == [("GPE", "label", 1)]
    assert printed("doctor", "doctor")["retired"]
    assert printed("labels-diff", "labels", "diff")["gone"]
    assert printed("export", "export", "jsonl", "--layer", "curator:ana", "-o", tmp_path / "x.jsonl")["retired"]
    under(bench, ("head: PERSON, child: ORG", "head: NOBODY, child: ORG"))
    assert printed("labels-check", "labels", "check", status=1)["mistakes"]
    bench.store.connection.execute("UPDATE span SET start = start + 1 WHERE label = 'PERSON'")
    assert printed("doctor", "doctor", status=1)["findings"]
