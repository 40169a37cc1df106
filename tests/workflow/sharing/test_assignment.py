"""Assignment: everyone gets their share, the same every time, and nothing that was begun moves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.cli.main import main
from annotator.errors import WorkflowError
from annotator.history import CORPUS
from annotator.store import Store, check_database, read_assignments
from annotator.workflow.desk import Desk
from annotator.workflow.importing.removing import remove
from annotator.workflow.schemes.renaming import rename_curator, rename_document
from annotator.workflow.sharing import assignment, planned_tasks
from annotator.workflow.sharing.assignment import AssignmentReport, assign, reassign
from annotator.workflow.sharing.assignment_plan import Team, blindfold, spread
from annotator.workflow.sharing.planned_tasks import Task, carry_out
from tests.workspaces import Bench, make_bench, open_bench, pending_suggestions, proposal, propose, sql_dump

TEAM = ["ana", "bo", "carla"]
KEYS = [f"d{number}" for number in range(12)]


@pytest.fixture
def corpus(bench: Bench) -> Bench:
    """Twelve documents besides ``nota``, which tests leave alone."""
    for key in KEYS:
        bench.add(key, f"Luis Paz volvió a México, {key}.")
    return bench


def share_out(bench: Bench, *, curators: list[str] = TEAM, overlap: int = 2, **more: object) -> AssignmentReport:
    keys = more.pop("keys", KEYS)
    return assign(bench.workspace, "lead", curators, overlap=overlap, keys=keys, **more)  # type: ignore[arg-type]


def who_has(bench: Bench) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in read_assignments(bench.store):
        found.setdefault(one.document, []).append(one.curator + ("*" if one.blind else ""))
    return found


def loads(bench: Bench) -> dict[str, int]:
    return dict(Counter(one.curator for one in read_assignments(bench.store)))


class TestSpreading:
    @given(
        documents=st.integers(0, 60),
        curators=st.integers(1, 6),
        overlap=st.integers(1, 4),
        seed=st.integers(0, 99),
    )
    def test_shares_differ_by_one_at_most_and_nobody_gets_a_document_twice(
        self, documents: int, curators: int, overlap: int, seed: int
    ) -> None:
        keys = [f"k{number}" for number in range(documents)]
        names = [f"c{number}" for number in range(curators)]
        result = spread(keys, {}, Team(dict.fromkeys(names, 0)), overlap, seed)
        each = min(overlap, curators)
        assert all(len(set(chosen)) == len(chosen) == each for chosen in result.chosen.values())
        assert set(result.chosen) == set(keys)
        assert set(result.short) == (set(keys) if overlap > curators else set())
        counts = Counter(name for chosen in result.chosen.values() for name in chosen)
        assert max((counts[n] for n in names), default=0) - min((counts[n] for n in names), default=0) <= 1

    @given(quotas=st.dictionaries(st.sampled_from(TEAM), st.integers(0, 8)), seed=st.integers(0, 99))
    def test_no_quota_is_exceeded_and_none_is_left_while_documents_lack_curators(
        self, quotas: dict[str, int], seed: int
    ) -> None:
        result = spread(KEYS, {}, Team(dict.fromkeys(TEAM, 0), dict(quotas)), 2, seed)
        counts = Counter(name for chosen in result.chosen.values() for name in chosen)
        assert all(counts[name] <= most for name, most in quotas.items())
        for key in result.short:
            left = set(TEAM) - set(result.chosen.get(key, []))
            assert all(counts[name] == quotas.get(name) for name in left)

    def test_every_pair_shares_about_as_many_documents(self) -> None:
        names = ["ana", "bo", "carla", "dora", "eva"]
        keys = [f"k{number}" for number in range(100)]
        result = spread(keys, {}, Team(dict.fromkeys(names, 0)), 2, 0)
        pairs = Counter(frozenset(chosen) for chosen in result.chosen.values())
        counts = [pairs[frozenset(pair)] for pair in combinations(names, 2)]
        assert max(counts) - min(counts) <= 2

    def test_the_order_of_the_documents_does_not_matter_but_the_seed_does(self) -> None:
        def chosen(keys: list[str], seed: int) -> dict[str, list[str]]:
            return spread(keys, {}, Team(dict.fromkeys(TEAM, 0)), 1, seed).chosen

        assert chosen(KEYS, 3) == chosen(KEYS[::-1], 3)
        assert chosen(KEYS, 3) != chosen(KEYS, 4)

    @given(share=st.floats(0, 1), seed=st.integers(0, 99))
    def test_everyone_works_blind_on_their_share(self, share: float, seed: int) -> None:
        chosen = spread(KEYS * 1, {}, Team(dict.fromkeys(TEAM, 0)), 2, seed).chosen
        blinds = Counter(curator for _, curator in blindfold(chosen, {}, share, seed))
        counts = Counter(name for names in chosen.values() for name in names)
        assert all(abs(blinds[name] - share * counts[name]) < 1 for name in TEAM)

    @given(share=st.floats(0.05, 0.5), overlap=st.integers(2, 3), seed=st.integers(0, 99))
    def test_of_blind_documents_half_are_blind_for_all_and_half_for_one(
        self, share: float, overlap: int, seed: int
    ) -> None:
        keys = [f"k{number}" for number in range(90)]
        chosen = spread(keys, {}, Team(dict.fromkeys(TEAM, 0)), overlap, seed).chosen
        times = Counter(Counter(key for key, _ in blindfold(chosen, {}, share, seed)).values())
        total = sum(count * documents for count, documents in times.items())
        assert times[overlap] >= 1
        assert abs(overlap * times[overlap] - total / 2) <= 2 * len(TEAM)
        if share < 0.3:
            assert set(times) <= {1, overlap}

    def test_where_everyone_has_one_blind_document_at_a_time_half_are_blind_for_all(self) -> None:
        times: Counter[int] = Counter()
        for week in range(200):
            chosen = {f"w{week:03} {number}": ["ana", "bo"] for number in range(10)}
            times.update(Counter(key for key, _ in blindfold(chosen, {}, 0.1, 0)).values())
        assert 2 * times[2] + times[1] == 400
        assert 0.4 < 2 * times[2] / 400 < 0.6

    @given(
        documents=st.integers(1, 9),
        curators=st.integers(1, 4),
        overlap=st.integers(1, 3),
        share=st.floats(0, 1),
        seed=st.integers(0, 99),
    )
    def test_of_however_few_documents_everyone_has_their_share_and_all_only_together(
        self, documents: int, curators: int, overlap: int, share: float, seed: int
    ) -> None:
        names = ["ana", "bo", "carla", "dora"][:curators]
        overlap = min(overlap, curators)
        keys = [f"k{number}" for number in range(documents)]
        chosen = spread(keys, {}, Team(dict.fromkeys(names, 0)), overlap, seed).chosen
        picks = blindfold(chosen, {}, share, seed)
        assert picks <= {(key, name) for key, some in chosen.items() for name in some}
        blinds = Counter(name for _, name in picks)
        counts = Counter(name for some in chosen.values() for name in some)
        assert all(abs(blinds[name] - share * counts[name]) < 1 for name in names)
        assert blindfold(dict(reversed(chosen.items())), {}, share, seed) == picks
        if share <= 1 / 3:
            times = Counter(key for key, _ in picks)
            assert set(times.values()) <= {1, overlap} or len(picks) > documents

    def test_what_somebody_sees_with_suggestions_is_blind_for_one_alone(self) -> None:
        chosen = {f"k{number}": ["ana", "bo"] for number in range(20)}
        picks = blindfold(chosen, {}, 0.5, 0, shown_already=set(chosen))
        assert max(Counter(key for key, _ in picks).values()) == 1
        joining = blindfold({key: ["carla"] for key in chosen}, dict.fromkeys(chosen, 2), 0.1, 0)
        assert len(joining) == 2

    def test_the_share_of_single_documents_is_right_on_average(self) -> None:
        count = sum(len(blindfold({f"k{n}": ["ana"]}, {}, 0.1, 0)) for n in range(1000))
        assert 70 <= count <= 130


class TestAssigning:
    def test_the_same_seed_gives_the_same_on_every_machine(self, corpus: Bench) -> None:
        share_out(corpus, blind=0.25, seed=7, keys=KEYS[:6])
        assert who_has(corpus) == {
            "d0": ["ana", "bo"],
            "d1": ["ana*", "carla"],
            "d2": ["bo", "carla*"],
            "d3": ["bo*", "carla"],
            "d4": ["ana", "carla"],
            "d5": ["ana", "bo"],
        }

    def test_a_second_time_changes_nothing(self, corpus: Bench) -> None:
        share_out(corpus, blind=0.25)
        before = sql_dump(corpus.store.path)
        report = share_out(corpus, blind=0.25)
        assert report.tasks == []
        assert sql_dump(corpus.store.path) == before

    def test_more_documents_and_more_overlap_add_and_move_nothing(self, corpus: Bench) -> None:
        share_out(corpus, overlap=1, keys=KEYS[:6], blind=0.5)
        before = who_has(corpus)
        share_out(corpus, overlap=2)
        after = who_has(corpus)
        assert all(set(names) < set(after[key]) for key, names in before.items())
        assert {len(names) for names in after.values()} == {2}
        assert set(loads(corpus).values()) == {8}

    def test_whoever_joins_later_shares_what_is_new(self, corpus: Bench) -> None:
        share_out(corpus, curators=["ana", "bo"], overlap=1, keys=KEYS[:6])
        for key, names in who_has(corpus).items():
            corpus.session(key, names[0]).finish()
        share_out(corpus, overlap=1)
        assert loads(corpus) == {"ana": 5, "bo": 5, "carla": 2}

    def test_begun_work_counts_and_stays_with_who_began_it(self, corpus: Bench) -> None:
        corpus.session("d0", "bo").flag()
        corpus.session("d0", "zoe").flag()
        share_out(corpus, keys=["d0"], blind=1.0)
        assert who_has(corpus) == {"d0": ["bo"]}  # with zoe, who is not asked, there are two already
        share_out(corpus, keys=["d0"], overlap=3, blind=1.0)
        assert [name.rstrip("*") for name in who_has(corpus)["d0"]][:1] != ["zoe"]
        assert "bo" in who_has(corpus)["d0"]  # and what bo saw cannot be blind any more
        assert len(who_has(corpus)["d0"]) == 2

    def test_a_quota_counts_what_one_has_already(self, corpus: Bench) -> None:
        share_out(corpus, overlap=1, quotas={"ana": 2})
        assert loads(corpus) == {"ana": 2, "bo": 5, "carla": 5}
        corpus.add("neu", "Luis Paz.")
        share_out(corpus, overlap=1, keys=["neu"], curators=["ana"], quotas={"ana": 2})
        assert loads(corpus)["ana"] == 2

    def test_documents_that_lack_curators_are_named(self, corpus: Bench) -> None:
        report = share_out(corpus, quotas={"ana": 0, "bo": 12, "carla": 0})
        assert report.short == dict.fromkeys(sorted(KEYS), 1)

    def test_more_overlap_than_curators_is_refused(self, corpus: Bench) -> None:
        with pytest.raises(WorkflowError, match="4 curators a document, but there are only 3"):
            share_out(corpus, overlap=4)

    def test_an_unknown_document_is_named_before_anything_is_written(self, corpus: Bench) -> None:
        before = sql_dump(corpus.store.path)
        with pytest.raises(WorkflowError, match="no document 'nada'"):
            share_out(corpus, keys=["d0", "nada"])
        assert sql_dump(corpus.store.path) == before

    def test_a_dry_run_says_the_same_and_writes_nothing(self, corpus: Bench) -> None:
        before = sql_dump(corpus.store.path)
        would = share_out(corpus, blind=0.25, dry_run=True)
        assert sql_dump(corpus.store.path) == before
        assert share_out(corpus, blind=0.25) == would

    def test_it_is_history_and_history_gives_the_state(self, corpus: Bench) -> None:
        share_out(corpus)
        assert corpus.actions(CORPUS, "d0") == ["ingest", "assign"]
        assert list(check_database(corpus.store)) == []

    def test_blind_means_that_nothing_is_shown(self, corpus: Bench) -> None:
        document = corpus.document("d0")
        propose(corpus.store, document, [proposal(document, "Luis Paz", "PERSON")])
        share_out(corpus, curators=["ana", "bo"], keys=["d0"], blind=0.5, seed=1)
        (names,) = who_has(corpus).values()
        seen = {name: len(pending_suggestions(Desk(corpus.workspace, name).open("d0"))) for name in ("ana", "bo")}
        assert {name.rstrip("*"): 0 if name.endswith("*") else 1 for name in names} == seen
        assert sorted(seen.values()) in ([0, 0], [0, 1], [1, 1])


class TestHandingOver:
    @pytest.fixture(autouse=True)
    def _assigned(self, corpus: Bench) -> None:
        share_out(corpus, curators=["ana"], overlap=1, keys=KEYS[:4], blind=0.5)
        corpus.session("d0").finish()
        corpus.session("d1").flag()

    def test_what_is_done_stays_the_rest_goes(self, corpus: Bench) -> None:
        reassign(corpus.workspace, "lead", "ana", ["bo"])
        assert {key: [n.rstrip("*") for n in names] for key, names in who_has(corpus).items()} == {
            "d0": ["ana"],
            "d1": ["bo"],
            "d2": ["bo"],
            "d3": ["bo"],
        }
        assert corpus.actions("curator:ana", "d1") == ["flag"]  # what she did there is not lost
        assert Desk(corpus.workspace, "ana").progress() == {"done": 1, "total": 1}
        assert list(check_database(corpus.store)) == []

    def test_blind_stays_blind(self, corpus: Bench) -> None:
        before = {key for key, names in who_has(corpus).items() if names[0].endswith("*")}
        reassign(corpus.workspace, "lead", "ana", ["bo"])
        assert {key for key, names in who_has(corpus).items() if names[0].endswith("*")} == before

    def test_several_take_evenly_and_nobody_gets_what_they_have(self, corpus: Bench) -> None:
        share_out(corpus, curators=["bo"], overlap=2, keys=["d2"])
        report = reassign(corpus.workspace, "lead", "ana", ["bo", "carla"])
        assert {(t.document, t.curator) for t in report.tasks if t.document == "d2"} == {("d2", "carla")}
        assert {Counter(t.curator for t in report.tasks)[name] for name in ("bo", "carla")} == {1, 2}

    def test_what_the_only_taker_has_stays_and_is_named(self, corpus: Bench) -> None:
        share_out(corpus, curators=["bo"], overlap=2, keys=["d2"])
        assert reassign(corpus.workspace, "lead", "ana", ["bo"]).stuck == ["d2"]
        assert [name.rstrip("*") for name in who_has(corpus)["d2"]] == ["ana", "bo"]

    def test_only_what_was_left_lying(self, corpus: Bench) -> None:
        corpus.store.clock = lambda: "2099-01-01T00:00:00.000Z"
        corpus.session("d2").flag()
        report = reassign(corpus.workspace, "lead", "ana", ["bo"], idle_days=7)
        assert [task.document for task in report.tasks] == ["d1"]

    def test_only_the_documents_that_were_named(self, corpus: Bench) -> None:
        report = reassign(corpus.workspace, "lead", "ana", ["bo"], keys=["d0", "d3"])
        assert [task.document for task in report.tasks] == ["d3"]

    def test_taking_back_leaves_what_was_begun(self, corpus: Bench) -> None:
        report = reassign(corpus.workspace, "lead", "ana", [])
        assert report.withdrawn == ["d2", "d3"]
        assert sorted(who_has(corpus)) == ["d0", "d1"]
        assert corpus.actions(CORPUS, "d2") == ["ingest", "assign", "withdraw"]

    def test_somebody_without_documents_is_named(self, corpus: Bench) -> None:
        with pytest.raises(WorkflowError, match="nothing of that is assigned to 'zoe'"):
            reassign(corpus.workspace, "lead", "zoe", ["bo"])

    def test_a_dry_run_writes_nothing(self, corpus: Bench) -> None:
        before = sql_dump(corpus.store.path)
        would = reassign(corpus.workspace, "lead", "ana", ["bo"], dry_run=True)
        assert sql_dump(corpus.store.path) == before
        assert reassign(corpus.workspace, "lead", "ana", ["bo"]) == would


class TestCommand:
    @pytest.fixture
    def run(self, corpus: Bench, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
        def run(*arguments: str) -> tuple[int, str, str]:
            status = main(["-w", str(corpus.workspace.root), "assign", *arguments])
            out, err = capfd.readouterr()
            return status, out, err

        return run

    def test_a_table_for_people(self, run: Callable[..., tuple[int, str, str]]) -> None:
        status, out, err = run("--curators", "ana,bo,carla", "--overlap", "2", *KEYS)
        assert (status, err) == (0, "24 assignments on 12 documents made\n")
        assert [line.split() for line in out.splitlines()[2:]] == [[name, "8", "0", "8", "8", "0"] for name in TEAM]

    def test_one_document_is_counted_as_one(self, run: Callable[..., tuple[int, str, str]]) -> None:
        _, out, err = run("--curators", "ana", "d0")
        assert err == "1 assignment on 1 document made\n"
        assert out.splitlines()[2].split() == ["ana", "1", "0", "1", "1", "0"]

    def test_json_for_scripts(self, run: Callable[..., tuple[int, str, str]]) -> None:
        status, out, _ = run("--curators", "ana,bo", "--blind", "1", "--json", "--dry-run", "d0")
        found = json.loads(out)
        assert (status, found["seed"], found["short"]) == (0, 0, {})
        (task,) = found["assigned"]
        assert (task["document"], task["blind"], task["instead_of"]) == ("d0", True, None)

    def test_what_is_short_is_said(self, run: Callable[..., tuple[int, str, str]]) -> None:
        _, _, err = run("--curators", "ana", "--quota", "ana=11", *KEYS)
        assert "1 document has too few curators: name more, or raise quotas: " in err

    def test_a_hand_over(self, run: Callable[..., tuple[int, str, str]], corpus: Bench) -> None:
        run("--curators", "ana", "d0", "d1")
        assert run("--reassign", "ana:bo", "d0")[0] == 0
        assert run("--withdraw", "ana")[2] == "0 assignments on 0 documents made\n1 document taken back\n"
        assert who_has(corpus) == {"d0": ["bo"]}

    @pytest.mark.parametrize(
        ("arguments", "problem"),
        [
            ([], "--curators A,B,… says who takes documents"),
            (["--curators", "ana,ana"], "ana stands there twice"),
            (["--curators", "ana", "--quota", "bo=3"], "bo is not among --curators"),
            (["--curators", "ana", "--quota", "ana"], "expected NAME=N"),
            (["--curators", "ana", "--blind", "2"], "--blind"),
            (["--curators", "ana", "--overlap", "0"], "--overlap"),
            (["--reassign", "ana"], "to whom? ana:NAME, or --curators"),
            (["--curators", "ana", "--idle", "3"], "--idle goes with --reassign"),
            (["--reassign", "ana:bo", "--withdraw", "ana"], "either --reassign or --withdraw"),
            (["--reassign", "ana:bo", "--blind", "0.5"], "--quota, --blind and --for-interval are for new assignments"),
        ],
    )
    def test_wrong_usage(
        self, run: Callable[..., tuple[int, str, str]], arguments: list[str], problem: str, corpus: Bench
    ) -> None:
        before = sql_dump(corpus.store.path)
        status, out, err = run(*arguments)
        assert (status, out) == (2, "")
        assert problem in err
        assert sql_dump(corpus.store.path) == before

    def test_a_name_that_cannot_be(self, run: Callable[..., tuple[int, str, str]]) -> None:
        status, out, err = run("--curators", "ana,b o")
        assert (status, out) == (1, "")
        assert "'b o' cannot be a curator's name" in err


class TestInBatches:
    """What is planned is written some documents at a time; an interruption changes nothing of what comes of it."""

    @pytest.fixture(autouse=True)
    def _small_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(planned_tasks, "AT_ONCE", 3)

    @pytest.fixture
    def expected(self, tmp_path: Path) -> dict[str, list[str]]:
        """Who has what where nothing was interrupted."""
        other = make_bench(tmp_path / "other")
        for key in KEYS:
            other.add(key, f"Luis Paz volvió a México, {key}.")
        share_out(other, blind=0.4, seed=3)
        found = who_has(other)
        other.workspace.close()
        return found

    @pytest.mark.parametrize("batches", [1, 2, 3])
    def test_the_same_call_again_comes_to_what_one_without_interruption_does(
        self, corpus: Bench, expected: dict[str, list[str]], batches: int
    ) -> None:
        with pytest.raises(KeyboardInterrupt):
            share_out(corpus, blind=0.4, seed=3, progress=interrupting(batches))
        assert len(who_has(corpus)) == 3 * batches
        assert list(check_database(corpus.store)) == []
        report = share_out(corpus, blind=0.4, seed=3)
        assert who_has(corpus) == expected
        assert len(report.finished) == 24 - 6 * batches
        assert report.tasks == []

    def test_another_call_finishes_it_first(self, corpus: Bench, expected: dict[str, list[str]]) -> None:
        with pytest.raises(KeyboardInterrupt):
            share_out(corpus, blind=0.4, seed=3, progress=interrupting(1))
        would = share_out(corpus, curators=["dora"], keys=["nota"], overlap=1, dry_run=True)
        assert len(would.finished) == 18
        assert share_out(corpus, curators=["dora"], keys=["nota"], overlap=1) == would
        assert who_has(corpus) == {**expected, "nota": ["dora"]}

    def test_a_hand_over_too(self, corpus: Bench) -> None:
        share_out(corpus, curators=["ana"], overlap=1)
        with pytest.raises(KeyboardInterrupt):
            reassign(corpus.workspace, "lead", "ana", ["bo", "carla"], progress=interrupting(1))
        assert loads(corpus)["ana"] == 9
        with pytest.raises(WorkflowError, match="nothing of that is assigned to 'ana'"):
            reassign(corpus.workspace, "lead", "ana", ["bo", "carla"])
        assert loads(corpus) == {"bo": 6, "carla": 6}

    def test_what_changed_since_the_interruption_stands(self, corpus: Bench) -> None:
        share_out(corpus, curators=["ana"], overlap=1)
        with pytest.raises(KeyboardInterrupt):
            reassign(corpus.workspace, "lead", "ana", ["bo"], progress=interrupting(1))
        kept, removed = [key for key, who in who_has(corpus).items() if who == ["ana"]][:2]
        session = corpus.session(kept, curator="ana")
        session.finish()
        remove(corpus.store, "lead", [removed])
        share_out(corpus, curators=["bo"], keys=["nota"], overlap=1)
        assert who_has(corpus)[kept] == ["ana"]
        assert loads(corpus) == {"ana": 1, "bo": 11}
        assert list(check_database(corpus.store)) == []

    def test_who_and_what_was_renamed_since_is_assigned_under_the_new_name(
        self, corpus: Bench, expected: dict[str, list[str]]
    ) -> None:
        with pytest.raises(KeyboardInterrupt):
            share_out(corpus, blind=0.4, seed=3, progress=interrupting(1))
        last = max(expected)
        rename_curator(corpus.store, "lead", "ana", "zoe")
        rename_document(corpus.store, "lead", last, "zzz")
        report = share_out(corpus, curators=["bo"], keys=["zzz"], overlap=1)
        assert len(report.finished) == 18
        expected["zzz"] = expected.pop(last)
        assert who_has(corpus) == {
            key: sorted(name.replace("ana", "zoe") for name in names) for key, names in expected.items()
        }
        assert list(check_database(corpus.store)) == []

    def test_two_that_assign_at_once_do_not_assign_twice(self, corpus: Bench) -> None:
        """The second one plans anew when the first one was quicker."""
        other = open_bench(str(corpus.workspace.root))

        def meanwhile(store: Store, *rest: object) -> list[Task] | None:
            monkeypatch.undo()
            share_out(other, overlap=1)
            return carry_out(store, *rest)  # type: ignore[arg-type]

        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(assignment, "carry_out", meanwhile)
            report = share_out(corpus, overlap=1)
        assert report.tasks == []
        assert sorted(who_has(corpus)) == sorted(KEYS)
        assert {len(who) for who in who_has(corpus).values()} == {1}
        other.workspace.close()

    def test_no_batch_is_written_with_the_lock_held_for_all(self, corpus: Bench) -> None:
        """Somebody else writes between two batches."""
        other = open_bench(str(corpus.workspace.root))
        session = other.session("nota", curator="zoe")

        def work(done: int, total: int) -> None:
            assert total == 4
            session.comment(f"{done}")

        share_out(corpus, progress=work)
        assert [comment.text for comment in session.content.comments.values()] == ["4"]
        other.workspace.close()

    def test_a_batch_looks_at_its_own_documents_only(self, corpus: Bench) -> None:
        """Under the lock, what one batch reads must not grow with all that are assigned."""

        def steps() -> int:
            count = 0

            def step() -> None:
                nonlocal count
                count += 1

            corpus.store.connection.set_progress_handler(step, 1)
            read_assignments(corpus.store, documents=[KEYS[0], "no such document", KEYS[0]])
            corpus.store.connection.set_progress_handler(None, 0)
            return count

        share_out(corpus, keys=KEYS[:1])
        alone = steps()
        share_out(corpus)
        assert 0 < steps() < alone + 10
        assert [one.document for one in read_assignments(corpus.store, documents=KEYS[2::-1])] == sorted(KEYS[:3] * 2)


def interrupting(after: int) -> Callable[[int, int], None]:
    """Interrupt when so many batches are done."""

    def progress(done: int, _total: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    return progress
