"""Real files, where they are: everything comes in, as a count made here by other means says.

The folder is named by ANNOTATOR_CORPORA, or is ``shared/corpora`` beside this checkout.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from annotator.errors import FormatError
from annotator.store import check_database
from tests.formats.brat_statements import files_of, statements
from tests.formats.files import export_data, import_data, workspace
from tests.repository import CORPORA
from tests.workspaces import Bench

SCHEME = "languages: [es, en]\noverlap: any\nentities: {NOTHING: {key: 1}}\nrelations: {}\n"
KINDS = {"E": "event", "A": "attribute", "N": "normalization", "#": "note", "*": "equivalence"}

pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason=f"no real files in {CORPORA} (set ANNOTATOR_CORPORA)")


def span_texts(bench: Bench, layer: str) -> Counter[tuple[str, str]]:
    """Return label and text of every span in the store, white space made even."""
    counts: Counter[tuple[str, str]] = Counter()
    for info in bench.store.layers():
        if info.name.name == layer:
            text = bench.document(info.name.document).text
            spans = bench.store.annotations(info.id).spans.values()
            counts.update((s.label, " ".join(text[s.start : s.end].split())) for s in spans)
    return counts


def is_discontinuous(line: str, text: str) -> bool:
    """Return whether text stands between the fragments of a span."""
    places = [int(n) for n in re.findall(r"\d+", line.split("\t")[1].partition(" ")[2])]
    return any(text[end:start].strip() for end, start in zip(places[1::2], places[2::2], strict=False))


@pytest.mark.parametrize("name", ["ehealthkd", "litbank", "meddocan", "tutorials"])
def test_brat(name: str, tmp_path: Path) -> None:
    folder = CORPORA / "brat" / name
    files = files_of(folder)
    expected: Counter[tuple[str, str]] = Counter()
    kinds: Counter[str] = Counter()
    relations = 0
    for path, lines in files:
        text = path.with_suffix(".txt").read_bytes().decode()
        gone = {line.split("\t")[0] for line in lines if line[0] == "T" and is_discontinuous(line, text)}
        plain = {line.split("\t")[0] for line in lines if line[0] == "T"} - gone
        for line in lines:
            fields = line.split("\t")
            if fields[0] in plain:
                expected[fields[1].split()[0], " ".join(fields[2].split())] += 1
            elif line[0] == "R":
                ends = re.findall(r"Arg\d:(\S+)", line)
                links = plain.issuperset(ends) and ends[0] != ends[1]
                relations += links
                kinds["relation" if plain.issuperset(ends) else "relation of what is kept aside"] += not links
            elif line[0] in "AN" and line.split()[2] in plain:
                kinds["name of an entry"] += line[0] == "N"
            elif line[0] != "*":
                kinds["discontinuous span" if line[0] == "T" else KINDS[line[0]]] += 1
    with workspace(SCHEME) as bench:
        report = import_data(bench, "brat", folder, layer="gold", labels_from_data=True)
        assert report.new == len(files)
        assert span_texts(bench, "gold") == expected
        made = sum(len(s[-1]) - 1 for s in statements(folder) if isinstance(s[-1], frozenset))  # by the groups
        assert report.layers["gold"].relations == relations + made
        assert (report.lost, report.without_place) == ({}, [])
        assert {k: n for k, n in report.aside.items() if k != "fragments of a span"} == +kinds
        assert import_data(bench, "brat", folder, layer="gold").layers["gold"].unchanged == len(files)
        assert list(check_database(bench.store)) == []
        export_data(bench, "brat", tmp_path / "out")
        assert statements(tmp_path / "out") == statements(folder)


@pytest.mark.parametrize("name", ["drugs_eval", "fashion_brands_eval"])
def test_prodigy(name: str) -> None:
    path = CORPORA / "prodigy" / f"{name}.jsonl"
    tasks = [json.loads(line) for line in path.read_bytes().decode().split("\n") if line]
    expected: Counter[tuple[str, str]] = Counter()
    for task in tasks:
        for span in task.get("spans", []):
            expected[span["label"], " ".join(task["text"][span["start"] : span["end"]].split())] += 1
    with workspace(SCHEME) as bench:
        report = import_data(bench, "prodigy", path, layer="gold", labels_from_data=True)
        assert report.new == len({task["text"] for task in tasks})
        assert span_texts(bench, "gold") == expected
        assert report.lost == {}
        exported = [json.loads(line) for line in export_data(bench, "prodigy")[0].decode().split("\n") if line]
        assert [_without_ours(task) for task in exported] == [_without_ours(task) for task in tasks]


def _without_ours(task: dict[str, Any]) -> dict[str, Any]:
    """Return a task without its tokens, which are cut anew, and what our export adds."""
    ours = ("tokens", "relations", "key", "lang", "title")
    spans = [
        {name: value for name, value in span.items() if not name.startswith("token_") and name != "text"}
        for span in task.get("spans", [])
    ]
    others = {name: value for name, value in task.items() if name not in ours}
    return {**others, "spans": sorted(spans, key=lambda span: (span["start"], -span["end"]))}


def test_prodigy_patterns_are_no_tasks() -> None:
    with (
        workspace(SCHEME) as bench,
        pytest.raises(FormatError, match=r"drugs_patterns\.jsonl:1: a match pattern, not a task"),
    ):
        import_data(bench, "prodigy", CORPORA / "prodigy" / "drugs_patterns.jsonl", layer="gold")


def test_doccano() -> None:
    mapping = {"12": "LOC", "13": "PER", "14": "ORG"}
    folder = CORPORA / "doccano" / "labeling"
    rows = [json.loads(line) for line in (folder / "labeling.jsonl").read_bytes().decode().split("\n") if line]
    with workspace(SCHEME) as bench:
        import_data(bench, "doccano", folder / "labeling.jsonl", mapping=mapping, labels_from_data=True)
        for user in {a["user"] for row in rows for a in row["annotations"]}:
            expected = Counter(
                (mapping[str(a["label"])], " ".join(row["text"][a["start_offset"] : a["end_offset"]].split()))
                for row in rows
                for a in row["annotations"]
                if a["user"] == user
            )
            assert span_texts(bench, f"curator:{user}") == expected
        path = folder / "labeling_text_label.jsonl"
        report = import_data(bench, "doccano", path, layer="gold")
        assert (report.new, report.known) == (0, len(rows))
        texts = [json.loads(line) for line in path.read_bytes().decode().split("\n") if line]
        expected = Counter((label, " ".join(r["text"][s:e].split())) for r in texts for s, e, label in r["labels"])
        assert span_texts(bench, "gold") == expected
