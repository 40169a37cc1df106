"""Learning where no rule knows anything, and a fine-tuned spaCy recogniser beside the tagger.

    python -m benchmarks.learning_domain [--corpora FOLDER] [--models DIR] [--epochs N]

The first part learns 16 labels of clinical records (MEDDOCAN, ``brat/meddocan`` of a corpora folder, by default that of
``ANNOTATOR_CORPORA``) from 2 to 30 documents, with no model and no patterns, and suggests for 20 others.  The second
fine-tunes the named-entity component of the Spanish pipeline on the same documents, and on the news target.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

from annotator.annotation import Annotations, SpanKey, suggested_span
from annotator.corpus import build_document, read_articles
from annotator.labels import EntityType, LabelScheme, load_scheme
from annotator.suggest import models
from annotator.suggest.learned.combining import LearnedSpans
from annotator.suggest.learned.cross_validation import HeldOutResult
from annotator.suggest.learned.training import Example, TrainingSet, train_memory, train_tagger
from benchmarks.learning import f1_of
from benchmarks.report import heading
from benchmarks.targets_reader import VARIABLE, Target, news_target

TOP = Path(__file__).resolve().parent.parent
LEARNED_FROM = (2, 4, 8, 16, 30)
HELD_OUT = 20


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=os.environ.get(VARIABLE))
    parser.add_argument("--models", type=Path, default=TOP / "models")
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args()
    heading("learning in another domain")
    if options.corpora is None or not options.corpora.is_dir():
        print(f"skipped: no corpora folder; name it with --corpora or {VARIABLE}")
        return 0
    records = clinical(options.corpora / "brat" / "meddocan")
    random.Random(0).shuffle(records)
    held, rest = records[-HELD_OUT:], records[:-HELD_OUT]
    print(f"clinical records, {HELD_OUT} held out\n\nlearned from    memory  tagger  fine-tuned spaCy")
    for size in LEARNED_FROM:
        found = learned(scheme_of(records), rest[:size], held)
        tuned = finetuned(options, rest[:size], held) if size in (4, 30) else None
        print(f"{size:>3} documents      {found['memory']:.3f}   {found['tagger']:.3f}   {tuned or ''}")
    articles = news_target("es-news", options.corpora, load_scheme(TOP / "labels.yaml"))
    random.Random(0).shuffle(articles)
    print("\nnews target, four documents held out")
    for size in (4, 15):
        print(f"{size:>3} documents      fine-tuned spaCy {finetuned(options, articles[4 : 4 + size], articles[:4])}")
    return 0


def clinical(folder: Path) -> list[Target]:
    """Return the records with their spans, as brat's files give them."""
    found = []
    for article in read_articles([folder]):
        document = build_document(article, ("es",))
        lines = next(folder.rglob(f"{article.key}.ann")).read_text(encoding="utf-8").splitlines()
        marks = [line.split("\t")[1].split() for line in lines if line.startswith("T")]
        spans = [suggested_span(int(start), int(end), label, "target@1", 1.0) for label, start, end in marks]
        found.append((document, Annotations.of(spans)))
    return found


def scheme_of(records: Sequence[Target]) -> LabelScheme:
    """Return a scheme with the records' labels and nothing else."""
    labels = sorted({span.label for _, truth in records for span in truth.spans.values()})
    return LabelScheme({name: EntityType(name, "") for name in labels}, {}, ("es",), "flat", "token", "")


def learned(scheme: LabelScheme, targets: Sequence[Target], held: Sequence[Target]) -> dict[str, float]:
    """Return F1 on held-out records of memory and of the tagger."""
    examples = [Example(document, Annotations(), truth) for document, truth in targets]
    training_set = TrainingSet(scheme, examples)
    memory = train_memory(training_set, examples)
    with tempfile.TemporaryDirectory() as name:
        ways = {
            "memory": LearnedSpans(scheme, memory),
            "tagger": LearnedSpans(
                scheme, memory, train_tagger(training_set, examples, memory, Path(name) / "tagger.crf")
            ),
        }
        return {
            way: f1_of(
                outcome({span.key for span in learned_spans.spans(document, [])}, truth) for document, truth in held
            )
            for way, learned_spans in ways.items()
        }


def outcome(found: set[SpanKey], truth: Annotations) -> HeldOutResult:
    """Return what was found against what is right."""
    right = frozenset(span.key for span in truth.spans.values())
    return HeldOutResult("", dict.fromkeys(found, 1.0), right, {})


def finetuned(options: argparse.Namespace, targets: Sequence[Target], held: Sequence[Target]) -> str:
    """Return F1 and CPU seconds of the Spanish pipeline's recogniser, trained on from where it is."""
    from spacy import training
    from spacy.util import filter_spans, minibatch

    warnings.simplefilter("ignore")
    start = time.process_time()
    unused = ("parser", "senter", "lemmatizer", "attribute_ruler", "morphologizer")
    nlp = models.load("es", options.models, unused)
    if nlp is None:
        return "no model"
    pairs = []
    for document, truth in targets:
        reference = nlp.make_doc(document.text)
        spans = [reference.char_span(s.start, s.end, s.label, alignment_mode="contract") for s in truth.spans.values()]
        reference.ents = filter_spans([span for span in spans if span is not None])
        pairs.append(training.Example(nlp.make_doc(document.text), reference))
        for span in truth.spans.values():
            nlp.get_pipe("ner").add_label(span.label)  # type: ignore[attr-defined]
    optimizer = nlp.resume_training()
    dice = random.Random(0)
    for _ in range(options.epochs):
        dice.shuffle(pairs)
        for batch in minibatch(pairs, 4):  # type: ignore[no-untyped-call]
            nlp.update(batch, sgd=optimizer, drop=0.3)
    results = []
    for document, truth in held:
        snapped = ((document.tokens.snap(e.start_char, e.end_char), e.label_) for e in nlp(document.text).ents)
        found = {SpanKey(*segment, label) for segment, label in snapped if segment is not None}
        results.append(outcome(found, truth))
    return f"{f1_of(results):.3f} ({time.process_time() - start:.0f} s CPU)"


if __name__ == "__main__":
    sys.exit(main())
