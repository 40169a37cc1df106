"""A chat server of our own, on a port of this machine, that answers what a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from annotator.suggest.chat.configuration import Configuration


class Reply(NamedTuple):
    """What the server sends; ``cut`` promises more bytes than come, ``late`` waits until the test is over.

    ``hesitant`` says until then, again and again, that the reply is yet to come.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = {}
    cut: bool = False
    late: bool = False
    hesitant: bool = False


@dataclass
class FakeChat:
    """The server: ``script`` is what it says next, one by one; then ``answer`` says it from the question."""

    url: str = ""
    script: list[Reply] = field(default_factory=list)
    answer: Callable[[str], Reply] = lambda _sentences: completion([])
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def configuration(self, **more: Any) -> Configuration:
        return Configuration(**{"url": self.url, "model": "tiny", "relations": "together", **more})

    def reply(self, path: str, key: str | None, body: dict[str, Any]) -> Reply:
        with self.lock:
            self.asked.append(body)
            self.keys.append(key)
            if path != "/v1/chat/completions":
                return complaint(404, f"nothing at {path}")
            return self.script.pop(0) if self.script else self.answer(body["messages"][-1]["content"])


def completion(
    entities: list[dict[str, Any]] | str, relations: list[dict[str, Any]] | None = None, **choice: Any
) -> Reply:
    """A chat completion that lists entities and relations, or says whatever it is given."""
    content = (
        entities if isinstance(entities, str) else json.dumps({"entities": entities, "relations": relations or []})
    )
    message = {"role": "assistant", "content": content, **choice.pop("message", {})}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop", **choice}]}
    return Reply(200, json.dumps(body).encode(), {"Content-Type": "application/json"})


def complaint(status: int, message: str, **headers: str) -> Reply:
    body = json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def mention(identity: int, sentence: int, text: str, label: str, certainty: str = "high") -> dict[str, Any]:
    return {"id": identity, "sentence": sentence, "text": text, "label": label, "certainty": certainty}


def linked(head: int, label: str, child: int) -> dict[str, Any]:
    return {"head": head, "child": child, "label": label, "certainty": "high"}


@contextmanager
def serving() -> Iterator[FakeChat]:
    """Run a server in a thread until the block ends."""
    chat = FakeChat()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(chat))
    server.daemon_threads = False
    chat.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield chat
    finally:
        chat.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(chat: FakeChat) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = chat.reply(self.path, self.headers.get("Authorization"), body)
            if reply.late:
                chat.over.wait()
                return
            while reply.hesitant and not chat.over.wait(0.02):
                self.send_response_only(102)
                self.end_headers()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) + reply.cut))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *args: object) -> None: ...

    return Handler
