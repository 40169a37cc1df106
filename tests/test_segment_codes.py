"""Segments as bytes: what is written is what was there, small, and damage is noticed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.segment_codes import LONG, PLAIN, decode, encode, sql_count
from annotator.text import Segmentation
from annotator.tokenization import tokenize
from tests.workspaces import TEXT

SIZES = st.one_of(st.integers(1, 70), st.integers(1, 70_000))
GAPS = st.one_of(st.integers(0, 5), st.integers(0, 70_000))
STRETCHES = st.lists(st.tuples(GAPS, SIZES), max_size=30)


def segments(stretches: list[tuple[int, int]]) -> Segmentation:
    """Return segments one after the other, each with the gap before it and its length."""
    borders = list(accumulate(number for stretch in stretches for number in stretch))
    return Segmentation(zip(borders[0::2], borders[1::2], strict=True))


@given(STRETCHES)
def test_what_is_written_is_read_again(stretches: list[tuple[int, int]]) -> None:
    written = segments(stretches)
    read = Segmentation.unpack(written.pack())
    assert read == written
    assert list(read) == list(written)
    assert len(read) == len(stretches)


@given(STRETCHES)
def test_sql_counts_them(stretches: list[tuple[int, int]]) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        packed = segments(stretches).pack()
        query = f"SELECT {sql_count('packed')} FROM (SELECT ? AS packed)"
        assert connection.execute(query, (packed,)).fetchone()[0] == len(stretches)


@given(st.binary(max_size=20))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        starts, lengths = decode(data)
    except ValueError:
        return
    assert len(starts) == len(lengths)


@given(st.binary(max_size=20))
def test_bytes_are_taken_one_a_segment_only_where_none_is_wrong(data: bytes) -> None:
    read = Segmentation.of_codes(data)
    if read.codes is not None:
        count = len(read)
        assert len(list(read)) == count


@pytest.mark.parametrize("data", [b"\xfe", b"\x00\xfc", b"\x00\x04\xfd", b"\x00\x04\xfd\x00\x01", b"\x00\xfc\xfd\x00"])
def test_what_was_never_written_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="codes"):
        decode(data)


def test_offsets_that_no_text_has_are_refused() -> None:
    four_billion = bytes([252, 252, 253]) + b"\xff" * 16
    with pytest.raises(ValueError, match="32 bits"):
        decode(four_billion)


def test_a_token_takes_about_a_byte() -> None:
    tokens = tokenize(TEXT * 50, "es")
    assert len(tokens.pack()) <= 1.1 * len(tokens) + 1


@pytest.mark.parametrize("count", [LONG - 1, LONG, LONG + 1])
def test_those_of_a_long_text_are_read_and_counted_too(count: int) -> None:
    written = segments([(1, 5)] * count)
    packed = written.pack()
    read = Segmentation.unpack(packed)
    assert read == written
    assert list(read) == list(written)
    assert len(packed) == (count + 1 if count < LONG else 8 * count + 1)
    with closing(sqlite3.connect(":memory:")) as connection:
        assert connection.execute(f"SELECT {sql_count('?1')}", (packed,)).fetchone()[0] == count
    with pytest.raises(ValueError, match="codes"):
        Segmentation.unpack(PLAIN + b"\x00" * 9)


def test_segments_of_the_longest_kind_need_no_escape() -> None:
    assert len(encode([0, 65], [62, 127])) == 3
