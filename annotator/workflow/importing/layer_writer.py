"""Writing incoming layers to the store; nobody's work is replaced unless the user asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import count
from typing import NamedTuple

from annotator.annotation import Verdict
from annotator.errors import WorkflowError
from annotator.history import GOLD, IMPORT, OVERRIDE, LayerName, Op, field_op
from annotator.store import Bulk, LayerInfo, ManyValues, Store, Writer
from annotator.workflow.importing.import_request import LayerCounts
from annotator.workflow.importing.normalized_layer import NormalizedLayer
from annotator.workflow.importing.records_together import RecordsTogether, layer_key, layer_of
from annotator.workflow.importing.stored_layer import StoredLayer, extras_of, is_same, with_ids
from annotator.workflow.layer_diff import (
    differences,
    extra_differences,
    orphaned_comments,
    ruling_differences,
    verdict_differences,
)
from annotator.workflow.visibility import Visibility

_EMPTY = StoredLayer()


class _Met(NamedTuple):
    """What a layer holds after the import, whether the import changed it, and whether it made it."""

    spans: int
    relations: int
    verdicts: int
    changed: bool
    is_ours: bool


class LayerWriter:
    """Writes the layers of one file; those that differ from the stored ones wait for the end of the file.

    A document's layer may come in several ``records`` (a row for each verdict, say), so whether the file says the same
    as the store is known only at its end; ``check`` looks at what several records say together.  With ``overwrite``
    layers that differ are replaced: the actor's own work and imports, suggestions, and gold if the actor leads.
    Somebody else's work is replaced only with ``override``; ``overridden`` counts such layers by name.
    ``before_replacing`` is called once, before the first replacement.  ``aside`` counts by kind the extras that were
    written.
    """

    def __init__(
        self,
        store: Store,
        writer: Writer,
        bulk: Bulk,
        form: str,
        actor: str,
        records: RecordsTogether,
        check: Callable[[LayerName, NormalizedLayer, str], None],
        *,
        overwrite: bool = False,
        override: bool = False,
        before_replacing: Callable[[], object] = lambda: None,
    ) -> None:
        self._store = store
        self._writer = writer
        self._bulk = bulk
        self._form = form
        self._actor = actor
        self._records = records
        self._check = check
        self._overwrite = overwrite
        self._override = override
        self._before_replacing = before_replacing
        self.overridden: Counter[str] = Counter()
        self.aside: Counter[str] = Counter()
        self._authors: ManyValues[str] = ManyValues()
        self._met: ManyValues[_Met] = ManyValues()
        self._waiting: ManyValues[tuple[NormalizedLayer, str]] = ManyValues(large=True)
        self._rejected: dict[LayerName, dict[str, Verdict]] = {}

    def take(
        self,
        name: LayerName,
        incoming: NormalizedLayer,
        digest: str,
        where: str,
        author: str | None = None,
        *,
        new_document: bool = False,
    ) -> None:
        """Write a layer on the text with this digest, leave it alone where it is stored, or keep it for the end.

        ``where`` is for messages, ``author`` whom the file names.  ``new_document`` says that this import added the
        document, so that nobody can have a layer on it.
        """
        if name.kind == "gold" and self._authors.setdefault(layer_key(name), author or "") != (author or ""):
            raise WorkflowError(
                f"{where}: {name} would be the work of two people",
                "import without --layer, so that each becomes a curator, then adjudicate",
            )
        if not self._records.is_first(name, where):
            incoming = self._together(name, incoming, where)
        elif new_document:
            self._bulk.add_layer(name, self._actor, IMPORT, self._ops(name, None, incoming, digest, _EMPTY))
            self._note(name, incoming, _EMPTY, changed=True, is_ours=True)
            return
        else:
            self._bulk.flush_and_wait()
        self._put(name, incoming, digest, where)

    def reject(self, name: LayerName, rejected: dict[str, Verdict], digest: str, where: str) -> None:
        """Hold what a record rejects, and so is no gold, against the other records of the text."""
        is_first = self._records.is_first(name, where)
        key = layer_key(name)
        if not is_first and (key in self._met or key in self._waiting):
            incoming = self._together(name, NormalizedLayer(verdicts=rejected, state="doing"), where)
            self._put(name, incoming, digest, where)
        self._rejected.setdefault(name, {}).update(rejected)

    def _together(self, name: LayerName, record: NormalizedLayer, where: str) -> NormalizedLayer:
        """Put a record together with what the ones before it said of a layer."""
        self._bulk.flush_and_wait()
        earlier = NormalizedLayer()
        key = layer_key(name)
        if (waiting := self._waiting.get(key)) is not None:
            earlier = waiting[0]
        elif (met := self._met.get(key)) is not None:
            info = self._writer.layer_info(name)
            assert info is not None
            earlier = StoredLayer.read(self._store, info.id).normalized(info)
            if not met.is_ours:  # what a curator or another format added since is none of the file's
                earlier = replace(earlier, verdicts={}, extras=extras_of(earlier.extras, self._form))
        if name.kind == GOLD:
            earlier = replace(earlier, verdicts=self._rejected.get(name, {}))
        together = self._records.together(name, earlier, record, where)
        if self._records.rule == "unite":
            self._check(name, together, f"{where}, together with {self._records.first_place(name)}")
        return replace(together, verdicts={}) if name.kind == GOLD else together

    def _put(self, name: LayerName, incoming: NormalizedLayer, digest: str, where: str) -> None:
        """Write what the file says of a layer so far, or let it wait."""
        info = self._writer.layer_info(name)
        key = layer_key(name)
        met = self._met.get(key)
        is_ours = met is not None and met.is_ours
        if info is None or (info.state is None and not is_ours and name.kind != "suggester"):
            self._write(name, info, incoming, digest, is_ours=True)
            return
        stored = StoredLayer.read(self._store, info.id)
        if is_ours:
            self._write(name, info, incoming, digest, stored)
            return
        existing = stored.normalized(info)
        if info.text == digest and is_same(incoming, existing, self._form):
            self._waiting.discard(key)
            self._note(name, existing, stored, changed=False)
            self._add_to(name, info, existing, incoming, digest, stored, where)
        else:
            self._waiting[key] = incoming, where

    def conclude(self) -> None:
        """Write the layers that differ from the stored ones; :class:`WorkflowError` where those may not be replaced."""
        many = len(self._waiting)
        if many and not self._overwrite:
            key, (_, where) = next(self._waiting.items())
            more = f" (and {many - 1} more)" if many > 1 else ""
            raise WorkflowError(
                f"{where}: {layer_of(key)} holds other work already{more}",
                "name another layer, or put this in its place with --replace (which can be undone)",
            )
        with closing(ManyValues[str]()) as actions:
            for key, (_, where) in self._waiting.items():
                actions[key] = self._action_on(layer_of(key), where)
            if many:
                self._before_replacing()
            for key, (incoming, _) in self._waiting.items():
                self._replace(layer_of(key), incoming, actions[key])

    def _replace(self, name: LayerName, incoming: NormalizedLayer, action: str) -> None:
        """Put a layer in the place of the stored one."""
        info = self._writer.layer_info(name)
        digest = self._writer.document_digest(name.document)
        assert info is not None
        assert digest is not None
        self._write(name, info, incoming, digest, StoredLayer.read(self._store, info.id), action)

    def counts(self) -> dict[str, LayerCounts]:
        """Count by name what the layers hold that the file is about, as they are now."""
        counts: dict[str, LayerCounts] = {}
        for key, met in self._met.items():
            total = counts.setdefault(layer_of(key).name, LayerCounts())
            total.documents += 1
            total.unchanged += not met.changed
            total.spans += met.spans
            total.relations += met.relations
            total.verdicts += met.verdicts
        return counts

    def close(self) -> None:
        """Forget the layers."""
        for kept in (self._authors, self._met, self._waiting):
            kept.close()

    def _note(
        self, name: LayerName, target: NormalizedLayer, stored: StoredLayer, *, changed: bool, is_ours: bool = False
    ) -> None:
        """Remember what a layer holds now, and count the extras that are new in it."""
        key = layer_key(name)
        before = self._met.get(key)
        verdicts = len(_verdicts(target, stored)) if target.verdicts or stored.verdicts else 0
        changed = changed or (before is not None and before.changed)
        is_ours = is_ours or (before is not None and before.is_ours)
        self._met[key] = _Met(len(target.spans), len(target.relations), verdicts, changed, is_ours)
        for extra_id, extra in target.extras.items():
            self.aside[extra.kind] += stored.extras.get(extra_id) != extra

    def _action_on(self, name: LayerName, where: str) -> str:
        """Choose the action under which history records a change; refuse to change somebody else's work."""
        info = self._writer.layer_info(name)
        assert info is not None
        others = self._store.actors(info.id) - {self._actor}
        if (
            name.kind == "suggester"
            or not others
            or (name.kind == GOLD and not Visibility(self._store, self._actor).curates)
        ):
            return IMPORT
        if not self._override:
            raise WorkflowError(
                f"{where}: {name} is the work of {' and '.join(sorted(others))}, not {self._actor}'s to replace",
                "import it into another layer; who leads may add --override, and history tells of it",
            )
        self.overridden[name.name] += 1
        return OVERRIDE

    def _add_to(
        self,
        name: LayerName,
        info: LayerInfo,
        existing: NormalizedLayer,
        incoming: NormalizedLayer,
        digest: str,
        stored: StoredLayer,
        where: str,
    ) -> None:
        """Add new verdicts and extras to a layer whose spans and relations are the same."""
        extras = {} if extras_of(existing.extras, self._form) else incoming.extras
        verdicts = {i: v for i, v in incoming.verdicts.items() if i not in stored.verdicts}
        if not extras and not verdicts:
            return
        target = replace(existing, verdicts={**existing.verdicts, **verdicts}, extras={**existing.extras, **extras})
        action = self._action_on(name, where) if verdicts else IMPORT  # extras are nobody's opinion
        self._write(name, info, target, digest, stored, action)

    def _write(
        self,
        name: LayerName,
        info: LayerInfo | None,
        target: NormalizedLayer,
        digest: str,
        stored: StoredLayer = _EMPTY,
        action: str = IMPORT,
        *,
        is_ours: bool = False,
    ) -> None:
        """Turn a layer into ``target`` by one event; ``is_ours`` where the import makes it."""
        ops = self._ops(name, info, target, digest, stored)
        if ops:
            self._writer.append(name, self._actor, action, ops)
        self._note(name, target, stored, changed=bool(ops), is_ours=is_ours)

    def _ops(
        self, name: LayerName, info: LayerInfo | None, target: NormalizedLayer, digest: str, stored: StoredLayer
    ) -> list[Op]:
        ids = stored.ids_by_content()
        if name.kind == "curator":
            seq = 1 if info is None else info.length + 1
            ids = {**_new_ids("s", seq, target.spans, ids), **_new_ids("r", seq, target.relations, ids)}
            target = with_ids(target, ids)
        changes = differences(stored.content, target.content)
        ops = [*_field_ops(name, info, target, digest), *changes]
        if changes and stored.rulings:  # other gold replaces what was decided here
            ops += ruling_differences(stored.rulings, {})
        if target.verdicts or stored.verdicts:
            ops += verdict_differences(stored.verdicts, _verdicts(target, stored))
        if target.extras or stored.extras:
            others = {i: e for i, e in stored.extras.items() if e.format != self._form}
            ops += extra_differences(stored.extras, {**others, **extras_of(target.extras, self._form)})
        return ops + orphaned_comments(stored.comments, target.content) if stored.comments else ops


def _verdicts(target: NormalizedLayer, stored: StoredLayer) -> dict[str, Verdict]:
    """The verdicts of a layer that becomes ``target``: those on items that stay are kept."""
    kept = {i: v for i, v in stored.verdicts.items() if v.item in target.spans or v.item in target.relations}
    return {**target.verdicts, **kept}


def _field_ops(name: LayerName, info: LayerInfo | None, target: NormalizedLayer, digest: str) -> list[Op]:
    wanted: dict[str, str | None] = {"text": digest}
    if name.kind != "suggester":
        wanted["state"] = "done" if name.kind == "gold" else target.state
    if name.kind == "gold":
        wanted["curators"] = ",".join(target.curators) or None
    ops = []
    for field, new in wanted.items():
        old = getattr(info, "own_state" if field == "state" else field, None)
        if old != new:
            ops.append(field_op(field, old, new))
    return ops


def _new_ids(prefix: str, seq: int, contents: Mapping[str, object], known: Mapping[str, str]) -> dict[str, str]:
    """Give ids to items by their content: the known ones, else new ones that are named after the event ``seq``."""
    ids: dict[str, str] = {}
    taken = set(known.values())
    new = (f"{prefix}{seq}" if number == 1 else f"{prefix}{seq}.{number}" for number in count(1))
    free = (new_id for new_id in new if new_id not in taken)
    for content in contents:
        ids[content] = known[content] if content in known else next(free)
    return ids
