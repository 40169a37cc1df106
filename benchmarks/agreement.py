"""Agreement: all measures but γ with their intervals, beside what libraries take for some of them.

Three curators; twenty curators of whom three have each document; two hundred labels; ten times as many documents.

python -m benchmarks.agreement [--documents N] [--grow]

Measured from the database on the disk to the finished report, in a process of its own each time; the imports of numpy
and the rest come before, and what those of SciPy take, which a process pays at its first figure, stands by itself. CPU
time stands beside wall time, because other programs may run.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.agreement_corpus import count_of, fill
from benchmarks.report import annotator, heading, line

BUDGET, MANY_BUDGET, TENFOLD_BUDGET = 0.5, 2.0, 5.0
"""Seconds of processor time: for three curators, for twenty or two hundred labels, for ten times the documents."""

TO_DO_BUDGET = 1.0
"""The same for diagnoses."""

MEMORY, TENFOLD_MEMORY = 400, 600
"""Megabytes beside the imports."""

RUNS = 5


def timed(action: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return what an action gives, and its seconds of wall and of CPU time."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    result = action()
    return result, time.perf_counter() - wall, time.process_time() - cpu


def peak() -> float:
    """Return the most memory that this process ever held, in megabytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def import_scipy() -> None:
    """Import what intervals and sums are computed with."""
    for name in ("scipy.sparse", "scipy.special"):
        import_module(name)


def measure_ours(root: Path) -> dict[str, float]:
    """Measure on a workspace; to be called in a process of its own."""
    from annotator.agreement.estimates import EstimateOptions
    from annotator.reports.agreement import measure
    from annotator.reports.diagnoses import diagnosed
    from annotator.workflow.comparing.agreement_sample import layers_to_compare, read_sample
    from annotator.workflow.workspace import Workspace

    _, _, imports = timed(import_scipy)
    before = peak()
    workspace = Workspace(root)
    workspace.scheme  # noqa: B018 - read before the clock starts
    sample, read, read_cpu = timed(lambda: read_sample(workspace, layers_to_compare(workspace, None)))
    agreement, rest, rest_cpu = timed(lambda: measure(sample, EstimateOptions()))
    assert agreement.headline is not None
    assert agreement.headline.low is not None
    megabytes = peak() - before
    _, _, to_do = timed(lambda: diagnosed(agreement, workspace.store, sample))
    workspace.close()
    return {
        "imports": imports,
        "to do": to_do,
        "read": read,
        "measure": rest,
        "wall": read + rest,
        "cpu": read_cpu + rest_cpu,
        "megabytes": megabytes,
        "to do megabytes": peak() - before,
    }


def in_own_process(root: Path) -> dict[str, float]:
    """Return the best of some runs, by processor time."""
    command = [sys.executable, "-m", "benchmarks.agreement", "--measure", str(root)]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(RUNS)]
    best: dict[str, float] = min(runs, key=lambda run: run["cpu"])
    return best


def libraries(root: Path) -> None:
    """Measure the same corpus with libraries: SemEval's categories, κ and α of tokens, each pair or all at once."""
    import krippendorff
    import numpy as np
    from nervaluate import Evaluator
    from sklearn.metrics import cohen_kappa_score

    from annotator.workflow.comparing.agreement_sample import layers_to_compare, read_sample
    from annotator.workflow.workspace import Workspace

    workspace = Workspace(root)
    sample = read_sample(workspace, layers_to_compare(workspace, None))
    labels = sample.vocabulary.labels
    dicts = {
        name: [
            [{"label": s.label, "start": s.start, "end": s.end - 1} for s in sorted(d.layers[name].spans)]
            for d in sample.documents
        ]
        for name in sample.layers
    }
    values: dict[str, Any] = {}
    for name in sample.layers:
        rows = []
        for document in sample.documents:
            row = np.zeros(len(document.tokens), dtype=int)
            for span in document.layers[name].spans:
                touched = document.tokens.overlapping(span.start, span.end)
                row[touched.start : touched.stop] = 1 + labels.index(span.label)
            rows.append(row)
        values[name] = np.concatenate(rows)
    pairs = list(combinations(sample.layers, 2))
    line("nervaluate 1.2, three pairs, no intervals", *_of(lambda: [
        Evaluator(dicts[b], dicts[a], tags=list(labels)).evaluate() for a, b in pairs]))  # fmt: skip
    line("scikit-learn, κ of tokens, three pairs", *_of(lambda: [
        cohen_kappa_score(values[a], values[b]) for a, b in pairs]))  # fmt: skip
    matrix = np.array(list(values.values()), dtype=float)
    line("krippendorff, α of tokens", *_of(lambda: krippendorff.alpha(matrix, level_of_measurement="nominal")))
    workspace.close()


def _of(action: Callable[[], Any]) -> tuple[float, None, str, str]:
    _, wall, cpu = timed(action)
    return wall, None, "s", f"CPU {cpu:.2f} s"


def corpus(folder: Path, count: int, curators: int = 3, labels: int = 0) -> Path:
    """Make a workspace with so many documents."""
    root = folder / f"{count}-{curators}-{labels}"
    subprocess.run(annotator("init", str(root)), check=True, stderr=subprocess.DEVNULL)
    from annotator.workflow.workspace import Workspace

    workspace = Workspace(root)
    fill(workspace, count, curators, labels)
    workspace.close()
    return root


def shape(what: str, root: Path, seconds: float, megabytes: float) -> bool:
    """Measure one corpus, print it, and return whether it is within its budgets."""
    found = in_own_process(root)
    parts = f"reading {found['read']:.2f} s, measuring {found['measure']:.2f} s of wall time"
    within = line(what, found["cpu"], seconds, "s CPU", parts)
    line("  imports of SciPy, once a process, beside that", found["imports"], None, "s CPU")
    within = line("  what to do, beside that", found["to do"], TO_DO_BUDGET, "s CPU") and within
    within = line("  memory beside the imports", found["megabytes"], megabytes, "MB") and within
    return line("  the same with what to do", found["to do megabytes"], megabytes, "MB") and within


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=1_000)
    parser.add_argument("--grow", action="store_true", help="ten times as many documents too")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        print(json.dumps(measure_ours(options.measure)))
        return 0
    many = options.documents
    with tempfile.TemporaryDirectory() as folder:
        root = corpus(Path(folder), many)
        spans, relations, tokens = count_of(root)
        heading(
            f"agreement, {many:,} documents × 3 curators: {spans:,} spans, {relations:,} relations, "
            f"{tokens:,} tokens, intervals by the jackknife"
        )
        within = [
            shape("3 curators", root, BUDGET, MEMORY),
            shape("20 curators, 3 a document", corpus(Path(folder), many, curators=20), MANY_BUDGET, MEMORY),
            shape("200 labels", corpus(Path(folder), many, labels=200), MANY_BUDGET, MEMORY),
        ]
        libraries(root)
        if options.grow:
            within.append(shape("ten times", corpus(Path(folder), 10 * many), TENFOLD_BUDGET, TENFOLD_MEMORY))
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
