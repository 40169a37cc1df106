"""The key that sets attributes: a second key sets a value, or asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Protocol

from annotator.annotation import Attributes, AttributeValue
from annotator.errors import AnnotatorError, WorkflowError
from annotator.labels import AttributeType
from annotator.labels.attributes import value_text, values_of
from annotator.tui.key_prompt import MenuChoice, MenuRow
from annotator.tui.layout.palette import RETIRED
from annotator.tui.screens.document.prompts import Prompts
from annotator.tui.screens.document.session import DocumentSession
from annotator.tui.waiting_keys import WaitingKeys
from annotator.tui.workbench import Workbench
from annotator.workflow.annotating.entry_search import EntrySource
from annotator.workflow.editing.editor import Outcome

KEY = "'"
COPY = "*"
TAKE = "+"
DROP = "-"
LIKELY = 3
"""Entries of a catalog that keys of their own set at once."""


class AttributeSetter(Protocol):
    """Sets attributes as steps; an item's id, or ``None`` for the document, says of what."""

    def of(self, item_id: str | None) -> Attributes:
        """What is set of the attributes of an item, or of the document."""
        ...

    def toggle(self, item_id: str | None, name: str, value: bool | float | str) -> Outcome:
        """Set an attribute to a value, or take that value away where the attribute has it."""
        ...

    def set(self, item_id: str | None, name: str, value: AttributeValue | None) -> Outcome:
        """Set an attribute, or (``None``) take away what it is set to."""
        ...

    def copy(self, span_id: str) -> Outcome:
        """Give what is set of a mention's attributes to all mentions of the same words and label."""
        ...

    def suggested(self) -> Attributes:
        """What is suggested of the attributes of the document, and not set."""
        ...

    def take_suggested(self) -> Outcome:
        """Set what is suggested of the attributes of the document."""
        ...

    def retired(self, item_id: str | None) -> Attributes:
        """What is set of the attributes of an item, or of the document, that the label scheme no longer allows."""
        ...

    def drop_retired(self, item_id: str | None) -> Outcome:
        """Take away what is set of these and the label scheme no longer allows."""
        ...


class AttributeScreen(Protocol):
    """A screen on a document whose items may have attributes."""

    item_id: str | None
    prompts: Prompts
    waiting_keys: WaitingKeys

    @property
    def session(self) -> DocumentSession:
        """The layer that is worked on."""
        ...

    def call_later(self, callback: Callable[..., object], *args: object) -> bool:
        """Call something after the messages that wait."""
        ...

    def carry_out(self, action: Callable[[], Outcome]) -> Outcome | None:
        """Take a step and show its outcome."""
        ...

    def focus_item(self, item_id: str | None, *, move_cursor: bool = True) -> None:
        """Put the focus on an item."""
        ...

    def refuse(self, text: str) -> None:
        """Say why a key opens no question."""
        ...

    def ask_for_text(self, placeholder: str, value: str, then: Callable[[str], None]) -> None:
        """Open the entry line."""
        ...

    @property
    def workbench(self) -> Workbench:
        """The app, which lets values be searched for."""
        ...

    def show_error(self, error: AnnotatorError) -> None:
        """Show what is wrong and how to mend it."""
        ...


class AttributeActions:
    """Actions that set attributes of the item in focus, or of the document."""

    def __init__(self, screen: AttributeScreen, setter: AttributeSetter, entries: EntrySource) -> None:
        self._screen = screen
        self._setter = setter
        self._entries = entries

    def action_attribute(self) -> None:
        """Ask for an attribute of the item in focus; with nothing in focus, of the document."""
        self.ask(self._screen.item_id)

    def ask(self, item_id: str | None) -> None:
        """Ask for an attribute of an item, or (``None``) of the document: a key sets a value, or asks for one."""
        session = self._screen.session
        label = None if item_id is None else session.checks.label_of(item_id)
        known = session.scheme.attributes_of(label)
        of_document = bool(session.scheme.attributes_of(None)) and label is not None
        what = "the document" if item_id is None else session.checks.name_of(item_id)
        retired = self._setter.retired(item_id)
        if not known and not of_document and not retired:
            self._screen.refuse(f"{label or 'the document'} has no attributes in the label scheme")
            return
        options: dict[str, Callable[[], None]] = {}
        digits = _free_digits(known)
        menu = [self._row(attribute, item_id, options, digits) for attribute in known]
        further: list[MenuChoice] = []

        def offer(key: str, text: str, action: Callable[[], None]) -> None:
            if key not in options:  # a label scheme may give any key to an attribute
                options[key] = action
                further.append(MenuChoice(key, text))

        if item_id is not None and session.layer_view.span(item_id) is not None and self._setter.of(item_id):
            copy = partial(self._setter.copy, item_id)
            offer(COPY, "gives these to all identical mentions", partial(self._carry_out, copy))
        if item_id is None and self._setter.suggested():
            offer(TAKE, "takes what is suggested", partial(self._carry_out, self._setter.take_suggested))
        if retired:
            names = ", ".join(f"{name}{RETIRED} {value_text(value)}" for name, value in retired.items())
            drop = partial(self._setter.drop_retired, item_id)
            offer(DROP, f"takes {names} away", partial(self._carry_out, drop))
        if of_document:
            offer(KEY, "the document", partial(self.ask, None))
        menu += [MenuRow("", further)] if further else []
        which = "which attribute?" if known else "it has none in the label scheme"
        self._screen.prompts.ask(f"{what}: {which}", options, menu)

    def _row(
        self,
        attribute: AttributeType,
        item_id: str | None,
        options: dict[str, Callable[[], None]],
        digits: Iterator[str],
    ) -> MenuRow:
        """The keys that set an attribute, which are added to the options, and what it is set to.

        Entries of catalogs take their keys from ``digits``.
        """
        present = values_of(attribute.value_in(self._setter.of(item_id)))
        offered: list[tuple[str, str, bool, Callable[[], None]]] = []
        for choice in (c for c in attribute.choices.values() if c.key or c.name in present):
            toggle = partial(self._toggle, item_id, attribute, choice.name)
            offered.append((choice.key, choice.name, choice.name in present, toggle))
        if attribute.kind == "flag":
            toggle = partial(self._toggle, item_id, attribute, not any(present))
            offered.append((attribute.key, "yes", any(present), toggle))
        elif attribute.kind == "catalog":
            offered += self._entries_offered(attribute, item_id, present, digits)
        elif attribute.kind != "values":
            text = value_text(attribute.value_in(self._setter.of(item_id)))
            write = partial(self._write, item_id, attribute, text)
            offered.append((attribute.key, text or f"{attribute.kind}…", bool(text), write))
        if attribute.kind in ("values", "catalog") and attribute.key:
            count = f" one of {len(attribute.choices)}" if attribute.choices else ""
            offered.append((attribute.key, f"find{count}…", False, partial(self._find, item_id, attribute)))
        for key, _, _, action in offered:
            if key:
                options.setdefault(key, action)
        return MenuRow(attribute.name, [MenuChoice(key, text, chosen) for key, text, chosen, _ in offered])

    def _entries_offered(
        self,
        attribute: AttributeType,
        item_id: str | None,
        present: Sequence[bool | float | str],
        digits: Iterator[str],
    ) -> Iterator[tuple[str, str, bool, Callable[[], None]]]:
        """Yield the entries that are set, and the likeliest ones, with digits as keys as far as there are any left."""
        entries = {str(one): self._entries.name(attribute, str(one)) or "" for one in present}
        likely = {entry.value: entry.name for entry in self._entries.likely(attribute, item_id, LIKELY)}
        for value, name in {**entries, **likely}.items():
            key, is_set = next(digits, ""), value in entries
            if key or is_set:
                toggle = partial(self._toggle, item_id, attribute, value)
                yield key, f"{value} {name}".rstrip(), is_set, toggle

    # Setting

    def _toggle(self, item_id: str | None, attribute: AttributeType, value: bool | float | str) -> None:
        self._carry_out(partial(self._setter.toggle, item_id, attribute.name, value))

    def _carry_out(self, action: Callable[[], Outcome]) -> None:
        """Take a step, and keep what it is about in focus."""
        outcome = self._screen.carry_out(action)
        if outcome is not None:
            self._screen.focus_item(outcome.focus or self._screen.item_id, move_cursor=False)

    def _write(self, item_id: str | None, attribute: AttributeType, present: str) -> None:
        """Ask for a text, a number or a date; what is none opens the line again, nothing takes the value away."""

        def written(text: str) -> None:
            try:
                value = None if not text.strip() else attribute.canonical(_typed(attribute, text.strip()))
            except ValueError as error:
                self._write(item_id, attribute, text)
                self._screen.show_error(WorkflowError(str(error), "esc leaves it as it was"))
                return
            self._carry_out(partial(self._setter.set, item_id, attribute.name, value))

        expected = {"number": "a number", "date": "YYYY-MM-DD, YYYY-MM or YYYY"}.get(attribute.kind, "a text")
        self._screen.ask_for_text(f"{attribute.name}: {expected}; empty takes it away", present, written)

    def _find(self, item_id: str | None, attribute: AttributeType) -> None:
        """Let a value be searched for by name."""
        screen = self._screen
        name = "the document" if item_id is None else screen.session.checks.name_of(item_id)
        present = {str(one) for one in values_of(attribute.value_in(self._setter.of(item_id)))}
        search = partial(self._entries.search, attribute, item_id)

        def chosen(value: str) -> None:
            screen.call_later(screen.waiting_keys.run, partial(self._toggle, item_id, attribute, value))

        screen.workbench.choose_value(
            f"{attribute.name} of {name}", search, present, chosen, typed=not attribute.choices
        )


def _free_digits(known: Iterable[AttributeType]) -> Iterator[str]:
    """The digits from 1 that no attribute of an item has as a key of its own, each to be given out once."""
    taken = {key for a in known for key in (a.key, *(choice.key for choice in a.choices.values()))}
    return (digit for digit in "123456789" if digit not in taken)


def _typed(attribute: AttributeType, text: str) -> str | float:
    """What was typed, as a number where one is wanted and that is one."""
    if attribute.kind != "number":
        return text
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text
