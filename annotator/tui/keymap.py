"""Checks the keys in a person's settings against the bindings of the screens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from textual.binding import Binding, BindingType
from textual.keys import REPLACED_KEYS, Keys, _character_to_key, key_to_character

from annotator.labels import LabelScheme
from annotator.tui.key_names import label_to_add, written
from annotator.workflow.reserved_keys import YIELDING_KEYS
from annotator.workflow.settings import SettingsError

LABEL_KEYS_ALLOWED = (
    *("queue.", "agreement.", "differences.", "feedback.", "comments."),
    *("find_document.", "choose_value.", "commands.", "version."),
)
"""Prefixes of binding ids whose keys may be a label's key too: those of screens without labelling, and of versions."""

SEARCHES = ("find_document.", "choose_value.", "commands.", "help.")
"""Prefixes of binding ids of screens on which every character is typed into a search."""

_NAMED = frozenset(key.value for key in Keys) | REPLACED_KEYS.keys()
_MODIFIERS = {"alt", "ctrl", "hyper", "meta", "shift", "super"}

BROWSER_KEYS: Mapping[str, str] = {
    "history.redo": "U",
    "document.go": "O",
    "move.line_number": "L",
    "document.feedback": "F",
    "case.names": "F",
    "view.panel": "I",
    "gold.return": "E",
    "feedback.return": "E",
    "tutorial.switch": "f8",
    "app.palette": "f9",
}
"""Further keys, by the ids of bindings, where the usual ones are a browser's own: ``ctrl+r``, ``ctrl+o``, ``f3`` …"""


def bindings_of(*tables: Sequence[BindingType]) -> list[Binding]:
    """The bindings in some tables that have an id, so that settings can give them other keys."""
    return [b for table in tables for b in table if isinstance(b, Binding) and b.id is not None]


def check_keys(keys: Mapping[str, str], tables: Iterable[Sequence[BindingType]], scheme: LabelScheme) -> None:
    """Check remapped keys; ``tables`` are the bindings that hold on one screen each.

    Every id must exist, and on no screen may a remapped binding share a key with another binding or with a label.

    Raises :class:`SettingsError`, which names the ids and the key.
    """
    tables = list(tables)
    known = {b.id: b for b in bindings_of(*tables)}
    for binding_id in keys:
        if binding_id not in known:
            near = get_close_matches(binding_id, [known_id for known_id in known if known_id], n=1)
            raise SettingsError(
                f"keys: no binding {binding_id!r}", f"did you mean {near[0]}?" if near else "? lists them"
            )
    for binding_id, assigned in keys.items():
        for key in assigned.split(","):
            if not _is_key(textual_key(key)):
                raise SettingsError(f"keys: {binding_id}: there is no key {key.strip()!r}", "such as x, f4 or ctrl+d")
            if binding_id.startswith(SEARCHES) and (key_to_character(textual_key(key)) or "\n").isprintable():
                raise SettingsError(f"keys: {binding_id}: {key.strip()!r} is typed there", "such as f4 or ctrl+d")
    for table in tables:
        _check_clashes(keys, bindings_of(table))
    labels = {textual_key(entity.key): entity.name for entity in scheme.entities.values()}
    for binding_id, assigned in keys.items():
        for key in assigned.split(","):
            label = labels.get(textual_key(key)) or label_to_add(textual_key(key), scheme)
            if label is not None and not binding_id.startswith(LABEL_KEYS_ALLOWED):
                raise SettingsError(
                    f"keys: {binding_id} and the label {label} both want {key.strip()!r}", "choose another key"
                )


def _check_clashes(keys: Mapping[str, str], bindings: Iterable[Binding]) -> None:
    owner: dict[str, str] = {}
    yielding = {textual_key(key) for key in YIELDING_KEYS}
    for binding in bindings:
        binding_id = binding.id or ""
        if binding_id not in keys and binding.key in yielding:
            continue
        for key in keys.get(binding_id, binding.key).split(","):
            other = owner.setdefault(textual_key(key), binding_id)
            if other != binding_id and (binding_id in keys or other in keys):
                raise SettingsError(
                    f"keys: {other} and {binding_id} both want {key.strip()!r}", "give one of them another key"
                )


def textual_key(key: str) -> str:
    """Textual's name for a key; settings may give the character itself, and letters with modifiers in either case."""
    key = key.strip()
    if len(key) == 1:
        return _character_to_key(key)
    *modifiers, name = key.split("+")
    if not modifiers or len(name) != 1 or not name.isalpha():
        return key
    if modifiers == ["shift"]:
        return name.upper()
    if modifiers == ["alt"] and name.isupper():
        return f"alt+shift+{name.lower()}"
    return "+".join([*modifiers, name.lower()])


def _is_key(key: str) -> bool:
    """Whether a key has such a name in Textual, with or without modifiers."""
    if key in _NAMED:
        return True
    *modifiers, name = key.split("+")
    if not set(modifiers) <= _MODIFIERS:
        return False
    return name in _NAMED or (key_to_character(name) or "\n").isprintable()


def textual_keymap(keys: Mapping[str, str]) -> dict[str, str]:
    """The keys of a person's settings by Textual's names, for :meth:`App.set_keymap`."""
    return {binding_id: ",".join(map(textual_key, assigned.split(","))) for binding_id, assigned in keys.items()}


def keys_in_hints(keys: Mapping[str, str], bindings: Sequence[BindingType]) -> dict[str, str]:
    """What hints are to name in place of the usual keys of a screen's ``bindings``, as a person's keys have it."""
    names: dict[str, str] = {}
    for binding in bindings_of(bindings):
        assigned = [textual_key(key) for key in keys.get(binding.id or "", binding.key).split(",")]
        names.update({written(key): written(assigned[0]) for key in binding.key.split(",") if key not in assigned})
    return names


def with_browser_keys(
    keys: Mapping[str, str], tables: Iterable[Sequence[BindingType]], scheme: LabelScheme
) -> dict[str, str]:
    """A person's keys, and :data:`BROWSER_KEYS` for bindings that have their usual ones.

    A label keeps its key, and what a person's settings give a key to keeps that.
    """
    usual = {binding.id or "": binding.key for binding in bindings_of(*tables)}
    taken = {entity.key for entity in scheme.entities.values()}
    taken.update(textual_key(key) for assigned in keys.values() for key in assigned.split(","))
    further = {
        binding_id: f"{usual[binding_id]},{key}"
        for binding_id, key in BROWSER_KEYS.items()
        if binding_id in usual and binding_id not in keys and key not in taken
    }
    return {**further, **keys}
