"""GLiNER's list and Hugging Face's rows: words by their places, tags by name or number."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from annotator.errors import FormatError
from annotator.formats import gliner, hf
from annotator.formats.protocol import ForeignDocument
from annotator.formats.source import Source
from annotator.workflow.exporting.train_dev_test import Split
from tests.formats.files import export_data, import_data, source_of_bytes, workspace

WORDS = ["Ana", "Ruiz", "ve", "Lima", "."]


def one(module: Any, value: Any, **options: str) -> ForeignDocument:
    data = json.dumps(value, ensure_ascii=False).encode()
    (document,) = module.read(source_of_bytes(data), {name.replace("_", "-"): v for name, v in options.items()})
    assert isinstance(document, ForeignDocument)
    return document


def span_texts(document: ForeignDocument) -> list[tuple[str, str]]:
    (layer,) = document.layers
    return [(s.label, document.text[s.start : s.end]) for s in layer.content.spans.values()]


def entity(**more: Any) -> dict[str, Any]:
    return {"tokenized_text": WORDS, "ner": [[0, 1, "PERSON"], [3, 3, "GPE"]], **more}


class TestGliner:
    def test_ends_are_inclusive_and_relations_count_spans(self) -> None:
        document = one(gliner, [entity(relations=[[0, 1, "sees"]])])
        assert span_texts(document) == [("PERSON", "Ana Ruiz"), ("GPE", "Lima")]
        assert document.text == "Ana Ruiz ve Lima ."
        (relation,) = document.layers[0].content.relations.values()
        assert (relation.head, relation.child, relation.label) == ("0", "1", "sees")

    def test_lines_in_place_of_a_list_and_a_text_beside_the_words(self) -> None:
        document = one(gliner, entity(text="\ufeffAna\n Ruiz ve\xa0Lima."))
        assert span_texts(document) == [("PERSON", "Ana\n Ruiz"), ("GPE", "Lima")]

    def test_other_fields_come_back(self) -> None:
        with workspace() as bench:
            import_data(bench, "gliner", json.dumps([entity(negatives=["animal"])]).encode(), layer="gold")
            (row,) = json.loads(export_data(bench, "gliner")[0])
            assert row["negatives"] == ["animal"]
            assert row["tokenized_text"] == WORDS
            assert row["ner"] == [[0, 1, "PERSON"], [3, 3, "GPE"]]

    def test_every_row_names_the_labels_that_were_looked_for(self) -> None:
        with workspace() as bench:
            import_data(bench, "gliner", json.dumps([entity(ner_labels=["x"])]).encode(), layer="gold")
            (row,) = json.loads(export_data(bench, "gliner")[0])
        assert row["ner_labels"] == ["PERSON", "ORG", "GPE", "DATE"]
        assert row["rel_labels"] == ["works_for", "held_in"]

    def test_windows_hold_whole_sentences_and_no_more_words_than_asked(self) -> None:
        text = " ".join(f"Ana number {n} lives in Lima." for n in range(9))
        spans = [[match.start(), match.end(), "PERSON"] for match in re.finditer("Ana", text)]
        with workspace() as bench:
            import_data(bench, "doccano", json.dumps({"text": text, "label": spans}).encode(), layer="gold")
            data, result = export_data(bench, "gliner", options={"rows": "windows", "words": "15"})
            rows = json.loads(data)
            assert [len(row["tokenized_text"]) for row in rows] == [14, 14, 14, 14, 7]
            assert rows[0]["ner"] == [[0, 0, "PERSON"], [7, 7, "PERSON"]]
            assert (result.parts[0].spans, sum(len(row["ner"]) for row in rows)) == (9, 9)
            assert [row["key"] for row in rows][:2] == ["import-000001-0001", "import-000001-0002"]
            for words in ("0", "x", "-1"):
                with pytest.raises(FormatError, match=f"words={words}: not a number of words"):
                    export_data(bench, "gliner", options={"rows": "windows", "words": words})

    def test_spans_that_gliner_would_cut_are_told(self) -> None:
        text = "a " * 400 + "Ana"
        with workspace() as bench:
            import_data(
                bench, "doccano", json.dumps({"text": text, "label": [[800, 803, "PERSON"]]}).encode(), layer="gold"
            )
            _, result = export_data(bench, "gliner")
        assert sum(result.warnings.values()) == 1

    def test_an_empty_export_is_an_empty_list(self) -> None:
        with workspace() as bench:
            assert export_data(bench, "gliner")[0] == b"[]\n"


class TestRows:
    def test_tags_by_name(self) -> None:
        document = one(hf, {"id": "7", "tokens": WORDS, "ner_tags": ["B-PER", "I-PER", "O", "B-LOC", "O"]})
        assert span_texts(document) == [("PER", "Ana Ruiz"), ("LOC", "Lima")]
        assert document.fallback == "import-7"

    def test_tags_by_number_with_their_names(self) -> None:
        row = {"words": WORDS, "labels": [1, 2, 0, 1, 0], "pos_tags": [1, 1, 2, 1, 3]}
        document = one(hf, row, names="O,B-X,I-X", word_column="words", tag_column="labels")
        assert span_texts(document) == [("X", "Ana Ruiz"), ("X", "Lima")]
        assert document.lost == {"column pos_tags": 1}

    def test_a_folder_of_ours_says_the_names_of_numbers(self, tmp_path: Path) -> None:
        rows = {"text": "Ana ve Lima", "label": [[0, 3, "PERSON"], [7, 11, "GPE"]]}
        with workspace() as bench:
            import_data(bench, "doccano", json.dumps(rows).encode(), layer="gold")
            export_data(bench, "hf", tmp_path / "out", options={"tags": "ids"})
        row = json.loads((tmp_path / "out" / "data.jsonl").read_text(encoding="utf-8"))
        assert row["ner_tags"] == [1, 0, 5]
        features = json.loads((tmp_path / "out" / "dataset_info.json").read_text(encoding="utf-8"))["features"]
        names = features["ner_tags"]["feature"]["names"]
        assert [names[tag] for tag in row["ner_tags"]] == ["B-PERSON", "O", "B-GPE"]
        assert list(features) == list(row)
        (document,) = hf.read(Source(tmp_path / "out" / "data.jsonl"), {})
        assert span_texts(document) == [("PERSON", "Ana"), ("GPE", "Lima")]
        assert list(hf.read(Source(tmp_path / "out"), {})) == [document]

    def test_values_of_a_parquet_file_that_json_does_not_know(self, tmp_path: Path) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        day = datetime(2024, 5, 1, tzinfo=UTC)
        tokens = [b"Ana", "año".encode()]
        row = {"id": day, "tokens": tokens, "ner_tags": ["B-PER", "O"], "meta": {"day": day, "x": float("nan")}}
        parquet.write_table(pa.Table.from_pylist([row]), tmp_path / "a.parquet")
        (document,) = hf.read(Source(tmp_path / "a.parquet"), {})
        assert (document.text, document.meta) == ("Ana año", {"day": "2024-05-01T00:00:00Z", "x": None})
        parquet.write_table(pa.Table.from_pylist([row | {"tokens": [b"\xff", b"x"]}]), tmp_path / "b.parquet")
        with pytest.raises(FormatError, match=r"row 1: tokens: found .*xff.*, expected a list of strings"):
            list(hf.read(Source(tmp_path / "b.parquet"), {}))

    def test_a_column_that_is_not_there_is_told_with_those_that_are(self, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl").write_text('{"words": ["Ana"], "labels": ["O"]}\n')
        with pytest.raises(FormatError, match="no column tokens: found words, labels") as refused:
            list(hf.read(Source(tmp_path / "a.jsonl"), {}))
        assert refused.value.hint == "name the right one, -O word-column=NAME"
        with pytest.raises(FormatError, match="no column ner_tags: found words, labels"):
            list(hf.read(Source(tmp_path / "a.jsonl"), {"word-column": "words"}))

    @pytest.mark.parametrize("file", ["jsonl", "parquet"])
    @pytest.mark.parametrize("tags", ["names", "ids"])
    def test_nested_spans_and_relations_come_back(self, file: str, tags: str, tmp_path: Path) -> None:
        if file == "parquet":
            pytest.importorskip("pyarrow", reason="pyarrow is an extra")
        value = entity(ner=[[0, 1, "PERSON"], [1, 1, "ORG"], [3, 3, "GPE"]], relations=[[0, 2, "works_for"]])
        with workspace() as bench, workspace() as other:
            import_data(bench, "gliner", json.dumps([value]).encode(), layer="gold")
            export_data(bench, "hf", tmp_path / "out", options={"file": file, "tags": tags})
            assert import_data(other, "hf", tmp_path / "out", layer="gold").lost == {}
            assert export_data(other, "gliner")[0] == export_data(bench, "gliner")[0]

    def test_the_card_says_where_the_rows_are_and_what_they_hold(self, tmp_path: Path) -> None:
        rows = [{"text": f"Ana {n}", "label": [[0, 3, "PERSON"]]} for n in range(8)]
        data = "".join(json.dumps(row) + "\n" for row in rows).encode()
        with workspace() as bench:
            import_data(bench, "doccano", data, layer="gold")
            export_data(bench, "hf", tmp_path / "all")
            export_data(bench, "hf", tmp_path / "split", split=Split((0.5, 0.25, 0.25), 1))
            export_data(bench, "hf", tmp_path / "split", split=Split((0.5, 0.25, 0.25), 1))  # what is ours is replaced
        files = {"all": {"train": "data.jsonl"}, "split": {}}
        files["split"] = {"train": "train/data.jsonl", "validation": "dev/data.jsonl", "test": "test/data.jsonl"}
        for folder, expected in files.items():
            head = yaml.safe_load((tmp_path / folder / "README.md").read_text(encoding="utf-8").split("---\n")[1])
            assert {f["split"]: f["path"] for f in head["configs"][0]["data_files"]} == expected
            assert all((tmp_path / folder / path).is_file() for path in expected.values())
            features = {feature["name"]: feature for feature in head["dataset_info"]["features"]}
            assert features["ner_tags"]["sequence"]["class_label"]["names"]["1"] == "B-PERSON"
            first = json.loads((tmp_path / folder / expected["train"]).read_text().splitlines()[0])
            assert list(features) == list(first)

    def test_a_parquet_file_of_the_hub_names_its_tags_itself(self, tmp_path: Path) -> None:
        pa = pytest.importorskip("pyarrow", reason="pyarrow is an extra")
        from pyarrow import parquet

        info = {"info": {"features": {"ner_tags": {"feature": {"names": ["O", "B-X"], "_type": "ClassLabel"}}}}}
        table = pa.table({"tokens": [["Ana", "ve"]], "ner_tags": [[1, 0]]})
        parquet.write_table(table.replace_schema_metadata({"huggingface": json.dumps(info)}), tmp_path / "a.parquet")
        (document,) = hf.read(Source(tmp_path / "a.parquet"), {})
        assert span_texts(document) == [("X", "Ana")]
        (tmp_path / "b.parquet").write_bytes(b"PAR1 and nothing else")
        with pytest.raises(FormatError, match=r"b\.parquet: no Parquet file, or a damaged one"):
            list(hf.read(Source(tmp_path / "b.parquet"), {}))

    def test_a_folder_without_rows(self, tmp_path: Path) -> None:
        with pytest.raises(FormatError, match=r"no \.jsonl or \.parquet file in this folder"):
            list(hf.read(Source(tmp_path), {}))


def tagged(*tags: object, **more: object) -> dict[str, object]:
    return {"tokens": ["Ana", "ve"], "ner_tags": list(tags), **more}


BROKEN: dict[str, tuple[Any, Any, str]] = {
    "no words": (gliner, {"ner": []}, "tokenized_text: found nothing, expected a list"),
    "words that are none": (gliner, {"tokenized_text": [1], "ner": []}, "expected a list of strings"),
    "an empty word": (gliner, {"tokenized_text": ["a", ""], "ner": []}, "tokenized_text[1]: found an empty word"),
    "no spans": (gliner, {"tokenized_text": ["a"]}, "ner: found nothing, expected a list"),
    "an end behind the words": (gliner, entity(ner=[[0, 5, "X"]]), "ner[0].start: found 0-5, expected 0 ≤ start ≤ end"),
    "reversed": (gliner, entity(ner=[[1, 0, "X"]]), "ner[0].start: found 1-0"),
    "not numbers": (gliner, entity(ner=[["0", 1, "X"]]), 'ner[0].start: found "0", expected a whole number'),
    "a truth value": (gliner, entity(ner=[[False, True, "X"]]), "ner[0].start: found false"),
    "two values": (gliner, entity(ner=[[0, 1]]), "ner[0]: found [0, 1], expected [start, end, label]"),
    "an empty label": (gliner, entity(ner=[[0, 1, ""]]), "ner[0].label: found an empty label"),
    "a dangling relation": (gliner, entity(relations=[[0, 2, "r"]]), "relations[0].tail: found 2, expected the place"),
    "a place before the first": (gliner, entity(relations=[[-1, 0, "r"]]), "relations[0].head: found -1"),
    "a text of other words": (gliner, entity(text="Luis"), 'the word "Ana" (number 1) is not where the text has it'),
    "a number without a name": (hf, tagged(0, 1), "ner_tags[0]: found 0, a number without a name: give the names"),
    "a tag less": (hf, tagged("O"), "ner_tags: found 1 tags, expected one for each of the 2 words"),
    "no tag": (hf, tagged("O", "PER"), 'ner_tags[1]: found "PER", expected O or a tag like B-ORG'),
    "a tag of another type": (hf, tagged("O", None), "ner_tags[1]: found null"),
    "no object": (hf, ["Ana"], 'found ["Ana"], expected an object'),
    "meta that is none": (hf, tagged("O", "O", meta="{"), "not JSON"),
    "meta that is a list": (hf, tagged("O", "O", meta="[1]"), "meta: found [1], expected an object"),
    "spans behind the words": (
        hf,
        tagged("O", "O", spans=[{"start": 0, "end": 3, "label": "X"}]),
        "spans[0].start: found 0-3",
    ),
    "a relation of nothing": (
        hf,
        tagged("O", "O", spans=[], relations=[{"head": 0, "child": 0, "label": "X"}]),
        "relations[0].head: found 0",
    ),
    "half a character": (hf, tagged("O", "O", text="\ud83d"), "half of a character"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_with_its_line_and_nothing_is_written(case: str) -> None:
    module, row, message = BROKEN[case]
    fine = entity() if module is gliner else tagged("O", "O")
    data = b"".join(json.dumps(value).encode() + b"\n" for value in (fine, row))
    with workspace() as bench:
        with pytest.raises(FormatError) as caught:
            import_data(bench, module.FORMAT.name, data, layer="gold")
        assert bench.store.document_keys() == []
    assert str(caught.value).startswith("standard input:2:")
    assert message in str(caught.value)


def test_a_number_beyond_the_names() -> None:
    with pytest.raises(FormatError, match=r"1: ner_tags\[1\]: found 2, expected 0 to 1"):
        one(hf, tagged(0, 2), names="O,B-X")


@pytest.mark.parametrize(("name", "option"), [("gliner", "rows"), ("hf", "rows"), ("hf", "tags")])
def test_options_that_are_none(name: str, option: str, tmp_path: Path) -> None:
    with workspace() as bench:
        import_data(bench, "doccano", b'{"text": "Ana"}', layer="gold")
        with pytest.raises(FormatError, match=f"{option}=lines: "):
            export_data(bench, name, tmp_path / "out", options={option: "lines"})
