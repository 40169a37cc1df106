"""The practice article: what is suggested is in the text, and both languages have everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.workflow.practice import KEY, LANGUAGES, language_of, load_practice


@pytest.mark.parametrize(
    ("locale", "lang"),
    [("es", "es"), ("es_MX.UTF-8", "es"), ("ES.utf8", "es"), ("en_GB", "en"), ("de_DE.UTF-8", "en"), ("C.UTF-8", "en"),
     ("", "en"), ("est", "en")],
)  # fmt: skip
def test_the_language_follows_the_locale(locale: str, lang: str) -> None:
    assert language_of(locale) == lang


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_suggestions_are_those_of_the_data(tmp_path: Path, lang: str) -> None:
    practice = load_practice(lang)
    desk = practice.make_desk(tmp_path / "practice", "ana")
    session = desk.open(KEY)
    suggested = {str(practice.mentions[name]): score for name, score in practice.scores.items()}
    assert {interval.id for interval in session.layer.order.pending} == set(suggested)
    assert {name: span.score for name, span in session.layer.suggestions.spans.items()} == suggested
    assert session.document.lang == lang
    assert {span.label for span in session.layer.suggestions.spans.values()} <= set(desk.scheme.entities)
    desk.workspace.close()


def test_both_languages_say_everything() -> None:
    spanish, english = (load_practice(lang) for lang in LANGUAGES)
    assert spanish.steps.keys() == english.steps.keys()
    assert all(spanish.steps[name] != english.steps[name] for name in spanish.steps)
    assert spanish.scores == english.scores
    assert {name: key.label for name, key in spanish.mentions.items()} == {
        name: key.label for name, key in english.mentions.items()
    }
