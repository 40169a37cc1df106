"""What is finished: layers to compare, verdicts on suggestions, and the time that the work took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from msgspec.json import Decoder, encode

from annotator.segment_codes import sql_count
from annotator.store.database import Store
from annotator.store.layers import LAST_STEP, LAYERS, LayerInfo, layer_info_of
from annotator.store.progress import LONGEST_PAUSE_MS
from annotator.store.segmentations import read_segments
from annotator.text import Segmentation

_FINISHED = """
FROM layer l JOIN document d ON d.id = l.document_id
WHERE l.text = d.sha256 AND (l.kind = 'suggester' OR l.state = 'done')
"""

_BLIND = """EXISTS (SELECT 1 FROM assignment WHERE blind) AND EXISTS (
    SELECT 1 FROM layer c CROSS JOIN assignment a ON a.layer_id = c.id
    WHERE c.document_id = d.id AND c.name = 'corpus' AND a.id = {} AND a.blind)"""


class FinishedLayer(NamedTuple):
    """A layer that its author has finished, on the document's present text; a suggester's is always finished.

    ``at`` is when somebody last took a step in it; ``blind`` whether its curator was to see no suggestions, or, of
    gold, none of the curators who finished the document.
    """

    id: int
    document: str
    name: str
    at: str
    blind: bool


class DocumentFacts(NamedTuple):
    """What there is to know about a document beside its layers; ``length`` in code points."""

    key: str
    lang: str
    title: str
    length: int
    tokens: Segmentation


class VerdictCount(NamedTuple):
    """How often a verdict fell on suggestions of one source with a score in one bin; ``score`` is the sum of theirs.

    ``bin`` counts tenths: 7 is 0.7 up to but not including 0.8, 9 takes 1.0 too; ``None`` for those without a score.
    """

    curator: str
    kind: str
    source: str
    bin: int | None
    verdict: str
    times: int
    score: float


class WorkTime(NamedTuple):
    """How long a curator worked on a document that they have finished: milliseconds without breaks, items made."""

    curator: str
    document: str
    blind: bool
    milliseconds: int
    items: int


def comparable_layers(store: Store, curator: str | None = None) -> list[LayerInfo]:
    """The work, all or one curator's, that is finished and of whose documents there is complete gold, in order."""
    query = f"""
        {LAYERS} JOIN layer g ON g.document_id = l.document_id AND g.name = 'gold'
        WHERE l.kind = 'curator' AND l.state = 'done' AND g.state = 'done' AND g.text = l.text AND l.text = d.sha256
          AND (?1 IS NULL OR l.author = ?1) ORDER BY d.key, l.name
    """
    return [layer_info_of(row) for row in store.rows(query, curator)]


SpanColumns: TypeAlias = tuple[list[int], list[int], list[str]]
"""Of each span start, end and label."""

LinkColumns: TypeAlias = tuple[list[int], list[int], list[str]]
"""Of each relation the places of head and child among the spans, and the label."""

LAYERS_AT_ONCE = 500
"""Layers that are read in one query."""

_numbers = Decoder(list[int]).decode
_texts = Decoder(list[str]).decode
# A column as one JSON array is read several times as fast as a row a span: a corpus has a million of them.


@dataclass(frozen=True, slots=True)
class Finished:
    """Reads of finished work; each call sees one moment of the store."""

    store: Store

    def curators(self) -> list[str]:
        """The curators who have finished documents, in order."""
        query = f"SELECT DISTINCT l.author {_FINISHED} AND l.kind = 'curator' ORDER BY 1"
        return [row[0] for row in self.store.rows(query)]

    def layers(self, names: Sequence[str]) -> list[FinishedLayer]:
        """The finished layers of some names, in order of document and name."""
        marks = ", ".join("?" * len(names))
        query = f"""
            SELECT l.id, d.key, l.name, coalesce({LAST_STEP}, ''),
                CASE l.name WHEN 'gold' THEN (
                    SELECT min({_BLIND.format("own.author")}) FROM layer own
                    WHERE own.document_id = d.id AND own.kind = 'curator' AND own.state = 'done' AND own.text = l.text)
                ELSE {_BLIND.format("l.author")} END
            {_FINISHED} AND l.name IN ({marks}) ORDER BY d.key, l.name
        """
        rows = self.store.rows(query, *names)
        return [FinishedLayer(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows]

    def documents(self, keys: Sequence[str]) -> list[DocumentFacts]:
        """What there is to know of some documents, in order."""
        wanted = set(keys)
        query = """
            SELECT d.key, d.lang, d.title, length(t.content), s.tokens, d.sha256
            FROM document d JOIN text t ON t.sha256 = d.sha256 JOIN segmentation s ON s.text_id = t.id ORDER BY d.key
        """
        rows = (row for row in self.store.rows(query) if row[0] in wanted)
        return [DocumentFacts(row[0], row[1], row[2], row[3], read_segments(row[4], row[5])) for row in rows]

    def lengths(self, lang: str | None = None) -> list[int]:
        """How many tokens each document of the corpus has, or each in one language."""
        query = f"""
            SELECT {sql_count("s.tokens")}
            FROM document d JOIN text t ON t.sha256 = d.sha256 JOIN segmentation s ON s.text_id = t.id
            WHERE ?1 IS NULL OR d.lang = ?1
        """
        return [row[0] for row in self.store.rows(query, lang)]

    def contents(self, layers: Sequence[int]) -> Iterator[tuple[SpanColumns, LinkColumns]]:
        """Yield what the spans and relations of layers say, in columns, layer by layer."""
        for start in range(0, len(layers), LAYERS_AT_ONCE):
            some = layers[start : start + LAYERS_AT_ONCE]
            spans = self._columns("span", 'start, "end", label, id', some)
            links = self._columns("relation", "head, child, label", some)
            for layer in some:
                starts, ends, labels, ids = spans.get(layer, ("[]",) * 4)
                heads, children, types = links.get(layer, ("[]",) * 3)
                place = {span: number for number, span in enumerate(_texts(ids))} if types != "[]" else {}
                yield (
                    (_numbers(starts), _numbers(ends), _texts(labels)),
                    ([place[head] for head in _texts(heads)], [place[child] for child in _texts(children)],
                     _texts(types)),
                )  # fmt: skip

    def _columns(self, table: str, columns: str, layers: Sequence[int]) -> dict[int, Sequence[str]]:
        """By layer the columns of its rows in a table, each as a JSON array; nothing of layers without any."""
        arrays = ", ".join(f"json_group_array({column})" for column in columns.split(", "))
        query = f"SELECT layer_id, {arrays} FROM {table} WHERE layer_id IN (SELECT value FROM json_each(?)) GROUP BY 1"
        return {row[0]: row[1:] for row in self.store.rows(query, encode(layers).decode())}

    def verdicts(self, lang: str | None = None) -> list[VerdictCount]:
        """The verdicts in curators' finished layers, counted; on documents in one language where asked."""
        query = f"""
            SELECT author, v.kind, coalesce(source, '?'), min(cast(score * 10 AS INTEGER), 9), verdict, count(*),
                   coalesce(sum(score), 0)
            FROM (SELECT l.id AS own, l.author {_FINISHED} AND l.kind = 'curator' AND (?1 IS NULL OR d.lang = ?1))
            JOIN verdict v ON v.layer_id = own
            GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
        """
        return [VerdictCount(*row) for row in self.store.rows(query, lang)]

    def times(self, lang: str | None = None) -> list[WorkTime]:
        """How long the curators worked on each document, or each in one language, that they have finished.

        Breaks are left out.
        """
        query = f"""
            SELECT who, key, EXISTS (
                     SELECT 1 FROM layer c CROSS JOIN assignment a ON a.layer_id = c.id
                     WHERE c.document_id = document AND c.name = 'corpus' AND a.id = who AND a.blind),
                   (SELECT sum(min(coalesce(pause_ms, 0), {LONGEST_PAUSE_MS})) FROM event WHERE layer_id = own),
                   (SELECT count(*) FROM span WHERE layer_id = own)
                     + (SELECT count(*) FROM relation WHERE layer_id = own)
            FROM (SELECT l.id AS own, l.author AS who, d.key, d.id AS document {_FINISHED} AND l.kind = 'curator'
                  AND (?1 IS NULL OR d.lang = ?1))
            ORDER BY 1, 2
        """
        return [WorkTime(row[0], row[1], bool(row[2]), row[3] or 0, row[4]) for row in self.store.rows(query, lang)]
