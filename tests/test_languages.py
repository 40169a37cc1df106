"""Telling languages: what many texts at once are said to be in is what py3langid says of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator import languages
from annotator.errors import CorpusError
from annotator.languages import short_language, tell_languages

SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))]
PIECES = [
    text[at : at + length] for text in SEEDS for length in (7, 40, 119, 120, 121, 700) for at in range(0, 2000, 331)
]
ODD = [
    "",
    ".",
    "123 456",
    "ÁRBOL GRANDE DE LA CASA",
    "n\u0303in\u0303o " * 40,
    "\u200b\ufeff",
    "漢字" * 90,
    "a\x00b" * 50,
]


@pytest.mark.parametrize("among", [("es", "en"), ("en", "es", "pt", "fr"), ("sr", "hr", "en")])
def test_many_texts_at_once_are_told_as_one_by_one(among: tuple[str, ...]) -> None:
    texts = PIECES + ODD
    alone = [tell_languages([text], among)[0] for text in texts]
    assert tell_languages(texts, among) == alone
    assert set(alone) <= set(among)


def test_most_articles_are_settled_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def sample(text: str, length: int) -> str:
        asked.append(length)
        return text[:length]

    monkeypatch.setattr(languages, "_sample", sample)
    texts = [text[at:] for text in SEEDS for at in range(0, 100, 10)]
    assert set(tell_languages(texts, ("es", "en"))) == {"es", "en"}
    assert len(texts) <= len(asked) < 1.3 * len(texts)


def test_one_language_or_no_text_needs_no_model() -> None:
    assert tell_languages(["The end", "Fin"], ("xx",)) == ["xx", "xx"]
    assert tell_languages([], ("es", "xx")) == []


def test_a_language_that_nobody_knows_is_a_mistake_of_the_scheme() -> None:
    with pytest.raises(CorpusError, match="xx cannot be told"):
        tell_languages(["Uno"] * 40, ("es", "xx"))


def test_only_the_code_of_a_tag_counts() -> None:
    assert [short_language(tag) for tag in ("es-MX", " EN_us ", "fr")] == ["es", "en", "fr"]
