"""Reading many layers with their documents: what is read is what single reads give, in the order that was asked for."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from annotator.errors import StoreError
from annotator.history import LayerName, Op, field_op
from annotator.store import contents, read_contents
from tests.workspaces import Bench

COUNT = 7


def write_layers(bench: Bench) -> None:
    """A layer on each of some documents: without spans, with a relation, with attributes."""
    documents = [bench.add(f"d{number}", f"Luis Paz y la ONU, nota {number}.") for number in range(COUNT)]
    with bench.store.write() as writer:
        for number, document in enumerate(documents):
            name = LayerName(document.key, "gold")
            ops = [field_op("state", None, "done")]
            if number % 2:
                span = {"label": "PERSON", "origin": "added"}
                ops += [
                    Op("span", "a", None, {**span, "start": 0, "end": 8, "attributes": {"certainty": "sure"}}),
                    Op("span", "b", None, {**span, "start": 14, "end": 17, "label": "ORG"}),
                    Op("relation", "r", None, {"head": "a", "child": "b", "label": "works_for", "origin": "added"}),
                ]
            writer.append(name, "lea", "merge", ops)


def test_layers_come_in_order_as_single_reads_give_them(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "_AT_ONCE", 3)
    write_layers(bench)
    layers = bench.store.layers(name="gold")[::-1]
    single = [(bench.store.document(info.name.document), bench.store.annotations(info.id)) for info in layers]
    read = list(read_contents(bench.store, layers))
    assert read == single
    assert [document.key for document, _ in read] == [f"d{number}" for number in reversed(range(COUNT))]
    assert [len(content.relations) for _, content in read] == [0, 1, 0, 1, 0, 1, 0]
    assert read[1][1].spans["a"].attributes == {"certainty": "sure"}
    assert not bench.store.connection.in_transaction


def test_damaged_tokens_are_told_by_who_asks_for_them(bench: Bench) -> None:
    write_layers(bench)
    with closing(sqlite3.connect(Path(bench.store.path))) as connection, connection:
        connection.execute("DROP TRIGGER IF EXISTS segmentation_is_never_updated")
        connection.execute("UPDATE segmentation SET tokens = x'ff'")
    (document, content), *_ = read_contents(bench.store, bench.store.layers(name="gold"))
    assert document.text == "Luis Paz y la ONU, nota 0."
    assert not content.spans
    with pytest.raises(StoreError, match=r"the tokens of text .* are damaged"):
        assert document.tokens.starts
