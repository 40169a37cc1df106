"""spaCy: its corpus reader, its converter, and the layouts that its own projects read."""

from __future__ import annotations

from annotator.annotation import SpanKey
from annotator.formats.record import LayerRecord
from tools.interop.comparison import ATTRIBUTES
from tools.interop.programs.scripted import scripted
from tools.interop.protocol import Program, Trip

_FIELDS = ("key", "lang", "title", "meta")
_TASKS = {
    **dict.fromkeys(("nested", "crossing"), "entities are flat"),
    "off_token": "entities are made of tokens",
    **dict.fromkeys(_FIELDS, "rel_component has no place for it"),
    **dict.fromkeys(ATTRIBUTES, "rel_component reads none"),
}


def _off_tokens(record: LayerRecord) -> set[SpanKey]:
    """The spans that begin or end inside a token of a pipeline without a model, which this environment has, too."""
    from spacy import blank

    doc = blank("xx").make_doc(record.document.text)
    return {key for key in record.spans() if doc.char_span(key.start, key.end) is None}


PROGRAM = Program(
    "spaCy",
    ("spacy==3.8.18",),
    (
        Trip("spacy", "`Corpus`, `DocBin.to_disk`", "corpus"),
        *(
            Trip(
                name,
                "parsed as rel_component does, `DocBin.to_disk`",
                "tasks",
                back="spacy",
                limits=_TASKS,
            )
            for name in ("prodigy", "jsonl")
        ),
        Trip(
            "spacy-json",
            "`Example.from_dict`, offsets of its `Doc`",
            "pairs",
            spans_beyond={"off the borders of spaCy's own tokens": _off_tokens},
        ),
        Trip(
            "conll",
            "`spacy convert -c conll`",
            "convert",
            back="spacy",
            out_options=("columns=4",),
            limits=dict.fromkeys(_FIELDS, "four columns have no place for it"),
            rebuilt=True,
        ),
    ),
    scripted("load_docs.py"),
)
