"""Corrections that are made alike become rules: what they make of the suggestions that remain."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.annotation import Span, SpanKey
from annotator.corpus import Article, build_document
from annotator.suggest.learned.corrections import (
    BorderChange,
    CorrectionMemory,
    DecidedSuggestion,
    DocumentCorrections,
    corrected,
)
from annotator.suggest.phrases import PhraseIndex
from annotator.workflow.annotating.session import AnnotationSession
from tests.workspaces import Bench, make_bench, proposal, propose, range_of

COURTS = (
    "Habló el Congreso de Jalisco. Calló el Tribunal de Sonora. Votó el Senado de Puebla. "
    "Rió la Cámara de Lima. Llegó la Corte de París."
)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return make_bench(tmp_path)


def suggest(bench: Bench, key: str, text: str, label: str, *needles: str) -> tuple[AnnotationSession, list[Span]]:
    """Return a session on a new document in which some phrases are suggested, and those suggestions."""
    document = bench.add(key, text)
    spans = [proposal(document, needle, label, 0.8) for needle in needles]
    propose(bench.store, document, spans)
    return bench.session(key), spans


def pending(session: AnnotationSession) -> list[str]:
    """Return the waiting spans in reading order, as label and text."""
    spans = [session.layer.suggestions.spans[i.id] for i in session.layer.order.pending_spans]
    return [f"{span.label} {session.checks.text_of(span)}" for span in spans]


def mark(session: AnnotationSession, needle: str, label: str) -> None:
    session.add(*range_of(session.document, needle), label)


class TestBorders:
    def test_a_place_taken_in_twice_is_taken_in_from_then_on(self, bench: Bench) -> None:
        session, _ = suggest(bench, "a", COURTS, "ORG", "Congreso", "Tribunal", "Senado", "Cámara")
        mark(session, "Congreso de Jalisco", "ORG")
        assert pending(session) == ["ORG Tribunal", "ORG Senado", "ORG Cámara"]
        mark(session, "Tribunal de Sonora", "ORG")
        assert pending(session) == ["ORG Senado de Puebla", "ORG Cámara de Lima"]
        session.undo()
        assert pending(session) == ["ORG Tribunal", "ORG Senado", "ORG Cámara"]
        session.redo()
        assert pending(bench.session("a")) == pending(session) == ["ORG Senado de Puebla", "ORG Cámara de Lima"]

    def test_where_many_suggestions_may_change_they_follow_piece_by_piece(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("annotator.workflow.annotating.suggestion_updates.UNITS_AT_ONCE", 0)
        session, _ = suggest(bench, "a", COURTS, "ORG", "Congreso", "Tribunal", "Senado", "Cámara")
        assert session.updates is not None
        mark(session, "Congreso de Jalisco", "ORG")
        mark(session, "Tribunal de Sonora", "ORG")
        assert pending(session) == ["ORG Senado", "ORG Cámara"]
        ranges = session.updates.catch_up()
        assert pending(session) == ["ORG Senado de Puebla", "ORG Cámara de Lima"]
        assert range_of(session.document, "Senado de Puebla") in ranges

    def test_a_place_left_out_twice_is_left_out(self, bench: Bench) -> None:
        whole = ("Congreso de Jalisco", "Tribunal de Sonora", "Senado de Puebla")
        session, _ = suggest(bench, "a", COURTS, "ORG", *whole)
        mark(session, "Congreso", "ORG")
        mark(session, "Tribunal", "ORG")
        assert pending(session) == ["ORG Senado"]

    def test_articles_are_alike(self, bench: Bench) -> None:
        session, _ = suggest(bench, "a", COURTS, "ORG", "el Congreso", "el Tribunal", "la Corte")
        mark(session, "Congreso", "ORG")
        mark(session, "Tribunal", "ORG")
        assert pending(session) == ["ORG Corte"]

    def test_other_labels_are_left_alone(self, bench: Bench) -> None:
        document = bench.add("a", COURTS)
        spans = [proposal(document, needle, "ORG") for needle in ("Congreso", "Tribunal", "Senado")]
        propose(bench.store, document, [*spans, proposal(document, "Corte", "GPE")])
        session = bench.session("a")
        mark(session, "Congreso de Jalisco", "ORG")
        mark(session, "Tribunal de Sonora", "ORG")
        assert pending(session) == ["ORG Senado de Puebla", "GPE Corte"]

    def test_what_is_accepted_as_it_stands_speaks_against_it(self, bench: Bench) -> None:
        session, spans = suggest(bench, "a", COURTS, "ORG", "Congreso", "Tribunal", "Senado", "Cámara")
        session.accept(spans[2].id)
        mark(session, "Congreso de Jalisco", "ORG")
        mark(session, "Tribunal de Sonora", "ORG")
        assert pending(session) == ["ORG Cámara"]

    def test_rejecting_what_a_rule_makes_speaks_against_it(self, bench: Bench) -> None:
        session, _ = suggest(bench, "a", COURTS, "ORG", "Congreso", "Tribunal", "Senado", "Cámara")
        mark(session, "Congreso de Jalisco", "ORG")
        mark(session, "Tribunal de Sonora", "ORG")
        made = next(i.id for i in session.layer.order.pending_spans)
        session.reject(made)
        assert pending(session) == ["ORG Senado", "ORG Cámara"]

    def test_rejecting_what_a_rule_makes_speaks_against_it_in_other_documents_too(self, bench: Bench) -> None:
        session, _ = suggest(bench, "a", COURTS, "ORG", "Congreso", "Tribunal", "Senado", "Cámara")
        mark(session, "Congreso de Jalisco", "ORG")
        mark(session, "Tribunal de Sonora", "ORG")
        session.reject(session.layer.order.pending_spans[0].id)
        other, _ = suggest(bench, "b", "Juró la Fiscalía de Colima.", "ORG", "Fiscalía")
        assert pending(other) == ["ORG Fiscalía"]

    def test_the_order_of_verdicts_on_a_suggestion_and_on_its_correction_changes_nothing(self, bench: Bench) -> None:
        names = ("Congreso", "Tribunal", "Senado", "Cámara", "Corte")
        session, spans = suggest(bench, "a", COURTS, "ORG", *names)
        mark(session, "Congreso de Jalisco", "ORG")
        mark(session, "Tribunal de Sonora", "ORG")
        session.reject(session.layer.order.pending_spans[0].id)
        session.reject(spans[2].id)
        assert pending(session) == pending(bench.session("a")) == ["ORG Cámara", "ORG Corte"]

    def test_the_same_phrase_twice_is_no_rule(self, bench: Bench) -> None:
        text = "Habló el Congreso de Jalisco. Votó el Congreso de Jalisco. Calló el Tribunal de Sonora."
        document = bench.add("a", text)
        spans = [proposal(document, "Congreso", "ORG", 0.8, nth) for nth in (0, 1)]
        propose(bench.store, document, [*spans, proposal(document, "Tribunal", "ORG", 0.8)])
        session = bench.session("a")
        for nth in (0, 1):
            session.add(*range_of(document, "Congreso de Jalisco", nth), "ORG")
        assert pending(session) == ["ORG Tribunal"]

    def test_rules_hold_in_the_next_document(self, bench: Bench) -> None:
        session, _ = suggest(bench, "a", COURTS, "ORG", "Congreso", "Tribunal")
        mark(session, "Congreso de Jalisco", "ORG")
        mark(session, "Tribunal de Sonora", "ORG")
        other, _ = suggest(bench, "b", "Juró la Fiscalía de Colima.", "ORG", "Fiscalía")
        assert pending(other) == ["ORG Fiscalía de Colima"]
        assert pending(bench.session("b", curator="bo")) == ["ORG Fiscalía"]

    def test_no_border_moves_over_a_line_or_onto_own_work(self, bench: Bench) -> None:
        text = COURTS + "\n\nHabla la Fiscalía\nde Colima. Juró la Policía de Durango."
        session, _ = suggest(bench, "a", text, "ORG", "Congreso", "Tribunal", "Fiscalía", "Policía")
        mark(session, "Durango", "GPE")
        mark(session, "Congreso de Jalisco", "ORG")
        mark(session, "Tribunal de Sonora", "ORG")
        assert pending(session) == ["ORG Fiscalía", "ORG Policía"]


class TestLabels:
    def test_three_alike_make_a_rule_for_the_word(self, bench: Bench) -> None:
        text = "El Grupo Alfa, el Grupo Beta, el Grupo Gama, el Grupo Delta y el Puerto Alfa."
        names = ("Grupo Alfa", "Grupo Beta", "Grupo Gama", "Grupo Delta", "Puerto Alfa")
        session, spans = suggest(bench, "a", text, "GPE", *names)
        for span in spans[:2]:
            session.relabel(span.id, "ORG")
        assert pending(session) == ["GPE Grupo Gama", "GPE Grupo Delta", "GPE Puerto Alfa"]
        session.relabel(spans[2].id, "ORG")
        assert pending(session) == ["ORG Grupo Delta", "GPE Puerto Alfa"]


TEXT = "La Corte de Lima y el Senado de Sonora oyeron a Ana Ruiz en 2019.\nEl Grupo Alfa de la Costa calló."
DOCUMENT = build_document(Article("d", TEXT, title="", lang="es"), ("es",))
INDEX = PhraseIndex(DOCUMENT)
BORDERS = sorted({*DOCUMENT.tokens.starts, *DOCUMENT.tokens.ends})


@st.composite
def keys(draw: st.DrawFn) -> SpanKey:
    first = draw(st.integers(0, len(DOCUMENT.tokens) - 1))
    last = draw(st.integers(first, min(first + 5, len(DOCUMENT.tokens) - 1)))
    label = draw(st.sampled_from(["ORG", "GPE"]))
    return SpanKey(DOCUMENT.tokens.starts[first], DOCUMENT.tokens.ends[last], label)


DECISIONS = st.lists(st.builds(DecidedSuggestion, keys(), keys()), max_size=12)


class TestProperties:
    @given(DECISIONS, st.lists(st.integers(0, 11)))
    def test_counting_forwards_and_back_is_counting_what_remains(
        self, decisions: list[DecidedSuggestion], taken_back: list[int]
    ) -> None:
        went, direct = DocumentCorrections(INDEX), DocumentCorrections(INDEX)
        memory = CorrectionMemory()
        for number, decided in enumerate(decisions):
            went.put(str(number), decided)
            memory.rules(went)
        for number in taken_back:
            went.put(str(number), None)
        for number, decided in enumerate(decisions):
            if number not in taken_back:
                direct.put(str(number), decided)
        assert memory.rules(went) == memory.rules(direct)

    @given(DECISIONS, DECISIONS, keys())
    def test_what_rules_make_of_a_span_lies_on_token_borders_and_in_its_line(
        self, here: list[DecidedSuggestion], elsewhere: list[DecidedSuggestion], key: SpanKey
    ) -> None:
        memory = CorrectionMemory()
        other, own = DocumentCorrections(INDEX), DocumentCorrections(INDEX)
        for corrections, decisions in ((other, elsewhere), (own, here)):
            for number, decided in enumerate(decisions):
                corrections.put(str(number), decided)
        memory.put("other", other)
        rules = memory.rules(own)
        found = corrected(INDEX, key, rules)
        assert all(0.7 <= share < 1 for share in rules.values())
        if found is not None:
            made, share = found
            assert made != key
            assert made.start in DOCUMENT.tokens.starts
            assert made.end in DOCUMENT.tokens.ends
            grown = TEXT[min(made.start, key.start) : key.start] + TEXT[key.end : max(made.end, key.end)]
            assert "\n" not in grown
            assert share in rules.values()

    def test_a_change_and_its_opposite_never_hold_both(self) -> None:
        corrections = DocumentCorrections(INDEX)
        corte, senado = (SpanKey(TEXT.index(w), TEXT.index(w) + len(w), "ORG") for w in ("Corte", "Senado"))
        whole = [SpanKey(k.start, TEXT.index(p) + len(p), "ORG") for k, p in ((corte, "Lima"), (senado, "Sonora"))]
        for number, (short, long) in enumerate(zip((corte, senado), whole, strict=True)):
            corrections.put(f"in{number}", DecidedSuggestion(short, long))
            corrections.put(f"out{number}", DecidedSuggestion(long, short))
        rules = CorrectionMemory().rules(corrections)
        assert BorderChange("ORG", "end", adds=True, words=("de", "Name")) in rules
        assert corrected(INDEX, corte, rules) == (whole[0], 0.85)
