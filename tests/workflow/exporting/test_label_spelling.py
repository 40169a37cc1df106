"""Labels that a format cannot hold as they are: written as it can, and back under their own names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotator.errors import FormatError
from annotator.formats.registry import MODULES, load_format
from tests.formats.files import export_data, import_data, workspace

LABELS = """\
languages: [en]
entities:
  Plant species: {key: 1}
  Brand/Model: {key: 2}
relations:
  made by: {key: m, head: [Plant species], child: [Brand/Model]}
"""
ROW = {
    "tokenized_text": ["Rosa", "by", "Ada"],
    "ner": [[0, 0, "Plant species"], [2, 2, "Brand/Model"]],
    "relations": [[0, 1, "made by"]],
}


READ = [name for name in MODULES if load_format(name).read is not None]


@pytest.mark.parametrize("form", READ)
def test_every_format_brings_such_labels_back(form: str, tmp_path: Path) -> None:
    path = tmp_path / "out"
    with workspace(LABELS) as bench, workspace(LABELS) as other:
        import_data(bench, "gliner", json.dumps([ROW]).encode(), layer="gold")
        _, result = export_data(bench, form, path)
        assert set(result.parts[0].labels) >= {"Plant species", "Brand/Model"}
        import_data(other, form, path, layer="gold")
        assert export_data(other, "jsonl")[0].count(b'"label":"Plant species"') >= 1
        if load_format(form).carries["relations"] == "yes" and load_format(form).carries["key"] == "yes":
            assert export_data(other, "gliner")[0] == export_data(bench, "gliner")[0]


def test_what_the_files_say(tmp_path: Path) -> None:
    with workspace(LABELS) as bench:
        import_data(bench, "gliner", json.dumps([ROW]).encode(), layer="gold")
        brat = export_data(bench, "brat", tmp_path / "brat")[0].decode()
        assert "T1\tPlant_species 0 4\tRosa" in brat
        assert "R1\tmade_by Arg1:T1 Arg2:T2" in brat
        assert "made_by\tArg1:Plant_species, Arg2:Brand_Model" in brat
        assert "Rosa\tB-Plant_species\n" in export_data(bench, "conll")[0].decode()


def test_two_labels_that_a_format_spells_alike_are_refused(tmp_path: Path) -> None:
    with workspace("languages: [en]\nentities:\n  A b: {key: 1}\n  A_b: {key: 2}\n") as bench:
        import_data(
            bench, "gliner", json.dumps([{"tokenized_text": ["x"], "ner": [[0, 0, "A b"]]}]).encode(), layer="gold"
        )
        with pytest.raises(FormatError, match="brat spells 'A b' and 'A_b' alike, as 'A_b'"):
            export_data(bench, "brat", tmp_path / "brat")


def test_ends_are_moved_where_that_is_asked_for() -> None:
    text = "The film stars Frankie James."
    with workspace() as bench:
        import_data(bench, "doccano", json.dumps({"text": text, "label": [[14, 26, "PERSON"]]}).encode(), layer="gold")
        for rule, covered, moved in (
            ("keep", " Frankie Jam", 0),
            ("trim", "Frankie Jam", 1),
            ("snap", "Frankie James", 1),
        ):
            data, result = export_data(bench, "jsonl", borders=rule)
            span = json.loads(data)["spans"][0]
            assert (span["text"], result.moved) == (covered, moved)
            assert (span["token_start"] is None) is (rule != "snap")


@pytest.mark.parametrize("name", ["/people/person:x", "org:top (a/b)", "creative-work"])
@pytest.mark.parametrize(("form", "options"), [*((name, {}) for name in READ), ("conll2012", {"gum": "yes"})])
def test_colons_brackets_hyphens_and_slashes_stay(
    form: str, options: dict[str, str], name: str, tmp_path: Path
) -> None:
    labels = f'languages: [en]\nentities:\n  "{name}": {{key: 1}}\n  PERSON: {{key: 2}}\nrelations:\n'
    labels += f'  "{name} of": {{key: m, head: ["{name}"], child: [PERSON]}}\n'
    row = {**ROW, "ner": [[0, 0, name], [2, 2, "PERSON"]], "relations": [[0, 1, f"{name} of"]]}
    path = tmp_path / "out"
    with workspace(labels) as bench, workspace(labels) as other:
        import_data(bench, "gliner", json.dumps([row]).encode(), layer="gold")
        export_data(bench, form, path, options=options)
        import_data(other, "conll" if options else form, path, layer="gold")
        spans = json.loads(export_data(other, "jsonl")[0])["spans"]
        assert [span["label"] for span in spans] == [name, "PERSON"]
