"""How deeply lists and objects may lie inside one another in JSON that is stored, so that all can read it again."""

from __future__ import annotations

from typing import Any

DEEPEST = 100
"""The most brackets around a value."""


def is_too_deep(value: Any) -> bool:
    """Tell whether lists and objects lie inside one another more than :data:`DEEPEST` times."""
    inside: list[Any] = [[value]]
    for _ in range(DEEPEST + 1):
        parts = [outer.values() if isinstance(outer, dict) else outer for outer in inside]
        inside = [one for part in parts for one in part if isinstance(one, dict | list)]
        if not inside:
            return False
    return True
