"""Hugging Face datasets: ``load_dataset`` of the exported folder, then its own writers."""

from __future__ import annotations

from tools.interop.programs.scripted import scripted
from tools.interop.protocol import Program, Trip

PROGRAM = Program(
    "datasets",
    ("datasets==5.2.0",),
    (
        Trip("hf", "`load_dataset(FOLDER)`, `to_json`", "json"),
        Trip("hf", "`load_dataset(FOLDER)` of Parquet, `to_parquet`", "parquet", out_options=("file=parquet",)),
    ),
    scripted("load_rows.py"),
)
