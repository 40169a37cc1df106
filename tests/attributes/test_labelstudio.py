"""Attributes in Label Studio's JSON: results of regions and of tasks, and the interface that asks for them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from annotator.annotation import Annotations
from annotator.cli.main import main
from tests.attributes.filled import LAYER, PLAIN, content, filled_workspace
from tests.formats.files import workspace
from tests.workspaces import Bench


def attributes(layer: Annotations) -> dict[object, object]:
    found: dict[object, object] = {s.key: dict(s.attributes) for s in layer.spans.values() if s.attributes}
    return {**found, None: dict(layer.document_attributes)}


def export(bench: Bench, folder: Path) -> Path:
    out = folder / "tasks.json"
    root = str(bench.workspace.root)
    assert main(["export", "labelstudio", "-o", str(out), "--layer", LAYER, "-w", root]) == 0
    return out


def test_what_goes_out_comes_in_equal(tmp_path: Path) -> None:
    with filled_workspace() as bench:
        out = export(bench, tmp_path)
        root = str(bench.workspace.root)
        assert main(["import", "labelstudio", str(out), "--layer", "curator:bo", "-w", root]) == 0
        layer = bench.store.annotations(bench.layer_id("curator:bo", "flood"))
        assert attributes(layer) == attributes(content())


def test_results_are_those_of_the_interface(tmp_path: Path) -> None:
    with filled_workspace() as bench:
        out = export(bench, tmp_path)
        results = json.loads(out.read_text(encoding="utf-8"))[0]["annotations"][0]["result"]
        interface = ET.fromstring((tmp_path / "tasks.json.config.xml").read_text(encoding="utf-8"))
    tags = {tag.get("name"): tag for tag in interface.iter() if tag.get("name")}
    types = {"Choices": "choices", "Number": "number", "DateTime": "datetime", "TextArea": "textarea"}
    regions = {result["id"] for result in results if result["type"] == "labels"}
    said = [result for result in results if result["type"] not in ("labels", "relation")]
    assert said
    for result in said:
        tag = tags[result["from_name"]]
        assert types[tag.tag] == result["type"]
        assert (tag.get("perRegion") == "true") == (result["id"] in regions)
        if tag.tag == "Choices":
            assert {c.get("value") for c in tag} >= set(result["value"]["choices"])


def test_without_attributes_in_the_scheme_results_are_kept_aside_and_written_again(tmp_path: Path) -> None:
    with filled_workspace() as bench:
        out = export(bench, tmp_path)
    with workspace(PLAIN) as other:
        root = str(other.workspace.root)
        assert main(["import", "labelstudio", str(out), "--layer", LAYER, "-w", root]) == 0
        again = tmp_path / "again.json"
        assert main(["export", "labelstudio", "-o", str(again), "--layer", LAYER, "-w", root]) == 0
    before, after = (json.loads(path.read_text(encoding="utf-8"))[0]["annotations"][0] for path in (out, again))
    assert sorted(map(json.dumps, after["result"])) == sorted(map(json.dumps, before["result"]))


def test_labels_from_data_adds_what_the_scheme_lacks(tmp_path: Path) -> None:
    with filled_workspace() as bench:
        out = export(bench, tmp_path)
    with workspace(PLAIN) as other:
        root = str(other.workspace.root)
        assert main(["import", "labelstudio", str(out), "--layer", LAYER, "--labels-from-data", "-w", root]) == 0
        layer = other.store.annotations(other.layer_id(LAYER, "flood"))
        assert {name for said in attributes(layer).values() if isinstance(said, dict) for name in said} >= {
            *("certainty", "deaths", "role", "topic", "when"),
        }
