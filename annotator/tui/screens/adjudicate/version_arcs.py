"""The arcs of a relation case: one for each version, with the numbers of the curators who have it."""

from __future__ import annotations

from collections.abc import Sequence

from annotator.annotation import Relation
from annotator.workflow.adjudicating.cases import RelationCase


def version_arcs(case: RelationCase, curators: Sequence[str]) -> list[Relation]:
    """The versions of a case as relations to draw: solid if in gold, else dotted (``suggested``).

    ``curators`` are in the order of their numbers, from 1; a relation's ``curator`` holds the numbers of those who
    have it, such as ``1,3``.
    """
    numbers: dict[str, list[str]] = {}
    for number, curator in enumerate(curators, 1):
        for key in case.versions.get(curator, ()):
            numbers.setdefault(str(key), []).append(str(number))
    return [
        Relation(
            str(key),
            str(key.head),
            str(key.child),
            key.label,
            "added" if key in case.outcome else "suggested",
            curator=",".join(numbers.get(str(key), ())) or None,
        )
        for key in dict.fromkeys(key for version in (*case.versions.values(), case.outcome) for key in version)
    ]
