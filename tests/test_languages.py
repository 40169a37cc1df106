"""Telling languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import CorpusError, ModelError
from annotator.languages import short_language, tell_languages

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))


def tell_language(text: str, languages: tuple[str, ...]) -> str:
    """Tell the language of one text."""
    return tell_languages([text], languages)[0]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_every_piece_of_an_article_is_in_its_language(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    told = {tell_language(text[at : at + 700], ("es", "en")) for at in range(0, 2000, 331)}
    assert told == {"en" if path.stem.startswith("004") else "es"}


ODD = ["", ".", "123 456", "ñiño " * 40, "\u200b\ufeff", "漢字" * 90, "a\x00b" * 50]


@pytest.mark.parametrize("text", ODD)
def test_an_odd_text_is_in_one_of_the_languages(text: str) -> None:
    assert tell_language(text, ("es", "en")) in ("es", "en")


def test_many_texts_are_told_as_each_of_them_alone() -> None:
    from annotator.language_model import LanguageModel

    texts = [path.read_text(encoding="utf-8")[at : at + 50 + 7 * at] for path in SEEDS for at in range(0, 200, 9)]
    texts += ODD
    assert tell_languages(texts, ("es", "en")) == [tell_language(text, ("es", "en")) for text in texts]
    model = LanguageModel.load()
    assert model.rank_all(texts) == [model.rank(text) for text in texts]
    assert model.rank_all([""] * 20) == [model.rank("")] * 20


@pytest.mark.parametrize(
    ("part", "otherwise"),
    [
        ("_sparse_score", None),
        ("_count_features", lambda model, texts: model._counted.update((text, {0: 1}) for text in texts)),
    ],
)
def test_a_model_that_is_made_otherwise_is_named(part: str, otherwise: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from annotator.language_model import LanguageModel

    monkeypatch.setattr(LanguageModel, part, otherwise)
    with pytest.raises(ModelError, match=r"languages cannot be told with py3langid \d"):
        LanguageModel.load()


def test_one_language_needs_no_model() -> None:
    assert tell_language("The end", ("xx",)) == "xx"


def test_a_language_that_nobody_knows_is_a_mistake_of_the_scheme() -> None:
    with pytest.raises(CorpusError, match="xx cannot be told"):
        tell_language("Uno", ("es", "xx"))


def test_only_the_code_of_a_tag_counts() -> None:
    assert [short_language(tag) for tag in ("es-MX", " EN_us ", "fr")] == ["es", "en", "fr"]
