"""The text of ``labels.yaml`` after a change of the labels, or after the undoing of one that others came after."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from annotator.errors import SchemeError
from annotator.labels.edit import edit_labels, restore_labels
from annotator.scheme_changes import SchemeEvent, SchemeHistory
from annotator.workflow.reserved_keys import RESERVED_KEYS

MOST_OTHERS = 200
"""Other changes over which the texts around one are brought; each takes some milliseconds, and others may send many."""


def text_after(text: str, event: SchemeEvent, history: SchemeHistory, made: Collection[str] = ()) -> str:
    """Make a change in the text of ``labels.yaml``, or take one back; ``made`` are those that the text has seen.

    Raises :class:`SchemeError` where the text is written in a way that cannot be changed like this.
    """
    if event.change is not None:
        return edit_labels(text, event.change, RESERVED_KEYS)
    return text_without(text, event.target or "", history, made)


def text_without(text: str, digest: str, history: SchemeHistory, made: Collection[str]) -> str:
    """Take a change back, named by its hash.

    A change keeps the text as it was around it, in the labels of its time.  Those two are brought to what the other
    changes made of the labels first, such as the new name of a relation type whose ends it changed.
    """
    target = history.events[digest]
    before, after = target.before, target.after
    known = history.known(" ".join(target.parents))
    others = [d for d in made if d not in known and history.events[d].change != target.change]
    standing = SchemeHistory.standing(history.in_order(others))
    if len(standing) > MOST_OTHERS:
        raise SchemeError(
            f"labels.yaml: {len(standing):,} changes were made beside {history.told(target)}", "take those back first"
        )
    for other in standing:
        with suppress(SchemeError):  # what cannot be made there leaves that text as it is
            before = text_after(before, other, history)
        with suppress(SchemeError):
            after = text_after(after, other, history)
    return restore_labels(text, before, after, history.change_of(target), RESERVED_KEYS)
