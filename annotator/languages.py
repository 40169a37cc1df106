"""Telling in which of a workspace's languages texts are, by py3langid."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from annotator.errors import CorpusError

_SAMPLES = (120, 480, 20_000)
"""Code points of the samples by which a language is told: longer ones where the shorter settle nothing."""
_STRETCHES = 4
_CLEAR = 60.0
"""Difference of log-probabilities from which a sample settles a language."""


def short_language(tag: str) -> str:
    """Shorten a language tag such as ``es-MX`` to the code that workspaces use."""
    return re.split("[-_]", tag.strip().lower())[0]


def tell_language(text: str, languages: tuple[str, ...]) -> str:
    """Tell the likeliest of some languages for a text.

    Raises :class:`CorpusError` for a language that cannot be told from others.
    """
    if len(languages) == 1:
        return languages[0]
    identifier = _identifier(languages)
    for length in _SAMPLES:
        first, second, *_ = identifier.rank(_sample(text, length))
        if len(text) <= length or first[1] - second[1] >= _CLEAR:
            break
    return str(first[0])


@lru_cache(maxsize=4)
def _identifier(languages: tuple[str, ...]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    try:
        identifier.set_languages(languages)
    except ValueError as error:
        known = set(identifier.labels)
        unknown = [language for language in languages if language not in known]
        raise CorpusError(
            f"the language {' and '.join(unknown)} cannot be told from the others",
            "correct `languages` in labels.yaml, or keep a single language",
        ) from error
    return identifier


def _sample(text: str, length: int) -> str:
    """Take stretches from all over a text, because a headline or a quotation may be in another language."""
    if len(text) <= length:
        return text
    stretch = length // _STRETCHES
    step = (len(text) - stretch) // (_STRETCHES - 1)
    return "\n".join(text[at : at + stretch] for at in range(0, _STRETCHES * step, step))
