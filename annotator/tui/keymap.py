"""A person's keys, checked against the bindings that there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from textual.binding import Binding, BindingType
from textual.keys import _character_to_key

from annotator.labels import LabelScheme
from annotator.workflow.settings import SettingsError

NO_LABELS = ("queue.", "agreement.", "differences.", "feedback.", "version.")
"""Beginnings of the ids of keys that may be a label's too: of screens where nothing is labelled, and of versions."""


def bindings_of(*tables: Sequence[BindingType]) -> list[Binding]:
    """Return the bindings of some screens that can be given other keys."""
    return [b for table in tables for b in table if isinstance(b, Binding) and b.id is not None]


def check_keys(keys: Mapping[str, str], tables: Iterable[Sequence[BindingType]], scheme: LabelScheme) -> None:
    """Check remapped keys: every id exists, and on no screen two bindings, or a label, share a key.

    Raises :class:`SettingsError` naming the ids and the key.
    """
    tables = list(tables)
    known = {b.id: b for b in bindings_of(*tables)}
    for identity in keys:
        if identity not in known:
            near = get_close_matches(identity, [i for i in known if i], n=1)
            raise SettingsError(
                f"keys: no binding {identity!r}", f"did you mean {near[0]}?" if near else "? lists them"
            )
    for table in tables:
        _check_clashes(keys, bindings_of(table))
    labels = {normal(entity.key): entity.name for entity in scheme.entities.values()}
    for identity, given in keys.items():
        for key in given.split(","):
            if normal(key) in labels and not (identity or "").startswith(NO_LABELS):
                raise SettingsError(
                    f"keys: {identity} and the label {labels[normal(key)]} both want {key.strip()!r}",
                    "choose another key",
                )


def _check_clashes(keys: Mapping[str, str], bindings: Iterable[Binding]) -> None:
    owner: dict[str, str] = {}
    for binding in bindings:
        identity = binding.id or ""
        for key in keys.get(identity, binding.key).split(","):
            other = owner.setdefault(normal(key), identity)
            if other != identity and (identity in keys or other in keys):
                raise SettingsError(
                    f"keys: {other} and {identity} both want {key.strip()!r}", "give one of them another key"
                )


def normal(key: str) -> str:
    """Return a key by Textual's name for it."""
    key = key.strip()
    return _character_to_key(key) if len(key) == 1 else key


def normalised(keys: Mapping[str, str]) -> dict[str, str]:
    """Return the keymap in Textual's names."""
    return {identity: ",".join(normal(key) for key in given.split(",")) for identity, given in keys.items()}
