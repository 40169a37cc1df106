"""Learning where no rule knows anything, beside what could be used in its place.

    python -m benchmarks.learning_domain [--corpora FOLDER] [--only NAME] [--without-spacy]

Three domains, from nothing: English adverts and Spanish clinical notes of our own making (``benchmarks.domain_texts``),
and sixteen labels of Spanish clinical records (MEDDOCAN, ``brat/meddocan`` of a corpora folder, by default that of
``ANNOTATOR_CORPORA``).  From 2 to 16 documents are learned from, with no model and no patterns, and twenty others are
suggested for: by phrase memory, tagger, rich tagger and neural tagger; by what training in the background would choose
among them; by a conditional random field with the usual features of words; and by spaCy's recogniser alone, trained
from scratch.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from annotator.annotation import Annotations, SpanKey, suggested_span
from annotator.corpus import build_document, read_articles
from annotator.labels import EntityType, LabelScheme
from annotator.suggest.learned.bio import bio_tags, decoded
from annotator.suggest.learned.combining import LearnedSpans
from annotator.suggest.learned.cross_validation import NEURAL, TAGGERS, VOTED_ON, HeldOutResult, span_result
from annotator.suggest.learned.learning import compare
from annotator.suggest.learned.token_features import units
from annotator.suggest.learned.training import Example, TrainingSet, add_voter, train_memory, train_tagger
from annotator.suggest.phrases import PhraseIndex, TokenRange
from annotator.text import Document
from annotator.workflow.learning.evaluation import interval
from benchmarks.domain_texts import DOMAINS, texts
from benchmarks.learning import counts_of, f1_of
from benchmarks.report import heading
from benchmarks.targets_reader import VARIABLE, Target

LEARNED_FROM = (2, 4, 8, 16)
HELD_OUT = 20
EPOCHS = 60
"""Passes of spaCy's training over the documents; fewer are worse, twice as many no better."""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=os.environ.get(VARIABLE))
    parser.add_argument("--only", default="", help="the domain whose name begins so")
    parser.add_argument("--without-spacy", action="store_true", help="leave out what takes longest")
    options = parser.parse_args()
    heading("learning in other domains")
    domains = {name: texts(domain, HELD_OUT + max(LEARNED_FROM)) for name, domain in DOMAINS.items()}
    if options.corpora is not None and Path(options.corpora).is_dir():
        domains["records, Spanish"] = clinical(Path(options.corpora) / "brat" / "meddocan")
        random.Random(0).shuffle(domains["records, Spanish"])
    else:
        print(f"clinical records skipped: no corpora folder; name it with --corpora or {VARIABLE}")
    for name, targets in domains.items():
        if name.startswith(options.only):
            tell(name, targets, spacy=not options.without_spacy)
    return 0


def tell(name: str, targets: Sequence[Target], *, spacy: bool) -> None:
    """Print F1 on the last documents by the number learned from, with the interval of what would be used."""
    held = [Example(document, Annotations(), truth) for document, truth in targets[-HELD_OUT:]]
    spans = sum(len(example.truth.spans) for example in held)
    print(f"{name}: {HELD_OUT} documents with {spans} spans held out")
    print("learned from     memory  tagger  rich    neural  used   95 %         CRF     spaCy from scratch")
    scheme = scheme_of(targets)
    for size in LEARNED_FROM:
        examples = [Example(document, Annotations(), truth) for document, truth in targets[:size]]
        with tempfile.TemporaryDirectory() as folder:
            ways, chosen = learned(TrainingSet(scheme, examples), held, Path(folder))
            plain = f1_of(usual_crf(examples, held, Path(folder)))
        low, high = interval([counts_of(outcome) for outcome in ways[chosen]]) or (0.0, 0.0)
        cells = "   ".join(f"{f1_of(ways[way]):.3f}" for way in ("memory", *TAGGERS, NEURAL))
        scratch = from_scratch(examples, held) if spacy else ""
        used = f"{f1_of(ways[chosen]):.3f}  {low:.2f}–{high:.2f}"
        print(f"{size:>3} documents    {cells}   {used}    {plain:.3f}   {scratch}")
    print()


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


def scheme_of(targets: Sequence[Target]) -> LabelScheme:
    """Return a scheme with the documents' labels and nothing else."""
    labels = sorted({span.label for _, truth in targets for span in truth.spans.values()})
    return LabelScheme({name: EntityType(name, "") for name in labels}, {}, ("es", "en"), "flat", "token", "")


def learned(
    training_set: TrainingSet, held: Sequence[Example], folder: Path
) -> tuple[dict[str, list[HeldOutResult]], str]:
    """Return what each way suggests in held-out documents, and the way that training chooses."""
    examples, scheme = training_set.examples, training_set.scheme
    _, uses = compare(training_set, folder, neural=True)
    memory = train_memory(training_set, examples)
    ways = {"rules": LearnedSpans(scheme), "memory": LearnedSpans(scheme, memory)}
    for way, feature_set in TAGGERS.items():
        tagger = train_tagger(training_set, examples, memory, folder / feature_set, feature_set)
        ways[way] = LearnedSpans(scheme, memory, tagger)
        if way == VOTED_ON:
            ways[NEURAL] = LearnedSpans(scheme, memory, add_voter(training_set, examples, tagger, folder / "voter"))
    results = {way: [span_result(e, spans.spans(e.document, [])) for e in held] for way, spans in ways.items()}
    return results, uses["spans"]


def usual_crf(examples: Sequence[Example], held: Sequence[Example], folder: Path) -> list[HeldOutResult]:
    """Return what a conditional random field suggests with the features of python-crfsuite's own introduction."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params({"c1": 1.0, "c2": 1e-3, "max_iterations": 50, "feature.possible_transitions": True})
    for example in examples:
        index = PhraseIndex(example.document)
        for unit in units(index):
            trainer.append(usual_features(index, unit), bio_tags(index, unit, example.truth.spans.values()))
    trainer.train(str(folder / "usual.crf"))
    tagger = pycrfsuite.Tagger()
    tagger.open(str(folder / "usual.crf"))
    results = []
    for example in held:
        index = PhraseIndex(example.document)
        found = (span for unit in units(index) for span in decoded(tagger.tag(usual_features(index, unit)), unit.start))
        results.append(outcome(example, {SpanKey(*index.segment(span.tokens), span.label) for span in found}))
    return results


def usual_features(index: PhraseIndex, unit: TokenRange) -> list[list[str]]:
    """Return the features of each token of a unit: the word, its endings and capitals, and the words beside it."""

    def beside(token: int, side: str) -> Iterator[str]:
        word = index.word(token)
        yield from (f"{side}lower={word.lower()}", f"{side}title={word.istitle()}", f"{side}upper={word.isupper()}")

    rows = []
    for token in range(*unit):
        word = index.word(token)
        row = ["bias", f"[-3:]={word[-3:]}", f"[-2:]={word[-2:]}", f"digit={word.isdigit()}", *beside(token, "")]
        row += beside(token - 1, "-1:") if token > unit.start else ["BOS"]
        row += beside(token + 1, "+1:") if token < unit.stop - 1 else ["EOS"]
        rows.append(row)
    return rows


def outcome(example: Example, found: set[SpanKey]) -> HeldOutResult:
    """Return what was found against what is right."""
    right = frozenset(span.key for span in example.truth.spans.values())
    return HeldOutResult(example.document.key, dict.fromkeys(found, 1.0), right, {})


def from_scratch(examples: Sequence[Example], held: Sequence[Example]) -> str:
    """Return F1 and CPU seconds of spaCy's recogniser with its own embedding layer (tok2vec), trained from nothing."""
    import spacy
    from spacy import training
    from spacy.tokens import Doc
    from spacy.util import filter_spans, minibatch
    from thinc.util import fix_random_seed

    warnings.simplefilter("ignore")
    fix_random_seed(0)
    start = time.process_time()
    nlp = spacy.blank(examples[0].document.lang)
    recogniser = nlp.add_pipe("ner")

    def read(document: Document) -> Doc:
        return nlp.make_doc(document.text)

    pairs = []
    for example in examples:
        reference = read(example.document)
        marks = example.truth.spans.values()
        spans = [reference.char_span(s.start, s.end, s.label, alignment_mode="expand") for s in marks]
        reference.ents = filter_spans([span for span in spans if span is not None])
        pairs.append(training.Example(read(example.document), reference))
        for span in marks:
            recogniser.add_label(span.label)  # type: ignore[attr-defined]
    optimizer = nlp.initialize(lambda: pairs)
    dice = random.Random(0)
    for _ in range(EPOCHS):
        dice.shuffle(pairs)
        for batch in minibatch(pairs, 2):  # type: ignore[no-untyped-call]
            nlp.update(batch, sgd=optimizer, drop=0.2)
    results = []
    for example in held:
        document = example.document
        snapped = ((document.tokens.snap(e.start_char, e.end_char), e.label_) for e in nlp(document.text).ents)
        results.append(
            outcome(example, {SpanKey(*segment, label) for segment, label in snapped if segment is not None})
        )
    return f"{f1_of(results):.3f} ({time.process_time() - start:.0f} s CPU)"


if __name__ == "__main__":
    sys.exit(main())
