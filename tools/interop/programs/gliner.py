"""GLiNER's data processors, which make batches of rows without any weights: for spans, and for spans with relations."""

from __future__ import annotations

from collections.abc import Callable

from annotator.annotation import SpanKey
from annotator.formats.record import LayerRecord
from tools.interop.programs.scripted import scripted
from tools.interop.protocol import Program, Trip

_WIDEST = 12
"""The most words of a span that its models for spans are made for, by default."""
_ROWS = ("rows=windows",)


def _wide(record: LayerRecord) -> set[SpanKey]:
    return {key for key, (first, last) in record.token_spans().items() if last - first >= _WIDEST}


def _labelled_again(record: LayerRecord) -> set[SpanKey]:
    """The spans that have the words of a later one."""
    last = {(key.start, key.end): key for key in record.spans()}
    return set(record.spans()).difference(last.values())


_BEYOND: dict[str, Callable[[LayerRecord], set[SpanKey]]] = {
    f"of more than {_WIDEST} words": _wide,
    "with the words of another": _labelled_again,
}

PROGRAM = Program(
    "GLiNER",
    ("gliner==0.2.29", "torch==2.13.0"),
    (
        Trip(
            "gliner",
            "`UniEncoderSpanProcessor`: rows of windows into batches",
            "spans",
            out_options=_ROWS,
            limits={"relations": "a model for spans"},
            spans_beyond=_BEYOND,
            rebuilt=True,
        ),
        Trip(
            "gliner",
            "`RelationExtractionTokenProcessor`: rows of windows into batches",
            "relations",
            out_options=_ROWS,
            rebuilt=True,
        ),
    ),
    scripted("collate.py"),
)
