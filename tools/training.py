"""Shows that what annotator exports trains models, and that a model comes back as a suggester: ``docs/training.md``.

    python -m tools.training [--work DIR] [--steps N]

In a workspace of its own the target of the sample articles becomes gold; it is exported in parts; ``spacy debug data``
is asked what it has against them; ``spacy train`` trains a small pipeline; a relation extractor learns from the JSONL;
the pipeline is added to the workspace and suggests.  Needs no network; takes a minute of processor time.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tools.relations import figures

TOP = Path(__file__).resolve().parent.parent
TARGET = TOP / "benchmarks" / "targets" / "seeds.jsonl"
SPLIT = ("--split", "0.6,0.2,0.2", "--seed", "1")
NAME = "seeds"

_WHOLE_SENTENCES = ("--corpora.train.gold_preproc", "true", "--corpora.dev.gold_preproc", "true")
"""Let spaCy learn from our tokens, a sentence at a time, instead of cutting the text anew."""
_COMPLAINT = re.compile("[✘⚠] (?!\\d+ (?:warning|error))(.*)")
_OF_AMOUNT = re.compile("Low number of examples")


def run(folder: Path, *command: str, may_fail: bool = False) -> str:
    """Run a Python module in a folder, show the command, return what it printed."""
    shown = " ".join("annotator" if part == "annotator" else part for part in command)
    print(f"$ {shown if command[0] == 'annotator' else 'python -m ' + shown}", flush=True)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "ANSI_COLORS_DISABLED": "1", "PYTHONPATH": str(TOP)}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode and not may_fail:
        sys.exit(done.stdout)
    return done.stdout


def make_workspace(folder: Path) -> None:
    """Make the sample workspace with its target as gold, and the installed models at hand."""
    shutil.copy(TOP / "labels.yaml", folder)
    shutil.copytree(TOP / "seeds", folder / "seeds")
    (folder / "models").mkdir()
    for model in (TOP / "models").glob("*-*"):
        (folder / "models" / model.name).symlink_to(model)
    run(folder, "annotator", "ingest")
    print(run(folder, "annotator", "import", "jsonl", os.path.relpath(TARGET, folder), "--layer", "gold"), end="")


def complaints(folder: Path) -> list[str]:
    """Return what ``spacy debug data`` has against the exported parts."""
    output = run(folder, "spacy", "debug", "data", "config.cfg", *_paths(), *_WHOLE_SENTENCES, may_fail=True)
    if "Training stats" not in output:
        sys.exit(output)
    return _COMPLAINT.findall(output)


def train_spans(folder: Path, steps: int) -> str:
    """Train a pipeline on the train part and return how it does on the test part."""
    stop = ("--training.max_steps", str(steps), "--training.eval_frequency", "50", "--training.patience", "0")
    run(folder, "spacy", "train", "config.cfg", *_paths(), *_WHOLE_SENTENCES, *stop, "--output", "trained")
    run(folder, "spacy", "evaluate", "trained/model-best", "exports/spacy/test.spacy", "--gold-preproc",
        "--output", "measured.json")  # fmt: skip
    measured = json.loads((folder / "measured.json").read_text(encoding="utf-8"))
    return "P {ents_p:.3f} R {ents_r:.3f} F1 {ents_f:.3f}".format(**measured)


def suggested(folder: Path) -> tuple[str, Counter[str]]:
    """Suggest for all articles; return how that does on the test part, and how many spans each source gave there."""
    run(folder, "annotator", "suggest")
    run(folder, "annotator", "export", "jsonl", "--layer", "suggestions", "-o", "exports/suggestions.jsonl")
    gold = _spans(folder / "exports/jsonl/test.jsonl")
    scores = {
        key: source
        for key, source in _spans(folder / "exports/suggestions.jsonl").items()
        if key[0] in {k[0] for k in gold}
    }
    return "P {:.3f} R {:.3f} F1 {:.3f}".format(*figures(scores, gold)), Counter(scores.values())


def _spans(path: Path) -> dict[tuple[str, int, int, str], str]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {
        (row["id"], span["start"], span["end"], span["label"]): (span["source"] or "").partition("@")[0]
        for row in rows
        for span in row["spans"]
    }


def _paths() -> tuple[str, ...]:
    return "--paths.train", "exports/spacy/train.spacy", "--paths.dev", "exports/spacy/dev.spacy"


def prove(folder: Path, steps: int) -> None:
    """Go through all steps, printing what each shows."""
    make_workspace(folder)
    for form in ("spacy", "jsonl"):
        print(run(folder, "annotator", "export", form, "-o", f"exports/{form}", *SPLIT), end="")
    run(folder, "spacy", "init", "config", "config.cfg", "--lang", "es", "--pipeline", "ner", "--force")
    results = complaints(folder)
    others = [line for line in results if not _OF_AMOUNT.match(line)]
    print(f"spacy debug data: {len(results) - len(others)} complaints that there is little data, {len(others)} others")
    if others:
        sys.exit("\n".join(others))
    print(f"spans, trained pipeline on the test part: {train_spans(folder, steps)}")
    parts = [f"exports/jsonl/{part}.jsonl" for part in ("train", "dev", "test")]
    print(run(folder, "tools.relations", *parts), end="")
    before, _ = suggested(folder)
    print(run(folder, "annotator", "models", "add", "trained/model-best", "--lang", "es", "--name", NAME), end="")
    after, sources = suggested(folder)
    print(f"suggestions on the test part: {before} without the trained pipeline, {after} with it")
    print(f"  of which the trained pipeline gave {sources[NAME]} of {sum(sources.values())} spans")
    if not sources[NAME]:
        sys.exit("the trained pipeline suggested nothing")


def main() -> None:
    """Run the proof in a folder that is gone afterwards, or in one that is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--work", type=Path, help="a new folder to work in, which stays")
    parser.add_argument("--steps", type=int, default=600, help="steps of training (default: 600)")
    arguments = parser.parse_args()
    if arguments.work is not None:
        arguments.work.mkdir(parents=True)
        prove(arguments.work.resolve(), arguments.steps)
        return
    with tempfile.TemporaryDirectory() as folder:
        prove(Path(folder), arguments.steps)


if __name__ == "__main__":
    main()
