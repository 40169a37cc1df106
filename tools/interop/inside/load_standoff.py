"""Reads a folder of standoff with brat's own code, as its server does, and lets it write the annotations again."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

import brat


def main(_: str, exported: str, back: str) -> None:
    """Read, and write; brat's code is a program's, not a package's, and is imported from its folder."""
    sys.path.insert(0, str(Path(brat.__path__[0]) / "server" / "src"))
    annotation = importlib.import_module("annotation")
    for path in sorted(Path(exported).glob("*.txt")):
        with path.open(encoding="utf-8", newline="") as stream:
            text = stream.read()
        source = path.with_suffix(".ann").read_text(encoding="utf-8")
        document = annotation.TextAnnotations(text=text, source=source)
        messages = document.get_messages()
        if document.failed_lines or messages.errors or messages.warnings:
            sys.exit(f"{path.name}: lines {document.failed_lines}: {messages.errors} {messages.warnings}")
        shutil.copy(path, back)
        (Path(back) / f"{path.stem}.ann").write_text(str(document), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
