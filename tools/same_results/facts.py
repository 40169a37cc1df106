"""What is compared of two checkouts: databases, exports, answers as JSON, help and keys, each a text under a name."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tools.same_results.checkout import Checkout
from tools.same_results.work import FORMATS, Work

Facts = dict[str, str]

_TIMES = {
    "event": {"hash", "prev", "at", "pause_ms"},
    "layer": {"head", "changed_at"},
    "place": {"at"},
    "_sqlite_migrations": {"applied_at"},
}
"""Columns that follow from when something was done."""

_MOVED = (("models/learned/", "db/learned/"),)
"""Folders that were moved on purpose: learned models belong to the workspace, downloaded ones may be shared."""

_FINISHED_AT = re.compile(r"([\w.@-]+):[0-9a-f]{16}\b")
"""What gold says it was made of: curators with the beginning of their last event's hash."""

_STAMP = re.compile(r"\d{8}T\d{6}(\.\d+)?Z(-\d+)?")

_READ = (
    ("status", "--all", "--json"),
    ("status", "--as", "ana", "--json"),
    ("agreement", "--json", "--resamples", "200"),
    ("agreement", "--format", "csv", "--resamples", "200"),
    ("agreement", "--format", "html", "--resamples", "200"),
    ("agreement", "--layers", "ana,gold,suggestions", "--json", "--resamples", "200"),
    ("feedback", "--as", "bo", "--json"),
    ("evaluate", "--json"),
    ("models", "list"),
    ("labels", "check"),
    ("adjudicate",),
    ("annotate",),
    ("doctor",),
)

_BINDINGS = """
import importlib, pkgutil
from textual.binding import Binding
import annotator
for module in pkgutil.walk_packages(annotator.__path__, "annotator."):
    if module.name.startswith("annotator.tui"):
        for value in vars(importlib.import_module(module.name)).values():
            for binding in vars(value).get("BINDINGS", ()) if isinstance(value, type) else ():
                if isinstance(binding, Binding) and value.__module__.startswith("annotator."):
                    print(binding.id, binding.key, binding.show, binding.priority, repr(binding.description), sep="\\t")
"""


def heads(database: Path) -> str:
    """Return where every history ends: one line a layer with its number of events and the hash of the last."""
    return "\n".join(
        f"{key}\t{name}\t{length}\t{head}"
        for key, name, length, head in _rows(
            database,
            "SELECT d.key, l.name, l.length, l.head FROM layer l JOIN document d ON d.id = l.document_id ORDER BY 1, 2",
        )
    )


def tables(database: Path) -> Facts:
    """Return every table of a database without its times and hashes, by the table's name."""
    found: Facts = {}
    names = [str(row[0]) for row in _rows(database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")]
    for name in names:
        if name.startswith(("text_search", "sqlite_")):
            continue
        columns = [
            row[1] for row in _rows(database, f"PRAGMA table_info({name})") if row[1] not in _TIMES.get(name, ())
        ]
        listed = ", ".join(f'"{column}"' for column in columns)
        lines = [
            _FINISHED_AT.sub(r"\1:HEAD", repr(tuple(map(_plain, row))))
            for row in _rows(database, f"SELECT {listed} FROM {name}")
        ]
        found[f"table {name}"] = "\n".join(sorted(lines))
    schema = _rows(database, "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2")
    found["schema"] = "\n".join(map(repr, schema))
    return found


def _plain(value: object) -> object:
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value


def _rows(database: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(statement).fetchall()


def made(work: Work) -> Facts:
    """Return what is in a workspace that was just made, and what its commands answered."""
    facts = {f"made: {name}": text for name, text in tables(database_of(work.folder)).items()}
    facts["made: exit statuses"] = "\n".join(work.statuses)
    facts["made: files"] = "\n".join(sorted(set(_files(work.folder))))
    facts["words: messages"] = _nowhere("\n".join(work.said), work.folder)
    facts["words: screens"] = "\n".join(work.screens)
    return facts


def _nowhere(text: str, folder: Path) -> str:
    """Return a text without the time, and without the folder in which it was written."""
    return _STAMP.sub("TIME", text.replace(str(folder), "WORKSPACE"))


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.endswith(("-wal", "-shm")):
            for before, now in _MOVED:
                name = now + name.removeprefix(before) if name.startswith(before) else name
            yield _STAMP.sub("TIME", name)


def database_of(folder: Path) -> Path:
    """Return where a workspace's database lies."""
    return folder / "db" / "annotator.db"


def read(checkout: Checkout, folder: Path) -> Facts:
    """Return what a checkout answers about a workspace and exports of it; the workspace is a copy of one that stays."""
    facts: Facts = {}
    keys = [str(row[0]) for row in _rows(database_of(folder), "SELECT key FROM document ORDER BY 1")]
    histories = [("history", key, "--json") for key in keys] + [("history", key, "--items", "--json") for key in keys]
    for arguments in (*_READ, *histories):
        ran = checkout.run(folder, *arguments)
        facts[f"read: {' '.join(arguments)}"] = f"{ran.status}\n{_nowhere(ran.stdout.decode(), folder)}"
    for layer in ("gold", "curator:ana", "curator:bo", "suggestions"):
        for name in FORMATS:
            facts |= _exported(checkout, folder, name, layer)
    facts["read: validate"] = str(checkout.run(folder, "validate", "out/gold-jsonl.jsonl").status)
    facts["read: export in parts"] = _split(checkout, folder)
    facts["read: heads afterwards"] = heads(database_of(folder))
    return facts


def _exported(checkout: Checkout, folder: Path, name: str, layer: str) -> Facts:
    """Export a layer in a format; return the digests of what was written."""
    target = exported_path(layer, name)
    ran = checkout.run(folder, "export", name, "--layer", layer, "--unfinished", "-o", str(target))
    return {f"export {name} of {layer}": f"{ran.status}\n{_digests(folder / target)}"}


def exported_path(layer: str, name: str) -> Path:
    """Return where an export of a layer in a format is put, relative to the workspace."""
    ending = FORMATS[name]
    return Path("out") / f"{layer.replace(':', '-')}-{name}{'.' if ending else ''}{ending}"


def _split(checkout: Checkout, folder: Path) -> str:
    ran = checkout.run(folder, "export", "jsonl", "--split", "0.6,0.2,0.2", "--seed", "5", "-o", "out/parts")
    return f"{ran.status}\n{_digests(folder / 'out' / 'parts')}"


def _digests(path: Path) -> str:
    """Return the digest of a file and its manifest, or of each file in a folder."""
    beside = sorted(path.parent.glob(f"{path.name}*"))
    files = [f for b in beside for f in ([b] if b.is_file() else sorted(b.rglob("*"))) if f.is_file()]
    return "\n".join(f"{f.relative_to(path.parent)} {hashlib.sha256(_untimed(f)).hexdigest()}" for f in files)


def _untimed(path: Path) -> bytes:
    """Return a file's bytes, a manifest's without its time."""
    data = path.read_bytes()
    if "manifest" not in path.name:
        return data
    return re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", b"TIME", data)


def imported(checkout: Checkout, exports: Path, folder: Path) -> Facts:
    """Return what a checkout makes of files of every format: one new workspace each, under ``folder``."""
    facts: Facts = {}
    for name in FORMATS:
        workspace = folder / name
        checkout.run(folder, "init", str(workspace))
        source = exports / exported_path("gold", name)
        arguments = ("import", name, str(source), "--layer", "curator:bo", "--labels-from-data", "--json")
        ran = checkout.run(workspace, *arguments)
        rows = {
            k: v for k, v in tables(database_of(workspace)).items() if k not in ("schema", "table _sqlite_migrations")
        }
        answer = ran.stdout.decode("utf-8", "replace").replace(str(exports), "")
        text = json.dumps(rows, ensure_ascii=False, indent=0).replace(str(exports), "")
        labels = (workspace / "labels.yaml").read_text("utf-8")
        facts[f"import {name}"] = f"{ran.status}\n{answer}\n{text}\n{labels}"
        shutil.rmtree(workspace)
    return facts


def described(checkout: Checkout) -> Facts:
    """Return the options of every command and the keys of the workbench, with the words in which they are explained."""
    facts: Facts = {}
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        verb = waiting.pop()
        text = checkout.run(checkout.source, *verb, "--help").stdout.decode("utf-8")
        usage, _, body = text.partition("\n\n")
        options, _, commands = body.partition("\nCommands:\n")
        shown = [m[1] for line in options.splitlines() if (m := re.match(r"  (-\S.*?)(?:\s{2,}|$)", line))]
        names = [line.split()[0] for line in commands.splitlines() if re.match(r"  \w", line)]
        label = " ".join(("annotator", *verb))
        facts[f"help: options of {label}"] = "\n".join([" ".join(usage.split()), *sorted(shown), *names])
        facts[f"words: help of {label}"] = text
        waiting += [(*verb, name) for name in names]
    lines = sorted(set(checkout.evaluate(_BINDINGS).splitlines()))
    facts["keys of the workbench"] = "\n".join(sorted({line.rpartition("\t")[0] for line in lines}))
    facts["words: keys of the workbench"] = "\n".join(lines)
    return facts
