from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.labels import load_scheme
from annotator.suggest.regex_prefilter import PrefilteredRegex, first_words, matches_at, needed_strings
from annotator.suggest.rules.analyzed_document import WORD, AnalyzedDocument
from annotator.suggest.rules.dates import _dates, _offsets
from annotator.suggest.rules.initiatives import _names, _whole_word_starts
from annotator.suggest.rules.titles import _COURTESIES, _COURTESY, _beginnings, pattern
from tests.repository import SAMPLE_LABELS
from tests.strategies import texts
from tests.suggest.conftest import make_document

SCHEME = load_scheme(SAMPLE_LABELS)
EXPRESSIONS = [
    *(str(p.value) for entity in SCHEME.entities.values() for p in entity.patterns if p.kind == "regex"),
    *(expression for lang in ("es", "en") for expression, _, _ in _names(lang)),
    r"\b(?:[Pp]lan|Ley-\w+|X)\b",
    r"\bO'[A-Z]\w+",
    r"(?i)\bplan\b",
    r"(?a)\bPlan",
    r"\b(?:(?i:plan)|mes)a?",
]
_LISTED = """
    Plan plan de la del Ley Operación Marea visita oficial primera reunión the third meeting U.S. Senator Climate
    Summit l’embajador d'ex-presidenta exsecretario CO-FOUNDER Sr. Ana Gov. Lt. Vice-President coordinador K.İstanbul
    _fiscal éPlan X @SEPES tráfico armas money laundering 3 mayo 2024-05-03 *NUMBER* julio Sept. 12, 2020 mínıstro
    ſábado sábado Primero primero A&3 O'Brien 1ro
"""
PIECES = st.sampled_from(_LISTED.split())
TEXTS = st.one_of(texts(), st.lists(PIECES, max_size=14).map(" ".join), st.lists(PIECES, max_size=6).map("".join))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_sieve_changes_nothing_in_what_is_found(expression: str) -> None:
    @given(text=TEXTS)
    def check(text: str) -> None:
        compiled = re.compile(expression)
        found = [(m.start(), m.end()) for m in PrefilteredRegex(compiled).finditer(analyzed(text))]
        assert found == [m.span() for m in compiled.finditer(text) if m[0]]

    check()


@given(text=TEXTS, lang=st.sampled_from(["es", "en", "de"]))
def test_dates_posts_and_courtesies_are_found_wherever_they_begin(text: str, lang: str) -> None:
    here = analyzed(text, lang)
    sieved = [(_COURTESY, _COURTESIES.offsets(here)), (_dates(lang)[0], _offsets(here))]
    posts = pattern(lang)
    if posts is not None:
        sieved.append((posts, _beginnings(lang).offsets(here)))
    for compiled, offsets in sieved:
        assert [m.span() for m in matches_at(compiled, text, offsets)] == [m.span() for m in compiled.finditer(text)]


@given(text=TEXTS)
def test_a_document_parts_its_text_as_the_words_lie(text: str) -> None:
    here = analyzed(text)
    spans = [m.span() for m in WORD.finditer(text)]
    assert list(zip(here.starts, here.ends, strict=True)) == spans
    assert here.words == [text[start:end] for start, end in spans]
    assert [here.gap(i) for i in range(len(spans))] == [
        text[end:following] for (_, end), (following, _) in zip(spans, [*spans[1:], (len(text), 0)], strict=False)
    ]


@given(name=PIECES, text=TEXTS)
def test_a_quoted_name_is_found_again_where_it_stands_alone(name: str, text: str) -> None:
    expected = [m.start() for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    assert list(_whole_word_starts(name, text)) == expected


def test_what_an_expression_needs_and_begins_with() -> None:
    assert needed_strings(re.compile(r"\b(?:[A-Z]\w+ )+(?:Summit|Day)\b")) == ("Day", "Summit")
    assert needed_strings(re.compile(r"(?i)plan")) == needed_strings(re.compile(r"\w+ [ab]")) == ()
    assert first_words(re.compile(r"\b(?:[Tt]oma de posesión|Ley)")) == ("Ley", "Toma ", "toma ")
    assert first_words(re.compile(r"(?:toma|Ley)")) == first_words(re.compile(r"\b(?:toma|\w+)")) == ()


def analyzed(text: str, lang: str = "es") -> AnalyzedDocument:
    return AnalyzedDocument(make_document(text, lang), lang)
