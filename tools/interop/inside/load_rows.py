"""Loads a folder of rows with Hugging Face datasets, and lets datasets write them again."""

from __future__ import annotations

import sys
from pathlib import Path

from datasets import load_dataset


def main(mode: str, exported: str, back: str) -> None:
    """Load, look whether the tags have their names, and write."""
    rows = load_dataset(exported, cache_dir=f"{back}.cache")["train"]
    if not rows.features["ner_tags"].feature.names:
        sys.exit("the tags have no names")
    folder = Path(back)
    if mode == "parquet":
        rows.to_parquet(folder / "data.parquet")
    else:
        rows.to_json(folder / "data.jsonl", force_ascii=False)
        rows.info.write_to_directory(back)


if __name__ == "__main__":
    main(*sys.argv[1:])
