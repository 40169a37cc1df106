"""The catalogs of a workspace: files in its folder ``catalogs``, which are searched by an index of each."""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from annotator.catalogs import BETWEEN, FIELDS, SUFFIXES, CatalogEntry, CatalogReader, RowProblem, catalog_name_problem
from annotator.errors import AnnotatorError, InputError, WorkflowError
from annotator.files.one_at_a_time import one_at_a_time
from annotator.files.whole import name_errors, whole_file
from annotator.inputs import open_file
from annotator.labels import LabelScheme
from annotator.store.catalogs import CatalogFile, CatalogIndex
from annotator.wording import did_you_mean
from annotator.workflow.workspace import Workspace

_COPIED = 1 << 20
_LARGEST = 4 << 30


@dataclass(slots=True)
class AddReport:
    """What adding a file to a catalog did: how many entries are new, were changed, or were there just so.

    ``left_out`` are the first rows of the file that are no entries, of ``problems``; ``others`` the columns that
    catalogs do not have.
    """

    path: Path
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: int = 0
    left_out: list[RowProblem] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


class Catalogs:
    """Opens the catalogs of a workspace by their names; each index stays open until :meth:`close`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._open: dict[str, CatalogIndex] = {}

    def names(self) -> list[str]:
        """The names of all catalogs, in order."""
        if not self._workspace.catalogs.is_dir():
            return []
        found = (
            path
            for path in self._workspace.catalogs.iterdir()
            if path.suffix in SUFFIXES and not path.name.startswith(".")
        )
        return sorted({path.stem for path in found})

    def path(self, name: str) -> Path | None:
        """The file of a catalog; ``None`` where there is none.

        Raises :class:`WorkflowError` where two have its name.
        """
        problem = catalog_name_problem(name)
        if problem is not None:
            raise WorkflowError(f"no catalog can be called {name[:80]!r}: it {problem}", "choose another name")
        paths = (self._workspace.catalogs / f"{name}{suffix}" for suffix in SUFFIXES)
        found = [path for path in paths if os.path.lexists(path)]
        if len(found) > 1:
            raise WorkflowError(f"{found[0]} and {found[1].name}: both are the catalog {name}", "remove one of them")
        return found[0] if found else None

    def open(self, name: str) -> CatalogIndex:
        """Open the index of a catalog, made first where its file is new or was changed.

        Raises :class:`WorkflowError` where there is no such catalog, and what reading its file raises.
        """
        path = self.path(name)
        if path is None:
            raise self._missing(name)
        index = self._open.get(name)
        with _explained(path):
            if index is not None and self._is_of(index, name, path):
                return index
            self._let_go(name)
            index = CatalogIndex.open(self._index_path(name))
            if index is not None and not self._is_of(index, name, path):
                index.close()
                index = None
            if index is None:
                index = self._made(name, path)
        self._open[name] = index
        return index

    def close(self) -> None:
        """Close all that are open."""
        for name in list(self._open):
            self._let_go(name)

    def add(self, name: str, file: Path) -> AddReport:
        """Add the entries of a file to a catalog, which is made where there is none; one of an id there replaces it.

        A new catalog is a copy of what the file has of entries.  Raises :class:`WorkflowError` where the file has no
        entry, or the catalog has rows or columns that would be lost, :class:`LockedError` where somebody else keeps
        adding, and what reading the file raises.
        """
        with _explained(file), one_at_a_time(self._workspace.root):
            present = self.path(name)
            return self._new(name, file) if present is None else self._merged(name, present, file)

    def _new(self, name: str, file: Path) -> AddReport:
        """Index a file, then copy it, as far as it is entries."""
        target = self._workspace.catalogs / f"{name}{file.suffix.lower()}"
        with closing(self._made(name, file)) as index:
            _refuse_empty(index, file)
            report = _report(target, index)
            report.added = index.entries
            with name_errors(target), whole_file(target) as copy:
                if index.problem_count or index.others:
                    _write(index.all_entries(), target.suffix, copy)
                else:
                    with open_file(file) as source:
                        shutil.copyfileobj(source, copy, _COPIED)
        self._prepare(name)
        return report

    def _prepare(self, name: str) -> None:
        """Bring the index up to date, or leave that to whoever opens the catalog next."""
        with suppress(AnnotatorError):
            self.open(name)

    def _merged(self, name: str, present: Path, file: Path) -> AddReport:
        """Write the catalog anew, in order, with the entries of a file in their places or at the end.

        Where a link stands in its place, the file that it leads to is written.
        """
        before = present.stat()
        former = self.open(name)
        if former.problem_count or former.others:
            lost = "rows" if former.problem_count else "columns"
            raise WorkflowError(
                f"{present}: has {lost} that a catalog does not have, and would lose them",
                "`annotator catalog` tells which; mend the file first",
            )
        with closing(CatalogIndex.build(None, _file(file), CatalogReader(file))) as index:
            _refuse_empty(index, file)
            report = _report(present, index)
            merged = _united(former, index, report)
            with name_errors(present), whole_file(present.resolve()) as stream:
                _write(merged, present.suffix, stream)
                if _state(before) != _state(present.stat()):
                    raise WorkflowError(f"{present}: was changed meanwhile", "nothing was written there; try again")
        self._prepare(name)
        return report

    def _missing(self, name: str) -> WorkflowError:
        hint = did_you_mean(name, self.names()) or "`annotator catalog add NAME FILE` makes one"
        return WorkflowError(f"no catalog {name!r} in {self._workspace.catalogs}", hint.strip(" ,;:"))

    def _index_path(self, name: str) -> Path:
        return self._workspace.database_path.parent / "catalogs" / f"{name}.db"

    def _made(self, name: str, file: Path) -> CatalogIndex:
        """Index a file as a catalog's; where one may not write, in an index that vanishes."""
        place = self._index_path(name)
        above = next(folder for folder in place.parents if folder.exists())
        return CatalogIndex.build(place if os.access(above, os.W_OK) else None, _file(file), CatalogReader(file))

    def _is_of(self, index: CatalogIndex, name: str, file: Path) -> bool:
        """Whether an index is that of the file as it is: of its size and time, else of its content."""
        size, changed, _ = _state(file.stat())
        place = self._index_path(name)
        if index.size != size:
            return False
        if place.exists() and place.stat().st_mtime_ns == changed:
            return True
        if index.digest != _file(file).digest:
            return False
        with suppress(OSError):
            os.utime(place, ns=(changed, changed))
        return True

    def _let_go(self, name: str) -> None:
        if name in self._open:
            self._open.pop(name).close()


def described(catalogs: Catalogs, scheme: LabelScheme) -> list[dict[str, Any]]:
    """Describe each catalog that there is or that the scheme names, as JSON values.

    ``problem`` is why it cannot be used (empty: it can), ``left_out`` the first of its rows that are no entries.
    """
    users: dict[str, list[str]] = {name: [] for name in catalogs.names()}
    for attribute in scheme.attributes.values():
        if attribute.catalog is not None:
            users.setdefault(attribute.catalog, []).append(attribute.name)
    return [{"name": name, **_description(catalogs, name), "attributes": users[name]} for name in sorted(users)]


def _description(catalogs: Catalogs, name: str) -> dict[str, Any]:
    description: dict[str, Any] = {"entries": 0, "problems": 0, "left_out": [], "file": None, "problem": ""}
    try:
        file = catalogs.path(name)
        description["file"] = None if file is None else str(file)
        index = catalogs.open(name)
    except AnnotatorError as error:
        return description | {"problem": str(error)}
    left_out = [{"line": line, "problem": what} for line, what in index.problems()]
    return description | {"entries": index.entries, "problems": index.problem_count, "left_out": left_out}


def _united(former: CatalogIndex, added: CatalogIndex, report: AddReport) -> Iterator[CatalogEntry]:
    for entry in former.all_entries():
        now = added.entry(entry.id)
        if now == entry:
            report.unchanged += 1
        elif now is not None:
            report.changed += 1
        yield now or entry
    for entry in added.all_entries():
        if former.entry(entry.id) is None:
            report.added += 1
            yield entry


def _write(entries: Iterable[CatalogEntry], suffix: str, stream: BinaryIO) -> None:
    if suffix == ".jsonl":
        stream.writelines(msgspec.json.encode(entry.record()) + b"\n" for entry in entries)
        return
    lines = TextIOWrapper(stream, encoding="utf-8", newline="")
    rows = csv.writer(lines, lineterminator="\n")
    rows.writerow(FIELDS)
    for entry in entries:
        rows.writerow((entry.id, entry.name, BETWEEN.join(entry.aliases), entry.type, entry.description))
    lines.detach()


def _report(path: Path, index: CatalogIndex) -> AddReport:
    return AddReport(path, problems=index.problem_count, left_out=index.problems(), others=index.others)


def _refuse_empty(index: CatalogIndex, file: Path) -> None:
    if not index.entries:
        why = next((f"line {one.line}: {one.what}" for one in index.problems()), "it has no rows")
        raise WorkflowError(f"{file}: has no entry of a catalog ({why})", f"rows have {', '.join(FIELDS)}")


def _file(path: Path) -> CatalogFile:
    """A file as it is; raises :class:`InputError` for a pipe or a device, and for one that is too large."""
    with open_file(path) as stream:
        size, changed, _ = _state(os.fstat(stream.fileno()))
        if size > _LARGEST:
            raise InputError(f"{path}: larger than {_LARGEST >> 30} GB", "check that it is the right file")
        return CatalogFile(size, changed, hashlib.file_digest(stream, "sha256").hexdigest())


def _state(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what the file system complains of into a sentence for the user."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        where = error.filename if isinstance(error.filename, (str, Path)) else path
        raise WorkflowError(f"{where}: {reason}", "check the file, and the folder's rights") from error
