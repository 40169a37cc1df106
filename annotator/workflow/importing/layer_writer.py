"""Which layer an author's work goes to, and writing it there: nobody's layer is overwritten unasked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import cast

from annotator.annotation import Annotations, Comment, Extra, Relation, Ruling, Span, Verdict, item_record
from annotator.errors import WorkflowError
from annotator.formats.protocol import ForeignLayer, WorkState
from annotator.history import (
    GOLD,
    IMPORT,
    OVERRIDE,
    SUGGESTIONS,
    LayerName,
    Op,
    curator_layer,
    dumps,
    field_op,
)
from annotator.names import person_problem
from annotator.store import Bulk, LayerInfo, Store, Writer
from annotator.workflow.arguments import exchanged_layer_problem
from annotator.workflow.importing.normalized_layer import NormalizedLayer
from annotator.workflow.layer_diff import (
    differences,
    orphaned_comments,
    replaced,
    ruling_differences,
    verdict_differences,
)
from annotator.workflow.visibility import Visibility

_NAME_LENGTH = 64


class LayerNames:
    """Gives each foreign layer the name that it has here.

    ``requested`` is what the user asked for, ``stem`` names suggestions whose model the file does not name.
    """

    def __init__(self, requested: str | None, stem: str) -> None:
        self._requested = requested or ""
        self._stem = stem
        self._authors: set[str] = set()
        self._people: dict[str, str] = {}

    def name(self, foreign: ForeignLayer, where: str) -> str:
        """Return the layer's name; :class:`WorkflowError` where neither the file nor the request gives one."""
        kind, _, named = self._requested.partition(":")
        if foreign.suggested or kind == SUGGESTIONS or (not kind and foreign.layer == SUGGESTIONS):
            return (
                f"{SUGGESTIONS}:{person_name(named if kind == SUGGESTIONS and named else foreign.author or self._stem)}"
            )
        self._check_names(foreign, where)
        if kind == "curator":
            self._check_one_author(foreign, where)
        if kind or foreign.layer:
            return self._requested or foreign.layer or ""
        if foreign.author is None:
            raise WorkflowError(
                f"{where}: the file does not say whose work it is", "say it with --layer curator:NAME, or --layer gold"
            )
        return curator_layer(self._person(foreign.author, where))

    def _check_names(self, foreign: ForeignLayer, where: str) -> None:
        """Refuse what a file may not call a layer or a curator."""
        problem = exchanged_layer_problem(foreign.layer) if foreign.layer and not self._requested else None
        if problem is not None:
            raise WorkflowError(
                f"{where}: the file names a layer {foreign.layer!r}{problem}",
                "say whose work it is with --layer curator:NAME, or --layer gold",
            )
        for name in foreign.curators:
            if person_problem(name):
                raise WorkflowError(
                    f"{where}: {name!r} cannot be a curator's name: it {person_problem(name)}",
                    "correct the curators in the file",
                )

    def _person(self, author: str, where: str) -> str:
        """Return the curator that an author becomes; two of them never become one."""
        name = person_name(author)
        other = self._people.setdefault(name, author)
        if other != author:
            raise WorkflowError(
                f"{where}: {other!r} and {author!r} would both be the curator {name}", "rename one of them in the file"
            )
        return name

    def _check_one_author(self, foreign: ForeignLayer, where: str) -> None:
        if foreign.author is not None:
            self._authors.add(foreign.author)
        if len(self._authors) > 1:
            raise WorkflowError(
                f"{where}: the file holds the work of {' and '.join(sorted(self._authors))}",
                "leave --layer out, and each becomes a curator",
            )


def person_name(name: str) -> str:
    """Return a name as curators may have it: letters, digits and ``. _ - @``."""
    found = "".join(c if c.isalnum() or c in "._-@" else "-" for c in name)[:_NAME_LENGTH]
    return "unknown" if person_problem(found) else found


@dataclass(frozen=True, slots=True)
class _Stored:
    """A layer as it stands in the store."""

    content: Annotations
    verdicts: Mapping[str, Verdict]
    extras: Mapping[str, Extra]
    comments: Mapping[str, Comment]
    rulings: Mapping[str, Ruling] = field(default_factory=dict)

    def named(self) -> dict[str, str]:
        """Return the ids that items have in the store, by their content."""
        spans, relations = self.content.spans.values(), self.content.relations.values()
        ids = {str(span.key): span.id for span in spans}
        return ids | {str(self.content.relation_key(relation)): relation.id for relation in relations}

    def incoming(self, info: LayerInfo) -> NormalizedLayer:
        """Return the same under ids of content."""
        contents = {identity: content for content, identity in self.named().items()}
        found = _renamed(NormalizedLayer(dict(self.content.spans), dict(self.content.relations)), contents)
        found.verdicts = {i: d for i, d in self.verdicts.items() if d.item is None}
        found.extras = dict(self.extras)
        found.rename_refs(contents)
        found.state = cast("WorkState", info.state or "done")
        found.curators = tuple(info.curators.split(",")) if info.curators else ()
        return found


_NOTHING = _Stored(Annotations(), {}, {}, {})


class LayerWriter:
    """Writes incoming layers; those that differ from what is there wait for the end of the file.

    One document's layer may come in several records (a row for each verdict, say), so only at the end is it known
    whether what came is what is there.  With ``overwrite`` those that differ are replaced: what the actor did or
    imported themselves, suggestions, and gold if they lead; what somebody else did only with ``override``, which
    ``overridden`` counts by layer.  ``before_replacing`` is called once, before any of them is.
    """

    def __init__(
        self,
        store: Store,
        writer: Writer,
        bulk: Bulk,
        form: str,
        actor: str,
        overwrite: bool,
        *,
        override: bool = False,
        before_replacing: Callable[[], object] = lambda: None,
    ) -> None:
        self._store = store
        self._writer = writer
        self._bulk = bulk
        self._form = form
        self._actor = actor
        self._overwrite = overwrite
        self._override = override
        self._before_replacing = before_replacing
        self.overridden: Counter[str] = Counter()
        self._authors: dict[LayerName, str | None] = {}
        self._written: set[LayerName] = set()
        self._same: set[LayerName] = set()
        self._waiting: dict[LayerName, tuple[NormalizedLayer, str]] = {}

    def take(
        self,
        name: LayerName,
        incoming: NormalizedLayer,
        text: str,
        where: str,
        author: str | None = None,
        *,
        fresh: bool = False,
    ) -> NormalizedLayer | None:
        """Take a layer about the text with this digest; return what it adds, ``None`` when it is there already.

        ``fresh`` says that the document is as new as the import, so that nobody can have a layer on it.
        """
        if name.kind == "gold" and self._authors.setdefault(name, author) != author:
            raise WorkflowError(
                f"{where}: {name} would be the work of two people",
                "import without --layer, so that each becomes a curator, then adjudicate",
            )
        if fresh and name not in self._written:
            self._bulk.add_layer(name, self._actor, IMPORT, self._ops(name, None, incoming, text, _NOTHING))
            self._written.add(name)
            return incoming
        self._bulk.flush_and_wait()
        if name in self._waiting:
            incoming = self._waiting[name][0].united(incoming)
        info = self._writer.layer_info(name)
        if info is None or (info.state is None and name not in self._written and name.kind != "suggester"):
            self._write(name, info, incoming, text)
            self._written.add(name)
            return incoming
        assert info is not None
        stored = self._stored(info)
        existing = stored.incoming(info)
        if name in self._written:
            self._write(name, info, existing.united(incoming), text, stored)
            return incoming
        if info.text == text and name in self._same and _is_part_of(incoming, existing, self._form):
            return None
        if info.text == text and _is_said_by(incoming, existing, self._form):
            self._waiting.pop(name, None)
            self._same.add(name)
            return self._add_what_is_new(name, info, existing, incoming, text, stored, where)
        self._waiting[name] = incoming, where
        return incoming

    def conclude(self) -> None:
        """Write the layers that differ from what was there, or refuse them."""
        if self._waiting and not self._overwrite:
            name, (_, where) = next(iter(self._waiting.items()))
            more = f" (and {len(self._waiting) - 1} more)" if len(self._waiting) > 1 else ""
            raise WorkflowError(
                f"{where}: {name} holds other work already{more}",
                "name another layer, or put this in its place with --replace (which can be undone)",
            )
        actions = {name: self._action_on(name, where) for name, (_, where) in self._waiting.items()}
        if actions:
            self._before_replacing()
        for name, (incoming, _) in self._waiting.items():
            info = self._writer.layer_info(name)
            digest = self._writer.document_digest(name.document)
            assert info is not None
            assert digest is not None
            self._write(name, info, incoming, digest, self._stored(info), actions[name])

    def _action_on(self, name: LayerName, where: str) -> str:
        """Return how history calls a change of a layer; refuse one of what somebody else did."""
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

    def _stored(self, info: LayerInfo) -> _Stored:
        store = self._store
        return _Stored(
            store.annotations(info.id),
            store.verdicts(info.id),
            store.extras(info.id),
            store.comments(info.id),
            store.rulings(info.id),
        )

    def _add_what_is_new(
        self,
        name: LayerName,
        info: LayerInfo,
        existing: NormalizedLayer,
        incoming: NormalizedLayer,
        text: str,
        stored: _Stored,
        where: str,
    ) -> NormalizedLayer | None:
        """Add verdicts and extras to a layer whose spans and relations are the same."""
        extras = {} if _of(existing.extras, self._form) else incoming.extras
        verdicts = {i: d for i, d in incoming.verdicts.items() if i not in stored.verdicts}
        if not extras and not verdicts:
            return None
        target = replace(existing, verdicts={**existing.verdicts, **verdicts}, extras={**existing.extras, **extras})
        action = self._action_on(name, where) if verdicts else IMPORT  # extras are nobody's opinion
        self._write(name, info, target, text, stored, action)
        return NormalizedLayer(verdicts=verdicts, extras=extras)

    def _write(
        self,
        name: LayerName,
        info: LayerInfo | None,
        target: NormalizedLayer,
        text: str,
        stored: _Stored = _NOTHING,
        action: str = IMPORT,
    ) -> None:
        """Turn a layer into ``target``, as one event."""
        ops = self._ops(name, info, target, text, stored)
        if ops:
            self._writer.append(name, self._actor, action, ops)

    def _ops(
        self, name: LayerName, info: LayerInfo | None, target: NormalizedLayer, text: str, stored: _Stored
    ) -> list[Op]:
        ids = stored.named()
        if name.kind == "curator":
            seq = 1 if info is None else info.length + 1
            ids = {**_new_ids("s", seq, target.spans, ids), **_new_ids("r", seq, target.relations, ids)}
            target = _renamed(target, ids)
        changes = differences(stored.content, target.content)
        ops = [*_field_ops(name, info, target, text), *changes]
        if changes and stored.rulings:  # other gold in place of what was decided here
            ops += ruling_differences(stored.rulings, {})
        if target.verdicts or stored.verdicts:
            kept = {i: d for i, d in stored.verdicts.items() if d.item in target.spans or d.item in target.relations}
            ops += verdict_differences(stored.verdicts, {**target.verdicts, **kept})
        if target.extras or stored.extras:
            others = {i: e for i, e in stored.extras.items() if e.format != self._form}
            gone, come = replaced("extra", stored.extras, {**others, **_of(target.extras, self._form)})
            ops += gone + come
        return ops + orphaned_comments(stored.comments, target.content) if stored.comments else ops


def _field_ops(name: LayerName, info: LayerInfo | None, target: NormalizedLayer, text: str) -> list[Op]:
    wanted: dict[str, str | None] = {"text": text}
    if name.kind != "suggester":
        wanted["state"] = "done" if name.kind == "gold" else target.state
    if name.kind == "gold":
        wanted["curators"] = ",".join(target.curators) or None
    ops = []
    for column, new in wanted.items():
        old = getattr(info, column, None)
        if old != new:
            ops.append(field_op(column, old, new))
    return ops


def _new_ids(prefix: str, seq: int, contents: Mapping[str, object], known: Mapping[str, str]) -> dict[str, str]:
    """Return the ids of items by their content: those they have, else new ones as the event ``seq`` makes them."""
    ids: dict[str, str] = {}
    taken = set(known.values())
    new = (f"{prefix}{seq}" if number == 1 else f"{prefix}{seq}.{number}" for number in count(1))
    free = (identity for identity in new if identity not in taken)
    for content in contents:
        ids[content] = known[content] if content in known else next(free)
    return ids


def _renamed(layer: NormalizedLayer, ids: Mapping[str, str]) -> NormalizedLayer:
    """Return a layer under other ids, its extras following."""
    spans = {
        ids[i]: Span(ids[i], s.start, s.end, s.label, s.origin, s.source, s.score, s.curator)
        for i, s in layer.spans.items()
    }
    relations = {
        ids[i]: Relation(ids[i], ids[r.head], ids[r.child], r.label, r.origin, r.source, r.score, r.curator)
        for i, r in layer.relations.items()
    }
    found = replace(layer, spans=spans, relations=relations, extras=dict(layer.extras))
    found.rename_refs(ids)
    return found


def _of(extras: Mapping[str, Extra], form: str) -> dict[str, Extra]:
    return {i: extra for i, extra in extras.items() if extra.format == form}


def _is_said_by(incoming: NormalizedLayer, existing: NormalizedLayer, form: str) -> bool:
    """Return whether a layer says the same already, whoever first said it and how."""
    kept = _of(existing.extras, form)
    return (
        incoming.spans.keys() == existing.spans.keys()
        and incoming.relations.keys() == existing.relations.keys()
        and (not kept or _comparable(kept) == _comparable(incoming.extras))
        and _agree(incoming.verdicts, existing.verdicts)
    )


def _is_part_of(incoming: NormalizedLayer, existing: NormalizedLayer, form: str) -> bool:
    """Return whether one of several records of a layer says nothing that the layer does not say."""
    return (
        incoming.spans.keys() <= existing.spans.keys()
        and incoming.relations.keys() <= existing.relations.keys()
        and _comparable(incoming.extras) <= _comparable(_of(existing.extras, form))
        and incoming.verdicts.keys() <= existing.verdicts.keys()
        and _agree(incoming.verdicts, existing.verdicts)
    )


def _agree(incoming: Mapping[str, Verdict], existing: Mapping[str, Verdict]) -> bool:
    return all(existing[i].verdict == decision.verdict for i, decision in incoming.items() if i in existing)


def _comparable(extras: Mapping[str, Extra]) -> set[str]:
    """Return what extras say, apart from their ids; those that others refer to keep theirs there."""
    return {dumps(item_record(extra)) for extra in extras.values()}
