"""Words per second of the full suggestion chain against the bare spaCy pipeline with the same components.

python -m benchmarks.suggest [FOLDER] [--models DIR] [--repeat N] [--jobs N]

Without a folder the sample articles are read again and again.  Both sides run in as many processes: the chain in its
own workers, which load their models each time, spaCy with ``n_process``, which forks what is loaded already.  The two
sides take turns at going first, after a round that does not count and in which models and lists of words are loaded;
the medians of all rounds are shown, because whatever else the machine does disturbs some of them.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from annotator.corpus import build_document, read_articles
from annotator.labels import load_scheme
from annotator.suggest import models
from annotator.suggest.pipeline import build
from annotator.suggest.reading import BATCH, UNUSED
from annotator.text import Document
from benchmarks.report import heading

REPOSITORY = Path(__file__).resolve().parent.parent
BUDGET = 0.9
ROUNDS = 9


def main() -> int:
    """Measure and print; 1 when a language stays under the budget."""
    arguments = _arguments()
    scheme = load_scheme(REPOSITORY / "labels.yaml")
    documents = [build_document(a, scheme.languages) for a in read_articles([arguments.folder])]
    heading("suggest")
    within = True
    for lang in scheme.languages:
        chosen = [d for d in documents if d.lang == lang]
        if not chosen or models.installed_path(lang, arguments.models) is None:
            print(f"{lang}: no articles or no model, skipped")
            continue
        many = [replace(d, key=f"{d.key}-{i}") for i in range(arguments.repeat) for d in chosen]
        within &= _compare(lang, many, arguments)
    return 0 if within else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="words per second of suggesting")
    parser.add_argument("folder", nargs="?", type=Path, default=REPOSITORY / "seeds")
    parser.add_argument("--models", type=Path, default=REPOSITORY / "models")
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=1)
    return parser.parse_args()


def _compare(lang: str, documents: list[Document], arguments: argparse.Namespace) -> bool:
    words = sum(len(d.text.split()) for d in documents)
    scheme = load_scheme(REPOSITORY / "labels.yaml")
    pipeline = build(scheme, arguments.models)
    nlp = models.load(lang, arguments.models, UNUSED)
    if nlp is None:
        return True
    texts = [d.text for d in documents]

    def bare() -> int:
        processes = max(1, arguments.jobs)
        return sum(len(doc.ents) for doc in nlp.pipe(texts, batch_size=BATCH, n_process=processes))

    def full() -> int:
        return sum(len(layer.spans) for layer in pipeline.suggest(documents, jobs=arguments.jobs))

    ratios, speeds = [], []
    for spent_bare, spent_full in _rounds(bare, full):
        ratios.append(spent_bare / spent_full)
        speeds.append((words / spent_bare, words / spent_full))
    ratio = statistics.median(ratios)
    bare_speed, full_speed = (statistics.median(s) for s in zip(*speeds, strict=True))
    print(
        f"{lang}: {words:,} words, {arguments.jobs} process(es); bare {bare_speed:,.0f} words/s, "
        f"full chain {full_speed:,.0f} words/s, ratio {ratio:.2f}, budget {BUDGET}"
    )
    return ratio >= BUDGET


def _rounds(bare: Callable[[], int], full: Callable[[], int]) -> Iterator[tuple[float, float]]:
    """Yield the seconds that the two sides take, turn about; the first round only warms up."""
    bare()
    full()
    for number in range(ROUNDS):
        if number % 2:
            spent_full, spent_bare = _seconds(full), _seconds(bare)
        else:
            spent_bare, spent_full = _seconds(bare), _seconds(full)
        yield spent_bare, spent_full


def _seconds(work: Callable[[], int]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
