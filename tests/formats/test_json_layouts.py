"""The same items in every layout that JSON files have: lines, lists, one object, folders, ZIP archives."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from annotator.errors import AnnotatorError, FormatError
from annotator.formats.recognition import recognize
from annotator.formats.source import Source
from annotator.store import check_database
from annotator.workflow.exporting.train_dev_test import Split
from tests.formats.files import export_data, import_data, workspace

TEXTS = ("Ada met Bo.", "Rome is old.")
PERSON_FIRST = {"start": 0, "end": 0, "type": "PERSON"}
ITEMS: dict[str, list[dict[str, Any]]] = {
    "prodigy": [{"text": text, "spans": [{"start": 0, "end": 3, "label": "PERSON"}]} for text in TEXTS],
    "doccano": [{"text": text, "label": [[0, 3, "PERSON"]]} for text in TEXTS],
    "labelstudio": [
        {
            "data": {"text": text},
            "annotations": [
                {
                    "result": [
                        {
                            "type": "labels",
                            "from_name": "label",
                            "to_name": "text",
                            "value": {"start": 0, "end": 3, "labels": ["PERSON"]},
                        }
                    ]
                }
            ],
        }
        for text in TEXTS
    ],
    "gliner": [{"tokenized_text": text.split(), "ner": [[0, 0, "PERSON"]]} for text in TEXTS],
    "gliner2": [{"input": text, "output": {"entities": {"PERSON": [text.split()[0]]}}} for text in TEXTS],
    "spert": [
        {"tokens": text.split(), "entities": [{"type": "PERSON", "start": 0, "end": 1}], "relations": []}
        for text in TEXTS
    ],
    "glirel": [{"tokenized_text": text.split(), "ner": [[0, 0, "PERSON"]], "relations": []} for text in TEXTS],
    "scierc": [{"sentences": [text.split()], "ner": [[[0, 0, "PERSON"]]]} for text in TEXTS],
    "tacred": [
        {
            "token": text.split(),
            "relation": "no_relation",
            **{f"{role}_{name}": value for role in ("subj", "obj") for name, value in PERSON_FIRST.items()},
        }
        for text in TEXTS
    ],
    "docred": [
        {
            "sents": [text.split()],
            "vertexSet": [[{"name": text[:3], "pos": [0, 1], "sent_id": 0, "type": "PERSON"}]],
            "labels": [],
        }
        for text in TEXTS
    ],
    "hf": [{"tokens": text.split(), "ner_tags": ["B-PERSON", "O", "O"]} for text in TEXTS],
}
LAYOUTS = {
    "one line": lambda items: json.dumps(items),
    "a list in lines": lambda items: "[\n" + ",\n".join(map(json.dumps, items)) + "\n]\n",
    "an indented list": lambda items: json.dumps(items, indent=2),
    "lines": lambda items: "\n\n".join(map(json.dumps, items)),
    "indented objects": lambda items: "\n".join(json.dumps(item, indent=2) for item in items),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("form", ITEMS)
def test_a_file_in_any_layout(form: str, layout: str, tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    path.write_text(LAYOUTS[layout](ITEMS[form]), encoding="utf-8")
    with workspace() as bench:
        report = import_data(bench, form, path, layer="gold")
        assert (report.new, report.layers["gold"].spans) == (2, 2)
        assert list(bench.store.document_digests()) == ["sample-000001", "sample-000002"]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", [form for form in ITEMS if form != "hf"])
def test_a_folder_of_single_objects(form: str, packed: bool, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    for name, item in zip(("a", "b/c"), ITEMS[form], strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(item, indent=1), encoding="utf-8")
    (folder / "README.md").write_text("about these files")
    path = zipped(folder, tmp_path / "export.zip") if packed else folder
    with workspace() as bench:
        assert import_data(bench, form, path, layer="gold").new == 2
        assert list(bench.store.document_digests()) == ["a", "b.c"]


def zipped(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return path


@pytest.mark.parametrize("split", [None, Split((0.5, 0.5), 0)], ids=["one file", "split"])
@pytest.mark.parametrize(("form", "options"), [*((name, {}) for name in ITEMS), ("tacred", {"shape": "opennre"})])
def test_a_folder_that_we_wrote(form: str, options: dict[str, str], split: Split | None, tmp_path: Path) -> None:
    """The manifest, labels and types beside the data hold no documents."""
    link = {"id": 1, "from_id": 1, "to_id": 2, "type": "works_for"}
    items = [{"text": text, "entities": _first_two_words(text), "relations": [link]} for text in TEXTS]
    folder = tmp_path / "out"
    with workspace() as bench:
        import_data(bench, "doccano", json.dumps(items).encode(), layer="gold")
        if split is None:
            folder.mkdir()
        path = folder / "data.json" if split is None else folder
        export_data(bench, form, path, options=options, split=split)
    with workspace() as bench:
        assert recognize(Source(folder)) == form
        assert import_data(bench, form, folder, layer="gold").new == len(TEXTS)


def test_a_file_that_is_only_called_like_a_manifest_is_read(tmp_path: Path) -> None:
    rows = [{"text": text, "label": []} for text in TEXTS]
    for name, row in zip(("flights.manifest.json", "blood.types.json"), rows, strict=False):
        (tmp_path / name).write_text(json.dumps(row), encoding="utf-8")
    with workspace() as bench:
        assert recognize(Source(tmp_path)) == "doccano"
        assert import_data(bench, "doccano", tmp_path, layer="gold").new == 2


def _first_two_words(text: str) -> list[dict[str, Any]]:
    first, second = list(re.finditer(r"\w+", text))[:2]
    return [
        {"id": number, "start_offset": word.start(), "end_offset": word.end(), "label": "PERSON"}
        for number, word in enumerate((first, second), 1)
    ]


@pytest.mark.parametrize("depth", [95, 101, 900])
@pytest.mark.parametrize("field", ["other", "meta"])
@pytest.mark.parametrize("form", ITEMS)
def test_what_is_nested_too_deeply_is_refused_or_left_behind(form: str, field: str, depth: int) -> None:
    """What is stored can be read again by whoever checks it."""
    nested: dict[str, Any] = {}
    for _ in range(depth):
        nested = {"a": nested}
    items = [{**item, field: nested} for item in ITEMS[form]]
    with workspace() as bench:
        try:
            import_data(bench, form, json.dumps(items).encode(), layer="gold")
        except FormatError as error:
            problem = str(error)
        else:
            problem = ""
        assert ("standard input:1: lists or objects nested too deeply" in problem) == bool(problem)
        assert depth > 95 or not problem
        assert list(check_database(bench.store)) == []


def test_an_error_in_an_archive_names_the_archive_and_the_file(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "a.json").write_text('{"text": "a",\n "label": 5}')
    path = zipped(tmp_path / "export", tmp_path / "export.zip")
    with workspace() as bench, pytest.raises(AnnotatorError, match=r"export\.zip/a\.json:1: label: found 5"):
        import_data(bench, "doccano", path, layer="gold")


def test_an_archive_may_not_lead_out_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../a.json", "{}")
    with workspace() as bench, pytest.raises(AnnotatorError, match="leads out of the archive"):
        import_data(bench, "doccano", path, layer="gold")
    assert list(tmp_path.parent.glob("a.json")) == []


def test_brat_and_conll_in_an_archive(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "a.txt").write_text("Ada met Bo.")
    (folder / "a.ann").write_text("T1\tPERSON 0 3\tAda\n")
    with workspace() as bench:
        assert import_data(bench, "brat", zipped(folder, tmp_path / "x.zip"), layer="gold").layers["gold"].spans == 1


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"text": "Ada", "n": ' + "9" * 5000 + "}", r":1: a number of too many digits: mend"),
        ('{"text": "a"}\n{"text": \n{"text": "b"}', "f.jsonl:2:"),
        ('{\n "text": "a",\n "label": [}\n}', "f.jsonl:3: not JSON"),
        ('{"text": "a', "f.jsonl:1:"),
        ('{"text": "a",\n', "f.jsonl:"),
    ],
)
def test_what_is_broken_is_placed(text: str, where: str, tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text(text)
    with pytest.raises(AnnotatorError) as caught:
        list(Source(path).items())
    assert where in str(caught.value)


def test_the_line_of_an_object_over_several_lines_is_where_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text('\n\n{\n "a": 1\n}\n{\n "a": 2\n}')
    assert [item.where for item in Source(path).items()] == [f"{path}:3", f"{path}:6"]
