"""What each layer of the rules adds on corpora of others: persons, bodies and places in files of BIO columns.

    python -m benchmarks.bio_corpora FILE=LANG … [--models DIR] [--sentences N]

A file has a word and a tag on each line and an empty line between sentences, as CoNLL-2002, CoNLL-2003 and WikiNEuRal
have; ``UNK`` stands for no word.  N sentences (1,500) in blocks of twenty, chosen by a fixed seed, become documents of
twenty lines.  PERSON is compared with PER, GPE and LOC together with LOC; other labels are left out.  A stage that
takes F1 away does harm outside of news like ours.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from annotator.corpus import Article, build_document
from annotator.labels import load_scheme
from annotator.suggest.rules.analyzed_document import AnalyzedDocument
from annotator.suggest.rules.document_reader import DocumentReader
from annotator.suggest.rules.stages import STAGE_NAMES, EntityRules
from annotator.text import Document
from annotator.workflow.learning.evaluation import Counts, interval
from benchmarks.report import heading

TOP = Path(__file__).resolve().parent.parent
CLASSES = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC"}
BLOCK = 20
NO_SPACE_BEFORE = frozenset([*".,;:!?)]»”%'’", "...", "'s", "’s", "n't", "'re", "'ve", "'ll", "'d", "'m"])
NO_SPACE_AFTER = frozenset("([«“¿¡$#")

Gold = set[tuple[int, int, str]]
"""Spans by start, end (code points) and class."""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE=LANG")
    parser.add_argument("--models", type=Path, default=TOP / "models")
    parser.add_argument("--sentences", type=int, default=1500)
    options = parser.parse_args()
    heading("rules on corpora of others")
    if not options.files:
        print("skipped: no files; name some as FILE=LANG")
    scheme = load_scheme(TOP / "labels.yaml")
    for named in options.files:
        path, _, lang = named.rpartition("=")
        pairs = list(documents(Path(path), lang, options.sentences))
        read = list(DocumentReader(scheme, lang, options.models).read(document for document, _ in pairs))
        print(f"{Path(path).name}, {len(pairs)} documents")
        for count, stage in enumerate(STAGE_NAMES, 1):
            rules = EntityRules(scheme, lang, frozenset(STAGE_NAMES[:count]))
            tell(f"+ {stage}", [counts_of(rules, doc, gold) for doc, (_, gold) in zip(read, pairs, strict=True)])
    return 0


def counts_of(rules: EntityRules, doc: AnalyzedDocument, gold: Gold) -> Counts:
    """Return what rules suggest in a document against its gold."""
    found = {(span.start, span.end, CLASSES[span.label]) for span in rules.spans(doc) if span.label in CLASSES}
    return Counts(len(found & gold), len(found), len(gold))


def tell(name: str, counts: Sequence[Counts]) -> None:
    """Print precision, recall, F1 and its interval over documents."""
    total = Counts(*map(sum, zip(*counts, strict=True)))
    low, high = interval(counts) or (0.0, 0.0)
    figures = f"P {total.precision or 0:.3f}  R {total.recall or 0:.3f}  F1 {total.f1 or 0:.3f}"
    print(f"  {name:<16}{figures}  95 % {low:.3f}–{high:.3f}")


def documents(path: Path, lang: str, most: int) -> Iterator[tuple[Document, Gold]]:
    """Yield documents of twenty sentences, a line each, with their gold."""
    rows = list(sentences(path))
    blocks = [rows[at : at + BLOCK] for at in range(0, len(rows), BLOCK)]
    random.Random(17).shuffle(blocks)
    for number, block in enumerate(blocks[: max(1, most // BLOCK)]):
        text, gold = "", set[tuple[int, int, str]]()
        for sentence in block:
            text += "\n" if text else ""
            line, places = prose([word for word, _ in sentence])
            gold.update(tagged(places, [tag for _, tag in sentence], len(text)))
            text += line
        yield build_document(Article(f"{path.stem}-{number}", text, title="", lang=lang), [lang]), gold


def sentences(path: Path) -> Iterator[list[tuple[str, str]]]:
    """Yield sentences as words with their tags."""
    sentence: list[tuple[str, str]] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        cells = line.split()
        if len(cells) == 2 and cells[0] != "UNK":
            sentence.append((cells[0], cells[1]))
        elif not cells and sentence:
            yield sentence
            sentence = []


def prose(words: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Return words as prose spaces them, and the range of each."""
    text, places = "", list[tuple[int, int]]()
    glued, quoted = True, False
    for word in words:
        spaced = not glued and word not in NO_SPACE_BEFORE and not (word == '"' and quoted)
        glued = word in NO_SPACE_AFTER or (word == '"' and not quoted)
        quoted ^= word == '"'
        text += " " if spaced else ""
        places.append((len(text), len(text) + len(word)))
        text += word
    return text, places


def tagged(places: Sequence[tuple[int, int]], tags: Sequence[str], offset: int) -> Iterator[tuple[int, int, str]]:
    """Yield the spans that BIO tags mark, of the classes that are compared."""
    label, start, end = "", 0, 0
    for (first, last), tag in zip([*places, (0, 0)], [*tags, "O"], strict=True):
        if label and tag != f"I-{label}":
            if label in CLASSES.values():
                yield start, end, label
            label = ""
        if tag != "O":
            label, start = (label, start) if label else (tag[2:], offset + first)
            end = offset + last


if __name__ == "__main__":
    sys.exit(main())
