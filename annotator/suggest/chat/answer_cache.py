"""A cache of the model's answers, so that no question is paid for twice.

Rules, learned models and schemes change and documents are suggested for again; the same question still has the same
answer.  An answer is kept in a file of its own under the digest of everything that was asked.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from annotator.errors import InputError
from annotator.files.whole import replace_file
from annotator.inputs import read_text


class AnswerCache:
    """Answers in the files of a folder; where it cannot be written, questions are asked again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, question: Any) -> str | None:
        """The stored answer to a question (a JSON value); ``None`` when there is none."""
        try:
            return read_text(self._path(question))
        except (OSError, InputError):
            return None

    def put(self, question: Any, answer: str) -> str:
        """Store an answer, whole or not at all, also when several processes store the same; say why it cannot be."""
        try:
            replace_file(self._path(question), answer.encode("utf-8", errors="replace"))
        except (FileExistsError, NotADirectoryError):
            return f"{self._folder}: not a folder"
        except OSError as error:
            return f"{self._folder}: {(error.strerror or str(error)).lower()}"
        return ""

    def _path(self, question: Any) -> Path:
        asked = json.dumps(question, ensure_ascii=True, sort_keys=True)
        return self._folder / f"{hashlib.sha256(asked.encode()).hexdigest()}.txt"
