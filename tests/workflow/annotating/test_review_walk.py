"""The order in which what is decided is looked through, and what becomes of it when items go or come back."""

from __future__ import annotations

import pytest

from annotator.annotation import Span
from annotator.text import Document
from annotator.workflow.annotating.review_walk import ReviewWalk, is_uncertain, items_to_review
from annotator.workflow.annotating.session import AnnotationSession
from tests.workspaces import Bench, link, own_span_id, proposal, propose, range_of

pytestmark = pytest.mark.usefixtures("proposed")


def names(session: AnnotationSession, item_ids: list[str]) -> list[str]:
    return [session.checks.name_of(item_id) for item_id in item_ids]


def test_accepted_items_come_first_the_least_certain_before_all_then_the_others_as_they_are_read(
    bench: Bench, document: Document, ana: Span, cruz: Span, mexico: Span
) -> None:
    session = bench.session()
    session.add(*range_of(document, "mayo"), "DATE")
    session.relabel(mexico.id, "ORG")
    session.accept(link(ana, cruz, "works_for", 0.9).id)
    assert names(session, items_to_review(session.layer)) == [
        "ORG “Cruz Roja”",
        "“Ana Ruiz” works_for → “Cruz Roja”",
        "PERSON “Ana Ruiz”",
        "ORG “México”",
        "DATE “mayo”",
    ]


def test_the_score_that_was_first_shown_counts_also_when_the_document_is_opened_again(
    bench: Bench, document: Document
) -> None:
    doubtful = [proposal(document, "México", "GPE", 0.62, nth=n) for n in range(1, 3)]
    propose(bench.store, document, doubtful, name="suggestions:other")
    session = bench.session()
    session.accept(doubtful[0].id)
    session.accept(doubtful[1].id)
    risen = own_span_id(session, doubtful[1].key)
    assert (session.content.spans[risen].score or 0) > 0.62
    for opened in (session, bench.session()):
        assert opened.layer.first_score(opened.content.spans[risen]) == 0.62
        assert is_uncertain(opened.layer, risen)


def test_what_goes_is_left_out_and_what_comes_back_has_its_place_again(bench: Bench) -> None:
    session = bench.session()
    session.accept_all(0.75)
    ids = items_to_review(session.layer)
    assert ids[1] in session.content.relations
    walk = ReviewWalk(session.layer, bool)
    assert [walk.step(session.layer, None, 1), walk.step(session.layer, ids[0], 1)] == ids[:2]
    session.reject(ids[1])
    here = walk.step(session.layer, ids[1], 1)
    assert here is not None
    assert walk.place(session.layer, here)[0] == 2
    session.undo()
    assert walk.place(session.layer, ids[1]) == (2, len(ids))
    assert walk.step(session.layer, ids[0], -1) is None
    assert walk.step(session.layer, ids[-1], 1) is None
