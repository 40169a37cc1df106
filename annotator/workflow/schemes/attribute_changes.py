"""Renaming and dropping attributes, and their values, which are written ``certainty=possible``."""

from __future__ import annotations

from collections.abc import Sequence

from annotator.attribute_values import text_problem
from annotator.errors import WorkflowError
from annotator.labels import LabelScheme
from annotator.labels.attributes import AttributeChoice, values_of
from annotator.labels.load import NAME, NAME_RULE
from annotator.scheme_changes import LabelChange
from annotator.scheme_changes.change import Action
from annotator.store import Store
from annotator.store.attribute_counts import attribute_counts
from annotator.store.label_counts import LabelCount
from annotator.wording import did_you_mean


def is_attribute(name: str, scheme: LabelScheme, store: Store) -> bool:
    """Whether a name is that of an attribute or of a value: no label's, and in the scheme, or set somewhere."""
    if name in scheme.entities or name in scheme.relations:
        return False
    return "=" in name or name in scheme.attributes or bool(attribute_counts(store, [name]))


def attribute_change(
    scheme: LabelScheme, store: Store, action: Action, old: Sequence[str], new: Sequence[str]
) -> LabelChange:
    """Make a change of an attribute, or of one of its values, and check it against the scheme and the work.

    Raises :class:`WorkflowError` where it makes no sense.
    """
    if action not in ("rename", "drop") or len(old) != 1:
        raise WorkflowError(
            f"{old[0]} is no label: attributes and values are renamed and dropped, one at a time",
            "see `annotator labels --help`",
        )
    name, is_value, value = old[0].partition("=")
    attribute = scheme.attributes.get(name)
    if not is_value:
        if attribute is None and not attribute_counts(store, [name]):
            raise WorkflowError(f"there is no attribute {name}{did_you_mean(name, scheme.attributes)}", _LISTED)
        _check_new_attribute(scheme, name, new)
        return LabelChange(action, "attribute", (name,), tuple(new))
    if attribute is not None and attribute.kind != "values":
        raise WorkflowError(f"the values of {name} are not listed in labels.yaml", "set another one where it is wrong")
    known = () if attribute is None else attribute.choices
    if value not in known and not attribute_counts(store, [old[0]]):
        raise WorkflowError(f"there is no value {old[0]}{did_you_mean(value, known)}", _LISTED)
    if not new and attribute is not None and value in values_of(attribute.default):
        raise WorkflowError(f"{value} is the default of {name}", "give it another default in labels.yaml first")
    names = [one.removeprefix(f"{name}=") for one in new]
    for other in names:
        problem = text_problem(other)
        if problem is not None:
            raise WorkflowError(f"{other!r} {problem}", "give it another name")
        if other in known and value in known:
            raise WorkflowError(f"{name}={other} is there already", "drop one of them, or name it otherwise")
    return LabelChange(action, "value", (old[0],), tuple(f"{name}={other}" for other in names))


def value_names(scheme: LabelScheme) -> dict[str, AttributeChoice]:
    """The values that a scheme lists, by names such as ``certainty=possible``."""
    return {f"{a.name}={c.name}": c for a in scheme.attributes.values() for c in a.choices.values()}


def listed_counts(store: Store, scheme: LabelScheme) -> list[LabelCount]:
    """How often attributes occur, and values of those whose values the scheme lists, also such as it lacks."""
    return [
        count
        for count in attribute_counts(store)
        if count.kind == "attribute"
        or ((a := scheme.attributes.get(count.label.partition("=")[0])) is not None and a.kind == "values")
    ]


_LISTED = "`annotator labels stats` lists what there is"


def _check_new_attribute(scheme: LabelScheme, name: str, new: Sequence[str]) -> None:
    for other in new:
        if not NAME.fullmatch(other):
            raise WorkflowError(f"{other!r} cannot be an attribute: {NAME_RULE}", "give it another name")
        if other in scheme.attributes and name in scheme.attributes:
            raise WorkflowError(f"{other} is an attribute already", "drop one of them, or name it otherwise")
