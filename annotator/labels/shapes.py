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
        for what in ("head", "child", "symmetric", "within", "equivalence"):
            here_is, there_is = kind.get(what, False), other.get(what, False)
            if here_is != there_is:
                yield f"relation {name}: {what} is {_value_text(here_is)} here and {_value_text(there_is)} there"
    yield from _attribute_differences(here.get("attributes", {}), there.get("attributes", {}))
    for option in ("overlap", "snap"):
        if here[option] != there[option]:
            yield f"{option} is {here[option]} here and {there[option]} there"


def _attribute_differences(here: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    yield from _names("attribute", here, there)
    for name, attribute in here.items():
        other = there.get(name, attribute)
        for what in ("kind", "of", "values", "several", "default"):
            if attribute[what] != other[what]:
                was, now = _value_text(attribute[what]), _value_text(other[what])
                yield f"attribute {name}: {what} is {was} here and {now} there"


def _names(kind: str, here: Mapping[str, Any] | list[str], there: Mapping[str, Any] | list[str]) -> Iterator[str]:
    for name in sorted(set(here) ^ set(there)):
        yield f"{kind} {name} is only {'here' if name in here else 'there'}"


def _value_text(value: Any) -> str:
    if isinstance(value, list) and value:
        return "|".join(value)
    if value is None or value == []:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
