"""E-mail (``.eml``, ``.mbox``) and pages that a browser saved as one MIME file (``.mhtml``)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from annotator.documents.extract import Extract, ExtractOptions, solid_length
from annotator.documents.markup import decode_page, join_passages, parse_html, passages
from annotator.documents.webpage import SOFT_HYPHEN, extract_page
from annotator.errors import InputError
from annotator.inputs import encoding_called, open_file, read_bytes
from annotator.wording import plural

_MOST = 64 << 20
"""Bytes of the largest message that is read."""
_HEADERS = ("from", "to", "cc", "reply-to", "message-id", "in-reply-to", "list-id")
_PARSING = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What Python's e-mail package raises over messages that are none."""


def read_eml(path: Path, name: str, options: ExtractOptions) -> Iterator[Extract]:
    """Read one message."""
    yield _message(read_bytes(path, _MOST), name, options)


def read_mbox(path: Path, name: str, options: ExtractOptions) -> Iterator[Extract]:
    """Read the messages of a mailbox, each a document named after its message id."""
    for number, data in enumerate(_mailbox(path, name), 1):
        extract = _message(data, f"{name}: message {number}", options)
        identity = str(extract.meta.get("message-id") or number)
        extract.part = hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:10]
        yield extract


def read_mhtml(path: Path, name: str, options: ExtractOptions) -> Iterator[Extract]:
    """Read a page that was saved as one file."""
    message = _parse(read_bytes(path, _MOST), name)
    part = next((part for part in message.walk() if part.get_content_type() == "text/html"), None)
    if part is None:
        raise InputError(f"{name}: no web page in this file", "save the page again")
    extract = extract_page(_payload(part, name), name, options, _charset(part))
    address = str(part.get("Content-Location") or "")
    if address.startswith("http"):
        extract.meta.setdefault("url", address)
    yield extract


def _mailbox(path: Path, name: str) -> Iterator[bytes]:
    """Split a mailbox at its lines that begin with ``From `` after an empty one."""
    lines: list[bytes] = []
    size, blank, begun = 0, True, False
    with open_file(path) as stream:
        for line in iter(lambda: stream.readline(_MOST), b""):
            if blank and line.startswith(b"From "):
                if begun:
                    yield b"".join(lines)
                lines, size, begun = [], 0, True
                continue
            if not begun and line.strip():
                raise InputError(f"{name}: no mailbox: it does not begin with a line `From …`", "call one message .eml")
            size += len(line)
            if size > _MOST:
                raise InputError(f"{name}: a message larger than {_MOST >> 20} MB", "leave that message out")
            lines.append(line[1:] if line.startswith(b">From ") else line)
            blank = not line.strip()
    if begun:
        yield b"".join(lines)


def _message(data: bytes, name: str, options: ExtractOptions) -> Extract:
    """The text of a message: its plain text, or else what its HTML says."""
    message = _parse(data, name)
    try:
        headers = {header: " ".join(str(message[header]).split()) for header in _HEADERS if message[header]}
        subject = " ".join(str(message["subject"] or "").split())
        bodies = [message.get_body(preferencelist=(kind,)) for kind in ("plain", "html")]
        attached = [str(part.get_filename() or part.get_content_type()) for part in message.iter_attachments()]
    except _PARSING as error:
        raise InputError(f"{name}: a message that cannot be read: {error}", "save it again") from error
    notes: tuple[str, ...] = ()
    text, broken, lost = "", 0, Counter[str]()
    for body in bodies:
        if body is not None and not text.strip():
            text, broken = _body_text(body, name, options)
    if text:
        lost["soft hyphen"] = text.count(SOFT_HYPHEN)
        notes = (f"{name}: {plural(broken, 'place')} not in its encoding, shown as \ufffd",) if broken else ()
    text = text.replace(SOFT_HYPHEN, "").strip("\n")
    lost["attachment"] = len(attached)
    lost["empty message"] = not text.strip()
    meta: dict[str, Any] = {**headers, **_date(message)}
    if attached:
        meta["attachments"] = attached
    return Extract(text, subject or None, None, meta, "", solid_length(text), +lost, notes)


def _parse(data: bytes, name: str) -> EmailMessage:
    try:
        message = message_from_bytes(data, policy=policy.default)
    except _PARSING as error:
        raise InputError(f"{name}: a message that cannot be read: {error}", "save it again") from error
    if not message.keys():
        raise InputError(f"{name}: no e-mail message: it has no headers", "save it again")
    return message


def _body_text(body: MIMEPart, name: str, options: ExtractOptions) -> tuple[str, int]:
    """The text of a message's body, and how many places are broken."""
    data = _payload(body, name)
    if body.get_content_type() == "text/html":
        decoded = decode_page(data, name, options.encoding, _charset(body))
        return join_passages(passages(parse_html(decoded.text, name))), decoded.broken
    charset = options.encoding or _charset(body)
    try:
        text = data.decode(charset or "utf-8")
    except UnicodeDecodeError as error:
        if charset is None:
            hint = "it does not say how it is encoded: name it, such as --encoding cp1252"
            raise InputError(f"{name}: byte {error.start} of its text is not UTF-8", hint) from error
        text = data.decode(charset, "replace")
    return text.replace("\r\n", "\n"), text.count("\ufffd")


def _payload(part: MIMEPart, name: str) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except _PARSING as error:
        raise InputError(f"{name}: a message that cannot be read: {error}", "save it again") from error
    return data if isinstance(data, bytes) else b""


def _charset(part: MIMEPart) -> str | None:
    """The encoding that a part declares, if there is one of that name; plain ASCII is none, since it is often wrong."""
    try:
        charset = part.get_content_charset()
    except _PARSING:
        return None
    known = None if charset is None else encoding_called(charset)
    return {"ascii": None, "iso8859-1": "cp1252"}.get(known or "ascii", known)


def _date(message: EmailMessage) -> dict[str, str]:
    try:
        return {"date": parsedate_to_datetime(str(message["date"])).isoformat()}
    except (*_PARSING, OverflowError):
        return {}
