"""What a suggester is, for us and for third parties.

A third party registers a factory ``(scheme, models_dir) -> Suggester`` under the entry-point group
``annotator.suggesters``; its suggestions are merged with the built-in ones under the rules of the scheme.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol, runtime_checkable

from annotator.annotation import Annotations
from annotator.labels import LabelScheme
from annotator.text import Document

ENTRY_POINT_GROUP = "annotator.suggesters"


@runtime_checkable
class Suggester(Protocol):
    """Proposes annotations for documents.

    ``name`` and ``version`` identify what it proposes; together they must change whenever its output could.
    """

    name: str
    version: str

    def suggest(self, documents: Iterable[Document]) -> Iterator[Annotations]:
        """Yield one layer per document, in order.

        Spans are made by ``suggested_span`` and relations by ``suggested_relation`` of ``annotator.annotation``;
        offsets are code points, labels are of the scheme, sources are ``name@version`` and a score is the
        probability, 0 to 1, that a curator accepts.
        """
        ...


SuggesterFactory = Callable[[LabelScheme, Path], Suggester]
