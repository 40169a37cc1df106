"""REBEL's training data: a line a text (``context``), with its relations as one string (``triplets``); written only.

A triplet is ``<triplet> HEAD <subj> TAIL <obj> RELATION``; further relations of a head go on behind it, as in
``<subj> TAIL <obj> RELATION``.  With types, as for CoNLL04 and NYT, labels stand in place of ``subj`` and ``obj``.  The
string does not say where in the text its heads and tails stand, so it is not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from annotator.annotation import RelationKey, SpanKey
from annotator.formats.json_values import dumps
from annotator.formats.options import is_yes
from annotator.formats.protocol import Format, Target, all_but, without_spaces
from annotator.formats.record import LayerRecord
from annotator.formats.text_rows import ROWS_OPTION_HELP, WORDS_OPTION_HELP, related_text_rows

_ALONE = "spans without a relation, which no triplet names"


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write a line for each row that has a relation."""
    typed = is_yes(target.options, "types")
    for record in records:
        text = record.document.text
        for row in related_text_rows(record, record.spans(), target):
            alone = {*row.spans} - {end for link in row.relations for end in (link.head, link.child)}
            if alone:
                target.leave_out("span", _ALONE, Counter(key.label for key in alone))
            if row.relations:
                value = {
                    "id": row.id,
                    "title": record.document.title,
                    "context": text[row.part.start : row.part.end],
                    "triplets": " ".join(_triplets(row.relations, text, typed)),
                }
                target.write(dumps(value) + "\n")


def _triplets(links: Iterable[RelationKey], text: str, typed: bool) -> Iterator[str]:
    """Yield the pieces of the string, in the order of the heads and of the tails of each; the same words come once."""

    def words(key: SpanKey) -> str:
        return " ".join(text[key.start : key.end].split())

    said = set()
    for head, of_head in groupby(links, attrgetter("head")):
        opening = ["<triplet>", words(head)]
        for link in of_head:
            marks = (head.label.lower(), link.child.label.lower()) if typed else ("subj", "obj")
            first, second = (f"<{without_spaces(mark)}>" for mark in marks)
            triplet = (words(head), first, words(link.child), second, link.label)
            if triplet not in said:
                said.add(triplet)
                yield from (*opening, *triplet[1:])
                opening = []


FORMAT = Format(
    name="rebel",
    about="REBEL's JSONL of texts and their relations as triplets, for sequence-to-sequence models; written only",
    ending=".jsonl",
    write=write,
    carries=all_but("lang", "meta", "curator", "origin", "source", "score", "verdicts"),
    lost=("where spans stand; spans and rows without a relation",),
    options={
        "rows": ROWS_OPTION_HELP,
        "words": WORDS_OPTION_HELP,
        "types": "yes: the labels of head and tail in place of subj and obj, as for CoNLL04 and NYT",
    },
)
