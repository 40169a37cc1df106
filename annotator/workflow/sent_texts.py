"""What left the machine: to whom texts were sent, how often and how much; kept beside the database, told in status."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from annotator.inputs import open_file
from annotator.suggest.protocol import Sent
from annotator.workflow.workspace import Workspace

LEDGER = "sent.jsonl"
_LARGEST = 1 << 26


class Entry(msgspec.Struct):
    """What was sent to a host at one moment, by ``suggest`` or in the ``background``."""

    at: str
    host: str
    by: str
    requests: int
    documents: int
    bytes: int


def record_sent(workspace: Workspace, by: str, sent: Mapping[str, Sent]) -> None:
    """Keep what was sent; one write, so that several processes can do so at once.

    Where nothing can be written, the command that sent it has said so all the same.
    """
    at = workspace.store.clock()
    entries = [
        Entry(at, host, by, one.requests, one.documents, one.bytes) for host, one in sent.items() if one.requests
    ]
    if not entries:
        return
    lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
    with suppress(OSError):
        handle = os.open(_path(workspace), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            os.write(handle, lines)
        finally:
            os.close(handle)


def sent_totals(workspace: Workspace) -> dict[str, tuple[Sent, str]]:
    """By host what was ever sent there, and when last; lines that are none are passed over."""
    found: dict[str, tuple[Sent, str]] = {}
    try:
        with open_file(_path(workspace)) as lines:
            data = lines.read(_LARGEST)
    except OSError:
        return found
    decode = msgspec.json.Decoder(Entry).decode
    for line in data.splitlines():
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            entry = decode(line)
            before = found.get(entry.host, (Sent(), ""))[0]
            found[entry.host] = (before + Sent(entry.requests, entry.documents, entry.bytes), entry.at)
    return found


def describe_sent(host: str, sent: Sent) -> str:
    """In a few words what was sent to a host."""
    size = f"{sent.bytes / 1000:,.0f} kB" if sent.bytes >= 1000 else f"{sent.bytes} bytes"
    return f"{host}: {sent.requests:,} requests about {sent.documents:,} documents, {size}"


def _path(workspace: Workspace) -> Path:
    return workspace.database_path.with_name(LEDGER)
