"""Finding the JSON of an answer in what a model wrote: the last that is one, after the last of its thinking.

A model may think aloud first, draft an answer, or wrap the answer in talk, a code fence or a call of a function.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Value = Mapping[str, Any]

_THOUGHT = r"(?:think|thinking|thought|reasoning)"
_END_OF_THINKING = re.compile(rf"</{_THOUGHT}>|\[/THINK\]|<\|message\|>", re.IGNORECASE)
_THINKING = re.compile(rf"<{_THOUGHT}>|\[THINK\]", re.IGNORECASE)
_FENCE = re.compile(r"```\w*")
_BEGINNING = re.compile(r"[{\[]")
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|(?<=[\w\]}"]),(?=\s*[}\]])', re.DOTALL)
"""A comma that nothing follows, or a string, which has none: to its end, or to that of the text where it has no end."""
_DECODER = json.JSONDecoder(strict=False)
_MOST_FAILURES = 500
_LEAST_EFFORT = 1_000_000
"""Code points that may be read over again at least, however short the text."""


class NoAnswerError(Exception):
    """What the model wrote holds no answer."""


class CutOffError(Exception):
    """The answer was cut off, or the question was too long for the model; ``reason`` says more, if more is known."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


def find_answer(content: str, name: str) -> Value:
    """The last JSON object that has a list under ``name``, which a bare list of objects stands for too.

    Raises :class:`CutOffError` when the last one is unfinished, :class:`NoAnswerError` when there is none.
    """
    answer = _whole_answer(_unfenced(content.strip()), name)
    if answer is not None:
        return answer
    spoken = _spoken(content)
    found = _last_answer(spoken, name) or _last_answer(_TRAILING_COMMA.sub(lambda m: m[1] or "", spoken), name)
    if found is None:
        raise NoAnswerError
    return found


def _unfenced(text: str) -> str:
    """What stands in a code fence, where a text is nothing else."""
    opening = _FENCE.match(text)
    return text[opening.end() :].removesuffix("```").strip() if opening and text.endswith("```") else text


def _whole_answer(text: str, name: str) -> Value | None:
    """The answer when the text is nothing else; an empty list is one then."""
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return {name: []} if value == [] else _answer_in(value, name)


def _spoken(content: str) -> str:
    """What the model wrote after it had thought."""
    at = 0
    for match in _END_OF_THINKING.finditer(content):
        at = match.end()
    if _THINKING.search(content, at):
        raise CutOffError("the model's thinking took all the space")
    return content[at:]


def _last_answer(text: str, name: str) -> Value | None:
    found: Value | None = None
    cut_off = False
    for value in _values(text, name):
        answer = None if value is _UNFINISHED else _answer_in(value, name)
        if answer is not None:
            found = answer
        cut_off = value is _UNFINISHED or (cut_off and answer is None)
    if cut_off:
        raise CutOffError
    return found


_UNFINISHED = object()
"""Stands for an answer that stops too early."""


def _values(text: str, name: str) -> Iterator[Any]:
    """Yield the lists and objects that stand in a text, one after another; the time it takes is limited."""
    like_answer = re.compile(rf'\{{\s*"{name}"\s*:|\[\s*\{{')
    end, failures, effort = 0, 0, 4 * len(text) + _LEAST_EFFORT
    for match in _BEGINNING.finditer(text):
        start = match.start()
        if start < end:
            continue
        if failures >= _MOST_FAILURES or effort < 0:
            return
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            failures += 1
            effort -= getattr(error, "pos", len(text)) - start
            if like_answer.match(text, start) and _stops_early(text, error):
                yield _UNFINISHED
                return
        else:
            yield value


def _stops_early(text: str, error: Exception) -> bool:
    """Tell whether JSON is invalid only because it stops too early."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")


def _answer_in(value: Any, name: str) -> Value | None:
    """The answer that a value is, or wraps once."""
    if isinstance(value, list):
        if len(value) == 1 and _is_answer(value[0], name):
            return _mapping(value[0])
        return {name: value} if value and all(_is_item(item) for item in value) else None
    if _is_answer(value, name):
        return _mapping(value)
    inner = value.values() if isinstance(value, dict) else ()
    return next((_mapping(one) for one in inner if _is_answer(one, name)), None)


def _mapping(value: Any) -> Value:
    assert isinstance(value, dict)
    return value


def _is_answer(value: Any, name: str) -> bool:
    return isinstance(value, dict) and isinstance(value.get(name), list)


def _is_item(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("label"), str)
