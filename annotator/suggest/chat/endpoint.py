"""Talking HTTP with a chat server: one question, one answer, and a plain word for everything that goes wrong.

A busy server is given time, as much as it asks for; a field that it does not know is left out from then on; nothing is
followed elsewhere, and the key appears in no message.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from annotator.redaction import redact
from annotator.suggest.chat.answer import CutOffError, DeclinedError, NoAnswerError
from annotator.suggest.chat.configuration import Configuration
from annotator.suggest.chat.question import Messages

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 4
LONGEST_WAIT = 60.0
"""Seconds that a server may ask us to wait before it is asked again in the same run."""
LARGEST_ANSWER = 4_000_000
CONNECTING = 10.0
"""Seconds that making a connection may take."""

_BROKEN_OFF = 0
"""Stands for the status of a reply that never came to its end."""
_BUSY = frozenset({_BROKEN_OFF, 408, 409, 429, 500, 502, 503, 504, 529})
_UNSUPPORTED = frozenset({400, 415, 422, 500, 501})
_OPTIONAL = {"response_format": ("response_format", "json_schema"), "temperature": ("temperature",)}
"""Fields that not every server knows, with the words by which a server complains of them."""
_SHOWN = 200


class Trouble(Exception):  # noqa: N818 - not an error of the program's: it says why a question has no answer
    """Why there is no answer; ``final`` when no other question would be answered either."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


class _Reply(NamedTuple):
    status: int
    headers: httpx.Headers
    body: bytes


@dataclass(slots=True)
class Traffic:
    """What was sent, whatever came of it: requests for which there was a connection, and bytes of their bodies."""

    requests: int = 0
    bytes: int = 0

    def count(self, requests: int, size: int) -> None:
        """Count requests of so many bytes; negative ones never reached anybody."""
        self.requests += requests
        self.bytes += size


class Endpoint:
    """One server while it is asked: opened, used by several threads at once, and closed as a context manager.

    ``sleep`` waits so many seconds before a question is asked again.
    """

    def __init__(self, configuration: Configuration, sleep: Callable[[float], object] = time.sleep) -> None:
        self._configuration = configuration
        self._sleep = sleep
        self._url = _completions(configuration.url)
        self._key = ""
        self._unknown: set[str] = set()
        self._http: httpx.Client | None = None

    def open(self) -> None:
        """Get ready to ask; raises :class:`Trouble` when something is missing on this side."""
        self._key = _key(self._configuration.key_variable)
        try:
            import httpx
        except ImportError:
            raise Trouble("the package httpx is missing: pip install 'annotator[chat]'", final=True) from None
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        timeout = httpx.Timeout(self._configuration.timeout, connect=min(CONNECTING, self._configuration.timeout))
        try:
            self._http = httpx.Client(headers=headers, timeout=timeout)
        except (ValueError, ImportError, httpx.InvalidURL) as error:
            reason = f"the proxy that the environment names cannot be used ({self._shown(str(error))})"
            raise Trouble(f"{reason}: correct HTTPS_PROXY, or add the server to NO_PROXY", final=True) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connections."""
        if self._http is not None:
            self._http.close()

    def ask(self, messages: Messages, schema: dict[str, Any], traffic: Traffic | None = None) -> str:
        """Ask a question and return the model's answer; ``traffic`` counts what is sent.

        Raises :class:`Trouble` when the server gives none, ``DeclinedError`` when the model does not want to,
        ``CutOffError`` when it ran out of space, ``NoAnswerError`` when the reply is none of a chat server's.
        """
        for attempt in range(ATTEMPTS):
            reply = self._post(messages, schema, traffic or Traffic())
            if reply.status == 200:
                return _content(reply.body)
            if self._left_out_unknown(reply):
                continue
            if reply.status not in _BUSY or attempt + 1 == ATTEMPTS:
                break
            self._sleep(self._pause(reply, attempt))
        raise self._failure(reply)

    def _post(self, messages: Messages, schema: dict[str, Any], traffic: Traffic) -> _Reply:
        """Send a question and read the whole reply, however slowly it comes, within the timeout."""
        import httpx

        assert self._http is not None
        limit = self._configuration.timeout
        deadline = time.monotonic() + limit
        body = bytearray()
        try:
            request = self._http.build_request("POST", self._url, json=self._request(messages, schema))
            traffic.count(1, len(request.content))
            with closing(self._http.send(request, stream=True)) as response:
                for part in response.iter_bytes():
                    body += part
                    if len(body) > LARGEST_ANSWER:
                        raise self._trouble(f"sent more than {LARGEST_ANSWER // 1_000_000} MB")
                    if time.monotonic() > deadline:
                        raise self._trouble(_too_slow(limit))
                return _Reply(response.status_code, response.headers, bytes(body))
        except httpx.ConnectTimeout:
            traffic.count(-1, -len(request.content))
            raise self._trouble("cannot be reached: check url and network", final=True) from None
        except httpx.TimeoutException:
            raise self._trouble(_too_slow(limit)) from None
        except httpx.ConnectError as error:
            traffic.count(-1, -len(request.content))
            raise self._trouble(f"{_plain(error)}: start the server, or correct url", final=True) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return _Reply(_BROKEN_OFF, httpx.Headers(), _plain(error).encode())

    def _request(self, messages: Messages, schema: dict[str, Any]) -> dict[str, Any]:
        shape = {"name": "annotations", "strict": True, "schema": schema}
        request = {
            "model": self._configuration.model,
            "messages": messages,
            "temperature": self._configuration.temperature,
            "response_format": {"type": "json_schema", "json_schema": shape},
        }
        return {name: value for name, value in request.items() if name not in self._unknown}

    def _left_out_unknown(self, reply: _Reply) -> bool:
        """Leave out from now on the field that the server complains of; return whether there is one."""
        complaint = _complaint(reply.body).lower()
        named = {f for f, words in _OPTIONAL.items() if any(word in complaint for word in words)} - self._unknown
        if reply.status not in _UNSUPPORTED or not named:
            return False
        self._unknown |= named
        return True

    def _pause(self, reply: _Reply, attempt: int) -> float:
        """The seconds to wait; raises :class:`Trouble` when the server wants too many."""
        asked = _retry_after(reply.headers.get("retry-after", ""))
        if asked is not None and asked > LONGEST_WAIT:
            raise self._trouble(f"is busy and wants {asked:.0f} seconds of peace: suggest again later", final=True)
        return float(2**attempt) if asked is None else asked

    def _failure(self, reply: _Reply) -> Trouble:
        """Explain a reply without an answer."""
        status, said = reply.status, self._shown(_complaint(reply.body))
        detail = f" ({said})" if said else ""
        if status == _BROKEN_OFF:
            return self._trouble(f"broke off{detail}")
        if status in (401, 403):
            variable = self._configuration.key_variable
            hint = f"check the key in {variable}" if variable else "give the variable of its key as key_variable"
            return self._trouble(f"refused us with status {status}{detail}: {hint}", final=True)
        if status == 404:
            return self._trouble(f"answered 404{detail}: check url and model", final=True)
        if 300 <= status < 400:
            where = self._shown(reply.headers.get("location", "elsewhere"))
            return self._trouble(f"sends us on to {where}: correct url", final=True)
        if status == 429:
            return self._trouble(f"is busy{detail}: suggest again later, or lower parallel", final=True)
        return self._trouble(f"answered {status}{detail}")

    def _trouble(self, what: str, *, final: bool = False) -> Trouble:
        return Trouble(f"{self._configuration.host} {what}", final=final)

    def _shown(self, text: str) -> str:
        """What a server said, in one short printable line without the key."""
        text = redact(text.replace(self._key, "…") if self._key else text)
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split()).rstrip(".")
        return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _completions(base: str) -> str:
    """Where completions are asked for; a query in the base stays at the end."""
    path, mark, query = base.partition("?")
    path = path.rstrip("/")
    return (path if path.endswith("/chat/completions") else path + "/chat/completions") + mark + query


def _key(variable: str | None) -> str:
    """The key, empty when none is wanted; the key itself never gets into a message."""
    if variable is None:
        return ""
    key = os.environ.get(variable, "").strip()
    if not key:
        raise Trouble(f"{variable} is not set: put the server's key there", final=True)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise Trouble(f"{variable} holds no key: found blanks, or letters that no key has", final=True)
    return key


def _content(body: bytes) -> str:
    """The text of a chat completion."""
    try:
        choice = json.loads(body)["choices"][0]
        message, reason = choice["message"], choice.get("finish_reason")
        content, refusal = message.get("content"), message.get("refusal")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise NoAnswerError from None
    if refusal or reason == "content_filter":
        raise DeclinedError
    if reason == "length":
        raise CutOffError
    if not isinstance(content, str):
        raise NoAnswerError
    return content


def _complaint(body: bytes) -> str:
    """The message of an error reply, from the fields in which servers put it."""
    text = body[:10_000].decode(errors="replace")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return "" if text.lstrip().startswith("<") else text
    for name in ("error", "message", "detail"):
        if isinstance(value, dict) and name in value:
            value = value[name]
    return value if isinstance(value, str) else text


def _retry_after(value: str) -> float | None:
    """The seconds of a ``Retry-After`` header, which may be a number or a date; ``None`` for neither."""
    if value.isascii() and value.strip().isdigit():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _too_slow(seconds: float) -> str:
    return f"gave no answer within {seconds:g} seconds: raise timeout, or lower chunk"


def _plain(error: Exception) -> str:
    """An operating system's complaint without its number."""
    return redact(str(error).partition("] ")[2].lower() or str(error).rstrip("."))
