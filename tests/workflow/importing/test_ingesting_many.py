"""Taking many articles in: a stream that is checked first, short transactions, and what an interruption leaves."""

from __future__ import annotations

import json
import shutil
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, ClassVar, Self

import pytest

from annotator.corpus import Article, read_articles
from annotator.errors import CorpusError, StoreError
from annotator.store import Store, check_database
from annotator.workflow.importing import ingest as ingesting
from annotator.workflow.importing import waiting_articles
from annotator.workflow.importing.ingest import IngestReport, ingest
from annotator.workflow.importing.removing import remove
from annotator.workflow.workspace import Workspace
from tests.workspaces import KEY, TEXT, Bench, database_content, make_bench, make_document, range_of, sql_dump

COUNT = 300
MOMENT = "2026-01-01T00:00:00.000Z"


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do with some hundred articles what is done with a hundred thousand."""
    monkeypatch.setattr(ingesting, "_BATCH", 16)
    monkeypatch.setattr(waiting_articles, "_BATCHES_AHEAD", 2)
    monkeypatch.setattr(waiting_articles, "_BATCHES_BUSY", 2)
    monkeypatch.setattr(waiting_articles, "WORTH_A_PROCESS", 10_000)
    monkeypatch.setattr("annotator.files.waiting._BYTES_IN_MEMORY", 4_096)
    monkeypatch.setattr(ingesting, "_TRANSACTION", 50)
    monkeypatch.setattr(ingesting, "_FLUSH", 7)


def row(number: int, text: str = "") -> dict[str, str]:
    if number % 2:
        return {"id": f"a{number:03}", "text": text or f"The U.S. envoy No. {number} said so.\nIt isn't much."}
    return {
        "id": f"a{number:03}",
        "text": text or f"El embajador núm. {number} volvió ayer. «¿Qué dijo?»",
        "date": "hoy",
    }


def write_rows(path: Path, rows: Iterable[object]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def many(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "many.jsonl", map(row, range(COUNT)))


def keys_so_far(bench: Bench) -> list[str]:
    return [key for key in bench.store.document_keys() if key != KEY]


def test_all_at_once_is_the_same_as_one_by_one(tmp_path: Path) -> None:
    together = make_bench(tmp_path / "together")
    together.add()
    together.session().add(*range_of(together.document(), "Luis Paz"), "PERSON")
    for key, text in (("a007", "Otro texto."), ("a010", TEXT), ("a099", "Uno más.")):
        together.add(key, text)
    together.session("a010").add(*range_of(together.document("a010"), "Luis Paz"), "PERSON")
    remove(together.store, "lead", ["a099", "a007"])
    together.workspace.close()
    shutil.copytree(tmp_path / "together", tmp_path / "alone")
    together, alone = (Bench(Workspace(tmp_path / name)) for name in ("together", "alone"))
    together.store.clock = alone.store.clock = lambda: MOMENT
    rows = [row(number) for number in range(120)]
    rows.insert(5, {"id": KEY, "text": TEXT + "Y Luis Paz volvió."})
    report = ingest(together.workspace, [write_rows(tmp_path / "all.jsonl", rows)], "lead", replace=True)
    assert (report.added, report.replaced, report.unchanged) == (119, [KEY, "a010"], 0)
    for number, one in enumerate(rows):
        ingest(alone.workspace, [write_rows(tmp_path / f"{number}.jsonl", [one])], "lead", replace=True)
    assert database_content(together.store.path) == database_content(alone.store.path)
    assert list(check_database(together.store)) == []


class Watched(Article):
    """An article that is counted as long as it is in memory."""

    alive: ClassVar[weakref.WeakSet[Article]] = weakref.WeakSet()
    most: ClassVar[int] = 0
    __hash__ = object.__hash__
    __eq__ = object.__eq__

    def __new__(cls, *_args: object) -> Self:
        article = super().__new__(cls)
        cls.alive.add(article)
        cls.most = max(cls.most, len(cls.alive))
        return article


def test_no_more_articles_are_in_memory_than_are_being_worked_on(
    bench: Bench, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reading(*args: object, **options: object) -> Iterator[Article]:
        for article in read_articles(*args, **options):  # type: ignore[arg-type]
            yield Watched(article.key, article.text, article.title, article.lang, article.meta, article.where)

    monkeypatch.setattr(ingesting, "read_articles", reading)
    assert ingest(bench.workspace, [many], "lead").added == COUNT
    assert 50 < Watched.most < COUNT * 2 / 3  # of two transactions, and of the batches ahead of them


def test_others_can_write_between_two_transactions(bench: Bench, many: Path) -> None:
    stored: list[int] = []

    def write_meanwhile(done: int, total: int | None) -> None:
        if total is not None:
            assert total == COUNT
            stored.append(done)
            with Store(bench.store.path) as other, other.write() as writer:
                writer.put_text(make_document("x", f"Texto {done}."), "none")

    ingest(bench.workspace, [many], "lead", progress=write_meanwhile)
    assert stored == [50, 100, 150, 200, 250, 300]
    assert list(check_database(bench.store)) == []


def interrupt(bench: Bench, path: Path, error: BaseException, *, at: int) -> BaseException:
    def stop(done: int, total: int | None) -> None:
        if total is not None and done >= at:
            raise error

    with pytest.raises(type(error)) as caught:
        ingest(bench.workspace, [path], "lead", progress=stop)
    return caught.value


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_an_interruption_says_what_is_stored_and_the_next_run_goes_on(
    bench: Bench, many: Path, tmp_path: Path, error: BaseException
) -> None:
    stopped = interrupt(bench, many, error, at=100)
    assert stopped.__notes__ == ["100 of 300 articles are stored, and the same command goes on from there"]
    assert keys_so_far(bench) == [f"a{number:03}" for number in range(100)]
    assert list(check_database(bench.store)) == []
    report = ingest(bench.workspace, [many], "lead")
    assert (report.added, report.unchanged) == (200, 100)
    never_stopped = make_bench(tmp_path / "other")
    never_stopped.add()
    ingest(never_stopped.workspace, [many], "lead")
    assert bench.store.document_digests() == never_stopped.store.document_digests()


def test_an_interruption_before_anything_is_stored_says_nothing_of_it(bench: Bench, many: Path) -> None:
    def stop(_done: int, _total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        ingest(bench.workspace, [many], "lead", progress=stop)
    assert not hasattr(caught.value, "__notes__")
    assert keys_so_far(bench) == []


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ({"id": "z", "text": ""}, "many.jsonl:301: the text is empty"),
        ({"id": "a000", "text": "Otro."}, "many.jsonl:301: the key 'a000' is already that of .*many.jsonl:1"),
        ({"id": KEY, "text": "Otro."}, "many.jsonl:301: there is a document 'nota' with another text"),
        ([], "many.jsonl:301: not an object"),
    ],
    ids=["empty", "twice", "exists", "no object"],
)
def test_a_bad_last_article_keeps_all_out(bench: Bench, many: Path, last: object, told: str) -> None:
    with many.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(last) + "\n")
    before = sql_dump(bench.store.path)
    with pytest.raises(CorpusError, match=told):
        ingest(bench.workspace, [many], "lead")
    assert sql_dump(bench.store.path) == before


def test_the_same_article_twice_in_a_file_is_one(bench: Bench, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "twice.jsonl", [*map(row, range(40)), *map(row, range(40))])
    assert ingest(bench.workspace, [path, path], "lead").added == 40


def test_what_somebody_else_put_there_meanwhile_is_not_overwritten(bench: Bench, many: Path) -> None:
    def put_meanwhile(done: int, total: int | None) -> None:
        if total is None and done == COUNT:
            bench.add("a220", "De otra persona.")

    with pytest.raises(CorpusError, match=r"many.jsonl:221: there is a document 'a220' with another text") as caught:
        ingest(bench.workspace, [many], "lead", progress=put_meanwhile)
    assert caught.value.__notes__ == ["200 of 300 articles are stored, and the same command goes on from there"]
    assert bench.document("a220").text == "De otra persona."
    assert list(check_database(bench.store)) == []


def test_what_was_checked_is_stored_though_the_file_changes_meanwhile(bench: Bench, many: Path) -> None:
    def change(done: int, total: int | None) -> None:
        if total is None and done == COUNT:
            write_rows(many, [*map(row, range(120)), "no object"])

    assert ingest(bench.workspace, [many], "lead", progress=change).added == COUNT
    assert bench.document("a299").text == row(299)["text"]
    assert list(check_database(bench.store)) == []


def test_no_room_for_temporary_files_is_told_before_anything_is_stored(
    bench: Bench, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def temporary_file(**_given: object) -> BinaryIO:
        return Path("/dev/full").open("wb")

    monkeypatch.setattr("annotator.files.waiting.tempfile.TemporaryFile", temporary_file)
    before = sql_dump(bench.store.path)
    with pytest.raises(StoreError, match=r"no space left on device.*TMPDIR"):
        ingest(bench.workspace, [many], "lead")
    assert sql_dump(bench.store.path) == before


def test_a_run_that_finds_nothing_new_writes_nothing(bench: Bench, many: Path) -> None:
    ingest(bench.workspace, [many], "lead")
    before = sql_dump(bench.store.path)
    assert ingest(bench.workspace, [many], "lead") == IngestReport(unchanged=COUNT)
    assert sql_dump(bench.store.path) == before


def test_long_articles_are_stored_few_at_a_time(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingesting, "_TRANSACTION_LENGTH", 10_000)
    path = write_rows(tmp_path / "long.jsonl", (row(number, f"{number:02} palabras " * 300) for number in range(12)))
    stored: list[int] = []
    ingest(bench.workspace, [path], "lead", progress=lambda done, total: stored.append(done) if total else None)
    assert stored == [3, 6, 9, 12]
