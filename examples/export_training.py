"""Export gold for training: python examples/export_training.py WORKSPACE FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from annotator.api import open_workspace


def main(folder: str, target: str) -> None:
    """Write one file of all gold, and train, dev and test parts for a trainer."""
    with open_workspace(folder) as workspace:
        gold = workspace.export("jsonl", Path(target) / "gold.jsonl")
        parts = workspace.export("conll", Path(target) / "conll", split=(0.5, 0.25, 0.25), seed=7)
    for part in (*gold["parts"], *parts["parts"]):
        print(f"{part['name']}: {part['documents']} documents, {part['spans']} spans")
    for document, reason in gold["left_out"].items():
        print(f"left out: {document} ({reason})")


if __name__ == "__main__":
    main(*sys.argv[1:])
