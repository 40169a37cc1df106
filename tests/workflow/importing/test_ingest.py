"""Taking articles in, and carrying annotations over to a replaced text."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.annotation import Span
from annotator.errors import CorpusError, WorkflowError
from annotator.history import LayerName
from annotator.reading_options import ReadingOptions
from annotator.store import StaleLayerError, check_database
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.document_history import document_history
from annotator.workflow.importing.ingest import IngestReport, ingest
from tests.workflow.adjudicating.finished_documents import finish, first, judge
from tests.workspaces import (
    KEY,
    TEXT,
    Bench,
    focused,
    link,
    pending_suggestions,
    proposal,
    propose,
    range_of,
    relation_texts,
    span_texts,
    sql_dump,
)

NEWER = "Ayer. " + TEXT.replace("México coopera con Canadá.", "México ya no coopera con Canadá.")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "uno.txt").write_text("Luis Paz llegó.", encoding="utf-8")
    (folder / "dos.txt").write_text("Ana Ruiz volvió.", encoding="utf-8")
    return folder


def take(bench: Bench, path: Path, *, replace: bool = False) -> IngestReport:
    return ingest(bench.workspace, [path], "tester", replace=replace)


class TestIngest:
    def test_new_articles_become_documents(self, bench: Bench, articles: Path) -> None:
        assert take(bench, articles).added == 2
        assert bench.store.document_keys() == ["dos", KEY, "uno"]
        assert bench.document("uno").text == "Luis Paz llegó."

    def test_no_row_of_a_skipped_file_is_stored(self, bench: Bench, articles: Path) -> None:
        rows = "".join(f"{number},Nota {number}.\n" for number in range(700))
        (articles / "filas.csv").write_text(f"id,text\n{rows}700,Nota,x\n")
        report = ingest(bench.workspace, [articles], "tester", options=ReadingOptions(skip_bad=True))
        assert report.added == 2
        assert bench.store.document_keys() == ["dos", KEY, "uno"]
        assert report.reading.skipped_told().endswith("filas.csv:702 (3 fields where the header has 2)")

    def test_the_same_bytes_again_change_nothing(self, bench: Bench, articles: Path) -> None:
        take(bench, articles)
        before = sql_dump(bench.store.path)
        report = take(bench, articles)
        assert (report.added, report.unchanged) == (0, 2)
        assert sql_dump(bench.store.path) == before

    def test_what_queries_sort_is_in_memory_only_meanwhile(self, bench: Bench, articles: Path) -> None:
        told: list[int] = []

        def progress(_done: int, total: int | None) -> None:
            if total is not None:
                told.extend(bench.store.connection.execute("PRAGMA temp_store").fetchone())

        ingest(bench.workspace, [articles], "tester", progress=progress)
        assert told == [2]  # SQLite's number for memory
        assert [*bench.store.connection.execute("PRAGMA temp_store").fetchone()] == [0]

    def test_history_says_who_and_when(self, bench: Bench, articles: Path) -> None:
        take(bench, articles)
        info = bench.store.layer(LayerName("uno", "corpus"))
        assert info is not None
        (event,) = bench.store.events(info)
        assert (event.actor, event.action) == ("tester", "ingest")

    def test_a_key_with_another_text_is_refused_and_nothing_of_the_rest_taken(
        self, bench: Bench, articles: Path
    ) -> None:
        (articles / f"{KEY}.txt").write_text("otro texto", encoding="utf-8")
        before = sql_dump(bench.store.path)
        with pytest.raises(CorpusError, match=r"nota.txt: there is a document 'nota' with another text: .*--replace"):
            take(bench, articles)
        assert sql_dump(bench.store.path) == before

    def test_one_bad_article_keeps_all_out(self, bench: Bench, articles: Path) -> None:
        (articles / "tres.txt").write_bytes(b"caf\xe9")
        before = sql_dump(bench.store.path)
        with pytest.raises(CorpusError, match=r"tres.txt: byte 3 is not UTF-8"):
            take(bench, articles)
        assert sql_dump(bench.store.path) == before

    def test_a_refusal_in_a_new_workspace_leaves_no_database(self, bench: Bench, tmp_path: Path) -> None:
        root = tmp_path / "new"
        root.mkdir()
        (root / "labels.yaml").write_bytes(bench.workspace.labels_path.read_bytes())
        (root / "empty.txt").touch()
        workspace = type(bench.workspace)(root)
        with pytest.raises(CorpusError, match="the text is empty"):
            ingest(workspace, [root / "empty.txt"], "tester")
        assert not workspace.database_path.parent.exists()


class TestReplace:
    @pytest.fixture
    def newer(self, tmp_path: Path) -> Path:
        path = tmp_path / f"{KEY}.txt"
        path.write_text(NEWER, encoding="utf-8")
        return path

    def test_spans_move_with_their_text(self, bench: Bench, newer: Path) -> None:
        session = bench.session()
        for needle, label in (("Ana Ruiz", "PERSON"), ("Luis Paz", "PERSON"), ("Canadá", "GPE")):
            session.add(*range_of(session.document, needle), label)
        report = take(bench, newer, replace=True)
        assert (report.replaced, report.uncarried) == ([KEY], [])
        moved = bench.session()
        assert span_texts(moved) == {("PERSON", "Ana Ruiz"), ("PERSON", "Luis Paz"), ("GPE", "Canadá")}
        assert moved.document.text == NEWER
        assert list(check_database(bench.store)) == []

    def test_what_has_no_place_any_more_is_listed_and_its_relations_go(self, bench: Bench, newer: Path) -> None:
        session = bench.session()
        mexico = focused(session.add(*range_of(session.document, "México coopera"), "GPE"))
        canada = focused(session.add(*range_of(session.document, "Canadá"), "GPE"))
        session.relate(mexico, canada, "cooperates_with")
        (lost,) = take(bench, newer, replace=True).uncarried
        assert (str(lost.layer), lost.label, lost.text) == ("curator:ana on nota", "GPE", "México coopera")
        assert span_texts(bench.session()) == {("GPE", "Canadá")}
        assert relation_texts(bench.session()) == set()
        assert list(check_database(bench.store)) == []

    def test_relations_whose_ends_both_stay_stay(self, bench: Bench, newer: Path) -> None:
        session = bench.session()
        ana = focused(session.add(*range_of(session.document, "Ana Ruiz"), "PERSON"))
        cruz = focused(session.add(*range_of(session.document, "Cruz Roja"), "ORG"))
        session.comment("¿segura?", focused(session.relate(ana, cruz, "works_for")))
        take(bench, newer, replace=True)
        assert relation_texts(bench.session()) == {("Ana Ruiz", "works_for", "Cruz Roja")}
        assert [c.text for c in bench.session().layer.content.comments.values()] == ["¿segura?"]

    def test_comments_on_what_is_lost_go_too(self, bench: Bench, newer: Path) -> None:
        session = bench.session()
        session.comment("raro", focused(session.add(*range_of(session.document, "México coopera"), "GPE")))
        take(bench, newer, replace=True)
        assert bench.session().layer.content.comments == {}

    def test_what_was_decided_is_not_asked_again(self, bench: Bench, newer: Path) -> None:
        document = bench.document()
        luis, canada = proposal(document, "Luis Paz", "PERSON"), proposal(document, "Canadá", "GPE")
        propose(bench.store, document, [luis, canada])
        bench.session().reject(luis.id)
        take(bench, newer, replace=True)
        document = bench.document()
        assert pending_suggestions(bench.session()) == [proposal(document, "Canadá", "GPE").id]
        again = [proposal(document, "Luis Paz", "PERSON"), proposal(document, "Canadá", "GPE")]
        propose(bench.store, document, again, name="suggestions:again")
        assert pending_suggestions(bench.session()) == [proposal(document, "Canadá", "GPE").id]

    def test_verdicts_on_relations_hold_too(self, bench: Bench, newer: Path, ana: Span, cruz: Span) -> None:
        propose(bench.store, bench.document(), [ana, cruz], [link(ana, cruz, "works_for")])
        bench.session().reject(link(ana, cruz, "works_for").id)
        take(bench, newer, replace=True)
        assert len(pending_suggestions(bench.session())) == 2

    def test_steps_on_the_old_text_cannot_be_taken_back(self, bench: Bench, newer: Path) -> None:
        session = bench.session()
        session.add(*range_of(session.document, "Luis Paz"), "PERSON")
        take(bench, newer, replace=True)
        session = bench.session()
        session.flag()
        session.undo()
        with pytest.raises(WorkflowError, match="text was replaced"):
            session.undo()
        assert span_texts(bench.session()) == {("PERSON", "Luis Paz")}

    def test_an_open_window_is_told_and_goes_on_showing_what_it_had(self, bench: Bench, newer: Path) -> None:
        session = bench.session()
        session.add(*range_of(session.document, "Luis Paz"), "PERSON")
        take(bench, newer, replace=True)
        with pytest.raises(StaleLayerError):
            session.flag()
        with pytest.raises(WorkflowError, match="about another text: the article was replaced; open it anew"):
            session.recover()
        assert span_texts(session) == {("PERSON", "Luis Paz")}

    def test_history_quotes_each_step_from_the_text_that_it_was_made_on(self, bench: Bench, newer: Path) -> None:
        session = bench.session()
        session.add(*range_of(session.document, "México coopera"), "GPE")
        take(bench, newer, replace=True)
        session = bench.session()
        session.add(*range_of(session.document, "Luis Paz"), "PERSON")
        told = [entry.what for entry in document_history(bench.store, KEY, "curator:ana").entries]
        assert (told[0], told[-1]) == ("label GPE “México coopera”", "label PERSON “Luis Paz”")

    def test_gold_is_carried_too_and_settled_gold_stays_settled(self, bench: Bench, newer: Path) -> None:
        session = bench.session()
        session.add(*range_of(session.document, "Luis Paz"), "PERSON")
        session.finish()
        settle_finished(bench.workspace, "ana")
        take(bench, newer, replace=True)
        assert settle_finished(bench.workspace, "ana").unchanged == [KEY]
        (span,) = bench.store.annotations(bench.layer_id("gold")).spans.values()
        assert NEWER[span.start : span.end] == "Luis Paz"
        assert span.id == str(span.key)

    def test_what_an_adjudicator_decided_is_carried_too(self, bench: Bench, newer: Path) -> None:
        finish(bench, "ana", ("PERSON", "Ana Ruiz"), ("PERSON", "Luis Paz"))
        finish(bench, "bo", ("PERSON", "Ana Ruiz"), ("PERSON", "Luis"))
        session = judge(bench)
        session.choose(first(session).id, "bo")
        session.finish()
        take(bench, newer, replace=True)
        assert list(check_database(bench.store)) == []
        again = judge(bench)
        assert not again.gold.open
        assert span_texts(again) == {("PERSON", "Ana Ruiz"), ("PERSON", "Luis")}
        with pytest.raises(WorkflowError, match="text was replaced"):
            again.undo()

    def test_history_counts_what_was_carried_over(self, bench: Bench, newer: Path) -> None:
        document = bench.document()
        propose(bench.store, document, [proposal(document, "Luis Paz", "PERSON")])
        session = bench.session()
        session.add(*range_of(session.document, "México coopera"), "GPE")
        session.add(*range_of(session.document, "Canadá"), "GPE")
        take(bench, newer, replace=True)
        entries = document_history(bench.store, KEY).entries
        told = [(entry.layer, entry.what) for entry in entries if entry.action == "re-anchor"]
        assert sorted(told) == [("curator:ana", "re-anchor (1 span)"), ("suggestions", "re-anchor (1 span)")]

    def test_the_document_knows_its_new_text_and_keeps_the_old_in_history(self, bench: Bench, newer: Path) -> None:
        take(bench, newer, replace=True)
        assert bench.document().text == NEWER
        assert bench.actions("corpus") == ["ingest", "replace"]

    def test_replacing_with_the_same_text_changes_nothing(self, bench: Bench, newer: Path) -> None:
        take(bench, newer, replace=True)
        before = sql_dump(bench.store.path)
        assert take(bench, newer, replace=True).unchanged == 1
        assert sql_dump(bench.store.path) == before
