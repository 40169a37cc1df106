"""What a merge refuses to believe: forged histories, odd files, and databases that are more than they seem."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from annotator.cli.main import main
from annotator.errors import AnnotatorError
from annotator.history import CORPUS, GOLD, LayerName
from annotator.store import check_database, schema
from annotator.store.foreign import NO_LIMITS, Limits
from annotator.store.segmentations import SINCE, add_conversion
from annotator.text import Segmentation, text_sha256
from annotator.workflow.importing.ingest import ingest
from annotator.workflow.sharing.bundling import bundle
from annotator.workflow.sharing.merging import MergeConflictError, MergeReport, merge
from tests.older_texts import copy_texts
from tests.workflow.sharing.forging import defenceless, forge, rehash
from tests.workspaces import (
    KEY,
    TEXT,
    Bench,
    add_document,
    database_content,
    make_bench,
    make_document,
    proposal,
    propose,
    propose_elsewhere,
    range_of,
    span_texts,
    sql_dump,
)

BO = LayerName(KEY, "curator:bo")
SPAN = {"start": 0, "end": 8, "label": "PERSON", "origin": "added"}
OTHER_TEXT = "Otro texto."
NEW_TEXT = "El Sr. Paz llegó. Nadie habló."


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """Two databases: one with a document, and the same after bo went on alone."""
    bench = make_bench(tmp_path_factory.mktemp("made"))
    bench.add()
    bench.workspace.close()
    before = database(bench).read_bytes()
    bench = make_bench(bench.workspace.root)
    session = bench.session(curator="bo")
    session.add(*range_of(session.document, "Luis Paz"), "PERSON")
    bench.workspace.close()
    return before, database(bench).read_bytes()


@pytest.fixture
def bench(made: tuple[bytes, bytes], tmp_path: Path) -> Iterator[Bench]:
    """A workspace with the document ``nota``."""
    bench = written(tmp_path / "work", made[0])
    yield bench
    bench.workspace.close()


@pytest.fixture
def there(made: tuple[bytes, bytes], tmp_path: Path) -> Iterator[Bench]:
    """A copy of the workspace in which bo went on alone; not opened yet, so that its file is whole."""
    bench = written(tmp_path / "there", made[1])
    yield bench
    bench.workspace.close()


def written(folder: Path, data: bytes) -> Bench:
    bench = make_bench(folder)
    database(bench).parent.mkdir()
    database(bench).write_bytes(data)
    return bench


def bring(bench: Bench, path: Path, **more: Any) -> MergeReport:
    return merge(bench.workspace, path, **more)


def refused(bench: Bench, path: Path, **more: Any) -> str:
    """Return in one line why a merge was refused, which must not have changed anything."""
    before = sql_dump(bench.store.path)
    with pytest.raises(AnnotatorError) as caught:
        bring(bench, path, **more)
    assert sql_dump(bench.store.path) == before
    error = caught.value
    return "; ".join(error.conflicts) if isinstance(error, MergeConflictError) else str(error)


def database(bench: Bench) -> Path:
    return bench.workspace.database_path


class TestNames:
    @pytest.mark.parametrize("key", ["../../../pwned", "/etc/pwned", "a\x1b[2Jb", "a\\b", ".hidden", " a", "x" * 201])
    def test_a_key_that_could_lead_out_of_a_folder_or_act_on_a_screen(
        self, bench: Bench, there: Bench, key: str
    ) -> None:
        add_document(there.store, make_document(key))
        there.workspace.close()
        assert "the key" in refused(bench, there.workspace.root)
        assert bring(bench, there.workspace.root, without=[key]).by_layer() == [("curator:bo", 1, 1)]

    @pytest.mark.parametrize("name", ["curator:a/../b", "curator:", "robot:x", "curator", "gold:x", "curator:a b"])
    def test_a_layer_that_nobody_can_have(self, bench: Bench, there: Bench, name: str) -> None:
        forge(database(there), LayerName(KEY, name), [["span", "s1", None, SPAN]], actor="eve")
        assert "the name" in refused(bench, there.workspace.root)

    def test_a_name_from_before_names_were_checked_can_be_changed(self, bench: Bench, there: Bench) -> None:
        fields = [["layer", "text", None, {"value": text_sha256(TEXT)}]]
        forge(database(there), LayerName(KEY, "curator:bo díaz"), [*fields, ["span", "s1", None, SPAN]],
              actor="lead", action="import")  # fmt: skip
        root = there.workspace.root
        assert "letters, digits" in refused(bench, root)
        line = refused(bench, root, renames={"bo díaz": "bo.diaz"})
        assert "imported by lead" in line
        bring(bench, root, renames={"bo díaz": "bo.diaz"}, trusted=["lead"])
        assert span_texts(bench.session(curator="bo.diaz")) == {("PERSON", "Ana Ruiz")}


def far_ahead() -> str:
    return (datetime.now(UTC) + timedelta(days=3)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


EVENTS: dict[str, tuple[dict[str, Any], str]] = {
    "a time that is none": ({"at": "2026-13-45T00:00:00.000Z"}, "its time"),
    "a time in words": ({"at": "yesterday"}, "not UTC with milliseconds"),
    "a time without its zone": ({"at": "2026-05-01T00:00:00.000"}, "not UTC"),
    "a time yet to come": ({"at": far_ahead()}, "yet to come"),
    "an actor that nobody is": ({"actor": "bo\x1b[2J"}, "event 2"),
    "an action that there is none": ({"action": "format disk"}, "no action"),
    "an action of another kind of layer": ({"action": "ingest"}, "no action"),
    "an undo of what is not last": ({"action": "undo", "target": 7}, "undo of event 7"),
    "a redo of nothing": ({"action": "redo", "target": 1}, "redo of event 1"),
    "a target without a reason": ({"target": 1}, "label of event 1"),
    "a pause of ages": ({"pause_ms": 10**15}, "a pause"),
}

NOWHERE = "0" * 64
LINK = {"head": "s1", "child": "s1.9", "label": "leads", "origin": "added"}
OPS: dict[str, object] = {
    "no JSON": "[",
    "no list": {"a": 1},
    "an op cut short": [["span", "s1.9", None]],
    "an op that is none": [["span", 9, None, SPAN]],
    "brackets without end": f"[{'[' * 1500}{']' * 1500}]",
    "an unknown table": [["sqlite_schema", "x", None, {"sql": ""}]],
    "an unknown table that goes": [["events", "x", None, None]],
    "a record that is none": [["span", "s1.9", None, 7]],
    "a field that there is none": [["span", "s1.9", None, {**SPAN, "colour": "red"}]],
    "a field missing": [["span", "s1.9", None, {"start": 0, "end": 8, "label": "PERSON"}]],
    "a place in words": [["span", "s1.9", None, {**SPAN, "start": "0"}]],
    "a place before the text": [["span", "s1.9", None, {**SPAN, "start": -1}]],
    "a place that ends before it starts": [["span", "s1.9", None, {**SPAN, "start": 9}]],
    "a place beyond the text": [["span", "s1.9", None, {**SPAN, "end": 10_000}]],
    "a place beyond all numbers": [["span", "s1.9", None, {**SPAN, "end": 10**30}]],
    "an unknown origin": [["span", "s1.9", None, {**SPAN, "origin": "guessed"}]],
    "a score beyond 1": [["span", "s1.9", None, {**SPAN, "score": 1.5}]],
    "no label": [["span", "s1.9", None, {**SPAN, "label": None}]],
    "an id that acts on a screen": [["span", "\x1b[2J", None, SPAN]],
    "an empty id": [["span", "", None, SPAN]],
    "another record before": [["span", "s1", {**SPAN, "label": "ORG"}, SPAN]],
    "a record before where there was none": [["span", "s1.9", SPAN, None]],
    "a record that is there already": [["span", "s1", None, SPAN]],
    "a relation of nothing": [
        ["relation", "r1.9", None, {"head": "s1", "child": "s1.9", "label": "leads", "origin": "added"}]
    ],
    "a span under a relation that goes": [
        ["span", "s1.9", None, SPAN],
        ["relation", "r1.9", None, LINK],
        ["span", "s1.9", SPAN, None],
    ],
    "an unknown field of the layer": [["layer", "head", None, {"value": NOWHERE}]],
    "a field without a value": [["layer", "flag", None, {}]],
    "a state that there is none": [["layer", "state", {"value": "doing"}, {"value": "perhaps"}]],
    "a text that is missing": [["layer", "text", {"value": text_sha256(TEXT)}, {"value": NOWHERE}]],
    "another document's text": [["layer", "text", {"value": text_sha256(TEXT)}, {"value": text_sha256(OTHER_TEXT)}]],
    "a verdict on nothing": [["verdict", "v", None, {"kind": "span", "verdict": "accepted", "label": "PERSON"}]],
    "a verdict beyond the text": [
        ["verdict", "0-9999-X", None, {"kind": "span", "verdict": "rejected", "label": "X", "original": [0, 9999, "X"]}]
    ],
    "a verdict under another id": [
        ["verdict", "0-2-X", None, {"kind": "span", "verdict": "rejected", "label": "X", "original": [0, 1, "X"]}]
    ],
    "a verdict of an unknown kind": [
        ["verdict", "v", None, {"kind": "word", "verdict": "rejected", "label": "X", "original": [0, 1, "X"]}]
    ],
    "a comment without words": [["comment", "c1", None, {"text": 7}]],
    "half a character": '[["comment","c1",null,{"text":"\\ud800"}]]',
    "a document in a curator's layer": [
        ["document", KEY, None, {"sha256": text_sha256(OTHER_TEXT), "lang": "es", "title": "", "meta": {}}]
    ],
    "an assignment in a curator's layer": [["assignment", "bo", None, {"blind": False}]],
    "a ruling in a curator's layer": [["ruling", "0-8-PERSON", None, {"kind": "span"}]],
    "something kept that cannot be written again": [
        ["extra", "brat.1", None, {"format": "brat", "kind": "event", "value": {"label": "E"}, "refs": ["s1"]}]
    ],
    "something kept that is too deep": [
        ["extra", "x.1", None, {"format": "x", "kind": "x", "value": json.loads('{"a":' * 200 + "1" + "}" * 200)}]
    ],
}


class TestHistories:
    @pytest.fixture(autouse=True)
    def _another_document(self, there: Bench) -> None:
        add_document(there.store, make_document("otro", OTHER_TEXT))
        there.workspace.close()

    @pytest.mark.parametrize("case", EVENTS)
    def test_an_event_that_cannot_have_been(self, bench: Bench, there: Bench, case: str) -> None:
        fields, reason = EVENTS[case]
        forge(database(there), BO, [["layer", "flag", None, {"value": ""}]], **fields)
        line = refused(bench, there.workspace.root)
        assert line.startswith("curator:bo on nota: event 2")
        assert reason in line

    @pytest.mark.parametrize("case", OPS)
    def test_ops_that_mean_nothing(self, bench: Bench, there: Bench, case: str) -> None:
        forge(database(there), BO, OPS[case])
        line = refused(bench, there.workspace.root)
        assert line.startswith("curator:bo on nota: event 2: ")
        assert bring(bench, there.workspace.root, without=[KEY]).documents == ["otro"]

    @pytest.mark.parametrize("layer", ["curator:bo", "suggestions", GOLD, CORPUS])
    def test_no_layer_writes_another_document(self, bench: Bench, there: Bench, layer: str) -> None:
        record = {"sha256": text_sha256(TEXT), "lang": "es", "title": "pwned", "meta": {}}
        name = LayerName("otro", layer)
        action = {CORPUS: "replace", "suggestions": "suggest"}.get(layer, "label")
        forge(database(there), name, [["document", KEY, None, record]], action=action, actor=name.author or "eve")
        line = refused(bench, there.workspace.root)
        assert "document nota cannot be written" in line or "another document, 'nota'" in line

    @pytest.mark.parametrize(
        "record",
        [
            None,
            {"sha256": NOWHERE, "lang": "es", "title": "", "meta": {}},
            {"sha256": text_sha256(TEXT), "lang": "es", "title": "", "meta": []},
            {"sha256": text_sha256(TEXT), "lang": "", "title": "", "meta": {}},
            {"sha256": text_sha256(TEXT), "title": "", "meta": {}},
        ],
    )
    def test_a_document_that_is_none(self, bench: Bench, there: Bench, record: object) -> None:
        document = make_document()
        was = {"sha256": document.sha256, "lang": "es", "title": document.title, "meta": {}}
        forge(database(there), LayerName(KEY, CORPUS), [["document", KEY, was, record]], action="replace")
        assert "corpus on nota: event 2" in refused(bench, there.workspace.root)

    def test_a_document_that_is_missing(self, bench: Bench, there: Bench) -> None:
        forge(database(there), LayerName("nada", "curator:bo"), [["layer", "flag", None, {"value": ""}]])
        assert "the document itself is missing" in refused(bench, there.workspace.root)

    def test_an_assignment_to_nobody(self, bench: Bench, there: Bench) -> None:
        forge(database(there), LayerName(KEY, CORPUS), [["assignment", "../x", None, {"blind": False}]],
              action="assign")  # fmt: skip
        assert "the curator's name '../x'" in refused(bench, there.workspace.root)

    @pytest.mark.parametrize(
        "record",
        [{"note": "x", "step": 0}, {"note": "x"}, {"note": 1, "step": 1}, {"note": "x", "step": 1, "by": "me"}],
    )
    def test_a_return_that_is_none(self, bench: Bench, there: Bench, record: object) -> None:
        forge(database(there), LayerName(KEY, CORPUS), [["returned", "bo", None, record]], action="return")
        assert "corpus on nota: event 2: returned bo" in refused(bench, there.workspace.root)

    def test_a_return_to_nobody_or_in_somebodys_own_layer(self, bench: Bench, there: Bench) -> None:
        op = ["returned", "../x", None, {"note": "x", "step": 1}]
        forge(database(there), LayerName(KEY, CORPUS), [op], action="return")
        forge(database(there), BO, [["returned", "bo", None, {"note": "x", "step": 1}]])
        assert "the curator's name '../x'" in refused(bench, there.workspace.root)

    def test_only_a_removal_takes_a_document_away_and_it_does(self, bench: Bench, there: Bench) -> None:
        document = make_document()
        record = {"sha256": document.sha256, "lang": "es", "title": document.title, "meta": {}}
        forge(database(there), LayerName(KEY, CORPUS), [["document", KEY, record, record]], action="remove")
        assert "it leaves the document there" in refused(bench, there.workspace.root)

    @pytest.mark.parametrize(
        ("ruling", "reason"),
        [
            ({"kind": "span", "claim": [0, 3, "ORG"], "event": 1}, "its id is not its content"),
            ({"kind": "span", "claim": [0, 8, "ORG"], "event": 2}, "it was made by event 2, which is yet to come"),
        ],
    )
    def test_gold_by_a_ruling_that_cannot_have_been(
        self, bench: Bench, there: Bench, ruling: dict[str, Any], reason: str
    ) -> None:
        record = {"settled": "adjudicator", "versions": {}, **ruling}
        forge(database(there), LayerName(KEY, GOLD), [["ruling", "0-8-ORG", None, record]], action="choose")
        assert reason in refused(bench, there.workspace.root)

    @pytest.mark.parametrize(
        "op",
        [
            ["span", "s1", None, SPAN],
            ["span", "0-8-ORG", None, SPAN],
            ["relation", "r1", None, {**LINK, "head": "0-8-PERSON", "child": "0-8-PERSON"}],
        ],
    )
    @pytest.mark.parametrize(("layer", "action"), [("suggestions", "suggest"), (GOLD, "label")])
    def test_ids_that_should_be_content_and_are_not(
        self, bench: Bench, there: Bench, layer: str, action: str, op: list[Any]
    ) -> None:
        ops = [["layer", "text", None, {"value": text_sha256(TEXT)}], ["span", "0-8-PERSON", None, SPAN], op]
        forge(database(there), LayerName(KEY, layer), ops, action=action)
        assert "its id is not its content" in refused(bench, there.workspace.root)

    def test_a_span_twice_is_found_before_it_is_written(self, bench: Bench, there: Bench) -> None:
        (start, end), document = range_of(make_document(), "Luis Paz"), make_document()
        forge(database(there), BO, [["span", "s1.9", None, {**SPAN, "start": start, "end": end}]])
        assert "1 spans stand there twice" in refused(bench, there.workspace.root)
        assert document.text[start:end] == "Luis Paz"

    def test_ids_that_later_steps_would_make_are_no_trap(self, bench: Bench, there: Bench) -> None:
        forge(database(there), BO, [["span", "s3", None, {**SPAN, "end": 3}], ["comment", "c4", None, {"text": "x"}]])
        bring(bench, there.workspace.root)
        session = bench.session(curator="bo")
        session.add(*range_of(session.document, "Cruz Roja"), "ORG")
        session.comment("y", next(iter(session.layer.content.spans)))
        assert span_texts(bench.session(curator="bo")) == {
            ("PERSON", "Luis Paz"),
            ("PERSON", "Ana"),
            ("ORG", "Cruz Roja"),
        }
        assert len(session.layer.content.comments) == 2
        assert list(check_database(bench.store)) == []

    def test_a_history_whose_hashes_were_all_computed_anew_is_judged_by_what_it_says(
        self, bench: Bench, there: Bench
    ) -> None:
        rehash(database(there), BO, [(1, {"ops": json.dumps([["span", "s1", None, {**SPAN, "end": 999}]])})])
        assert "reaches beyond the text" in refused(bench, there.workspace.root)


class TestOthersLayers:
    def test_an_import_by_another_is_no_door(self, bench: Bench, tmp_path: Path) -> None:
        bench.session(curator="ana").flag()
        other = make_bench(tmp_path / "third")
        bench.store.backup(other.workspace.database_path)
        forge(database(other), LayerName(KEY, "curator:ana"), [["span", "s1.9", None, SPAN]],
              actor="mallory", action="import")  # fmt: skip
        line = refused(bench, other.workspace.root)
        assert line == "curator:ana on nota: imported by mallory, not done by whose it is: --trust mallory takes it"
        assert refused(bench, other.workspace.root, trusted=["lead"]) == line

    def test_unless_whoever_did_it_is_trusted_by_name(
        self, bench: Bench, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        other = make_bench(tmp_path / "other")
        other.add()
        file = tmp_path / "ana.jsonl"
        bench.session(curator="ana").add(0, 8, "PERSON")
        root = str(bench.workspace.root)
        bench.session(curator="ana").finish()
        assert main(["-w", root, "export", "jsonl", "--layer", "curator:ana", "-o", str(file)]) == 0
        there = str(other.workspace.root)
        assert main(["-w", there, "--as", "lead", "import", "jsonl", str(file), "--layer", "curator:carla"]) == 0
        other.workspace.close()
        capfd.readouterr()
        assert main(["-w", root, "merge", there]) == 1
        assert "curator:carla on nota: imported by lead" in capfd.readouterr().out
        assert main(["-w", root, "merge", there, "--trust", "lead"]) == 0
        assert span_texts(bench.session(curator="carla")) == {("PERSON", "Ana Ruiz")}

    def test_what_was_imported_here_goes_round_and_comes_back(self, bench: Bench, there: Bench) -> None:
        fields = [["layer", "text", None, {"value": text_sha256(TEXT)}]]
        ops = [*fields, ["span", "s1", None, SPAN]]
        forge(database(there), LayerName(KEY, "curator:carla"), ops, actor="lead", action="import")
        bring(bench, there.workspace.root, trusted=["lead"])
        assert bring(bench, there.workspace.root).events == {}

    def test_a_replaced_text_may_carry_over_what_its_curator_had(
        self, bench: Bench, there: Bench, tmp_path: Path
    ) -> None:
        (tmp_path / f"{KEY}.txt").write_text("Ayer. " + TEXT, encoding="utf-8")
        ingest(there.workspace, [tmp_path / f"{KEY}.txt"], "chief", replace=True)
        there.workspace.close()
        report = bring(bench, there.workspace.root)
        assert report.replaced == [KEY]
        assert span_texts(bench.session(curator="bo")) == {("PERSON", "Luis Paz")}
        assert list(check_database(bench.store)) == []

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda ops: [*ops, ["span", "s1.9", None, SPAN]], "chief changes more than a replaced text asks for"),
            (lambda ops: [*ops, ["layer", "state", {"value": "doing"}, {"value": "done"}]], "asks for: layer"),
            (lambda ops: ops[:1], "reaches beyond|asks for"),
            (lambda ops: [*ops, ["verdict", "0-8-ORG", None, {"kind": "span", "verdict": "rejected", "label": "ORG",
                                                            "original": [0, 8, "ORG"]}]], "asks for: verdict"),
        ],
    )  # fmt: skip
    def test_and_nothing_more(
        self, bench: Bench, there: Bench, tmp_path: Path, change: Callable[[list[Any]], list[Any]], reason: str
    ) -> None:
        (tmp_path / f"{KEY}.txt").write_text("Ayer. " + TEXT, encoding="utf-8")
        ingest(there.workspace, [tmp_path / f"{KEY}.txt"], "chief", replace=True)
        info = there.store.layer(BO)
        assert info is not None
        ops = [list(op) for op in there.store.events(info)[-1].decode_ops()]
        there.workspace.close()
        rehash(database(there), BO, [(2, {"ops": json.dumps(change(ops))})])
        assert any(part in refused(bench, there.workspace.root) for part in reason.split("|"))

    def test_nor_by_somebody_who_replaced_no_text(self, bench: Bench, there: Bench) -> None:
        forge(database(there), BO, [["span", "s1", {**SPAN, "start": 125, "end": 133}, None]],
              actor="mallory", action="re-anchor")  # fmt: skip
        assert "event 2" in refused(bench, there.workspace.root)
        info = there.store.layer(BO)
        assert info is not None
        now = there.store.events(info)[0].decode_ops()[0].now
        there.workspace.close()
        rehash(database(there), BO, [(2, {"ops": json.dumps([["span", "s1", now, None]])})])
        assert "a text that mallory did not replace" in refused(bench, there.workspace.root)

    def test_proposals_are_carried_over_and_taken_in_likewise(self, bench: Bench, there: Bench, tmp_path: Path) -> None:
        there.add("otro", "Vino Luis Paz.")
        propose_elsewhere(there.workspace, "bo", "Luis Paz", "PERSON", excluding=KEY)
        (tmp_path / "otro.txt").write_text("Ayer vino Luis Paz.", encoding="utf-8")
        ingest(there.workspace, [tmp_path / "otro.txt"], "chief", replace=True)
        there.workspace.close()
        assert "proposals:bo" in {name for name, *_ in bring(bench, there.workspace.root, dry_run=True).by_layer()}
        proposals = LayerName("otro", "proposals:bo")
        span = {"start": 0, "end": 4, "label": "PERSON", "origin": "suggested"}
        forge(database(there), proposals, [["span", "0-4-PERSON", None, span]], actor="mallory", action="import")
        assert "proposals:bo on otro: imported by mallory" in refused(bench, there.workspace.root)


ITS = "text_id = (SELECT id FROM text WHERE content LIKE 'El%')"
"""The row of what is in the new text."""


class TestTexts:
    @pytest.fixture(autouse=True)
    def _new_document(self, there: Bench) -> None:
        there.add("nuevo", NEW_TEXT)
        there.workspace.close()

    @pytest.mark.parametrize(
        ("sql", "reason"),
        [
            ("UPDATE text SET content = content || '!' WHERE content LIKE 'El%'", "is not what its digest says"),
            (f"UPDATE segmentation SET tokens = substr(tokens, 2) WHERE {ITS}", "the tokens of text"),
            (f"UPDATE segmentation SET tokens = x'fc' WHERE {ITS}", "the tokens of text"),
            (f"UPDATE segmentation SET sentences = tokens WHERE {ITS}", "the tokens of text"),
            (f"DELETE FROM segmentation WHERE {ITS}", "the tokens of text"),
            ("DELETE FROM text WHERE content LIKE 'El%'", "is missing"),
        ],
    )
    def test_a_text_that_is_not_what_it_says(self, bench: Bench, there: Bench, sql: str, reason: str) -> None:
        with defenceless(database(there)) as connection:
            connection.execute(sql)
        assert reason in refused(bench, there.workspace.root)

    def test_tokens_that_a_file_brought_are_kept(
        self, bench: Bench, there: Bench, capfd: pytest.CaptureFixture[str]
    ) -> None:
        words = Segmentation(match.span() for match in re.finditer(r"\S+", NEW_TEXT))
        self._cut_as_a_file(there, words, [(words.starts[0], words.ends[-1])])
        assert main(["-w", str(bench.workspace.root), "merge", str(there.workspace.root)]) == 0
        assert "anew" not in capfd.readouterr().err
        document = bench.document("nuevo")
        assert (document.tokens, len(document.sentences)) == (words, 1)
        assert list(check_database(bench.store)) == []

    @pytest.mark.parametrize(
        ("tokens", "sentences"),
        [
            ([(0, len(NEW_TEXT))], [(0, len(NEW_TEXT))]),
            ([(0, 2), (3, len(NEW_TEXT) + 9)], [(0, len(NEW_TEXT) + 9)]),
            ([(0, 1), (1, 2)], [(0, 1)]),
            ([(0, 1), (1, 2)], [(1, 2)]),
        ],
        ids=["white space", "beyond the text", "a word outside", "a first word outside"],
    )
    def test_tokens_that_no_file_can_bring_are_refused(
        self, bench: Bench, there: Bench, tokens: list[tuple[int, int]], sentences: list[tuple[int, int]]
    ) -> None:
        self._cut_as_a_file(there, tokens, sentences)
        assert "the tokens of text" in refused(bench, there.workspace.root)

    def _cut_as_a_file(
        self, there: Bench, tokens: Iterable[tuple[int, int]], sentences: Iterable[tuple[int, int]]
    ) -> None:
        packed = (Segmentation(tokens).pack(), Segmentation(sentences).pack())
        with defenceless(database(there)) as connection:
            connection.execute(
                f"UPDATE segmentation SET tokenizer = 'file', tokens = ?, sentences = ? WHERE {ITS}", packed
            )

    def test_a_text_that_another_version_cut_is_cut_anew_and_that_is_told(
        self, bench: Bench, there: Bench, capfd: pytest.CaptureFixture[str]
    ) -> None:
        expected = make_document("nuevo", NEW_TEXT)
        with defenceless(database(there)) as connection:
            connection.execute(f"UPDATE segmentation SET tokenizer = 'annotator.tokenizer/0', tokens = x'' WHERE {ITS}")
        assert main(["-w", str(bench.workspace.root), "merge", str(there.workspace.root)]) == 0
        assert "cut into tokens by another version there, and anew here: 1 text" in capfd.readouterr().err
        assert bench.document("nuevo") == expected
        assert list(check_database(bench.store)) == []


class TestSchemes:
    def test_work_outside_the_scheme_is_counted_though_the_schemes_are_said_to_be_the_same(
        self, bench: Bench, there: Bench, capfd: pytest.CaptureFixture[str]
    ) -> None:
        forge(database(there), BO, [["span", "s1.9", None, {**SPAN, "label": "NADA"}]])
        with defenceless(database(there)) as connection:
            (noted,) = connection.execute("SELECT sha256 FROM scheme").fetchone()
        assert noted == there.scheme.sha256
        assert main(["-w", str(bench.workspace.root), "merge", str(there.workspace.root)]) == 0
        told = capfd.readouterr().err
        assert "warning: curator:bo on nota: 1 retired item, such as: NADA is not an entity label" in told

    @pytest.mark.parametrize("shape", ["{}", "[]", '{"entities": 7}', "[" * 500 + "]" * 500])
    def test_a_note_on_the_scheme_that_is_none_counts_for_nothing(self, bench: Bench, there: Bench, shape: str) -> None:
        with defenceless(database(there)) as connection:
            connection.execute("UPDATE scheme SET shape = ?", (shape,))
        assert bring(bench, there.workspace.root).by_layer() == [("curator:bo", 1, 1)]


def test_a_note_on_the_scheme_that_is_missing_in_part(bench: Bench, there: Bench) -> None:
    with closing(sqlite3.connect(database(there), isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for old, new in (("shape TEXT NOT NULL", "shape TEXT"), ("shape TEXT", "shape TEXT NOT NULL")):
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'scheme'", (old, new))
            connection.execute("PRAGMA writable_schema = RESET")
            if new == "shape TEXT":
                connection.execute("UPDATE scheme SET shape = NULL")
    assert "the database is damaged" in refused(bench, there.workspace.root)


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, '' AS hash FROM n"


class TestFiles:
    """Files that are more, or something else, than they seem."""

    @pytest.mark.parametrize(
        ("sql", "reason"),
        [
            (f"CREATE VIEW work AS {ENDLESS}", "the view work is none of annotator's"),
            ("CREATE TABLE mine (id INTEGER)", "the table mine is none of annotator's"),
            ("CREATE TRIGGER t AFTER INSERT ON place BEGIN DELETE FROM span; END", "the trigger t is none of"),
            ("CREATE INDEX i ON event (abs(seq))", "the index i is none of annotator's"),
            ("DROP TRIGGER event_is_never_deleted", "the trigger event_is_never_deleted is missing"),
            (
                "DROP TRIGGER event_is_never_deleted; CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event"
                " BEGIN SELECT 1; END",
                "the trigger event_is_never_deleted is not what annotator makes",
            ),
            ("ALTER TABLE place ADD COLUMN more TEXT", "the table place is not what annotator makes"),
            ("DROP TABLE scheme", "no such table|missing"),
        ],
    )
    def test_another_schema(self, bench: Bench, there: Bench, sql: str, reason: str) -> None:
        with closing(sqlite3.connect(database(there))) as connection:
            connection.executescript(sql)
        line = refused(bench, there.workspace.root)
        assert any(part in line for part in reason.split("|"))

    def test_a_view_in_place_of_a_table_does_not_hang_it(self, bench: Bench, there: Bench) -> None:
        with closing(sqlite3.connect(database(there))) as connection:
            connection.executescript(f"DROP TABLE place; DROP TABLE event; CREATE VIEW event AS {ENDLESS};")
        assert "the view event is none of annotator's" in refused(bench, there.workspace.root)

    def test_reading_that_takes_too_long_is_given_up(self, bench: Bench, there: Bench) -> None:
        with defenceless(database(there)) as connection:
            connection.execute(
                "INSERT INTO text (sha256, content) SELECT hex(randomblob(32)), '' FROM json_each(?)",
                (json.dumps([0] * 40_000),),
            )
        line = refused(bench, there.workspace.root, limits=Limits(steps=0, steps_a_byte=0))
        assert line.endswith(
            "reading it takes longer than it should: if it is known to be good, --no-limits takes it all the same"
        )
        assert "annotator.db" in line

    def test_an_event_that_is_too_big(self, bench: Bench, there: Bench) -> None:
        forge(database(there), BO, [["comment", "c1", None, {"text": "x" * 100_000}]])
        assert "too big" in refused(bench, there.workspace.root, limits=Limits(value=50_000))
        bring(bench, there.workspace.root, limits=NO_LIMITS)

    def test_ten_empty_gigabytes_behind_a_database_are_not_copied(self, bench: Bench, there: Bench) -> None:
        os.truncate(database(there), 10 << 30)
        assert bring(bench, there.workspace.root).by_layer() == [("curator:bo", 1, 1)]

    def test_nor_with_steps_that_are_still_beside_it(self, bench: Bench, there: Bench, tmp_path: Path) -> None:
        there.store.connection.execute("PRAGMA journal_mode = WAL")
        there.session(curator="carla").flag()
        wal = Path(f"{database(there)}-wal")
        aside = tmp_path / "aside" / "annotator.db"
        aside.parent.mkdir()
        aside.write_bytes(database(there).read_bytes())
        Path(f"{aside}-wal").write_bytes(wal.read_bytes())
        assert dict.fromkeys(name for name, *_ in bring(bench, aside, dry_run=True).by_layer()) == {
            "curator:bo": None,
            "curator:carla": None,
        }
        os.truncate(aside, 10 << 30)
        assert "10.0 GiB is too much to copy" in refused(bench, aside)
        there.workspace.close()

    @pytest.mark.parametrize("kind", ["fifo", "folder", "device"])
    def test_what_is_no_regular_file(self, bench: Bench, tmp_path: Path, kind: str) -> None:
        odd = tmp_path / "odd.db"
        if kind == "fifo":
            os.mkfifo(odd)
        elif kind == "folder":
            (odd / "db" / "annotator.db").mkdir(parents=True)
        else:
            odd = Path("/dev/zero")
        assert "not a regular file" in refused(bench, odd)

    def test_a_pipe_where_sqlite_would_look(self, bench: Bench, there: Bench) -> None:
        os.mkfifo(f"{database(there)}-wal")
        assert "annotator.db-wal beside it is not a regular file" in refused(bench, there.workspace.root)

    @pytest.mark.parametrize(
        ("data", "reason"), [(b"", "an empty database"), (b"SQLite format 3\x00", "not a database")]
    )
    def test_hardly_a_database(self, bench: Bench, tmp_path: Path, data: bytes, reason: str) -> None:
        (tmp_path / "x.db").write_bytes(data)
        assert reason in refused(bench, tmp_path / "x.db")

    def test_words_that_are_none(self, bench: Bench, there: Bench) -> None:
        with defenceless(database(there)) as connection:
            connection.execute("UPDATE event SET actor = CAST(x'ff' AS TEXT) WHERE actor = 'bo'")
        assert "the database is damaged" in refused(bench, there.workspace.root)

    def test_it_is_read_where_nothing_can_be_written_and_not_touched(self, bench: Bench, there: Bench) -> None:
        folder = database(there).parent
        before = database(there).read_bytes()
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
        try:
            bring(bench, there.workspace.root)
        finally:
            folder.chmod(0o755)
        assert database(there).read_bytes() == before
        assert [path.name for path in folder.iterdir()] == ["annotator.db"]


class TestArchives:
    def pack(self, tmp_path: Path, *members: tuple[zipfile.ZipInfo | str, bytes], **more: Any) -> Path:
        path = tmp_path / "ana.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members:
                archive.writestr(name, data, **more)
        return path

    def test_a_bundle_comes_as_before(self, bench: Bench, there: Bench, tmp_path: Path) -> None:
        bundle(there.workspace, "bo", tmp_path / "bo.zip", [KEY])
        there.workspace.close()
        assert bring(bench, tmp_path / "bo.zip").by_layer() == [("curator:bo", 1, 1)]

    def test_the_last_steps_of_an_open_workspace_are_in_its_archive(
        self, bench: Bench, there: Bench, tmp_path: Path
    ) -> None:
        there.store.connection.execute("PRAGMA journal_mode = WAL")
        there.session(curator="carla").flag()
        file = database(there)
        path = self.pack(
            tmp_path,
            ("ana/db/annotator.db", file.read_bytes()),
            ("ana/db/annotator.db-wal", Path(f"{file}-wal").read_bytes()),
        )
        there.workspace.close()
        assert [name for name, *_ in bring(bench, path).by_layer()] == ["curator:bo", "curator:carla"]

    def test_far_more_than_it_seems(self, bench: Bench, tmp_path: Path) -> None:
        with (
            zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open("w/db/annotator.db", "w") as member,
        ):
            for _ in range(80):
                member.write(bytes(1 << 20))
        line = refused(bench, tmp_path / "bomb.zip")
        assert "bomb.zip: w/db/annotator.db: unpacks to more than 64 MiB from 0.1" in line

    def test_two_databases(self, bench: Bench, tmp_path: Path) -> None:
        path = self.pack(tmp_path, ("a/db/annotator.db", b"x"), ("b/db/annotator.db", b"x"))
        assert "ana.zip: 2 databases in it" in refused(bench, path)

    def test_a_link_in_place_of_the_database(self, bench: Bench, tmp_path: Path) -> None:
        link = zipfile.ZipInfo("w/db/annotator.db")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        path = self.pack(tmp_path, (link, b"/etc/passwd"))
        assert "w/db/annotator.db: not a regular file" in refused(bench, path)

    def test_an_encrypted_one(self, bench: Bench, tmp_path: Path) -> None:
        path = self.pack(tmp_path, ("w/db/annotator.db", b"x" * 100))
        data = bytearray(path.read_bytes())
        data[6] |= 1
        data[data.index(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(data)
        assert "w/db/annotator.db: it is encrypted" in refused(bench, path)

    def test_another_way_of_packing(self, bench: Bench, tmp_path: Path) -> None:
        path = self.pack(tmp_path, ("w/db/annotator.db", b"x" * 100), compress_type=zipfile.ZIP_LZMA)
        assert "packed in another way than deflated" in refused(bench, path)

    @pytest.mark.parametrize("cut", [0, 10, 60, -30])
    def test_one_that_was_cut_short(self, bench: Bench, tmp_path: Path, cut: int) -> None:
        path = self.pack(tmp_path, ("w/db/annotator.db", os.urandom(1000)))
        path.write_bytes(path.read_bytes()[:cut])
        assert "ana.zip: no bundle" in refused(bench, path)

    def test_a_database_in_it_that_is_none_is_called_by_its_place(self, bench: Bench, tmp_path: Path) -> None:
        path = self.pack(tmp_path, ("w/db/annotator.db", b"once upon a time " * 100))
        assert f"{path}: w/db/annotator.db: not a database" in refused(bench, path)


class TestBackup:
    def test_the_database_is_copied_before_anything_is_written(
        self, bench: Bench, there: Bench, capfd: pytest.CaptureFixture[str]
    ) -> None:
        before = sql_dump(bench.store.path)
        arguments = ["-w", str(bench.workspace.root), "merge", str(there.workspace.root), "--json"]
        assert main([*arguments, "--dry-run"]) == 0
        assert json.loads(capfd.readouterr().out)["backup"] is None
        assert main(arguments) == 0
        out, err = capfd.readouterr()
        copy = Path(json.loads(out)["backup"])
        assert sql_dump(copy) == before
        assert f"the database as it was before is in {copy}" in err
        assert main(arguments) == 0
        assert json.loads(capfd.readouterr().out)["backup"] is None  # nothing came

    def test_where_it_cannot_be_copied_nothing_is_merged(
        self, bench: Bench, there: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> Path:
            raise AnnotatorError("the disk is full", "free some space")

        monkeypatch.setattr("annotator.workflow.sharing.merging.back_up_before", fail)
        assert "the disk is full" in refused(bench, there.workspace.root)


class TestEarlierVersions:
    """Databases that hold only what the first so many migrations make."""

    @pytest.mark.parametrize("version", range(1, schema.VERSION + 1))
    def test_every_one_of_them_merges(self, bench: Bench, tmp_path: Path, version: int) -> None:
        old = make_bench(tmp_path / "old")
        document = old.add()
        propose(old.store, document, [proposal(document, "Ana Ruiz", "PERSON")])
        session = old.session(curator="bo")
        session.accept(session.layer.order.next_undecided((-1,)) or "")
        session.comment("¿seguro?")
        session.finish()
        old.workspace.close()
        path = older(database(old), tmp_path / f"v{version}.db", version)
        before = path.read_bytes()
        report = bring(bench, path)
        assert [name for name, *_ in report.by_layer()] == ["corpus", "curator:bo", "suggestions"]
        assert path.read_bytes() == before
        assert list(check_database(bench.store)) == []
        assert span_texts(bench.session(curator="bo")) == {("PERSON", "Ana Ruiz")}
        assert bring(bench, path).events == {}

    def test_in_any_order(self, tmp_path: Path) -> None:
        paths = []
        for number, version in enumerate((1, 4, schema.VERSION)):
            old = make_bench(tmp_path / str(number))
            old.add()
            old.session(curator=f"c{number}").flag()
            old.workspace.close()
            paths.append(older(database(old), tmp_path / f"{number}.db", version))
        results: list[dict[str, list[tuple[object, ...]]]] = []
        for order in (paths, paths[::-1]):
            target = make_bench(tmp_path / f"target{len(results)}")
            for path in order:
                bring(target, path)
            results.append(database_content(target.store.path))
            target.workspace.close()
        assert results[0] == results[1]


def older(new: Path, path: Path, version: int) -> Path:
    """Write a database of an earlier version with what it can hold of a new one."""
    with closing(sqlite3.connect(new)) as source, closing(sqlite3.connect(path, isolation_level=None)) as made:
        add_conversion(made)
        for _, sql in schema.MIGRATIONS[:version]:
            for statement in schema.statements(sql):
                made.execute(statement)
        tables = [row[0] for row in made.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        if version < SINCE:
            copy_texts(source, made)
        for table in tables:
            if table.startswith(("sqlite_", "text_search")) or (table == "text" and version < SINCE):
                continue
            columns = ", ".join(f'"{row[1]}"' for row in made.execute(f"PRAGMA table_info({table})"))
            for row in source.execute(f"SELECT {columns} FROM {table}"):
                made.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})", row)
        made.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        made.execute(f"PRAGMA user_version = {version}")
    return path
