"""dkpro-cassis: UIMA CAS in JSON and XMI, loaded and serialized by the library for Python.

INCEpTION itself is a program for Java that no package index has. Our own format stands on cassis, too, so this shows
that nobody's files are taken for granted on the way, not that a second reader agrees.
"""

from __future__ import annotations

from tools.interop.programs.scripted import scripted
from tools.interop.programs.xml_texts import CONTROLS, holds_controls
from tools.interop.protocol import Program, Trip

PROGRAM = Program(
    "dkpro-cassis",
    ("dkpro-cassis==0.12.0",),
    (
        Trip("cas", "`load_cas_from_json`, `to_json`", "json"),
        Trip(
            "cas",
            "`load_cas_from_xmi`, `to_xmi`",
            "xmi",
            out_options=("kind=xmi",),
            documents_beyond={CONTROLS: holds_controls},
        ),
    ),
    scripted("load_cas.py"),
)
