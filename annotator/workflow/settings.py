"""What a person sets once for all their workspaces: keys, theme, view, threshold."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from annotator.errors import AnnotatorError, InputError
from annotator.yaml_input import YamlMapping, load_yaml

SETTINGS_VARIABLE = "ANNOTATOR_SETTINGS"
_LONGEST_SHOWN = 60
MODES = ("lanes", "compact", "plain")


class SettingsError(AnnotatorError):
    """The settings file says something that it may not say."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's settings.

    ``theme`` is the name of a theme; ``mode`` how spans are shown at first (lanes, compact, plain);
    ``line_numbers`` whether the rows of a text are numbered;
    ``accept_threshold`` the score from which ``A`` accepts (``None``: what the workspace says); ``hide_names`` whether
    adjudication begins without names; ``keys`` new keys by the id of their binding, several separated by commas;
    ``learn`` whether suggestions follow what is decided, and the workbench trains in the background;
    ``network_in_background`` whether what it then suggests may come from a server, to which articles are sent.
    """

    theme: str | None = None
    mode: str = "lanes"
    accept_threshold: float | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    hide_names: bool = False
    line_numbers: bool = True
    learn: bool = True
    network_in_background: bool = False


def settings_path() -> Path:
    """Where the settings file is: of the environment, else in the person's configuration folder."""
    named = os.environ.get(SETTINGS_VARIABLE)
    if named:
        return Path(named)
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else _home() / ".config") / "annotator" / "settings.yaml"


def _home() -> Path:
    """The person's folder; the root where the system knows of none, as containers have it for a user without a name."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


def load_preferences(path: Path) -> Preferences:
    """The settings in a file, the defaults where there is none.

    Raises :class:`SettingsError` with file, line where it is known, key and what was expected.
    """
    try:
        found = load_yaml(path)
    except FileNotFoundError:
        return Preferences()
    except InputError as error:
        raise SettingsError(error.message, error.hint) from error
    return Preferences() if found is None else _checked(found)


@contextmanager
def told_with(path: Path) -> Iterator[None]:
    """Name the settings file in what is wrong with keys and themes, which only the workbench knows."""
    try:
        yield
    except SettingsError as error:
        raise SettingsError(f"{path}: {error.message}", error.hint) from error


def _checked(found: YamlMapping) -> Preferences:
    values, where = found.values, found.where
    known = [one.name for one in fields(Preferences)]
    for name in values:
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"
            raise SettingsError(f"{where(name)}: unknown", hint)
    for name, (allowed, expected) in _CHECKS.items():
        if name in values and not allowed(values[name]):
            raise SettingsError(f"{where(name)}: found {_shown(values[name])}", f"expected {expected}")
    given = {name: value for name, value in values.items() if value is not None}
    if "accept_threshold" in given:
        given["accept_threshold"] = float(given["accept_threshold"])
    return Preferences(**given)


def _is_share(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1)


def _is_keys(value: Any) -> bool:
    return value is None or (
        isinstance(value, dict) and all(isinstance(k, str) and isinstance(v, str) for k, v in value.items())
    )


def _is_switch(value: Any) -> bool:
    return isinstance(value, bool)


_CHECKS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "theme": (lambda value: value is None or isinstance(value, str), "a theme's name"),
    "mode": (lambda value: value in MODES, f"one of {', '.join(MODES)}"),
    "line_numbers": (_is_switch, "true or false"),
    "accept_threshold": (_is_share, "a number from 0 to 1"),
    "keys": (_is_keys, "binding ids with keys, both in quotes"),
    "hide_names": (_is_switch, "true or false"),
    "learn": (_is_switch, "true or false"),
    "network_in_background": (_is_switch, "true or false"),
}


def _shown(value: object) -> str:
    written = repr(value)
    return written if len(written) <= _LONGEST_SHOWN else written[: _LONGEST_SHOWN - 1] + "…"
