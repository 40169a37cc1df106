"""Soft labels in the workspace's own format: what the curators' layers say of each span, where asked for."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from annotator.errors import WorkflowError
from annotator.formats.registry import load_format
from annotator.formats.source import Source
from annotator.formats.validate import validate_lines
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.exporting.export import ExportRequest, export
from annotator.workflow.importing.import_file import import_file
from annotator.workflow.importing.import_request import ImportRequest
from tests.agreement.working_curators import ANA, CRUZ, mark
from tests.workspaces import Bench

JSONL = load_format("jsonl")


def exported(bench: Bench, *, layer: str = "curator:ana", reader: str = "lead", **options: str) -> str:
    stream = io.BytesIO()
    export(bench.workspace, JSONL, ExportRequest(layer, options=options, reader=reader), None, stream)
    return stream.getvalue().decode("utf-8")


def soft(text: str) -> dict[str, dict[str, dict[str, float] | None]]:
    """Return by document the soft labels of each span's text."""
    records = [json.loads(line) for line in text.splitlines()]
    return {r["id"]: {span["text"]: span["soft_labels"] for span in r["spans"]} for r in records}


@pytest.fixture
def curated(bench: Bench) -> Bench:
    """Three curators: of ``nota`` bo has another label for Cruz Roja, and carla nothing there."""
    mark(bench, "ana", [ANA, CRUZ])
    mark(bench, "bo", [ANA, ("Cruz", "GPE")])
    mark(bench, "carla", [ANA])
    for number in range(8):
        bench.add(f"n{number}", "Luis Paz fue a Lima.\n")
        for curator in ("ana", "bo", "carla"):
            mark(bench, curator, [("Luis Paz", "PERSON"), ("Lima", "GPE")], key=f"n{number}")
    return bench


def test_shares_are_of_the_curators_who_finished_the_document(curated: Bench) -> None:
    curated.add("sola", "Luis Paz fue a Lima.\n")
    mark(curated, "ana", [("Lima", "GPE")], key="sola")
    mark(curated, "bo", [("Lima", "ORG")], key="sola", done=False)
    found = soft(exported(curated, soft="shares"))
    assert found["nota"] == {"Ana Ruiz": {"PERSON": 1}, "Cruz Roja": {"GPE": 0.3333, "ORG": 0.3333}}
    assert found["n3"] == {"Luis Paz": {"PERSON": 1}, "Lima": {"GPE": 1}}
    assert found["sola"] == {"Lima": {"GPE": 1}}


def test_the_model_says_how_likely_each_label_is(curated: Bench) -> None:
    found = soft(exported(curated, soft="model"))
    person, cross = found["nota"]["Ana Ruiz"], found["nota"]["Cruz Roja"]
    assert person is not None
    assert cross is not None
    assert person["PERSON"] > 0.95
    assert 0 < sum(cross.values()) <= 1.001
    assert cross != {"GPE": 0.3333, "ORG": 0.3333}


def test_without_the_option_nothing_changes(curated: Bench) -> None:
    plain = exported(curated)
    assert "soft_labels" not in plain
    without = [json.loads(line) for line in exported(curated, soft="shares").splitlines()]
    for record in without:
        for span in record["spans"]:
            del span["soft_labels"]
    assert without == [json.loads(line) for line in plain.splitlines()]


def test_what_is_written_is_valid_and_comes_back_without_them(curated: Bench, tmp_path: Path) -> None:
    path = tmp_path / "soft.jsonl"
    path.write_text(exported(curated, soft="model"), encoding="utf-8")
    assert validate_lines(path) == []
    result = import_file(curated.workspace, JSONL, Source(path), ImportRequest(layer="curator:dora"), "dora")
    assert result.lost["soft labels of a span"] == 18
    assert "soft_labels" not in exported(curated, layer="curator:dora")


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ({"ORG": 0.7, "GPE": 0.6}, "expected shares of 1 together or less"),
        ({"ORG": 1.5}, "expected 1 or less"),
        ({"ORG": "much"}, "expected number"),
        ([0.5], "expected object or null"),
        ({"": 0.5}, "expected text that is not empty"),
    ],
)
def test_wrong_soft_labels_are_named(curated: Bench, tmp_path: Path, labels: Any, problem: str) -> None:
    record = json.loads(exported(curated, soft="shares").splitlines()[0])
    record["spans"][0]["soft_labels"] = labels
    path = tmp_path / "soft.jsonl"
    path.write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")
    [found] = validate_lines(path)
    assert "spans[0].soft_labels" in found
    assert problem in found


def test_spans_that_no_curator_saw_have_none(bench: Bench) -> None:
    mark(bench, "ana", [ANA], done=False)
    stream = io.BytesIO()
    request = ExportRequest("curator:ana", unfinished=True, options={"soft": "shares"})
    export(bench.workspace, JSONL, request, None, stream)
    assert soft(stream.getvalue().decode("utf-8")) == {"nota": {"Ana Ruiz": None}}


def test_what_cannot_be_made_says_why(bench: Bench) -> None:
    mark(bench, "ana", [ANA])
    mark(bench, "bo", [ANA])
    with pytest.raises(WorkflowError, match="three curators"):
        exported(bench, soft="model")
    with pytest.raises(WorkflowError, match="'maybe' is no way to make soft labels"):
        exported(bench, soft="maybe")


def test_work_that_is_kept_from_the_reader_is_not_counted(curated: Bench) -> None:
    curated.add("otra", "Luis Paz fue a Lima.\n")
    for curator in ("ana", "bo"):
        mark(curated, curator, [("Lima", "GPE")], key="otra")
    stream = io.BytesIO()
    request = ExportRequest("gold", options={"soft": "shares"}, reader="carla")
    settle_finished(curated.workspace, "lead")
    result, _ = export(curated.workspace, JSONL, request, None, stream)
    found = soft(stream.getvalue().decode("utf-8"))
    assert found["otra"] == {"Lima": None}
    assert found["n0"]["Lima"] == {"GPE": 1}
    assert result.warnings == {"documents without soft labels, because curators' work on them is kept from you": 1}
