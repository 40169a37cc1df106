"""The ops that turn the content of a layer into another content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from annotator.annotation import Annotations, Comment, Extra, Relation, Ruling, Span, Verdict, item_record
from annotator.history import Op, field_op

AnyItem = TypeVar("AnyItem", Span, Relation, Verdict, Ruling, Extra)


def differences(before: Annotations, after: Annotations) -> list[Op]:
    """Turn the content of a layer into another one: relations are removed before their spans, and added after them."""
    spans_removed, spans_written = _changes("span", before.spans, after.spans)
    relations_removed, relations_written = _changes("relation", before.relations, after.relations)
    ops = [*relations_removed, *spans_removed, *spans_written, *relations_written]
    if before.document_attributes != after.document_attributes:
        ops.append(field_op("attributes", before.document_attributes or None, after.document_attributes or None))
    return ops


def verdict_differences(before: Mapping[str, Verdict], after: Mapping[str, Verdict]) -> list[Op]:
    """Turn verdicts into others, both given by their ids."""
    removed, written = _changes("verdict", before, after)
    return removed + written


def ruling_differences(before: Mapping[str, Ruling], after: Mapping[str, Ruling]) -> list[Op]:
    """Turn rulings into others, both given by their ids."""
    removed, written = _changes("ruling", before, after)
    return removed + written


def extra_differences(before: Mapping[str, Extra], after: Mapping[str, Extra]) -> list[Op]:
    """Turn extras into others, both given by their ids."""
    removed, written = _changes("extra", before, after)
    return removed + written


def orphaned_comments(comments: Mapping[str, Comment], content: Annotations) -> list[Op]:
    """Remove the comments on spans and relations that are not in ``content``."""
    targets = {None, *content.spans, *content.relations}
    orphans = {i: comment for i, comment in comments.items() if comment.target not in targets}
    return [Op("comment", i, item_record(comment), None) for i, comment in orphans.items()]


def _changes(table: str, old: Mapping[str, AnyItem], new: Mapping[str, AnyItem]) -> tuple[list[Op], list[Op]]:
    """The ops that remove items, and those that add or change some."""
    if not old:
        return [], [Op(table, item_id, None, item_record(item)) for item_id, item in new.items()]
    removed = [Op(table, item_id, item_record(item), None) for item_id, item in old.items() if item_id not in new]
    changed = ((i, old.get(i), item) for i, item in new.items() if old.get(i) != item)
    records = ((i, None if was is None else item_record(was), item_record(now)) for i, was, now in changed)
    return removed, [Op(table, i, was, now) for i, was, now in records if was != now]


def with_content_ids(content: Annotations) -> Annotations:
    """Give spans and relations their content as id, as those of suggestions and gold have."""
    ids = {span_id: str(span.key) for span_id, span in content.spans.items()}
    spans = {ids[i]: span.replace(id=ids[i]) for i, span in content.spans.items()}
    relations: dict[str, Relation] = {}
    for relation in content.relations.values():
        relation_id = str(content.relation_key(relation))
        relations[relation_id] = relation.replace(id=relation_id, head=ids[relation.head], child=ids[relation.child])
    return replace(content, spans=spans, relations=relations)


def with_curator(content: Annotations, curator: str) -> Annotations:
    """Write a curator's name on every span and relation."""
    spans = {i: span.replace(curator=curator) for i, span in content.spans.items()}
    relations = {i: relation.replace(curator=curator) for i, relation in content.relations.items()}
    return replace(content, spans=spans, relations=relations)
