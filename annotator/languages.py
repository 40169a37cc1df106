"""Telling in which of a workspace's languages texts are, many texts at once.

py3langid scores a text byte by byte in a table of forty megabytes, so that most of its time is waiting for memory.  The
first look at many texts goes through that table side by side, and what it does not settle is left to py3langid itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

from annotator.errors import CorpusError

_SAMPLES = (120, 480, 20_000)
"""Code points of the samples by which a language is told: longer ones where the shorter settle nothing."""
_STRETCHES = 4
_CLEAR = 60.0
"""Difference of log-probabilities from which a sample settles a language."""
_WORTH_A_TABLE = 16
"""Texts from which looking at all of them side by side is quicker."""


def short_language(tag: str) -> str:
    """Shorten a language tag such as ``es-MX`` to the code that workspaces use."""
    return re.split("[-_]", tag.strip().lower())[0]


def tell_languages(texts: Sequence[str], languages: tuple[str, ...]) -> list[str]:
    """Tell the likeliest of some languages for each text.

    Raises :class:`CorpusError` for a language that cannot be told from others.
    """
    if len(languages) == 1 or not texts:
        return [languages[0]] * len(texts)
    identifier = _identifier(languages)
    clear = identifier.clear_languages(texts) if len(texts) >= _WORTH_A_TABLE else [None] * len(texts)
    return [lang or identifier.likeliest(text) for lang, text in zip(clear, texts, strict=True)]


class _Identifier:
    """Tells languages by a model of py3langid, restricted to some."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def likeliest(self, text: str) -> str:
        """The likeliest language of one text."""
        for length in _SAMPLES:
            first, second, *_ = self._model.rank(_sample(text, length))
            if len(text) <= length or first[1] - second[1] >= _CLEAR:
                break
        return str(first[0])

    def clear_languages(self, texts: Sequence[str]) -> list[str | None]:
        """The languages that the shortest samples settle, ``None`` for the other texts."""
        import numpy as np

        samples = [_encoded(_sample(text, _SAMPLES[0])) for text in texts]
        scores = self._scores(samples)
        best = scores.argmax(axis=1)
        second, first = np.partition(scores, -2, axis=1)[:, -2:].T
        names = list(dict.fromkeys(self._model.nb_classes))
        return [
            names[at] if is_clear else None
            for at, is_clear in zip(best.tolist(), (first - second >= _CLEAR).tolist(), strict=True)
        ]

    @cached_property
    def _table(self) -> tuple[Any, Any, Any]:
        """The states that follow, where those of each state begin, and the feature that each state ends, or -1."""
        import numpy as np

        model = self._model
        following = np.frombuffer(model.tk_nextmove, model.tk_nextmove.typecode)
        return following, np.asarray(model.tk_row, np.intp) << 8, np.asarray(model.tk_output, np.intp)

    def _scores(self, samples: Sequence[bytes]) -> Any:
        """Log-probabilities of samples in languages, as ``rank`` computes them: an array of one row a sample."""
        import numpy as np

        model = self._model
        sample, feature, times = self._features(samples)
        weights = np.log1p(times)
        names = list(dict.fromkeys(model.nb_classes))
        scores = np.full((len(samples), len(names)), -np.inf)
        for column, name in enumerate(model.nb_classes):  # a language may have several columns
            of_feature = model.nb_ptc[feature, column].astype(float)
            score = np.bincount(sample, weights * of_feature, len(samples)) + float(model.nb_pc[column])
            at = names.index(name)
            scores[:, at] = np.maximum(scores[:, at], score)
        return scores

    def _features(self, samples: Sequence[bytes]) -> tuple[Any, Any, Any]:
        """Which features stand in which samples, and how often each, as three arrays."""
        import numpy as np

        following, rows, feature_of = self._table
        lengths = np.array([len(sample) for sample in samples])
        longest = int(lengths.max())
        letters = np.frombuffer(b"".join(sample.ljust(longest, b"\0") for sample in samples), np.uint8)
        state = np.zeros(len(samples), np.intp)
        states = np.empty((longest, len(samples)), np.intp)
        for step, column in enumerate(np.ascontiguousarray(letters.reshape(len(samples), longest).T)):
            states[step] = state = following[rows[state] + column]
        features = feature_of[states]
        features[np.arange(longest)[:, None] >= lengths] = -1
        at, sample = np.nonzero(features >= 0)
        count = len(self._model.nb_ptc)
        found, times = np.unique(sample * count + features[at, sample], return_counts=True)
        return found // count, found % count, times


@lru_cache(maxsize=4)
def _identifier(languages: tuple[str, ...]) -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE)
    try:
        model.set_languages(languages)
    except ValueError as error:
        known = set(model.labels)
        unknown = [language for language in languages if language not in known]
        raise CorpusError(
            f"the language {' and '.join(unknown)} cannot be told from the others",
            "correct `languages` in labels.yaml, or keep a single language",
        ) from error
    return _Identifier(model)


def _encoded(text: str) -> bytes:
    """A text as py3langid reads it."""
    return unicodedata.normalize("NFC", text.lower() if text.isupper() else text).encode("utf-8", "surrogatepass")


def _sample(text: str, length: int) -> str:
    """Take stretches from all over a text, because a headline or a quotation may be in another language."""
    if len(text) <= length:
        return text
    stretch = length // _STRETCHES
    step = (len(text) - stretch) // (_STRETCHES - 1)
    return "\n".join(text[at : at + stretch] for at in range(0, _STRETCHES * step, step))
