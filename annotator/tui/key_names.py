"""What a key is called, and which label ``alt`` with a label's key adds."""

from __future__ import annotations

from string import digits, punctuation
from typing import NamedTuple

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import _character_to_key, format_key, key_to_character

from annotator.labels import LabelScheme
from annotator.workflow.reserved_keys import RESERVED_KEYS

_ALT = "alt+"
_SHIFT = "shift+"
_WRITTEN = {"escape": "esc", "space": "space"}


class _SentKey(NamedTuple):
    """A key as it stands in Textual's table of what terminals send."""

    value: str


def read_alt_as_sent() -> None:
    """Let Textual read ``escape`` and a digit or a sign that a label may have as ``alt`` with that.

    It takes some for the characters that a certain keyboard of one system types, such as ``¡`` for ``alt+1``, and other
    signs for those alone.
    """
    for digit in digits:
        ANSI_SEQUENCES_KEYS.pop(f"\x1b{digit}", None)  # type: ignore[attr-defined]
    for sign in set(punctuation) - RESERVED_KEYS:
        key = _SentKey(_ALT + _character_to_key(sign))
        ANSI_SEQUENCES_KEYS[f"\x1b{sign}"] = (key,)  # type: ignore[index]


def typed_character(event: events.Key) -> str | None:
    """The character that a key types by itself; ``None`` for a key that types nothing, or with ``alt``."""
    return event.character if event.is_printable and not event.key.startswith(_ALT) else None


def label_to_add(key: str, scheme: LabelScheme) -> str | None:
    """The entity label whose hot key a key (by Textual's name) is together with ``alt``; ``None`` for any other."""
    if not key.startswith(_ALT):
        return None
    name = key.removeprefix(_ALT)
    if name.startswith(_SHIFT):
        name = name.removeprefix(_SHIFT).upper()
    return next((entity.name for entity in scheme.entities.values() if _character_to_key(entity.key) == name), None)


def written(key: str) -> str:
    """A key, by Textual's name, as hints write it: the character that it types, else a name."""
    character = key_to_character(key)
    return _WRITTEN.get(key) or (character if character and character.isprintable() else key)


def key_in_words(event: events.Key) -> str:
    """A key as the screen names it: the character that it types, else its name."""
    character = typed_character(event)
    return character if character is not None and not character.isspace() else format_key(event.key)
