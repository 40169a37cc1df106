"""Words per second of the full suggestion pipeline against the bare spaCy pipeline.

python -m benchmarks.suggest [FOLDER] [--models DIR] [--repeat N] [--jobs N] [--learned]

The bare pipeline is the model without parser and lemmatizer.  Beside it stand the ratio to the model with all its
components, and the ratio to no more of it than the pipeline itself runs.  All three are run as spaCy loads and runs
them, with its own matrix multiplication.  With ``--learned`` a tagger and a relation classifier trained on the
samples' target suggest too, whether or not they would be chosen.  Without a folder the sample articles are read again
and again.

Both sides run in as many processes: the pipeline in its own workers, which load their models each time, spaCy with
``n_process``, which forks what is loaded already.  With one process, seconds are of the processor, and NumPy has one
thread.  The two sides take turns at going first, after a round that does not count and in which models and lists of
words are loaded; the medians of all rounds are shown, because whatever else the machine does disturbs some of them.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.corpus import build_document, read_articles
from annotator.labels import LabelScheme, load_scheme
from annotator.suggest import models
from annotator.suggest.batches import SHARED_BATCH, in_batches
from annotator.suggest.learned import versions
from annotator.suggest.learned.learning import learn
from annotator.suggest.learned.training import Example, TrainingSet
from annotator.suggest.pipeline import SuggestionPipeline, build
from annotator.suggest.rules.document_reader import BATCH, UNUSED, UNUSED_IN
from annotator.suggest.workers import suggest_in_workers
from annotator.text import Document
from benchmarks.report import heading
from benchmarks.targets_reader import seeds

if TYPE_CHECKING:
    from spacy.language import Language

REPOSITORY = Path(__file__).resolve().parent.parent
BUDGET = 0.9
COMPONENTS_BUDGET, LEARNED_BUDGET = 0.95, 0.85
VERSION = "0001"
ROUNDS = 9


def main() -> int:
    """Measure and print; 1 when a language stays under the budget."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
    parser.add_argument("--learned", action="store_true", help="suggest with what was learned on top")
    return parser.parse_args()


def _compare(lang: str, documents: list[Document], arguments: argparse.Namespace) -> bool:
    words = sum(len(d.text.split()) for d in documents)
    scheme = load_scheme(REPOSITORY / "labels.yaml")
    nlp = as_it_comes(lang, arguments.models, UNUSED)
    others = {
        "with all its components": (as_it_comes(lang, arguments.models), None),
        "with what the pipeline runs of it": (
            as_it_comes(lang, arguments.models, (*UNUSED, *UNUSED_IN.get(lang, ()))),
            LEARNED_BUDGET if arguments.learned else COMPONENTS_BUDGET,
        ),
    }
    with contextlib.ExitStack() as stack:
        learned_dir = stack.enter_context(trained(scheme, arguments.models)) if arguments.learned else None
        pipeline = build(scheme, arguments.models, learned_dir, version=VERSION)
        return _measure(lang, words, documents, pipeline, nlp, others, arguments.jobs)


def _measure(
    lang: str,
    words: int,
    documents: list[Document],
    pipeline: SuggestionPipeline,
    nlp: Language,
    others: Mapping[str, tuple[Language, float | None]],
    jobs: int,
) -> bool:
    texts = [d.text for d in documents]

    def bare(model: Language = nlp) -> int:
        return sum(len(doc.ents) for doc in model.pipe(texts, batch_size=BATCH, n_process=max(1, jobs)))

    def full() -> int:
        if jobs == 1:
            return sum(len(layer.spans) for layer in pipeline.suggest(documents))
        batches = suggest_in_workers(in_batches(documents, SHARED_BATCH), pipeline, jobs)
        return sum(len(layer.spans) for batch in batches for layer in batch.layers)

    ratios, speeds = [], []
    for spent_bare, spent_full in _rounds(bare, full, jobs):
        ratios.append(spent_bare / spent_full)
        speeds.append((words / spent_bare, words / spent_full))
    ratio = statistics.median(ratios)
    bare_speed, full_speed = (statistics.median(s) for s in zip(*speeds, strict=True))
    print(
        f"{lang}: {words:,} words, {jobs} process(es); bare {bare_speed:,.0f} words/s, "
        f"full pipeline {full_speed:,.0f} words/s, ratio {ratio:.2f}, budget {BUDGET}"
    )
    within = ratio >= BUDGET
    for name, (other, budget) in others.items():
        spent = statistics.median(_seconds(partial(bare, other), jobs) for _ in range(3))
        reached = full_speed * spent / words
        print(f"    against the model {name}: {reached:.2f}{f', budget {budget}' if budget else ''}")
        within &= budget is None or reached >= budget
    return within


def as_it_comes(lang: str, models_dir: Path, without: tuple[str, ...] = ()) -> Language:
    """Return a language's installed model as spaCy itself loads it."""
    import spacy

    path = models.installed_path(lang, models_dir)
    assert path is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return spacy.load(path, exclude=list(without))


@contextlib.contextmanager
def trained(scheme: LabelScheme, models_dir: Path) -> Iterator[Path]:
    """Yield a folder of learned versions, with one that was trained on the samples' target."""
    targets = seeds()
    found = SuggestionPipeline(scheme, models_dir).suggest([document for document, _ in targets])
    examples = [Example(d, proposed, truth) for (d, truth), proposed in zip(targets, found, strict=True)]
    with tempfile.TemporaryDirectory() as name:
        learned_dir = Path(name)
        made = learned_dir / ".making"
        made.mkdir()
        card = learn(TrainingSet(scheme, examples), made, {"spans": "tagger", "relations": "linker"})
        digest = versions.scheme_digest(scheme)
        versions.install(learned_dir, made, {"version": VERSION, "labels_sha256": digest, "documents": [], **card})
        yield learned_dir


def _rounds(bare: Callable[[], int], full: Callable[[], int], jobs: int) -> Iterator[tuple[float, float]]:
    """Yield the seconds that the two sides take, turn about; the first round only warms up."""
    bare()
    full()
    for number in range(ROUNDS):
        if number % 2:
            spent_full, spent_bare = _seconds(full, jobs), _seconds(bare, jobs)
        else:
            spent_bare, spent_full = _seconds(bare, jobs), _seconds(full, jobs)
        yield spent_bare, spent_full


def _seconds(work: Callable[[], int], jobs: int) -> float:
    """Return what some work takes: of the processor where one process does it, else by the clock."""
    clock = time.process_time if jobs == 1 else time.perf_counter
    start = clock()
    work()
    return clock() - start


if __name__ == "__main__":
    sys.exit(main())
