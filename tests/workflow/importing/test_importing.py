"""What an import makes, matches, refuses and leaves alone, whatever the format."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from annotator.errors import AnnotatorError, FormatError, WorkflowError
from annotator.formats.validate import validate_lines
from annotator.history import GOLD, LayerName
from annotator.labels.load import load_scheme
from annotator.labels.retired import retired
from annotator.store import Store, Writer, check_database, many_values
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.importing.ingest import ingest
from tests.formats.files import ANYTHING, export_data, import_data, workspace
from tests.workspaces import TEXT, Bench, span_texts, sql_dump

ANA, CRUZ, MEXICO = [0, 8, "PERSON"], [22, 31, "ORG"], [35, 41, "GPE"]


def rows(*values: Any) -> bytes:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values).encode()


def row(*spans: list[Any], text: str = TEXT, **more: Any) -> dict[str, Any]:
    return {"text": text, "label": list(spans), **more}


def state(bench: Bench) -> list[str]:
    return sql_dump(bench.workspace.database_path)


@pytest.fixture(params=(many_values.MOST_IN_MEMORY, 0), ids=("in memory", "on disk"))
def _remembered(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets an import remember what it met in either place."""
    monkeypatch.setattr(many_values, "MOST_IN_MEMORY", request.param)


@pytest.mark.usefixtures("_remembered")
class TestDocuments:
    def test_a_text_that_is_there_is_matched_whatever_its_name(self, bench: Bench) -> None:
        report = import_data(bench, "doccano", rows(row(ANA)), layer="curator:bo")
        assert (report.new, report.known) == (0, 1)
        assert span_texts(bench.session(curator="bo")) == {("PERSON", "Ana Ruiz")}

    def test_a_new_text_becomes_a_document_with_what_is_known_of_it(self, bench: Bench) -> None:
        more = {"key": "carta", "lang": "en", "title": "Un título", "meta": {"url": "x"}}
        import_data(bench, "doccano", rows(row(text="Luis Paz.", **more)), layer="curator:bo")
        document = bench.document("carta")
        assert (document.lang, document.title, dict(document.meta)) == ("en", "Un título", {"url": "x"})
        assert bench.actions("corpus", "carta") == ["import"]

    def test_what_a_file_says_otherwise_of_a_known_document_is_counted(self, bench: Bench) -> None:
        known = bench.document()
        same: dict[str, Any] = {"lang": f"{known.lang.upper()}-MX", "title": known.title}
        assert not import_data(bench, "doccano", rows(row(ANA, **same)), layer="curator:bo").lost
        other: dict[str, Any] = {"key": "carta", "lang": "en", "title": "Otro título", "meta": {"url": "x"}}
        assert import_data(bench, "doccano", rows(row(ANA, **other)), layer="curator:bo").lost == {
            "the document's key, where its text goes by another": 1,
            "its language, where the document has another here": 1,
            "its title, where the document has another here": 1,
            "its other fields, where the document has another here": 1,
        }
        assert bench.document() == known

    def test_without_a_name_they_are_called_after_the_file_and_their_place(self, bench: Bench, tmp_path: Path) -> None:
        path = tmp_path / "lote.v2.jsonl"
        path.write_bytes(b"\n" + rows({"text": "uno"}, {"text": "dos", "id": 9}))
        import_data(bench, "doccano", path, layer="gold")
        assert bench.store.document_keys() == ["lote-000001", "lote-9", "nota"]

    def test_an_empty_text_is_refused_and_nothing_written(self, bench: Bench) -> None:
        before = state(bench)
        with pytest.raises(FormatError, match="standard input:2: the text is empty"):
            import_data(bench, "doccano", rows(row(text="uno"), row(text="")), layer="gold")
        assert state(bench) == before

    def test_a_text_of_white_space_comes_in_and_its_gold_is_valid(self, bench: Bench, tmp_path: Path) -> None:
        assert import_data(bench, "doccano", rows(row(text=" \n", key="blank")), layer="gold").new == 1
        path = tmp_path / "gold.jsonl"
        export_data(bench, "jsonl", path, layer="gold")
        assert validate_lines(path) == []

    def test_what_came_between_reading_and_writing_is_seen(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file is read before the lock is taken; who is quicker with a document has it."""
        write = Store.write

        def late(store: Store, *, dry_run: bool = False) -> AbstractContextManager[Writer]:
            monkeypatch.undo()
            bench.add("carta", "Luis Paz.")
            return write(store, dry_run=dry_run)

        monkeypatch.setattr(Store, "write", late)
        report = import_data(
            bench, "doccano", rows(row(text="Luis Paz.", key="carta"), row(text="otro", key="b")), layer="gold"
        )
        assert (report.new, report.known) == (1, 1)
        assert bench.actions("corpus", "carta") == ["ingest"]

        def later(store: Store, *, dry_run: bool = False) -> AbstractContextManager[Writer]:
            monkeypatch.undo()
            bench.add("c", "suyo")
            return write(store, dry_run=dry_run)

        monkeypatch.setattr(Store, "write", later)
        before = bench.store.document_keys()
        with pytest.raises(WorkflowError, match="there is a document 'c' with another text"):
            import_data(bench, "doccano", rows(row(text="mío", key="c"), row(text="más", key="d")), layer="gold")
        assert bench.store.document_keys() == sorted([*before, "c"])
        assert list(check_database(bench.store)) == []

    def test_documents_with_the_same_text_and_their_own_names_stay_two(self, bench: Bench) -> None:
        data = rows(row(text="igual", key="a"), row(text="igual", key="b"))
        assert import_data(bench, "doccano", data, layer="gold").new == 2
        assert import_data(bench, "doccano", data, layer="gold").new == 0

    def test_a_name_that_is_taken_by_another_text_is_refused(self, bench: Bench) -> None:
        with pytest.raises(WorkflowError, match="standard input:1: there is a document 'nota' with another text"):
            import_data(bench, "doccano", rows(row(text="otra", key="nota")), layer="gold")

    def test_a_name_that_cannot_be_one_is_refused(self, bench: Bench) -> None:
        with pytest.raises(FormatError, match=r"standard input:1: the key '\.\./x' holds a slash"):
            import_data(bench, "doccano", rows(row(text="otra", key="../x")), layer="gold")


class TestLayers:
    def test_the_file_names_its_authors(self, bench: Bench) -> None:
        spans = [
            {"label": "PERSON", "start_offset": 0, "end_offset": 8, "user": "ana díaz"},
            {"label": "ORG", "start_offset": 22, "end_offset": 31, "user": 2},
        ]
        report = import_data(bench, "doccano", rows({"text": TEXT, "annotations": spans}))
        assert sorted(report.layers) == ["curator:2", "curator:ana-díaz"]
        assert settle_finished(bench.workspace, "lead").open == {"nota": "2, ana-díaz differ: 2 missing"}

    def test_two_authors_are_no_one_curator(self, bench: Bench) -> None:
        spans = [{"label": "PERSON", "start_offset": 0, "end_offset": 8, "user": user} for user in ("ana", "bo")]
        with pytest.raises(WorkflowError, match="the work of ana and bo: leave --layer out"):
            import_data(bench, "doccano", rows({"text": TEXT, "annotations": spans}), layer="curator:eva")

    def test_a_file_without_authors_wants_a_layer(self, bench: Bench) -> None:
        with pytest.raises(WorkflowError, match="does not say whose work it is: say it with --layer curator:NAME"):
            import_data(bench, "doccano", rows(row(ANA)))

    def test_gold_is_complete_and_says_where_it_is_from(self, bench: Bench) -> None:
        import_data(bench, "doccano", rows(row(ANA)), layer="gold")
        info = bench.store.layer(LayerName("nota", GOLD))
        assert info is not None
        assert (info.state, info.curators) == ("done", None)
        (event,) = bench.store.events(info)
        assert (event.action, event.actor) == ("import", "lead")
        assert json.loads(export_data(bench, "jsonl")[0])["spans"][0]["id"] == "0-8-PERSON"

    def test_suggestions_wait_for_a_verdict_and_are_no_work(self, bench: Bench) -> None:
        import_data(bench, "doccano", rows(row(ANA)), layer="suggestions:regla")
        session = bench.session()
        assert session.state == "todo"
        assert list(session.layer.suggestions.spans) == ["0-8-PERSON"]
        assert session.layer.suggestions.spans["0-8-PERSON"].source == "regla@1"
        assert settle_finished(bench.workspace, "lead").open == {"nota": "nobody has worked on it"}

    def test_work_can_be_taken_as_begun(self, bench: Bench) -> None:
        import_data(bench, "doccano", rows(row(ANA)), layer="curator:bo", unfinished=True)
        assert bench.session(curator="bo").state == "doing"

    def test_a_curator_goes_on_from_what_came_in_and_can_take_it_back(self, bench: Bench) -> None:
        import_data(bench, "doccano", rows(row(ANA, CRUZ)), layer="curator:bo")
        session = bench.session(curator="bo")
        session.add(35, 41, "GPE")
        session.undo()
        session.undo()
        assert span_texts(session) == set()
        session.redo()
        assert span_texts(session) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")}
        assert list(check_database(bench.store)) == []


class TestAgain:
    @pytest.mark.usefixtures("_remembered")
    def test_the_same_file_changes_nothing(self, bench: Bench) -> None:
        data = rows(row(ANA, CRUZ, id=4, Comments=["x"]))
        import_data(bench, "doccano", data, layer="curator:bo")
        before = state(bench)
        report = import_data(bench, "doccano", data, layer="curator:bo")
        assert state(bench) == before
        assert report.layers["curator:bo"].unchanged == 1

    def test_what_a_curator_did_meanwhile_is_not_overwritten(self, bench: Bench) -> None:
        data = rows(row(ANA))
        import_data(bench, "doccano", data, layer="curator:bo")
        bench.session(curator="bo").add(35, 41, "GPE")
        before = state(bench)
        with pytest.raises(WorkflowError, match="curator:bo on nota holds other work already: name another layer"):
            import_data(bench, "doccano", data, layer="curator:bo")
        assert state(bench) == before

    @pytest.mark.usefixtures("_remembered")
    def test_unless_it_is_asked_for_and_then_it_can_be_undone(self, bench: Bench) -> None:
        session = bench.session(curator="bo")
        kept = session.add(0, 8, "PERSON").focus or ""
        session.comment("¿seguro?", kept)
        gone = session.add(35, 41, "GPE").focus or ""
        session.comment("duda", gone)
        import_data(bench, "doccano", rows(row(ANA, CRUZ)), layer="curator:bo", replace=True, override=True)
        session = bench.session(curator="bo")
        assert span_texts(session) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")}
        assert [c.target for c in session.layer.content.comments.values()] == [kept]
        session.undo()
        assert span_texts(session) == {("PERSON", "Ana Ruiz"), ("GPE", "México")}
        assert len(session.layer.content.comments) == 2
        assert list(check_database(bench.store)) == []

    @pytest.mark.usefixtures("proposed")
    def test_work_said_the_same_way_elsewhere_is_left_as_it_is(self, bench: Bench) -> None:
        session = bench.session(curator="bo")
        session.accept("0-8-PERSON")
        session.finish()
        before = state(bench)
        import_data(bench, "doccano", rows(row(ANA)), layer="curator:bo")
        assert state(bench) == before

    @pytest.mark.usefixtures("_remembered")
    def test_several_rows_of_a_document_are_one_piece_of_work(self, bench: Bench) -> None:
        data = rows(row(ANA), row(text="otra cosa"), row(CRUZ))
        import_data(bench, "doccano", data, layer="curator:bo")
        assert span_texts(bench.session(curator="bo")) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")}
        before = state(bench)
        import_data(bench, "doccano", data, layer="curator:bo")
        assert state(bench) == before
        import_data(bench, "doccano", rows(row(ANA), row(MEXICO)), layer="curator:bo", replace=True)
        assert span_texts(bench.session(curator="bo")) == {("PERSON", "Ana Ruiz"), ("GPE", "México")}


class TestReplacedTexts:
    def test_what_was_kept_about_the_old_text_goes_with_it_and_is_told(self, bench: Bench, tmp_path: Path) -> None:
        import_data(bench, "doccano", rows(row(ANA, [0, 3, "ORG"])), layer="gold", set_aside=True)
        (tmp_path / "nota.txt").write_text("Hoy: " + TEXT, encoding="utf-8")
        report = ingest(bench.workspace, [tmp_path / "nota.txt"], "lead", replace=True)
        assert [(item.label, item.text) for item in report.uncarried] == [("span", "kept for doccano")]
        exported = json.loads(export_data(bench, "doccano")[0])
        assert [exported["text"][e["start_offset"] : e["end_offset"]] for e in exported["entities"]] == ["Ana Ruiz"]
        assert list(check_database(bench.store)) == []


class TestScheme:
    def test_unknown_labels_are_listed_with_the_way(self, bench: Bench) -> None:
        data = rows(row([0, 8, "HUMAN"], [22, 31, "FIRM"], [35, 41, "FIRM"]))
        with pytest.raises(
            WorkflowError, match=r"lacks: FIRM \(2\), HUMAN \(1\): map each with --map FIRM=OURS, add all"
        ):
            import_data(bench, "doccano", data, layer="gold")

    def test_labels_are_mapped_and_left_out(self, bench: Bench) -> None:
        data = rows(row([0, 8, "HUMAN"], [22, 31, "FIRM"]))
        report = import_data(bench, "doccano", data, layer="curator:bo", mapping={"HUMAN": "PERSON", "FIRM": ""})
        assert span_texts(bench.session(curator="bo")) == {("PERSON", "Ana Ruiz")}
        assert report.lost == {"span that --map leaves out": 1}

    def test_labels_of_the_data_go_into_the_scheme_with_every_comment_kept(self, bench: Bench) -> None:
        path = bench.workspace.labels_path
        before = path.read_text(encoding="utf-8")
        data = {
            "text": TEXT,
            "entities": [
                {"id": 1, "label": "HUMAN", "start_offset": 0, "end_offset": 8},
                {"id": 2, "label": "ORG", "start_offset": 72, "end_offset": 81},
            ],
            "relations": [{"from_id": 1, "to_id": 2, "type": "helps"}],
        }
        report = import_data(bench, "doccano", rows(data), layer="gold", labels_from_data=True)
        assert report.new_labels == ["HUMAN", "helps"]
        after = path.read_text(encoding="utf-8")
        assert [line for line in after.splitlines() if line not in before.splitlines()] == [
            "  HUMAN: {key: 5}",
            "  helps: {key: 1, head: [HUMAN], child: [ORG], within: document}",
        ]
        scheme = load_scheme(path)
        document = bench.document()
        assert not retired(scheme, bench.store.annotations(bench.layer_id(GOLD)), document.sentences)

    def test_a_label_that_cannot_be_one_wants_a_name(self, bench: Bench) -> None:
        before = bench.workspace.labels_path.read_bytes(), state(bench)
        with pytest.raises(AnnotatorError, match=r"'12' cannot be a label: .*--map 12=label_12"):
            import_data(bench, "doccano", rows(row([0, 8, 12])), layer="gold", labels_from_data=True)
        assert (bench.workspace.labels_path.read_bytes(), state(bench)) == before

    def test_labels_that_somebody_changed_meanwhile_are_read_first(self, bench: Bench) -> None:
        assert bench.workspace.scheme.entities
        path = bench.workspace.labels_path
        path.write_text(path.read_text(encoding="utf-8").replace("entities:\n", "entities:\n  OTHER: {key: 5}\n"))
        before = path.read_bytes(), state(bench)
        with pytest.raises(AnnotatorError, match="was changed meanwhile, nothing was written: run the command again"):
            import_data(bench, "doccano", rows(row([0, 8, "HUMAN"])), layer="gold", labels_from_data=True)
        assert (path.read_bytes(), state(bench)) == before

    def test_what_the_scheme_does_not_allow_is_refused_with_its_place(self, bench: Bench) -> None:
        data = rows(row(text="x"), row(ANA, [0, 3, "ORG"]))
        with pytest.raises(WorkflowError, match=r"standard input:2: ORG 0-3 overlaps PERSON 0-8, .*--set-aside"):
            import_data(bench, "doccano", data, layer="gold")

    def test_or_kept_aside_and_given_back_in_the_same_format(self, bench: Bench) -> None:
        entities = [
            {"id": 1, "label": "PERSON", "start_offset": 0, "end_offset": 8},
            {"id": 2, "label": "ODD", "start_offset": 0, "end_offset": 3},
            {"id": 3, "label": "ORG", "start_offset": 22, "end_offset": 31},
        ]
        relations = [
            {"id": i, "from_id": a, "to_id": b, "type": "leads"} for i, a, b in ((1, 2, 3), (2, 1, 3), (3, 1, 1))
        ]
        data = rows({"text": TEXT, "entities": entities, "relations": relations})
        report = import_data(bench, "doccano", data, layer="gold", set_aside=True)
        assert report.aside == {"span": 1, "relation": 2}
        assert len(json.loads(export_data(bench, "jsonl")[0])["spans"]) == 2
        assert export_data(bench, "jsonl")[1].lost == {"span kept for doccano": 1, "relation kept for doccano": 2}
        exported = json.loads(export_data(bench, "doccano")[0])
        assert [e["label"] for e in exported["entities"]] == ["PERSON", "ODD", "ORG"]
        assert sorted((r["from_id"], r["to_id"]) for r in exported["relations"]) == [(1, 1), (1, 3), (2, 3)]
        before = state(bench)
        import_data(bench, "doccano", data, layer="gold", set_aside=True)
        assert state(bench) == before

    def test_suggestions_need_known_labels_only(self, bench: Bench) -> None:
        import_data(bench, "doccano", rows(row(ANA, [0, 3, "ORG"])), layer="suggestions:x")
        with pytest.raises(WorkflowError, match="lacks: ODD"):
            import_data(bench, "doccano", rows(row([0, 3, "ODD"])), layer="suggestions:y")


class TestAllOrNothing:
    def test_a_dry_run_says_the_same_and_writes_nothing(self, bench: Bench) -> None:
        data = rows(row(ANA), row([0, 4, "HUMAN"], text="Luis Paz."))
        before = bench.workspace.labels_path.read_bytes(), state(bench)
        wanted = {"layer": "gold", "labels_from_data": True}
        tried = import_data(bench, "doccano", data, **wanted, dry_run=True)
        assert (bench.workspace.labels_path.read_bytes(), state(bench)) == before
        assert import_data(bench, "doccano", data, **wanted) == tried
        assert (tried.new, tried.known, tried.new_labels) == (1, 1, ["HUMAN"])

    def test_a_problem_on_the_last_line_leaves_nothing(self, bench: Bench) -> None:
        before = state(bench)
        with pytest.raises(FormatError, match=r"standard input:41:\d+: not JSON"):
            import_data(
                bench, "doccano", rows(*[row(text=f"nota {n}") for n in range(40)]) + b'{"text": ', layer="gold"
            )
        assert state(bench) == before

    def test_a_first_line_that_cannot_be_read_makes_no_database(self) -> None:
        with workspace(ANYTHING) as bench:
            bench.workspace.database_path.unlink()
            with pytest.raises(FormatError):
                import_data(bench, "doccano", b"{", layer="gold")
            assert not bench.workspace.database_path.exists()

    def test_an_empty_file_is_told(self, bench: Bench) -> None:
        with pytest.raises(FormatError, match="no documents in it"):
            import_data(bench, "doccano", b"\n\n", layer="gold")

    def test_options_that_the_format_does_not_have(self, bench: Bench) -> None:
        with pytest.raises(WorkflowError, match="doccano has no option 'txt': its options are: text"):
            import_data(bench, "doccano", rows(row(ANA)), layer="gold", options={"txt": "x"})
