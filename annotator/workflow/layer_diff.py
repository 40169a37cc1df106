"""The content of a layer, turned into another, and the ops that lead there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from annotator.annotation import Annotations, Comment, Extra, Relation, Ruling, Span, Verdict, item_record
from annotator.history import Op

Item = TypeVar("Item", Span, Relation, Verdict, Ruling, Extra)


def differences(before: Annotations, after: Annotations) -> list[Op]:
    """Return the ops that lead from one content to another: relations go before their spans and come after."""
    spans_gone, spans_come = replaced("span", before.spans, after.spans)
    relations_gone, relations_come = replaced("relation", before.relations, after.relations)
    return [*relations_gone, *spans_gone, *spans_come, *relations_come]


def verdict_differences(before: Mapping[str, Verdict], after: Mapping[str, Verdict]) -> list[Op]:
    """Return the ops that lead from some verdicts to others."""
    gone, come = replaced("verdict", before, after)
    return gone + come


def ruling_differences(before: Mapping[str, Ruling], after: Mapping[str, Ruling]) -> list[Op]:
    """Return the ops that lead from some rulings to others."""
    gone, come = replaced("ruling", before, after)
    return gone + come


def orphaned_comments(comments: Mapping[str, Comment], content: Annotations) -> list[Op]:
    """Return the ops that take away the comments on what is no longer there."""
    there = {None, *content.spans, *content.relations}
    return [
        Op("comment", i, item_record(comment), None) for i, comment in comments.items() if comment.target not in there
    ]


def replaced(table: str, old: Mapping[str, Item], new: Mapping[str, Item]) -> tuple[list[Op], list[Op]]:
    """Return the ops on what goes, and on what comes or changes."""
    if not old:
        return [], [Op(table, identity, None, item_record(item)) for identity, item in new.items()]
    gone = [Op(table, identity, item_record(item), None) for identity, item in old.items() if identity not in new]
    records = ((i, item_record(old[i]) if i in old else None, item_record(item)) for i, item in new.items())
    return gone, [Op(table, i, was, now) for i, was, now in records if was != now]


def with_content_ids(content: Annotations) -> Annotations:
    """Return the same spans and relations under ids that are their content, as suggestions and gold have them."""
    ids = {identity: str(span.key) for identity, span in content.spans.items()}
    spans = {ids[i]: span.replace(id=ids[i]) for i, span in content.spans.items()}
    relations: dict[str, Relation] = {}
    for relation in content.relations.values():
        identity = str(content.relation_key(relation))
        relations[identity] = relation.replace(id=identity, head=ids[relation.head], child=ids[relation.child])
    return Annotations(spans, relations)


def with_curator(content: Annotations, curator: str) -> Annotations:
    """Return the same spans and relations with the curator's name on every one."""
    spans = {i: span.replace(curator=curator) for i, span in content.spans.items()}
    return Annotations(spans, {i: relation.replace(curator=curator) for i, relation in content.relations.items()})
