"""The Python interface: what programs read and put, what is refused with one line, and what it leaves alone."""

from __future__ import annotations

import io
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import annotator.api as api
from annotator.api import (
    AnnotatorError,
    LabeledRelation,
    LabeledSpan,
    LockedError,
    NewLayer,
    OpenWorkspace,
    SchemeError,
    StoreError,
    WorkflowError,
    arguments,
    open_workspace,
)
from annotator.history import LayerName
from annotator.store import check_database
from tests.schemas import schema_problems
from tests.workspaces import KEY, TEXT, Bench, sql_dump, under

ANA, CRUZ = (0, 8, "PERSON"), (22, 31, "ORG")
WORKS = (ANA, CRUZ, "works_for")
Attempt = Callable[[OpenWorkspace], object]


@pytest.fixture
def workspace(bench: Bench) -> Iterator[OpenWorkspace]:
    """The workspace of ``bench``, opened by a program."""
    with open_workspace(bench.workspace.root, curator="extractor") as opened:
        yield opened


class TestReading:
    def test_a_layer_has_offsets_and_text(self, workspace: OpenWorkspace) -> None:
        workspace.put_layer(KEY, "suggestions:mine", [CRUZ, ANA], [WORKS])
        layer = workspace.layer(KEY, "suggestions:mine")
        assert layer is not None
        assert [(span.content, span.text) for span in layer.spans] == [(ANA, "Ana Ruiz"), (CRUZ, "Cruz Roja")]
        (link,) = layer.relations
        assert (link.head, link.label, link.child) == (layer.spans[0], "works_for", layer.spans[1])
        assert list(workspace.layers("suggestions:mine")) == [layer]
        assert workspace.layer(KEY, "gold") is None
        assert workspace.layer_names(KEY) == ["suggestions:mine"]

    def test_documents_by_state_and_text(self, workspace: OpenWorkspace) -> None:
        workspace.ingest([{"id": "otra", "text": "Luis Paz vive en Canadá.", "source": "x"}])
        assert [document.key for document in workspace.documents()] == [KEY, "otra"]
        assert [document.meta for document in workspace.documents(text="vive")] == [{"source": "x"}]
        workspace.put_layer(KEY, "curator:extractor", [ANA])
        assert [document.key for document in workspace.documents(state="done")] == [KEY]

    def test_documents_may_be_written_to_while_they_are_gone_through(self, workspace: OpenWorkspace) -> None:
        workspace.ingest({"id": f"d{number:03}", "text": "Ana Ruiz volvió."} for number in range(120))
        for document in workspace.documents(text="d"):
            workspace.put_layer(document.key, "suggestions:mine", [ANA], replace=True)
        assert sum(1 for _ in workspace.layers("suggestions:mine")) == 121

    def test_nobody_sees_anothers_work_before_their_own_is_done(self, bench: Bench) -> None:
        with open_workspace(bench.workspace.root, curator="ana") as ana:
            ana.put_layer(KEY, "curator:ana", [ANA])
        with open_workspace(bench.workspace.root, curator="bo") as bo:
            bo.put_layer(KEY, "curator:bo", [CRUZ], done=False)
            with pytest.raises(WorkflowError, match="bo is not done with it"):
                bo.layer(KEY, "curator:ana")
            assert list(bo.layers("curator:ana")) == []
            assert bo.layer_names(KEY) == ["curator:bo"]


class TestPutting:
    def test_it_is_an_event_by_who_put_it_and_can_be_undone(self, workspace: OpenWorkspace, bench: Bench) -> None:
        first = workspace.put_layer(KEY, "curator:extractor", [ANA, CRUZ], [WORKS])
        assert schema_problems("import", first) == []
        again = workspace.put_layer(KEY, "curator:extractor", [ANA, CRUZ], [WORKS])
        assert again["layers"]["curator:extractor"]["unchanged"] == 1
        workspace.put_layer(KEY, "curator:extractor", [ANA], replace=True)
        info = bench.store.layer(LayerName(KEY, "curator:extractor"))
        assert info is not None
        assert [(event.actor, event.action) for event in bench.store.events(info)] == [("extractor", "import")] * 2
        session = bench.session(curator="extractor")
        session.undo()
        assert {span.key for span in session.content.spans.values()} == {ANA, CRUZ}
        assert list(check_database(bench.store)) == []

    def test_what_was_read_can_be_put(self, workspace: OpenWorkspace) -> None:
        workspace.put_layer(KEY, "suggestions:one", [LabeledSpan(*ANA, score=0.5, source="tagger@2"), CRUZ], [WORKS])
        one = workspace.layer(KEY, "suggestions:one")
        assert one is not None
        assert (one.spans[0].score, one.spans[0].source) == (0.5, "tagger@2")
        workspace.put_layer(KEY, "gold", one.spans, one.relations, text=TEXT)
        gold = workspace.layer(KEY, "gold")
        assert gold is not None
        assert [span.content for span in gold.spans] == [span.content for span in one.spans]

    @pytest.mark.parametrize(
        ("spans", "relations", "why"),
        [
            ([(0, 1_000, "PERSON")], [], "0-1000 is not within the text"),
            ([(-1, 8, "PERSON")], [], "-1-8 is not within the text"),
            ([(8, 8, "PERSON")], [], "8-8 is not within the text"),
            ([(0, True, "PERSON")], [], "is no span"),
            ([(0.0, 8, "PERSON")], [], "is no span"),
            ([(0, 8)], [], "is no span"),
            ([None], [], "is no span"),
            ([(0, 8, "NOBODY")], [], "labels that the scheme lacks: NOBODY"),
            ([ANA, ANA], [], "stands there twice"),
            ([ANA, (4, 12, "ORG")], [], "overlaps"),
            ([LabeledSpan(0, 8, "PERSON", "Ana Ruíz")], [], "is said to be 'Ana Ruíz', and is 'Ana Ruiz'"),
            ([LabeledSpan(*ANA, score=float("nan"))], [], "the score is nan"),
            ([LabeledSpan(*ANA, origin="guessed")], [], "origin 'guessed'"),  # type: ignore[arg-type]
            ([LabeledSpan(*ANA, source=3)], [], "3 is no name"),  # type: ignore[arg-type]
            ([LabeledSpan(*ANA, source="x\ud800")], [], "is no name"),
            ([(0, 8, "\ud800")], [], "labels that the scheme lacks"),
            ([ANA], [WORKS], "ends at 22-31-ORG, which is no span"),
            ([ANA, CRUZ], [(CRUZ, ANA, "works_for")], "works_for"),
            ([ANA, CRUZ], [(ANA, CRUZ, "likes")], "labels that the scheme lacks: likes"),
            ([ANA], [(ANA, ANA, "works_for")], "with itself"),
            ([ANA, CRUZ], [(ANA, CRUZ)], "is no relation"),
            ([ANA, CRUZ], [LabeledRelation(LabeledSpan(*ANA), LabeledSpan(*CRUZ), 3)], "label of a relation is 3"),  # type: ignore[arg-type]
        ],
    )
    def test_what_cannot_be_put_is_refused_and_nothing_written(
        self,
        workspace: OpenWorkspace,
        bench: Bench,
        spans: list[api.SpanLike],
        relations: list[api.RelationLike],
        why: str,
    ) -> None:
        before = sql_dump(bench.workspace.database_path)
        with pytest.raises(WorkflowError, match=why) as refused:
            workspace.put_layers([NewLayer(KEY, "curator:extractor"), NewLayer(KEY, "curator:zoe", spans, relations)])
        assert "\n" not in str(refused.value)
        assert sql_dump(bench.workspace.database_path) == before

    def test_other_texts_documents_layers_and_work_are_refused(self, workspace: OpenWorkspace, bench: Bench) -> None:
        with open_workspace(bench.workspace.root, curator="bo") as bo:
            bo.put_layer(KEY, "curator:bo", [ANA])
        attempts: dict[str, Attempt] = {
            "has another text": lambda w: w.put_layer(KEY, "gold", [ANA], text=TEXT + " "),
            "no document 'nada'": lambda w: w.put_layer("nada", "gold", []),
            r"'\\udcff' is no text": lambda w: w.document("\udcff"),
            "3 is no text": lambda w: w.put_layer(3, "gold", []),  # type: ignore[arg-type]
            r"'\\ud800' is no text": lambda w: list(w.documents(text="\ud800")),
            "no layer 3": lambda w: w.layer(KEY, 3),  # type: ignore[arg-type]
            "no layer 'corpus'": lambda w: w.put_layer(KEY, "corpus", []),
            "name yours suggestions:NAME": lambda w: w.put_layer(KEY, "suggestions", []),
            "no layer 'curator:a/b'": lambda w: w.put_layer(KEY, "curator:a/b", []),
            "holds other work already": lambda w: w.put_layer(KEY, "curator:bo", [CRUZ]),
            "curator:bo": lambda w: w.put_layer(KEY, "curator:bo", [CRUZ], replace=True),
            "is no layer": lambda w: w.put_layers(["x"]),  # type: ignore[list-item]
            "borders: found 'wat'": lambda w: w.put_layers([], borders="wat"),  # type: ignore[arg-type]
            "texts: found the string": lambda w: list(w.suggest_texts("ab")),
            "layers: found the string": lambda w: w.agreement("gold"),
            "no language 'xx'": lambda w: w.agreement(lang="xx"),
            "override goes with replace": lambda w: w.put_layer(KEY, "curator:bo", [CRUZ], override=True),
        }
        for why, attempt in attempts.items():
            with pytest.raises(WorkflowError, match=why):
                attempt(workspace)
        assert bench.actions("curator:bo") == ["import"]

    def test_a_generator_that_writes_or_fails_leaves_nothing_half_written(
        self, workspace: OpenWorkspace, bench: Bench
    ) -> None:
        def writes() -> Iterator[NewLayer]:
            yield NewLayer(KEY, "suggestions:mine", [ANA])
            workspace.put_layer(KEY, "suggestions:other", [ANA])

        def fails() -> Iterator[api.SpanLike]:
            yield ANA
            raise KeyError("mine")

        with pytest.raises(WorkflowError, match="is being written to by this program"):
            workspace.put_layers(writes())
        with pytest.raises(KeyError):
            workspace.put_layer(KEY, "suggestions:mine", fails())
        assert bench.actions("suggestions:mine") == []
        workspace.put_layer(KEY, "suggestions:mine", [ANA])


class TestArticles:
    def test_all_or_none_and_the_same_again_changes_nothing(self, workspace: OpenWorkspace) -> None:
        articles = [{"id": "a", "text": "Uno.\r\n\ttab", "lang": "es"}, {"id": "b", "text": "Dos."}]
        assert schema_problems("ingest", workspace.ingest(articles)) == []
        assert workspace.ingest(articles)["unchanged"] == 2
        assert workspace.document("a").text == "Uno.\r\n\ttab"
        with pytest.raises(AnnotatorError, match="article 2: the text is empty"):
            workspace.ingest([{"id": "c", "text": "Tres."}, {"id": "d", "text": ""}])
        assert [document.key for document in workspace.documents()] == ["a", "b", KEY]

    @pytest.mark.parametrize(
        ("article", "why"),
        [
            ({"text": "x"}, "article 1: no id"),
            ({"id": "x"}, "article 1: no text"),
            ({"id": "../x", "text": "x"}, "holds a slash"),
            ({"id": "x", "text": "a\ud800b"}, "lone surrogate"),
            ({"id": "x", "text": "x", "when": object()}, "not JSON serializable"),
            ({"id": "x", "text": "x", "when": float("nan")}, "article 1: "),
            ({"id": "x", "text": b"x"}, "article 1: "),
            ("x", "give a mapping"),
        ],
    )
    def test_what_is_no_article(self, workspace: OpenWorkspace, article: dict[str, object], why: str) -> None:
        with pytest.raises(AnnotatorError, match=why):
            workspace.ingest([article])

    def test_files(self, workspace: OpenWorkspace, tmp_path: Path) -> None:
        (tmp_path / "nueva.txt").write_text("Luis Paz volvió.", encoding="utf-8")
        assert workspace.ingest_files(tmp_path / "nueva.txt")["added"] == 1
        with pytest.raises(AnnotatorError, match="no such file"):
            workspace.ingest_files("nada.txt")


class TestJobs:
    def test_suggestions_for_texts_and_documents(self, workspace: OpenWorkspace, bench: Bench) -> None:
        before = sql_dump(bench.workspace.database_path)
        text = "El 5 de mayo de 2024."
        (layer,) = workspace.suggest_texts([text], lang="es")
        assert [(span.label, span.text) for span in layer.spans] == [("DATE", "5 de mayo de 2024")]
        assert sql_dump(bench.workspace.database_path) == before
        assert schema_problems("suggest", workspace.suggest()) == []
        with pytest.raises(AnnotatorError, match="lang: found 'xx'"):
            list(workspace.suggest_texts([text], lang="xx"))

    def test_agreement_of_an_extractor_with_gold(self, workspace: OpenWorkspace) -> None:
        workspace.put_layer(KEY, "suggestions:mine", [ANA, CRUZ])
        workspace.put_layer(KEY, "gold", [ANA])
        report = workspace.agreement(["gold", "suggestions:mine"])
        assert schema_problems("agreement", report) == []
        assert report["headline"]["value"] == pytest.approx(2 / 3)
        with pytest.raises(WorkflowError, match="no layer 'nobody'"):
            workspace.agreement(["gold", "nobody"])
        with pytest.raises(WorkflowError, match="layers: found none"):
            workspace.agreement([])

    @pytest.mark.parametrize(
        ("options", "why"),
        [
            ({"resamples": -1}, "resamples: found -1: expected a whole number from 0 to 100000"),
            ({"resamples": 1.5}, "resamples: found 1.5: expected a whole number"),
            ({"seed": "a"}, "seed: found 'a'"),
            ({"seed": True}, "seed: found True"),
            ({"gamma": float("nan")}, "gamma: found nan: expected a number from 0 to 86400"),
        ],
    )
    def test_what_agreement_cannot_be_measured_by(
        self, workspace: OpenWorkspace, options: dict[str, Any], why: str
    ) -> None:
        with pytest.raises(WorkflowError, match=why):
            workspace.agreement(**options)

    @pytest.mark.parametrize(
        ("verb", "option", "numbers"),
        [
            ("suggest", "jobs", arguments.JOBS),
            ("export", "seed", arguments.SEEDS),
            ("agreement", "seed", arguments.AGREEMENT_SEEDS),
            ("agreement", "resamples", arguments.RESAMPLES),
            ("agreement", "gamma", arguments.GAMMA_SECONDS),
        ],
    )
    def test_numbers_are_in_the_range_of_the_command_line(
        self, verb: str, option: str, numbers: tuple[int, int]
    ) -> None:
        (found,) = (one.type for one in import_module(f"annotator.cli.{verb}").command.params if one.name == option)
        assert (found.min, found.max) == numbers

    def test_numbers_of_other_libraries(self, workspace: OpenWorkspace) -> None:
        whole, share = np.int64, np.float32(0.5)
        workspace.ingest([{"id": "a", "text": "Uno.", "views": whole(3), "share": share}])
        assert workspace.document("a").meta == {"views": 3, "share": 0.5}
        span = LabeledSpan(whole(ANA[0]), whole(ANA[1]), ANA[2], score=share)  # type: ignore[arg-type]
        workspace.put_layer(KEY, "suggestions:mine", [span])
        found = workspace.layer(KEY, "suggestions:mine")
        assert found is not None
        assert [(one.start, one.end, one.label, one.score) for one in found.spans] == [(*ANA, 0.5)]

    def test_export_to_a_path_and_a_stream(self, workspace: OpenWorkspace, tmp_path: Path) -> None:
        workspace.put_layer(KEY, "gold", [ANA, CRUZ], [WORKS])
        stream = io.BytesIO()
        assert workspace.export("jsonl", stream)["parts"][0]["spans"] == 2
        done = workspace.export("jsonl", tmp_path / "gold.jsonl")
        assert schema_problems("export", done) == []
        assert (tmp_path / "gold.jsonl").read_bytes() == stream.getvalue()
        assert json.loads(stream.getvalue())["id"] == KEY
        (tmp_path / "mine.jsonl").write_text("mine")
        for form, target, why in (
            ("jsonl", tmp_path / "mine.jsonl", "mine.jsonl"),
            ("jsonl", workspace.folder / "db" / "annotator.db", "belongs to the workspace"),
            ("brat", io.BytesIO(), "a folder of files"),
            ("nope", tmp_path / "x", "no format 'nope'"),
            ("jsonl", io.StringIO(), "cannot take an export"),
        ):
            with pytest.raises(AnnotatorError, match=why):
                workspace.export(form, target)  # type: ignore[arg-type]
        assert (tmp_path / "mine.jsonl").read_text() == "mine"


class TestOpening:
    def test_without_a_curator_it_can_only_be_read(self, bench: Bench) -> None:
        with open_workspace(bench.workspace.root) as workspace:
            assert [document.key for document in workspace.documents()] == [KEY]
            attempts: tuple[Attempt, ...] = (
                lambda w: w.put_layer(KEY, "gold", []),
                lambda w: w.suggest(),
                lambda w: w.ingest([]),
            )
            for attempt in attempts:
                with pytest.raises(WorkflowError, match="curator=NAME"):
                    attempt(workspace)

    def test_reading_makes_no_database(self, bench: Bench, tmp_path: Path) -> None:
        (tmp_path / "labels.yaml").write_bytes(bench.workspace.labels_path.read_bytes())
        with open_workspace(tmp_path) as workspace, pytest.raises(WorkflowError, match="has no database yet"):
            workspace.layer(KEY, "gold")
        assert not (tmp_path / "db").exists()

    def test_what_is_no_workspace_and_no_name(self, bench: Bench, tmp_path: Path) -> None:
        with pytest.raises(WorkflowError, match=r"no labels.yaml there"):
            open_workspace(tmp_path)
        with pytest.raises(AnnotatorError, match="cannot be a curator's name"):
            open_workspace(bench.workspace.root, curator="a/b")

    def test_closed_and_in_another_thread_it_says_so(self, bench: Bench) -> None:
        workspace = open_workspace(bench.workspace.root, curator="extractor")
        said: list[str] = []

        def work() -> None:
            try:
                workspace.document(KEY)
            except WorkflowError as error:
                said.append(str(error))
            with open_workspace(bench.workspace.root, curator="extractor") as own:
                own.put_layer(KEY, "suggestions:mine", [ANA])

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert "was opened by another thread" in said[0]
        assert workspace.layer(KEY, "suggestions:mine") is not None
        workspace.close()
        with pytest.raises(WorkflowError, match="was closed"):
            workspace.document(KEY)

    def test_opened_twice_both_write_and_see_it(self, bench: Bench) -> None:
        with (
            open_workspace(bench.workspace.root, curator="one") as one,
            open_workspace(bench.workspace.root, curator="two") as two,
        ):
            for number, opened in enumerate((one, two, one, two)):
                opened.put_layer(KEY, f"suggestions:n{number}", [ANA])
            assert one.layer_names(KEY) == two.layer_names(KEY) == [f"suggestions:n{number}" for number in range(4)]

    def test_somebody_who_holds_the_lock_is_named(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("annotator.store.lock.PATIENCE", 0.05)
        with (
            open_workspace(bench.workspace.root, curator="one") as workspace,
            bench.store.write(),
            pytest.raises(LockedError, match="is locked"),
        ):
            workspace.put_layer(KEY, "suggestions:mine", [ANA])


def test_everything_that_is_stable_is_there_and_explained() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "python.md").read_text(encoding="utf-8")
    for name in api.__all__:
        assert hasattr(api, name)
        assert f"`{name}`" in page or f"`{name}(" in page, name
    methods = [name for name in vars(OpenWorkspace) if not name.startswith("_")]
    assert [name for name in methods if f"`{name}(" not in page and f"`{name}`" not in page] == []


class TestDatabases:
    def test_what_can_only_be_read_or_is_none_is_said_in_a_line(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        root = bench.workspace.root
        bench.workspace.close()
        with monkeypatch.context() as patched:
            patched.setattr("annotator.store.connection.why_only_readable", lambda _path: "it is a test")
            with open_workspace(root, curator="extractor") as workspace:
                assert [document.key for document in workspace.documents()] == [KEY]
                with pytest.raises(StoreError, match="can only be read"):
                    workspace.put_layer(KEY, "suggestions:mine", [ANA])
        with closing(sqlite3.connect(bench.workspace.database_path)) as connection:
            connection.execute("PRAGMA user_version = 9999")
        with open_workspace(root) as workspace, pytest.raises(StoreError, match="newer"):
            workspace.document(KEY)
        bench.workspace.database_path.write_bytes(b"no database" * 100)
        with open_workspace(root) as workspace, pytest.raises(StoreError, match="not a database"):
            workspace.document(KEY)

    def test_a_mistake_in_the_label_scheme(self, bench: Bench) -> None:
        under(bench, ("head: PERSON, child: ORG", "head: NOBODY, child: ORG"))
        with open_workspace(bench.workspace.root, curator="extractor") as workspace:
            with pytest.raises(SchemeError, match="NOBODY"):
                workspace.put_layer(KEY, "suggestions:mine", [ANA])
            assert workspace.document(KEY).text == TEXT
