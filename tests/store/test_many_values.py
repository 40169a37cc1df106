"""Values by key, of which most are on disk: they behave as a dictionary does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotator.store import ManyValues, many_values

KEYS = st.sampled_from("abcdefgh")


@pytest.fixture(autouse=True, scope="module")
def _few_in_memory() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many_values, "MOST_IN_MEMORY", 2)
        yield


@example([("set", "a", 1), ("set", "b", 1), ("set", "c", 1), ("discard", "a", 1), ("set", "c", 2)])
@given(
    st.lists(
        st.tuples(st.sampled_from(["set", "setdefault", "discard", "clear"]), KEYS, st.integers(0, 3)), max_size=40
    )
)
def test_what_is_on_disk_is_found_like_what_is_in_memory(steps: list[tuple[str, str, int]]) -> None:
    known: dict[str, int] = {}
    with closing(ManyValues[int]()) as values:
        for step, key, value in steps:
            if step == "set":
                values[key] = known[key] = value
            elif step == "setdefault":
                assert values.setdefault(key, value) == known.setdefault(key, value)
            elif step == "discard":
                values.discard(key)
                known.pop(key, None)
            elif value == 0:
                values.clear()
                known.clear()
            assert len(values) == len(known)
            assert dict(values.items()) == known
            assert values.get(key) == known.get(key)
            assert (key in values) == (key in known)


def test_a_key_without_a_value_is_an_error() -> None:
    with closing(ManyValues[str]()) as values:
        values.setdefault("a", "x"), values.setdefault("b", "y"), values.setdefault("c", "z")
        assert values["c"] == "z"
        with pytest.raises(KeyError):
            values["d"]


def test_what_was_first_stays() -> None:
    with closing(ManyValues[tuple[str, str]]()) as taken:
        for number in range(1000):
            this = (f"{number:064}", f"f:{number}")
            assert taken.setdefault(f"k{number}", this) is this
        assert taken.setdefault("k7", ("0" * 64, "g:1")) == (f"{7:064}", "f:7")
