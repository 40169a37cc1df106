"""Lets GLiNER's data processors make batches of rows, without any weights, and reads the rows back out of them.

A row that is longer than GLiNER takes is cut there, and so are spans wider than its spans may be.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from gliner.config import BaseGLiNERConfig, UniEncoderSpanConfig, UniEncoderTokenRelexConfig
from gliner.data_processing.processor import BaseProcessor, RelationExtractionTokenProcessor, UniEncoderSpanProcessor
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from torch import Tensor
from transformers import PreTrainedTokenizerFast

Row = dict[str, Any]


def tokenizer() -> PreTrainedTokenizerFast:
    """Make a tokenizer that knows no word, in place of a model's."""
    words = Tokenizer(WordLevel({"[UNK]": 0, "[PAD]": 1}, unk_token="[UNK]"))
    return PreTrainedTokenizerFast(tokenizer_object=words, unk_token="[UNK]", pad_token="[PAD]")


def batch_of(kind: type[BaseProcessor], config: BaseGLiNERConfig, rows: list[Row]) -> Row:
    """Make one batch of all rows, up to the tensors that a model is trained on."""
    processor = kind(config, tokenizer(), None)
    batch: Row = processor.collate_raw_batch(rows)
    processor.tokenize_and_prepare_labels(batch, prepare_labels=True)
    return batch


def spans_alone(rows: list[Row]) -> Iterator[Row]:
    """Read spans out of a batch of a model for spans."""
    batch = batch_of(UniEncoderSpanProcessor, UniEncoderSpanConfig(), rows)
    for row, words, names, ends, labels in zip(
        rows, batch["tokens"], batch["id_to_classes"], batch["span_idx"], batch["span_label"], strict=True
    ):
        spans = labelled(ends, labels, names)
        yield {**row, "tokenized_text": words, "ner": spans, "relations": []}


def with_relations(rows: list[Row]) -> Iterator[Row]:
    """Read spans and relations out of a batch of a model for both."""
    batch = batch_of(RelationExtractionTokenProcessor, UniEncoderTokenRelexConfig(augment_data_prob=0), rows)
    for row, words, entities, ends, known, pairs, labels, names in zip(
        rows, batch["tokens"], batch["entities"], batch["span_idx"], batch["classes_to_id"],
        batch["rel_idx"], batch["rel_label"], batch["rel_id_to_classes"], strict=True,
    ):  # fmt: skip
        spans = [[*span] for span in entities if span[2] in known and span[1] < len(words)]
        if [span[:2] for span in spans] != ends.tolist()[: len(spans)]:
            sys.exit(f"{row['key']}: the batch has other spans")
        yield {**row, "tokenized_text": words, "ner": spans, "relations": labelled(pairs, labels, names)}


def labelled(pairs: Tensor, labels: Tensor, names: dict[int, str]) -> list[list[Any]]:
    """Put pairs of numbers together with the names of their labels; what is there to fill a row up has none."""
    return [[*pair, names[label]] for pair, label in zip(pairs.tolist(), labels.tolist(), strict=True) if label > 0]


def united(rows: list[Row]) -> Row:
    """Put the windows of a document together again."""
    whole: Row = {**rows[0], "key": document_of(rows[0]), "tokenized_text": [], "ner": [], "relations": []}
    for row in rows:
        words, spans = len(whole["tokenized_text"]), len(whole["ner"])
        whole["tokenized_text"] += row["tokenized_text"]
        whole["ner"] += [[start + words, end + words, label] for start, end, label in row["ner"]]
        whole["relations"] += [[head + spans, tail + spans, label] for head, tail, label in row["relations"]]
    whole["text"] = "\n".join(row["text"] for row in rows)
    return whole


def document_of(row: Row) -> str:
    """Return the key of the document that a window belongs to."""
    key: str = row["key"]
    return key.rpartition("-")[0]


def main(mode: str, exported: str, back: str) -> None:
    """Make batches, read them, and write the rows."""
    warnings.filterwarnings("error", message=".*truncated.*")
    rows = json.loads(Path(exported).read_text(encoding="utf-8"))
    read = spans_alone if mode == "spans" else with_relations
    windows = list(read(rows))
    documents = [united([*of_one]) for _, of_one in groupby(windows, document_of)]
    (Path(back) / "back.json").write_text(json.dumps(documents), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
