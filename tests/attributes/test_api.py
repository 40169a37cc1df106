"""Attributes in the Python interface: read with the layer, put with it, and checked against the scheme."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from annotator.api import NewLayer, WorkflowError, open_workspace
from tests.attributes.filled import LAYER, filled_workspace


def test_what_is_read_of_a_layer_can_be_put_as_another() -> None:
    with filled_workspace() as bench, open_workspace(bench.workspace.root, curator="ana") as opened:
        layer = opened.layer("flood", LAYER)
        assert layer is not None
        assert layer.attributes == {"reviewed": True, "topic": ["health", "sport"]}
        flooded = next(span for span in layer.spans if span.text == "flooded")
        assert flooded.attributes == {"certainty": "possible", "deaths": 2.5, "when": "2024-05"}
        assert len({*layer.spans}) == len(layer.spans)
        opened.put_layer(
            "flood", "suggestions:mine", layer.spans, layer.relations, attributes={"topic": ("sport", "health")}
        )
        copy = opened.layer("flood", "suggestions:mine")
        assert copy is not None
        assert [(s.content, s.attributes) for s in copy.spans] == [(s.content, s.attributes) for s in layer.spans]
        assert [r.attributes for r in copy.relations] == [r.attributes for r in layer.relations]
        assert copy.attributes == {"topic": ["health", "sport"]}


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"negatd": True}, "negatd is not an attribute of the scheme; did you mean negated?"),
        ({"topic": "sport"}, "topic belongs to document, not to EVENT"),
        ({"negated": "x"}, "negated: found 'x', expected true or false"),
        ({"when": "2024-13"}, "expected a date"),
        ({"when": None}, "the value None of 'when' is none of an attribute's"),
        ({"deaths": float("nan")}, "is no number"),
        ({"certainty": "line\nbreak"}, "holds a line break"),
        ([1], "are no attributes"),
    ],
)
def test_what_the_scheme_does_not_have_is_refused_and_nothing_is_written(attributes: Any, told: str) -> None:
    with filled_workspace() as bench, open_workspace(bench.workspace.root, curator="bo") as opened:
        layer = opened.layer("flood", LAYER)
        spans = [replace(span, attributes=attributes) for span in layer.spans if span.label == "EVENT"] if layer else []
        with pytest.raises(WorkflowError, match="flood") as error:
            opened.put_layer("flood", "suggestions:mine", spans)
        assert told in str(error.value)
        assert opened.layer("flood", "suggestions:mine") is None


def test_names_are_mapped_and_new_ones_added_where_that_is_asked_for() -> None:
    with filled_workspace() as bench, open_workspace(bench.workspace.root, curator="bo") as opened:
        layer = NewLayer("flood", "suggestions:mine", attributes={"mood": "glum", "subject": ["sport"]})
        with pytest.raises(WorkflowError, match="mood is not an attribute"):
            opened.put_layers([layer], mapping={"subject": "topic"})
        report = opened.put_layers([layer], mapping={"subject": "topic"}, labels_from_data=True)
        assert report["new_labels"] == ["mood"]
        put = opened.layer("flood", "suggestions:mine")
        assert put is not None
        assert put.attributes == {"mood": "glum", "topic": ["sport"]}
