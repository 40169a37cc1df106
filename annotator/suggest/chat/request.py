"""Writing a request to a chat server, in a way that the server understands: what it complains of is left out later."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, NamedTuple

from annotator.suggest.chat.configuration import Configuration
from annotator.suggest.chat.question import Messages
from annotator.suggest.chat.reply import SCHEMA_WORDS, Complaint

_SHAPES = ("json_schema", "json_object with schema", "json_object", "none")
"""Ways to demand JSON, the strictest first; the second is that of llama.cpp, which makes a grammar of it."""
_FIRST_SHAPE = {"auto": 0, "json_schema": 0, "json_object": 1, "none": 3}


class Style(NamedTuple):
    """Which way to demand JSON a request has, by its number, and whether it has a temperature."""

    shape: int
    temperature: bool


class Requests:
    """Writes requests; several threads may."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._style = Style(_FIRST_SHAPE[configuration.answer_format], configuration.temperature is not None)
        self._lock = threading.Lock()

    @property
    def style(self) -> Style:
        """How requests are written now."""
        return self._style

    def body(self, messages: Messages, schema: Mapping[str, Any], style: Style) -> dict[str, Any]:
        """The body of a request."""
        body: dict[str, Any] = {"model": self._configuration.model, "messages": messages, "stream": False}
        if style.temperature:
            body["temperature"] = self._configuration.temperature
        shape = _response_format(_SHAPES[style.shape], schema)
        if shape is not None:
            body["response_format"] = shape
        return {**self._configuration.extra, **body}

    def give_in(self, complaint: Complaint, used: Style) -> bool:
        """Write requests another way from now on, if a complaint is about something that can be done without.

        ``used`` is how the request was written that it is about.  Returns whether it is worth asking again.
        """
        with self._lock:
            if self._style != used:
                return True
            if used.temperature and complaint.is_about(("temperature",)):
                self._style = used._replace(temperature=False)
            elif complaint.is_about(SCHEMA_WORDS) and used.shape < self._last_shape:
                self._style = used._replace(shape=used.shape + 1)
            return self._style != used

    @property
    def _last_shape(self) -> int:
        """The laxest way to demand JSON that the configuration allows."""
        wanted = self._configuration.answer_format
        return {"auto": len(_SHAPES) - 1, "json_object": _SHAPES.index("json_object")}.get(wanted, 0)


def _response_format(shape: str, schema: Mapping[str, Any]) -> dict[str, Any] | None:
    if shape == "json_schema":
        return {"type": "json_schema", "json_schema": {"name": "annotations", "strict": True, "schema": schema}}
    if shape == "json_object with schema":
        return {"type": "json_object", "schema": schema}
    return {"type": "json_object"} if shape == "json_object" else None
