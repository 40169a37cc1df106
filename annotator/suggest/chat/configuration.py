"""``chat.yaml`` → :class:`Configuration`, with a mistake named by file, key and what was expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from annotator.errors import InputError, ModelError
from annotator.redaction import redact
from annotator.yaml_input import YamlMapping, load_yaml

KEY_PREFIX = "ANNOTATOR_CHAT_"
"""What the name of a variable with a key begins with: a workspace from elsewhere cannot have another secret sent."""

_LONGEST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Configuration:
    """Whom to ask, and how.

    ``url`` is the base of the API (``…/v1``), ``key_variable`` the environment variable that holds the key (``None``:
    the server wants none), ``timeout`` the seconds that one answer may take, ``parallel`` how many questions are under
    way at once, ``chunk`` the code points of text in a question, ``score`` the probability that a curator accepts
    what the model is sure of.
    """

    url: str
    model: str
    key_variable: str | None = None
    timeout: float = 120.0
    parallel: int = 1
    chunk: int = 3000
    temperature: float = 0.0
    score: float = 0.65

    @property
    def host(self) -> str:
        """Which machine is asked, as messages name it."""
        return urlsplit(self.url).netloc.rpartition("@")[2]


def load_configuration(path: Path) -> Configuration:
    """Read the configuration; raises :class:`ModelError` for the first mistake in it."""
    try:
        settings = load_yaml(path)
    except InputError as error:
        raise ModelError(error.message, error.hint) from error
    if settings is None:
        raise ModelError(f"{path}: found no settings", "expected url and model at least")
    return Configuration(**_checked(settings))


def _checked(settings: YamlMapping) -> dict[str, Any]:
    known = [field.name for field in fields(Configuration)]
    for name, value in settings.values.items():
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"expected {', '.join(known)}"
            raise ModelError(f"{settings.where(redact(str(name)))}: unknown", hint)
        allowed, expected = _CHECKS[name]
        if not allowed(value):
            raise ModelError(f"{settings.where(name)}: found {_shown(value)}", f"expected {expected}")
    for name in ("url", "model"):
        if name not in settings.values:
            raise ModelError(f"{settings.path}: found no {name}", f"expected {_CHECKS[name][1]}")
    return dict(settings.values)


def _shown(value: object) -> str:
    written = redact(repr(value))
    return written if len(written) <= _LONGEST_SHOWN else written[: _LONGEST_SHOWN - 1] + "…"


def _number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and value == value.strip() != ""


def _is_base(value: Any) -> bool:
    """Tell whether a value is an address without a name and password in it."""
    if not _is_text(value):
        return False
    try:
        parts = urlsplit(value)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
        )
    except ValueError:
        return False


def _is_key_variable(value: Any) -> bool:
    return value is None or (_is_text(value) and value.startswith(KEY_PREFIX))


_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "url": (_is_base, "the base of an API, such as http://localhost:11434/v1, without name or password"),
    "model": (_is_text, "the name of a model, as the server calls it"),
    "key_variable": (_is_key_variable, f"the name of an environment variable that begins with {KEY_PREFIX}"),
    "timeout": (_number(1, 3600), "seconds, from 1 to 3600"),
    "parallel": (_whole(1, 64), "a whole number from 1 to 64"),
    "chunk": (_whole(200, 100_000), "code points, from 200 to 100000"),
    "temperature": (_number(0, 2), "a number from 0 to 2"),
    "score": (_number(0, 1), "a number from 0 to 1"),
}
