"""Loads each CAS of a folder with cassis, and lets cassis write it again."""

from __future__ import annotations

import sys
from pathlib import Path

from cassis import load_cas_from_json, load_cas_from_xmi, load_typesystem


def main(mode: str, exported: str, back: str) -> None:
    """Load and write, JSON or XMI."""
    source, target = Path(exported), Path(back)
    types = load_typesystem(source / "TypeSystem.xml")
    if mode == "xmi":
        for path in sorted(source.glob("*.xmi")):
            load_cas_from_xmi(path, types).to_xmi(target / path.name)
        types.to_xml(target / "TypeSystem.xml")
    else:
        for path in sorted(source.glob("*.json")):
            if path.name != "manifest.json":
                load_cas_from_json(path.read_text(encoding="utf-8")).to_json(target / path.name)


if __name__ == "__main__":
    main(*sys.argv[1:])
