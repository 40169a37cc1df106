"""Posts with and without a name beside them, and what is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Marked = list[tuple[str, str]]
Marker = Callable[..., Marked]


def posts(found: Marked) -> list[str]:
    return [text for text, label in found if label == "ROLE"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("El obispo de Lumbrera calló.", ["obispo"]),
        ("Calló el jefe de la Policía de Chile.", ["jefe"]),
        ("Habló el jefe de Gobierno de Colombia.", ["jefe de Gobierno"]),
        ("El consejero delegado del Santander, Luis Prado, calló.", ["consejero delegado"]),
        ("Habló el obispo Luis Prado. Ayer el obispo calló.", ["obispo", "obispo"]),
        ("La periodista Ana Solís calló.", []),
        ("Los llevaron al hospital general de Lumbrera.", []),
        ("Cada obispo de Chile calló.", []),
    ],
)
def test_spanish_posts(marked: Marker, text: str, expected: list[str]) -> None:
    assert posts(marked(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Owen Pike, U.S. Senator, declined.", ["Senator"]),
        ("The Mayor of Toledo, Ruth Calder, declined.", ["Mayor"]),
        ("It met former prime minister Ruth Calder.", ["former prime minister"]),
        ("It backs presidential candidate Ruth Calder.", ["presidential candidate"]),
        ("It met Judge Ruth Calder. Then the judge left.", ["Judge", "judge"]),
        ("A judge left.", []),
        ("It met lawyer Ruth Calder.", []),
    ],
)
def test_english_posts(marked: Marker, text: str, expected: list[str]) -> None:
    assert posts(marked(text, "en")) == expected


@pytest.mark.parametrize(
    ("text", "lang", "person"),
    [
        ("Lo dijo la periodista Xune Solís ayer.", "es", "Xune Solís"),
        ("It met lawyer Xune Calder there.", "en", "Xune Calder"),
        ("It met Senator Sir Xune Calder there.", "en", "Xune Calder"),
    ],
)
def test_a_profession_or_a_post_tells_a_person(marked: Marker, text: str, lang: str, person: str) -> None:
    assert (person, "PERSON") in marked(text, lang)


def test_a_ministry_by_its_bare_name_is_a_body(marked: Marker) -> None:
    assert marked("Habló el secretario de Hacienda, Luis Prado.") == [
        ("secretario", "ROLE"),
        ("Hacienda", "ORG"),
        ("Luis Prado", "PERSON"),
    ]


@pytest.mark.parametrize(
    ("text", "post"),
    [
        ("Then curator Ada Marrow spoke.", "curator"),
        ("Ada Marrow, an editor at the Gazette, spoke.", "editor"),
        ("Paul Marrow, an Ottawa New Democrat MP, spoke.", "MP"),
        ("Then Governor of Ohio John Marrow spoke.", "Governor"),
        ("Then head coach Paul Marrow left.", "head coach"),
    ],
)
def test_an_english_post_beside_a_name_is_suggested(marked: Marker, text: str, post: str) -> None:
    assert (post, "ROLE") in marked(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "Hank Marrow, chief dealer at a bank, agreed.",
        "An editor said so.",
        "It was founded by Dean Marrow.",
        "She was a psychology major at Quillon College Mary Marrow said.",
    ],
)
def test_what_only_reads_like_an_english_post_is_none(marked: Marker, text: str) -> None:
    assert "ROLE" not in {label for _, label in marked(text, "en")}
