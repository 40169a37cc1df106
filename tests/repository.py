"""Where the repository is, and what tests read of it."""

import os
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
SEEDS = TOP / "seeds"
SAMPLE_LABELS = TOP / "labels.yaml"
CORPORA = Path(os.environ.get("ANNOTATOR_CORPORA") or TOP.parent / "shared" / "corpora")
"""Real files that are no part of the repository; tests on them are skipped where they are missing."""
