"""Documents and curators get other names: what was done goes by them, before and after merges, and back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.cli.main import main
from annotator.errors import AnnotatorError, WorkflowError
from annotator.history import LayerName
from annotator.scheme_changes import RenamedError, Renaming, SchemeEvent
from annotator.store import Bookmark, SchemeMovedError
from annotator.store.scheme_changes import insert_scheme_event
from annotator.workflow.document_history import document_history
from annotator.workflow.erasing import erase
from annotator.workflow.importing.ingest import ingest
from annotator.workflow.importing.removing import remove
from annotator.workflow.schemes.changing import undo_change
from annotator.workflow.schemes.renaming import rename_curator, rename_document, undo_rename
from annotator.workflow.sharing.assignment import assign, reassign
from annotator.workflow.sharing.bundling import bundle
from annotator.workflow.sharing.merging import MergeConflictError, merge
from annotator.workflow.sharing.seals import Contents, breaches, make_seal, read_seal
from annotator.workflow.workspace import Workspace
from tests.workflow.adjudicating.finished_documents import first, judge
from tests.workflow.schemes.test_merging_changes import CHANGES, Sites, bring, change, findings, states, work
from tests.workspaces import KEY, TEXT, Bench, propose_elsewhere, range_of, sql_dump

steps = st.lists(st.integers(0, 60), max_size=7)


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    sites = Sites(tmp_path)
    yield sites
    sites.close()


def rename(bench: Bench, kind: str, old: str, new: str) -> None:
    (rename_document if kind == "document" else rename_curator)(bench.store, "lea", old, new)


def layers(bench: Bench) -> set[str]:
    return {str(info.name) for info in bench.store.layers(removed=True)}


def finish(bench: Bench, curator: str, key: str = KEY) -> None:
    session = bench.session(key, curator)
    session.add(*range_of(session.document, "Luis Paz"), "PERSON")
    session.finish()


def decide(bench: Bench) -> None:
    """Settle what ana and bo differ on for ana, so that gold names both."""
    session = judge(bench, "lea")
    while session.gold.open:
        session.choose(first(session).id, "ana")
    assert any(span.curator == "ana" for span in bench.store.annotations(bench.layer_id("gold")).spans.values())


@given(st.sampled_from(["document", "curator"]), steps, steps, steps, st.booleans(), st.booleans())
@settings(max_examples=12, deadline=None)
def test_a_renaming_before_a_merge_gives_what_it_gives_after_it(
    kind: str, ours: list[int], theirs: list[int], more: list[int], gold: bool, labels: bool
) -> None:
    old, new = (KEY, "note") if kind == "document" else ("ana", "zoe")
    with tempfile.TemporaryDirectory() as folder:
        sites = Sites(Path(folder))
        try:
            here, there = sites.base, sites.copy(sites.base)
            work(here, "carla", ours)
            work(there, "bo", theirs)
            if gold:
                finish(there, "ana")
                finish(there, "bo")
                decide(there)
            late = sites.copy(here)
            if labels:
                change(here, CHANGES[0])
            rename(here, kind, old, new)
            bring(there, here)
            bring(there, late)
            if labels:
                change(late, CHANGES[0])
            rename(late, kind, old, new)
            assert states(here) == states(late)
            assert findings(here) == findings(late) == []
            for bench in (here, late):
                curator, key = (new, KEY) if kind == "curator" else ("ana", new)
                session = bench.session(key, curator)
                session.comment(f"{len(more)} más")
                session.undo()
            bring(here, there)
            assert states(there) == states(here)
            assert findings(there) == []
            before = sql_dump(here.store.path)
            bring(there, here)
            assert sql_dump(here.store.path) == before
        finally:
            sites.close()


def test_everything_that_names_a_curator_follows_and_comes_back(sites: Sites) -> None:
    bench = sites.base
    bench.add("otra", TEXT)
    assign(bench.workspace, "lea", ["ana", "bo"], overlap=2)
    propose_elsewhere(bench.workspace, "ana", "Luis Paz", "PERSON", excluding=KEY)
    finish(bench, "ana")
    finish(bench, "bo")
    decide(bench)
    with bench.store.write() as writer:
        writer.set_bookmark("ana", Bookmark(KEY, 3, None, True))
    before = sql_dump(bench.store.path)
    report = rename_curator(bench.store, "lea", "ana", "ana.r@x")
    assert (report.work.layers, report.work.assigned) == (1, 2)
    after = "\n".join(
        line for line in sql_dump(bench.store.path) if '"event"' not in line and "scheme_change" not in line
    )
    assert '"ana"' not in after.replace("'", '"')
    assert "ana:" not in after
    assert bench.store.bookmark("ana.r@x") == Bookmark(KEY, 3, None, True)
    assert f"curator:ana.r@x on {KEY}" in layers(bench)
    assert "proposals:ana.r@x on otra" in layers(bench)
    assert findings(bench) == []
    undo_rename(bench.store, "lea")
    same = [line for line in sql_dump(bench.store.path) if "scheme_change" not in line and '"carried"' not in line]
    assert same == [line for line in before if "scheme_change" not in line and '"carried"' not in line]
    assert findings(bench) == []


def test_a_bookmark_that_was_left_under_a_free_name_is_in_nobodys_way(sites: Sites) -> None:
    bench = sites.base
    with bench.store.write() as writer:
        for curator, key, cursor in (("ana", KEY, 3), ("zoe", KEY, 9), ("ana", "note", 8)):
            writer.set_bookmark(curator, Bookmark(key, cursor, None, False))
    rename(bench, "curator", "ana", "zoe")
    rename(bench, "document", KEY, "note")
    assert bench.store.bookmark("zoe", "note") == Bookmark("note", 3, None, False)


def test_two_swap_their_names_in_three_steps_and_others_follow(sites: Sites) -> None:
    here = sites.base
    finish(here, "bo")
    here.add("otra", TEXT)
    there = sites.copy(here)
    for old, new in (("ana", "x"), ("bo", "ana"), ("x", "bo")):
        rename(here, "curator", old, new)
    for old, new in ((KEY, "x"), ("otra", KEY), ("x", "otra")):
        rename(here, "document", old, new)
    assert [s.label for s in here.session("otra", "ana").content.spans.values()] == ["PERSON"]
    assert [s.label for s in here.session("otra", "bo").content.spans.values()] == ["ORG"]
    finish(there, "ana")
    bring(here, there)
    bring(there, here)
    assert states(here) == states(there)
    assert len(here.session("otra", "bo").content.spans) == 2
    assert findings(here) == findings(there) == []
    for _ in range(6):
        undo_rename(here.store, "lea")
    with pytest.raises(WorkflowError, match="no renaming is left to undo"):
        undo_rename(here.store, "lea")
    bring(here, there)
    assert states(here) == states(there)
    assert layers(there) == {
        f"corpus on {KEY}", f"curator:ana on {KEY}", f"curator:bo on {KEY}", f"suggestions on {KEY}", "corpus on otra"
    }  # fmt: skip


def test_gold_of_two_who_swapped_their_names_comes_under_the_new_ones(sites: Sites) -> None:
    here = sites.base
    finish(here, "ana")
    finish(here, "bo")
    decide(here)
    there = sites.copy(here)
    before = {i: ruling.versions for i, ruling in here.store.rulings(here.layer_id("gold")).items()}
    assert any(versions["ana"] != versions["bo"] for versions in before.values())
    for old, new in (("ana", "x"), ("bo", "ana"), ("x", "bo")):
        rename(here, "curator", old, new)
    bring(here, there)  # all three at once
    swapped = {i: {"ana": versions["bo"], "bo": versions["ana"]} for i, versions in before.items()}
    for bench in (here, there):
        assert {i: r.versions for i, r in bench.store.rulings(bench.layer_id("gold")).items()} == swapped
        assert findings(bench) == []
    assert states(here) == states(there)


def test_undoing_labels_leaves_names_and_the_other_way_round(sites: Sites) -> None:
    bench = sites.base
    change(bench, CHANGES[0])
    rename(bench, "curator", "ana", "zoe")
    undo_change(bench.workspace, "lea")
    assert "ORG" in bench.scheme.entities
    assert f"curator:zoe on {KEY}" in layers(bench)
    change(bench, CHANGES[5])
    undo_rename(bench.store, "lea")
    assert "COUNTRY" in bench.scheme.entities
    assert f"curator:ana on {KEY}" in layers(bench)
    assert findings(bench) == []


def test_two_names_for_one_thing_are_refused_until_one_is_undone(sites: Sites) -> None:
    here, there = sites.base, sites.copy(sites.base)
    rename(here, "curator", "ana", "zoe")
    rename(there, "curator", "ana", "eva")
    before = sql_dump(here.store.path)
    with pytest.raises(MergeConflictError) as caught:
        bring(there, here)
    (line,) = caught.value.conflicts
    assert "rename --curator ana zoe here (lea, " in line
    assert "rename --curator ana eva there (lea, " in line
    assert "`annotator rename --undo` takes one of them back" in line
    assert sql_dump(here.store.path) == before
    undo_rename(there.store, "lea")
    bring(there, here)
    bring(here, there)
    assert states(here) == states(there)
    assert f"curator:zoe on {KEY}" in layers(there)


def test_the_same_renaming_in_two_places_is_one(sites: Sites) -> None:
    here, there = sites.base, sites.copy(sites.base)
    for bench in (here, there):
        rename(bench, "document", KEY, "note")
    bring(here, there)
    bring(there, here)
    assert states(here) == states(there)
    assert findings(here) == findings(there) == []


@pytest.mark.parametrize("kind", ["document", "curator", "assigned", "withdrawn"])
def test_a_new_name_that_is_something_else_elsewhere_is_refused_on_both_sides(sites: Sites, kind: str) -> None:
    sites.base.add("libre", "Luis Paz no volvió.")
    here, there = sites.base, sites.copy(sites.base)
    if kind == "document":
        rename(here, "document", KEY, "otra")
        there.add("otra", "Luis Paz volvió a Lima.")
    else:
        rename(here, "curator", "ana", "zoe")
        if kind == "curator":
            finish(there, "zoe")
        else:
            assign(there.workspace, "lea", ["zoe"])
        if kind == "withdrawn":
            reassign(there.workspace, "lea", "zoe", [])
    for source, target in ((there, here), (here, there)):
        before = sql_dump(target.store.path)
        with pytest.raises(MergeConflictError) as caught:
            bring(source, target)
        assert any("here and the one there are not the same" in line for line in caught.value.conflicts)
        assert sql_dump(target.store.path) == before


def test_another_text_of_a_renamed_document_is_told_by_the_key_that_it_has_there(sites: Sites) -> None:
    here, there = sites.base, sites.copy(sites.base)
    here.add("otra", "Luis Paz volvió a Lima.")
    there.add("otra", "Eva Sol no volvió.")
    rename(here, "document", "otra", "note")
    with pytest.raises(MergeConflictError) as caught:
        bring(there, here)
    assert caught.value.conflicts[0].startswith("note: its text is another one there: --rename-document otra=NEW")
    merge(here.workspace, there.workspace.root, documents={"otra": "nueva"})
    assert here.store.document_keys() == [KEY, "note", "nueva"]
    assert findings(here) == []


def test_a_name_that_is_taken_or_cannot_be_is_refused(sites: Sites) -> None:
    bench = sites.base
    bench.add("otra", "Luis Paz volvió a Lima.")
    bench.add("gone", "Luis Paz no volvió.")
    finish(bench, "bo")
    remove(bench.store, "lea", ["gone"])
    before = sql_dump(bench.store.path)
    for kind, old, new, what in (
        ("document", KEY, "otra", "there is a document 'otra'"),
        ("document", KEY, "gone", "there was a document 'gone', which was removed"),
        ("document", "gone", "x", "'gone' was removed"),
        ("document", "nada", "x", "no document 'nada'"),
        ("document", KEY, "a/b", "holds a slash"),
        ("document", KEY, KEY, "is called that already"),
        ("curator", "ana", "bo", "bo is somebody already"),
        ("curator", "ana", "a b", "cannot be a curator's name"),
        ("curator", "eva", "x", "nobody called 'eva'"),
    ):
        with pytest.raises(WorkflowError, match=what):
            rename(bench, kind, old, new)
    assert sql_dump(bench.store.path) == before


@pytest.mark.parametrize("known_as", ["zoe", "ivo"])
def test_a_name_that_somebody_was_assigned_under_stays_theirs(sites: Sites, known_as: str) -> None:
    bench = sites.base
    assign(bench.workspace, "lea", ["zoe"])
    assign(bench.workspace, "lea", ["zoe", "ana"], overlap=2)
    if known_as != "zoe":
        rename(bench, "curator", "zoe", known_as)
    reassign(bench.workspace, "lea", known_as, [])
    before = sql_dump(bench.store.path)
    with pytest.raises(WorkflowError, match=f"{known_as} was somebody already: two curators cannot become one"):
        rename(bench, "curator", "ana", known_as)
    assert sql_dump(bench.store.path) == before
    assert findings(bench) == []


def test_a_name_that_came_free_again_is_not_taken(sites: Sites) -> None:
    bench = sites.base
    assign(bench.workspace, "lea", ["ana"])
    rename(bench, "curator", "ana", "zoe")
    undo_rename(bench.store, "lea")
    finish(bench, "bo")
    rename(bench, "curator", "bo", "zoe")
    assert findings(bench) == []


def test_a_key_that_a_renaming_gave_to_an_erased_document_stays_its_own(sites: Sites) -> None:
    bench = sites.base
    bench.add("otra", "Luis Paz volvió a Lima.")
    rename(bench, "document", "otra", "note")
    erase(bench.workspace, "lea", ["note"], confirmed=True)
    bench = sites.keep(Bench(Workspace(bench.workspace.root)))
    with pytest.raises(WorkflowError, match="there was a document 'note', which was erased"):
        rename(bench, "document", KEY, "note")
    assert findings(bench) == []


def test_who_curates_renames_neither_others_nor_their_work(sites: Sites) -> None:
    bench = sites.base
    finish(bench, "bo")
    with pytest.raises(WorkflowError, match="holds the work of bo, and ana curates here: leave it to who leads"):
        rename_document(bench.store, "ana", KEY, "note")
    with pytest.raises(WorkflowError, match="bo is not you, and ana curates here"):
        rename_curator(bench.store, "ana", "bo", "bob")
    rename_curator(bench.store, "ana", "ana", "anna")
    with pytest.raises(WorkflowError, match="anna is not you, and bo curates here"):
        undo_rename(bench.store, "bo")


def test_an_old_name_is_nobodys_and_nothings(sites: Sites) -> None:
    bench = sites.base
    rename(bench, "curator", "ana", "zoe")
    rename(bench, "document", KEY, "note")
    with pytest.raises(RenamedError, match="ana is called zoe here"):
        bench.session("note", "ana").flag()
    bench.add("libre", "Luis Paz no volvió.")
    with pytest.raises(AnnotatorError, match="ana is called zoe here"):
        assign(bench.workspace, "lea", ["ana"])
    with pytest.raises(RenamedError, match="the document 'nota' is called 'note' here"):
        bench.add(KEY, "Otra cosa.")


@pytest.mark.parametrize("verb", ["history", "annotate", "remove", "suggest", "adjudicate --auto", "rename"])
def test_who_gives_an_old_name_is_told_the_new_one(sites: Sites, capfd: pytest.CaptureFixture[str], verb: str) -> None:
    rename(sites.base, "document", KEY, "note")
    rename(sites.base, "curator", "ana", "zoe")
    new = ["x"] if verb == "rename" else []
    root = str(sites.base.workspace.root)
    assert main(["-w", root, "--as", "lea", *verb.split(), KEY, *new]) == 1
    assert "no document 'nota': it is called 'note' now: use that name" in capfd.readouterr().err
    assert main(["-w", root, "--as", "ana", "annotate", "note"]) == 1
    assert "ana is called zoe here: work as zoe" in capfd.readouterr().err


def test_history_tells_of_renamings(sites: Sites) -> None:
    bench = sites.base
    rename(bench, "document", KEY, "note")
    rename(bench, "curator", "ana", "zoe")
    undo_rename(bench.store, "zoe")
    entries = document_history(bench.store, "note").entries
    told = [(entry.layer, entry.actor, entry.what) for entry in entries if "rename" in entry.what]
    assert told == [
        ("corpus", "lea", "rename nota note"),
        ("curator:ana", "lea", "rename --curator ana zoe"),
        ("curator:ana", "ana", "undo of rename --curator ana zoe"),
    ]
    hashes = {digest for info in bench.store.layers() for digest, _ in bench.store.hashed_events(info)}
    assert {entry.hash for entry in entries if entry.seq} == hashes


def test_an_article_is_found_again_under_its_first_name(sites: Sites, tmp_path: Path) -> None:
    bench = sites.base
    rename(bench, "document", KEY, "note")
    path = tmp_path / f"{KEY}.txt"
    path.write_text(TEXT, encoding="utf-8")
    report = ingest(bench.workspace, [path], "lea")
    assert (report.unchanged, report.renamed) == (1, {KEY: "note"})
    path.write_text(TEXT.replace("mayo", "junio"), encoding="utf-8")
    with pytest.raises(AnnotatorError, match=r"there is a document 'note' \(which was 'nota'\) with another text"):
        ingest(bench.workspace, [path], "lea")
    assert ingest(bench.workspace, [path], "lea", replace=True).replaced == ["note"]
    assert bench.store.document_keys() == ["note"]
    assert findings(bench) == []


def test_a_bundle_of_before_comes_home_under_the_new_names(sites: Sites, tmp_path: Path) -> None:
    bench = sites.base
    bundle(bench.workspace, "ana", tmp_path / "away")
    away = Bench(type(bench.workspace)(tmp_path / "away"))
    finish(away, "ana")
    away.workspace.close()
    rename(bench, "curator", "ana", "zoe")
    rename(bench, "document", KEY, "note")
    report = merge(bench.workspace, tmp_path / "away")
    assert report.events == {LayerName("note", "curator:zoe"): 2}
    assert findings(bench) == []
    bundle(bench.workspace, "zoe", tmp_path / "again")
    again = Bench(type(bench.workspace)(tmp_path / "again"))
    assert "curator:zoe on note" in layers(again)
    assert findings(again) == []
    again.session("note", "zoe").flag()
    again.workspace.close()
    assert merge(bench.workspace, tmp_path / "again").events == {LayerName("note", "curator:zoe"): 1}


def test_a_seal_holds_over_a_renaming(sites: Sites) -> None:
    bench = sites.base
    seal = read_seal(make_seal(bench.store), "seal")
    rename(bench, "curator", "ana", "zoe")
    rename(bench, "document", KEY, "note")
    assert list(breaches(seal, Contents.of(bench.store))) == []


def test_undo_of_work_reaches_over_a_renaming(sites: Sites) -> None:
    bench = sites.base
    finish(bench, "bo")
    rename(bench, "curator", "bo", "bob")
    rename(bench, "document", KEY, "note")
    session = bench.session("note", "bob")
    session.undo()
    session.undo()
    assert not session.content.spans
    session.redo()
    assert findings(bench) == []


def test_who_has_the_database_open_is_told(sites: Sites) -> None:
    bench = sites.base
    session = bench.session()
    other = Bench(type(bench.workspace)(bench.workspace.root))
    rename(other, "document", KEY, "note")
    with pytest.raises(SchemeMovedError):
        session.flag()
    bench.workspace.follow_scheme()
    assert bench.store.document_keys() == ["note"]
    other.workspace.close()


def test_a_dry_run_changes_nothing_and_is_forgotten(sites: Sites) -> None:
    bench = sites.base
    before = sql_dump(bench.store.path)
    report = rename_curator(bench.store, "lea", "ana", "zoe", dry_run=True)
    assert report.work.spans == 1
    assert sql_dump(bench.store.path) == before
    assert bench.store.names.unchanged
    finish(bench, "ana")


def test_the_command_says_what_follows(sites: Sites, capfd: pytest.CaptureFixture[str]) -> None:
    root = str(sites.base.workspace.root)
    sites.base.workspace.close()

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["-w", root, "rename", *arguments, "--as", "lea"])
        return status, *capfd.readouterr()

    assert run(KEY, "note", "--dry-run")[2] == "nota would be called note: 1 span and 0 relations, the work of ana\n"
    status, out, _ = run(KEY, "note", "--json")
    assert (status, json.loads(out)["work"]["curators"]) == (0, ["ana"])
    assert "ana is called zoe now: 1 span and 0 relations, 1 document begun" in run("--curator", "ana", "zoe")[2]
    assert "zoe is called ana now" in run("--undo")[2]
    assert run(KEY, "other")[0] == 1
    for wrong in ((), (KEY,), (KEY, "a", "b"), (KEY, "a", "--undo"), ("--undo", "--curator", "a", "b")):
        assert run(*wrong)[0] == 2


def forged(*names: tuple[str, str]) -> list[SchemeEvent]:
    """Renamings of documents that follow one another, whatever annotator would say to them."""
    events: list[SchemeEvent] = []
    for identity, name in names:
        renaming = Renaming("document", identity, identity, name)
        parents = tuple(event.hash for event in events[-1:])
        events.append(SchemeEvent(parents, "2026-01-02T10:00:00.000Z", "lea", "rename", renaming=renaming))
    return events


@pytest.mark.parametrize(
    ("names", "what"),
    [
        ([(KEY, "note"), ("nada", "note")], "two things were given one name"),
        ([(KEY, "../note")], "a name in it holds a slash"),
    ],
)
def test_renamings_that_annotator_would_not_write_are_refused(
    sites: Sites, names: list[tuple[str, str]], what: str
) -> None:
    here, there = sites.base, sites.copy(sites.base)
    with there.store.write():
        for event in forged(*names):
            insert_scheme_event(there.store.connection, event)
    there.workspace.close()
    before = sql_dump(here.store.path)
    with pytest.raises(AnnotatorError, match=what):
        bring(there, here)
    assert sql_dump(here.store.path) == before


def test_a_renaming_that_the_rows_do_not_follow_is_damage(sites: Sites) -> None:
    here, there = sites.base, sites.copy(sites.base)
    with there.store.write() as writer:
        insert_scheme_event(there.store.connection, forged((KEY, "note"))[0])
        writer.finish_carrying()
    assert "names: the document 'nota' is called 'note' here, and goes by the old name too" in findings(there)
    with pytest.raises(AnnotatorError, match="something goes by an old name: run `annotator doctor` there"):
        bring(there, here)
