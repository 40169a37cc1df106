"""The model of py3langid, for many texts at once.

A text is told by a walk over its bytes, at each of which one place of a table of 40 MB says where to go: the walk waits
for memory most of the time.  Walks over many texts side by side wait together, and take a tenth of that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from typing import Any

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from annotator.errors import ModelError

_FEWEST = 8
"""Texts from which walking side by side pays."""
_SAMPLES = ("The end", "El fin", "Das Ende", "La fin") * 2
"""Texts of which both ways must tell the same."""

Ranking = list[tuple[str, float]]
"""Languages with the logarithms of their probabilities, the likeliest first."""


class LanguageModel(LanguageIdentifier):  # type: ignore[misc]
    """Ranks languages as py3langid does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._moves = np.asarray(self.tk_nextmove)
        self._rows = np.asarray(self.tk_row, dtype=np.uint32) << 8
        self._features = np.asarray(self.tk_output, dtype=np.int32)
        self._counted: dict[bytes, Counter[int]] = {}

    @classmethod
    def load(cls) -> LanguageModel:
        """The model for all languages that it knows.

        Raises :class:`ModelError` where py3langid is of a version whose model is made otherwise.
        """
        with suppress(ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            model: LanguageModel = cls.from_model_file(MODEL_FILE)
            if model.rank_all(_SAMPLES) == list(map(model.rank, _SAMPLES)):
                return model
        raise ModelError(
            f"languages cannot be told with py3langid {version('py3langid')}",
            "install version 0.4.0 of it",
        )

    def rank_all(self, texts: Sequence[str]) -> list[Ranking]:
        """Rank the languages for each of some short texts."""
        if len(texts) >= _FEWEST and any(texts):
            self._count_features(list(map(self._encode, texts)))
        ranked = list(map(self.rank, texts))
        self._counted.clear()
        return ranked

    def _raw_score(self, text: bytes) -> Any:
        counted = self._counted.get(text)
        return self._sparse_score(counted, self.nb_ptc) if counted else super()._raw_score(text)

    def _count_features(self, texts: Sequence[bytes]) -> None:
        """Walk over texts side by side, and count what is met in each, in the order in which it is met."""
        lengths = list(map(len, texts))
        width = max(lengths)
        columns = np.frombuffer(b"".join(text.ljust(width) for text in texts), np.uint8).reshape(-1, width).T
        states = np.zeros(len(texts), np.uint32)
        met = np.empty((width, len(texts)), np.int32)
        for step, letters in enumerate(np.ascontiguousarray(columns)):
            states = self._moves[self._rows[states] + letters]
            met[step] = self._features[states]
        for text, length, features in zip(texts, lengths, met.T, strict=True):
            own = features[:length]
            self._counted[text] = Counter(own[own >= 0].tolist())
