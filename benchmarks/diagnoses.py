"""How often diagnoses say something where there is nothing, and how often they name a problem that was planted.

python -m benchmarks.diagnoses [--projects N] [--documents N …]

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


def main() -> int:
    """Simulate and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--projects", type=int, default=200)
    parser.add_argument("--documents", type=int, nargs="+", default=(15, 40, 100))
    options = parser.parse_args()
    many = options.projects
    heading(f"diagnoses of {many:,} made-up projects each")
    within = []
    for documents in options.documents:
        for curators, overlap in ((2, 0), (3, 0), (4, 2)):
            began = time.process_time()
            counts: Counter[str] = Counter()
            wrong = 0
            for seed in range(many):
                found = kinds_found(made_project(seed, documents=documents, curators=curators, overlap=overlap))
                wrong += bool(found)
                counts.update(found)
            design = f"{documents} documents, {curators} curators" + (f", {overlap} a document" if overlap else "")
            note = ", ".join(f"{kind} {count}" for kind, count in counts.most_common())
            within.append(line(f"none planted: {design}", wrong / many, FALSE, "", note))
            print(f"    {(time.process_time() - began) / many * 1000:.0f} ms of processor time a project", flush=True)
    for documents in options.documents:
        for problem in PROBLEMS:
            counts = Counter()
            hits = others = 0
            wanted = "border" if problem == "article" else problem
            for seed in range(many):
                found = kinds_found(made_project(10_000 + seed, documents=documents, problem=problem))
                hits += wanted in found
                others += bool(found - {wanted})
                counts.update(found - {wanted})
            note = ", ".join(f"{kind} {count}" for kind, count in counts.most_common())
            line(
                f"{problem}: {documents} documents, 3 curators",
                hits / many,
                None,
                "",
                f"others {others / many:.3f} {note}",
            )
            sys.stdout.flush()
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
