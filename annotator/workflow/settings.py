"""What a person sets once for all their workspaces: keys, theme, view, threshold."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from annotator.errors import AnnotatorError

SETTINGS_VARIABLE = "ANNOTATOR_SETTINGS"
MODES = ("lanes", "compact", "plain")


class SettingsError(AnnotatorError):
    """The settings file says something that it may not say."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's settings.

    ``theme`` is the name of a theme; ``mode`` how spans are shown at first (lanes, compact, plain);
    ``accept_threshold`` the score from which ``A`` accepts (``None``: what the workspace says); ``hide_names`` whether
    adjudication begins without names; ``keys`` new keys by the id of their binding, several separated by commas;
    ``learn`` whether suggestions follow what is decided, and the workbench trains in the background.
    """

    theme: str | None = None
    mode: str = "lanes"
    accept_threshold: float | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    hide_names: bool = False
    learn: bool = True


def settings_path() -> Path:
    """Return where the settings file is: of the environment, else in the person's configuration folder."""
    named = os.environ.get(SETTINGS_VARIABLE)
    if named:
        return Path(named)
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "annotator" / "settings.yaml"


def load_preferences(path: Path) -> Preferences:
    """Return the settings in a file, the defaults where there is none.

    Raises :class:`SettingsError` with file, line where it is known, key and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Preferences()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read", str(error)) from error
    import yaml

    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: no YAML", str(error)) from error
    if values is None:
        return Preferences()
    if not isinstance(values, dict):
        raise SettingsError(f"{path}: found {type(values).__name__}", "expected keys such as theme, mode, keys")
    return _checked(path, values)


def _checked(path: Path, values: dict[Any, Any]) -> Preferences:
    known = ("theme", "mode", "accept_threshold", "hide_names", "keys", "learn")
    for name in values:
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"
            raise SettingsError(f"{path}: {name}: unknown", hint)
    mode = values.get("mode", MODES[0])
    if mode not in MODES:
        raise SettingsError(f"{path}: mode: found {mode!r}", f"expected one of {', '.join(MODES)}")
    threshold = values.get("accept_threshold")
    if threshold is not None and (
        isinstance(threshold, bool) or not isinstance(threshold, (int, float)) or not 0 <= threshold <= 1
    ):
        raise SettingsError(f"{path}: accept_threshold: found {threshold!r}", "expected a number from 0 to 1")
    hidden = values.get("hide_names", False)
    if not isinstance(hidden, bool):
        raise SettingsError(f"{path}: hide_names: found {hidden!r}", "expected true or false")
    theme = values.get("theme")
    if theme is not None and not isinstance(theme, str):
        raise SettingsError(f"{path}: theme: found {theme!r}", "expected a theme's name")
    keys = values.get("keys") or {}
    if not isinstance(keys, dict) or not all(isinstance(k, str) and isinstance(v, str) for k, v in keys.items()):
        raise SettingsError(f"{path}: keys: found {keys!r}", "expected binding ids with keys, both in quotes")
    learn = values.get("learn", True)
    if not isinstance(learn, bool):
        raise SettingsError(f"{path}: learn: found {learn!r}", "expected true or false")
    accepted = None if threshold is None else float(threshold)
    return Preferences(theme=theme, mode=mode, accept_threshold=accepted, keys=keys, hide_names=hidden, learn=learn)
