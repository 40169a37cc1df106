"""Seals: a list of where every history ends, to be kept or signed elsewhere, and a database held against it.

Each event's hash covers the one before it, so whoever has the last hash of a history can tell whether anything before
it was changed or is missing.  Whoever only has the database cannot, because all hashes can be computed anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from annotator.errors import StoreError, WorkflowError
from annotator.history import Event, LayerName
from annotator.records import Digest
from annotator.scheme_changes import SchemeEvent
from annotator.store import LayerInfo, Store, first_break, scheme_problem
from annotator.store.foreign import ForeignDatabase
from annotator.text import text_sha256
from annotator.workflow.sharing.signatures import check, signature_path

SCHEMA = "annotator.seal/1"
LARGEST = 1 << 30
"""Bytes of a seal: some five million layers."""

_HINT = "give a file that `annotator seal` wrote"


class SealedLayer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A layer's history: how many events it had, and by hash the numbers of those that no other goes on from.

    That is one event, or several where databases carried the layer on apart.
    """

    document: str
    layer: str
    events: Annotated[int, Meta(ge=1)]
    heads: Annotated[dict[Digest, Annotated[int, Meta(ge=1)]], Meta(min_length=1)]

    @property
    def name(self) -> LayerName:
        """Whose history it is."""
        return LayerName(self.document, self.layer)


class Seal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a database held at some time: all histories by their ends, all texts by their digests.

    ``changes`` are the changes of the labels by their digests; a seal without any does not mention them.
    """

    schema: str
    at: str
    layers: list[SealedLayer]
    texts: list[Digest]
    changes: list[Digest] = []

    @property
    def events(self) -> int:
        """How many events are sealed."""
        return sum(layer.events for layer in self.layers)


class Contents(NamedTuple):
    """What a seal is held against, here or elsewhere; layers are called what they first were."""

    layers: list[LayerInfo]
    changes: list[tuple[str, SchemeEvent]]
    events: Callable[[LayerInfo], list[tuple[str, Event]]]
    text: Callable[[str], str | None]

    @classmethod
    def of(cls, database: Store | ForeignDatabase) -> Contents:
        """The contents of a database."""
        if isinstance(database, Store):
            present = {layer.id: layer for layer in database.layers(removed=True)}
            names = database.names
            layers = [replace(layer, name=names.layer_identity(layer.name)) for layer in present.values()]
            changes = database.scheme_events()
            return cls(layers, changes, lambda layer: database.hashed_events(present[layer.id]), database.text)
        return cls(database.layers(), database.scheme_events(), database.events, database.text)


def make_seal(store: Store) -> bytes:
    """The seal of a database as it stands, a line for each layer and each text.

    Raises :class:`StoreError` where a history or a text is not what its hashes say: that is nothing to be sealed.
    """
    with store.snapshot():
        contents = Contents.of(store)
        layers = [_sealed(contents, layer) for layer in contents.layers if layer.length]
        texts = [row[0] for row in store.rows("SELECT sha256 FROM text ORDER BY sha256")]
        for digest in texts:
            if text_sha256(contents.text(digest) or "") != digest:
                raise StoreError(f"text {digest[:12]} is not what its digest says", "run `annotator doctor`")
        problem = scheme_problem(contents.changes)
        if problem is not None:
            raise StoreError(f"label scheme: {problem}", "run `annotator doctor`")
    opening = msgspec.json.encode({"schema": SCHEMA, "at": store.clock()})[:-1]
    changes = sorted(digest for digest, _ in contents.changes)
    parts = [opening, b',"layers":[\n', _lines(layers), b'\n],"texts":[\n', _lines(texts), b"\n]"]
    if changes:
        parts += [b',"changes":[\n', _lines(changes), b"\n]"]
    return b"".join((*parts, b"}\n"))


def _lines(values: list[SealedLayer] | list[str]) -> bytes:
    return b",\n".join(map(msgspec.json.encode, values))


def _sealed(contents: Contents, layer: LayerInfo) -> SealedLayer:
    events = contents.events(layer)
    broken = first_break(events)
    if broken is not None:
        raise StoreError(f"{layer.name}: {broken}", "run `annotator doctor`")
    gone_on_from = {event.prev for _, event in events}
    heads = {digest: event.seq for digest, event in events if digest not in gone_on_from}
    return SealedLayer(*layer.name, len(events), heads)


def read_seal(data: bytes, name: str) -> Seal:
    """The seal that a file holds; :class:`WorkflowError` when it holds none."""
    try:
        seal = msgspec.json.decode(data, type=Seal)
    except (msgspec.DecodeError, RecursionError) as error:
        raise WorkflowError(f"{name}: no seal ({error})", _HINT) from error
    if seal.schema != SCHEMA:
        raise WorkflowError(f"{name}: a seal of another kind, {seal.schema[:40]!r}", "upgrade annotator")
    return seal


def read_file(path: Path) -> bytes:
    """What a file holds that should be a seal or a signature; :class:`WorkflowError` when it cannot be."""
    try:
        if not path.is_file():
            raise WorkflowError(f"{path}: no such file", _HINT)
        if path.stat().st_size > LARGEST:
            raise WorkflowError(f"{path}: too big for a seal", _HINT)
        return path.read_bytes()
    except OSError as error:
        raise WorkflowError(f"{path}: {(error.strerror or str(error)).lower()}", "check your rights there") from error


class OpenedSeal(NamedTuple):
    """A seal, and the fingerprint of the key that signed it; ``None`` where nobody did."""

    seal: Seal
    signed_by: str | None

    def told(self) -> str:
        """In a sentence what the seal is worth."""
        if self.signed_by is None:
            return "warning: the seal is not signed: it shows accidents, not what somebody meant to hide"
        return f"the seal of {self.seal.at} is signed with the key {self.signed_by}"


def open_seal(path: Path, signer: Path | None = None) -> OpenedSeal:
    """Read a seal with its signature, which must fit it; ``signer`` is a file with the public key that it must be by.

    Raises :class:`WorkflowError` when it is no seal, was changed since it was signed, or is not signed by ``signer``.
    """
    data = read_file(path)
    signature = signature_path(path)
    signed_by = check(data, read_file(signature), str(path), signer) if signature.exists() else None
    if signer is not None and signed_by is None:
        raise WorkflowError(f"{path}: not signed", f"its signature would be in {signature}")
    return OpenedSeal(read_seal(data, str(path)), signed_by)


def breaches(seal: Seal, contents: Contents) -> Iterator[str]:
    """Yield what was sealed and is not there as it was, one line each; what came since is not looked at."""
    present = {layer.name: layer for layer in contents.layers}
    for sealed in seal.layers:
        layer = present.get(sealed.name)
        if layer is None:
            yield f"{sealed.name}: it was sealed with {sealed.events} events, and is gone"
        else:
            yield from _layer_breaches(sealed, contents.events(layer))
    there = {stored for stored, event in contents.changes if event.hash == stored}
    for digest in seal.changes:
        if digest not in there:
            yield f"the change {digest[:12]} of the labels: it was sealed, and is gone or was changed"
    for digest in seal.texts:
        text = contents.text(digest)
        if text is None:
            yield f"text {digest[:12]}: it was sealed, and is gone"
        elif text_sha256(text) != digest:
            yield f"text {digest[:12]}: it was sealed, and was changed"


def _layer_breaches(sealed: SealedLayer, events: list[tuple[str, Event]]) -> Iterator[str]:
    broken = first_break(events)
    if broken is not None:
        yield f"{sealed.name}: {broken}"
        return
    numbers = {digest: event.seq for digest, event in events}
    last = max((event.seq for _, event in events), default=0)
    for digest, seq in sealed.heads.items():
        if numbers.get(digest) == seq:
            continue
        if last < seq:
            yield f"{sealed.name}: it was sealed with event {seq}, and ends at event {last}"
        else:
            yield f"{sealed.name}: event {seq}, or one before it, is not the one that was sealed"


def unsealed_events(seal: Seal, contents: Contents) -> int:
    """How many events of a database that keeps to the seal are not covered by it."""
    return sum(len(contents.events(layer)) for layer in contents.layers) - seal.events
