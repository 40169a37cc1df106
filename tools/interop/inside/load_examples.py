"""Loads GLiNER2's training data, lets GLiNER2 validate it, and save it again."""

from __future__ import annotations

import sys
from pathlib import Path

from gliner2.training.data import TrainingDataset


def main(_: str, exported: str, back: str) -> None:
    """Load, validate, and save."""
    examples = TrainingDataset.load(exported)
    examples.validate()
    examples.save(Path(back) / "back.jsonl")


if __name__ == "__main__":
    main(*sys.argv[1:])
