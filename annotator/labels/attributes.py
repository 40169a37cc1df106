"""Attributes: what a label scheme lets curators say about a span, a relation or a document beside its label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from annotator.annotation import Attributes, AttributeValue
from annotator.attribute_values import LONGEST_VALUE, is_finite, text_problem
from annotator.wording import did_you_mean

AttributeKind = Literal["values", "flag", "text", "number", "date", "catalog"]
DOCUMENT = "document"
"""What an attribute belongs to that is not of labels: the document itself."""
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_EXACT = 2**53
_TEXT = f"a text on one line, of at most {LONGEST_VALUE:,} characters"


@dataclass(frozen=True, slots=True)
class AttributeChoice:
    """One of the values of an attribute: its hot key (empty: none) and its guideline by language."""

    name: str
    key: str = ""
    description: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AttributeType:
    """One attribute: what may have it, what its values are, and its guideline.

    ``of`` names the entity and relation labels that it belongs to, or is ``("document",)``.  ``key`` is the hot key
    that asks for a value (of a flag: that sets it); where there are ``choices``, their own keys set them.  ``catalog``
    names the catalog whose entries are its values, ``several`` lets one item have more than one.  ``default`` holds
    where nothing is set, and is never stored: of a flag it is false, unless the scheme says otherwise.
    """

    name: str
    kind: AttributeKind
    of: tuple[str, ...]
    key: str = ""
    choices: Mapping[str, AttributeChoice] = field(default_factory=dict)
    catalog: str | None = None
    several: bool = False
    default: AttributeValue | None = None
    description: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_of_document(self) -> bool:
        """Whether it says something about the document itself."""
        return self.of == (DOCUMENT,)

    @property
    def shape(self) -> dict[str, Any]:
        """The part that decides which values fit it, as JSON values."""
        return {
            "kind": self.kind,
            "of": sorted(self.of),
            "values": sorted(self.choices),
            "several": self.several,
            "default": self.default,
        }

    def value_in(self, attributes: Attributes | None) -> AttributeValue | None:
        """The value that an item with some attributes has: the default where none is set; ``None`` for no value."""
        return (attributes or {}).get(self.name, self.default)

    def canonical(self, value: Any) -> AttributeValue:
        """Write a value as it is stored: several ones as a list, each once and in order, a whole number as one.

        Raises :class:`ValueError` with the reason where it is no value of this attribute.
        """
        if not self.several:
            return self._single(value)
        values = list(value) if isinstance(value, (list, tuple)) else [value]
        if not values:
            raise ValueError(f"{self.name}: found no value, expected one at least")
        found = {self._single(one): None for one in values}
        if self.choices:
            return [name for name in self.choices if name in found]
        return sorted(map(str, found))

    def _single(self, value: Any) -> bool | int | float | str:
        problem = self._problem(value)
        if problem is not None:
            raise ValueError(f"{self.name}: found {_shown(value)}, expected {problem}")
        if self.kind == "number" and isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
            return int(value)
        single: bool | int | float | str = value.strip() if self.kind in ("text", "catalog") else value
        return single

    def _problem(self, value: Any) -> str | None:
        """What was expected in place of a value; ``None`` where it is one."""
        if self.kind == "flag":
            return None if isinstance(value, bool) else "true or false"
        if self.kind == "number":
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            return None if number and is_finite(value) else "a number"
        if not isinstance(value, str):
            return "a text" if self.kind != "date" else "a date"
        if self.kind == "values":
            known = value in self.choices
            return None if known else f"one of {', '.join(self.choices)}{did_you_mean(value, self.choices)}"
        if self.kind == "date":
            return None if is_date(value) else "a date as YYYY-MM-DD, YYYY-MM or YYYY"
        return None if text_problem(value.strip()) is None else _TEXT


def is_date(value: str) -> bool:
    """Tell whether a text is a day, a month or a year of the calendar, in ISO 8601."""
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value + "-01-01"[: 10 - len(value)] if len(value) < 10 else value)
    except ValueError:
        return False
    return True


def values_of(value: AttributeValue | None) -> Sequence[bool | int | float | str]:
    """The single values of what an attribute has: none, one, or several."""
    if value is None:
        return ()
    return (value,) if isinstance(value, (bool, int, float, str)) else value


def value_text(value: AttributeValue | None) -> str:
    """Write a value in words: yes and no for flags, several ones with commas."""
    return ", ".join(_single_text(one) for one in values_of(value))


def _single_text(value: bool | float | str) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def toggled(
    attribute: AttributeType, attributes: Attributes | None, value: bool | float | str
) -> AttributeValue | None:
    """What an attribute is to be set to when one value is asked for: that value, or nothing where it has it already.

    Where the attribute may have several values, the others stay.
    """
    present = list(values_of(attribute.value_in(attributes)))
    if not attribute.several:
        return None if value in present and attribute.kind != "flag" else value
    values = [str(one) for one in present if one != value] + ([] if value in present else [str(value)])
    return values or None


def with_value(
    attributes: Attributes | None, attribute: AttributeType, value: AttributeValue | None
) -> Attributes | None:
    """Attributes with one of them set to a canonical value, or (``None``, or the default) not set.

    ``None`` where none is set then.
    """
    changed = {name: other for name, other in (attributes or {}).items() if name != attribute.name}
    if value is not None and value != attribute.default:
        changed[attribute.name] = value
    return dict(sorted(changed.items())) or None


def fitting(attributes: Attributes | None, known: Iterable[AttributeType]) -> Attributes | None:
    """Those of some attributes that are among the known ones; ``None`` where none is."""
    names = {attribute.name for attribute in known}
    return {name: value for name, value in (attributes or {}).items() if name in names} or None


def _shown(value: Any) -> str:
    written = repr(value)
    return written if len(written) <= 40 else written[:39] + "…"
