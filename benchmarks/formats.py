"""Import and export of 5,000 articles of 1,500 characters with 50,000 spans and 15,000 relations, in every format.

python -m benchmarks.formats [--documents N] [--only FORMAT …]

Each figure is the best of three runs (beyond 5,000 articles: of one) of the command itself, in a process of its own,
without the start of Python, with everything that the command loads, on a workspace of its own.  The floor of imports is
what bare ``json`` and ``sqlite3`` take to read the same gold JSONL and to put texts (searchable, as ours are), spans
and relations into tables.  Of exports there are two: id, text and spans written from these tables; and, for each format
of JSON, the same bytes as the export: every row read, and the objects of the export, which are taken from it ready made
and at no cost, written by ``json``.  Beside brat stands what copying its files takes, beside the DocBin what spaCy
alone takes for it.  A figure is within its budget, too, where it is at most a tenth over its floor of the same run.
Peak memory counts the mapped pages of the database, up to 256 MB, where it is read.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from annotator.annotation import Annotations, Relation, RelationKey, Span, SpanKey
from annotator.cli.main import main as annotator_main
from annotator.corpus import Article, build_document
from annotator.formats.protocol import Target
from annotator.formats.record import LayerRecord
from annotator.formats.registry import load_format
from annotator.workflow.workspace import Workspace
from benchmarks.report import heading, line

FORMATS = ("jsonl", "prodigy", "doccano", "labelstudio", "brat", "spacy")
OTHERS = (
    "spacy-json",
    "conll",
    "webanno",
    "gliner",
    "gliner2",
    "spert",
    "glirel",
    "scierc",
    "tacred",
    "docred",
    "pubtator",
    "bioc",
    "hf",
    "cas",
)
"""Formats that are measured when they are named; no budget was set for them."""
LENGTH, SPANS, RELATIONS = 1500, 10, 3
RUNS = 3
IMPORT_BUDGET, EXPORT_BUDGET = 1.0, 0.7
"""Seconds by the clock, on a quiet machine of two cores."""
FLOOR_BUDGET = 1.1
"""Times its floor that each may take where the machine is slower than that."""
QUICK = ("jsonl", "prodigy", "doccano", "labelstudio")
SLOW_IMPORT_BUDGET, SLOW_EXPORT_BUDGET = 1.5, 1.0
"""Those of the formats that other people's code, or two files a document, take longer for."""
SCHEME = """\
languages: [es, en]
overlap: nested
entities: {PERSON: {key: 1}, ORG: {key: 2}}
relations: {works_for: {key: w, head: [PERSON, ORG], child: [PERSON, ORG], within: document}}
"""


class Measured(NamedTuple):
    """Wall and processor seconds, and peak memory in megabytes."""

    wall: float
    cpu: float
    memory: float


Measure = Callable[[int], Measured]
"""Measures a run, given its number."""


class Floors(NamedTuple):
    """What bare ``json`` and ``sqlite3`` take to write something of gold JSONL, their tables, and the JSONL."""

    written: Measured
    tables: Path
    gold: Path


def records(count: int, labels_sha256: str) -> Iterator[LayerRecord]:
    """Yield articles put together from the words of the samples, with spans on their tokens."""
    words = " ".join(p.read_text(encoding="utf-8") for p in sorted(Path("seeds").glob("*.txt"))).split()
    for number in range(count):
        chance = random.Random(number)
        start = chance.randrange(len(words) - 400)
        body = " ".join(words[start : start + 400]) + " " + " ".join(chance.choices(words, k=60))
        text = f"Nota {number}. {body}"[:LENGTH].ljust(LENGTH, ".")
        document = build_document(Article(f"note-{number:06}", text, lang="es"), ("es", "en"))
        yield LayerRecord(document, _layer(document, chance), "gold", ("ana",), labels_sha256)


def _layer(document: object, chance: random.Random) -> Annotations:
    tokens = document.tokens  # type: ignore[attr-defined]
    spans: list[Span] = []
    for first in sorted(chance.sample(range(0, len(tokens) - 2, 3), SPANS)):
        key = SpanKey(tokens[first].start, tokens[first + chance.randrange(2)].end, chance.choice(("PERSON", "ORG")))
        spans.append(Span(str(key), *key, curator="ana"))
    relations = []
    for at in range(RELATIONS):
        relation = RelationKey(spans[at].key, spans[at + 1].key, "works_for")
        relations.append(Relation(str(relation), spans[at].id, spans[at + 1].id, "works_for", curator="ana"))
    return Annotations.of(spans, relations)


def workspace(folder: Path) -> Workspace:
    """Make an empty workspace, its database ready."""
    folder.mkdir()
    (folder / "labels.yaml").write_text(SCHEME, encoding="utf-8")
    opened = Workspace(folder)
    opened.store.close()
    return Workspace(folder)


def prepare(name: str, count: int, folder: Path) -> Path:
    """Write the articles in a format."""
    form = load_format(name)
    opened = workspace(folder / f"{name}-scheme")
    path = folder / f"articles{form.ending}" if not form.folder else folder / "articles"
    if form.folder:
        path.mkdir()
        target = Target(opened.scheme, folder=path)
        form.write and form.write(records(count, opened.scheme.sha256), target)
    else:
        with path.open("wb") as stream:
            form.write and form.write(records(count, opened.scheme.sha256), Target(opened.scheme, stream=stream))
    return path


def measured(action: Callable[[], object]) -> Measured:
    """Run something and say what it took, unless it says so itself."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = action()
    if isinstance(result, Measured):
        return result
    return Measured(time.perf_counter() - wall, time.process_time() - cpu, peak_memory())


def peak_memory() -> float:
    """Return the most memory that this process had, in megabytes; what its parent had before does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_a_process(*arguments: str) -> Measured:
    """Return what a run of this module with some arguments measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.formats", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Measured(*json.loads(done.stdout.splitlines()[-1]))


def best(measure: Measure, runs: int) -> Measured:
    """Return the quickest of some runs."""
    return quickest(map(measure, range(runs)))


def quickest(runs: Iterable[Measured]) -> Measured:
    """Return the one that took the least time by the clock."""
    return min(runs, key=lambda measured: measured.wall)


def floor_in(path: Path, database: Path) -> None:
    """Read gold JSONL with ``json`` and put it into plain tables."""
    with closing(sqlite3.connect(database)) as connection, path.open(encoding="utf-8") as lines:
        connection.executescript(
            "PRAGMA journal_mode = WAL; CREATE TABLE text (id INTEGER PRIMARY KEY, key TEXT, content TEXT);"
            "CREATE VIRTUAL TABLE search USING fts5 (content, content = 'text', content_rowid = 'id');"
            "CREATE TABLE span (text INTEGER, id TEXT, start INTEGER, stop INTEGER, label TEXT);"
            "CREATE TABLE relation (text INTEGER, head TEXT, child TEXT, label TEXT);"
        )
        with connection:
            for number, written in enumerate(lines, 1):
                row = json.loads(written)
                connection.execute("INSERT INTO text VALUES (?, ?, ?)", (number, row["id"], row["text"]))
                connection.execute("INSERT INTO search (rowid, content) VALUES (?, ?)", (number, row["text"]))
                spans = [(number, s["id"], s["start"], s["end"], s["label"]) for s in row["spans"]]
                connection.executemany("INSERT INTO span VALUES (?, ?, ?, ?, ?)", spans)
                links = [(number, r["head_id"], r["child_id"], r["label"]) for r in row["relations"]]
                connection.executemany("INSERT INTO relation VALUES (?, ?, ?, ?)", links)


def floor_out(database: Path, path: Path) -> None:
    """Write texts, spans and relations from plain tables with ``json``."""
    with closing(sqlite3.connect(database)) as connection, path.open("w", encoding="utf-8") as stream:
        for number, key, content in connection.execute("SELECT id, key, content FROM text"):
            spans = connection.execute("SELECT id, start, stop, label FROM span WHERE rowid BETWEEN ? AND ?",
                                       ((number - 1) * SPANS + 1, number * SPANS)).fetchall()  # fmt: skip
            stream.write(json.dumps({"id": key, "text": content, "spans": spans}, ensure_ascii=False) + "\n")


def floor_same(database: Path, exported: Path, path: Path) -> Measured:
    """Write the lines of an export again from rows and objects that are there; what making these takes is left out."""
    wall = cpu = 0.0
    with closing(sqlite3.connect(database)) as connection, exported.open("rb") as lines, path.open("wb") as stream:
        number = 0
        for written in lines:
            body = written.rstrip(b",\n")
            record = json.loads(body) if body.startswith(b"{") else None
            started, before = time.perf_counter(), time.process_time()
            if record is None:
                stream.write(written)
            else:
                number += 1
                read_rows(connection, number)
                line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
                stream.write(line.encode("utf-8") + written[len(body) :])
            wall, cpu = wall + time.perf_counter() - started, cpu + time.process_time() - before
        started = time.perf_counter()
        stream.flush()
        os.fsync(stream.fileno())
        wall += time.perf_counter() - started
    if exported.read_bytes() != path.read_bytes():
        raise SystemExit(f"{exported}: json writes other bytes")
    return Measured(wall, cpu, peak_memory())


def read_rows(connection: sqlite3.Connection, number: int) -> None:
    """Read the text, spans and relations of one document from plain tables, as the floor of imports wrote them."""
    connection.execute("SELECT key, content FROM text WHERE id = ?", (number,)).fetchone()
    for table, count in (("span", SPANS), ("relation", RELATIONS)):
        rows = f"SELECT * FROM {table} WHERE rowid BETWEEN ? AND ?"
        connection.execute(rows, ((number - 1) * count + 1, number * count)).fetchall()


def copy_files(source: Path, target: Path) -> None:
    """Read a folder of files and write them to another."""
    target.mkdir()
    for path in source.iterdir():
        (target / path.name).write_bytes(path.read_bytes())


def spacy_in(path: Path) -> None:
    """Read a DocBin with spaCy alone."""
    import spacy
    from spacy.tokens import DocBin

    for doc in DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab):
        [(span.start_char, span.end_char, span.label_) for span in doc.ents]


def spacy_out(source: Path, path: Path) -> None:
    """Write the words and entities of gold JSONL to a DocBin with spaCy alone."""
    import spacy
    from spacy.tokens import Doc, DocBin, Span

    vocab = spacy.blank("xx").vocab
    made = DocBin()
    with source.open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            tokens = row["tokens"]
            doc = Doc(vocab, [token["text"] for token in tokens], [token["ws"] for token in tokens])
            spans = [Span(doc, s["token_start"], s["token_end"] + 1, s["label"]) for s in row["spans"]]
            doc.set_ents(spans[::2])
            made.add(doc)
    made.to_disk(path)


def child(arguments: list[str]) -> int:
    """Measure one thing and print it: the command line behind ``--``, or a floor."""
    kind, *rest = arguments
    actions: dict[str, Callable[[], object]] = {
        "command": lambda: annotator_main(rest),
        "floor-in": lambda: floor_in(Path(rest[0]), Path(rest[1])),
        "floor-out": lambda: floor_out(Path(rest[0]), Path(rest[1])),
        "floor-same": lambda: floor_same(*map(Path, rest)),
        "files": lambda: copy_files(Path(rest[0]), Path(rest[1])),
        "spacy-in": lambda: spacy_in(Path(rest[0])),
        "spacy-out": lambda: spacy_out(Path(rest[0]), Path(rest[1])),
    }
    print(json.dumps(measured(actions[kind])))
    return 0


def report(what: str, measured: Measured, budget: float | None, bare: Measured | None = None) -> bool:
    """Print a figure; return whether it is within its budget, or near its floor."""
    against = "" if bare is None else f", {measured.wall / bare.wall:.1f} × floor"
    told = f"cpu {measured.cpu:.2f} s, {measured.memory:.0f} MB{against}"
    within = line(what, measured.wall, budget, "s", told)
    return within or (bare is not None and measured.wall <= FLOOR_BUDGET * bare.wall)


def budgets(name: str) -> tuple[float, float]:
    """The budgets of import and export in a format."""
    return (IMPORT_BUDGET, EXPORT_BUDGET) if name in QUICK else (SLOW_IMPORT_BUDGET, SLOW_EXPORT_BUDGET)


def main() -> int:
    """Measure and print."""
    if sys.argv[1:2] == ["child"]:
        return child(sys.argv[2:])
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=5_000)
    parser.add_argument("--only", nargs="*", choices=(*FORMATS, *OTHERS), default=FORMATS)
    options = parser.parse_args()
    heading(f"formats, {options.documents:,} documents of {LENGTH:,} characters")
    runs = RUNS if options.documents <= 5_000 else 1
    with tempfile.TemporaryDirectory() as temporary:
        floors = floor(prepare("jsonl", options.documents, Path(temporary)), Path(temporary), runs)
        within = [compare(name, options.documents, floors, runs) for name in options.only]
    return 0 if all(within) else 1


def compare(name: str, documents: int, floors: Floors, runs: int) -> bool:
    """Measure and print import and export in a format beside their floors; return whether both are within budget."""
    most_in, most_out = budgets(name) if documents <= 5_000 and name in FORMATS else (None, None)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = prepare(name, documents, folder)

        def take_in(run: int) -> Measured:
            if not (folder / f"w{run}").exists():
                workspace(folder / f"w{run}")
            return command(folder / f"w{run}", "import", name, str(path), "--layer", "gold")

        def give_out(run: int) -> Measured:
            return command(folder / "w0", "export", name, "-o", str(folder / f"out{run}"))

        taken, bare = in_turns(take_in, lambda run: read_bare(floors.gold, folder / f"bare{run}.db"), runs)
        within = report(f"import {name}", taken, most_in, bare)
        report("floor: json and sqlite3 alone, in", bare, None)
        if name in QUICK:
            written, bare = in_turns(give_out, lambda run: same(floors.tables, folder, run), runs)
        else:
            written, bare = best(give_out, runs), floors.written
        within &= report(f"export {name}", written, most_out, bare)
        if name in QUICK:
            report("floor: json alone, the same bytes", bare, None)
        report(f"import {name} a second time", take_in(0), None)
        if name == "brat":
            bare_files(path, folder, runs)
        if name == "spacy":
            bare_spacy(path, folder, documents, runs)
    return within


def in_turns(one: Measure, other: Measure, runs: int) -> tuple[Measured, Measured]:
    """Return the quickest run of either, run in turns: a machine may be slower for some minutes."""
    both = [(one(run), other(run)) for run in range(runs)]
    first, second = zip(*both, strict=True)
    return quickest(first), quickest(second)


def read_bare(path: Path, database: Path) -> Measured:
    """Measure what ``json`` and ``sqlite3`` take to read gold JSONL."""
    return in_a_process("child", "floor-in", str(path), str(database))


def command(folder: Path, *arguments: str) -> Measured:
    """Measure a command in a workspace."""
    return in_a_process("child", "command", "-w", str(folder), *arguments)


def same(tables: Path, folder: Path, run: int) -> Measured:
    """Measure what ``json`` and ``sqlite3`` take for the bytes of the first export of a folder."""
    return in_a_process("child", "floor-same", str(tables), str(folder / "out0"), str(folder / f"same{run}"))


def floor(path: Path, folder: Path, runs: int) -> Floors:
    """Fill the tables of the floors, and measure and print the lower one of exports."""
    tables = folder / "floor.db"
    read_bare(path, tables)
    written = best(lambda run: in_a_process("child", "floor-out", str(tables), str(folder / f"floor{run}.jsonl")), runs)
    report("floor: json and sqlite3 alone, out", written, None)
    return Floors(written, tables, path)


def bare_files(path: Path, folder: Path, runs: int) -> None:
    """Measure and print what copying a folder takes: the system's part in two files a document."""
    measured = best(lambda run: in_a_process("child", "files", str(path), str(folder / f"copy{run}")), runs)
    report("floor: its files copied", measured, None)


def bare_spacy(path: Path, folder: Path, count: int, runs: int) -> None:
    """Measure and print what spaCy alone takes, its loading counted, as it is in the command."""
    measured = best(lambda _: in_a_process("child", "spacy-in", str(path)), runs)
    report("floor: spaCy alone, in", measured, None)
    gold = str(prepare("jsonl", count, folder))
    measured = best(lambda run: in_a_process("child", "spacy-out", gold, str(folder / f"bare{run}.spacy")), runs)
    report("floor: spaCy alone, out", measured, None)


if __name__ == "__main__":
    sys.exit(main())
