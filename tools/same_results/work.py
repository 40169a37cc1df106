"""Makes a workspace with the work of several curators, by commands and keys alone, so that any checkout can do it."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.same_results.checkout import Checkout

TOP = Path(__file__).resolve().parent.parent.parent
FORMATS = {
    "jsonl": "jsonl",
    "prodigy": "jsonl",
    "spacy": "spacy",
    "spacy-json": "json",
    "conll": "conll",
    "brat": "",
    "doccano": "jsonl",
    "labelstudio": "json",
    "gliner": "json",
    "gliner2": "jsonl",
    "spert": "json",
    "glirel": "jsonl",
    "scierc": "jsonl",
    "tacred": "json",
    "docred": "json",
    "pubtator": "pubtator",
    "bioc": "xml",
    "cas": "json",
    "hf": "jsonl",
}
"""Every format, with the ending of its file; brat writes a folder."""

_ANNOTATING = (
    ("a", "a", "x", "a", "u", "u", "ctrl+r", "tab", "]", "8", "c", "why this one", "enter", "shift+tab", "3"),
    ("/", "{found}", "enter", "escape", "v", "l", "7", ".", "R", "m", "m", "m", "f", "tab", "r", "escape", "tab", "a"),
    ("g", "w", "w", "v", "w", "2", "{", "}", "d", "u", "tab", "*", "X", "u", "A", "X", "space"),
)
_ADJUDICATING = (
    ("1", "tab", "2", "a", "x", "u", "ctrl+r", "tab", "3", "c", "as the text says", "enter", "\\", "\\", "A", "s"),
    ("a", "a", "1", "1", "x", "=", "3", "]", "d", "u", "u", "A", "tab", "1", "s"),
)
_LOOKING = (
    "tab",
    "tab",
    "s",
    "A",
    "2",
    "3",
    "4",
    "5",
    "7",
    "8",
    "escape",
    "f",
    "tab",
    "escape",
    "?",
    "escape",
    "Q",
)


@dataclass
class Work:
    """A workspace being made by one checkout, with what its commands and keys answered on the way."""

    checkout: Checkout
    folder: Path
    statuses: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    screens: list[str] = field(default_factory=list)

    def run(self, *arguments: str) -> None:
        """Run a command and keep its exit status and what it narrated."""
        ran = self.checkout.run(self.folder, *arguments)
        command = " ".join(arguments)
        self.statuses.append(f"{ran.status} {command}")
        self.said.append(f"$ {command}\n{ran.stderr}")

    def press(self, arguments: tuple[str, ...], keys: tuple[str, ...]) -> None:
        """Work in the workbench and keep its screens."""
        screens = self.checkout.press(self.folder, arguments, keys)
        for key, screen in zip(("", *keys), screens, strict=True):
            self.screens.append(f"{' '.join(arguments)}, after {key!r}\n{screen}")


def make(checkout: Checkout, folder: Path) -> Work:
    """Make a workspace in a new folder: articles, suggestions, work of four curators, gold, assignments, a model."""
    folder.mkdir(parents=True)
    work = Work(checkout, folder)
    work.run("init", ".")
    _bring_articles(folder)
    work.run("ingest")
    work.run("suggest")
    keys = sorted(path.stem for path in (folder / "seeds").glob("*.txt"))
    work.run("assign", "--curators", "ana,bo,carla", "--overlap", "2", "--blind", "0.2", "--seed", "3")
    _annotate(work, keys)
    _import_work(work, keys)
    _adjudicate(work, keys)
    _hand_over(work, keys)
    work.run("train")
    work.run("suggest")
    work.press(("--as", "lead"), _LOOKING)
    for arguments in REFUSED:
        work.run(*arguments)
    return work


REFUSED = (
    ("no-such-verb",),
    ("annotate", "no-such-document"),
    ("export", "no-such-format"),
    ("export", "jsonl", "--layer", "curator:nobody"),
    ("import", "jsonl", "no-such-file.jsonl"),
    ("import", "jsonl", "labels.yaml", "--layer", "curator:bo"),
    ("assign",),
    ("--as", "../x", "status"),
    ("restore", "labels.yaml"),
    ("validate", "labels.yaml"),
    ("history", "no-such-document"),
    ("models", "use", "no-such-version"),
    ("agreement", "--layers", "nobody"),
    ("doctor", "--seal", "labels.yaml"),
)
"""Commands that must go on being refused, with the same exit status."""


def _bring_articles(folder: Path) -> None:
    for article in sorted((TOP / "seeds").glob("*.txt")):
        shutil.copy(article, folder / "seeds")
    shutil.copy(TOP / "labels.yaml", folder)
    if (TOP / "models").is_dir():
        for model in (TOP / "models").iterdir():
            if model.is_dir() and model.name not in ("learned", "set-aside"):
                shutil.copytree(model, folder / "models" / model.name)


def _annotate(work: Work, keys: list[str]) -> None:
    """Let ana work on two articles and bo on one, with every kind of key."""
    for start, sought in (("002", "diálogo"), ("004", "arms")):
        key = next(key for key in keys if key.startswith(start))
        strokes = tuple(sought if k == "{found}" else k for part in _ANNOTATING for k in part)
        work.press(("annotate", key, "--as", "ana"), strokes)
    work.press(("annotate", keys[0], "--as", "bo"), ("a", "a", "a", "x", "A", "X", "space", "Q"))


def _import_work(work: Work, keys: list[str]) -> None:
    """Import finished work of bo, carla and dora on all articles: the targets, with slips that a seed gives."""
    records = [json.loads(line) for line in (TOP / "benchmarks/targets/seeds.jsonl").read_text("utf-8").splitlines()]
    chance = random.Random(11)
    for name, share in (("bo", 0.1), ("carla", 0.2), ("dora", 0.05)):
        path = work.folder / f"{name}.jsonl"
        lines = [json.dumps(_with_slips(record, share, chance), ensure_ascii=False) for record in records]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        work.run("import", "jsonl", path.name, "--layer", f"curator:{name}", "--dry-run", "--json")
        work.run("import", "jsonl", path.name, "--layer", f"curator:{name}", "--replace", "--override")
    work.run("import", "jsonl", "carla.jsonl", "--layer", "curator:carla")
    work.run("history", keys[0])


def _with_slips(record: dict[str, Any], share: float, chance: random.Random) -> dict[str, Any]:
    """Return a record without some of its spans and with some labels changed, with the relations that are left."""
    spans = [dict(span) for span in record["spans"] if chance.random() >= share]
    for span in spans:
        if span["label"] in ("GPE", "ORG") and chance.random() < share:
            span["label"] = "LOC"
    labels = {span["id"]: span["label"] for span in spans}
    before = {span["id"]: span["label"] for span in record["spans"]}
    relations = [
        relation
        for relation in record["relations"]
        if all(labels.get(relation[end]) == before[relation[end]] for end in ("head_id", "child_id"))
    ]
    return {**record, "spans": spans, "relations": relations}


def _adjudicate(work: Work, keys: list[str]) -> None:
    work.run("adjudicate", "--auto")
    for key, strokes in zip(keys, _ADJUDICATING, strict=False):
        work.press(("adjudicate", key, "--as", "lead"), strokes)
    work.run("adjudicate", "--auto", "--as", "lead")


def _hand_over(work: Work, keys: list[str]) -> None:
    """Copy, pack, merge, reassign, ingest a changed article, back up and seal."""
    work.run("bundle", "--curator", "bo", "-o", "bundle.zip")
    work.run("merge", "bundle.zip", "--dry-run")
    work.run("merge", "bundle.zip")
    work.run("assign", "--reassign", "carla:dora")
    work.run("assign", "--withdraw", "bo")
    changed = work.folder / "seeds" / f"{keys[2]}.txt"
    changed.write_text("A line before. " + changed.read_text("utf-8"), encoding="utf-8")
    work.run("ingest")
    work.run("ingest", "--replace")
    work.run("ingest", "--replace", "--override")
    work.run("backup")
    work.run("labels", "check")
