"""Flair: its corpus of columns, in the layout of CoNLL-2003."""

from __future__ import annotations

from tools.interop.programs.scripted import scripted
from tools.interop.protocol import Program, Trip

PROGRAM = Program(
    "Flair",
    ("flair==0.15.1", "torch==2.13.0"),
    (
        Trip(
            "conll",
            "`ColumnCorpus({0: 'text', 3: 'ner'})`, its spans as columns",
            out_options=("columns=4",),
            limits=dict.fromkeys(("key", "lang", "title", "meta"), "four columns have no place for them"),
            rebuilt=True,
        ),
    ),
    scripted("load_columns.py"),
)
