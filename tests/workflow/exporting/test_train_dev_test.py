"""Parts of an export: shares and labels as asked, near-duplicates together, the same for the same seed."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from annotator.errors import WorkflowError
from annotator.workflow.exporting.train_dev_test import Split, assign_parts, parse_shares
from tests.formats.files import export_data, import_data, workspace


def article(seed: int) -> str:
    return " ".join(random.Random(seed).choices([f"palabra{n}" for n in range(300)], k=60))


SPLIT = Split((0.8, 0.1, 0.1), 3)


def test_shares_are_kept() -> None:
    parts = assign_parts([article(n) for n in range(100)], [{} for _ in range(100)], SPLIT)
    assert Counter(parts) == {0: 80, 1: 10, 2: 10}


def test_rare_labels_reach_every_part() -> None:
    labels = [{"COMMON": 3, **({"RARE": 1} if n % 10 == 0 else {})} for n in range(100)]
    parts = assign_parts([article(n) for n in range(100)], labels, SPLIT)
    rare = Counter(part for part, found in zip(parts, labels, strict=True) if "RARE" in found)
    assert rare == {0: 8, 1: 1, 2: 1}
    assert {
        part: abs(count - wanted) <= 2
        for (part, count), wanted in zip(sorted(Counter(parts).items()), (80, 10, 10), strict=True)
    } == {
        0: True,
        1: True,
        2: True,
    }


def test_near_duplicates_stay_together() -> None:
    texts = [article(n % 40) + f" nota {n}" for n in range(120)]
    parts = assign_parts(texts, [{"X": 1} for _ in texts], SPLIT)
    assert all(parts[n] == parts[n % 40] for n in range(120))
    assert set(parts) == {0, 1, 2}


def test_the_seed_decides() -> None:
    texts, labels = [article(n) for n in range(40)], [{"X": n % 3} for n in range(40)]
    assert assign_parts(texts, labels, SPLIT) == assign_parts(texts, labels, SPLIT)
    assert assign_parts(texts, labels, SPLIT) != assign_parts(texts, labels, Split(SPLIT.shares, 4))


def test_nothing_to_split() -> None:
    assert assign_parts([], [], SPLIT) == []


@pytest.mark.parametrize("shares", ["0.8", "0.8,0.1", "1,0", "a,b", "0.25,0.25,0.25,0.25", "1.2,-0.2", "nan,1"])
def test_shares_that_are_none(shares: str) -> None:
    with pytest.raises(WorkflowError, match=r"--split 0\.8,0\.1,0\.1"):
        parse_shares(shares)


@pytest.mark.parametrize(
    ("name", "options", "ending"),
    [
        ("bioc", {}, ".xml"),
        ("bioc", {"kind": "json"}, ".json"),
        ("tacred", {"shape": "opennre"}, ".jsonl"),
    ],
)
def test_the_names_of_parts_end_as_what_is_written(
    tmp_path: Path, name: str, options: dict[str, str], ending: str
) -> None:
    rows = [{"text": f"{article(n)}.", "label": [[0, 7, "ORG"]]} for n in range(4)]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    with workspace() as bench:
        import_data(bench, "doccano", data, layer="gold")
        export_data(bench, name, tmp_path / "parts", split=Split((0.5, 0.5), 1), options=options)
        assert (tmp_path / "parts" / f"train{ending}").is_file()


def test_each_part_is_a_file_and_the_manifest_says_what_is_in_it(tmp_path: Path) -> None:
    rows = [{"text": f"{article(n)}.", "label": [[0, 7, "ORG" if n % 5 else "GPE"]]} for n in range(20)]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    with workspace() as bench:
        import_data(bench, "doccano", data, layer="gold")
        out = tmp_path / "parts"
        split = Split((0.5, 0.25, 0.25), 1)
        export_data(bench, "doccano", out, split=split)
        assert sorted(p.name for p in out.iterdir()) == [
            "dev.jsonl",
            "manifest.json",
            "relation-labels.json",
            "span-labels.json",
            "test.jsonl",
            "train.jsonl",
        ]
        keys = {p.stem: [json.loads(line)["key"] for line in p.read_text().splitlines()] for p in out.glob("*.jsonl")}
        assert sorted(key for part in keys.values() for key in part) == bench.store.document_keys()
        told = json.loads((out / "manifest.json").read_text())
        assert told["split"] == {"shares": [0.5, 0.25, 0.25], "seed": 1}
        assert [(p["name"], p["documents"], p["labels"]["GPE"]) for p in told["parts"]] == [
            ("train.jsonl", 10, 2),
            ("dev.jsonl", 5, 1),
            ("test.jsonl", 5, 1),
        ]
        before = {p.name: p.read_bytes() for p in out.iterdir()}
        export_data(bench, "doccano", out, split=split)
        assert {p.name: p.read_bytes() for p in out.iterdir()} == before


def test_a_split_needs_a_folder_that_is_its_own(tmp_path: Path) -> None:
    with workspace() as bench:
        import_data(bench, "doccano", b'{"text": "Ana"}', layer="gold")
        with pytest.raises(WorkflowError, match="a split is a folder of files: name it with -o FOLDER"):
            export_data(bench, "doccano", split=SPLIT)
        (tmp_path / "thesis.tex").touch()
        with pytest.raises(
            WorkflowError, match=r"holds thesis\.tex, and no manifest that lists it: nothing was written there"
        ):
            export_data(bench, "doccano", tmp_path, split=SPLIT)
        assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]
