"""Spans with white space at an end or an end inside a token: told with their places, and moved on request."""

from __future__ import annotations

import json

import pytest

from tests.formats.files import ANYTHING, import_data, workspace
from tests.workspaces import Bench

TEXT = "Ada Pike met Bo in Rome."
LEADING, INSIDE, EXACT = [3, 8, "PERSON"], [19, 22, "GPE"], [13, 15, "PERSON"]


def data(*spans: list[object]) -> bytes:
    return json.dumps({"text": TEXT, "key": "nota", "label": list(spans)}).encode()


def spans_of(bench: Bench) -> list[str]:
    (info,) = (info for info in bench.store.layers() if info.name.name == "gold")
    return sorted(TEXT[s.start : s.end] for s in bench.store.annotations(info.id).spans.values())


@pytest.mark.parametrize(
    ("rule", "stored", "white", "inside", "moved"),
    [
        ("keep", [" Pike", "Bo", "Rom"], "nota 3-8 PERSON", "nota 19-22 GPE", 0),
        ("trim", ["Bo", "Pike", "Rom"], "", "nota 19-22 GPE", 1),
        ("snap", ["Bo", "Pike", "Rome"], "", "", 2),
    ],
)
def test_they_are_told_or_moved(rule: str, stored: list[str], white: str, inside: str, moved: int) -> None:
    with workspace() as bench:
        for _ in range(2):
            report = import_data(bench, "doccano", data(LEADING, INSIDE, EXACT), layer="gold", borders=rule)
            assert spans_of(bench) == stored
            assert (report.white_space.told(), report.off_token.told(), report.moved) == (white, inside, moved)
        assert report.layers["gold"].unchanged == 1


def test_where_spans_need_not_end_at_tokens_only_white_space_is_told() -> None:
    with workspace(ANYTHING + "snap: grapheme\n") as bench:
        report = import_data(bench, "doccano", data(LEADING, INSIDE), layer="gold")
        assert (report.white_space.count, report.off_token.count) == (1, 0)


def test_relations_and_verdicts_follow_their_spans() -> None:
    spans = [{"start": 3, "end": 8, "label": "PERSON"}, {"start": 18, "end": 23, "label": "GPE"}]
    link = {"head": 0, "child": 0, "label": "held_in", "head_span": spans[0], "child_span": spans[1]}
    accepted = {"text": TEXT, "spans": spans, "relations": [link]}
    rejected = {"text": TEXT, "spans": [{"start": 12, "end": 15, "label": "ORG"}], "answer": "reject"}
    rows = b"".join(json.dumps(task).encode() + b"\n" for task in (accepted, rejected))
    with workspace() as bench:
        import_data(bench, "prodigy", rows, layer="curator:ana", borders="trim")
        (info,) = (info for info in bench.store.layers() if info.name.kind == "curator")
        content = bench.store.annotations(info.id)
        (relation,) = content.relations.values()
        assert [TEXT[s.start : s.end] for s in (content.spans[relation.head], content.spans[relation.child])] == [
            "Pike",
            "Rome",
        ]
        assert list(bench.store.verdicts(info.id)) == ["13-15-ORG"]


def test_a_span_of_white_space_alone_stays() -> None:
    with workspace() as bench:
        report = import_data(bench, "doccano", data([3, 4, "PERSON"]), layer="gold", borders="snap")
        assert (spans_of(bench), report.white_space.count, report.moved) == ([" "], 1, 0)
