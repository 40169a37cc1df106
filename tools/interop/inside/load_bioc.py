"""Reads BioC, PubTator and brat's standoff with the library bioc, and lets it write them again."""

from __future__ import annotations

import sys
from pathlib import Path

from bioc import biocjson, biocxml, brat, pubtator


def standoff(source: Path, target: Path) -> None:
    """Read and write each pair of files."""
    for path in sorted(source.glob("*.txt")):
        with path.open(encoding="utf-8", newline="") as text, path.with_suffix(".ann").open(encoding="utf-8") as marks:
            document = brat.load(text, marks)
        with (
            (target / path.name).open("w", encoding="utf-8", newline="") as text,
            (target / path.name).with_suffix(".ann").open("w", encoding="utf-8") as marks,
        ):
            brat.dump(document, text, marks)


MODULES = {"pubtator": pubtator, "xml": biocxml, "json": biocjson}


def main(mode: str, exported: str, back: str) -> None:
    """Read, and write."""
    if mode == "brat":
        standoff(Path(exported), Path(back))
        return
    module = MODULES[mode]
    source = Path(exported)
    with source.open(encoding="utf-8", newline="\n") as stream:
        documents = list(pubtator.iterparse(stream)) if mode == "pubtator" else module.load(stream)
    with (Path(back) / source.name).open("w", encoding="utf-8", newline="\n") as stream:
        module.dump(documents, stream)


if __name__ == "__main__":
    main(*sys.argv[1:])
