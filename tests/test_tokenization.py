"""Tokens and sentences: what a curator can mark, and what a relation stays inside."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.text import Segmentation
from annotator.tokenization import _token_pattern, split_sentences, tokenize
from tests.strategies import LANGUAGES, texts

languages = st.sampled_from((*LANGUAGES, "fr"))


def words(text: str, lang: str = "es") -> list[str]:
    return [text[start:end] for start, end in tokenize(text, lang)]


def sentences(text: str, lang: str = "es") -> list[str]:
    return [text[start:end] for start, end in split_sentences(text, tokenize(text, lang), lang)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("México-Estados Unidos", "México - Estados Unidos"),
        ("los EE. UU. y el EE.UU.", "los EE. UU. y el EE.UU."),
        ("y E.E.U.U inician", "y E.E.U.U inician"),
        ("EE.UU.: acuerdo", "EE.UU. : acuerdo"),
        ("El Sr. López y la dra. Ruiz.", "El Sr. López y la dra. Ruiz ."),
        ("un 75%, 2,000 o 3.5; $1.200,50", "un 75 % , 2,000 o 3.5 ; $ 1.200,50"),
        ("a las 10:30 a.m. y 9p.m.", "a las 10:30 a.m. y 9 p.m."),
        ("''Paz'', dijo", "'' Paz '' , dijo"),
        ("«¿Qué?», “sí”…", "« ¿ Qué ? » , “ sí ” …"),
        ("llegó al mar. En red X.", "llegó al mar . En red X ."),
        ("el 5 de mar. 2024, art. 5", "el 5 de mar. 2024 , art. 5"),
        ("@SRE_mx: #México2025, #1", "@SRE_mx : #México2025 , # 1"),
        ("ver https://x.org/a_b?c=(1). Y www.x.org/a,", "ver https://x.org/a_b?c=(1 ) . Y www.x.org/a ,"),
        ("ana.diaz@correo.example.mx, diario.com.mx.", "ana.diaz@correo.example.mx , diario.com.mx ."),
        ("Fin.Otro comienzo", "Fin . Otro comienzo"),
        ("D'Angelo, O’Donnell", "D'Angelo , O’Donnell"),
        ("de S.A. de C.V. y G-20, 1ª", "de S.A. de C.V. y G - 20 , 1ª"),
        ("y/o 12/10/2025", "y / o 12 / 10 / 2025"),
        ("--- ... ** snake_case", "--- ... ** snake _ case"),
        ("日本とMéxico", "日 本 と México"),
    ],
)
def test_spanish_words(text: str, expected: str) -> None:
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mexico's and the U.S.’s", "Mexico 's and the U.S. ’s"),
        ("don't, can’t, I'm we'll", "do n't , ca n’t , I 'm we 'll"),
        ("O'Brien's workers'", "O'Brien 's workers '"),
        ("real-time U.S.-Mexico", "real - time U.S. - Mexico"),
        ("on Sept. 26, Mr. Poe, Acme Inc.", "on Sept. 26 , Mr. Poe , Acme Inc."),
        ("the '90s, 'quoted' word", "the ' 90s , ' quoted ' word"),
        ("No. 5, no.", "No. 5 , no ."),
        ("a Ph.D. in D.C.", "a Ph.D. in D.C."),
    ],
)
def test_english_words(text: str, expected: str) -> None:
    assert words(text, "en") == expected.split()


@pytest.mark.parametrize(
    "whole",
    [
        *(
            "👩\u200d🚀",
            "👍🏽",
            "🇲🇽",
            "1\ufe0f\u20e3",
            "❤\ufe0f\u200d🔥",
            "🏳\ufe0f\u200d🌈",
            "👨\u200d👩\u200d👧\u200d👦",
        ),
        *("🏴\U000e0067\U000e0062\U000e007f", "cafe\u0301", "\u0301", "coope\xadración", "हिन्दी", "שָׁלוֹם", "か\u3099"),
    ],
)
def test_what_is_seen_as_one_is_one_token(whole: str) -> None:
    assert words(f"a {whole} z, {whole}.") == ["a", whole, "z", ",", whole, "."]


def test_adjacent_flags_and_emoji_are_told_apart() -> None:
    assert words("🇲🇽🇺🇸👍🏽👩\u200d🚀") == ["🇲🇽", "🇺🇸", "👍🏽", "👩\u200d🚀"]


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\u202e", "\u2066", "\u200b", "\ufeff", "\x7f", "\u200d"])
def test_what_cannot_be_seen_is_never_part_of_a_word(hidden: str) -> None:
    assert words(f"{hidden}una{hidden}palabra{hidden}.") == ["una", "palabra", "."]


def test_marks_of_every_script_stay_with_their_letter() -> None:
    category = unicodedata.ucd_3_2_0.category  # the same in every Python
    marks = [char for char in map(chr, range(sys.maxunicode)) if category(char) in ("Mn", "Mc")]
    apart = [f"U+{ord(mark):04X}" for mark in marks if words(f"a{mark}b") != [f"a{mark}b"]]
    assert apart == []


@given(texts(), languages)
def test_tokens_are_ordered_disjoint_and_hold_no_whitespace(text: str, lang: str) -> None:
    before = 0
    for start, end in tokenize(text, lang):
        assert before <= start < end <= len(text)
        assert not any(char.isspace() for char in text[start:end])
        before = end


@given(texts(), languages)
def test_all_that_can_be_seen_lies_in_a_token(text: str, lang: str) -> None:
    covered = {offset for start, end in tokenize(text, lang) for offset in range(start, end)}
    left = {char for offset, char in enumerate(text) if offset not in covered and not char.isspace()}
    assert all(unicodedata.category(char) in ("Cc", "Cf", "Cn") for char in left)


@given(texts(), languages)
def test_sentences_hold_every_token_once_and_are_trimmed(text: str, lang: str) -> None:
    tokens = tokenize(text, lang)
    tokens_seen = split_sentences(text, tokens, lang)
    inside = [token for start, end in tokens_seen for token in tokens if start <= token.start and token.end <= end]
    assert inside == list(tokens)
    assert all(text[start:end].strip() == text[start:end] for start, end in tokens_seen)


@pytest.mark.parametrize(
    "nasty", ["a-", "a.", ".", "www.)", "@1", "a'", "http://.", "#", "1,", "\u0301", "a_", " ", "\n", '"', "a@"]
)
def test_no_text_takes_more_than_linear_time(nasty: str) -> None:
    text = nasty * 100_000
    assert len(split_sentences(text, tokenize(text, "en"), "en")) <= 100_000


@pytest.mark.parametrize(
    "text",
    [
        "Llegó a EE. UU. | El gobierno calló.",
        "El Sr. López y la Dra. Ruiz hablaron. | Nadie más.",
        "Es un acuerdo entre EE. UU. y México.",
        "¿Qué pasó? | ¡Nada! | “Todo sigue igual.” | Lo dijo él.",
        "—¡Basta! —dijo Juan. | Y salió.",
        "“¿Por qué?” preguntó ella. | «No sé». | Calló.",
        "Un final.| Otro comienzo.",
        "Vio a J. Pérez y a George W. Bush. | Fue ayer.",
        "Escribió en X. | El mensaje se borró.",
        "1. Primero esto. | 2. Luego aquello.",
        "Ley, decretos, etc. | Mañana habrá más.",
        "Llegaron 32. | 45 se fueron.",
        "Dijo (ayer.) | Hoy no.",
        "El art. 5 y el núm. 3 valen.",
        "Sí… | Quizá... | No sé… pero iré.",
        "Titular sin punto\n|Primer párrafo.\n\n|Segundo párrafo",
        "Uno\r\n|Dos\u2029|Tres\x85|Cuatro",
        "Lo vio @SRE_mx. | @SRE_mx respondió.",
    ],
)
def test_spanish_sentences(text: str) -> None:
    assert sentences(text.replace("|", "")) == [part.strip() for part in text.split("|")]


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. government agreed. | The U.S. | The end.",
        "On Sept. 26, Mr. Poe and Gov. Roe met. | No one spoke.",
        "He left at 5 p.m. | She stayed.",
        "“We agreed,” she said. | “It works.” | Nobody doubted it.",
        'He asked "Why?" and left. | "Because." | Fine.',
        "Acme Inc. bought it. | It paid in cash.",
        "Prices rose 3.5 percent. | eTrace did not.",
        "About 75% of it. | 25% went to the U.N. Security Council.",
    ],
)
def test_english_sentences(text: str) -> None:
    if "eTrace" in text:
        text = text.replace("| ", "")  # a lower-case name cannot be told from a sentence that goes on
    assert sentences(text.replace("|", ""), "en") == [part.strip() for part in text.split("|")]


def test_hard_wrapped_prose_is_not_cut_at_line_breaks() -> None:
    text = (
        "The harbour lay quiet under the morning fog, and the boats that had\n"
        "come in before dawn were tied along the wall, where old Mr. Hale and\n"
        "Miss Tarrant counted the crates one by one without a word.  At noon\n"
        "the fog lifted.  Nobody in the town had expected that, least of all\n"
        "Tarrant, who closed the ledger and looked up at the sky for a while.\n"
        "\n"
        "CHAPTER II\n"
        "\n"
        "The next day was a Sunday.\n"
    )
    assert [sentence[:12] for sentence in sentences(text, "en")] == [
        "The harbour ",
        "At noon\nthe ",
        "Nobody in th",
        "CHAPTER II",
        "The next day",
    ]


def test_one_paragraph_a_line_is_cut_at_line_breaks() -> None:
    text = "Acuerdo contra el contrabando\nLos países firmaron ayer\n0\nfoto: archivo\nSin más detalles"
    assert sentences(text) == text.split("\n")


def test_a_single_wrapped_line_that_goes_on_in_lower_case_is_not_cut() -> None:
    text = "Las autoridades de los dos países anunciaron que el acuerdo entrará\nen vigor en mayo."
    assert sentences(text) == [text]


@given(texts(), languages)
def test_a_text_is_cut_as_if_it_were_the_first(text: str, lang: str) -> None:
    """What is remembered of earlier texts gives the tokens that the rules give."""
    assert [tuple(token) for token in tokenize(text, lang)] == [m.span() for m in _token_pattern(lang).finditer(text)]


def test_a_figure_after_a_space_makes_an_abbreviation_however_often_it_was_seen() -> None:
    for _ in range(2):
        assert words("art. 5 y art. cinco") == ["art.", "5", "y", "art", ".", "cinco"]
        assert words("art.  5; art.\n5") == ["art", ".", "5", ";", "art.", "5"]


def test_a_novel_is_cut_as_its_parts_are() -> None:
    text = "El Sr. López, núm. 5, no llegó.  Ayer\n" * 4000
    alone = tokenize(text[:38], "es")
    assert len(tokenize(text, "es")) == 4000 * len(alone)
    assert tokenize(text, "es")[-1].end == text.rindex("r") + 1


@given(texts(), languages)
def test_tokens_are_packed_as_any_others(text: str, lang: str) -> None:
    tokens = tokenize(text, lang)
    assert tokens.pack() == Segmentation([(token.start, token.end) for token in tokens]).pack()
    assert Segmentation.unpack(tokens.pack()) == tokens
