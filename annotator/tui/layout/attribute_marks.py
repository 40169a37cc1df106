"""Attributes and groups in the short form in which they stand behind a label, and attributes in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from annotator.annotation import Attributes, AttributeValue
from annotator.labels import AttributeType, LabelScheme
from annotator.labels.attributes import value_text, values_of
from annotator.tui.layout.cutting import cut_middle
from annotator.tui.layout.palette import RETIRED
from annotator.tui.layout.sanitizing import sanitize

MOST_CELLS = 28
"""Cells that the marks behind one label take at most."""
SHORT = 5
"""Letters up to which a name is not shortened."""
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def group_mark(numbers: Iterable[int]) -> str:
    """The numbers of the groups that a mention is in, in small digits: ``₁``."""
    return ",".join(str(number).translate(_SUBSCRIPTS) for number in numbers)


def attribute_marks(scheme: LabelScheme, attributes: Attributes | None) -> str:
    """What is set of an item's attributes, to stand behind its label: ``·neg·possible=Q96``."""
    if not attributes:
        return ""
    marks = [_mark(scheme, known, attributes[name]) for name, known in scheme.attributes.items() if name in attributes]
    marks += [f"·{name}={value_text(value)}{RETIRED}" for name, value in _unknown(scheme, attributes)]
    return cut_middle(sanitize("".join(marks)), MOST_CELLS)


def _unknown(scheme: LabelScheme, attributes: Attributes) -> Iterator[tuple[str, AttributeValue]]:
    return ((name, value) for name, value in attributes.items() if name not in scheme.attributes)


def _mark(scheme: LabelScheme, attribute: AttributeType, value: AttributeValue) -> str:
    name = attribute.name
    if attribute.kind == "flag":
        name = short_name(name, scheme.attributes)
        return f"·{name}" if value else f"·no {name}"
    if attribute.kind == "text":
        return f"·{name}…"
    if attribute.kind == "number":
        return f"·{name} {value}"
    sign = "=" if attribute.kind == "catalog" else "·"
    return sign + ",".join(str(one) for one in values_of(value))


def short_name(name: str, names: Iterable[str]) -> str:
    """The first three letters of an attribute's name, or more where another one begins with these."""
    others = [other for other in names if other != name]
    if len(name) <= SHORT:
        return name
    beginnings = (name[:length] for length in range(3, len(name)))
    return next((short for short in beginnings if not any(other.startswith(short) for other in others)), name)


EntryName = Callable[[AttributeType, str], str | None]
"""The name of an entry by its id, for an attribute of its catalog; ``None`` where that is not known."""


def attribute_words(
    known: Iterable[AttributeType], attributes: Attributes | None, entry_name: EntryName | None = None
) -> list[str]:
    """What is set of an item's attributes in words, each with its name: ``certainty possible``, ``wikidata Q96 X``.

    A flag that is set is its name alone.
    """
    told: list[str] = []
    remaining = dict(attributes or {})
    for attribute in known:
        value = remaining.pop(attribute.name, None)
        if value is None:
            continue
        if attribute.kind == "flag":
            told.append(attribute.name if value else f"{attribute.name} no")
        else:
            told.append(f"{attribute.name} {value_with_names(attribute, value, entry_name)}")
    told += [f"{name}{RETIRED} {value_text(value)}" for name, value in remaining.items()]
    return [sanitize(words) for words in told]


def value_with_names(attribute: AttributeType, value: AttributeValue | None, entry_name: EntryName | None) -> str:
    """A value in words; behind the id of an entry stands its name, where that is known."""
    if attribute.catalog is None or entry_name is None:
        return value_text(value)
    named = ((str(one), entry_name(attribute, str(one))) for one in values_of(value))
    return ", ".join(f"{entry} {name}" if name else entry for entry, name in named)


def filter_words(attributes: Attributes | None, numbers: Iterable[int]) -> str:
    """What a filter finds of attributes and groups: ``negated=yes certainty=possible #2``."""
    found = [f"{name}={text}" for name, value in (attributes or {}).items() for text in map(value_text, _each(value))]
    return " ".join([*found, *(f"#{number}" for number in numbers)])


def _each(value: AttributeValue) -> Iterator[AttributeValue]:
    yield from values_of(value)
