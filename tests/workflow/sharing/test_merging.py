"""Databases that were apart become one: the same whatever the order, all or nothing, and every obstacle by name."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.annotation import Annotations, Span
from annotator.cli.main import main
from annotator.errors import StoreError, WorkflowError
from annotator.history import CORPUS, GOLD, LayerName, Op, effective_events, fold
from annotator.store import QueueFilter, check_database
from annotator.store.tables import read_state
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.desk import Desk
from annotator.workflow.importing.ingest import ingest
from annotator.workflow.layer_diff import differences
from annotator.workflow.sharing.assignment import assign
from annotator.workflow.sharing.merging import MergeConflictError, MergeReport, merge
from tests.store.test_store import unguarded
from tests.workspaces import (
    KEY,
    LABELS,
    TEXT,
    Bench,
    database_content,
    link,
    make_bench,
    pending_suggestions,
    proposal,
    propose,
    propose_elsewhere,
    range_of,
    span_texts,
    sql_dump,
)

Twin = Callable[[str], Bench]


@pytest.fixture
def twin(bench: Bench, tmp_path: Path) -> Iterator[Twin]:
    """Copies of the workspace as it stands, to be carried on apart."""
    with ExitStack() as stack:

        def twin(name: str) -> Bench:
            other = copied(bench, tmp_path / name)
            stack.callback(other.workspace.close)
            return other

        yield twin


def copied(bench: Bench, folder: Path) -> Bench:
    other = make_bench(folder)
    bench.store.backup(other.workspace.database_path)
    return other


def bring(source: Bench, target: Bench, **more: object) -> MergeReport:
    return merge(target.workspace, source.workspace.root, **more)  # type: ignore[arg-type]


def refused(source: Bench, target: Bench, **more: object) -> list[str]:
    """Return the conflicts of a merge that must be refused, and must not have changed anything."""
    before = sql_dump(target.store.path)
    with pytest.raises(MergeConflictError) as caught:
        bring(source, target, **more)
    assert sql_dump(target.store.path) == before
    return caught.value.conflicts


def mark(bench: Bench, curator: str, needle: str, label: str = "PERSON", key: str = KEY) -> None:
    session = bench.session(key, curator)
    session.add(*range_of(session.document, needle), label)


def suggest(bench: Bench, key: str, wanted: Annotations) -> None:
    """Replace the suggestions on a document, as a new run does."""
    name = LayerName(key, "suggestions")
    with bench.store.write() as writer:
        layer = writer.layer_info(name)
        before = bench.store.annotations(layer.id) if layer is not None else Annotations()
        writer.append(name, "annotator", "suggest", differences(before, wanted))


def same(*benches: Bench) -> bool:
    first, *others = (database_content(bench.store.path) for bench in benches)
    return all(other == first for other in others)


def sound(bench: Bench) -> bool:
    """Return whether the doctor is content, and every layer's state is what its own events give."""
    for info in bench.store.layers():
        if read_state(bench.store.connection, info.id) != fold(effective_events(bench.store.events(info))):
            return False
    return list(check_database(bench.store)) == []


class TestUniting:
    def test_what_two_did_apart_stands_in_both_after_merging_both_ways(
        self,
        bench: Bench,
        twin: Twin,
        proposed: None,  # noqa: ARG002 - must come first
        ana: Span,
    ) -> None:
        here, there = bench, twin("there")
        here.session(curator="ana").accept(ana.id)
        mark(there, "bo", "Luis Paz")
        session = there.session(curator="bo")
        session.comment("¿seguro?")
        session.undo()
        session.finish()
        report = bring(there, here)
        assert report.by_layer() == [("curator:bo", 1, 4)]
        bring(here, there)
        assert same(here, there)
        assert span_texts(here.session(curator="bo")) == {("PERSON", "Luis Paz")}
        assert span_texts(there.session(curator="ana")) == {("PERSON", "Ana Ruiz")}
        assert sound(here)

    def test_a_second_time_brings_nothing(self, bench: Bench, twin: Twin) -> None:
        there = twin("there")
        mark(there, "bo", "Luis Paz")
        bring(there, bench)
        before = sql_dump(bench.store.path)
        assert bring(there, bench).events == {}
        assert sql_dump(bench.store.path) == before

    def test_undo_goes_on_where_the_work_was_done_elsewhere(self, bench: Bench, twin: Twin) -> None:
        there = twin("there")
        mark(there, "bo", "Luis Paz")
        bring(there, bench)
        session = bench.session(curator="bo")
        session.undo()
        assert span_texts(session) == set()
        bring(bench, there)
        assert same(bench, there)

    def test_the_same_articles_taken_in_apart_are_the_same_documents(self, bench: Bench, tmp_path: Path) -> None:
        other = make_bench(tmp_path / "apart")
        other.add()
        propose(bench.store, bench.document(), [proposal(bench.document(), "Ana Ruiz", "PERSON")])
        propose(other.store, other.document(), [proposal(other.document(), "Cruz Roja", "ORG")])
        mark(bench, "ana", "Luis Paz")
        mark(other, "bo", "Luis Paz")
        bring(other, bench)
        bring(bench, other)
        assert same(bench, other)
        assert bench.store.document_keys() == [KEY]
        assert sound(bench)
        mark(bench, "bo", "Ana Ruiz")  # and everyone works on
        bring(bench, other)
        assert same(bench, other)
        other.workspace.close()

    def test_assignments_made_in_two_places_all_hold(self, bench: Bench, twin: Twin) -> None:
        there = twin("there")
        assign(bench.workspace, "lead", ["ana"])
        assign(there.workspace, "chief", ["bo"], blind=1.0)
        bring(there, bench)
        bring(bench, there)
        assert same(bench, there)
        assert [Desk(bench.workspace, name).assigned_only for name in ("ana", "bo", "carla")] == [True, True, False]
        assert Desk(there.workspace, "bo").queue.is_blind(KEY)
        assert sound(there)

    def test_of_suggestions_run_in_two_places_one_run_holds_and_is_the_same(self, bench: Bench, twin: Twin) -> None:
        document = bench.document()
        cruz, mexico = proposal(document, "Cruz Roja", "ORG"), proposal(document, "México", "GPE")
        propose(bench.store, document, [cruz, mexico], [link(cruz, mexico, "located_in")])
        there = twin("there")
        alone = Annotations.of([proposal(document, "Luis Paz", "PERSON")])
        other = Annotations.of([cruz, mexico], [link(cruz, mexico, "located_in", 0.4)])
        suggest(bench, KEY, alone)
        suggest(there, KEY, other)
        bring(there, bench)
        bring(bench, there)
        assert same(bench, there)
        found = bench.store.annotations(bench.layer_id("suggestions"))
        assert (found.spans.keys(), found.relations.keys()) in (
            (alone.spans.keys(), alone.relations.keys()),
            (other.spans.keys(), other.relations.keys()),
        )
        assert sorted(bench.actions("suggestions")) == ["suggest"] * 3  # the other run is still told
        assert sound(bench)

    def test_documents_that_are_new_come_with_their_texts(self, bench: Bench, twin: Twin) -> None:
        there = twin("there")
        put = there.add("raro", "\ufeffA\x00\x1b[31m\u202eñ\r\n👩\u200d🚀 Luis Paz.\n")
        mark(there, "bo", "Luis Paz", key="raro")
        assert bring(there, bench).documents == ["raro"]
        assert bench.document("raro") == put
        assert [row.key for row in Desk(bench.workspace, "bo").queue.page(QueueFilter(text="Luis Paz"), -1)] == [
            KEY,
            "raro",
        ]

    def test_a_rejection_made_elsewhere_stays_in_its_document(self, bench: Bench, twin: Twin) -> None:
        twice = bench.add("d1", "Luis Paz volvió.")
        for document in (bench.document(), twice):
            propose(bench.store, document, [proposal(document, "Luis Paz", "PERSON")])
        there = twin("there")
        session = there.session(curator="bo")
        session.reject(pending_suggestions(session)[0])
        bring(there, bench)
        assert pending_suggestions(bench.session(curator="bo")) == []
        assert (
            len(pending_suggestions(bench.session("d1", "bo")))
            == len(pending_suggestions(bench.session(curator="ana")))
            == 1
        )

    def test_gold_made_there_comes_too(self, bench: Bench, twin: Twin) -> None:
        there = twin("there")
        mark(there, "bo", "Luis Paz")
        there.session(curator="bo").finish()
        settle_finished(there.workspace, "chief")
        bring(there, bench)
        assert bench.actions(GOLD) == ["adjudicate"]
        assert sound(bench)

    def test_a_replaced_text_comes_with_what_was_carried_over(self, bench: Bench, twin: Twin, tmp_path: Path) -> None:
        mark(bench, "ana", "Luis Paz")
        there = twin("there")
        (tmp_path / f"{KEY}.txt").write_text("Ayer. " + TEXT, encoding="utf-8")
        ingest(there.workspace, [tmp_path / f"{KEY}.txt"], "chief", replace=True)
        mark(there, "bo", "Ana Ruiz")
        bring(there, bench)
        assert span_texts(bench.session(curator="ana")) == {("PERSON", "Luis Paz")}
        assert bench.document().text.startswith("Ayer.")
        bring(bench, there)
        assert same(bench, there)
        assert sound(bench)

    def test_places_stay_where_they_are(self, bench: Bench, twin: Twin) -> None:
        there = twin("there")
        mark(there, "bo", "Luis Paz")
        bring(there, bench)
        assert bench.store.bookmark("bo") is None

    def test_the_other_database_is_not_touched(self, bench: Bench, twin: Twin) -> None:
        there = twin("there")
        mark(there, "bo", "Luis Paz")
        there.workspace.close()
        before = there.workspace.database_path.read_bytes()
        bring(there, bench)
        assert there.workspace.database_path.read_bytes() == before
        assert [p.name for p in there.workspace.database_path.parent.iterdir()] == ["annotator.db"]

    def test_a_dry_run_says_the_same_and_writes_nothing(self, bench: Bench, twin: Twin) -> None:
        there = twin("there")
        mark(there, "bo", "Luis Paz")
        before = sql_dump(bench.store.path)
        would = bring(there, bench, dry_run=True)
        assert sql_dump(bench.store.path) == before
        assert bring(there, bench) == would

    def test_an_empty_workspace_takes_all(self, bench: Bench, tmp_path: Path) -> None:
        mark(bench, "ana", "Luis Paz")
        empty = make_bench(tmp_path / "empty")
        bring(bench, empty)
        assert same(bench, empty)
        empty.workspace.close()


class TestConflicts:
    def test_one_layer_carried_on_in_two_places(self, bench: Bench, twin: Twin) -> None:
        mark(bench, "ana", "Luis Paz")
        there = twin("there")
        mark(bench, "ana", "Ana Ruiz")
        mark(there, "ana", "México", "GPE")
        mark(there, "bo", "Luis Paz")
        (conflict,) = refused(there, bench)
        assert conflict.startswith("curator:ana on nota was carried on in both places after step 1 (here until 20")
        assert "--rename ana=ana.2 takes theirs as another curator's, or --except nota" in conflict

    def test_theirs_can_come_as_another_curators(self, bench: Bench, twin: Twin) -> None:
        mark(bench, "ana", "Luis Paz")
        there = twin("there")
        mark(bench, "ana", "Ana Ruiz")
        session = there.session(curator="ana")
        session.undo()
        session.add(*range_of(session.document, "México"), "GPE")
        report = bring(there, bench, renames={"ana": "ana.2"})
        assert report.renamed == [LayerName(KEY, "curator:ana.2")]
        assert span_texts(bench.session(curator="ana")) == {("PERSON", "Luis Paz"), ("PERSON", "Ana Ruiz")}
        assert span_texts(bench.session(curator="ana.2")) == {("GPE", "México")}
        assert sound(bench)
        before = sql_dump(bench.store.path)
        assert bring(there, bench, renames={"ana": "ana.2"}).events == {}
        assert sql_dump(bench.store.path) == before

    def test_gold_settled_in_two_places(self, bench: Bench, twin: Twin) -> None:
        mark(bench, "ana", "Luis Paz")
        bench.session().finish()
        there = twin("there")
        settle_finished(bench.workspace, "lead")
        there.store.clock = lambda: "2020-01-01T00:00:00.000Z"
        settle_finished(there.workspace, "chief")
        (conflict,) = refused(there, bench)
        assert conflict.startswith("gold on nota was carried on in both places after step 0")
        assert bring(there, bench, without=[KEY]).events == {}

    def test_another_text_under_the_same_key(self, bench: Bench, tmp_path: Path) -> None:
        other = make_bench(tmp_path / "other")
        other.add(text="Otro texto de Luis Paz.")
        mark(other, "bo", "Luis Paz")
        assert refused(other, bench) == [
            "nota: its text is another one there: --rename-document nota=NEW takes it in as another document,"
            " --except nota leaves it out",
        ]
        other.add("más", "Luis Paz.")
        assert bring(other, bench, without=[KEY]).documents == ["más"]
        other.workspace.close()

    def test_work_on_a_text_that_was_replaced_meanwhile(self, bench: Bench, twin: Twin, tmp_path: Path) -> None:
        there = twin("there")
        (tmp_path / f"{KEY}.txt").write_text("Ayer. " + TEXT, encoding="utf-8")
        ingest(bench.workspace, [tmp_path / f"{KEY}.txt"], "lead", replace=True)
        assert bring(there, bench).events == {}
        mark(there, "bo", "Luis Paz")
        expected = "curator:bo on nota is about a text that was replaced in the other place"
        assert [c[: len(expected)] for c in refused(there, bench)] == [expected]
        assert [c[: len(expected)] for c in refused(bench, there)] == [expected]

    @pytest.mark.parametrize(
        ("change", "said_of_it"),
        [
            (("  DATE: {key: 4}\n", "  DATE: {key: 4}\n  CRIME: {key: 5}\n"), "entity CRIME is only there"),
            (("{key: w, head: PERSON, child: ORG}", "{key: w, head: PERSON, child: GPE}"),
             "relation works_for: child is ORG here and GPE there"),
            ((", symmetric: true", ""), "relation cooperates_with: symmetric is true here and false there"),
            (("overlap: flat", "overlap: any"), "overlap is flat here and any there"),
        ],
    )  # fmt: skip
    def test_another_label_scheme(self, bench: Bench, twin: Twin, change: tuple[str, str], said_of_it: str) -> None:
        there = twin("there")
        there.workspace.labels_path.write_text(LABELS.replace(*change), encoding="utf-8")
        mark(there, "bo", "Luis Paz")
        conflicts = refused(there, bench)
        assert f"label scheme: {said_of_it}" in conflicts

    def test_work_under_another_scheme_that_fits_can_be_taken_on_request(self, bench: Bench, twin: Twin) -> None:
        there = twin("there")
        changed = LABELS.replace("  DATE: {key: 4}\n", "  DATE: {key: 4}\n  CRIME: {key: 5}\n")
        there.workspace.labels_path.write_text(changed, encoding="utf-8")
        mark(there, "bo", "Luis Paz")
        assert bring(there, bench, any_scheme=True, dry_run=True).by_layer() == [("curator:bo", 1, 1)]
        mark(there, "bo", "México", "CRIME")
        (conflict,) = refused(there, bench, any_scheme=True)
        assert conflict.startswith("curator:bo on nota: CRIME is not an entity label of the scheme")

    def test_a_database_from_before_schemes_were_noted_is_judged_by_its_work(self, bench: Bench, twin: Twin) -> None:
        there = twin("there")
        mark(there, "bo", "Luis Paz")
        there.store.connection.execute("DELETE FROM scheme")
        assert bring(there, bench, dry_run=True).by_layer() == [("curator:bo", 1, 1)]
        with there.store.write() as writer:
            op = Op("span", "s9", None, {"start": 0, "end": 3, "label": "NADA", "origin": "added"})
            writer.append(LayerName(KEY, "curator:bo"), "bo", "label", [op])
        there.store.connection.execute("DELETE FROM scheme")
        assert "NADA is not an entity label" in refused(there, bench)[0]

    def test_other_guidelines_are_no_conflict_but_told(self, bench: Bench, twin: Twin) -> None:
        there = twin("there")
        there.workspace.labels_path.write_text(LABELS + "# clearer now\n", encoding="utf-8")
        mark(there, "bo", "Luis Paz")
        assert bring(there, bench).guidelines_differ

    @pytest.mark.parametrize(
        ("sql", "finding"),
        [
            ("UPDATE event SET actor = 'eve' WHERE action = 'flag'", "the hash chain breaks at event 2"),
            ("UPDATE event SET ops = replace(ops, 'PERSON', 'ORG')", "the hash chain breaks at event 1"),
            ("DELETE FROM event WHERE action = 'label'", "the hash chain breaks at event 2"),
        ],
    )
    def test_a_history_that_was_tampered_with(self, bench: Bench, twin: Twin, sql: str, finding: str) -> None:
        there = twin("there")
        mark(there, "bo", "Luis Paz")
        there.session(curator="bo").flag()
        with unguarded(there.store) as connection:
            connection.execute(sql)
        (conflict,) = refused(there, bench)
        assert conflict == f"curator:bo on nota: {finding} there: run `annotator doctor` there"

    def test_a_step_in_somebody_elses_name(self, bench: Bench, twin: Twin) -> None:
        there = twin("there")
        mark(there, "bo", "Luis Paz")
        info = there.store.layer(LayerName(KEY, "curator:bo"))
        assert info is not None
        (event,) = there.store.events(info)
        forged = type(event)(event.layer, 1, "", event.at, "eve", event.action, event.ops)
        with unguarded(there.store) as connection:
            connection.execute("UPDATE event SET actor = 'eve', pause_ms = NULL, hash = ? WHERE actor = 'bo'",
                               (forged.hash,))  # fmt: skip
            connection.execute("UPDATE layer SET head = ? WHERE author = 'bo'", (forged.hash,))
        assert refused(there, bench) == [
            "curator:bo on nota: event 1 was written by eve there: run `annotator doctor` there"
        ]

    def test_all_of_them_are_named_at_once(self, bench: Bench, twin: Twin) -> None:
        bench.add("d1", "Luis Paz.")
        there = twin("there")
        for key in (KEY, "d1"):
            mark(bench, "ana", "Luis Paz", key=key)
            there.store.clock = lambda: "2020-01-01T00:00:00.000Z"
            mark(there, "ana", "Luis Paz", key=key)
        assert len(refused(there, bench)) == 2

    def test_a_database_that_a_newer_version_wrote(self, bench: Bench, twin: Twin) -> None:
        there = twin("there")
        there.store.connection.execute("PRAGMA user_version = 99")
        with pytest.raises(StoreError, match=r"there/db/annotator\.db was written by a newer annotator"):
            bring(there, bench)

    def test_what_is_no_database_of_ours(self, bench: Bench, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="no such database"):
            merge(bench.workspace, tmp_path / "nada.db")
        (tmp_path / "text.db").write_text("once upon a time " * 100, encoding="utf-8")
        with pytest.raises(StoreError, match=r"text\.db: not a database"):
            merge(bench.workspace, tmp_path / "text.db")
        (tmp_path / "bundle.zip").write_text("no zip", encoding="utf-8")
        with pytest.raises(WorkflowError, match="no bundle"):
            merge(bench.workspace, tmp_path / "bundle.zip")
        with pytest.raises(WorkflowError, match="this workspace's own database"):
            merge(bench.workspace, bench.workspace.root)
        with pytest.raises(WorkflowError, match="--except nada: there is no such document"):
            merge(bench.workspace, copied(bench, tmp_path / "there").workspace.root, without=["nada"])


class TestCommand:
    def test_it_tells_what_came(self, bench: Bench, twin: Twin, capfd: pytest.CaptureFixture[str]) -> None:
        there = twin("there")
        mark(there, "bo", "Luis Paz")
        there.workspace.close()
        arguments = ["-w", str(bench.workspace.root), "merge", str(there.workspace.database_path)]
        assert main([*arguments, "--dry-run", "--json"]) == 0
        out, err = capfd.readouterr()
        assert json.loads(out)["layers"] == [{"layer": "curator:bo", "documents": 1, "events": 1}]
        assert err == "1 event on 1 document would be merged, 0 of the documents are new\n"
        assert main(arguments) == 0
        out, err = capfd.readouterr()
        assert out.splitlines()[2].split() == ["curator:bo", "1", "1"]
        assert main(arguments) == 0
        assert capfd.readouterr() == ("", "0 events on 0 documents merged, 0 of the documents are new\n")

    def test_it_lists_conflicts_and_exits_with_1(
        self, bench: Bench, twin: Twin, capfd: pytest.CaptureFixture[str]
    ) -> None:
        there = twin("there")
        mark(bench, "ana", "Luis Paz")
        mark(there, "ana", "Ana Ruiz")
        folder = there.workspace.root
        assert main(["-w", str(bench.workspace.root), "merge", str(folder)]) == 1
        out, err = capfd.readouterr()
        assert len(out.splitlines()) == 1
        assert err == f"annotator: {folder}: 1 conflict, nothing was merged: mend the lines above\n"
        assert main(["-w", str(bench.workspace.root), "merge", str(folder), "--rename", "ana=bo"]) == 0

    def test_a_rename_needs_two_names(self, bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
        assert main(["-w", str(bench.workspace.root), "merge", "x.db", "--rename", "ana"]) == 2
        assert "expected OLD=NEW" in capfd.readouterr().err


# Any split of any work, merged in any order

CURATORS = ("ana", "bo", "carla")
DOCUMENTS = (KEY, "d1", "nuevo")
SITES = 3
MOMENTS = ("2026-05-01T00:00:00.000Z", "2026-05-02T00:00:00.000Z")
SPOTS = ("Ana Ruiz", "Luis Paz", "México", "Cruz Roja")

own = st.tuples(st.sampled_from(("label", "flag", "undo", "finish", "propose")), st.sampled_from(CURATORS))
shared = st.tuples(st.sampled_from(("assign", "withdraw", "suggest", "ingest")), st.sampled_from(CURATORS))
steps = st.lists(
    st.tuples(
        st.one_of(own, shared),
        st.sampled_from(DOCUMENTS),
        st.integers(0, SITES - 1),
        st.sampled_from(SPOTS),
        st.sampled_from(MOMENTS),
    ),
    max_size=14,
)
owners = st.dictionaries(
    st.tuples(st.sampled_from(CURATORS), st.sampled_from(DOCUMENTS)), st.integers(0, SITES - 1), max_size=9
)
orders = st.lists(st.permutations(range(SITES)), min_size=2, max_size=2)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with two documents, suggestions and an assignment, that sites start from."""
    bench = make_bench(tmp_path_factory.mktemp("base"))
    for key in (KEY, "d1"):
        document = bench.add(key)
        propose(bench.store, document, [proposal(document, "Ana Ruiz", "PERSON")])
    assign(bench.workspace, "lead", ["ana"], keys=[KEY])
    bench.workspace.close()
    return bench.workspace.database_path


@settings(max_examples=20)
@given(work=steps, owner=owners, order=orders)
def test_any_order_of_merging_any_split_gives_the_same(
    base: Path,
    work: list[tuple[tuple[str, str], str, int, str, str]],
    owner: dict[tuple[str, str], int],
    order: list[list[int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        sites = [make_bench(Path(folder) / str(number)) for number in range(SITES)]
        for site in sites:
            site.workspace.database_path.parent.mkdir()
            shutil.copyfile(base, site.workspace.database_path)
            stack.callback(site.workspace.close)
        for (action, curator), key, number, spot, moment in work:
            private = action in ("label", "flag", "undo", "finish")
            site = sites[owner.get((curator, key), 0) if private else number]
            site.store.clock = lambda moment=moment: moment  # type: ignore[misc]
            do(site, action, curator, key, spot)
        gathered = make_bench(Path(folder) / "gathered")
        stack.callback(gathered.workspace.close)
        for number in order[0]:
            bring(sites[number], gathered)
        for number in order[1]:  # each takes from the one before it, then the first from the last
            bring(sites[number - 1], sites[number])
        last = order[1][0]
        for number in set(range(SITES)) - {last}:
            bring(sites[number], sites[last])
        assert same(gathered, sites[last])
        for site in sites:
            bring(gathered, site)
        assert same(gathered, *sites)
        assert sound(gathered)


def do(bench: Bench, action: str, curator: str, key: str, spot: str) -> None:
    """Take one step at a site, where it makes sense there."""
    if action == "ingest" or (key not in bench.store.document_keys()):
        if "nuevo" not in bench.store.document_keys():
            bench.add("nuevo")
        return
    document = bench.document(key)
    if action == "suggest":
        one, other = proposal(document, spot, "GPE"), proposal(document, "Canadá", "GPE")
        suggest(bench, key, Annotations.of([one, other], [link(one, other, "cooperates_with")]))
    elif action == "propose":
        propose_elsewhere(bench.workspace, curator, spot, "ORG", excluding=key)
    elif action in ("assign", "withdraw"):
        current = {one: blind for one, blind in read_assignments(bench, key).items() if one == curator}
        if (action == "assign") != bool(current):
            was = {"blind": current[curator]} if current else None
            now = None if current else {"blind": spot == SPOTS[0]}
            with bench.store.write() as writer:
                writer.append(LayerName(key, CORPUS), "lead", action, [Op("assignment", curator, was, now)])
    else:
        act(bench, action, curator, key, spot)


def read_assignments(bench: Bench, key: str) -> dict[str, bool]:
    query = ("SELECT a.id, a.blind FROM assignment a JOIN layer l ON l.id = a.layer_id"
             " JOIN document d ON d.id = l.document_id WHERE d.key = ?")  # fmt: skip
    return {row[0]: bool(row[1]) for row in bench.store.rows(query, key)}


def act(bench: Bench, action: str, curator: str, key: str, spot: str) -> None:
    session = bench.session(key, curator)
    try:
        if action == "label":
            session.add(*range_of(session.document, spot), "PERSON")
        elif action == "flag":
            session.flag()
        elif action == "undo":
            session.undo()
        else:
            session.finish()
    except WorkflowError:
        return
