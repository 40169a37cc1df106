"""bioc: a library that reads and writes BioC, PubTator and brat's standoff."""

from __future__ import annotations

from annotator.formats.record import LayerRecord
from tools.interop.programs.scripted import scripted
from tools.interop.programs.xml_texts import CONTROLS, holds_controls
from tools.interop.protocol import Program, Trip


def _padded(record: LayerRecord) -> bool:
    title = record.document.text.partition("\n")[0]
    return title != title.rstrip()


def _tabbed(record: LayerRecord) -> bool:
    return any("\t" in record.document.text[key.start : key.end] for key in record.spans())


PROGRAM = Program(
    "bioc",
    ("bioc==2.1",),
    (
        Trip("bioc", "`biocxml.load`, `biocxml.dump`", "xml", documents_beyond={CONTROLS: holds_controls}),
        Trip("bioc", "`biocjson.load`, `biocjson.dump`", "json", out_options=("kind=json",)),
        Trip(
            "pubtator",
            "`pubtator.iterparse`, `pubtator.dump`",
            "pubtator",
            out_options=("plain=yes",),
            limits=dict.fromkeys(("lang", "title", "meta"), "PubTator has no place for them"),
            documents_beyond={"white space at the end of the title, which it strips, so that offsets move": _padded},
            rebuilt=True,
        ),
        Trip(
            "brat",
            "`brat.load`, `brat.dump`",
            "brat",
            limits={"attributes": "it drops normalizations, and the order of the words in a value"},
            documents_beyond={"a tab in a span, which it takes for the end of a field": _tabbed},
        ),
    ),
    scripted("load_bioc.py"),
)
