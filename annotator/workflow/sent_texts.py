"""What left the machine: to whom texts were sent, how often and how much; kept beside the database, told in status."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import msgspec

from annotator.inputs import open_file
from annotator.suggest.protocol import Sent
from annotator.wording import plural
from annotator.workflow.workspace import Workspace

LEDGER = "sent.jsonl"
_LONGEST = 1 << 16
"""Bytes of a line, which is far shorter."""
_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class Entry(msgspec.Struct):
    """What was sent to a host at one moment, by ``suggest`` or in the ``background``."""

    at: str
    host: str
    by: str
    requests: int
    documents: int
    bytes: int
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    currency: str = ""
    document: str = ""

    @property
    def sent(self) -> Sent:
        """The amount."""
        tokens = self.input_tokens, self.output_tokens
        return Sent(self.requests, self.documents, self.bytes, *tokens, self.cost, self.currency)


def record_sent(workspace: Workspace, by: str, sent: Iterable[tuple[str, Mapping[str, Sent]]]) -> None:
    """Keep what was sent about each document, by its key; one write, so that several processes can do so at once.

    Where nothing can be written, the command that sent it has said so all the same.  A link is not followed, since a
    workspace from elsewhere could have it lead to a file of the user's; nor does a pipe make us wait.
    """
    at = workspace.store.clock()
    entries = [
        Entry(at, host, by, **asdict(one), document=document)
        for document, by_host in sent
        for host, one in by_host.items()
        if one.requests
    ]
    if not entries:
        return
    lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
    with suppress(OSError):
        handle = os.open(_path(workspace), _APPENDING, 0o666)
        try:
            os.write(handle, lines)
        finally:
            os.close(handle)


def sent_totals(workspace: Workspace) -> dict[str, tuple[Sent, str]]:
    """By host what was ever sent there, and when last; lines that are none are passed over."""
    found: dict[str, tuple[Sent, str]] = {}
    decode = msgspec.json.Decoder(Entry).decode
    try:
        with open_file(_path(workspace)) as lines:
            for line in iter(lambda: lines.readline(_LONGEST), b""):
                with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    entry = decode(line)
                    before = found.get(entry.host, (Sent(), ""))[0]
                    found[entry.host] = (before + entry.sent, entry.at)
    except OSError:
        return found
    return found


def describe_sent(host: str, sent: Sent) -> str:
    """In a few words what was sent to a host."""
    size = f"{sent.bytes / 1000:,.0f} kB" if sent.bytes >= 1000 else f"{sent.bytes} bytes"
    amount = f"{plural(sent.requests, 'request')} about {plural(sent.documents, 'document')}, {size}"
    return f"{host}: {amount}{describe_usage(sent)}"


def describe_usage(sent: Sent) -> str:
    """In a few words how many tokens a model read and wrote, and what that cost; empty where nobody counted."""
    if not sent.input_tokens and not sent.output_tokens:
        return ""
    price = f", {sent.cost:,.4f} {sent.currency}" if sent.currency else ""
    return f", {sent.input_tokens:,} tokens read and {sent.output_tokens:,} written{price}"


def _path(workspace: Workspace) -> Path:
    return workspace.database_path.with_name(LEDGER)
