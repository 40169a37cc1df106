"""What waits for whoever leads: each document is where it belongs, whatever was done last, here or apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.store import WAITING, LeadQueue, QueueFilter, check_database, lead_queue
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.adjudicating.returning import return_work
from annotator.workflow.desk import Desk
from annotator.workflow.sharing.assignment import assign
from annotator.workflow.sharing.merging import merge
from tests.workflow.adjudicating.finished_documents import finish, judge
from tests.workspaces import KEY, Bench, make_bench

ANA, CRUZ = ("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")


def at(bench: Bench, day: int) -> None:
    bench.store.clock = lambda: f"2026-05-{day:02}T12:00:00.000Z"


def waiting(bench: Bench) -> dict[str, tuple[str, ...]]:
    queue = LeadQueue(bench.store, "2026-05-10T00:00:00.000Z")
    rows: dict[str, tuple[str, ...]] = {row.key: row.waits for row in queue.page(QueueFilter("waiting"), -1)}
    assert queue.count(QueueFilter("waiting")) == len(rows)
    for name in WAITING:
        listed = [row.key for row in queue.page(QueueFilter(name), -1)]
        assert listed == [key for key, waits in rows.items() if name in waits]
        assert queue.count(QueueFilter(name)) == queue.counts()[name] == len(listed)
    assert list(check_database(bench.store)) == []
    return rows


def test_to_adjudicate_is_what_all_who_have_it_finished_and_is_no_gold(bench: Bench) -> None:
    finish(bench, "ana", ANA)
    assert waiting(bench) == {}
    finish(bench, "bo", CRUZ)
    assert waiting(bench) == {KEY: ("to adjudicate",)}
    assign(bench.workspace, "lead", ["ana", "bo", "carla"], overlap=3)
    assert waiting(bench) == {}
    finish(bench, "carla", ANA, done=False)
    assert waiting(bench) == {}
    bench.session(curator="carla").skip()
    assert waiting(bench) == {KEY: ("to adjudicate",)}
    gold = judge(bench)
    while gold.gold.open:
        gold.choose_none(gold.gold.open[0].id)
    gold.finish()
    assert waiting(bench) == {}
    finish(bench, "carla", ("GPE", "México"))  # something that gold has not taken up
    assert waiting(bench) == {KEY: ("to adjudicate",)}
    bench.session(curator="carla").flag()
    assert waiting(bench) == {KEY: ("flagged",)}


def test_all_that_one_may_wait_for(bench: Bench) -> None:
    for key in ("alfa", "beta", "gama"):
        bench.add(key, f"Luis Paz vive en Quito, {key}.")
    at(bench, 1)
    finish(bench, "ana", key="alfa", done=False).flag()
    finish(bench, "ana", ANA)
    finish(bench, "bo", ANA)
    at(bench, 20)
    finish(bench, "bo", ("PERSON", "Luis Paz"), key="beta", done=False)
    return_work(bench.store, "lead", KEY, ["bo"], "once more")
    assert waiting(bench) == {"alfa": ("flagged", "left lying"), KEY: ("returned",)}
    bench.session(curator="bo").finish()
    settle_finished(bench.workspace, "lead")
    assert waiting(bench) == {"alfa": ("flagged", "left lying")}
    queue = LeadQueue(bench.store, "2026-05-10T00:00:00.000Z")
    rows = queue.page(QueueFilter(), -1)
    assert [(row.key, row.gold, len(row.charges)) for row in rows] == [
        ("alfa", False, 1), ("beta", False, 1), ("gama", False, 0), (KEY, True, 2),
    ]  # fmt: skip
    assert [row.key for row in queue.page(QueueFilter(text="quito"), 1, 1)] == ["beta"]
    assert [row.key for row in queue.page(QueueFilter("flagged", "quito"), -1)] == ["alfa"]


def test_the_same_documents_however_many_wait(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        bench.add(f"d{number}", f"Luis Paz, {number}.")
        for curator in ("ana", "bo")[: number % 3]:
            finish(bench, curator, key=f"d{number}")
    finish(bench, "carla", key="d3", done=False).flag()
    before = waiting(bench)
    assert len(before) == 3
    monkeypatch.setattr(lead_queue, "_MANY", 1)
    assert waiting(bench) == before


def test_it_is_known_at_once_after_a_merge(bench: Bench, tmp_path: Path) -> None:
    other = make_bench(tmp_path / "other")
    bench.store.backup(other.workspace.database_path)
    finish(bench, "ana", ANA)
    finish(other, "bo", ANA)
    merge(bench.workspace, other.workspace.root)
    other.workspace.close()
    assert waiting(bench) == {KEY: ("to adjudicate",)}


def test_who_leads(bench: Bench) -> None:
    assert not Desk(bench.workspace, "lead").leads()  # whoever begins alone curates
    finish(bench, "ana", ANA)
    assert Desk(bench.workspace, "lead").leads()
    assert not Desk(bench.workspace, "ana").leads()
    assign(bench.workspace, "lead", ["lead"], overlap=2)
    assert not Desk(bench.workspace, "lead").leads()
