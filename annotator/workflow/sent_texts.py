"""What left the machine: to whom texts were sent, how often and how much; kept beside the database, told in status."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from annotator.inputs import open_file
from annotator.suggest.ledger import Entry, Ledger
from annotator.suggest.protocol import Sent
from annotator.wording import plural
from annotator.workflow.workspace import Workspace

LEDGER = "sent.jsonl"
_LONGEST = 1 << 16
"""Bytes of a line, which is far shorter."""


def ledger_of(workspace: Workspace, by: str) -> Ledger:
    """The ledger in which a workspace keeps what is sent, ``by`` whom."""
    return Ledger(_path(workspace), by)


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
