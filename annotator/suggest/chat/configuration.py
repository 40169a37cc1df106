"""``chat.yaml`` → :class:`Configuration`, with a mistake named by file, key and what was expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from annotator.errors import InputError, ModelError
from annotator.redaction import redact
from annotator.suggest.chat.costs import Budget, Prices
from annotator.yaml_input import YamlMapping, load_yaml

KEY_PREFIX = "ANNOTATOR_CHAT_"
"""What the name of a variable with a key begins with: a workspace from elsewhere cannot have another secret sent."""
SHAPES = ("auto", "json_schema", "json_object", "none")
RELATIONS = ("apart", "together", "none")
PROTECTED = frozenset(
    {
        "model", "messages", "stream", "stream_options", "response_format", "temperature", "n", "tools", "tool_choice",
        "functions", "function_call", "api_key", "api_base", "base_url", "headers", "extra_headers", "authorization",
    }
)  # fmt: skip
"""Fields of a request that ``extra`` may not hold: ours, those that change how is answered, and those with secrets."""

_LONGEST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Configuration:
    """Whom to ask, and how.

    ``url`` is the base of the API (``…/v1``), ``key_variable`` the environment variable that holds the key (``None``:
    the server wants none), ``timeout`` the seconds that one answer may take, ``parallel`` how many questions are under
    way at once, ``chunk`` the code points of text in a question, ``temperature`` ``None`` when none is to be sent,
    ``score`` the probability that a curator accepts what the model is sure of.  ``relations`` says whether they are
    asked for apart from the entities, ``examples`` how many finished sentences a question shows, ``answer_format`` how
    JSON is demanded, ``extra`` what else stands in every request.
    """

    url: str
    model: str
    key_variable: str | None = None
    timeout: float = 120.0
    parallel: int = 1
    chunk: int = 3000
    temperature: float | None = 0.0
    score: float = 0.65
    relations: Literal["apart", "together", "none"] = "apart"
    examples: int = 3
    answer_format: Literal["auto", "json_schema", "json_object", "none"] = "auto"
    extra: Mapping[str, Any] = field(default_factory=dict)
    prices: Prices | None = None
    budget: Budget = field(default_factory=Budget)

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
            found = "something else" if name == "extra" else _shown(value)
            raise ModelError(f"{settings.where(name)}: found {found}", f"expected {expected}")
    for name in ("url", "model"):
        if name not in settings.values:
            raise ModelError(f"{settings.path}: found no {name}", f"expected {_CHECKS[name][1]}")
    values = dict(settings.values)
    extra = values.get("extra", {})
    for name in extra:
        if name.lower() in PROTECTED:
            raise ModelError(
                f"{settings.where('extra')}: {name} cannot be set there", _INSTEAD.get(name, "leave it out")
            )
    if "prices" in values:
        values["prices"] = Prices(**values["prices"])
    if "budget" in values:
        values["budget"] = Budget(**values["budget"])
        if values["budget"].cost is not None and values.get("prices") is None:
            raise ModelError(
                f"{settings.where('budget')}: a limit on cost needs prices", "add prices: {input: …, output: …}"
            )
    return values


_INSTEAD = {
    "temperature": "the setting temperature is for that",
    "model": "the setting model is for that",
    "response_format": "the setting answer_format is for that",
    "api_key": "key_variable names the environment variable that holds the key",
    "authorization": "key_variable names the environment variable that holds the key",
}


def _shown(value: object) -> str:
    written = redact(repr(value))
    return written if len(written) <= _LONGEST_SHOWN else written[: _LONGEST_SHOWN - 1] + "…"


def _number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _one_of(words: tuple[str, ...]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in words


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


def _is_temperature(value: Any) -> bool:
    return value is None or _number(0, 2)(value)


def _is_json(value: Any) -> bool:
    """Tell whether a value of YAML can be written as JSON as it is: YAML also has dates, sets and ``.nan``."""
    if isinstance(value, dict):
        return all(isinstance(name, str) and _is_json(inner) for name, inner in value.items())
    if isinstance(value, list):
        return all(map(_is_json, value))
    if isinstance(value, float):
        return value - value == 0
    return value is None or isinstance(value, (str, int))


def _is_prices(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() <= {"input", "output", "currency"}
        and value.keys() >= {"input", "output"}
        and all(_number(0, 1e6)(value[name]) for name in ("input", "output"))
        and _is_text(value.get("currency", "USD"))
    )


def _is_budget(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() <= {"requests", "tokens", "cost"}
        and all(_whole(0, 10**12)(value[name]) for name in ("requests", "tokens") if name in value)
        and _number(0, 1e9)(value.get("cost", 0))
    )


_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "url": (_is_base, "the base of an API, such as http://localhost:11434/v1, without name or password"),
    "model": (_is_text, "the name of a model, as the server calls it"),
    "key_variable": (_is_key_variable, f"the name of an environment variable that begins with {KEY_PREFIX}"),
    "timeout": (_number(1, 3600), "seconds, from 1 to 3600"),
    "parallel": (_whole(1, 64), "a whole number from 1 to 64"),
    "chunk": (_whole(200, 100_000), "code points, from 200 to 100000"),
    "temperature": (_is_temperature, "a number from 0 to 2, or null to send none"),
    "score": (_number(0, 1), "a number from 0 to 1"),
    "relations": (_one_of(RELATIONS), ", ".join(RELATIONS)),
    "examples": (_whole(0, 50), "a whole number from 0 to 50"),
    "answer_format": (_one_of(SHAPES), ", ".join(SHAPES)),
    "extra": (
        lambda value: isinstance(value, dict) and _is_json(value),
        "fields of a request with values that JSON has",
    ),
    "prices": (_is_prices, "input and output, the price of a million tokens each, and a currency if it is not USD"),
    "budget": (_is_budget, "one or more of requests, tokens and cost, the most for one run"),
}
