"""Checks values of attributes that come from elsewhere: whether any label scheme could have them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from annotator.annotation import AttributeValue

LONGEST_VALUE = 1000
"""Code points of a text, or of the id of a catalog's entry."""
MOST_VALUES = 1000
"""Values that one attribute may have at once."""
_BEYOND, _LARGEST = 2**63, 1e300


def attributes_problem(attributes: Mapping[str, AttributeValue]) -> str | None:
    """Say what is wrong with attributes, which stand in order of name, or return ``None``."""
    if any(one >= other for one, other in pairwise(attributes)):
        return "its attributes are not in order of name"
    problems = ((name, attribute_value_problem(value)) for name, value in attributes.items())
    return next((f"its attribute {name!r:.60} {problem}" for name, problem in problems if problem), None)


def attribute_value_problem(value: AttributeValue) -> str | None:
    """Say what is wrong with the value of an attribute, or return ``None``."""
    if isinstance(value, (int, float)):
        return None if is_finite(value) else "is no number, or too large a one"
    if isinstance(value, str):
        return text_problem(value)
    if not 0 < len(value) <= MOST_VALUES or len(set(value)) < len(value):
        return f"does not have between 1 and {MOST_VALUES:,} values, each once"
    return next(filter(None, map(text_problem, value)), None)


def is_finite(number: float) -> bool:
    """Tell whether any program could hold a number: a whole one in 64 bits, or another up to 1e300."""
    return -_BEYOND <= number < _BEYOND if isinstance(number, int) else abs(number) <= _LARGEST


def text_problem(value: str) -> str | None:
    """Say why a text cannot be the value of an attribute, or return ``None``."""
    if value != value.strip() or not value:
        return "is empty, or has white space around it"
    if len(value) > LONGEST_VALUE:
        return f"is longer than {LONGEST_VALUE:,} characters"
    return None if value.isprintable() else "holds a line break or another control character"
