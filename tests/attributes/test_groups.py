"""Joining mentions into groups, and taking them apart."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from annotator.annotation import suggested_relation, suggested_span
from annotator.errors import WorkflowError
from annotator.workflow.annotating.group_steps import GroupSteps
from annotator.workflow.annotating.session import AnnotationSession
from tests.workspaces import Bench, focused, propose

WORDS = ("Nova Riva", "Lema", "Nova Riva", "Nova Riva", "NR")


def mentions(session: AnnotationSession) -> list[str]:
    """Mark places, in reading order."""
    found, at = [], 0
    for words in WORDS:
        at = session.document.text.index(words, at)
        found.append(focused(session.add(at, at + len(words), "PLACE")))
        at += len(words)
    return found


def groups(session: AnnotationSession) -> list[list[int]]:
    """Which of the mentions are one, by their place in the text."""
    spans = sorted(session.content.spans.values(), key=lambda span: span.start)
    place = {span.id: number for number, span in enumerate(spans)}
    found = (sorted(place[i] for i in session.content.groups.members(n)) for n in session.content.groups)
    return sorted(found)


def links(session: AnnotationSession) -> set[tuple[int, int]]:
    """What is stored, by the mentions' places in the text."""
    spans = sorted(session.content.spans.values(), key=lambda span: span.start)
    place = {span.id: number for number, span in enumerate(spans)}
    return {(place[r.head], place[r.child]) for r in session.content.relations.values()}


def join(session: AnnotationSession, ids: list[str], *pairs: Iterable[int]) -> None:
    for one, other in pairs:
        GroupSteps(session).join(ids[one], ids[other], "same_as")


def test_each_mention_is_linked_with_the_nearest_of_the_group(bench: Bench) -> None:
    session = bench.session("flood")
    ids = mentions(session)
    join(session, ids, (2, 0), (3, 0), (4, 0))
    assert links(session) == {(0, 2), (2, 3), (3, 4)}
    assert groups(session) == [[0, 2, 3, 4]]
    assert session.content.group_numbers(ids[1]) == ()
    with pytest.raises(WorkflowError, match="one already"):
        join(session, ids, (4, 2))
    assert groups(bench.session("flood")) == [[0, 2, 3, 4]], "it is stored"
    assert bench.actions("curator:ana", "flood")[-3:] == ["group"] * 3


def test_joining_two_groups_unites_them_under_the_lower_number(bench: Bench) -> None:
    session = bench.session("flood")
    ids = mentions(session)
    join(session, ids, (3, 4), (0, 1))
    assert [session.content.group_numbers(i) for i in ids] == [(2,), (2,), (), (1,), (1,)]
    join(session, ids, (1, 3))
    assert [session.content.group_numbers(i) for i in ids] == [(1,), (1,), (), (1,), (1,)]
    session.undo()
    assert groups(session) == [[0, 1], [3, 4]]
    assert [bench.session("flood").content.group_numbers(i)[:1] for i in (ids[0], ids[3])] == [(1,), (2,)]


@pytest.mark.parametrize("left", range(4))
def test_who_leaves_takes_nobody_along(bench: Bench, left: int) -> None:
    session = bench.session("flood")
    ids = mentions(session)
    join(session, ids, (1, 0), (2, 0), (3, 0))
    number = session.content.group_numbers(ids[0])
    outcome = GroupSteps(session).leave(ids[left], "same_as")
    assert outcome.message.endswith("stands alone; the other 3 stay one")
    stayed = [i for i in range(4) if i != left]
    assert groups(session) == [stayed]
    assert len(links(session)) == 2
    assert {session.content.group_numbers(ids[i]) for i in stayed} == {number}
    session.undo()
    assert groups(session) == [[0, 1, 2, 3]]


def test_deleting_or_relabelling_a_mention_leaves_the_others_one(bench: Bench) -> None:
    session = bench.session("flood")
    ids = mentions(session)
    join(session, ids, (1, 0), (2, 0), (3, 0))
    session.delete(ids[1])
    assert groups(session) == [[0, 1, 2]]
    session.undo()
    GroupSteps(session).leave(ids[0], "same_as")
    with pytest.raises(WorkflowError, match="is in no group"):
        GroupSteps(session).leave(ids[0], "same_as")


def test_a_suggested_link_is_accepted_and_what_follows_is_asked_no_more(bench: Bench) -> None:
    document = bench.document("flood")
    spans, at = [], 0
    for words in (WORDS[0], WORDS[2], WORDS[3]):
        at = document.text.index(words, at)
        spans.append(suggested_span(at, at + len(words), "PLACE", "rules@1", 0.9))
        at += len(words)
    one, two, three = spans
    pairs = ((one, two), (two, three), (one, three))
    propose(bench.store, document, spans, [suggested_relation(*p, "same_as", "same@1", 0.8) for p in pairs])
    session = bench.session("flood")
    GroupSteps(session).join(two.id, one.id, "same_as")
    assert [r.origin for r in session.content.relations.values()] == ["accepted"]
    assert len(session.layer.order.pending) == 3, "a mention and two links to it"
    session.accept_all(0.5)
    assert groups(session) == [[0, 1, 2]]
    assert len(session.content.relations) == 2, "the third follows from the others"
    assert not session.layer.order.pending
    session.undo()
    assert len(session.layer.order.pending) == 3
