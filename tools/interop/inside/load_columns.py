"""Loads a file of columns as a corpus of Flair, and writes the spans that Flair has as columns again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from flair.data import Sentence
from flair.datasets import ColumnCorpus

DOCUMENT = "-DOCSTART-"


def lines(sentence: Sentence) -> Iterator[str]:
    """Write a sentence, its spans as B- and I-."""
    if sentence.tokens[0].text == DOCUMENT:
        yield f"{DOCUMENT} -X- O O\n\n"
        return
    tags = dict.fromkeys(sentence.tokens, "O")
    for span in sentence.get_spans("ner"):
        for place, token in enumerate(span.tokens):
            tags[token] = f"{'I' if place else 'B'}-{span.get_label('ner').value}"
    yield from (f"{token.text} -X- -X- {tag}\n" for token, tag in tags.items())
    yield "\n"


def main(_: str, exported: str, back: str) -> None:
    """Load, and write."""
    source = Path(exported)
    corpus = ColumnCorpus(
        source.parent, {0: "text", 3: "ner"}, train_file=source.name,
        document_separator_token=DOCUMENT, comment_symbol=None, autofind_splits=False, sample_missing_splits=False,
    )  # fmt: skip
    written = "".join(line for sentence in corpus.train for line in lines(sentence))
    (Path(back) / "back.conll").write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
