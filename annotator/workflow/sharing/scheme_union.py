"""Uniting the changes that two databases made to the label scheme and to names, before their work is united."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from annotator.errors import SchemeError, StoreError
from annotator.labels import LabelScheme, shape_differences
from annotator.labels.load import NAME, read_scheme_text
from annotator.names import person_problem
from annotator.scheme_changes import Changes, SchemeEvent, SchemeHistory, changed_shape
from annotator.scheme_changes.change import SECTIONS, ChangeKind
from annotator.store import SchemeStamp, scheme_problem
from annotator.validation.ops import latest_moment, moment_problem
from annotator.workflow.reserved_keys import RESERVED_KEYS
from annotator.workflow.schemes.label_text import text_after

_LONGEST_TEXT = 1 << 20
"""Characters of a ``labels.yaml`` that a change may keep."""


class _RelationShape(msgspec.Struct, omit_defaults=True):
    head: list[str]
    child: list[str]
    symmetric: bool
    within: str
    equivalence: bool = False


class _AttributeShape(msgspec.Struct):
    kind: str
    of: list[str]
    values: list[str]
    several: bool
    default: bool | int | float | str | list[str] | None


class _Shape(msgspec.Struct, omit_defaults=True):
    """What a database notes of its label scheme, as far as :func:`shape_differences` reads it."""

    entities: list[str]
    relations: dict[str, _RelationShape]
    overlap: str
    snap: str
    attributes: dict[str, _AttributeShape] = {}


@dataclass(slots=True)
class SchemeUnion:
    """The label scheme and the names that two databases have after a merge.

    ``changes`` are those of both, ``news`` those of the labels that are not here yet, in order, ``renamed`` those of
    names; ``text`` is what ``labels.yaml`` will say, ``None`` where it stays as it is.  ``conflicts`` say why the two
    do not go together; ``fits`` is whether what comes keeps to the scheme there, and that is the same as here.
    """

    changes: Changes
    news: list[SchemeEvent] = field(default_factory=list)
    renamed: list[SchemeEvent] = field(default_factory=list)
    text: str | None = None
    conflicts: list[str] = field(default_factory=list)
    fits: bool = False
    guidelines_differ: bool = False

    @property
    def history(self) -> SchemeHistory:
        """The changes of the labels of both."""
        return self.changes.labels

    def told(self) -> Iterator[str]:
        """Yield what comes, in words."""
        yield from map(self.history.told, self.news)
        yield from map(self.changes.renamings.told, self.renamed)


def unite_schemes(
    scheme: LabelScheme,
    ours: Changes,
    events: list[tuple[str, SchemeEvent]],
    stamp: SchemeStamp | None,
    *,
    told: str,
    any_scheme: bool,
) -> SchemeUnion:
    """Find out what becomes of the label scheme here; ``events`` and ``stamp`` are those of the other database.

    ``told`` is what that one is called; ``any_scheme`` takes what fits the scheme here, whatever else is there.
    Raises :class:`StoreError` for changes that our code could not have written, :class:`SchemeConflictError` for such
    as do not go together.
    """
    theirs = _checked(events, told)
    changes = Changes(ours.labels.united(theirs.labels), ours.renamings.united(theirs.renamings))
    union = SchemeUnion(changes)
    union.renamed = changes.renamings.in_order(theirs.renamings.events.keys() - ours.renamings.events.keys())
    union.news = union.history.in_order(theirs.labels.events.keys() - ours.labels.events.keys())
    missing = union.history.in_order(ours.labels.events.keys() - theirs.labels.events.keys())
    text, here, made = scheme.text, scheme.shape, set(ours.labels.events)
    for event in SchemeHistory.standing(union.news):
        union.conflicts += _taken(event, here, "here")
        try:
            text = text_after(text, event, union.history, made)
            here = read_scheme_text(text, RESERVED_KEYS).shape
        except SchemeError as error:
            union.conflicts.append(
                f"label scheme: {union.history.told(event)} ({event.actor}, {event.at}) cannot be made in labels.yaml"
                f" here: {error.message}: `annotator labels undo` takes a change back, here or there"
            )
            return union
        made.add(event.hash)
    union.text = None if text == scheme.text else text
    there = _shape(stamp)
    if stamp is None or there is None:
        return union
    text, made = stamp.labels or "", set(theirs.labels.events)
    for event in SchemeHistory.standing(missing):
        union.conflicts += _taken(event, there, "there")
        if event.change is not None:
            there = changed_shape(there, event.change)
        with suppress(SchemeError):  # else it is not known what it makes of the scheme there, which then differs
            text = text_after(text, event, union.history, made)
            there = read_scheme_text(text, RESERVED_KEYS).shape
        made.add(event.hash)
    differences = list(shape_differences(here, there))
    if differences and not any_scheme:
        union.conflicts += [f"label scheme: {difference}" for difference in differences]
        union.conflicts.append("label scheme: --any-scheme takes what fits the scheme here all the same")
    union.fits = not differences
    union.guidelines_differ = not union.news and not missing and stamp.sha256 != scheme.sha256
    return union


def _checked(events: list[tuple[str, SchemeEvent]], told: str) -> Changes:
    latest = latest_moment(datetime.now(UTC))
    problem = scheme_problem(events)
    for _, event in events if problem is None else ():
        names = () if event.change is None else (*event.change.old, *event.change.new)
        problem = person_problem(event.actor) or moment_problem(event.at, latest)
        if event.change is not None and event.change.kind == "value":
            names = tuple(name.partition("=")[0] for name in names)
        if any(not NAME.fullmatch(name) for name in names):
            problem = "a change of the label scheme is about what cannot be a label"
        if max(len(event.before), len(event.after)) > _LONGEST_TEXT:
            problem = "a change of the label scheme keeps more than a labels.yaml could say"
        if problem is not None:
            break
    if problem is not None:
        raise StoreError(f"{told}: label scheme: {problem}", "run `annotator doctor` there")
    return Changes.of(event for _, event in events)


def _shape(stamp: SchemeStamp | None) -> dict[str, Any] | None:
    try:
        return None if stamp is None else msgspec.to_builtins(msgspec.json.decode(stamp.shape, type=_Shape))
    except (msgspec.DecodeError, RecursionError):
        return None


def _taken(event: SchemeEvent, shape: Mapping[str, Any], where: str) -> Iterator[str]:
    """Yield why a label cannot be renamed: the new name is a label of its own in the place that does not know of it."""
    change = event.change
    if change is not None and change.action == "rename":
        labels = _names(shape, change.kind)
        if change.old[0] in labels and change.new[0] in labels:
            what = {"attribute": "an attribute", "value": "a value"}.get(change.kind, "a label")
            yield (
                f"label scheme: {change} ({event.actor}, {event.at}),"
                f" but {change.new[0]} is {what} of its own {where}: rename that one first"
            )


def _names(shape: Mapping[str, Any], kind: ChangeKind) -> Collection[str]:
    """What of one kind a scheme with this shape has."""
    attributes = shape.get("attributes", {})
    if kind == "value":
        return {f"{name}={value}" for name, attribute in attributes.items() for value in attribute["values"]}
    names: Collection[str] = attributes if kind == "attribute" else shape[SECTIONS[kind]]
    return names
