"""Two records of one text that set an attribute otherwise contradict one another, as with labels."""

from __future__ import annotations

import json
from typing import Any

import pytest

from annotator.errors import WorkflowError
from tests.attributes.filled import LAYER, filled_workspace
from tests.attributes.test_gold import SCHEME
from tests.formats.files import export_data, import_data, workspace


def twice(first: dict[str, Any], second: dict[str, Any]) -> bytes:
    """Two lines that say the same of one text, but for attributes of its first span (``span``) and the document."""
    with filled_workspace() as bench:
        line = json.loads(export_data(bench, "jsonl", layer=LAYER)[0])
    lines = []
    for said in (first, second):
        line["spans"][0]["attributes"], line["document"] = said.get("span"), said.get("document")
        lines.append(json.dumps(line))
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("first", "second", "told", "replaced"),
    [
        (
            {"span": {"remark": "a"}},
            {"span": {"remark": "b"}},
            "remark of 9-18-PLACE b contradicts remark of 9-18-PLACE a",
            ["remark a"],
        ),
        (
            {"document": {"reviewed": True, "topic": ["sport"]}},
            {"document": {"topic": ["health"]}},
            "",
            ["reviewed", "sport"],
        ),
    ],
)
def test_what_is_set_otherwise_is_refused_or_the_last_counts(
    first: dict[str, Any], second: dict[str, Any], told: str, replaced: list[str]
) -> None:
    data = twice(first, second)
    for rule in ("refuse", "unite"):
        with workspace(SCHEME) as bench:
            if told:
                with pytest.raises(WorkflowError, match=told):
                    import_data(bench, "jsonl", data, same_text=rule)
            else:
                import_data(bench, "jsonl", data, same_text=rule)
                layer = bench.store.annotations(bench.layer_id(LAYER, "flood"))
                assert layer.document_attributes == {"reviewed": True, "topic": ["health", "sport"]}
    with workspace(SCHEME) as bench:
        report = import_data(bench, "jsonl", data, same_text="last")
        assert report.lost["attribute of a record that a later one replaces"] == len(replaced)
        again = json.loads(export_data(bench, "jsonl", layer=LAYER)[0])
        assert again["spans"][0].get("attributes") == second.get("span")
        assert again.get("document") == second.get("document")
