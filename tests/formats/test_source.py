"""Reading foreign files piece by piece: places, lists of any layout, and how far reading got."""

from __future__ import annotations

import codecs
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.errors import FormatError
from annotator.formats.json_values import Fields, JsonValues, parse_json, try_decode
from annotator.formats.source import Source

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('a"[]{}, \\\n\u2028é👍', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=8,
)


def list_values(values: JsonValues) -> list[tuple[Any, int]]:
    items = []
    while (item := values.next()) is not None:
        items.append(item)
    return items


@settings(max_examples=150)
@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 1]), st.integers(1, 40))
def test_a_list_comes_out_whole_however_it_arrives(values: list[Any], indent: int | None, size: int) -> None:
    text = " \n" + json.dumps(values, ensure_ascii=False, indent=indent) + "\n "
    got = list_values(JsonValues((text[at : at + size] for at in range(0, len(text), size)), "f.json"))
    assert [value for value, _ in got] == values
    lines = text.split("\n")
    assert all(0 < line <= len(lines) for _, line in got)


@settings(max_examples=150)
@given(st.lists(VALUES, min_size=1, max_size=4), st.integers(1, 60))
def test_a_list_that_is_cut_short_is_never_taken_for_a_whole_one(values: list[Any], size: int) -> None:
    text = json.dumps(values, ensure_ascii=False)[:-1]
    found = JsonValues((text[at : at + size] for at in range(0, len(text), size)), "f.json")
    with pytest.raises(FormatError, match=r"f\.json:1: not a JSON list"):
        list_values(found)


@pytest.mark.parametrize("text", ["[1] 2", "[1, 2]]", "[1,, 2]", "[1 2]", "[,1]", "{}", "[1,]"])
def test_what_is_no_list(text: str) -> None:
    found = JsonValues(iter([text]), "f.json")
    with pytest.raises(FormatError, match=r"f\.json:1: not a JSON list"):
        list_values(found)


@settings(max_examples=200)
@given(
    st.dictionaries(st.sampled_from(["text", "tokens", "meta", "spans"]), VALUES),
    st.text('}],"{[: tokens', max_size=20),
)
def test_passing_over_a_list_changes_nothing_else(values: dict[str, Any], text: str) -> None:
    tokens = [{"text": text, "start": 0}, {"text": "b"}]
    line = json.dumps({**values, "meta": {"tokens": tokens}, "tokens": tokens, "spans": [text]}, separators=(",", ":"))
    got = try_decode(line.encode(), "tokens")
    whole = parse_json(line, "f:1")
    assert {k: v for k, v in got.items() if k != "tokens"} == {k: v for k, v in whole.items() if k != "tokens"}


def test_bytes_are_counted_and_a_byte_order_mark_is_left_out() -> None:
    data = '\ufeff{"text": "Perú"}\n\n{"text": "b"}'.encode()
    found = Source(None, stream=io.BytesIO(data))
    items = list(found.items())
    assert [(item.value["text"], item.number) for item in items] == [("Perú", 1), ("b", 2)]
    assert found.done == len(data)


def test_a_byte_that_is_none_is_placed_in_lines_and_in_lists() -> None:
    marked = codecs.BOM_UTF8 + b'{"a": "\xe1"}'
    for data in (b'{"a": 1}\n{"a": "\xe1"}\n', marked, b'[{"a": 1},\n{"a": "\xe1"}]'):
        with pytest.raises(FormatError, match=f"byte {data.index(0xE1)} is not UTF-8"):
            list(Source(None, stream=io.BytesIO(data)).items())


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"start": 0, "end": 5}, "found 0-5, expected 0 ≤ start < end ≤ 4"),
        ({"start": 2, "end": 2}, "found 2-2"),
        ({"start": -1, "end": 2}, "found -1-2"),
        ({"start": True, "end": 2}, "start: found true, expected a whole number"),
        ({"start": 0}, "end: found nothing, expected a whole number"),
    ],
)
def test_ranges_lie_in_the_text(value: dict[str, Any], said: str) -> None:
    with pytest.raises(FormatError, match=said):
        Fields(value, "f:1").range("start", "end", 4)
