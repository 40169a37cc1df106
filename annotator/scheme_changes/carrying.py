"""Carrying the records of a layer over a change of the label scheme, and back.

Pure functions of a layer's state, so that the same histories give the same state in every database.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotator.annotation import RelationKey, SpanKey, attribute_claim_id, key_json, relation_key, span_key
from annotator.history import LayerState, Record
from annotator.scheme_changes.change import LabelChange, LabelKind

RecordKey = tuple[str, str]
"""Table and id of a record."""

_VERDICTS = ("accepted", "corrected", "rejected", "ignored")
"""Where several verdicts become one, the first of these stands."""
_SETTLED = ("adjudicator", "agreement", "majority")
"""Where several rulings become one, the first of these stands."""
_LABELLED: Mapping[str, LabelKind] = {"span": "entity", "relation": "relation"}


@dataclass(slots=True)
class Carried:
    """A layer's state after a change, and by record what became of those that the change touched.

    ``None`` stands for a record that was dropped; several records may have become one.
    """

    state: LayerState
    became: dict[RecordKey, RecordKey | None] = field(default_factory=dict)


def carry(state: LayerState, change: LabelChange, *, reopens: bool = False) -> Carried:
    """Carry a layer over a change; ``reopens`` says that its author has to decide on what is split."""
    carrying = _Carrying(state, change)
    if change.action == "split":
        if reopens and _has_label(state, change):
            carrying.reopen()
    elif change.kind in ("attribute", "value"):
        carrying.carry_attributes()
    else:
        carrying.carry_spans()
        carrying.carry_relations()
        carrying.carry_what_refers()
    return carrying.result


def carry_back(state: LayerState, before: LayerState, after: Carried, change: LabelChange) -> LayerState:
    """Take a change back: ``before`` and ``after`` are the layer when it was made, ``state`` what it is now.

    Records that nobody touched since are again what they were; the others stay, under the old label where a rename is
    taken back.
    """
    sources: dict[RecordKey | None, list[RecordKey]] = {}
    for old, new in after.became.items():
        sources.setdefault(new, []).append(old)
    kept = dict(state)
    restored: LayerState = {}
    ids: dict[RecordKey, str] = {}
    for new, olds in sources.items():
        if new is None:
            restored.update((old, before[old]) for old in olds if old not in state)
        elif new in state and state[new] == after.state[new]:
            kept.pop(new)
            restored.update((old, before[old]) for old in olds)
            ids[new] = (new if new in olds else min(olds))[1]
    united = {**_redirected(kept, ids), **restored}
    if change.inverse is not None and not _has_label(before, change.inverse):
        united = carry(united, change.inverse).state
    return _whole(united)


def _has_label(state: LayerState, change: LabelChange) -> bool:
    if change.kind in ("attribute", "value"):
        return any(_has_attribute(record, change) for record in state.values())
    table = "span" if change.kind == "entity" else "relation"
    return any(key[0] == table and record["label"] in change.old for key, record in state.items())


def _has_attribute(record: Record, change: LabelChange) -> bool:
    """Whether a record has an attribute, or a value, that a change is about."""
    values: Any = record.get("attributes") or record.get("value")
    if record.get("kind") == "attribute":
        values = {record["claim"][1]: record.get("outcome")}
    if not isinstance(values, Mapping):
        return False
    if change.kind == "attribute":
        return any(name in change.old for name in values)
    singles = ((n, v) for n, value in values.items() for v in (value if isinstance(value, list) else [value]))
    return any(f"{name}={value}" in change.old for name, value in singles)


def _redirected(state: LayerState, ids: Mapping[RecordKey, str]) -> LayerState:
    """The records of a layer with what they refer to under other ids."""
    result: LayerState = {}
    for (table, record_id), record in state.items():
        new_id, new = record_id, dict(record)
        if table == "relation":
            new.update((end, ids.get(("span", record[end]), record[end])) for end in ("head", "child"))
            if record_id == _content_id(record):
                new_id = _content_id(new)
        elif table in ("verdict", "ruling") and "item" in record:
            known = record["kind"] in _LABELLED
            new["item"] = (
                ids.get((record["kind"], record["item"]), record["item"]) if known else _referred(ids, record["item"])
            )
        elif table == "comment" and "target" in record:
            new["target"] = _referred(ids, record["target"])
        elif table == "extra" and "refs" in record:
            new["refs"] = [_referred(ids, ref) for ref in record["refs"]]
        result[table, new_id] = new
    return result


def _content_id(relation: Record) -> str:
    return f"{relation['label']}:{relation['head']}:{relation['child']}"


def _referred(ids: Mapping[RecordKey, str], item_id: str) -> str:
    return ids.get(("span", item_id), ids.get(("relation", item_id), item_id))


def _whole(state: LayerState) -> LayerState:
    """The state without relations that lost an end, and with comments on what is gone put on the document."""
    gone = [
        key
        for key, record in state.items()
        if key[0] == "relation" and any(("span", record[end]) not in state for end in ("head", "child"))
    ]
    for key in gone:
        del state[key]
    for key, record in list(state.items()):
        target = record.get("target") if key[0] == "comment" else None
        if target is not None and ("span", target) not in state and ("relation", target) not in state:
            state[key] = {"text": record["text"]}
    return state


class _Carrying:
    """One layer on its way over one change."""

    def __init__(self, state: LayerState, change: LabelChange) -> None:
        self.before = state
        self.change = change
        self.result = Carried(dict(state))
        self._tables: dict[str, dict[str, Record]] = {}
        for (table, record_id), record in state.items():
            self._tables.setdefault(table, {})[record_id] = record
        self._spans = self._tables.get("span", {})

    def reopen(self) -> None:
        """Let a finished layer be unfinished."""
        key = ("layer", "state")
        if self.before.get(key) == {"value": "done"}:
            self.result.state[key] = {"value": "doing"}
            self.result.became[key] = key

    def new_id(self, table: str, item_id: str) -> str | None:
        """The id of what a record became; ``None`` when it was dropped."""
        became = self.result.became.get((table, item_id), (table, item_id))
        return None if became is None else became[1]

    def carry_spans(self) -> None:
        def become(span_id: str, span: Record) -> tuple[Hashable, str, Record] | None:
            old = SpanKey(span["start"], span["end"], span["label"])
            new = self.change.span(old)
            if new is None:
                return None
            return new, str(new) if span_id == str(old) else span_id, {**span, "label": new.label}

        self._replace("span", become)

    def carry_relations(self) -> None:
        after = {key[1]: record for key, record in self.result.state.items() if key[0] == "span"}

        def become(relation_id: str, relation: Record) -> tuple[Hashable, str, Record] | None:
            head, child = (self.new_id("span", relation[end]) for end in ("head", "child"))
            label = self.change.label("relation", relation["label"])
            if (
                head is None
                or child is None
                or label is None
                or (head == child and relation["head"] != relation["child"])
            ):
                return None
            new = {**relation, "head": head, "child": child, "label": label}
            old_id, new_id = _relation_content(relation, self._spans), _relation_content(new, after)
            turned = self.change.symmetric and label in self.change.new
            content = (label, frozenset((head, child)) if turned else (head, child))
            return content, new_id or "" if relation_id == old_id else relation_id, new

        self._replace("relation", become)

    def carry_attributes(self) -> None:
        """Carry attributes, wherever they are set, and what was ruled on them."""

        def become(record_id: str, record: Record) -> tuple[Hashable, str, Record]:
            field = "value" if record_id == "attributes" and "attributes" not in record else "attributes"
            if not isinstance(record.get(field), Mapping):
                return record_id, record_id, record
            return record_id, record_id, _with(record, field, self.change.attributes(record[field]) or None)

        for table in ("span", "relation", "verdict"):
            self._replace(table, become)
        self._replace("layer", lambda name, record: None if (new := become(name, record))[2] == {} else new)
        self._replace("ruling", self._ruling, lambda record: _rank(record, "settled", _SETTLED))

    def carry_what_refers(self) -> None:
        """Carry what refers to spans, relations and labels: verdicts, rulings, comments and what is kept aside."""
        self._replace("verdict", self._verdict, lambda record: _rank(record, "verdict", _VERDICTS))
        self._replace("ruling", self._ruling, lambda record: _rank(record, "settled", _SETTLED))
        self._replace("comment", self._comment)
        self._replace("extra", self._extra)

    def _replace(
        self,
        table: str,
        become: Callable[[str, Record], tuple[Hashable, str, Record] | None],
        rank: Callable[[Record], Any] = lambda _: 0,
    ) -> None:
        """Let the records of a table become others; of several that say the same, the first in rank stands.

        ``become`` gives the content by which records are the same, the new id and the new record; ``None`` where a
        record is dropped.
        """
        records = self._tables.get(table)
        if not records:
            return
        groups: dict[Hashable, list[tuple[str, str, Record]]] = {}
        became: dict[RecordKey, RecordKey | None] = {}
        for record_id, record in records.items():
            made = become(record_id, record)
            if made is None:
                became[table, record_id] = None
            else:
                content, new_id, new = made
                groups.setdefault(content, []).append((record_id, new_id, new))
        stay: dict[str, Record] = {}
        changed: list[list[tuple[str, str, Record]]] = []
        for members in groups.values():
            record_id, new_id, new = members[0]
            if len(members) == 1 and new_id == record_id and new == records[record_id]:
                stay[record_id] = new
            else:
                changed.append(sorted(members, key=lambda m: (rank(m[2]), m[2] != records[m[0]], m[0])))
        put: dict[str, Record] = {}
        for members in changed:
            record_id, new_id, new = members[0]
            if new_id in stay or new_id in put:  # an id that looks like a content it is not
                new_id = record_id
            put[new_id] = new
            became.update(((table, old), (table, new_id)) for old, _, _ in members)
        state = self.result.state
        for key in became:
            state.pop(key, None)
        state.update(((table, i), record) for i, record in put.items())
        self.result.became.update(became)

    def _verdict(self, _: str, record: Record) -> tuple[Hashable, str, Record] | None:
        content = self._content(record["kind"], record["original"])
        label = self.change.label(_LABELLED[record["kind"]], record["label"])
        if content is None or label is None:
            return None
        new = {**record, "original": key_json(content), "label": label}
        if record.get("item") is not None:
            new = _with(new, "item", self.new_id(record["kind"], record["item"]))
        return str(content), str(content), new

    def _ruling(self, _: str, record: Record) -> tuple[Hashable, str, Record] | None:
        kind = record["kind"]
        if kind == "attribute":
            return self._attribute_ruling(record)
        claim = self._content(kind, record["claim"])
        if claim is None:
            return None
        versions = {curator: self._contents(kind, values) for curator, values in record["versions"].items()}
        new = {**record, "claim": key_json(claim), "versions": versions}
        if record.get("outcome") is not None:
            new = _with(new, "outcome", self._outcome(kind, record["outcome"]))
        if record.get("item") is not None:
            new = _with(new, "item", self.new_id(kind, record["item"]))
        if new.get("outcome") is None or new.get("item") is None:
            new = {name: new[name] for name in new if name not in ("item", "origin", "source", "score", "curator")}
        return str(claim), str(claim), new

    def _attribute_ruling(self, record: Record) -> tuple[Hashable, str, Record] | None:
        """What becomes of a ruling on an attribute: it goes with its item, or with the attribute."""
        claim, old = record["claim"]
        name, kind = self.change.attribute(old), None if claim is None else _kind_of(claim)
        content = None if kind is None else self._content(kind, claim)
        if name is None or (kind is not None and content is None):
            return None
        carried = None if content is None else key_json(content)
        versions = {
            curator: None if value is None else self.change.value(old, value)
            for curator, value in record["versions"].items()
        }
        new = {**record, "claim": [carried, name], "versions": versions}
        if record.get("outcome") is not None:
            new = _with(new, "outcome", self.change.value(old, record["outcome"]))
        if kind is not None and record.get("item") is not None:
            new = _with(new, "item", self.new_id(kind, record["item"]))
        new_id = attribute_claim_id(carried, name)
        return new_id, new_id, new

    def _outcome(self, kind: str, outcome: Any) -> Any:
        if kind == "span":
            span = self.change.span(span_key(outcome))
            return None if span is None else key_json(span)
        label = self.change.label("relation", outcome[0])
        return None if label is None else [label, outcome[1]]

    def _comment(self, comment_id: str, record: Record) -> tuple[Hashable, str, Record]:
        target = record.get("target")
        if target is not None:
            table = next((t for t in ("span", "relation") if target in self._tables.get(t, {})), "ruling")
            record = _with(record, "target", self.new_id(table, target))
        return comment_id, comment_id, record

    def _extra(self, extra_id: str, record: Record) -> tuple[Hashable, str, Record]:
        """What is kept aside: it keeps a label that is dropped, and its reference to an item that is."""
        label = record["value"].get("label") if record["kind"] in _LABELLED else None
        if isinstance(label, str):
            new = self.change.label(_LABELLED[record["kind"]], label) or label
            record = {**record, "value": {**record["value"], "label": new}}
        if record.get("refs"):
            tables = (("span" if ref in self._spans else "relation", ref) for ref in record["refs"])
            record = {**record, "refs": [self.new_id(*key) or key[1] for key in tables]}
        return extra_id, extra_id, record

    def _content(self, kind: str, value: Any) -> SpanKey | RelationKey | None:
        return self.change.span(span_key(value)) if kind == "span" else self.change.relation(relation_key(value))

    def _contents(self, kind: str, values: Iterable[Any]) -> list[Any]:
        found = (self._content(kind, value) for value in values)
        return [key_json(content) for content in dict.fromkeys(found) if content is not None]


def _kind_of(claim: Any) -> str:
    """Whether a claim is a span or a relation, from its JSON value."""
    return "span" if isinstance(claim[0], int) else "relation"


def _relation_content(relation: Record, spans: Mapping[str, Record]) -> str | None:
    """The content of a relation; ``None`` where its ends are not among the ``spans``."""
    head, child = (spans.get(relation[end]) for end in ("head", "child"))
    if head is None or child is None:
        return None
    one, other = (SpanKey(end["start"], end["end"], end["label"]) for end in (head, child))
    return str(RelationKey(one, other, relation["label"]))


def _rank(record: Record, name: str, ranks: tuple[str, ...]) -> tuple[int, bool]:
    return ranks.index(record[name]), record.get("item") is None


def _with(record: Record, name: str, value: Any) -> dict[str, Any]:
    """The record with another value of a field, which is missing where there is none."""
    others = {key: other for key, other in record.items() if key != name}
    return others if value is None else {**others, name: value}
