"""How often diagnoses say something where there is nothing, and how often they name a problem that was planted.

python -m benchmarks.diagnoses [--projects N] [--planted N] [--documents N …]

Each project is made up (:mod:`benchmarks.made_disagreements`): curators who mark the same texts, with slips of every
kind and documents of which some are harder.  Without a problem nothing should be found: at most one project in twenty
may have a finding.  With one, the share of projects is printed in which it is named, and in which anything else is.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

import numpy as np

from annotator.agreement.diagnoses.search import diagnose
from benchmarks.made_disagreements import PROBLEMS, MadeProject, made_project
from benchmarks.report import heading, line

FALSE = 0.05
"""The share of projects without a problem in which something may be found."""


def kinds_found(project: MadeProject) -> set[str]:
    """The kinds of what is found in a project."""
    aligned = project.aligned()
    number = {d.key: n for n, d in enumerate(project.documents)}
    there = [number[d.key] for d in aligned.documents]
    blind = np.array([project.blind[n] for n in there], dtype=bool)[aligned.document]
    found = diagnose(aligned, lambda keys: {k: project.texts[k] for k in keys}, [project.days[n] for n in there],
                     blind, ~blind)  # fmt: skip
    return {one.kind for one in found}


def without_a_problem(many: int, documents: int, curators: int, overlap: int) -> bool:
    """Print in what share of projects without a problem something is found; return whether that is few enough."""
    counts: Counter[str] = Counter()
    wrong = 0
    began = time.process_time()
    for seed in range(many):
        found = kinds_found(made_project(seed, documents=documents, curators=curators, overlap=overlap))
        wrong += bool(found)
        counts.update(found)
    design = f"{documents} documents, {curators} curators" + (f", {overlap} a document" if overlap else "")
    taken = f"{(time.process_time() - began) / many * 1000:.0f} ms of processor time a project"
    within = line(f"none planted: {design}", wrong / many, FALSE, "", f"{_told(counts)} ({taken})")
    sys.stdout.flush()
    return within


def with_a_problem(many: int, documents: int, problem: str) -> None:
    """Print in what share of projects a planted problem is named, and in what share anything else is."""
    wanted = "border" if problem == "article" else problem
    counts: Counter[str] = Counter()
    hits = others = 0
    for seed in range(many):
        found = kinds_found(made_project(10_000 + seed, documents=documents, problem=problem))
        hits += wanted in found
        others += bool(found - {wanted})
        counts.update(found - {wanted})
    line(f"{problem}: {documents} documents", hits / many, None, "", f"others {others / many:.3f} {_told(counts)}")
    sys.stdout.flush()


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in counts.most_common())


def main() -> int:
    """Simulate and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--projects", type=int, default=200, help="without a problem, for each design")
    parser.add_argument("--planted", type=int, default=50, help="for each problem")
    parser.add_argument("--documents", type=int, nargs="+", default=(15, 40, 100))
    options = parser.parse_args()
    heading(f"diagnoses of {options.projects:,} made-up projects without a problem, {options.planted:,} with each")
    designs = [(2, 0), (3, 0), (4, 2)] if options.projects else []
    within = [
        without_a_problem(options.projects, documents, *design) for documents in options.documents for design in designs
    ]
    for documents in options.documents if options.planted else ():
        for problem in PROBLEMS:
            with_a_problem(options.planted, documents, problem)
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
