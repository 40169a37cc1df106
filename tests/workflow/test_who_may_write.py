"""Who may write what: what somebody did is touched by nobody else, whichever verb asks; a lead's override is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotator.cli.main import VERBS, main
from annotator.history import OVERRIDE, LayerName
from annotator.names import person_problem
from annotator.store import check_database
from annotator.workflow.adjudicating.gold import settle_finished
from tests.workspaces import KEY, TEXT, Bench, proposal, propose, range_of

BO, OTHER = {"start": 0, "end": 8, "label": "PERSON"}, {"start": 22, "end": 31, "label": "ORG"}
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(bench: Bench, capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object, by: str = "mallory") -> tuple[int, str]:
        status = main(["-w", str(bench.workspace.root), *map(str, arguments), "--as", by])
        return status, capfd.readouterr().err

    return call


def doccano(folder: Path, *spans: dict[str, Any], text: str = TEXT) -> Path:
    """Write a file with some spans on the document."""
    entities = [
        {"id": n, "label": span["label"], "start_offset": span["start"], "end_offset": span["end"]}
        for n, span in enumerate(spans)
    ]
    path = folder / "other.jsonl"
    path.write_text(json.dumps({"id": 1, "text": text, "entities": entities, "relations": []}), encoding="utf-8")
    return path


@pytest.fixture
def worked(bench: Bench) -> Bench:
    """A workspace in which bo finished a document."""
    session = bench.session(curator="bo")
    session.add(*range_of(session.document, "Ana Ruiz"), "PERSON")
    session.finish()
    return bench


def heads(bench: Bench, *, but: str = "") -> dict[str, str]:
    """Return the ends of the histories of all work and gold, whatever it is called now."""
    layers = [layer for kind in ("curator", "gold") for layer in bench.store.layers(kind=kind, removed=True)]
    names = bench.store.names
    return {str(names.layer_identity(layer.name)): layer.head for layer in layers if layer.name.author != but}


class TestImport:
    @pytest.mark.parametrize("flags", [(), ("--replace",), ("--unfinished", "--replace")])
    def test_what_somebody_did_is_not_replaced(
        self, worked: Bench, run: Run, tmp_path: Path, flags: tuple[str, ...]
    ) -> None:
        before = heads(worked)
        status, err = run("import", "doccano", doccano(tmp_path, OTHER), "--layer", "curator:bo", *flags)
        assert status == 1
        assert heads(worked) == before
        if flags:
            assert (
                f"curator:bo on {KEY} is the work of bo, not mallory's to replace: import it into another layer" in err
            )

    def test_unless_a_lead_overrides_which_history_and_output_tell(
        self, worked: Bench, run: Run, tmp_path: Path
    ) -> None:
        path = doccano(tmp_path, OTHER)
        status, err = run("import", "doccano", path, "--layer", "curator:bo", "--replace", "--override", by="lead")
        assert status == 0
        assert "curator:bo: what somebody else did was replaced on 1 document" in err
        info = worked.store.layer(LayerName(KEY, "curator:bo"))
        assert info is not None
        last = worked.store.events(info)[-1]
        assert (last.actor, last.action) == ("lead", OVERRIDE)
        assert list(check_database(worked.store)) == []
        session = worked.session(curator="bo")
        session.undo()
        assert {s.label for s in session.layer.content.spans.values()} == {"PERSON"}

    def test_override_alone_is_wrong_usage(self, run: Run, tmp_path: Path) -> None:
        assert run("import", "doccano", doccano(tmp_path, OTHER), "--layer", "gold", "--override")[0] == 2
        assert run("ingest", "--override")[0] == 2

    def test_new_layers_come_in_for_others_and_ones_own_import_may_come_anew(
        self, worked: Bench, run: Run, tmp_path: Path
    ) -> None:
        for spans in ((BO,), (BO, OTHER)):
            path = doccano(tmp_path, *spans)
            assert run("import", "doccano", path, "--layer", "curator:carla", "--replace", by="eng")[0] == 0
        assert worked.actions("curator:carla") == ["import", "import"]
        worked.session(curator="carla").flag()
        path = doccano(tmp_path, BO)
        status, err = run("import", "doccano", path, "--layer", "curator:carla", "--replace", by="eng")
        assert status == 1
        assert "is the work of carla" in err

    def test_own_work_may_be_replaced(self, worked: Bench, run: Run, tmp_path: Path) -> None:
        path = doccano(tmp_path, OTHER)
        assert run("import", "doccano", path, "--layer", "curator:bo", "--replace", by="bo")[0] == 0
        assert worked.actions("curator:bo")[-1] == "import"

    def test_gold_of_others_is_for_who_leads(self, worked: Bench, run: Run, tmp_path: Path) -> None:
        settle_finished(worked.workspace, "lead")
        arguments = ("import", "doccano", doccano(tmp_path, OTHER), "--layer", "gold", "--replace")
        status, err = run(*arguments, by="bo")
        assert status == 1
        assert "gold on nota is the work of lead, not bo's to replace" in err
        assert run(*arguments, "--dry-run", "--override", by="bo")[0] == 0
        assert run(*arguments, by="dora")[0] == 0

    def test_suggestions_are_nobodys(self, run: Run, tmp_path: Path) -> None:
        for spans in ((BO,), (OTHER,)):
            path = doccano(tmp_path, *spans)
            assert run("import", "doccano", path, "--layer", "suggestions:m", "--replace", by=f"n{len(spans)}")[0] == 0

    @pytest.mark.parametrize("name", ["a/../b", "", "..", "a b", "x" * 65, "a:b", "\u202eob"])
    def test_a_layer_is_named_as_curators_are(self, bench: Bench, run: Run, tmp_path: Path, name: str) -> None:
        for kind in ("curator", "suggestions"):
            status, err = run("import", "doccano", doccano(tmp_path, BO), "--layer", f"{kind}:{name}")
            assert status == 1
            assert "a layer is gold, suggestions or curator:NAME" in err
        assert heads(bench) == {}

    @pytest.mark.parametrize(
        ("layer", "curators"),
        [
            ("curator:a/../b", []),
            ("corpus", []),
            ("proposals:bo", []),
            ("curator:", []),
            ("gold", ["a,b"]),
            ("gold", [""]),
        ],
    )
    def test_nor_may_a_file_name_it_otherwise(
        self, worked: Bench, run: Run, tmp_path: Path, layer: str, curators: list[str]
    ) -> None:
        path = tmp_path / "gold.jsonl"
        assert run("export", "jsonl", "--layer", "curator:bo", "-o", path)[0] == 0
        record = json.loads(path.read_text(encoding="utf-8"))
        record["provenance"] |= {"layer": layer, "curators": curators}
        path.write_text(json.dumps(record) + "\n", encoding="utf-8")
        before = heads(worked)
        status, err = run("import", "jsonl", path)
        assert status == 1
        (line,) = err.splitlines()
        assert "gold.jsonl:1: " in line
        assert heads(worked) == before

    def test_two_authors_never_become_one(self, run: Run, tmp_path: Path) -> None:
        tasks = [
            {"text": TEXT, "spans": [BO], "answer": "accept", "_annotator_id": author} for author in ("ana b", "ana/b")
        ]
        path = tmp_path / "tasks.jsonl"
        path.write_text("".join(json.dumps(task) + "\n" for task in tasks), encoding="utf-8")
        status, err = run("import", "prodigy", path)
        assert status == 1
        assert (
            "'ana b' and 'ana/b' would both be the curator ana-b: give one of them another name with --rename OLD=NEW"
            in err
        )


@pytest.mark.usefixtures("worked")
class TestIngest:
    @pytest.fixture
    def newer(self, tmp_path: Path) -> Path:
        path = tmp_path / f"{KEY}.txt"
        path.write_text(TEXT.replace("Ana Ruiz", "Eva Ruiz"), encoding="utf-8")
        return path

    def test_who_leads_replaces_texts_and_is_told_whose_work_that_is(self, run: Run, newer: Path) -> None:
        status, err = run("ingest", "--replace", newer, by="lead")
        assert status == 0
        assert f"{KEY}: carried over to the new text: the work of bo" in err
        assert "could not carry over: PERSON 'Ana Ruiz' of curator:bo on nota" in err

    def test_a_curator_among_others_does_not(self, worked: Bench, run: Run, newer: Path) -> None:
        worked.session(curator="ana").flag()
        worked.session(curator="ana").add(*range_of(worked.document(), "México"), "GPE")
        before = heads(worked)
        status, err = run("ingest", "--replace", newer, by="ana")
        assert status == 1
        assert "'nota' holds the work of ana and bo, and ana curates here: leave it to who leads, or add --over" in err
        assert heads(worked) == before
        assert run("ingest", "--replace", "--override", newer, by="ana")[0] == 0

    def test_who_works_alone_leads(self, run: Run, newer: Path) -> None:
        assert run("ingest", "--replace", newer, by="bo")[0] == 0


VERB_CALLS: dict[str, list[str]] = {
    "init": ["elsewhere"],
    "tutorial": [],
    "ingest": ["other"],
    "models": [],
    "suggest": [],
    "assign": ["--curators", "ana,bo,mallory", "--overlap", "2"],
    "annotate": [KEY],
    "adjudicate": ["--auto"],
    "agreement": [],
    "feedback": [],
    "comments": [],
    "remove": [KEY, "--yes"],
    "rename": ["--curator", "bo", "bob"],
    "return": [KEY, "--to", "bo", "--note", "once more"],
    "import": ["doccano", "other.jsonl", "--layer", "curator:mallory"],
    "train": [],
    "evaluate": [],
    "export": ["jsonl", "--layer", "curator:bo"],
    "schema": [],
    "validate": ["other.jsonl"],
    "status": [],
    "history": [KEY],
    "backup": ["copy.db"],
    "bundle": ["--curator", "bo", "-o", "bundle"],
    "doctor": [],
    "seal": ["-o", "seal.json"],
    "labels": ["check"],
    "catalog": ["add", "places", "places.csv"],
    "completion": ["bash"],
}


@pytest.mark.parametrize("verb", VERB_CALLS)
def test_no_verb_touches_the_work_of_somebody_else(
    worked: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verb: str
) -> None:
    propose(worked.store, worked.document(), [proposal(worked.document(), "Cruz Roja", "ORG")])
    settle_finished(worked.workspace, "lead")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "neu.txt").write_text("Luis Paz volvió.", encoding="utf-8")
    doccano(tmp_path, OTHER)
    (tmp_path / "places.csv").write_text("id,name\n1,Lima\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    before = heads(worked, but="mallory")
    main(["-w", str(worked.workspace.root), "--as", "mallory", verb, *VERB_CALLS[verb]])
    assert heads(worked, but="mallory") == before
    assert verb in VERBS


def test_every_verb_is_looked_at() -> None:
    assert {"merge", "restore", "serve"} >= set(VERBS) - set(VERB_CALLS), (
        "docs/several-curators.md says who may write what: add the verb"
    )


def test_names() -> None:
    assert [person_problem(name) for name in ("ana", "ana.2", "É", "a@b-c_d", "x" * 64)] == [None] * 5
    assert all(person_problem(name) for name in ("", "..", "-", "a/b", "a b", "a:b", "x" * 65, "\u202ea", "a\n"))
