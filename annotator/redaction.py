"""Removing secrets from addresses and headers before they are shown."""

from __future__ import annotations

import re

_QUERY = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s?'\"<>]*)\?[^\s'\"<>]*")
_USER = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]*://)[^\s'\"<>]*@")
_BARE_USER = re.compile(r"(?<![^\s/@:'\"<>])[^\s/@:'\"<>]+:[^\s/@'\"<>]+@(?=[\w\[])")
_NAMED = re.compile(
    r"(?i)\b((?:proxy-)?authorization|(?:x-)?api[-_]?key|token|password)(\s*[:=]\s*)\S+(?: [\w.~+/=-]{8,})?"
)
_SCHEMED = re.compile(r"(?i)\b(bearer|basic) [\w.~+/=-]{6,}")


def redact(text: str) -> str:
    """Replace names, passwords, keys and tokens in the addresses and headers of a text by ``…``."""
    text = _QUERY.sub(r"\1?…", text)
    text = _USER.sub(r"\1…@", text)
    text = _BARE_USER.sub("…@", text)
    text = _NAMED.sub(r"\1\2…", text)
    return _SCHEMED.sub(r"\1 …", text)
