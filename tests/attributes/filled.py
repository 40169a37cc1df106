"""The article under the scheme with attributes, with every kind of attribute, a catalog's entries and a group in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from annotator.annotation import Annotations, Relation, Span
from annotator.history import LayerName, Op, field_op
from annotator.workflow.layer_diff import differences
from tests.attributes.conftest import LABELS, TEXT
from tests.formats.files import workspace
from tests.workspaces import Bench

LAYER = "curator:ana"
PLAIN = (
    LABELS.read_text(encoding="utf-8").partition("\nattributes:")[0].replace("equivalence: true", "within: document")
)
"""The same labels without attributes; the equivalence is a relation like others."""


def content() -> Annotations:
    """What ana says about the article."""
    spans = [
        _span("s1", "Lema", "PLACE", gazetteer="Q42"),
        _span("s2", "flooded", "EVENT", certainty="possible", deaths=2.5, when="2024-05"),
        _span("s3", "Nova Riva", "PLACE", gazetteer="own:7", remark="the town, not the river"),
        _span("s4", "Ines Duarte", "PERSON", role=["official", "victim"]),
        _span("s5", "Duarte", "PERSON", nth=1),
        _span("s6", "dam broke", "EVENT", negated=True, deaths=0),
        _span("s7", "NR", "PLACE"),
        _span("s8", "Nova Riva", "PLACE", nth=2),
    ]
    relations = [
        Relation("r1", "s6", "s2", "causes", attributes={"negated": True}),
        Relation("r2", "s4", "s2", "takes_part_in", attributes={"certainty": "likely"}),
        Relation("r3", "s4", "s5", "same_as"),
        Relation("r4", "s8", "s3", "same_as"),
        Relation("r5", "s8", "s7", "same_as"),
    ]
    return Annotations.of(spans, relations, {"reviewed": True, "topic": ["health", "sport"]})


def _span(name: str, text: str, label: str, nth: int = 0, **attributes: Any) -> Span:
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(text, start + 1)
    return Span(name, start, start + len(text), label, attributes=dict(sorted(attributes.items())) or None)


@contextmanager
def filled_workspace() -> Iterator[Bench]:
    """A workspace with the article and what ana says about it."""
    with workspace(LABELS.read_text(encoding="utf-8")) as bench:
        document = bench.add("flood", TEXT)
        ops = [Op("layer", "text", None, {"value": document.sha256}), field_op("state", None, "done")]
        said = content()
        with bench.store.write() as writer:
            changes = differences(Annotations(), said)
            writer.append(LayerName("flood", LAYER), "ana", "import", ops + changes)
        yield bench
