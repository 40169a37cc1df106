"""GLiNER2: its set of training data, read, validated and saved."""

from __future__ import annotations

from tools.interop.programs.scripted import scripted
from tools.interop.protocol import Program, Trip

PROGRAM = Program(
    "GLiNER2",
    ("gliner2==2.1.0", "torch==2.13.0", "transformers==5.16.1"),
    (
        Trip(
            "gliner2",
            "`TrainingDataset.load`, `validate`, `save`",
            limits=dict.fromkeys(("key", "lang", "title", "meta"), "its rows have no place for it"),
        ),
    ),
    scripted("load_examples.py"),
)
