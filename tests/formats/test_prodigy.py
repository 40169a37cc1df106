"""Prodigy's tasks: answers, sessions, relations in every way in which they are written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from annotator.errors import FormatError
from annotator.formats.prodigy import read
from annotator.formats.protocol import ForeignDocument
from tests.formats.files import export_data, import_data, source_of_bytes, workspace
from tests.workspaces import span_texts, verdicts

TEXT = "Ana viaja a Perú con Luis."
ANA = {"start": 0, "end": 3, "token_start": 0, "token_end": 0, "label": "PERSON"}
PERU = {"start": 12, "end": 16, "token_start": 3, "token_end": 3, "label": "GPE"}


def rows(*values: Any) -> bytes:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values).encode()


def task(*spans: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"text": TEXT, "spans": list(spans), "answer": "accept", **more}


def one(value: dict[str, Any]) -> ForeignDocument:
    (document,) = read(source_of_bytes(rows(value)), {})
    return document


@pytest.mark.parametrize(
    "relation",
    [
        {"head": 0, "child": 3, "label": "r", "head_span": ANA, "child_span": PERU},
        {"head": 0, "child": 3, "label": "r"},
        {"head": 99, "child": 98, "label": "r", "head_span": {"start": 0, "end": 3}, "child_span": PERU},
    ],
)
def test_relations_go_between_the_spans_that_they_mean(relation: dict[str, Any]) -> None:
    (layer,) = one(task(ANA, PERU, relations=[relation])).layers
    (found,) = layer.content.relations.values()
    assert (layer.content.spans[found.head].label, layer.content.spans[found.child].label) == ("PERSON", "GPE")


@pytest.mark.parametrize(
    ("said", "source", "score"),
    [
        ({}, None, "None"),
        ({"source": "model", "score": 1}, "model", "1"),
        ({"source": "model", "score": 0.5, "text": "Ana"}, "model", "0.5"),
        ({"source": None, "score": None}, None, "None"),
        ({"source": "", "score": 2}, None, "None"),
    ],
)
def test_fields_that_only_some_programs_write_change_nothing_of_what_the_others_say(
    said: dict[str, Any], source: str | None, score: str
) -> None:
    ana = {**ANA, **said}
    relations = [{"head": 0, "child": 3, "label": "r", "head_span": ana, "child_span": PERU}]
    (plain,) = one(task(ana, PERU, relations=relations)).layers
    (other,) = one(task({**ana, "hash": 1}, PERU, relations=[{**relations[0], "color": "#fff"}])).layers
    assert repr(plain.content) == repr(other.content)
    (span, _) = plain.content.spans.values()
    assert (span.source, repr(span.score)) == (source, score)


LINK = {"head": 0, "child": 3, "label": "r", "head_span": ANA, "child_span": PERU}


@pytest.mark.parametrize(
    ("span", "link"),
    [
        *[({name: value}, {}) for name in ("start", "end") for value in (True, 0.0, "0", -1, 3, 10**30, None)],
        *[({"score": value}, {}) for value in (1.5, -0.5, True, "1", 10**400)],
        *[({name: value}, {}) for name in ("label", "text", "source") for value in ("", 7, "Ana", None, ["Ana"])],
        *[({}, {name: value}) for name in ("label", "color") for value in ("", 7, None)],
        *[
            ({}, {"head_span": {**ANA, **other}})
            for other in ({"start": 0.0}, {"end": 4}, {"label": 7}, {"color": "#f"})
        ],
        ({}, {"child_span": None}),
        (PERU, {}),
    ],
)
def test_what_is_read_in_one_step_is_what_is_read_field_by_field(
    span: dict[str, Any], link: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    value = task({**ANA, **span}, ANA, PERU, relations=[{**LINK, **link}])

    def outcome() -> str:
        try:
            return repr(one(value))
        except FormatError as error:
            return str(error)

    in_one_step = outcome()
    monkeypatch.setattr("annotator.formats.prodigy.plain_content", lambda *_: None)
    assert outcome() == in_one_step


def test_a_first_token_is_understood_as_well_as_a_last() -> None:
    wide = {"start": 0, "end": 9, "token_start": 0, "token_end": 1, "label": "PERSON"}
    for head in (0, 1):
        (layer,) = one(task(wide, PERU, relations=[{"head": head, "child": 3, "label": "r"}])).layers
        (found,) = layer.content.relations.values()
        assert layer.content.spans[found.head].end == 9


def test_a_relation_of_a_token_without_label_is_kept() -> None:
    loose = {"start": 4, "end": 9, "label": None}
    relation = {"head": 1, "child": 3, "label": "r", "head_span": loose, "child_span": PERU, "color": "#fff"}
    with workspace() as bench:
        report = import_data(bench, "prodigy", rows(task(PERU, relations=[relation])), layer="gold")
        assert report.aside == {"relation without spans": 1}
        assert json.loads(export_data(bench, "prodigy")[0])["relations"] == [relation]


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ({"_annotator_id": "news-ana", "_session_id": "x"}, "news-ana"),
        ({"_annotator_id": "2024-01-31_10-20-30"}, None),
        ({"_annotator_id": "news-2024-01-31_10-20-30"}, None),
        ({"_session_id": "news-bo"}, "news-bo"),
        ({"_session_id": None}, None),
        ({}, None),
    ],
)
def test_the_annotator_is_whoever_had_a_name(fields: dict[str, Any], author: str | None) -> None:
    assert one(task(ANA, **fields)).layers[0].author == author


def test_rejected_and_ignored_tasks_are_verdicts_not_work() -> None:
    data = rows(
        task(ANA, _view_id="ner"), task(PERU, _view_id="ner", answer="reject"), {"text": "Otra.", "answer": "ignore"}
    )
    with workspace() as bench:
        report = import_data(bench, "prodigy", data, layer="curator:ana")
        assert report.layers["curator:ana"].verdicts == 1
        session = bench.session("import-000001")
        assert span_texts(session) == {("PERSON", "Ana")}
        assert verdicts(session) == {"12-16-GPE": "rejected"}
        assert session.state == "doing"
        assert bench.session("import-000003").state == "skipped"
        assert import_data(bench, "prodigy", data, layer="curator:ana").layers["curator:ana"].unchanged == 2


def test_they_are_no_gold() -> None:
    data = rows(
        task(ANA), {**task(PERU, answer="reject"), "text": "Ana viaja a Perú."}, task(text="Tres", answer="ignore")
    )
    with workspace() as bench:
        report = import_data(bench, "prodigy", data, layer="gold")
        assert report.lost == {"unfinished work, which is not gold": 2}
        assert len(export_data(bench, "prodigy")[0].splitlines()) == 1


def test_verdicts_go_out_again_when_asked_for() -> None:
    data = rows(task(ANA, _view_id="ner_manual"), task(PERU, _view_id="ner", answer="reject"))
    with workspace() as bench:
        import_data(bench, "prodigy", data, layer="curator:ana")
        out, done = export_data(bench, "prodigy", layer="curator:ana")
        assert (len(out.splitlines()), done.lost) == (1, {"verdicts on suggestions (rejected, ignored)": 1})
        out, done = export_data(bench, "prodigy", layer="curator:ana", options={"verdicts": "yes"})
        found = [json.loads(line) for line in out.splitlines()]
        assert [(row["answer"], [s["label"] for s in row["spans"]]) for row in found] == [
            ("accept", ["PERSON"]),
            ("reject", ["GPE"]),
        ]
        assert done.lost == {}
        with workspace() as other:
            import_data(other, "prodigy", out)
            assert export_data(other, "prodigy", layer="curator:ana", options={"verdicts": "yes"})[0] == out


def test_hashes_and_fields_of_spans_come_back() -> None:
    span = {**ANA, "source": "model", "score": 0.5, "input_hash": 7, "pattern": 3}
    data = task(span, _input_hash=1, _task_hash=-2, _view_id="ner_manual", options=[{"id": 1}], meta={"section": "x"})
    with workspace() as bench:
        assert import_data(bench, "prodigy", rows(data), layer="gold").aside == {"task": 1, "span's fields": 1}
        exported = json.loads(export_data(bench, "prodigy")[0])
        assert exported["spans"] == [span]
        assert {name: exported[name] for name in data if name != "spans"} == {
            n: v for n, v in data.items() if n != "spans"
        }
        assert json.loads(export_data(bench, "jsonl")[0])["spans"][0]["origin"] == "accepted"


def test_tokens_are_those_that_a_trainer_gets_from_jsonl_too() -> None:
    with workspace() as bench:
        import_data(bench, "prodigy", rows(task(ANA)), layer="gold")
        ours, theirs = (json.loads(export_data(bench, name)[0]) for name in ("jsonl", "prodigy"))
        assert ours["tokens"] == theirs["tokens"]
        assert theirs["spans"] == [ANA]


BROKEN = {
    "an image task": ({"image": "x.jpg", "spans": []}, "a task on image, not on text: leave such tasks out"),
    "a match pattern": ({"label": "X", "pattern": [{"lower": "x"}]}, "a match pattern, not a task"),
    "no text": ({"spans": []}, "text: found nothing, expected a string"),
    "another answer": (task(answer="maybe"), 'answer: found "maybe", expected accept, reject or ignore'),
    "beyond the text": (task({"start": 0, "end": 99, "label": "X"}), "spans[0].start: found 0-99, expected"),
    "no label": (task({"start": 0, "end": 1}), "spans[0].label: found nothing, expected a string"),
    "another text": (task({**ANA, "text": "Eva"}), 'spans[0].text: found "Eva", expected "Ana"'),
    "spans that are none": (task(spans=5), "spans: found 5, expected a list"),
    "a dangling relation": (
        task(ANA, relations=[{"head": 0, "child": 9, "label": "r"}]),
        "relations[0].child: found 9",
    ),
    "a relation to a span that is not there": (
        task(ANA, relations=[{"head": 0, "child": 3, "label": "r", "child_span": PERU}]),
        "relations[0].child: found 3, expected the token of a span",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_with_its_line(case: str) -> None:
    row, said = BROKEN[case]
    with pytest.raises(FormatError) as caught:
        list(read(source_of_bytes(rows(task(ANA), row)), {}))
    assert str(caught.value).startswith("standard input:2: ")
    assert said in str(caught.value)


def test_a_token_that_looks_like_the_end_of_the_tokens() -> None:
    text = '}],"spans":[ "tokens":[{'
    tokens = [{"text": '}],"', "start": 0, "end": 4, "id": 0}]
    value = {
        "text": text,
        "tokens": tokens,
        "spans": [{"start": 0, "end": 2, "label": "X"}],
        "meta": {"tokens": [{"a": 1}]},
    }
    data = json.dumps(value, separators=(",", ":")).encode()
    (document,) = read(source_of_bytes(data), {})
    assert document.text == text
    assert len(document.layers[0].content.spans) == 1
    assert document.meta == {"tokens": [{"a": 1}]}
