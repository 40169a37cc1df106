"""Documents that three curators have finished, made up: words, spans that mostly agree, relations between them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from annotator.annotation import Annotations, Relation, Span
from annotator.corpus import Article, build_document
from annotator.history import CORPUS, LayerName, Op, curator_layer
from annotator.segment_codes import sql_count
from annotator.store import document_record
from annotator.text import Document
from annotator.tokenization import TOKENIZER
from annotator.workflow.layer_diff import differences
from annotator.workflow.workspace import Workspace

HAVING = 3
"""Curators who have finished a document."""

TOKENS, SPANS, RELATIONS = 600, 48, 12
"""Of a document, before curators miss some."""

BATCH = 200
SYLLABLES = ("ca", "lo", "mi", "ra", "ten", "sol", "par", "du", "ve", "nor", "el", "gui")


def text_of(chance: random.Random) -> str:
    """Return a text of some hundred words, with a full stop after every fifteen."""
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(TOKENS - TOKENS // 15)]
    return " ".join(word + ("." if n % 14 == 13 else "") for n, word in enumerate(words)) + "\n"


def layers(
    document: Document, labels: Sequence[str], types: Sequence[str], chance: random.Random, curators: int
) -> Iterator[Annotations]:
    """Yield what each curator says: of the same spans some missed, some wider, some under another label."""
    step = len(document.tokens) // SPANS
    base = [
        (first, first + chance.randint(0, 2), chance.choice(labels))
        for first in (n * step + chance.randint(0, step - 5) for n in range(SPANS))
    ]
    links = [(n, n + 1, chance.choice(types)) for n in sorted(chance.sample(range(SPANS - 1), RELATIONS))]
    for _ in range(curators):
        spans: dict[int, Span] = {}
        for number, (first, last, label) in enumerate(base):
            slip = chance.random()
            if slip >= 0.06:
                end = document.tokens[last + (slip < 0.12)].end
                given = chance.choice(labels) if slip > 0.96 else label
                spans[number] = Span(f"s{number}", document.tokens[first].start, end, given)
        relations = [
            Relation(f"r{head}", f"s{head}", f"s{child}", label if chance.random() < 0.95 else chance.choice(types))
            for head, child, label in links
            if head in spans and child in spans and chance.random() < 0.9
        ]
        yield Annotations.of(spans.values(), relations)


def fill(workspace: Workspace, count: int, curators: int = 3, labels: int = 0, seed: int = 1) -> None:
    """Write documents and finished layers, each layer as one event.

    Three of the curators have each document; so many ``labels`` are used, without a number those of the scheme.
    """
    chance = random.Random(seed)
    names = [f"curator-{number:02}" for number in range(curators)]
    used = [f"LABEL_{number:03}" for number in range(labels)] or list(workspace.scheme.entities)
    types = list(workspace.scheme.relations)
    for start in range(0, count, BATCH):
        with workspace.store.write() as writer:
            for number in range(start, min(start + BATCH, count)):
                document = build_document(Article(f"doc-{number:05}", text_of(chance), lang="es"), ("es", "en"))
                sha256 = writer.put_text(document, TOKENIZER)
                op = Op("document", document.key, None, document_record(document, sha256))
                writer.append(LayerName(document.key, CORPUS), "bench", "ingest", [op])
                done = [Op("layer", "text", None, {"value": sha256}), Op("layer", "state", None, {"value": "done"})]
                having = sorted(chance.sample(names, HAVING))
                for curator, content in zip(having, layers(document, used, types, chance, HAVING), strict=True):
                    ops = [*done, *differences(Annotations(), content)]
                    writer.append(LayerName(document.key, curator_layer(curator)), curator, "done", ops)


def count_of(root: Path) -> tuple[int, int, int]:
    """Return the spans, relations and tokens of a workspace."""
    workspace = Workspace(root)
    store = workspace.store
    spans, relations = (store.rows(f"SELECT count(*) FROM {table}")[0][0] for table in ("span", "relation"))
    tokens = store.rows(f"SELECT sum({sql_count('tokens')}) FROM segmentation")[0][0]
    workspace.close()
    return spans, relations, tokens
