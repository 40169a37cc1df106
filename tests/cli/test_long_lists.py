"""Lists as long as the corpus: printed item by item, and still one JSON value."""

from __future__ import annotations

import json

import pytest

from annotator.cli.common import print_json, print_json_list
from annotator.store import Queue, QueueFilter
from tests.workspaces import Bench


@pytest.mark.parametrize("items", [[], [{"a": 1}], [{"a": "ñ", "b": {}}, {"c": [1, 2]}, "x\x1b"]])
def test_a_list_is_printed_as_the_whole_would_be(items: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    print_json_list({"curator": "ana", "sent": []}, "documents", iter(items))
    item_by_item = capsys.readouterr().out
    print_json({"curator": "ana", "sent": [], "documents": items})
    assert item_by_item == capsys.readouterr().out
    assert json.loads(item_by_item)["documents"] == items
    assert "\x1b" not in item_by_item


def test_all_pages_are_the_queue(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        bench.add(f"d{number}", f"Luis Paz volvió {number}.")
    monkeypatch.setattr("annotator.store.queue._PAGE", 2)
    queue = Queue(bench.store, "ana")
    whole = queue.page(QueueFilter(), -1)
    pages = list(queue.pages(QueueFilter()))
    assert [row for page in pages for row in page] == whole
    assert max(map(len, pages)) == 2
    assert [row for page in queue.pages(QueueFilter(), 3) for row in page] == whole[:3]
    assert list(queue.pages(QueueFilter(), 0)) == []
