"""Talking HTTP with a chat server: one question, one answer, and a plain word for everything that goes wrong.

A busy server is given time, as much as it asks for; nothing is followed elsewhere, and the key appears in no message.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from annotator.extras import missing
from annotator.redaction import redact
from annotator.suggest.chat.answer_json import CutOffError
from annotator.suggest.chat.configuration import Configuration
from annotator.suggest.chat.costs import BYTES_IN_TOKEN, tokens_in
from annotator.suggest.chat.question import Question
from annotator.suggest.chat.reply import (
    KEY_WORDS,
    MODEL_WORDS,
    QUOTA_WORDS,
    TOO_LONG_WORDS,
    Complaint,
    complaint_status,
    read_complaint,
    read_completion,
    read_usage,
)
from annotator.suggest.chat.request import Requests, Style
from annotator.suggest.chat.threads import within
from annotator.suggest.protocol import Sent

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 4
LONGEST_WAIT = 60.0
"""Seconds that a server may ask us to wait before it is asked again in the same run."""
LARGEST_ANSWER = 4_000_000
CONNECTING = 10.0
"""Seconds that making a connection may take."""

_OK = 200
_BROKEN_OFF = 0
"""Stands for the status of a reply that never came to its end."""
_BUSY = frozenset({_BROKEN_OFF, 408, 409, 429, 500, 502, 503, 504, 529})
_UNSUPPORTED = frozenset({400, 404, 415, 422, 500, 501})
"""Statuses with which servers answer to a field or a demand that they do not know."""
_LASTING = (*QUOTA_WORDS, "validation error")
"""Words of complaints that asking again does not mend, whatever their status."""
_TOO_LONG = frozenset({400, 413, 422, 500})
_SHOWN = 200
_READ_OF_COMPLAINT = 4000
"""Characters of what a server says that are looked through for secrets: it could send millions."""
_ENCODINGS = ("", "identity", "gzip", "deflate")
"""Encodings of a reply that are read: a few kilobytes in others, or in two at once, can decompress to any size."""


Body = bytes
"""What a reply holds."""


class Trouble(Exception):  # noqa: N818 - not an error of the program's: it says why a question has no answer
    """Why there is no answer; ``final`` when no other question would be answered either."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


class _Reply(NamedTuple):
    """A reply, with the bytes of what was asked; a complaint has its status even where the server called it 200."""

    status: int
    headers: httpx.Headers
    body: bytes
    asked: int


@dataclass(slots=True)
class Traffic:
    """What was sent, whatever came of it: requests for which there was a connection, and bytes of their bodies.

    Tokens are those that the server counted, or an estimate where it does not count.  ``unkept`` says why an answer
    could not be kept for another time (empty: all were).  ``record`` is given each part, a request before it is sent.
    """

    requests: int = 0
    bytes: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    unkept: str = ""
    record: Callable[[Sent], object] = lambda _: None

    def count(self, requests: int, size: int) -> None:
        """Count requests of so many bytes; negative ones never reached anybody."""
        before = self.requests > 0
        self.requests += requests
        self.bytes += size
        self.record(Sent(requests, (self.requests > 0) - before, size))

    def count_answer(self, asked: int, body: Body) -> None:
        """Count what was read and written for an answer to a request of ``asked`` bytes."""
        read, written = read_usage(body)
        read = -(-asked // BYTES_IN_TOKEN) if read is None else read
        written = tokens_in(body) if written is None else written
        self.input_tokens += read
        self.output_tokens += written
        self.record(Sent(input_tokens=read, output_tokens=written))

    @property
    def sent(self) -> Sent:
        """The traffic as it is reported."""
        return Sent(self.requests, 0, self.bytes, self.input_tokens, self.output_tokens)


class Endpoint:
    """One server while it is asked: opened, used by several threads at once, and closed as a context manager.

    ``requests`` writes the requests; ``sleep`` waits so many seconds before a question is asked again.
    """

    def __init__(
        self,
        configuration: Configuration,
        requests: Requests | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._configuration = configuration
        self._requests = requests or Requests(configuration)
        self._sleep = sleep
        self._url = _completions(configuration.url)
        self._key = ""
        self._http: httpx.Client | None = None

    def open(self) -> None:
        """Get ready to ask; raises :class:`Trouble` when something is missing on this side."""
        self._key = _key(self._configuration.key_variable)
        try:
            import httpx
        except ImportError:
            raise Trouble(": ".join(missing("a chat server", "chat")), final=True) from None
        headers = {"Accept-Encoding": "identity"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
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

    def ask(
        self, question: Question, traffic: Traffic | None = None, before_each: Callable[[], object] = lambda: None
    ) -> str:
        """Ask a question and return what the model wrote; ``traffic`` counts what is sent.

        ``before_each`` is called before every request, also one that asks again; what it raises ends the question.
        Raises :class:`Trouble` when the server gives no answer, ``DeclinedError`` when the model does not want to,
        ``CutOffError`` when it ran out of space, ``NoAnswerError`` when the reply is none of a chat server's.
        """
        traffic = Traffic() if traffic is None else traffic
        attempts = 0
        while True:
            style = self._requests.style
            before_each()
            reply = self._reply(question, style, traffic)
            if reply.status == _OK:
                traffic.count_answer(reply.asked, reply.body)
                answer = read_completion(reply.body)
                return answer.replace(self._key, "…") if self._key else answer
            complaint = read_complaint(reply.body)
            if reply.status in _TOO_LONG and complaint.is_about(TOO_LONG_WORDS):
                raise CutOffError(
                    f"{self._configuration.host} takes no question of this length ({self._shown(complaint.said)})"
                )
            if reply.status in _UNSUPPORTED and self._requests.give_in(complaint, style):
                continue
            attempts += 1
            if reply.status not in _BUSY or complaint.is_about(_LASTING) or attempts == ATTEMPTS:
                raise self._failure(reply, complaint)
            self._sleep(self._pause(reply, attempts - 1))

    def _reply(self, question: Question, style: Style, traffic: Traffic) -> _Reply:
        """Send a question and read the reply; a server is not waited for longer even while its headers trickle in."""
        limit = self._configuration.timeout
        try:
            return within(limit + min(CONNECTING, limit), partial(self._post, question, style, traffic))
        except TimeoutError:
            raise self._trouble(_too_slow(limit)) from None

    def _post(self, question: Question, style: Style, traffic: Traffic) -> _Reply:
        """Send a question and read the whole reply, however slowly its body comes, within the timeout."""
        import httpx

        assert self._http is not None
        limit = self._configuration.timeout
        deadline = time.monotonic() + limit
        body = bytearray()
        try:
            content = self._requests.body(question.messages, question.schema, style)
            request = self._http.build_request("POST", self._url, json=content)
            size = len(request.content)
            traffic.count(1, size)
            with closing(self._http.send(request, stream=True)) as response:
                encoding = response.headers.get("content-encoding", "").strip().lower()
                if encoding not in _ENCODINGS:
                    raise self._trouble("compresses its answers, though asked not to", final=True)
                for part in response.iter_bytes():
                    body += part
                    if len(body) > LARGEST_ANSWER:
                        raise self._trouble(f"sent more than {LARGEST_ANSWER // 1_000_000} MB")
                    if time.monotonic() > deadline:
                        raise self._trouble(_too_slow(limit))
                if response.headers.get("content-type", "").startswith("text/event-stream"):
                    raise self._trouble("sends its answers in a stream, though asked not to", final=True)
                status = response.status_code
                hidden = complaint_status(bytes(body)) if status == _OK else None
                return _Reply(hidden or status, response.headers, bytes(body), size)
        except httpx.ConnectTimeout:
            traffic.count(-1, -size)
            raise self._trouble("cannot be reached: check url and network", final=True) from None
        except httpx.TimeoutException:
            raise self._trouble(_too_slow(limit)) from None
        except httpx.ConnectError as error:
            traffic.count(-1, -size)
            raise self._trouble(f"{_plain(error)}: start the server, or correct url", final=True) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return _Reply(_BROKEN_OFF, httpx.Headers(), _plain(error).encode(), 0)

    def _pause(self, reply: _Reply, attempt: int) -> float:
        """The seconds to wait; raises :class:`Trouble` when the server wants too many."""
        asked = _retry_after(reply.headers.get("retry-after", ""))
        if asked is not None and asked > LONGEST_WAIT:
            raise self._trouble(f"is busy and wants {asked:.0f} seconds of peace: suggest again later", final=True)
        return float(2**attempt) if asked is None else asked

    def _failure(self, reply: _Reply, complaint: Complaint) -> Trouble:
        """Explain a reply without an answer."""
        status, said = reply.status, self._shown(complaint.said)
        detail = f" ({said})" if said else ""
        if status == _BROKEN_OFF:
            return self._trouble(f"broke off{detail}")
        if status in (402, 403, 429) and complaint.is_about(QUOTA_WORDS):
            return self._trouble(f"has no credit left for this key{detail}: add some, or take another", final=True)
        if status in (401, 403) or (status in (400, 500) and complaint.is_about(KEY_WORDS)):
            variable = self._configuration.key_variable
            hint = f"check the key in {variable}" if variable else "give the variable of its key as key_variable"
            return self._trouble(f"refused us with status {status}{detail}: {hint}", final=True)
        if status == 404 or (status == 400 and complaint.is_about(MODEL_WORDS)):
            return self._trouble(f"answered {status}{detail}: check url and model", final=True)
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
        text = redact((text.replace(self._key, "…") if self._key else text)[:_READ_OF_COMPLAINT])
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


def _retry_after(value: str) -> float | None:
    """The seconds of a ``Retry-After`` header, which may be a number or a date; ``None`` for neither."""
    if value.isascii() and value.strip().isdigit():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _too_slow(seconds: float) -> str:
    return f"gave no answer within {seconds:g} seconds: raise timeout, or lower chunk"


def _plain(error: Exception) -> str:
    """An operating system's complaint without its number."""
    return redact(str(error).partition("] ")[2].lower() or str(error).rstrip("."))
