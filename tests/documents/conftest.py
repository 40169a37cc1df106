"""What tests of documents share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.documents import confined
from annotator.documents.extract import Extract, ExtractOptions
from annotator.documents.kinds import Kind
from annotator.errors import InputError


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in this process, because another one takes a second to start."""

    def read(_self: object, path: Path, name: str, kind: Kind, options: ExtractOptions) -> Iterator[Extract]:
        for found in confined.read_here(kind, path, name, options):
            if isinstance(found, InputError):
                raise found
            yield found

    monkeypatch.setattr(confined.ConfinedReader, "read", read)
