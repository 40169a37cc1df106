"""The rules for names of documents, people and layers, typed here or read from files.

Names become file names on export and words on a terminal, so none may lead out of a folder or act on a screen.  Each
function says in a few words what is wrong, ready to follow the name, or returns ``None``.
"""

from __future__ import annotations

import unicodedata

_KEY_LENGTH = 200
_INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")
_PERSON_LENGTH = 64
_AUTHORED = ("curator", "suggestions", "proposals")
_ALONE = ("corpus", "suggestions", "gold")


def key_problem(key: str) -> str | None:
    """Say why ``key`` cannot name a document (keys become file names on export), or return ``None``."""
    if not key.strip():
        return "is empty"
    if "/" in key or "\\" in key:
        return "holds a slash"
    if not key.isprintable() and any(unicodedata.category(char) in _INVISIBLE for char in key):
        return "holds a control character"
    if key != key.strip():
        return "begins or ends with a space"
    if key.startswith("."):
        return "begins with a full stop"
    if len(key.encode("utf-8")) > _KEY_LENGTH:
        return f"is longer than {_KEY_LENGTH} bytes"
    return None


def person_problem(name: str) -> str | None:
    """Say why nobody, and no suggester, can be called ``name``, or return ``None``."""
    if not name:
        return "is empty"
    if len(name) > _PERSON_LENGTH:
        return f"is longer than {_PERSON_LENGTH} characters"
    if not all(char.isalnum() or char in "._-@" for char in name):
        return "holds something else than letters, digits and . _ - @"
    return None if any(map(str.isalnum, name)) else "has neither letter nor digit"


def layer_problem(name: str) -> str | None:
    """Say why no layer can be called ``name`` (``gold``, ``curator:ana`` …), or return ``None``."""
    kind, colon, author = name.partition(":")
    if not colon and kind in _ALONE:
        return None
    if not colon or kind not in _AUTHORED:
        return "is no kind of layer"
    problem = person_problem(author)
    return None if problem is None else f"is nobody's: the name after the colon {problem}"
