"""Curators who work through documents of the test workspaces."""

from __future__ import annotations

from collections.abc import Iterable

from annotator.annotation import SpanKey
from tests.workspaces import Bench, focused, own_span_id, range_of

Mark = tuple[str, str]
Link = tuple[Mark, str, Mark]


def mark(
    bench: Bench,
    curator: str,
    marks: Iterable[Mark],
    links: Iterable[Link] = (),
    *,
    key: str = "nota",
    done: bool = True,
) -> None:
    """Let a curator label the first mention of some phrases, relate them, and finish the document."""
    session = bench.session(key, curator)
    document = bench.document(key)

    def span(marked: Mark) -> SpanKey:
        return SpanKey(*range_of(document, marked[0]), marked[1])

    for one in marks:
        focused(session.add(*span(one)))
    for head, label, child in links:
        session.relate(own_span_id(session, span(head)), own_span_id(session, span(child)), label)
    if done:
        session.finish()
    else:
        session.flag()
    session.bookmark.save(opened=False)


ANA: Mark = ("Ana Ruiz", "PERSON")
CRUZ: Mark = ("Cruz Roja", "ORG")
MEXICO: Mark = ("México", "GPE")
"""Phrases of the document ``nota`` with the labels that they should have."""
