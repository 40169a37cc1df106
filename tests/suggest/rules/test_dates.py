from __future__ import annotations

import pytest

from annotator.suggest.rules import dates
from annotator.suggest.rules.analyzed_document import AnalyzedDocument
from tests.suggest.conftest import make_document


def found(text: str, lang: str) -> list[str]:
    return [text[m.start : m.end] for m in dates.find(AnalyzedDocument(make_document(text, lang), lang))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("El viernes 3 de mayo de 2024 llueve.", ["viernes 3 de mayo de 2024"]),
        ("este 7 de agosto, el pasado martes y en marzo de 2019", ["7 de agosto", "martes", "marzo de 2019"]),
        ("del 2 al 4 de junio del 2021", ["2 al 4 de junio del 2021"]),
        ("desde 1998 hasta el próximo 2030", ["1998", "2030"]),
        ("con 2019 personas y 1500 pesos, los lunes", []),
        ("Julio César y Domingo Vera", []),
        ("el *NUMBER* de julio de *NUMBER*", ["*NUMBER* de julio de *NUMBER*"]),
        ("2024-05-03 y 27/02/2026", ["2024-05-03", "27/02/2026"]),
    ],
)
def test_spanish_calendar_core(text: str, expected: list[str]) -> None:
    assert found(text, "es") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("On Friday, May 3, 2024, it rained.", ["Friday, May 3, 2024"]),
        ("early March 2019, last Tuesday and Sept. 4.", ["March 2019", "Tuesday", "Sept. 4"]),
        ("the 17th May, 2022 and 9 Oct 2007", ["17th May, 2022", "9 Oct 2007"]),
        ("From 1998 to 2004, the 2010 flood", ["1998", "2004", "2010"]),
        ("It may march on with 2000 people for $2010.", []),
        ("on May 16-19 in New Town", ["May 16-19"]),
    ],
)
def test_english_calendar_core(text: str, expected: list[str]) -> None:
    assert found(text, "en") == expected


def test_a_language_without_rules_still_has_figures() -> None:
    assert found("am 2024-05-03", "de") == ["2024-05-03"]
