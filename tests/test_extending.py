"""The suggester and the format of docs/extending.md as packages: what the page shows must work as it stands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.suggest.protocol import Suggester
from tests.processes import PATIENCE, environment
from tests.repository import TOP
from tests.workspaces import Bench, write_labels

PAGE = TOP / "docs" / "extending.md"
TEXT = "Escribió @ana_ruiz desde #CruzRoja ayer.\n"


def shown(language: str, section: str = "A suggester of your own") -> str:
    """Return the only block in a language of a section of the page."""
    text = PAGE.read_text(encoding="utf-8").partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    (block,) = re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return str(block)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of installed packages with the page's packages in it."""
    site = tmp_path / "site"
    for package, section in (("hashtags", "A suggester of your own"), ("tsv", "A format of your own")):
        info = site / f"{package}-1.dist-info"
        info.mkdir(parents=True)
        (site / f"{package}.py").write_text(shown("python", section), encoding="utf-8")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n", encoding="utf-8")
        group, entry = shown("toml", section).strip().splitlines()
        group = group.removeprefix("[project.entry-points.").strip(']"')
        (info / "entry_points.txt").write_text(f"[{group}]\n{entry.replace(chr(34), '')}\n", encoding="utf-8")
    return site


def annotator(site: Path, workspace: Path, *arguments: str) -> str:
    """Run the command line with the packages of a site folder; return what it wrote to stdout."""
    done = subprocess.run(
        [sys.executable, "-m", "annotator", "-w", str(workspace), *arguments],
        check=False, capture_output=True, text=True, timeout=PATIENCE,
        env=environment(PYTHONPATH=os.pathsep.join([str(site), str(TOP)])),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_installed_suggester_takes_part(site: Path, tmp_path: Path, jobs: str) -> None:
    workspace = tmp_path / "work"
    write_labels(workspace)
    (workspace / "nota.txt").write_text(TEXT, encoding="utf-8")
    annotator(site, workspace, "ingest", str(workspace / "nota.txt"))
    annotator(site, workspace, "suggest", "--jobs", jobs)
    record = json.loads(annotator(site, workspace, "export", "jsonl", "--layer", "suggestions"))
    assert [(s["text"], s["label"], s["score"]) for s in record["spans"] if s["source"] == "hashtags@1"] == [
        ("@ana_ruiz", "PERSON", 0.5),
        ("#CruzRoja", "ORG", 0.6),
    ]
    assert [(r["label"], r["source"]) for r in record["relations"]] == [("works_for", "hashtags@1")]


def test_it_takes_no_part_where_it_does_not_want_to(bench: Bench, tmp_path: Path) -> None:
    example: dict[str, object] = {"__name__": "hashtags"}
    exec(compile(shown("python"), str(PAGE), "exec"), example)  # our own page
    make = example["make"]
    assert callable(make)
    assert isinstance(make(bench.scheme, tmp_path), Suggester)
    (bench.workspace.labels_path).write_text("languages: [es]\nentities:\n  DRUG: {key: 1}\n", encoding="utf-8")
    assert make(type(bench.workspace)(bench.workspace.root).scheme, tmp_path) is None


def test_an_installed_format_is_read_and_written(site: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "work"
    write_labels(workspace)
    line = "Ana viaja a Perú.\t12\t16\tGPE\n"
    (workspace / "viajes.tsv").write_text(line, encoding="utf-8")
    annotator(site, workspace, "import", "tsv", str(workspace / "viajes.tsv"), "--layer", "gold")
    assert annotator(site, workspace, "export", "tsv") == line
