"""Reading the replies of a chat server: an answer with what it took, or a complaint and what it is about.

Servers differ in where they put an answer (text, parts, a function's arguments, or beside an empty text), and in how
they complain; some do so in a reply that says all is well.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from annotator.suggest.chat.answer import DeclinedError
from annotator.suggest.chat.answer_json import CutOffError, NoAnswerError

SCHEMA_WORDS = (
    "response_format", "json_schema", "json_object", "json mode", "grammar", "schema", "guided", "structured output",
    "constrained decoding",
)  # fmt: skip
"""Words by which a server complains that it cannot answer in the shape that was demanded."""
TOO_LONG_WORDS = (
    "context_length_exceeded", "context length", "context window", "context size", "maximum context", "n_ctx",
    "prompt is too long", "input is too long", "too many tokens", "reduce the length", "exceed_context_size",
)  # fmt: skip
QUOTA_WORDS = ("insufficient_quota", "insufficient balance", "insufficient_balance", "billing", "credit", "budget")
KEY_WORDS = (
    "invalid_api_key", "invalid api key", "incorrect api key", "api key not valid", "authentication error",
    "no_db_connection",
)  # fmt: skip
"""Words about a wrong key beside a status that is about something else; the last are those of litellm's proxy."""
MODEL_WORDS = ("invalid model", "unknown model", "model not found", "model_not_found", "no such model")
_MOST_READ = 10_000
"""Bytes of a complaint that are shown to nobody, but read."""
_TOKENS = 10**9


def complaint_status(body: bytes) -> int | None:
    """The status that a reply of status 200 should have had; ``None`` when it is no complaint."""
    value = _loaded(body)
    if not isinstance(value, dict) or not value.get("error") or value.get("choices"):
        return None
    error = value["error"]
    code = error.get("code") if isinstance(error, dict) else None
    code = int(code) if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) == 3 else code
    return code if isinstance(code, int) and 400 <= code < 600 else 400


class Complaint(NamedTuple):
    """What a server says in a complaint, and that with the codes beside it."""

    said: str
    whole: str = ""

    def is_about(self, words: tuple[str, ...]) -> bool:
        """Tell whether it has one of some words."""
        folded = (self.whole or self.said).lower()
        return any(word in folded for word in words)


def read_complaint(body: bytes) -> Complaint:
    """Read a complaint, whose message stands in other fields with other servers."""
    text = body[:_MOST_READ].decode(errors="replace")
    value = _loaded(body)
    if value is None:
        return Complaint("" if text.lstrip().startswith("<") else text)
    for name in ("error", "message", "detail"):
        if isinstance(value, dict) and name in value:
            value = value[name]
    return Complaint(value if isinstance(value, str) else text, text)


def read_completion(body: bytes) -> str:
    """The words of the model in a chat completion.

    Raises ``DeclinedError`` when the model does not want to answer, ``CutOffError`` when it ran out of space,
    ``NoAnswerError`` when the reply is none of a chat server's, or empty.
    """
    value = _loaded(body)
    try:
        choice = value["choices"][0]
        message, reason = choice["message"], choice.get("finish_reason")
        refusal = message.get("refusal")
    except (LookupError, TypeError, AttributeError):
        raise NoAnswerError from None
    if refusal or reason == "content_filter":
        raise DeclinedError
    content = _content(message)
    if reason == "length":
        thought = not content and any(_text(message.get(name)) for name in _REASONING)
        raise CutOffError("the model's thinking took all the space" if thought else "")
    content = content or next((text for name in _REASONING if (text := _text(message.get(name)))), "")
    if not content:
        raise NoAnswerError
    return content


_REASONING = ("reasoning_content", "reasoning")
"""Where servers put what a model thinks, and a few of them also what it says."""


def _content(message: dict[str, Any]) -> str:
    """What the model says: text, or the arguments of a function that it calls; empty when it says nothing."""
    text = _text(message.get("content"))
    if text:
        return text
    calls = message.get("tool_calls")
    functions = [call.get("function") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    for function in [*functions, message.get("function_call")]:
        arguments = function.get("arguments") if isinstance(function, dict) else None
        if isinstance(arguments, str) and arguments.strip():
            return arguments
        if isinstance(arguments, dict):
            return json.dumps(arguments)
    return ""


def _text(value: Any) -> str:
    """The text of a message's field: as it is, or in parts."""
    if isinstance(value, list):
        texts = (part.get("text") for part in value if isinstance(part, dict) and "text" in str(part.get("type")))
        return "".join(text for text in texts if isinstance(text, str))
    return value if isinstance(value, str) and value.strip() else ""


def read_usage(body: bytes) -> tuple[int | None, int | None]:
    """The tokens that the model read and wrote, as the server counts them; ``None`` where it does not say."""
    value = _loaded(body)
    usage = value.get("usage") if isinstance(value, dict) else None
    if not isinstance(usage, dict):
        return None, None
    read, written = (usage.get(name) for name in ("prompt_tokens", "completion_tokens"))
    return _count(read), _count(written)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _TOKENS else None


def _loaded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
