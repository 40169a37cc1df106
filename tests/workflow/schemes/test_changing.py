"""Renaming, merging, splitting and dropping labels by command: file and work together, or neither."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from annotator.annotation import Annotations, Comment, SpanKey
from annotator.cli.main import main
from annotator.errors import AnnotatorError
from annotator.history import LayerName
from annotator.labels.edit import edit_labels
from annotator.store import SchemeMovedError, check_database
from annotator.store.tables import read_state
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.schemes.changing import change_labels, label_change
from annotator.workflow.workspace import Workspace
from tests.workspaces import KEY, Bench, link, own_span_id, proposal, propose, range_of, span_texts

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(bench: Bench, capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        status = main(["-w", str(bench.workspace.root), "--as", "lea", "labels", *arguments])
        captured = capfd.readouterr()
        bench.workspace.follow_scheme()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def worked(bench: Bench) -> Bench:
    """Two curators' finished work, commented, and gold of it."""
    document = bench.document()
    org, person, gpe = (
        proposal(document, "Cruz Roja", "ORG"),
        proposal(document, "Ana Ruiz", "PERSON"),
        proposal(document, "México", "GPE"),
    )
    propose(bench.store, document, [org, person, gpe], [link(person, org, "works_for")])
    for curator in ("ana", "bo"):
        session = bench.session(curator=curator)
        session.accept_all(0)
        session.comment("¿seguro?", own_span_id(session, org.key))
        session.finish()
    settle_finished(bench.workspace, "lea")
    return bench


def content(bench: Bench, layer: str) -> Annotations:
    return bench.store.annotations(bench.layer_id(layer))


def labels(bench: Bench, layer: str) -> set[str]:
    found = content(bench, layer)
    return {span.label for span in found.spans.values()} | {link.label for link in found.relations.values()}


def comments(bench: Bench, layer: str) -> list[Comment]:
    return list(bench.store.comments(bench.layer_id(layer)).values())


def everything(bench: Bench) -> dict[str, Any]:
    state = {str(info.name): read_state(bench.store.connection, info.id) for info in bench.store.layers()}
    return {**state, "file": bench.workspace.labels_path.read_text()}


class TestRename:
    def test_all_layers_and_what_refers_to_them_follow(self, worked: Bench, run: Run) -> None:
        status, out, err = run("rename", "ORG", "BODY")
        assert status == 0
        assert "rename ORG BODY: 4 spans carried over" in err
        assert [line.split()[:3] for line in out.splitlines()[2:]] == [
            ["curator:ana", "ORG", "1"], ["curator:bo", "ORG", "1"], ["gold", "ORG", "1"], ["suggestions", "ORG", "1"],
        ]  # fmt: skip
        for layer in ("curator:ana", "curator:bo", "gold", "suggestions"):
            assert "BODY" in labels(worked, layer)
            assert "ORG" not in labels(worked, layer)
        assert "22-31-BODY" in content(worked, "gold").spans
        assert "22-31-BODY" in worked.store.rulings(worked.layer_id("gold"))
        assert "22-31-BODY" in worked.store.verdicts(worked.layer_id())
        assert comments(worked, "curator:ana")[0].target in content(worked, "curator:ana").spans
        assert list(check_database(worked.store)) == []

    def test_gold_stays_complete_and_is_exported_under_the_new_name(
        self, worked: Bench, run: Run, capfd: pytest.CaptureFixture[str]
    ) -> None:
        run("rename", "ORG", "BODY")
        assert main(["-w", str(worked.workspace.root), "export", "jsonl"]) == 0
        record = json.loads(capfd.readouterr().out)
        assert {span["label"] for span in record["spans"]} == {"BODY", "GPE", "PERSON"}

    def test_a_dry_run_says_what_it_would_do_and_does_nothing(self, worked: Bench, run: Run) -> None:
        before = everything(worked)
        status, out, err = run("rename", "ORG", "BODY", "--dry-run", "--json")
        assert status == 0
        assert "4 spans would be carried over" in err
        told = json.loads(out)
        assert (told["dry_run"], told["old"], told["new"], told["kind"]) == (True, ["ORG"], ["BODY"], "entity")
        assert sum(count["items"] for count in told["counts"]) == 4
        assert everything(worked) == before
        assert worked.store.scheme_history().heads == ""

    def test_a_name_that_is_taken_is_refused_with_the_command_that_unites(self, worked: Bench, run: Run) -> None:
        before = everything(worked)
        status, _, err = run("rename", "ORG", "GPE")
        assert status == 1
        assert "GPE is a label already: `annotator labels merge ORG GPE` unites the two under GPE" in err
        assert everything(worked) == before

    @pytest.mark.parametrize(("names", "why"), [
        (("NADA", "ALGO"), "'NADA' is no label of labels.yaml, and nothing is marked with it"),
        (("ORGG", "ALGO"), "did you mean ORG?"),
        (("ORG", "a: b"), "'a: b' cannot be a label"),
        (("ORG", "works_for"), "works_for is a relation already"),
    ])  # fmt: skip
    def test_what_makes_no_sense_is_refused_in_one_line(
        self, worked: Bench, run: Run, names: tuple[str, str], why: str
    ) -> None:
        status, _, err = run("rename", *names)
        assert status == 1
        assert why in err
        assert len(err.strip().splitlines()) == 1
        assert worked.store.scheme_history().heads == ""

    def test_after_an_edit_by_hand_only_the_work_is_carried_over(self, worked: Bench, run: Run) -> None:
        path = worked.workspace.labels_path
        path.write_text(path.read_text().replace("ORG", "BODY"))
        text = path.read_text()
        status, out, _ = run("diff")
        assert status == 0
        assert "entity ORG looks like BODY now" in out
        assert "annotator labels rename ORG BODY" in out
        status, _, err = run("rename", "ORG", "BODY")
        assert status == 0
        assert "(labels.yaml says it already)" in err
        assert labels(worked, "gold") == {"PERSON", "BODY", "GPE", "works_for"}
        assert path.read_text() == text
        assert "labels.yaml and the work go together" in run("diff")[2]

    def test_a_change_that_was_undone_is_no_difference(self, worked: Bench, run: Run) -> None:
        run("rename", "ORG", "BODY")
        assert "labels.yaml and the work go together" in run("diff")[2]
        run("undo")
        assert run("diff")[1:] == ("", "labels.yaml and the work go together\n")
        path = worked.workspace.labels_path
        path.write_text(path.read_text().replace("GPE", "PLACE"))
        _, out, _ = run("diff")
        assert "annotator labels rename GPE PLACE" in out
        assert "BODY" not in out

    def test_a_label_that_is_only_in_the_work_cannot_get_a_name_that_the_file_lacks(
        self, worked: Bench, run: Run
    ) -> None:
        path = worked.workspace.labels_path
        path.write_text(path.read_text().replace("ORG", "BODY"))
        assert "labels.yaml has neither ORG nor FIRM: add the new label to it first" in run("rename", "ORG", "FIRM")[2]


class TestMergeSplitDrop:
    def test_spans_that_say_the_same_then_become_one(self, worked: Bench, run: Run) -> None:
        session = worked.session(curator="cy")
        session.add(*range_of(session.document, "México"), "GPE")
        status, _, err = run("merge", "ORG", "GPE", "PLACE")
        assert status == 0
        assert "merge ORG GPE into PLACE: 9 spans carried over" in err
        assert labels(worked, "curator:ana") == {"PERSON", "PLACE", "works_for"}

    def test_split_puts_finished_work_back_before_its_curator(self, worked: Bench, run: Run) -> None:
        assert run("split", "GPE", "COUNTRY", "CITY")[0] == 0
        info = worked.store.layer(LayerName(KEY, "curator:ana"))
        assert info is not None
        assert info.state == "doing"
        assert ("GPE", "México") in span_texts(worked.session())

    def test_dropped_work_is_told_with_what_hangs_on_it_and_comments_stay(self, worked: Bench, run: Run) -> None:
        status, _, err = run("drop", "ORG")
        assert status == 0
        assert "4 spans and 4 relations taken out; history keeps them, `annotator labels undo` brings them back" in err
        assert comments(worked, "curator:ana") == [Comment("c2", "¿seguro?", None)]
        assert list(check_database(worked.store)) == []

    def test_the_only_entity_cannot_be_dropped(self, tmp_path: Any, capfd: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "labels.yaml").write_text("languages: [en]\nentities: {A: {key: 1}}\n")
        assert main(["-w", str(tmp_path), "labels", "drop", "A"]) == 1
        assert "A is the only entity: add another one to labels.yaml first" in capfd.readouterr().err

    @pytest.mark.usefixtures("worked")
    def test_a_label_is_not_split_into_itself(self, run: Run) -> None:
        assert "rename GPE first, then split that" in run("split", "GPE", "GPE", "CITY")[2]


class TestUndo:
    @pytest.mark.parametrize("words", [
        ("rename", "ORG", "BODY"), ("merge", "ORG", "GPE", "PLACE"), ("split", "GPE", "COUNTRY", "CITY"),
        ("drop", "ORG"), ("drop", "works_for"), ("merge", "works_for", "leads"),
    ])  # fmt: skip
    def test_everything_is_as_it_was(self, worked: Bench, run: Run, words: tuple[str, ...]) -> None:
        before = everything(worked)
        assert run(*words)[0] == 0
        assert everything(worked) != before
        status, _, err = run("undo")
        assert status == 0
        assert "undoing “" in err
        assert everything(worked) == before
        assert list(check_database(worked.store)) == []
        assert "no change of the labels is left to undo" in run("undo")[2]

    def test_what_was_done_since_stays(self, worked: Bench, run: Run) -> None:
        run("rename", "ORG", "BODY")
        session = worked.session(curator="cy")
        session.add(*range_of(session.document, "Cruz Roja", 1), "BODY")
        run("undo")
        assert span_texts(worked.session(curator="cy")) == {("ORG", "Cruz Roja")}

    @pytest.mark.parametrize("words", [("rename", "ORG", "BODY"), ("merge", "ORG", "GPE", "BODY")])
    def test_what_was_changed_since_stays(self, worked: Bench, run: Run, words: tuple[str, ...]) -> None:
        """Also at what the change itself had touched, and for what is written on it afterwards."""
        run(*words)
        session = worked.session()
        org = own_span_id(session, SpanKey(*range_of(session.document, "Cruz Roja"), "BODY"))
        session.move_boundary(org, "end", 1)
        session.comment("sí", org)
        moved = session.layer.span(org)
        assert moved is not None
        run("undo")
        session = worked.session()
        kept = session.layer.span(org)
        assert kept is not None
        assert (kept.start, kept.end) == (moved.start, moved.end)
        assert [comment.text for comment in session.content.comments_on(org)] == ["sí"]
        session.move_boundary(org, "end", -1)
        assert list(check_database(worked.store)) == []

    def test_what_was_marked_under_a_label_that_goes_is_told(self, worked: Bench, run: Run) -> None:
        run("merge", "ORG", "GPE", "PLACE")
        session = worked.session(curator="cy")
        session.add(*range_of(session.document, "Cruz Roja", 1), "PLACE")
        err = run("undo")[2]
        assert "curator:cy: 1 marked PLACE since, which labels.yaml lacks now" in err
        assert span_texts(worked.session(curator="cy")) == {("PLACE", "Cruz Roja")}

    def test_what_would_leave_no_scheme_is_refused(self, worked: Bench, run: Run) -> None:
        run("split", "GPE", "STATE", "CITY")
        path = worked.workspace.labels_path
        edited = path.read_text().replace(
            "relations:\n", "relations:\n  seated_in: {key: z, head: STATE, child: CITY}\n"
        )
        path.write_text(edited)
        worked.workspace.forget_scheme()
        before = everything(worked)
        status, _, err = run("undo")
        assert status == 1
        assert "split GPE STATE CITY cannot be taken back by itself: it would say labels.yaml:" in err
        assert path.read_text() == edited
        assert everything(worked) == before

    def test_the_history_of_a_document_tells_the_change_and_its_undoing(
        self, worked: Bench, run: Run, capfd: pytest.CaptureFixture[str]
    ) -> None:
        run("rename", "ORG", "BODY")
        run("undo")
        assert main(["-w", str(worked.workspace.root), "history", KEY, "--as", "lea"]) == 0
        out = capfd.readouterr().out
        assert "labels: rename ORG BODY (1 span, 4 verdicts, 1 comment)" not in out  # the comment's target keeps its id
        assert out.count("labels: rename ORG BODY") == 4
        assert out.count("labels: undo of rename ORG BODY") == 4


class TestAllOrNothing:
    def test_a_file_that_cannot_be_changed_changes_nothing(self, worked: Bench, run: Run) -> None:
        path = worked.workspace.labels_path
        text = path.read_text().replace("PERSON: {key: 1}", "PERSON: {key: 1, model_labels: &names [PER]}")
        path.write_text(text.replace("DATE: {key: 4}", "DATE: {key: 4, model_labels: *names}"))
        before = everything(worked)
        status, _, err = run("drop", "PERSON")
        assert status == 1
        assert "cannot be changed by itself: after drop PERSON it would say " in err
        assert "edit it by hand, then run the command again: it carries the work over" in err
        assert everything(worked) == before
        assert run("drop", "DATE")[0] == 0

    def test_a_file_that_somebody_saves_meanwhile_changes_nothing(
        self, worked: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change, path = label_change(worked.workspace, "rename", ["ORG"], ["BODY"]), worked.workspace.labels_path
        edit = edit_labels

        def edited_meanwhile(*arguments: Any) -> str:
            path.write_text(path.read_text() + "# saved\n")
            return edit(*arguments)

        monkeypatch.setattr("annotator.workflow.schemes.changing.edit_labels", edited_meanwhile)
        with pytest.raises(AnnotatorError, match="was changed meanwhile, nothing was written: run the command again"):
            change_labels(worked.workspace, change, "lea")
        assert path.read_text().endswith("# saved\n")
        assert labels(worked, "gold") == {"PERSON", "ORG", "GPE", "works_for"}

    def test_a_read_only_folder_changes_nothing(self, worked: Bench, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        before = everything(worked)
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            status, _, err = run("rename", "ORG", "BODY")
        assert status == 1
        assert "no space left" in err.lower()
        assert everything(worked) == before

    def test_who_read_the_scheme_before_writes_nothing_until_they_read_it_again(self, worked: Bench) -> None:
        other = Workspace(worked.workspace.root)
        session = Bench(other).session(curator="cy")
        change_labels(worked.workspace, label_change(worked.workspace, "rename", ["ORG"], ["BODY"]), "lea")
        with pytest.raises(SchemeMovedError, match="the label scheme was changed"):
            session.add(*range_of(session.document, "Cruz Roja"), "ORG")
        other.follow_scheme()
        session = Bench(other).session(curator="cy")
        session.add(*range_of(session.document, "Cruz Roja"), "BODY")
        other.close()

    def test_layers_that_lag_behind_are_carried_by_whoever_opens_the_database(self, worked: Bench) -> None:
        event = label_change(worked.workspace, "rename", ["ORG"], ["BODY"])
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("annotator.workflow.schemes.changing._SMALL", 0)
            patched.setattr("annotator.workflow.schemes.changing.carry_layers", _killed)
            with pytest.raises(KeyboardInterrupt):
                change_labels(worked.workspace, event, "lea")
        assert "BODY" in worked.workspace.labels_path.read_text()
        with pytest.raises(SchemeMovedError, match="right now"), worked.store.snapshot():
            pass
        told: list[str] = []
        other = Workspace(worked.workspace.root, tell=told.append)
        assert "BODY" in labels(Bench(other), "gold")
        assert any("finishing a change of the labels" in line for line in told)
        assert list(check_database(other.store)) == []
        other.close()


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_stats_count_all_layers_and_give_examples(worked: Bench, run: Run) -> None:
    status, out, _ = run("stats", "--json")
    assert status == 0
    rows = {row["label"]: row for row in json.loads(out)}
    assert list(rows)[:4] == ["PERSON", "ORG", "GPE", "DATE"]
    assert {name: count["items"] for name, count in rows["ORG"]["counts"].items()} == {
        "curator:ana": 1, "curator:bo": 1, "gold": 1, "suggestions": 1,
    }  # fmt: skip
    assert rows["ORG"]["examples"] == [{"document": KEY, "start": 22, "end": 31, "text": "Cruz Roja"}]
    assert rows["DATE"]["counts"] == {}
    path = worked.workspace.labels_path
    path.write_text(path.read_text().replace("ORG", "BODY"))
    _, out, err = run("stats")
    assert "ORG (retired)" in out
    assert "4 items have labels that labels.yaml lacks" in err


def test_the_words_of_the_palette_are_those_of_the_command_line(worked: Bench) -> None:
    from annotator.workflow.schemes.changing import change_of_words

    assert change_of_words(worked.workspace, ["merge", "ORG", "GPE", "PLACE"]).old == ("ORG", "GPE")
    for words in (["rename", "ORG"], ["nada"], ["split", "GPE", "A"]):
        with pytest.raises(AnnotatorError, match="is no change of the labels"):
            change_of_words(worked.workspace, words)
