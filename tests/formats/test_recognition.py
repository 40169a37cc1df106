"""Importing without a format: the file shows what it is, or one line says what was looked for."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.cli.main import main
from annotator.errors import FormatError
from annotator.formats.recognition import SIGNS, recognize
from annotator.formats.registry import MODULES, load_format
from annotator.formats.source import Source
from tests.formats.files import export_data, import_data, source_of_bytes, workspace
from tests.formats.test_extractors import ROWS
from tests.formats.test_fuzz import ODD, SEEDS, spoil
from tests.formats.test_json_layouts import ITEMS, LAYOUTS, zipped
from tests.formats.test_tacred import OPENNRE, TACRED

TEXT = "Ana Ruiz ve Lima."
PARQUET = {"file": "parquet"}
ROW = {"text": TEXT, "label": [[0, 8, "PERSON"], [12, 16, "GPE"]]}
LINKED = {
    "text": TEXT,
    "entities": [
        {"id": number, "start_offset": start, "end_offset": end, "label": label}
        for number, (start, end, label) in enumerate([(0, 8, "PERSON"), (12, 16, "GPE")])
    ],
    "relations": [{"id": 1, "from_id": 0, "to_id": 1, "type": "works_for"}],
}


def test_every_format_that_can_be_read_has_a_sign() -> None:
    assert set(SIGNS) == {name for name in MODULES if load_format(name).read is not None}


@pytest.mark.parametrize(
    ("name", "labelled"),
    [
        (name, labelled)
        for name in SIGNS
        for labelled in (True, False)
        if name != "tacred" and (labelled or name != "glirel")
    ],
)
def test_our_own_files(name: str, labelled: bool, tmp_path: Path) -> None:
    row = {**ROW, "label": ROW["label"] if labelled else []}
    path = tmp_path / "out"
    with workspace() as bench:
        import_data(bench, "doccano", json.dumps(row).encode(), layer="gold")
        export_data(bench, name, path, layer="gold", with_manifest=False)
    assert recognize(Source(path)) == name


@pytest.mark.parametrize(("name", "option"), [("cas", {"kind": "xmi"}), ("bioc", {"kind": "json"}), ("hf", PARQUET)])
def test_our_own_files_of_another_kind(name: str, option: dict[str, str], tmp_path: Path) -> None:
    if option is PARQUET:
        pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    with workspace() as bench:
        import_data(bench, "doccano", json.dumps(ROW).encode(), layer="gold")
        export_data(bench, name, tmp_path / "out", layer="gold", options=option)
    assert recognize(Source(tmp_path / "out")) == name


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", [name for name in ITEMS if name != "glirel"])
def test_files_of_other_programs(name: str, layout: str, tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    path.write_text("\ufeff" * (layout == "lines") + LAYOUTS[layout](ITEMS[name]), encoding="utf-8")
    assert recognize(Source(path)) == name


FILES: dict[str, tuple[str, str]] = {
    "pubtator": ("a.txt", "12|t|Ana\n12|a|ve Lima\n12\t0\t3\tAna\tPERSON\n"),
    "bioc": ("a.xml", '<?xml version="1.0"?>\n<!DOCTYPE collection SYSTEM "BioC.dtd">\n<collection><source/>'),
    "bioc as JSON": ("a.json", json.dumps({"source": "", "documents": [{"id": "1", "passages": []}]})),
    "glirel": ("a.jsonl", json.dumps(ROWS["glirel"])),
    "tacred": ("a.json", json.dumps([TACRED])),
    "tacred in OpenNRE's shape": ("a.txt", json.dumps(OPENNRE)),
    "spacy-json": ("a.json", json.dumps({"classes": [], "annotations": []})),
    "conll": ("a.txt", "EU B-ORG\nrejects O\n\nGerman B-MISC\ncall O\n"),
    "conll with bare tags": ("a.tsv", "Joe\tPERSON\nwas\tO\nborn\tO\n"),
    "conll by its ending": ("a.conll", "# begin document a\n1\tAna\t(person-1)\n"),
    "conll with more columns": ("a.tsv", "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\n"),
    "conll of GUM": ("a", "# begin document a\n1\tAna\t(person-1)\n"),
    "prodigy": ("a.jsonl", json.dumps({"text": TEXT, "answer": "reject", "_task_hash": 1})),
    "labelstudio": ("a.json", json.dumps([{"data": {"words": TEXT}, "annotations": [{"result": []}]}])),
    "labelstudio without a project": ("a.json", json.dumps([{"id": 1, "annotation_id": 2, "text": TEXT, "label": []}])),
    "doccano with users": ("a.jsonl", json.dumps({"text": TEXT, "annotations": [{"label": 1, "start_offset": 0}]})),
    "webanno": ("a.tsv", "#FORMAT=WebAnno TSV 3.3\n\n\n#Text=Ana\n1-1\t0-3\tAna\n"),
}


@pytest.mark.parametrize("case", FILES)
def test_files_of_one_layout(case: str, tmp_path: Path) -> None:
    name, text = FILES[case]
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert recognize(Source(tmp_path / name)) == case.split()[0]


STRANGERS: dict[str, tuple[str, str | bytes, str]] = {
    "UIMA": ("a.bin", b"UIMA\0\0\0\4", "UIMA's binary CAS, which import does not read: export it from INCEpTION"),
    "serialized": ("a.ser", b"\xac\xed\0\5sr", "UIMA's binary CAS"),
    "an image": ("a.jsonl", json.dumps({"image": "a.png", "spans": []}), "tasks on images"),
    "Label Studio's CSV": ("a.csv", "annotation_id,annotator,text\n1,1,Ana\n", "Label Studio's CSV.*: export as JSON"),
    "doccano's CSV": ("a.csv", "id,text,label\n1,Ana,X\n", "such as doccano's.*: export as JSONL"),
    "brat's configuration": ("annotation.conf", "[entities]\nPERSON\n", "one of brat's files.*: give the folder"),
    "one file of brat": ("a.ann", "T1\tPERSON 0 3\tAna\n", "one of brat's files"),
    "CoNLL-2009": ("a.txt", "\t".join(["1", "Ana", *["_"] * 12]) + "\n", "CoNLL-2009"),
    "GATE": ("a.xml", '<?xml version="1.0"?>\n<GateDocument version="3"/>', "GATE's XML"),
    "TEI": ("a.xml", '<TEI xmlns="http://www.tei-c.org/ns/1.0"/>', "TEI, which import does not read"),
    "REBEL": ("a.jsonl", json.dumps({"id": "1", "context": TEXT, "triplets": ""}), "REBEL's triplets"),
    "UTF-16": ("a.json", json.dumps([ROW]).encode("utf-16"), "text in UTF-16.*: name its encoding: --encoding utf-16"),
    "patterns": (
        "a.jsonl",
        '{"label": "A", "pattern": [{"lower": "x"}]}',
        "match patterns.*: write them under patterns",
    ),
    "spaCy 2": ("a.user1", '[{"id": 1, "paragraphs": [{"raw": "Ana"}]}]', "spaCy 2's JSON.*: spacy convert"),
    "Python": ("a.py", '# x\nimport re\n\nDATA = [("Ana", {"entities": []})]', "written as Python.*: write it as JSON"),
    "OpenNRE as Python": ("a.txt", "{'token': ['Ana'], 'h': {}}", "written as Python"),
    "pairs in lines": ("a.jsonl", '["Ana", {"entities": []}]\n["Bo", {"entities": []}]\n', "one a line.*: put all"),
    "Dataturks": ("a.json", '{"content": "Ana", "annotation": [{"label": ["A"]}]}', "Dataturks' JSON"),
    "LightTag": ("a.json", '{"examples": [{"content": "Ana", "annotations": []}]}', "LightTag's JSON"),
    "Vertex AI": ("a.jsonl", '{"textSegmentAnnotations": [], "textContent": "Ana"}', "Google's AutoML or Vertex AI"),
    "Azure": ("a.json", '{"projectFileVersion": "2022", "assets": {}}', "Azure's Language Studio"),
    "tagtog": ("a.json", '{"annotatable": {}, "anncomplete": true, "entities": []}', "tagtog's ann.json"),
    "UBIAI": ("a.json", '[{"documentName": "a", "document": "Ana", "tokens": []}]', "UBIAI's JSON"),
    "ACE": ("a.apf.xml", '<?xml version="1.0"?>\n<source_file URI="a.sgm"><document>', "ACE's APF"),
    "an office document": ("a.xlsx", b"PK\3\4\0", "an office document.*: annotator ingest"),
    "an article": ("a.txt", TEXT, "articles without annotations.*: annotator ingest takes them"),
    "articles": ("a.jsonl", json.dumps({"text": TEXT, "url": "x"}), "articles without annotations"),
    "places of somebody": ("a.jsonl", json.dumps({"text": TEXT, "marks": [{"start": 0, "end": 3}]}), "not recognized"),
    "nothing known": ("a.json", '{"a": 1}', r"not recognized; looked for jsonl \(a schema.*: name the format"),
    "nothing at all": ("a.json", "", "not recognized"),
    "bytes": ("a.dat", b"\0\1\2", "not recognized"),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_what_is_not_read_is_told_by_its_program_with_the_way_in(case: str, tmp_path: Path) -> None:
    name, data, message = STRANGERS[case]
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(FormatError, match=message):
        recognize(Source(path))


@pytest.mark.parametrize("name", sorted({*SIGNS} - {"jsonl", "spacy"}))
def test_hidden_files_are_passed_over(name: str, tmp_path: Path) -> None:
    """Such as the Finder puts beside every file on a disk that is not a Mac's own."""
    folder, form = tmp_path / "work", load_format(name)
    folder.mkdir()
    with workspace() as bench:
        import_data(bench, "doccano", json.dumps(LINKED).encode(), layer="gold")
        options = {"kind": "xmi"} if name == "cas" else {}
        export_data(bench, name, folder / f"b{form.ending}", options=options, with_manifest=False)
    for file in [path for path in folder.rglob("*") if path.is_file()]:
        file.with_name(f"._{file.name}").write_bytes(b"\0\x05\x16\x07")
    with workspace() as bench:
        assert recognize(Source(folder)) == name
        assert import_data(bench, name, folder, layer="gold").new == 1


def test_an_empty_file_before_the_others_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").touch()
    (tmp_path / "b.jsonl").write_text(json.dumps(ROW))
    assert recognize(Source(tmp_path)) == "doccano"


def test_another_encoding_is_recognized_once_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([ROW]), encoding="utf-16")
    assert recognize(Source(path, "utf-16")) == "doccano"


def test_a_pipeline_of_spacy(tmp_path: Path) -> None:
    for name in ("meta.json", "config.cfg"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(FormatError, match=r"a pipeline of spaCy.*: annotator models add"):
        recognize(Source(tmp_path))


def test_where_two_fit_the_user_says_which(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": TEXT, "label": [], "answer": "accept"}))
    with pytest.raises(FormatError, match="may be prodigy or doccano: say which, as in annotator import prodigy PATH"):
        recognize(Source(path))


def test_an_empty_row_of_glirel_may_be_one_of_gliner(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"tokenized_text": ["Ana"], "ner": [], "relations": []}))
    with pytest.raises(FormatError, match="may be gliner or glirel"):
        recognize(Source(path))


def test_standard_input_cannot_be_looked_at() -> None:
    with pytest.raises(FormatError, match="standard input: its format must be named"):
        recognize(source_of_bytes(b"{}"))


@pytest.mark.parametrize("seeds", [SEEDS, ROWS], ids=["texts", "words"])
@settings(max_examples=150)
@given(seed=st.integers(0, 2**32), odd=ODD, times=st.integers(1, 3))
def test_odd_values_are_recognized_or_refused(seeds: dict[str, Any], seed: int, odd: Any, times: int) -> None:
    chance = random.Random(seed)
    value = seeds[chance.choice(sorted(seeds))]
    for _ in range(times):
        value = spoil(value, chance, odd)
    with TemporaryDirectory() as folder, suppress(FormatError):
        path = Path(folder, "a.json")
        path.write_text(json.dumps(value))
        assert recognize(Source(path)) in MODULES


class TestImport:
    def run(self, *arguments: Any, capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
        with workspace() as bench:
            status = main(["-w", str(bench.workspace.root), "import", *map(str, arguments), "--layer", "gold"])
        return status, capfd.readouterr().err

    def test_a_path_alone(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "work.jsonl"
        path.write_text(json.dumps(ROW))
        status, said = self.run(path, capfd=capfd)
        assert (status, f"{path} is doccano" in said, "1 document added" in said) == (0, True, True)

    def test_an_archive(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "work").mkdir()
        (tmp_path / "work" / "ana.jsonl").write_text(json.dumps(ROW))
        path = zipped(tmp_path / "work", tmp_path / "work.zip")
        status, said = self.run(path, capfd=capfd)
        assert (status, f"{path} is doccano" in said) == (0, True)

    def test_a_path_named_like_a_format_is_a_path(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        status, said = self.run("brat", capfd=capfd)
        assert (status, "what is to be imported as brat" in said) == (2, True)
        (tmp_path / "brat").write_text(json.dumps(ROW))
        status, said = self.run("brat", capfd=capfd)
        assert (status, "brat is doccano" in said) == (0, True)

    def test_no_path_at_all(self, capfd: pytest.CaptureFixture[str]) -> None:
        with workspace() as bench:
            assert main(["-w", str(bench.workspace.root), "import"]) == 2
        assert "Missing argument 'PATH'" in capfd.readouterr().err

    def test_a_path_that_is_none(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        status, said = self.run(tmp_path / "nowhere", capfd=capfd)
        assert (status, "there is no such file or folder" in said) == (1, True)


def test_the_formats_that_can_be_read_are_those_that_are_recognized() -> None:
    assert all(load_format(name).read is not None for name in SIGNS)
