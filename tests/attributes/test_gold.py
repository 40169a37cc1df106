"""Gold JSONL with attributes and clusters: what goes out comes in as what it is, here and under another scheme."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotator.annotation import Annotations
from annotator.errors import FormatError, WorkflowError
from annotator.formats.jsonl import read_records
from annotator.formats.validate import validate_lines
from tests.attributes.conftest import LABELS
from tests.attributes.filled import LAYER, PLAIN, content, filled_workspace
from tests.formats.files import export_data, import_data, workspace
from tests.workspaces import Bench

SCHEME = LABELS.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def gold() -> bytes:
    with filled_workspace() as bench:
        return export_data(bench, "jsonl", layer=LAYER)[0]


def said(found: Annotations) -> tuple[dict[object, object], object]:
    """What a layer says, by content."""
    items: dict[object, object] = {span.key: span.attributes for span in found.spans.values()}
    items |= {found.relation_key(relation): relation.attributes for relation in found.relations.values()}
    return items, dict(found.document_attributes)


def imported(bench: Bench) -> Annotations:
    return bench.store.annotations(bench.layer_id(LAYER, "flood"))


def test_attributes_stand_in_their_items_and_clusters_at_the_end(gold: bytes, tmp_path: Path) -> None:
    line = json.loads(gold)
    assert [*line][-3:] == ["provenance", "document", "clusters"]
    assert line["document"] == {"reviewed": True, "topic": ["health", "sport"]}
    texts = {span["id"]: span["text"] for span in line["spans"]}
    clusters = [[texts[member] for member in members] for members in line["clusters"]["same_as"]]
    assert clusters == [["Nova Riva", "Nova Riva", "NR"], ["Ines Duarte", "Duarte"]]
    attributes = {span["text"]: span["attributes"] for span in line["spans"] if "attributes" in span}
    assert attributes["flooded"] == {"certainty": "possible", "deaths": 2.5, "when": "2024-05"}
    assert [r["attributes"] for r in line["relations"] if "attributes" in r] == (
        [{"certainty": "likely"}, {"negated": True}]
    )
    path = tmp_path / "gold.jsonl"
    path.write_bytes(gold)
    assert validate_lines(path) == []
    assert said(next(read_records([gold.decode()], "gold")).annotations) == said(content())


def test_all_of_it_comes_in_and_goes_out_as_the_same_bytes(gold: bytes) -> None:
    with workspace(SCHEME) as bench:
        report = import_data(bench, "jsonl", gold)
        assert (report.aside, report.lost) == ({}, {})
        assert said(imported(bench)) == said(content())
        assert import_data(bench, "jsonl", gold).layers[LAYER].unchanged == 1
        assert export_data(bench, "jsonl", layer=LAYER)[0] == gold


def test_clusters_without_relations_link_their_mentions(gold: bytes) -> None:
    line = json.loads(gold)
    line["relations"] = [relation for relation in line["relations"] if relation["label"] != "same_as"][:1]
    with workspace(SCHEME) as bench:
        import_data(bench, "jsonl", json.dumps(line).encode())
        again = json.loads(export_data(bench, "jsonl", layer=LAYER)[0])
        assert again["clusters"] == line["clusters"]
        assert len(again["relations"]) == 1 + 1 + 2


def test_without_a_place_in_the_scheme_it_is_kept_aside_and_written_again(gold: bytes) -> None:
    with workspace(PLAIN) as bench:
        report = import_data(bench, "jsonl", gold)
        assert report.aside == {"attribute value": 13, "cluster": 2}
        assert report.lost == {}
        assert not any(span.attributes for span in imported(bench).spans.values())
        again = json.loads(export_data(bench, "jsonl", layer=LAYER)[0])
        assert {**again, "provenance": ""} == {**json.loads(gold), "provenance": ""}


def test_labels_from_data_adds_the_attributes_and_the_equivalence(gold: bytes) -> None:
    bare = "# Ours.\nlanguages: [en, es]\noverlap: nested\nentities:\n  PERSON: {key: 1}\n"
    with workspace(bare) as bench:
        report = import_data(bench, "jsonl", gold, labels_from_data=True)
        assert (report.aside, report.lost, report.without_place) == ({}, {}, [])
        assert said(imported(bench)) == said(content())
        assert (
            export_data(bench, "jsonl", layer=LAYER)[0].partition(b'"provenance"')[0]
            == (gold.partition(b'"provenance"')[0])
        )
        labels = bench.workspace.labels_path.read_text(encoding="utf-8")
        assert labels.startswith(bare)
        assert labels.partition("relations:")[2] == (
            "\n  same_as: {key: 1, head: [PERSON, PLACE], child: [PERSON, PLACE], equivalence: true}\n"
            "  takes_part_in: {key: 2, head: [PERSON], child: [EVENT]}\n"
            "  causes: {key: 3, head: [EVENT], child: [EVENT], within: document}\n"
            "\nattributes:\n"
            '  gazetteer: {of: [PLACE], values: [Q42, "own:7"]}\n'
            '  remark: {of: [PLACE], values: ["the town, not the river"]}\n'
            "  certainty: {of: [EVENT, takes_part_in], values: [likely, possible]}\n"
            "  deaths: {of: [EVENT], type: number}\n"
            "  when: {of: [EVENT], type: date}\n"
            "  role: {of: [PERSON], values: [official, victim], several: true}\n"
            "  negated: {of: [EVENT, causes], type: flag}\n"
            "  reviewed: {of: document, type: flag}\n"
            "  topic: {of: document, values: [health, sport], several: true}\n"
        )
        assert import_data(bench, "jsonl", gold, labels_from_data=True).new_labels == []


def test_more_texts_than_one_would_choose_from_are_texts(gold: bytes) -> None:
    line = json.loads(gold)
    lines = [
        {**line, "id": f"d{number}", "document": {"topic": ["a", f"b{number}"], "note": f"r {number}"}}
        for number in range(41)
    ]
    with workspace(PLAIN) as bench:
        data = "\n".join(map(json.dumps, lines)).encode()
        import_data(bench, "jsonl", data, labels_from_data=True)
        kinds = {name: attribute.kind for name, attribute in Bench(bench.workspace).scheme.attributes.items()}
        assert (kinds["note"], kinds["topic"]) == ("text", "catalog")


def test_a_value_of_another_kind_than_those_before_is_refused_with_the_reason(gold: bytes) -> None:
    line = json.loads(gold)
    lines = [{**line, "id": f"d{number}", "document": {"note": note}} for number, note in enumerate((1, "soon"))]
    with workspace(PLAIN) as bench, pytest.raises(WorkflowError, match="found 'soon', expected a number, as it has in"):
        import_data(bench, "jsonl", "\n".join(map(json.dumps, lines)).encode(), labels_from_data=True)


def test_what_the_scheme_has_is_never_changed(gold: bytes) -> None:
    line = json.loads(gold.replace(b'"possible"', b'"unheard of"'))
    line["spans"][0]["attributes"] = {"certainty": "likely"}
    with workspace(SCHEME) as bench:
        before = bench.workspace.labels_path.read_bytes()
        with pytest.raises(WorkflowError, match="certainty: found 'unheard of', expected one of certain, likely"):
            import_data(bench, "jsonl", json.dumps(line).encode(), labels_from_data=True)
        report = import_data(bench, "jsonl", json.dumps(line).encode(), labels_from_data=True, set_aside=True)
        assert report.aside == {"attribute value": 2}
        assert bench.workspace.labels_path.read_bytes() == before


Change = Callable[[dict[str, Any]], object]
WRONG: list[tuple[Change, str]] = [
    (lambda r: r["spans"][0].update(attributes={"x": "a\nb"}), "spans[0].attributes.x"),
    (lambda r: r["spans"][0].update(attributes={"x": []}), "spans[0].attributes.x"),
    (lambda r: r["spans"][0].update(attributes={"x": 10**400}), "spans[0].attributes.x"),
    (lambda r: r["spans"][0].update(attributes={"x": None}), "spans[0].attributes.x"),
    (lambda r: r["relations"][0].update(attributes={" x": 1}), "relations[0].attributes"),
    (lambda r: r.update(document={"x": ["a", "a"]}), "document.x"),
    (lambda r: r.update(clusters={"same_as": [["0-1-X", "1-2-X"]]}), "clusters"),
    (lambda r: r["clusters"]["same_as"].append(r["clusters"]["same_as"][0]), "clusters"),
    (lambda r: r.update(clusters={"same_as": [[r["spans"][0]["id"]]]}), "clusters"),
]


@pytest.mark.parametrize(("change", "place"), WRONG)
def test_what_is_wrong_is_refused_by_import_and_named_by_validate(
    gold: bytes, tmp_path: Path, change: Change, place: str
) -> None:
    line = json.loads(gold)
    change(line)
    path = tmp_path / "wrong.jsonl"
    path.write_text(json.dumps(line), encoding="utf-8")
    assert any(place in problem for problem in validate_lines(path))
    with workspace(SCHEME) as bench, pytest.raises(FormatError) as error:
        import_data(bench, "jsonl", path)
    assert place in str(error.value)


def test_validate_tells_of_relations_that_lead_out_of_their_cluster(gold: bytes, tmp_path: Path) -> None:
    line = json.loads(gold)
    line["clusters"]["same_as"].pop(0)
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(line), encoding="utf-8")
    problems = validate_lines(path)
    assert len(problems) == 2
    assert all("apart in clusters.same_as" in problem for problem in problems)
