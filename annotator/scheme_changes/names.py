"""What documents and curators are called now, and what history calls them for ever.

Every event is hashed over the *identity* of what it is about: the first name of a document and of each curator.
Whoever works sees present names; events are translated where they are written and read, so that a renaming changes no
event, and it does not matter whether work was done, or merged, before it or after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from annotator.errors import AnnotatorError
from annotator.history import Event, LayerName, LayerState, Op, Record, dumps_ops

Rename = Callable[[str], str]

_PERSONAL_IDS = frozenset({"assignment", "returned"})
"""The tables whose records have a curator's name as id."""
_NAMING = frozenset({"span", "relation", "ruling"})
"""The tables whose records may name a curator."""
_TAKEN_UP = re.compile(r"(.+):([0-9a-f]{16})")
"""What gold remembers of one curator's finished work: a word of its fingerprint."""


class RenamedError(AnnotatorError):
    """A name that something went by before it was renamed, and that is nobody's now."""


@dataclass(frozen=True)
class Names:
    """The present names of all documents and curators that were renamed, by their identities."""

    documents: Mapping[str, str] = field(default_factory=dict)
    curators: Mapping[str, str] = field(default_factory=dict)

    @property
    def unchanged(self) -> bool:
        """Whether everything is called what it always was."""
        return not self.documents and not self.curators

    @property
    def ambiguous(self) -> bool:
        """Whether two things were given one name, which annotator never does."""
        return any(len(set(names.values())) < len(names) for names in (self.documents, self.curators))

    @cached_property
    def _identities(self) -> tuple[dict[str, str], dict[str, str]]:
        one, other = ({name: identity for identity, name in m.items()} for m in (self.documents, self.curators))
        return one, other

    def document(self, identity: str) -> str:
        """What a document is called now."""
        return self.documents.get(identity, identity)

    def curator(self, identity: str) -> str:
        """What a curator is called now."""
        return self.curators.get(identity, identity)

    def document_identity(self, key: str) -> str:
        """What history calls a document; :class:`RenamedError` for a name that it no longer goes by."""
        identity = self._identities[0].get(key)
        if identity is None and key in self.documents:
            new = self.documents[key]
            raise RenamedError(f"the document {key!r} is called {new!r} here", "use that name, or another new one")
        return identity or key

    def curator_identity(self, name: str) -> str:
        """What history calls a curator; :class:`RenamedError` for a name that they no longer go by."""
        identity = self._identities[1].get(name)
        if identity is None and name in self.curators:
            new = self.curators[name]
            raise RenamedError(f"{name} is called {new} here", f"work as {new}, or under another new name")
        return identity or name

    def actor_identity(self, name: str) -> str:
        """What history calls whoever takes a step; one may go on under one's old name where no layer is one's own."""
        return self._identities[1].get(name, name)

    def present_key(self, key: str) -> str:
        """The key of the document that somebody means who calls it by its present or, if nothing is, its first name."""
        return key if key in self._identities[0] else self.document(key)

    def present_curator(self, name: str) -> str:
        """What somebody is called now who goes by their present or, if nobody does, by their first name."""
        return name if name in self._identities[1] else self.curator(name)

    def layer(self, identity: LayerName) -> LayerName:
        """What a layer is called now."""
        return self._layer(identity, self.document, self.curator)

    def layer_identity(self, name: LayerName) -> LayerName:
        """What history calls a layer; :class:`RenamedError` for a name that is no longer in use."""
        return self._layer(name, self.document_identity, self.curator_identity)

    def _layer(self, name: LayerName, document: Rename, curator: Rename) -> LayerName:
        if self.unchanged:
            return name
        own = f"{name.name.partition(':')[0]}:{curator(name.author)}" if name.personal else name.name
        return LayerName(document(name.document), own)

    def ops(self, ops: Sequence[Op]) -> Sequence[Op]:
        """Ops of history in the names of now."""
        if self.unchanged:
            return ops
        return [self._op(op, self.document, self.curator, self.curator) for op in ops]

    def op_identities(self, ops: Sequence[Op]) -> Sequence[Op]:
        """Ops as history has them; :class:`RenamedError` where they are about a name that is no longer in use."""
        if self.unchanged:
            return ops
        return [self._op(op, self.document_identity, self.curator_identity, self.actor_identity) for op in ops]

    def state(self, state: LayerState) -> LayerState:
        """A folded history in the names of now."""
        if self.unchanged:
            return state
        ops = self.ops([Op(*key, None, record) for key, record in state.items()])
        return {(op.table, op.id): op.now for op in ops if op.now is not None}

    def event(self, event: Event) -> Event:
        """An event to be read by people and to be taken back: in the names of now, so that its digest is another."""
        if self.unchanged:
            return event
        ops = dumps_ops(self.ops(event.decode_ops()))
        return replace(event, layer=self.layer(event.layer), actor=self.curator(event.actor), ops=ops)

    def _op(self, op: Op, document: Rename, curator: Rename, mentioned: Rename) -> Op:
        record_id = op.id
        if op.table == "document":
            record_id = document(op.id)
        elif op.table in _PERSONAL_IDS:
            record_id = curator(op.id)
        was, now = (None if record is None else _renamed(op, record, mentioned) for record in (op.was, op.now))
        return Op(op.table, record_id, was, now)


def _renamed(op: Op, record: Record, curator: Rename) -> Record:
    """A record with the curators that it names under other names."""
    changed: dict[str, Any] = {}
    if op.table in _NAMING and record.get("curator"):
        changed["curator"] = curator(record["curator"])
    if op.table == "ruling":
        changed["versions"] = {curator(name): version for name, version in record["versions"].items()}
    if op.table == "layer" and op.id == "curators":
        changed["value"] = renamed_curators(record["value"], curator)
    if op.table == "layer" and op.id == "fingerprint":
        changed["value"] = renamed_fingerprint(record["value"], curator)
    return {**record, **changed} if changed else record


def renamed_curators(value: str, curator: Rename) -> str:
    """The curators whose work gold settles, under other names."""
    return ",".join(sorted(map(curator, value.split(","))))


def renamed_fingerprint(value: str, curator: Rename) -> str:
    """What gold remembers of finished work, under other names."""
    words = [_TAKEN_UP.fullmatch(word) for word in value.split(" ")]
    known = [(curator(word[1]), word[2]) for word in words if word is not None]
    return " ".join(f"{name}:{head}" for name, head in sorted(known)) if len(known) == len(words) else value
