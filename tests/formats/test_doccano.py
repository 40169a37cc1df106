"""doccano's JSONL in the shapes that its versions have written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.annotation import Span
from annotator.errors import FormatError
from annotator.formats.doccano import FORMAT, read
from annotator.formats.protocol import ForeignDocument
from annotator.formats.source import Source
from tests.formats.files import export_data, import_data, source_of_bytes, workspace

TEXT = "Ana viaja a Perú 👍🏽 con Luis."


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda v: st.lists(v, max_size=2) | st.dictionaries(st.text(max_size=3), v, max_size=2),
    max_leaves=4,
)
NAMES = st.sampled_from(["columns_of_some_rows", "mood", "data", "Comment", "score", "ñ", ""])
TAKEN = st.sampled_from(["text", "entities", "label", "labels", "relations", "offsets", "meta", "lang", "id"])
COLUMNS = st.dictionaries(NAMES, VALUES | st.dictionaries(NAMES | TAKEN, VALUES, max_size=3), max_size=3)
"""Columns besides those that doccano and we write, the one of ours for the columns of some rows among them."""


def rows(*values: Any) -> bytes:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values).encode()


def one(value: Any, **options: str) -> ForeignDocument:
    (document,) = read(source_of_bytes(rows(value)), options)
    return document


def span_texts(document: ForeignDocument) -> list[tuple[str | None, str, str]]:
    """Return author, label and text of every span."""
    return [
        (layer.author, span.label, document.text[span.start : span.end])
        for layer in document.layers
        for span in layer.content.spans.values()
    ]


def entity(start: int, end: int, label: object, **more: object) -> dict[str, object]:
    return {"start_offset": start, "end_offset": end, "label": label, **more}


def test_entities_and_relations() -> None:
    document = one(
        {
            "id": 7,
            "text": TEXT,
            "entities": [entity(0, 3, "PERSON", id=11), entity(24, 28, "PERSON", id=12)],
            "relations": [{"id": 1, "from_id": 11, "to_id": 12, "type": "knows"}],
            "Comments": ["revisar"],
        }
    )
    assert span_texts(document) == [(None, "PERSON", "Ana"), (None, "PERSON", "Luis")]
    (relation,) = document.layers[0].content.relations.values()
    assert (relation.head, relation.label, relation.child) == ("11", "knows", "12")
    assert document.fallback == "import-7"
    assert document.extras == {"id": 7, "Comments": ["revisar"]}


@pytest.mark.parametrize("name", ["label", "labels"])
def test_spans_as_lists(name: str) -> None:
    assert span_texts(one({"text": TEXT, name: [[12, 16, "GPE"]]})) == [(None, "GPE", "Perú")]


def test_each_user_of_the_annotations_becomes_an_author() -> None:
    document = one({"text": TEXT, "annotations": [entity(0, 3, 12, user=2), entity(0, 3, 12, user=1)]})
    assert span_texts(document) == [("2", "12", "Ana"), ("1", "12", "Ana")]


def test_the_text_may_stand_under_another_name() -> None:
    assert one({"data": TEXT}).text == TEXT
    assert one({"body": TEXT, "text": "other"}, text="body").text == TEXT


def test_a_list_under_the_ending_of_lines_and_raw_line_separators() -> None:
    data = json.dumps([{"text": "a\u2028b"}, {"text": "c\x85"}], ensure_ascii=False, indent=1).encode()
    documents = list(read(source_of_bytes(data), {}))
    assert [(d.text, d.where) for d in documents] == [("a\u2028b", "standard input:2"), ("c\x85", "standard input:5")]
    (single,) = read(source_of_bytes(rows({"text": "a\u2028b\x85c"})), {})
    assert single.text == "a\u2028b\x85c"


def test_a_row_without_spans_is_a_document_without_spans() -> None:
    (layer,) = one({"text": TEXT}).layers
    assert layer.content.spans == {}


BROKEN = {
    "no text": ({"data2": TEXT}, "text: found nothing, expected a string"),
    "a text that is none": ({"text": 5}, "text: found 5, expected a string"),
    "beyond the text": (
        {"text": "ab", "entities": [entity(0, 9, "X")]},
        "entities[0].start_offset: found 0-9, expected",
    ),
    "reversed": ({"text": "ab", "entities": [entity(2, 1, "X")]}, "found 2-1, expected 0 ≤ start_offset < end_offset"),
    "not numbers": ({"text": "ab", "label": [["0", 1, "X"]]}, 'label[0].start: found "0", expected a whole number'),
    "a truth value": ({"text": "ab", "label": [[False, True, "X"]]}, "label[0].start: found false, expected"),
    "two values": ({"text": "ab", "label": [[0, 1]]}, "label[0]: found [0, 1], expected [start, end, label]"),
    "an id twice": ({"text": "ab", "entities": [entity(0, 1, "X", id=1), entity(1, 2, "X", id=1)]}, "the id 1 twice"),
    "a dangling relation": (
        {"text": "ab", "entities": [], "relations": [{"from_id": 1, "to_id": 2, "type": "r"}]},
        "relations[0].from_id: found 1, expected the id of an entity",
    ),
    "spans in two places": ({"text": "ab", "entities": [], "label": []}, "label: found it beside entities"),
    "no object": (["a"], 'found ["a"], expected an object'),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_with_its_line(case: str) -> None:
    row, said = BROKEN[case]
    data = rows({"text": "fine"}, row)
    with pytest.raises(FormatError) as caught:
        list(read(source_of_bytes(data), {}))
    assert str(caught.value).startswith("standard input:2: ")
    assert said in str(caught.value)


def test_other_columns_come_back_and_duplicates_are_counted() -> None:
    row = {"id": 41, "text": TEXT, "label": [[0, 3, "PERSON"], [0, 3, "PERSON"]], "Comments": ["¿?"], "rev": {"n": [1]}}
    with workspace() as bench:
        report = import_data(bench, "doccano", rows(row), layer="gold")
        assert report.lost == {"span said twice": 1}
        exported = json.loads(export_data(bench, "doccano", layer="gold")[0])
        assert (exported["id"], exported["Comments"], exported["rev"]) == (41, ["¿?"], {"n": [1]})
        assert exported["entities"] == [{"id": 1, "label": "PERSON", "start_offset": 0, "end_offset": 3}]
        assert json.loads(export_data(bench, "jsonl", layer="gold")[0])["meta"] == {}


def test_it_has_no_place_for_who_and_how() -> None:
    with workspace() as bench:
        import_data(bench, "doccano", rows({"text": TEXT, "label": [[0, 3, "PERSON"]]}), layer="curator:ana")
        _, done = export_data(bench, "doccano", layer="curator:ana")
        assert done.lost == {"whose work it is": 1}
        assert FORMAT.carries["curator"] == "no"
        layer = bench.store.annotations(bench.layer_id("curator:ana", "import-000001"))
        assert list(layer.spans.values()) == [Span("s1", 0, 3, "PERSON")]


ROCKET = "🚀 Peru hosts the élite summit."


def test_borders_show_that_the_page_counted_utf16_units() -> None:
    entities = [entity(2, 6, "GPE", id=1), entity(23, 29, "EVENT", id=2), entity(8, 13, "EVENT", id=3)]
    document = one({"text": ROCKET, "entities": entities})
    assert [text for _, _, text in span_texts(document)] == ["Peru", "summit", "hosts"]
    assert document.notes == {"span whose borders show offsets in UTF-16 units": 1}


@pytest.mark.parametrize("counting", ["utf16", "codepoints", "graphemes"])
def test_the_way_of_counting_may_be_said(counting: str) -> None:
    start = {"utf16": 3, "codepoints": 2, "graphemes": 2}[counting]
    document = one({"text": ROCKET, "label": [[start, start + 2, "GPE"]]}, offsets=counting)
    assert [text for _, _, text in span_texts(document)] == ["Pe"]
    assert document.notes == {}
    with pytest.raises(FormatError, match="found 31-90"):
        one({"text": ROCKET, "label": [[31, 90, "GPE"]]}, offsets=counting)


def test_offsets_inside_a_character_are_refused() -> None:
    with pytest.raises(FormatError, match="found 1-7, expected UTF-16 units within the text"):
        one({"text": ROCKET, "label": [[1, 7, "GPE"]]}, offsets="utf16")


@pytest.mark.parametrize("counting", [None, "codepoints", "utf16", "graphemes"])
def test_what_is_written_under_any_counting_comes_back(counting: str | None) -> None:
    options = {} if counting is None else {"offsets": counting}
    with workspace() as bench, workspace() as other:
        import_data(bench, "doccano", rows({"text": ROCKET, "entities": [entity(2, 6, "GPE", id=1)]}), layer="gold")
        data, _ = export_data(bench, "doccano", options=options)
        start = json.loads(data)["entities"][0]["start_offset"]
        assert start == (3 if counting in (None, "utf16") else 2)
        report = import_data(other, "doccano", data, layer="gold")
        assert report.notes == {}
        assert export_data(other, "doccano", options=options)[0] == data


def test_a_span_that_fits_words_only_under_another_counting_stays_where_it_is() -> None:
    with workspace() as bench, workspace() as other:
        row = {"text": ROCKET, "label": [[3, 7, "GPE"]], "offsets": "codepoints"}
        import_data(bench, "doccano", rows(row), layer="gold")
        data, _ = export_data(bench, "doccano", options={"offsets": "codepoints"})
        report = import_data(other, "doccano", data, layer="gold")
        assert report.notes == {}
        assert export_data(other, "doccano", options={"offsets": "codepoints"})[0] == data


def test_all_rows_have_the_same_columns_since_doccano_refuses_others() -> None:
    plain, astral = {"text": "Luis viaja.", "label": [[0, 4, "PERSON"]]}, {"text": ROCKET, "label": [[2, 6, "GPE"]]}
    with workspace() as bench:
        import_data(bench, "doccano", rows(plain, astral), layer="gold")
        data, _ = export_data(bench, "doccano")
    first, second = map(json.loads, data.splitlines())
    assert [*first] == [*second]


def test_columns_that_only_some_rows_have_come_back_and_no_row_differs() -> None:
    same = {"source": "radio", "Comments": ["¿?"]}
    some: list[dict[str, Any]] = [{"score": 0.5, "tags": None}, {"score": {}, "extra": []}, {}]
    files = [
        {"text": f"Luis viaja {i}.", "label": [[0, 4, "PERSON"]], "id": i, **same, **c} for i, c in enumerate(some)
    ]
    with workspace() as bench, workspace() as other:
        import_data(bench, "doccano", rows(*files), layer="gold")
        data, _ = export_data(bench, "doccano")
        written = [json.loads(line) for line in data.splitlines()]
        assert len({tuple(row) for row in written}) == 1
        assert [(row["id"], row["source"], row["Comments"]) for row in written] == [
            (i, "radio", ["¿?"]) for i in range(3)
        ]
        assert [row["columns_of_some_rows"] for row in written] == some
        import_data(other, "doccano", data, layer="gold")
        assert export_data(other, "doccano")[0] == data


def test_a_column_that_only_has_the_name_of_ours_is_kept_whole() -> None:
    foreign = [
        {"id": 1, "mood": "calm", "columns_of_some_rows": {"mood": "tense"}},
        {"id": 2, "mood": "calm", "columns_of_some_rows": {"id": 99}},
        {"id": 3, "mood": "calm", "columns_of_some_rows": "none"},
    ]
    with workspace() as bench:
        files = [{"text": f"Luis {row['id']}.", "label": [[0, 4, "PERSON"]], **row} for row in foreign]
        import_data(bench, "doccano", rows(*files), layer="gold")
        written = list(map(json.loads, export_data(bench, "doccano")[0].splitlines()))
    assert [(row["id"], row["mood"], row["columns_of_some_rows"]) for row in written] == [
        (row["id"], "calm", {"columns_of_some_rows": row["columns_of_some_rows"]}) for row in foreign
    ]


@pytest.mark.parametrize("name", ["text", "entities", "labels", "relations", "offsets", "meta", "key"])
def test_no_column_that_is_kept_aside_takes_the_place_of_ours(name: str) -> None:
    foreign = {"text": "Luis viaja.", "label": [[0, 4, "PERSON"]], "columns_of_some_rows": {name: "not ours"}}
    with workspace() as bench, workspace() as other:
        import_data(bench, "doccano", rows(foreign), layer="gold")
        data, _ = export_data(bench, "doccano")
        row = json.loads(data)
        assert (row["text"], len(row["entities"])) == ("Luis viaja.", 1)
        import_data(other, "doccano", data, layer="gold")
        assert export_data(other, "doccano")[0] == data


@given(st.lists(COLUMNS, min_size=1, max_size=3))
def test_any_columns_come_back_from_an_export(some: list[dict[str, Any]]) -> None:
    files = [{"id": i, "text": f"Luis {i}.", "label": [], "Comments": [], **c} for i, c in enumerate(some)]
    with workspace() as bench:
        import_data(bench, "doccano", rows(*files), layer="gold")
        data, _ = export_data(bench, "doccano")
    assert len({frozenset(json.loads(line)) for line in data.splitlines()}) == 1
    kept, given_back = ([document.extras for document in read(source_of_bytes(d), {})] for d in (rows(*files), data))
    assert given_back == kept


def test_rows_of_documents_from_elsewhere_have_the_columns_of_the_others() -> None:
    with workspace() as bench:
        import_data(bench, "doccano", rows({"text": "Luis.", "label": [], "source": "radio"}), layer="gold")
        import_data(bench, "prodigy", rows({"text": "Eva.", "spans": [], "key": "eva"}), layer="gold")
        first, second = map(json.loads, export_data(bench, "doccano")[0].splitlines())
        assert [*first] == [*second]


def test_a_span_that_cuts_a_grapheme_is_told() -> None:
    text = "e\u0301a Peru"
    with workspace() as bench:
        import_data(bench, "doccano", rows({"text": text, "label": [[1, 3, "GPE"]]}), layer="gold")
        _, result = export_data(bench, "doccano", options={"offsets": "graphemes"})
    assert result.warnings == {"spans that begin or end inside a grapheme, widened to it": 1}


@pytest.mark.parametrize(("span", "widened"), [((2, 6), (2, 9)), ((3, 4), (3, 9)), ((4, 5), (3, 9))])
def test_a_span_that_ends_inside_a_grapheme_takes_all_of_it(span: tuple[int, int], widened: tuple[int, int]) -> None:
    text = "un 👩\u200d❤\ufe0f\u200d👩"
    with workspace() as bench, workspace() as other:
        row = {"text": text, "label": [[*span, "GPE"]], "offsets": "codepoints"}
        import_data(bench, "doccano", rows(row), layer="gold")
        written, _ = export_data(bench, "doccano", options={"offsets": "graphemes"})
        import_data(other, "doccano", written, layer="gold")
        (row,) = map(json.loads, export_data(other, "doccano", options={"offsets": "codepoints"})[0].splitlines())
        assert [(e["start_offset"], e["end_offset"]) for e in row["entities"]] == [widened]


def test_a_project_without_relations_gives_old_ones_back() -> None:
    row = {
        "text": TEXT,
        "label": [[0, 3, "PERSON"], [24, 28, "PERSON"]],
        "relations": [{"id": 1, "from_id": 7, "to_id": 8, "type": "knows"}],
    }
    document = one(row)
    assert span_texts(document) == [(None, "PERSON", "Ana"), (None, "PERSON", "Luis")]
    assert document.lost == {"relation of a row whose spans have no ids": 1}


def test_a_project_without_relations_takes_lists() -> None:
    relation = {"id": 1, "from_id": 11, "to_id": 12, "type": "works_for"}
    row = {
        "text": TEXT,
        "entities": [entity(0, 3, "PERSON", id=11), entity(24, 28, "PERSON", id=12)],
        "relations": [relation],
    }
    with workspace() as bench:
        import_data(bench, "doccano", rows(row), layer="gold")
        data, result = export_data(bench, "doccano", options={"relations": "no"})
    written = json.loads(data)
    assert (written["label"], "entities" in written, "relations" in written) == (
        [[0, 3, "PERSON"], [26, 30, "PERSON"]],
        False,
        False,
    )
    assert result.lost["relations, which -O relations=no leaves out"] == 1
    assert result.parts[0].relations == 0


def test_the_files_of_a_project_are_named_after_their_users(tmp_path: Path) -> None:
    for name, label in (("admin", "PERSON"), ("bo", "ORG")):
        (tmp_path / f"{name}.jsonl").write_bytes(rows({"id": 1, "text": TEXT, "label": [[0, 3, label]]}))
    (tmp_path / "all.jsonl").write_bytes(rows({"text": "Luis", "label": []}))
    authors = [layer.author for document in read(Source(tmp_path), {}) for layer in document.layers]
    assert authors == ["admin", None, "bo"]
    (tmp_path / "all.jsonl").unlink()
    with workspace() as bench:
        report = import_data(bench, "doccano", tmp_path)
        assert {name: counts.spans for name, counts in report.layers.items()} == {"curator:admin": 1, "curator:bo": 1}
    (single,) = read(Source(tmp_path / "bo.jsonl"), {"author": "file"})
    assert single.layers[0].author == "bo"


def test_an_export_brings_the_types_of_labels_along(tmp_path: Path) -> None:
    with workspace() as bench:
        import_data(bench, "doccano", rows({"text": TEXT, "label": [[0, 3, "PERSON"]]}), layer="gold")
        _, result = export_data(bench, "doccano", tmp_path / "gold.jsonl")
        assert result.setup == ["gold.jsonl.span-labels.json", "gold.jsonl.relation-labels.json"]
    types = json.loads((tmp_path / "gold.jsonl.span-labels.json").read_text())
    assert [(label["text"], label["suffix_key"]) for label in types][:2] == [("PERSON", "1"), ("ORG", "2")]
    assert all(set(label) == {"text", "suffix_key", "background_color", "text_color"} for label in types)
