"""Curators who finish a document of the bench, for the tests of adjudication."""

from __future__ import annotations

from annotator.annotation import SpanKey
from annotator.history import GOLD, LayerName
from annotator.workflow.adjudicating.cases import Case
from annotator.workflow.adjudicating.gold import adjudicate
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.annotating.session import AnnotationSession
from tests.workspaces import KEY, Bench, own_span_id, range_of

Mention = tuple[str, str] | tuple[str, str, int]
Link = tuple[Mention, str, Mention]


def key_of(bench: Bench, mention: Mention, document: str = KEY) -> SpanKey:
    """Return the span that a label, a text and the number of its mention mean."""
    label, text, *nth = mention
    return SpanKey(*range_of(bench.document(document), text, nth[0] if nth else 0), label)


def finish(bench: Bench, curator: str, *mentions: Mention, links: tuple[Link, ...] = (), key: str = KEY,
           done: bool = True) -> AnnotationSession:  # fmt: skip
    """Let a curator mark and link, and finish."""
    session = bench.session(key, curator)
    for mention in mentions:
        session.add(*key_of(bench, mention, key))
    for head, label, child in links:
        one, other = (own_span_id(session, key_of(bench, end, key)) for end in (head, child))
        session.relate(one, other, label)
    if done:
        session.finish()
    session.bookmark.save(opened=False)
    return session


def judge(bench: Bench, actor: str = "lead", key: str = KEY) -> GoldSession:
    return adjudicate(bench.workspace, key, actor)


def kinds(session: GoldSession) -> list[str]:
    return [case.kind for case in session.gold.open]


def first(session: GoldSession, kind: str = "") -> Case:
    """Return the first open case (of a kind)."""
    return next(case for case in session.gold.open if kind in ("", case.kind))


def gold_state(bench: Bench, key: str = KEY) -> str | None:
    info = bench.store.layer(LayerName(key, GOLD))
    return None if info is None else info.state
