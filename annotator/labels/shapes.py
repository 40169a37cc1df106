"""Comparing the shapes of two label schemes: names, what relations may link, how spans may overlap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def shape_differences(here: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    """Yield the differences between two shapes (:attr:`LabelScheme.shape`), each as a sentence."""
    yield from _names("entity", here["entities"], there["entities"])
    yield from _names("relation", here["relations"], there["relations"])
    for name, kind in here["relations"].items():
        other = there["relations"].get(name, kind)
        for what in ("head", "child", "symmetric", "within"):
            if kind[what] != other[what]:
                yield f"relation {name}: {what} is {_value_text(kind[what])} here and {_value_text(other[what])} there"
    for option in ("overlap", "snap"):
        if here[option] != there[option]:
            yield f"{option} is {here[option]} here and {there[option]} there"


def _names(kind: str, here: Mapping[str, Any] | list[str], there: Mapping[str, Any] | list[str]) -> Iterator[str]:
    for name in sorted(set(here) ^ set(there)):
        yield f"{kind} {name} is only {'here' if name in here else 'there'}"


def _value_text(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
