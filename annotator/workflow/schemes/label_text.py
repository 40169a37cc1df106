"""The text of ``labels.yaml`` after a change of the labels, or after the undoing of one that others came after."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from annotator.errors import SchemeError
from annotator.labels.edit import edit_labels, restore_labels
from annotator.scheme_changes import SchemeEvent, SchemeHistory
from annotator.workflow.reserved_keys import RESERVED_KEYS


def text_after(text: str, event: SchemeEvent, history: SchemeHistory, made: Collection[str]) -> str:
    """Make a change in the text of ``labels.yaml``, or take one back; ``made`` are those that the text has seen.

    A change keeps the text as it was around it, in the labels of its time.  Before it is taken back, those two are
    brought to what the other changes made of the labels, such as the new name of a relation type whose ends it changed.
    Raises :class:`SchemeError` where the text is written in a way that cannot be changed like this.
    """
    if event.change is not None:
        return edit_labels(text, event.change, RESERVED_KEYS)
    target = history.events[event.target or ""]
    before, after = target.before, target.after
    known = history.known(" ".join(target.parents))
    others = [d for d in made if d not in known and history.events[d].change != target.change]
    for other in SchemeHistory.standing(history.in_order(others)):
        before, after = _changed(before, other, history), _changed(after, other, history)
    return restore_labels(text, before, after, history.change_of(event), RESERVED_KEYS)


def _changed(text: str, event: SchemeEvent, history: SchemeHistory) -> str:
    """The text after a change or an undoing, as far as it can be made there."""
    with suppress(SchemeError):
        if event.change is not None:
            return edit_labels(text, event.change, RESERVED_KEYS)
        target = history.events[event.target or ""]
        return restore_labels(text, target.before, target.after, history.change_of(event), RESERVED_KEYS)
    return text
