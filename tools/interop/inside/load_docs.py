"""Takes exports in as spaCy, its command line and its projects do, and writes what they made as a DocBin."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import spacy
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Corpus, Example
from spacy.util import filter_spans

BACK = "back.spacy"


def from_corpus(exported: Path) -> Iterator[Doc]:
    """Read a DocBin as ``spacy train`` does."""
    yield from (example.reference for example in Corpus(exported)(spacy.blank("xx")))


def pairs(exported: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Make training examples of texts with their entities and span groups, and give what spaCy has of them."""
    nlp = spacy.blank("xx")
    for text, marked in json.loads(exported.read_text(encoding="utf-8")):
        doc = Example.from_dict(nlp.make_doc(text), marked).reference
        groups = {name: [_offsets(span) for span in group] for name, group in doc.spans.items()}
        yield doc.text, {"entities": [*map(_offsets, doc.ents)], **({"spans": groups} if groups else {})}


def _offsets(span: Span) -> tuple[int, int, str]:
    return span.start_char, span.end_char, span.label_


def from_tasks(exported: Path) -> Iterator[Doc]:
    """Read tasks as spaCy's project for relations reads Prodigy's.

    Words and spaces make the Doc; a relation is found by the last tokens of its ends, and stands under their first.
    """
    Doc.set_extension("rel", default={})
    vocab = spacy.blank("xx").vocab
    for line in exported.read_text(encoding="utf-8").split("\n"):
        if line:
            yield _task(json.loads(line), vocab)


def _task(task: dict[str, Any], vocab: Any) -> Doc:
    words, spaces = zip(*((token["text"], token["ws"]) for token in task["tokens"]), strict=True)
    doc = Doc(vocab, words=list(words), spaces=list(spaces))
    if doc.text != task["text"]:
        sys.exit(f"{task['text'][:40]!r}: the tokens make another text")
    spans: list[Span] = []
    for span in task["spans"]:
        if span["token_start"] is None:
            continue
        found = doc.char_span(span["start"], span["end"], label=span["label"])
        if found is None or (found.start, found.end - 1) != (span["token_start"], span["token_end"]):
            sys.exit(f"{span}: not at its tokens")
        spans.append(found)
    doc.ents = filter_spans(spans)
    first = {entity.end - 1: entity.start for entity in doc.ents}
    relations: dict[tuple[int, int], dict[str, float]] = {}
    for relation in task["relations"]:
        if relation["head"] in first and relation["child"] in first:
            ends = first[relation["head"]], first[relation["child"]]
            relations.setdefault(ends, {})[relation["label"]] = 1.0
    doc._.set("rel", relations)
    return doc


def convert(exported: Path, back: Path) -> None:
    """Let spaCy's command line convert columns."""
    command = [sys.executable, "-m", "spacy", "convert", str(exported), str(back), "-c", "conll", "-l", "xx"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (back / f"{exported.stem}.spacy").rename(back / BACK)


READERS = {"corpus": from_corpus, "tasks": from_tasks}


def main(mode: str, exported: str, back: str) -> None:
    """Read, and write a DocBin, or pairs again."""
    if mode == "pairs":
        (Path(back) / "back.json").write_text(json.dumps(list(pairs(Path(exported)))), encoding="utf-8")
        return
    if mode == "convert":
        convert(Path(exported), Path(back))
    else:
        DocBin(docs=READERS[mode](Path(exported)), store_user_data=True).to_disk(Path(back) / BACK)


if __name__ == "__main__":
    main(*sys.argv[1:])
