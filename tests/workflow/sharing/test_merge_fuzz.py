"""Any database or archive may be given to a merge: it comes in whole and sound, or is refused in one line.

A few examples here; with ``ANNOTATOR_FUZZ_SECONDS=3600`` in the environment this file goes on for an hour, never the
same way twice.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sqlite3
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.annotation import SpanKey, item_record
from annotator.cli.main import main
from annotator.errors import AnnotatorError
from annotator.history import Event, LayerName, Op
from annotator.store import check_database
from annotator.workflow.adjudicating.gold import adjudicate, settle_finished
from annotator.workflow.importing.ingest import ingest
from annotator.workflow.sharing.assignment import assign
from annotator.workflow.sharing.merging import merge
from tests.workflow.sharing.forging import defenceless, put
from tests.workspaces import KEY, TEXT, Bench, link, make_bench, proposal, propose, range_of, sql_dump

SECONDS = float(os.environ.get("ANNOTATOR_FUZZ_SECONDS", "0"))
PATIENCE = 60
"""Seconds after which a merge counts as hanging."""


class Pair(NamedTuple):
    """A workspace, and what it is offered: a database in which everything occurs that a history can hold."""

    here: Path
    there: Path


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("pair")
    bench = make_bench(folder / "work")
    suggested(bench, bench.add())
    bench.session(curator="ana").flag()
    bench.workspace.close()
    here = folder / "here.db"
    shutil.copyfile(bench.workspace.database_path, here)
    bench = make_bench(folder / "work")
    work(bench, folder)
    merge(bench.workspace, apart(folder, here))
    bench.workspace.close()
    return Pair(here, bench.workspace.database_path)


def apart(folder: Path, start: Path) -> Path:
    """Return a third workspace that was carried on apart, so that layers fork."""
    bench = make_bench(folder / "apart")
    bench.workspace.database_path.parent.mkdir()
    shutil.copyfile(start, bench.workspace.database_path)
    assign(bench.workspace, "chief", ["carla"])
    span = proposal(bench.document(), "México", "GPE")
    with bench.store.write() as writer:
        op = Op("span", span.id, None, item_record(span))
        writer.append(LayerName(KEY, "suggestions"), "annotator", "suggest", [op])
    bench.workspace.close()
    return bench.workspace.root


def suggested(bench: Bench, document: Any) -> None:
    ana, cruz = proposal(document, "Ana Ruiz", "PERSON"), proposal(document, "Cruz Roja", "ORG")
    propose(bench.store, document, [ana, cruz], [link(ana, cruz, "works_for")])


def work(bench: Bench, folder: Path) -> None:
    """Take every kind of step."""
    document = bench.add("otro", TEXT + "Otra vez Luis Paz.")
    suggested(bench, document)
    with bench.store.write() as writer:
        span = proposal(bench.document(), "Canadá", "GPE")
        writer.append(
            LayerName(KEY, "suggestions"), "annotator", "suggest", [Op("span", span.id, None, item_record(span))]
        )
    assign(bench.workspace, "lead", ["ana", "bo"], overlap=2)
    for key in (KEY, "otro"):
        for curator, needle in (("ana", "Luis Paz"), ("bo", "México")):
            session = bench.session(key, curator)
            mark = SpanKey(*range_of(session.document, needle), "DATE")
            if session.layer.content.span_id_with(mark) is None and str(mark) not in session.layer.suggestions.spans:
                session.add(*mark)
            session.accept_all(0.5)
            session.comment("¿seguro?", next(iter(session.layer.content.spans)))
            session.undo()
            session.redo()
            session.finish()
    judge = adjudicate(bench.workspace, KEY, "lead")
    judge.choose(judge.gold.open[0].id, "ana")
    judge.undo()
    judge.choose_majority_everywhere()
    settle_finished(bench.workspace, "lead")
    (folder / "otro.txt").write_text("Ayer. " + document.text, encoding="utf-8")
    ingest(bench.workspace, [folder / "otro.txt"], "lead", replace=True)
    (folder / "b").mkdir()
    (folder / "b" / "más.txt").write_text("Ana Ruiz y Cruz Roja.", encoding="utf-8")
    (folder / "b" / "más.ann").write_text(BRAT, encoding="utf-8")
    root = str(bench.workspace.root)
    quietly("-w", root, "--as", "eva", "import", "brat", str(folder / "b"), "--layer", "curator:eva")


BRAT = """\
T1	PERSON 0 8	Ana Ruiz
T2	ORG 11 20	Cruz Roja
R1	works_for Arg1:T1 Arg2:T2
A1	Negated T1
#1	AnnotatorNotes T1	sí
E1	ORG:T2 Who:T1
"""


def quietly(*arguments: str) -> str:
    """Run a command; return what it says on stderr."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        main(arguments)
    return err.getvalue()


# Spoiling

Spoil = Callable[[Path, Random], None]

ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 7, 2**31, 2**63, 10**30, 0.5, -0.5, 1.5, [], {}, [[]], [0, 8, "X"]),
    *("", "x", "../../x", "a/b", "\x00", "\x1b[2J", "\u202e", " ", "done", "curator:ana", "0" * 64, "x" * 5000),
    *("2026-02-30T00:00:00.000Z", "9999-12-31T23:59:59.999Z", {"value": "x"}, {"value": None}),
)


def spoil_json(value: Any, random: Random) -> Any:
    """Return a JSON value with one thing in it replaced, taken away, repeated or put elsewhere."""
    places: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict | list):
            names = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
            places += [(inner, name) for name in names]
            waiting += [inner[name] for name in names]
    if not places:
        return random.choice(ODD)
    holder, name = random.choice(places)
    how = random.randrange(5)
    if how == 0:
        del holder[name]
    elif how == 1 and isinstance(holder, list):
        holder.insert(name, holder[name])
    elif how == 2:
        other, place = random.choice(places)
        holder[name] = json.loads(json.dumps(other[place])) if place in other or isinstance(other, list) else None
    elif isinstance(holder[name], int) and how == 3:
        holder[name] += random.choice((-1, 1, 5, -20, 1000))
    else:
        holder[name] = random.choice(ODD)
    return value


def spoil_event(path: Path, random: Random) -> None:
    """Change one event, and compute all hashes of its layer anew."""
    with defenceless(path) as connection:
        query = "SELECT d.key, l.name, l.id FROM layer l JOIN document d ON d.id = l.document_id ORDER BY 1, 2"
        key, name, number = random.choice(connection.execute(query).fetchall())
        query = (
            "SELECT seq, at, actor, action, ops, target, pause_ms, hash, prev FROM event WHERE layer_id = ?"
            " ORDER BY seq, at, hash"
        )
        rows = connection.execute(query, (number,)).fetchall()
        before = {row[7]: row[8] for row in rows}
        events = [Event(LayerName(key, name), row[0], row[7], *row[1:7]) for row in rows]
        events = spoil_events(events, random)
        connection.execute("DELETE FROM event WHERE layer_id = ?", (number,))
        last, hashes = "", {"": ""}
        for event in events:  # what it was called before stands in prev
            prev = hashes.get(before[event.prev], last) if random.randrange(10) else last
            linked = replace(event, prev=prev)
            put(connection, number, linked)
            hashes[event.prev] = last = linked.hash


def spoil_events(events: list[Event], random: Random) -> list[Event]:
    at = random.randrange(len(events))
    event = events[at]
    how = random.randrange(10)
    if how < 5:
        event = replace(event, ops=json.dumps(spoil_json(json.loads(event.ops), random)))
    elif how == 5:
        odd = str(random.choice(ODD))
        changed = (replace(event, at=odd), replace(event, actor=odd), replace(event, action=odd))
        event = random.choice(changed)
    elif how == 6:
        event = replace(event, action=random.choice(events).action, target=random.choice((None, 1, event.seq - 1, 99)))
    elif how == 7:
        event = replace(event, layer=event.layer, actor=random.choice(("ana", "bo", "lead", "mallory")))
    elif how == 8:
        return [replace(e, seq=n) for n, e in enumerate(events[:at] + events[at + 1 :], 1)]
    else:
        other = random.randrange(len(events))
        events[at], events[other] = replace(events[other], seq=event.seq), replace(event, seq=events[other].seq)
        return events
    events[at] = event
    return events


def spoil_cell(path: Path, random: Random) -> None:
    """Change one value in one row of any table."""
    with defenceless(path) as connection:
        tables = ("text", "document", "layer", "event", "scheme", "span", "relation")
        table = random.choice(tables)
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        column, (count,) = random.choice(columns), connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        value = random.choice([*ODD[:9], *(odd for odd in ODD if isinstance(odd, str)), b"\xff\x00", b""])
        cast = random.choice(("?", "CAST(? AS TEXT)", "CAST(? AS BLOB)"))
        names = "layer_id, id" if table in ("span", "relation") else "id, 0"
        row = f"(SELECT {names} FROM {table} LIMIT 1 OFFSET ?)"
        if isinstance(value, int) and abs(value) >= 2**63:
            value = 2**63 - 1
        try:
            connection.execute(
                f'UPDATE {table} SET "{column}" = {cast} WHERE ({names}) = {row}',
                (value, random.randrange(max(count, 1))),
            )
        except sqlite3.Error:  # STRICT tables do not take everything
            return


SCHEMA = (
    "CREATE VIEW v AS SELECT 1",
    "CREATE TABLE more (x)",
    "DROP TABLE event",
    "DROP TABLE place",
    "DROP TABLE scheme",
    "DROP INDEX event_of_layer",
    "DROP TRIGGER event_is_never_updated",
    "ALTER TABLE text ADD COLUMN more",
    "ALTER TABLE layer RENAME COLUMN name TO title",
    "PRAGMA user_version = 1",
    "PRAGMA user_version = 7",
    "PRAGMA user_version = -1",
    "PRAGMA application_id = 7",
    "PRAGMA encoding = 'UTF-16'",
    "DROP TABLE text_search",
    "UPDATE segmentation SET tokenizer = 'annotator.tokenizer/0'",
)


def spoil_schema(path: Path, random: Random) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        try:
            connection.execute(random.choice(SCHEMA))
        except sqlite3.Error:
            return


def spoil_bytes(path: Path, random: Random) -> None:
    """Change a few bytes, mostly where SQLite keeps what it goes by, or cut the file."""
    data = bytearray(path.read_bytes())
    for _ in range(random.randrange(1, 6)):
        page = random.randrange(len(data) // 4096) * 4096 if len(data) >= 4096 else 0
        at = random.choice((random.randrange(len(data)), page + random.randrange(120), random.randrange(120)))
        if at < len(data):
            data[at] = random.choice((0, 1, 0xFF, random.randrange(256)))
    if random.randrange(8) == 0:
        del data[random.randrange(len(data)) :]
    path.write_bytes(data)


SPOILERS: tuple[Spoil, ...] = (spoil_event, spoil_event, spoil_event, spoil_cell, spoil_schema, spoil_bytes)


def packed(path: Path, random: Random) -> Path:
    """Put a database into an archive, and spoil that."""
    target = path.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        archive.write(path, "ana/db/annotator.db")
        archive.writestr("ana/labels.yaml", "x")
    data = bytearray(target.read_bytes())
    directory = data.rindex(b"PK\x01\x02")
    for _ in range(random.randrange(4)):
        at = random.choice((random.randrange(80), directory - 60 + random.randrange(60), random.randrange(len(data)),
                            len(data) - 1 - random.randrange(120)))  # fmt: skip
        data[at] = random.randrange(256)
    target.write_bytes(data)
    return target


# Looking at what came of it


@contextmanager
def no_hanging() -> Iterator[None]:
    """Fail where something takes for ever."""

    def fail(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"took more than {PATIENCE} seconds")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def offer(pair: Pair, seed: int) -> bool:
    """Offer a spoilt database to a workspace; return whether it came in."""
    random = Random(seed)
    with tempfile.TemporaryDirectory() as folder, no_hanging():
        there = Path(folder) / "there.db"
        shutil.copyfile(pair.there, there)
        random.choice(SPOILERS)(there, random)
        if random.randrange(8) == 0:
            there = packed(there, random)
        bench = make_bench(Path(folder) / "work")
        bench.workspace.database_path.parent.mkdir()
        shutil.copyfile(pair.here, bench.workspace.database_path)
        before = sql_dump(bench.workspace.database_path)
        try:
            merge(bench.workspace, there, trusted=random.choice(((), ("lead", "mallory"))))
            refusal = ""
        except AnnotatorError as error:
            refusal = str(error)
        if refusal:
            bench.workspace.close()
            assert sql_dump(bench.workspace.database_path) == before
            assert str(there) in refusal
            assert "annotator-" not in refusal  # a temporary folder's name
            return False
        assert list(check_database(bench.store)) == []
        use(bench, Path(folder), random)
        bench.workspace.close()
        return True


def use(bench: Bench, folder: Path, random: Random) -> None:
    """Do with what came what people would do: none of it is unexpected."""
    root, form = str(bench.workspace.root), random.choice(("jsonl", "brat", "labelstudio", "prodigy", "cas"))
    layer = random.choice(("gold", "curator:ana", "curator:eva", "suggestions"))
    for key in bench.store.document_keys():
        for curator in ("ana", "bo", "eva"):
            session = bench.session(key, curator)
            try:
                session.undo()
            except AnnotatorError:
                continue
    for arguments in (
        ("history", random.choice(bench.store.document_keys()), "--as", "lead"),
        random.choice(
            (("status", "--as", "lead"), ("feedback", KEY, "--as", "ana"), ("agreement", "--resamples", "9"))
        ),
        ("export", form, "--layer", layer, "--unfinished", "-o", str(folder / "out"), "--as", "lead"),
    ):
        assert "unexpected" not in quietly("-w", root, *arguments)


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32))
def test_whatever_is_offered_comes_in_sound_or_is_refused_in_one_line(pair: Pair, seed: int) -> None:
    offer(pair, seed)


def test_what_was_not_spoilt_comes_in(pair: Pair, tmp_path: Path) -> None:
    bench = make_bench(tmp_path / "work")
    bench.workspace.database_path.parent.mkdir()
    shutil.copyfile(pair.here, bench.workspace.database_path)
    merge(bench.workspace, pair.there)
    assert bench.store.document_keys() == ["más", KEY, "otro"]
    assert list(check_database(bench.store)) == []
    use(bench, tmp_path, Random(0))
    bench.workspace.close()


@pytest.mark.skipif(not SECONDS, reason="ANNOTATOR_FUZZ_SECONDS says for how long")
def test_for_as_long_as_asked(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    end, random, tried, came = time.monotonic() + SECONDS, Random(), 0, 0
    while time.monotonic() < end:
        seed = random.getrandbits(48)
        try:
            came += offer(pair, seed)
        except BaseException as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
        tried += 1
    with capsys.disabled():
        print(f"\n{tried} databases offered in {SECONDS:.0f} seconds, {came} came in")
