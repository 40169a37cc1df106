"""Label Studio's tasks: people and models, directions, offsets, and whatever else a project holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.errors import FormatError, WorkflowError
from annotator.formats.labelstudio import read
from annotator.formats.labelstudio_results import ResultReader
from annotator.formats.protocol import ForeignDocument
from tests.formats.files import export_data, import_data, source_of_bytes, workspace
from tests.workspaces import span_texts

TEXT = "Ana viaja a Perú 👍🏽 con Luis."


def region(region_id: str, start: int, end: int, label: str | None, **more: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": TEXT[start:end], **({"labels": [label]} if label else {})}
    return {"id": region_id, "from_name": "tag", "to_name": "txt", "type": "labels", "value": value, **more}


def link(start: str, end: str, **more: Any) -> dict[str, Any]:
    return {"from_id": start, "to_id": end, "type": "relation", "direction": "right", "labels": ["works_for"], **more}


def project(*tasks: Any) -> bytes:
    return json.dumps(list(tasks), ensure_ascii=False).encode()


def task(*result: Any, **more: Any) -> dict[str, Any]:
    return {"id": 5, "data": {"text": TEXT}, "annotations": [{"completed_by": 1, "result": list(result)}], **more}


def one(value: dict[str, Any], **options: str) -> ForeignDocument:
    (document,) = read(source_of_bytes(project(value)), options)
    return document


A, B = region("a", 0, 3, "PERSON"), region("b", 24, 28, "PERSON")


REGIONS = st.builds(
    lambda i, start, length, label, more: region(i, start, start + length, label, **more),
    st.sampled_from(["a", "b", "c"]),
    st.integers(-1, 26),
    st.integers(0, 5),
    st.sampled_from(["PERSON", "ORG", None]),
    st.sampled_from([{}, {"origin": "prediction"}, {"score": 0.5}, {"score": 2}, {"to_name": "other"}, {"n": 1}]),
)
LINKS = st.builds(
    lambda start, end, more: link(start, end, **more),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([{}, {"direction": "left"}, {"direction": "bi"}, {"labels": []}, {"n": 1}]),
)


@settings(max_examples=300)
@given(st.lists(REGIONS | LINKS, max_size=5))
def test_what_is_plain_is_read_as_if_it_were_looked_at_closely(results: list[dict[str, Any]]) -> None:
    def outcome() -> object:
        try:
            return one(task(*results))
        except FormatError as error:
            return str(error)

    quickly = outcome()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ResultReader, "_read_plain", lambda *_: None)
        assert outcome() == quickly


def test_people_become_curators_and_models_suggest() -> None:
    people = [
        {"completed_by": {"id": 7, "email": "ana@example.org"}, "result": [A]},
        {"completed_by": 2, "result": [B], "was_cancelled": True},
    ]
    models = [{"model_version": "v 2", "score": 0.7, "result": [region("p", 12, 16, "GPE", score=0.9)]}]
    value = task(annotations=people, predictions=models)
    with workspace() as bench:
        report = import_data(bench, "labelstudio", project(value))
        assert sorted(report.layers) == ["curator:2", "curator:ana@example.org", "suggestions:v-2"]
        assert bench.session("import-5", "ana@example.org").state == "done"
        assert bench.session("import-5", "2").state == "skipped"
        session = bench.session("import-5", "eva")
        assert session.state == "todo"
        (suggested,) = session.layer.suggestions.spans.values()
        assert (suggested.label, suggested.score, suggested.source) == ("GPE", 0.9, "v 2@1")


@pytest.mark.parametrize(("direction", "ends"), [("right", "ab"), ("left", "ba"), ("bi", "ab")])
def test_a_relation_has_a_direction(direction: str, ends: str) -> None:
    layer = one(task(A, B, link("a", "b", direction=direction))).layers[0]
    (relation,) = layer.content.relations.values()
    assert relation.head + relation.child == ends


def test_what_has_no_place_comes_back() -> None:
    others = [
        region("c", 4, 9, None),
        {**link("a", "b"), "labels": []},
        link("b", "a", direction="bi"),
        {"id": "a", "from_name": "note", "to_name": "txt", "type": "textarea", "value": {"text": ["¿quién?"]}},
        {"id": "z", "from_name": "kind", "to_name": "txt", "type": "choices", "value": {"choices": ["news"]}},
    ]
    value = task({**A, "meta": {"text": ["x"]}}, B, *others, data={"text": TEXT, "url": "x"}, file_upload="f", meta={})
    value["annotations"][0] |= {"lead_time": 3.5, "ground_truth": True}
    with workspace() as bench:
        import_data(bench, "labelstudio", project(value), layer="curator:ana")
        (exported,) = json.loads(export_data(bench, "labelstudio", layer="curator:ana")[0])
        assert (exported["id"], exported["file_upload"], exported["data"]["url"]) == (5, "f", "x")
        (annotation,) = exported["annotations"]
        assert (annotation["completed_by"], annotation["lead_time"], annotation["ground_truth"]) == (1, 3.5, True)
        kinds = [(r["type"], r.get("from_name"), r.get("direction"), r.get("labels")) for r in annotation["result"]]
        assert kinds == [
            ("labels", "tag", None, None),
            ("labels", "tag", None, None),
            ("labels", "tag", None, None),
            ("relation", None, "bi", ["works_for"]),
            ("relation", None, "right", []),
            ("textarea", "note", None, None),
            ("choices", "kind", None, None),
        ]
        first, _, unlabelled = annotation["result"][:3]
        assert first["meta"] == {"text": ["x"]}
        assert unlabelled["value"] == {"start": 4, "end": 9, "text": "viaja"}
        assert annotation["result"][5]["id"] == first["id"]


def test_the_covered_text_decides_how_a_file_counts() -> None:
    in_utf16 = {**B, "value": {"start": 26, "end": 30, "text": "Luis", "labels": ["PERSON"]}}
    (span,) = one(task(in_utf16)).layers[0].content.spans.values()
    assert TEXT[span.start : span.end] == "Luis"


def test_several_labels_are_several_spans() -> None:
    both = {**A, "value": {**A["value"], "labels": ["PERSON", "ORG"]}}
    layer = one(task(both, B, link("a", "b"))).layers[0]
    assert sorted(s.label for s in layer.content.spans.values()) == ["ORG", "PERSON", "PERSON"]
    assert len(layer.content.relations) == 1


def test_the_text_is_the_only_string_or_the_one_named() -> None:
    assert one({"data": {"corpus": "hola", "n": 1}}).text == "hola"
    assert one({"data": {"a": "x", "b": "hola"}}, text="b").text == "hola"
    with pytest.raises(
        FormatError, match=r"cannot tell which of data is the text \(found a, b\): name it with -O text=KEY"
    ):
        one({"data": {"a": "x", "b": "hola"}})


def test_origins_and_scores_are_carried() -> None:
    results = [{**A, "origin": "prediction", "score": 0.25}, {**B, "origin": "prediction-changed"}]
    with workspace() as bench:
        import_data(bench, "labelstudio", project(task(*results)), layer="curator:ana")
        items = json.loads(export_data(bench, "jsonl", layer="curator:ana")[0])["spans"]
        assert [(s["origin"], s["score"]) for s in items] == [("accepted", 0.25), ("corrected", None)]
        (exported,) = json.loads(export_data(bench, "labelstudio", layer="curator:ana")[0])
        assert [r["origin"] for r in exported["annotations"][0]["result"]] == ["prediction", "prediction-changed"]


def test_suggestions_go_out_as_predictions() -> None:
    with workspace() as bench:
        import_data(bench, "labelstudio", project(task(A)), layer="suggestions:m")
        (exported,) = json.loads(export_data(bench, "labelstudio", layer="suggestions:m")[0])
        assert exported["annotations"] == []
        assert exported["predictions"][0]["model_version"] == "m"
        assert (
            import_data(bench, "labelstudio", export_data(bench, "labelstudio", layer="suggestions:m")[0])
            .layers["suggestions:m"]
            .unchanged
        )
        assert span_texts(bench.session("import-5")) == set()


def test_two_people_make_no_gold() -> None:
    value = task(annotations=[{"completed_by": 1, "result": [A]}, {"completed_by": 2, "result": [B]}])
    with (
        workspace() as bench,
        pytest.raises(Exception, match="gold on import-5 would be the work of two people: import w"),
    ):
        import_data(bench, "labelstudio", project(value), layer="gold")


def test_an_empty_export_is_an_empty_list() -> None:
    with workspace() as bench:
        assert export_data(bench, "labelstudio")[0] == b"[]\n"


BROKEN = {
    "an image task": ({"data": {"image": "s3://b/x.jpg"}}, "a task on image, not on text"),
    "a region on an image": (
        task({"id": "x", "type": "rectanglelabels", "value": {"x": 1, "y": 2}}),
        "a region on an image, not on text",
    ),
    "no data": ({"id": 1}, "data: found nothing, expected an object"),
    "beyond the text": (
        task({**A, "value": {"start": 0, "end": 99, "labels": ["X"]}}),
        "annotations[0].result[0].value.start: found 0-99, expected 0 ≤ start < end ≤ 29",
    ),
    "reversed": (task({**A, "value": {"start": 3, "end": 0, "labels": ["X"]}}), "found 3-0"),
    "into markup": (
        task({**A, "value": {"start": "/p[1]/text()[1]", "end": 3}}),
        'found "/p[1]/text()[1]", expected a whole',
    ),
    "another text": (
        task({**A, "value": {"start": 0, "end": 3, "text": "Eva", "labels": ["X"]}}),
        'value.text: found "Eva", expected "Ana"',
    ),
    "an empty label": (
        task({**A, "value": {**A["value"], "labels": [""]}}),
        "annotations[0].result[0].value.labels: found an empty label, expected names",
    ),
    "an id twice": (task(A, A), 'result[1].id: found "a" again, expected each region once'),
    "a dangling relation": (
        task(A, link("a", "q")),
        'from_id: found "q"|to_id: found "q", expected the id of a region',
    ),
    "another direction": (
        task(A, B, link("a", "b", direction="up")),
        'direction: found "up", expected right, left, bi',
    ),
    "no type": (task({"id": "x", "value": {}}), "result[0].type: found nothing, expected a string"),
    "an annotation that is none": (
        {"data": {"text": "x"}, "annotations": [5]},
        "annotations[0]: found 5, expected an object",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_with_its_line(case: str) -> None:
    row, said = BROKEN[case]
    data = json.dumps(task(A), ensure_ascii=False) + ",\n" + json.dumps(row, ensure_ascii=False)
    with pytest.raises(FormatError) as caught:
        list(read(source_of_bytes(f"[{data}]".encode()), {}))
    assert str(caught.value).startswith("standard input:2: ")
    assert said.rpartition("|")[2] in str(caught.value)


def test_predictions_may_be_numbers_that_the_annotations_tell_of() -> None:
    begun = {"id": 6, "model_version": "m1", "result": [A]}
    value = {"data": {"text": TEXT}, "annotations": [{"result": [A, B], "prediction": begun}], "predictions": [6, 7]}
    document = one(value)
    assert [(layer.author, layer.suggested) for layer in document.layers] == [(None, False), ("m1", True)]
    assert len(document.layers[1].content.spans) == 1
    assert document.lost == {"prediction of which the file has the number only": 1}


@pytest.mark.parametrize(
    ("users", "authors"),
    [
        ([1], ["ana"]),
        ([1, 1], ["ana", "ana"]),
        ([1, 2], ["1", "2"]),
        ([{"email": "bo@x"}], ["bo@x"]),
        ([None], ["ana"]),
    ],
)
def test_a_number_alone_is_the_curator_that_the_task_names(users: list[Any], authors: list[str]) -> None:
    annotations = [{"result": [A], **({} if user is None else {"completed_by": user})} for user in users]
    document = one({"data": {"text": TEXT, "key": "k", "curator": "ana"}, "annotations": annotations})
    assert [layer.author for layer in document.layers] == authors


def test_the_minimal_json() -> None:
    value = {
        "id": 3,
        "text": TEXT,
        "source": "wire",
        "label": [A["value"], B["value"]],
        "annotator": "ana@x",
        "annotation_id": 9,
        "created_at": "…",
        "updated_at": "…",
        "lead_time": 3.5,
    }
    document = one(value)
    assert [(s.start, s.end, s.label) for s in document.layers[0].content.spans.values()] == [
        (r["value"]["start"], r["value"]["end"], r["value"]["labels"][0]) for r in (A, B)
    ]
    assert (document.layers[0].author, document.extras) == ("ana@x", {"text": "text", "data": {"source": "wire"}})
    assert one({"text": TEXT, "annotator": 4}).layers[0].content.spans == {}


def test_the_minimal_json_of_our_own_tasks_keeps_the_document() -> None:
    ours = {"key": "nota", "lang": "en", "title": "Un título", "meta": {"url": "x"}, "curator": "ana"}
    document = one({"id": 3, "text": TEXT, **ours, "source": "wire", "label": [A["value"]], "annotator": 1})
    assert (document.key, document.lang, document.title, document.meta) == ("nota", "en", "Un título", {"url": "x"})
    assert document.extras == {"text": "text", "data": {"source": "wire"}}


def test_an_export_brings_the_labelling_interface_along(tmp_path: Path) -> None:
    path = tmp_path / "gold.json"
    with workspace() as bench:
        import_data(bench, "labelstudio", json.dumps([task(A)]).encode(), layer="gold")
        _, result = export_data(bench, "labelstudio", path, options={"to_name": "body", "text": "body"})
        assert result.setup == ["gold.json.config.xml"]
        config = ET.fromstring((tmp_path / "gold.json.config.xml").read_text(encoding="utf-8"))
        assert [label.get("value") for label in config.iter("Label")] == ["PERSON", "ORG", "GPE", "DATE"]
        assert [label.get("value") for label in config.iter("Relation")] == ["works_for", "held_in"]
        assert [(text.get("name"), text.get("value")) for text in config.iter("Text")] == [("body", "$body")]
        export_data(bench, "labelstudio", path)  # its own file is replaced
        (tmp_path / "gold.json.config.xml").write_text("mine")
        with pytest.raises(WorkflowError, match=r"gold\.json\.config\.xml: was not written by annotator"):
            export_data(bench, "labelstudio", path)
        assert (tmp_path / "gold.json.config.xml").read_text() == "mine"
