"""Uniting the work of databases that were apart: all of it, or nothing and every reason by name."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from annotator.errors import WorkflowError
from annotator.history import CORPUS, Event, LayerName, digests_in, renamed
from annotator.labels import LabelScheme, shape_differences
from annotator.store import (
    ForkedLayerError,
    LayerInfo,
    Store,
    Writer,
    first_break,
    layers_with_news,
    opened_copy,
    take_texts,
)
from annotator.workflow.workspace import Workspace

DATABASE_IN_WORKSPACE = "db/annotator.db"


class MergeConflictError(WorkflowError):
    """The databases cannot be united as they are; ``conflicts`` are all the reasons, one line each."""

    def __init__(self, path: Path, conflicts: list[str]) -> None:
        super().__init__(f"{path}: {len(conflicts)} conflicts, nothing was merged", "mend the lines above")
        self.conflicts = conflicts


@dataclass(slots=True)
class MergeReport:
    """What a merge brought: documents that are new, and by layer how many events.

    ``renamed`` has the layers that came in under another curator's name, ``guidelines_differ`` says that the schemes
    fit each other, but the files are not the same.
    """

    documents: list[str] = field(default_factory=list)
    events: dict[LayerName, int] = field(default_factory=dict)
    renamed: list[LayerName] = field(default_factory=list)
    guidelines_differ: bool = False

    def by_layer(self) -> list[tuple[str, int, int]]:
        """Return layer, documents and events, in order of the layer's name."""
        documents = Counter(name.name for name in self.events)
        events: Counter[str] = Counter()
        for name, count in self.events.items():
            events[name.name] += count
        return [(name, documents[name], events[name]) for name in sorted(documents)]


def merge(
    workspace: Workspace,
    path: Path,
    *,
    renames: Mapping[str, str] | None = None,
    without: Collection[str] = (),
    any_scheme: bool = False,
    dry_run: bool = False,
) -> MergeReport:
    """Take over everything that another database knows and this one does not.

    ``path`` is the database, its workspace's folder, or a bundle.  Events keep their identity, so that it does not
    matter how often and in which order databases are merged.  ``renames`` gives, by curator, the name under which their
    work comes in where it was carried on in both places; ``without`` are documents to leave out; ``any_scheme`` takes
    work under another label scheme, as far as it fits this one.

    Raises :class:`MergeConflictError` when anything stands in the way; then nothing is written.
    """
    with _database(path) as file:
        if file.exists() and workspace.database_path.exists() and file.samefile(workspace.database_path):
            raise WorkflowError(f"{path} is this workspace's own database", "give another one")
        with opened_copy(file) as other:
            return _Merge(workspace, other, path, dict(renames or {}), without).run(any_scheme, dry_run)


@contextmanager
def _database(path: Path) -> Iterator[Path]:
    """Yield the database file that a path stands for."""
    if path.is_dir():
        yield path / DATABASE_IN_WORKSPACE
    elif path.suffix == ".zip" and path.is_file():
        with tempfile.TemporaryDirectory(prefix="annotator-") as folder:
            try:
                with zipfile.ZipFile(path) as archive:
                    (member,) = [n for n in archive.namelist() if n.endswith(DATABASE_IN_WORKSPACE)]
                    file = Path(folder) / "annotator.db"
                    file.write_bytes(archive.read(member))
            except (zipfile.BadZipFile, ValueError) as error:
                raise WorkflowError(f"{path}: no bundle", "`annotator bundle` makes one") from error
            yield file
    else:
        yield path


class _Merge:
    """One merge, step by step."""

    def __init__(
        self, workspace: Workspace, other: Store, path: Path, renames: dict[str, str], without: Collection[str]
    ) -> None:
        self.scheme: LabelScheme = workspace.scheme
        self.store = workspace.store
        self.other = other
        self.path = path
        self.renames = renames
        self.without = without
        self.digests = other.document_digests()
        self.report = MergeReport()
        self.conflicts: list[str] = []
        self.refused: set[str] = set()

    def run(self, any_scheme: bool, dry_run: bool) -> MergeReport:
        self._check_names()
        fits = self._check_scheme(any_scheme)
        layers = self._checked(layers_with_news(self.store, self.other))
        corpora = [layer for layer in layers if layer.name.name == CORPUS]
        others = [layer for layer in layers if layer.name.name != CORPUS]
        with self.store.trial(dry_run) as writer:
            for layer in corpora:
                self._take_corpus(writer, layer)
            for layer in others:
                self._take(writer, layer)
            for key in {name.document for name in self.report.events}:
                self._check_result(writer, key, fits=fits)
            if self.conflicts:
                raise MergeConflictError(self.path, sorted(set(self.conflicts)))
        return self.report

    def _check_names(self) -> None:
        known = self.digests.keys() | self.store.document_digests().keys()
        for key in self.without:
            if key not in known:
                raise WorkflowError(
                    f"--except {key}: there is no such document, neither here nor there", "name another"
                )

    def _check_scheme(self, any_scheme: bool) -> bool:
        """Compare the schemes; return whether that was enough to know that all work fits."""
        stamp = self.other.scheme()
        if stamp is None:
            return False
        differences = list(shape_differences(self.scheme.shape, json.loads(stamp.shape)))
        if differences and not any_scheme:
            self.conflicts += [f"label scheme: {difference}" for difference in differences]
            self.conflicts.append("label scheme: --any-scheme takes what fits the scheme here all the same")
        self.report.guidelines_differ = stamp.sha256 != self.scheme.sha256
        return not differences

    def _checked(self, layers: list[LayerInfo]) -> list[LayerInfo]:
        """Return the layers that are wanted; what is wrong with their history there is a conflict."""
        sound: list[LayerInfo] = []
        for layer in layers:
            if layer.name.document in self.without:
                continue
            broken = first_break(self.other.hashed_events(layer))
            if broken is None:
                sound.append(layer)
            else:
                self.conflicts.append(f"{layer.name}: {broken} there: run `annotator doctor` there")
                self.refused.add(layer.name.document)
        return sound

    def _take_corpus(self, writer: Writer, layer: LayerInfo) -> None:
        """Take over what a document is; two texts under one key are a conflict, unless one replaced the other."""
        key = layer.name.document
        here, there = writer.document_digest(key), self.digests.get(key)
        events = self.other.hashed_events(layer)
        ours = writer.layer_info(layer.name)
        related = ours is None or writer.knows(layer.head) or any(digest == ours.head for digest, _ in events)
        if here not in (None, there) and not related:
            self.conflicts.append(f"{key}: its text is another one there: rename one of them, or --except {key}")
            self.refused.add(key)
            return
        if here is None:
            self.report.documents.append(key)
        self._unite(writer, layer.name, events)

    def _take(self, writer: Writer, layer: LayerInfo) -> None:
        if layer.name.document in self.refused:
            return
        events = self.other.hashed_events(layer)
        try:
            self._unite(writer, layer.name, events)
        except ForkedLayerError as error:
            new = self.renames.get(layer.name.author) if layer.name.kind == "curator" else None
            if new is None:
                self.conflicts.append(self._explained(error, layer, writer))
                return
            name = LayerName(layer.name.document, f"curator:{new}")
            try:
                self._unite(writer, name, [(e.hash, e) for e in renamed([e for _, e in events], new)])
            except ForkedLayerError as again:
                self.conflicts.append(self._explained(again, layer, writer))
                return
            self.report.renamed.append(name)

    def _explained(self, error: ForkedLayerError, layer: LayerInfo, writer: Writer) -> str:
        ours = writer.layer_info(layer.name)
        until = f"here until {ours.changed_at}, there until {layer.changed_at}" if ours else ""
        author, key = layer.name.author, layer.name.document
        mend = f"--rename {author}={author}.2 takes theirs as another curator's, or " if author else ""
        return f"{error.message} ({until}): {mend}--except {key} leaves the document out"

    def _unite(self, writer: Writer, name: LayerName, events: list[tuple[str, Event]]) -> None:
        take_texts(writer, self.other, digests_in(event for _, event in events))
        count = writer.unite(name, events)
        if count:
            self.report.events[name] = count

    def _check_result(self, writer: Writer, key: str, *, fits: bool) -> None:
        """Look at what came of a document: all work must be about its text, and what came must fit the scheme."""
        digest = writer.document_digest(key)
        for layer in self.store.layers(document=key):
            if layer.name.kind not in ("curator", "gold") or layer.text is None:
                continue
            if layer.text != digest:
                mend = f"take the newer text in on both sides first (ingest --replace), or --except {key}"
                self.conflicts.append(f"{layer.name} is about a text that was replaced in the other place: {mend}")
            elif not fits and layer.name in self.report.events:
                self.conflicts += self._misfits(layer)

    def _misfits(self, layer: LayerInfo) -> list[str]:
        document = self.store.document(layer.name.document)
        assert document is not None
        problems = self.scheme.layer_problems(self.store.annotations(layer.id), document.sentences)
        return [f"{layer.name}: {problem}" for problem in problems]
