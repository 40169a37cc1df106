"""Reading the targets: the sample articles' gold, and the news targets, whose texts lie in a corpora folder."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from annotator.annotation import Annotations, RelationKey, Span, SpanKey, suggested_relation, suggested_span
from annotator.corpus import build_document, read_articles
from annotator.formats.jsonl import read_records
from annotator.labels import LabelScheme
from annotator.text import Document

FOLDER = Path(__file__).resolve().parent / "targets"
VARIABLE = "ANNOTATOR_CORPORA"
SOURCE = "target@1"
TEXTS = {"es-news": "es-news", "es-news-2": "es-news", "en-news": "en-news"}  # a target's folder in text/

Target = tuple[Document, Annotations]


@dataclass(frozen=True, slots=True)
class Judged:
    """An article with the spans and relations that are right in it, and those that were judged wrong.

    Without the wrong ones (``None``), everything else is wrong: the article was annotated wholly.
    """

    document: Document
    spans: tuple[Span, ...]
    relations: frozenset[RelationKey]
    wrong_spans: frozenset[SpanKey] | None = None
    wrong_relations: frozenset[RelationKey] | None = None

    @classmethod
    def of_target(cls, target: Target, scheme: LabelScheme) -> Judged:
        """An article of a target."""
        document, layer = target
        keys = (layer.relation_key(relation) for relation in layer.relations.values())
        relations = frozenset(key.canonical(scheme.symmetric) for key in keys)
        return cls(document, tuple(layer.spans.values()), relations)

    def span_is_right(self, key: SpanKey) -> bool | None:
        """Tell whether a span is right; ``None`` where nobody judged it, nor anything that it overlaps."""
        if any(span.key == key for span in self.spans):
            return True
        overlaps = any(span.start < key.end and key.start < span.end for span in self.spans)
        return False if self.wrong_spans is None or key in self.wrong_spans or overlaps else None

    def relation_is_right(self, key: RelationKey) -> bool | None:
        """Tell whether a relation is right; ``None`` where nobody judged it."""
        if key in self.relations:
            return True
        known = self.wrong_relations is None or key in self.wrong_relations
        return False if known or False in map(self.span_is_right, (key.head, key.child)) else None


def seeds() -> list[Target]:
    """Return the sample articles with what they should look like, named by content."""
    path = FOLDER / "seeds.jsonl"
    articles = []
    with path.open(encoding="utf-8") as lines:
        for record in read_records(lines, str(path)):
            spans = {i: suggested_span(*s.key, SOURCE, 1.0) for i, s in record.annotations.spans.items()}
            relations = [
                suggested_relation(spans[r.head], spans[r.child], r.label, SOURCE, 1.0)
                for r in record.annotations.relations.values()
            ]
            articles.append((replace(record.document, meta={}), Annotations.of(spans.values(), relations)))
    return articles


def news_folder(chosen: Path | None) -> Path | None:
    """Return the folder of Spanish news: given, of the environment's corpora folder, else ``None``."""
    if chosen is not None:
        return chosen
    named = os.environ.get(VARIABLE)
    folder = Path(named) / "text" / "es-news" if named else None
    return folder if folder is not None and folder.is_dir() else None


def news_target(name: str, corpora: Path, scheme: LabelScheme) -> list[Target]:
    """Return the articles of a news target, a key of ``TEXTS``, with their texts from a corpora folder."""
    return news(corpora / "text" / TEXTS[name], scheme, name)


def news(folder: Path, scheme: LabelScheme, name: str = "es-news") -> list[Target]:
    """Return the articles of a news target; one whose text in ``folder`` is not the annotated one is refused."""
    articles = []
    for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        (article,) = read_articles([folder / f"{row['id']}.txt"])
        document = build_document(article, scheme.languages)
        if document.sha256 != row["text_sha256"]:
            raise SystemExit(f"{folder / row['id']}.txt: not the text that was annotated")
        spans = [suggested_span(start, end, label, SOURCE, 1.0) for start, end, label in row["spans"]]
        links = [
            suggested_relation(spans[head], spans[child], label, SOURCE, 1.0) for head, child, label in row["relations"]
        ]
        articles.append((document, Annotations.of(spans, links)))
    return articles


def judged(corpora: Path, scheme: LabelScheme) -> list[Judged]:
    """Return the news articles whose suggestions were judged right or wrong; their texts lie under ``corpora``."""
    articles = []
    path = FOLDER / "judged.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        row = json.loads(line)
        (article,) = read_articles([corpora / row["folder"] / f"{row['id']}.txt"])
        document = build_document(article, scheme.languages)
        if document.sha256 != row["text_sha256"]:
            raise SystemExit(f"{row['folder']}/{row['id']}.txt: not the text that was judged")
        right, wrong = ([SpanKey(*key) for key in row[f"{kind}_spans"]] for kind in ("right", "wrong"))
        pairs = [
            frozenset(
                RelationKey(SpanKey(*head), SpanKey(*child), label) for head, child, label in row[f"{kind}_relations"]
            )
            for kind in ("right", "wrong")
        ]
        spans = tuple(suggested_span(*key, SOURCE, 1.0) for key in right)
        articles.append(Judged(document, spans, pairs[0], frozenset(wrong), pairs[1]))
    return articles


def other_news(folder: Path, scheme: LabelScheme, but: set[str]) -> list[Document]:
    """Return the articles of the folder that are not in the target."""
    documents = (build_document(article, scheme.languages) for article in read_articles([folder]))
    return [document for document in documents if document.key not in but]
