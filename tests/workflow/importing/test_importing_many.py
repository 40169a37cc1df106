"""Importing and exporting long documents: few of them are in memory at once, however many the file has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from annotator.annotation import Annotations, Span
from annotator.formats import tokens
from annotator.formats.protocol import ForeignDocument, ForeignLayer
from annotator.formats.record import LayerRecord
from annotator.formats.tokens import with_encoded_tokens
from annotator.store import Bulk
from annotator.workflow.importing import document_intake
from annotator.workflow.importing.import_file import import_documents
from annotator.workflow.importing.import_request import ImportRequest
from tests.workspaces import Bench, make_document

COUNT, LENGTH = 40, 10_000
FEW = 20
"""More than are being worked on at once, with the batches ahead of them."""


def long_text(number: int) -> str:
    return (f"Ana Ruiz dijo {number} veces. " * LENGTH)[:LENGTH]


@pytest.fixture(autouse=True)
def short_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of these documents make a batch."""
    for module in (document_intake, tokens):
        monkeypatch.setattr(module, "_BATCH_LENGTH", 2 * LENGTH)
    monkeypatch.setattr(document_intake, "_PREPARED_BATCHES", 0)


def test_an_import_reads_no_further_ahead_than_it_must(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    ahead: list[int] = []

    def documents() -> Iterator[ForeignDocument]:
        for number in range(COUNT):
            read.append(number)
            layer = ForeignLayer(Annotations.of([Span("1", 0, 8, "PERSON")]))
            yield ForeignDocument(f"file:{number}", long_text(number), f"d{number}", (layer,))

    def add_document(bulk: Bulk, key: str, *rest: object) -> None:
        ahead.append(len(read) - len(ahead))
        add(bulk, key, *rest)  # type: ignore[arg-type]

    add = Bulk.add_document
    monkeypatch.setattr(Bulk, "add_document", add_document)
    request = ImportRequest(layer="gold")
    report = import_documents(bench.workspace, "doccano", documents(), request, "lead")
    assert (report.new, report.layers["gold"].spans) == (COUNT, COUNT)
    assert max(ahead) <= FEW


def test_an_export_with_tokens_reads_no_further_ahead_than_it_must() -> None:
    read: list[int] = []

    def records() -> Iterator[LayerRecord]:
        for number in range(COUNT):
            read.append(number)
            yield LayerRecord(make_document(f"d{number}", long_text(number)), Annotations(), "gold", (), "")

    ahead = []
    for done, (record, encoded) in enumerate(with_encoded_tokens(records())):
        ahead.append(len(read) - done)
        assert record.document.key == f"d{done}"
        assert encoded.tokens.count(b'"ws"') == len(record.document.tokens)
    assert (len(ahead), max(ahead) <= FEW) == (COUNT, True)
