"""What a key is called, and which label ``alt`` with a label's key adds."""

from __future__ import annotations

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import format_key, key_to_character

from annotator.labels import LabelScheme

_ALT = "alt+"
_SHIFT = "shift+"


def read_alt_as_sent() -> None:
    """Let Textual read ``escape`` and a digit as ``alt`` with that digit.

    It takes these for the characters that a certain keyboard of one system types, such as ``¡`` for ``alt+1``.
    """
    for digit in "0123456789":
        ANSI_SEQUENCES_KEYS.pop(f"\x1b{digit}", None)  # type: ignore[attr-defined]


def typed_character(event: events.Key) -> str | None:
    """The character that a key types by itself; ``None`` for a key that types nothing, or with ``alt``."""
    return event.character if event.is_printable and not event.key.startswith(_ALT) else None


def label_to_add(event: events.Key, scheme: LabelScheme) -> str | None:
    """The entity label whose hot key was pressed together with ``alt``; ``None`` for any other key."""
    if not event.key.startswith(_ALT):
        return None
    name = event.key.removeprefix(_ALT)
    character = name.removeprefix(_SHIFT).upper() if name.startswith(_SHIFT) else key_to_character(name) or name
    entity = scheme.entity_for_key(character)
    return None if entity is None else entity.name


def key_in_words(event: events.Key) -> str:
    """A key as the screen names it: the character that it types, else its name."""
    character = typed_character(event)
    return character if character is not None and not character.isspace() else format_key(event.key)
