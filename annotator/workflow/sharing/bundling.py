"""Bundles: a small workspace for one curator to take along, without anybody else's work."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from annotator.errors import WorkflowError
from annotator.files.whole import fresh_folder, place_folder, whole_file
from annotator.history import CORPUS, GOLD, text_digests
from annotator.store import LayerInfo, Store, layer_states, read_assignments, take_texts
from annotator.workflow.catalogs import Catalogs
from annotator.workflow.sharing.assignment import known_keys
from annotator.workflow.sharing.merging import DATABASE_IN_WORKSPACE
from annotator.workflow.workspace import LABELS, Workspace, scheme_stamp


@dataclass(frozen=True, slots=True)
class BundleReport:
    """How many documents went into a bundle, and how many of them blind: without their suggestions."""

    documents: int
    blind: int


def bundle(workspace: Workspace, curator: str, target: Path, keys: Sequence[str] = ()) -> BundleReport:
    """Write a workspace with one curator's documents (all that are theirs, when no keys are given).

    It holds the label scheme with its catalogs, the documents with their suggestions, and this curator's own layers; a
    ``.zip`` target becomes an archive.  The histories are those of this database, so that the bundle merges back.  It
    appears under its name only when it is whole.

    Raises :class:`WorkflowError` when nothing is theirs, or when the target is there already.
    """
    target = workspace.outputs().new(target)
    store = workspace.store
    try:
        with fresh_folder(target) as scratch:
            inside = scratch / (target.stem if target.suffix == ".zip" else target.name)
            inside.mkdir()
            with store.snapshot():
                blind = _blind(store, curator)
                wanted = _documents(store, curator, keys)
                shutil.copyfile(workspace.labels_path, inside / LABELS)
                _take_catalogs(workspace, Workspace(inside))
                with Store(inside / DATABASE_IN_WORKSPACE, scheme=lambda: scheme_stamp(workspace.scheme)) as copy:
                    _fill(store, copy, curator, wanted, blind)
                    copy.fold_log()
            if target.suffix == ".zip":
                with whole_file(target) as stream:
                    _pack(inside, stream)
            else:
                place_folder(inside, target)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WorkflowError(f"{target}: {reason}", "choose a place that you may write to") from error
    return BundleReport(len(wanted), sum(key in blind for key in wanted))


def _take_catalogs(workspace: Workspace, inside: Workspace) -> None:
    """Copy the catalogs that the label scheme names, as far as they are there."""
    catalogs = Catalogs(workspace)
    names = {attribute.catalog for attribute in workspace.scheme.attributes.values() if attribute.catalog is not None}
    for path in filter(None, map(catalogs.path, sorted(names))):
        inside.catalogs.mkdir(exist_ok=True)
        shutil.copyfile(path, inside.catalogs / path.name)


def _blind(store: Store, curator: str) -> set[str]:
    """The documents whose suggestions the curator is not to see, because they are not done with them."""
    return {one.document for one in read_assignments(store, curator) if one.blind and one.state != "done"}


def _documents(store: Store, curator: str, keys: Sequence[str]) -> list[str]:
    if keys:
        return known_keys(store, keys)
    theirs = {one.document for one in read_assignments(store, curator)} | layer_states(
        store, f"curator:{curator}"
    ).keys()
    if not theirs:
        raise WorkflowError(
            f"nothing is assigned to {curator!r}", "`annotator assign --curators …` does that, or name documents"
        )
    return sorted(theirs)


def _fill(store: Store, copy: Store, curator: str, keys: Sequence[str], blind: set[str]) -> None:
    with copy.write() as writer:
        writer.note_changes(event for _, event in store.scheme_events())
        writer.finish_carrying()
        for key in keys:
            layers = [layer for layer in store.layers(document=key) if _goes_along(layer, curator, key in blind)]
            for layer in sorted(layers, key=lambda layer: (layer.name.name != CORPUS, layer.name)):
                events = store.hashed_events(layer)
                take_texts(writer, store, text_digests(event for _, event in events))
                writer.merge_history(layer.name, events)


def _goes_along(layer: LayerInfo, curator: str, blind: bool) -> bool:
    name = layer.name
    if name.personal:
        return name.author == curator
    return name.name != GOLD and not (blind and name.kind == "suggester")


def _pack(folder: Path, archive: BinaryIO) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in (folder / DATABASE_IN_WORKSPACE, folder / LABELS, *sorted(Workspace(folder).catalogs.glob("*"))):
            packed.write(path, f"{folder.name}/{path.relative_to(folder).as_posix()}")
