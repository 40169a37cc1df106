"""Small workspaces of our own for the tests: a scheme, a few documents, suggestions on them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from annotator.annotation import Annotations, Relation, Span, SpanKey, suggested_relation, suggested_span
from annotator.corpus import Article, build_document
from annotator.history import CORPUS, SUGGESTIONS, LayerName, Op
from annotator.labels import LabelScheme
from annotator.store import Store, document_record
from annotator.text import Document
from annotator.tokenization import TOKENIZER
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.annotating.corpus_proposals import CorpusProposals
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.editing.editor import Outcome
from annotator.workflow.layer_diff import differences
from annotator.workflow.workspace import Workspace

LABELS = """\
languages: [es, en]
overlap: flat
entities:
  PERSON: {key: 1}
  ORG: {key: 2}
  GPE: {key: 3}
  DATE: {key: 4}
relations:
  works_for: {key: w, head: PERSON, child: ORG}
  leads: {key: l, head: PERSON, child: ORG}
  located_in: {key: i, head: [ORG, GPE], child: GPE}
  cooperates_with: {key: c, head: GPE, child: GPE, symmetric: true}
  founded_on: {key: f, head: ORG, child: DATE, within: document}
"""

TEXT = (
    "Ana Ruiz trabaja para Cruz Roja en México. México coopera con Canadá.\n\n"
    "Cruz Roja nació en mayo. Ana Ruiz volvió a México con Luis Paz.\n"
)
KEY = "nota"


def write_labels(folder: Path, overlap: str = "flat") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "labels.yaml").write_text(LABELS.replace("overlap: flat", f"overlap: {overlap}"), encoding="utf-8")


def make_document(key: str = KEY, text: str = TEXT, title: str | None = None) -> Document:
    return build_document(Article(key, text, title=title, lang="es"), ("es", "en"))


def add_document(store: Store, document: Document) -> Document:
    op = Op("document", document.key, None, document_record(document, document.sha256))
    with store.write() as writer:
        writer.put_text(document, TOKENIZER)
        writer.append(LayerName(document.key, CORPUS), "tester", "ingest", [op])
    return document


def range_of(document: Document, needle: str, nth: int = 0) -> tuple[int, int]:
    """Return the range of the ``nth`` mention of ``needle``."""
    at = -1
    for _ in range(nth + 1):
        at = document.text.index(needle, at + 1)
    return at, at + len(needle)


def proposal(document: Document, needle: str, label: str, score: float = 0.9, nth: int = 0) -> Span:
    return suggested_span(*range_of(document, needle, nth), label, "rules@1", score)


def link(head: Span, child: Span, label: str, score: float = 0.9) -> Relation:
    return suggested_relation(head, child, label, "pairs@1", score)


def propose(
    store: Store,
    document: Document,
    spans: Iterable[Span],
    relations: Iterable[Relation] = (),
    name: str = SUGGESTIONS,
) -> None:
    """Write a suggestion layer as ``annotator suggest`` does."""
    ops = [Op("layer", "text", None, {"value": document.sha256})]
    with store.write() as writer:
        content = Annotations.of(spans, relations)
        writer.append(LayerName(document.key, name), "annotator", "suggest", ops + differences(Annotations(), content))


def propose_elsewhere(
    workspace: Workspace, curator: str, phrase: str, label: str, *, excluding: str
) -> tuple[int, int]:
    """Propose a phrase to a curator in all documents but one; return the numbers of mentions and documents."""
    with workspace.store.write() as writer:
        return CorpusProposals(workspace.store, curator, phrase, label, excluding=excluding).propose(writer)


@dataclass(frozen=True)
class Bench:
    """A workspace with documents, and sessions on them."""

    workspace: Workspace

    @property
    def store(self) -> Store:
        return self.workspace.store

    @property
    def scheme(self) -> LabelScheme:
        return self.workspace.scheme

    def add(self, key: str = KEY, text: str = TEXT, title: str | None = None) -> Document:
        return add_document(self.store, make_document(key, text, title))

    def document(self, key: str = KEY) -> Document:
        document = self.store.document(key)
        assert document is not None
        return document

    def session(self, key: str = KEY, curator: str = "ana", *, blind: bool = False) -> AnnotationSession:
        return AnnotationSession(self.store, self.scheme, curator, self.document(key), blind=blind)

    def layer_id(self, layer: str = "curator:ana", key: str = KEY) -> int:
        info = self.store.layer(LayerName(key, layer))
        assert info is not None
        return info.id

    def actions(self, layer: str, key: str = KEY) -> list[str]:
        """Return the actions in a layer's history, oldest first."""
        info = self.store.layer(LayerName(key, layer))
        return [] if info is None else [event.action for event in self.store.events(info)]


def make_bench(folder: Path, overlap: str = "flat") -> Bench:
    write_labels(folder, overlap)
    return Bench(Workspace(folder))


@cache
def _new_database() -> bytes:
    """A database that nothing was written to; copying it is a tenth of the work of making one."""
    with TemporaryDirectory() as folder:
        write_labels(Path(folder))
        workspace = Workspace(Path(folder))
        workspace.store.close()
        return workspace.database_path.read_bytes()


def copied_bench(folder: Path, overlap: str = "flat") -> Bench:
    """Return what :func:`make_bench` makes, with a database that is there already."""
    bench = make_bench(folder, overlap)
    path = bench.workspace.database_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_new_database())
    return bench


def under(bench: Bench, *changes: tuple[str, str]) -> Bench:
    """The same workspace, opened anew, after texts in its labels.yaml were replaced by others."""
    path = bench.workspace.labels_path
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return Bench(Workspace(bench.workspace.root))


def open_bench(folder: str) -> Bench:
    """Return a workspace that is there already, for scripts in processes of their own."""
    return Bench(Workspace(Path(folder)))


def sql_dump(path: Path) -> list[str]:
    """Write a database as SQL; nothing when there is no file."""
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def database_content(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Read the rows of a database by table, without their numbers and without tables that are no part of history."""
    rows_by_table: dict[str, list[tuple[object, ...]]] = {}
    with closing(sqlite3.connect(path)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            if table.startswith(("sqlite_", "_sqlite", "text_search")) or table in _NO_HISTORY:
                continue
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            named = [f't."{c}"' for c in columns if c not in ("layer_id", "document_id") and (c, table) not in _NUMBERS]
            owner = "l.name, d.key" if "layer_id" in columns else "d.key" if "document_id" in columns else "1"
            joins = {
                "l.name, d.key": "JOIN layer l ON l.id = t.layer_id JOIN document d ON d.id = l.document_id",
                "d.key": "JOIN document d ON d.id = t.document_id",
                "1": "",
            }[owner]
            rows = connection.execute(f"SELECT {owner}, {', '.join(named)} FROM {table} t {joins}").fetchall()
            rows_by_table[table] = sorted(rows, key=repr)
    return rows_by_table


_NUMBERS = {("id", table) for table in ("text", "document", "layer", "event", "scheme_change")}
_NO_HISTORY = ("place", "planned", "scheme", "former_scheme", "carried")


def focused(outcome: Outcome) -> str:
    """Return the item that an action leaves in focus."""
    assert outcome.focus is not None
    return outcome.focus


def own_span_id(session: AnnotationSession, key: SpanKey) -> str:
    """Return the id of the curator's span with this content."""
    span_id = session.layer.content.span_id_with(key)
    assert span_id is not None
    return span_id


def span_texts(session: AnnotationSession | GoldSession) -> set[tuple[str, str]]:
    """List label and text of the curator's own spans."""
    return {(span.label, session.checks.text_of(span)) for span in session.content.spans.values()}


def relation_texts(session: AnnotationSession | GoldSession) -> set[tuple[str, str, str]]:
    """List the curator's own relations: text of the head, label, text of the child."""
    spans = session.content.spans
    return {
        (session.checks.text_of(spans[r.head]), r.label, session.checks.text_of(spans[r.child]))
        for r in session.content.relations.values()
    }


def pending_suggestions(session: AnnotationSession) -> list[str]:
    """List the ids of the suggestions without a verdict, in the order of the walk."""
    return [interval.id for interval in session.layer.order.pending]


def verdicts(session: AnnotationSession) -> dict[str, str]:
    return {suggestion_id: verdict.verdict for suggestion_id, verdict in session.layer.suggestions.verdicts.items()}
