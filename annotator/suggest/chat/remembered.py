"""What a model answered before, so that no question is paid for twice.

Rules, learned models and schemes change and documents are suggested for again; the same question still has the same
answer.  An answer is kept in a file of its own under the digest of everything that was asked.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from annotator.files.whole import replace_file


class Answers:
    """The answers in a folder, by question; a folder that cannot be written only costs money."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, question: Any) -> str | None:
        """Return the answer to a question (anything that JSON can hold), ``None`` when it is not known."""
        try:
            return self._path(question).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def put(self, question: Any, answer: str) -> None:
        """Keep an answer; whole or not at all, also when several processes keep the same."""
        with suppress(OSError):
            replace_file(self._path(question), answer.encode("utf-8", errors="replace"))

    def _path(self, question: Any) -> Path:
        asked = json.dumps(question, ensure_ascii=True, sort_keys=True)
        return self._folder / f"{hashlib.sha256(asked.encode()).hexdigest()}.txt"
