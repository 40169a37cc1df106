"""The database: what it refuses, what it remembers, and proof that it is what its history says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from annotator.annotation import Span, item_record
from annotator.errors import StoreError
from annotator.history import CORPUS, LayerName, Op
from annotator.store import StaleLayerError, Store, check_database, first_finding
from annotator.text import Document, Segmentation
from annotator.tokenization import TOKENIZER
from tests.workspaces import KEY, Bench, focused, link, range_of, sql_dump, verdicts

ANA = LayerName(KEY, "curator:ana")


def execute(store: Store, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(sql, values)


class TestWhatItRefuses:
    @pytest.fixture(autouse=True)
    def _worked(self, bench: Bench, document: Document) -> None:
        bench.session().add(*range_of(document, "Luis Paz"), "PERSON")

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE event SET actor = 'eve'",
            "DELETE FROM event",
            "UPDATE text SET content = ''",
            "DELETE FROM text",
            "UPDATE segmentation SET tokens = x''",
            "DELETE FROM segmentation",
        ],
    )
    def test_history_and_texts_are_never_changed(self, store: Store, sql: str) -> None:
        before = sql_dump(store.path)
        with pytest.raises(sqlite3.IntegrityError, match=r"append-only|never rewritten"):
            execute(store, sql)
        assert sql_dump(store.path) == before

    def test_a_second_line_of_history_in_one_persons_work(self, store: Store) -> None:
        before = sql_dump(store.path)
        with pytest.raises(sqlite3.IntegrityError, match="a layer of one writer has one history"):
            execute(
                store,
                "INSERT INTO event (hash, layer_id, seq, prev, at, actor, action, ops)"
                " SELECT substr(hash, 2) || 'x', layer_id, seq, prev, at, actor, action, ops FROM event"
                " WHERE actor = 'ana'",
            )
        assert sql_dump(store.path) == before

    def test_not_by_replacing_either(self, store: Store) -> None:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"), store.write():
            store.connection.execute("REPLACE INTO event SELECT * FROM event")

    @pytest.mark.parametrize(
        "sql",
        [
            'UPDATE span SET "end" = start',
            "UPDATE span SET start = -1",
            "UPDATE span SET start = 'here'",
            "UPDATE span SET score = 1.5",
            "UPDATE span SET origin = 'guessed'",
            "UPDATE span SET label = NULL",
            "UPDATE layer SET kind = 'robot'",
            "UPDATE layer SET own_state = 'perhaps'",
            "UPDATE document SET meta = '{'",
            "INSERT INTO document (key) VALUES ('')",
            "INSERT INTO document (key) VALUES ('nota')",
        ],
    )
    def test_values_that_mean_nothing(self, store: Store, sql: str) -> None:
        with pytest.raises(sqlite3.IntegrityError):
            execute(store, sql)

    def test_a_relation_without_its_ends(self, store: Store) -> None:
        relation = Op("relation", "r9", None, {"head": "s1", "child": "s9", "label": "leads", "origin": "added"})
        before = sql_dump(store.path)
        with pytest.raises(sqlite3.IntegrityError), store.write() as writer:
            writer.append(ANA, "ana", "relate", [relation])
        assert sql_dump(store.path) == before

    def test_a_layer_of_a_document_that_does_not_exist(self, store: Store) -> None:
        with pytest.raises(sqlite3.IntegrityError), store.write() as writer:
            writer.append(LayerName("nada", "curator:ana"), "ana", "done", [])

    def test_an_unknown_field_of_a_layer(self, store: Store) -> None:
        with pytest.raises(ValueError, match="no field head"), store.write() as writer:
            writer.append(ANA, "ana", "label", [Op("layer", "head", None, {"value": ""})])


class TestWriting:
    def test_a_failed_block_leaves_nothing(self, store: Store) -> None:
        before = sql_dump(store.path)

        def fail() -> None:
            with store.write() as writer:
                writer.append(ANA, "ana", "label", [Op("layer", "state", None, {"value": "doing"})])
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        assert sql_dump(store.path) == before

    def test_events_form_a_chain(self, bench: Bench, store: Store, document: Document) -> None:
        session = bench.session()
        session.add(*range_of(document, "Luis Paz"), "PERSON")
        session.undo()
        info = store.layer(ANA)
        assert info is not None
        first, second = store.events(info)
        assert (first.seq, first.prev, second.prev, info.head) == (1, "", first.hash, second.hash)
        assert (second.action, second.target, second.actor) == ("undo", 1, "ana")

    def test_a_writer_that_knows_an_older_head_is_refused(self, store: Store) -> None:
        op = Op("layer", "state", None, {"value": "doing"})
        with store.write() as writer:
            writer.append(ANA, "ana", "label", [op], head="")
        before = sql_dump(store.path)
        with pytest.raises(StaleLayerError), store.write() as writer:
            writer.append(ANA, "ana", "label", [op], head="")
        assert sql_dump(store.path) == before

    def test_the_same_text_is_kept_once(self, bench: Bench, store: Store) -> None:
        bench.add("otra")
        row = store.row("SELECT count(*) FROM text")
        assert row is not None
        assert row[0] == 1

    def test_a_document_comes_back_as_it_was(self, bench: Bench) -> None:
        text = "\ufeffA\x00\x1b[31m\u202eñ\r\n👩\u200d🚀\xa0.\n"
        put = bench.add("raro", text, title="\x1b]0;x\x07\u202e")
        assert bench.document("raro") == put

    def test_the_clock_writes_utc_with_milliseconds(self, store: Store) -> None:
        info = store.layer(LayerName(KEY, CORPUS))
        assert info is not None
        assert info.changed_at is not None
        assert len(info.changed_at) == len("2026-01-01T00:00:00.000Z")
        assert info.changed_at.endswith("Z")

    def test_a_snapshot_does_not_see_what_others_write_meanwhile(self, store: Store) -> None:
        with Store(store.path) as other:
            with store.snapshot():
                assert store.layer(ANA) is None
                with other.write() as writer:
                    writer.append(ANA, "ana", "label", [Op("layer", "state", None, {"value": "doing"})])
                assert store.layer(ANA) is None
            assert store.layer(ANA) is not None


@contextmanager
def unguarded(store: Store) -> Iterator[sqlite3.Connection]:
    """Open the database as someone who means harm: no triggers, no foreign keys, no checks."""
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)


class TestDoctor:
    @pytest.fixture(autouse=True)
    def _worked(self, bench: Bench, proposed: None, ana: Span, cruz: Span) -> None:  # noqa: ARG002 - must come first
        session = bench.session()
        own = focused(session.accept(link(ana, cruz, "works_for").id))
        session.comment("¿seguro?", own)
        session.flag()
        session.finish()

    def test_sound_work_has_no_findings(self, store: Store) -> None:
        assert list(check_database(store)) == []

    def test_nor_has_a_text_with_a_nul_in_it(self, bench: Bench, store: Store) -> None:
        document = bench.add("nul", "A\x00B Luis Paz.")
        bench.session("nul").add(*range_of(document, "Luis Paz"), "PERSON")
        assert list(check_database(store)) == []

    @pytest.mark.parametrize(
        ("sql", "finding"),
        [
            ("UPDATE span SET label = 'GPE' WHERE id = 's1'", "curator:ana on nota: span s1 is not what history gives"),
            ("DELETE FROM verdict WHERE verdict = 'ignored'", "verdict"),
            ("INSERT INTO comment VALUES ((SELECT max(id) FROM layer), 'c9', 'x', NULL)", "comment c9 is not what"),
            ("UPDATE comment SET text = 'x'", "comment"),
            ("UPDATE relation SET label = 'leads' WHERE origin = 'accepted'", "relation"),
            ("UPDATE layer SET own_state = 'doing' WHERE kind = 'curator'", "layer state is not what history gives"),
            ("UPDATE layer SET doubt = 7 WHERE kind = 'suggester'", "its doubt is not that of the spans"),
            ("UPDATE layer SET spans = 7 WHERE kind = 'curator'", "the counts of its spans and relations are not what"),
            ("UPDATE layer SET flag = NULL", "layer flag is not what history gives"),
            ("UPDATE document SET title = 'x'", "corpus on nota: document nota is not what history gives"),
            ("UPDATE layer SET head = 'x' WHERE kind = 'curator'", "the layer's head is not its last event"),
            ("UPDATE layer SET changed_at = 'x' WHERE kind = 'curator'", "the layer's head is not its last event"),
            ("UPDATE scheme SET labels = labels || ' '", "a labels.yaml that work was written under does not"),
            ("UPDATE event SET hash = substr(hash, 2) || 'x' WHERE seq = 2", "the hash chain breaks at event 2"),
            ("UPDATE event SET actor = 'eve' WHERE action = 'accept'", "the hash chain breaks at event 1"),
            ("DELETE FROM event WHERE action = 'comment'", "the hash chain breaks at event 3"),
            ("DELETE FROM event WHERE action = 'done'", "the layer's head is not its last event"),
            ("UPDATE text SET content = content || '!'", "the text does not match its digest"),
            ("UPDATE segmentation SET tokens = x'04fc'", "tokens cannot be read: numbers of codes are missing"),
            ("UPDATE segmentation SET sentences = x'0001'", "sentences are out of order at 0"),
            ("DELETE FROM segmentation", "tokens are missing"),
            ("UPDATE span SET \"end\" = 9999 WHERE id = 's1'", "1 spans reach beyond the text"),
            ("DELETE FROM span WHERE id = 's1'", "a row of relation refers to a missing row of span"),
        ],
    )
    def test_planted_damage_is_found(self, store: Store, sql: str, finding: str) -> None:
        with unguarded(store) as connection:
            assert connection.execute(sql).rowcount > 0
        assert finding in "\n".join(check_database(store))

    def test_it_says_how_far_it_is(self, store: Store) -> None:
        told: list[tuple[str, int, int | None]] = []
        assert list(check_database(store, lambda *how_far: told.append(how_far))) == []
        counted = [(told, done, 1) for told in ("texts", "documents") for done in (0, 1)]
        assert told == [("the file", 0, None), *counted, ("overviews", 0, None)]

    def test_the_first_finding_is_looked_for_no_longer_than_told(self, store: Store) -> None:
        with unguarded(store) as connection:
            connection.execute(
                "INSERT INTO comment WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                " SELECT (SELECT max(id) FROM layer), 'x' || i, 'x', NULL FROM n"
            )
        assert first_finding(store.path, -1) is None
        found = first_finding(store.path, 3600)
        assert found is not None
        assert "comment x1 is not what history gives" in found

    def test_missing_protection_is_found(self, store: Store) -> None:
        execute(store, "DROP TRIGGER event_is_never_deleted")
        assert list(check_database(store)) == ["database: the trigger event_is_never_deleted is gone"]

    def test_protection_that_does_nothing_is_found(self, store: Store) -> None:
        execute(store, "DROP TRIGGER event_is_never_deleted")
        execute(store, "CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event BEGIN SELECT 1; END")
        execute(store, "CREATE VIEW mine AS SELECT 1")
        execute(store, "DROP INDEX layer_by_name")
        assert list(check_database(store)) == [
            "database: the index layer_by_name is gone",
            "database: the trigger event_is_never_deleted is not what annotator makes",
            "database: the view mine is none of annotator's",
        ]

    def test_what_an_earlier_version_let_in_is_found(self, store: Store) -> None:
        op = Op("document", "otro", None, {"sha256": "0" * 64, "lang": "es", "title": "", "meta": {}})
        with store.write() as writer:
            writer.append(ANA, "ana", "label", [op])
        assert any("document otro cannot be written in such a layer" in finding for finding in check_database(store))

    def test_spans_that_stand_there_twice_are_found(self, store: Store, ana: Span) -> None:
        twin = Op("span", "s9", None, item_record(Span("s9", *ana.key)))
        with store.write() as writer:
            writer.append(ANA, "ana", "label", [twin])
        assert list(check_database(store)) == ["curator:ana on nota: 1 spans stand there twice"]

    def test_tokens_beyond_the_text_are_found(self, store: Store) -> None:
        document = Document("mal", "ab", "es", "", Segmentation([(0, 9)]), Segmentation([(0, 2)]))
        with store.write() as writer:
            writer.put_text(document, TOKENIZER)
        (finding,) = check_database(store)
        assert finding.endswith("tokens are out of order at 0")

    def test_others_can_write_while_it_looks(self, bench: Bench, store: Store) -> None:
        with Store(store.path) as other:
            findings = check_database(other)
            assert next(findings, None) is None
            looking = check_database(other)
            bench.session(curator="bo").flag()
            assert list(looking) == []

    def test_changes_of_the_scheme_that_cannot_be_read_are_found(self, store: Store) -> None:
        with unguarded(store) as connection:
            connection.execute("INSERT INTO scheme_change (hash, event) VALUES ('x', '[]')")
            connection.execute("INSERT INTO carried (id, revision) SELECT 1, max(id) FROM scheme_change")
        assert any(finding.startswith("label scheme: cannot be read (") for finding in check_database(store))

    def test_a_damaged_file_is_one_clear_line(self, store: Store) -> None:
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.close()
        data = bytearray(store.path.read_bytes())
        data[4096:] = bytes(len(data) - 4096)
        store.path.write_bytes(data)

        with (
            pytest.raises(StoreError, match="the database is damaged: `annotator restore` brings a backup back"),
            Store(store.path) as damaged,
        ):
            list(check_database(damaged))


@pytest.mark.usefixtures("proposed")
def test_undone_verdicts_leave_no_trace_in_the_state(bench: Bench, ana: Span) -> None:
    session = bench.session()
    session.reject(ana.id)
    session.undo()
    assert verdicts(bench.session()) == {}
    assert list(check_database(bench.store)) == []
