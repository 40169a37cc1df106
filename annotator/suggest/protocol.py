"""The interface of a suggester, for built-in ones and for those of third parties.

A third party registers a factory ``(scheme, models_dir) -> Suggester`` under the entry-point group
``annotator.suggesters``; its suggestions are merged with the built-in ones under the rules of the scheme.  A factory
that returns ``None`` takes no part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from annotator.annotation import Annotations
from annotator.labels import LabelScheme
from annotator.text import Document

ENTRY_POINT_GROUP = "annotator.suggesters"


@dataclass(frozen=True, slots=True)
class Sent:
    """The amount sent to a server: requests, documents whose text was in them, and bytes.

    ``input_tokens`` and ``output_tokens`` are what a model read and wrote, ``cost`` its price in ``currency``, where
    that is known.
    """

    requests: int = 0
    documents: int = 0
    bytes: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    currency: str = ""

    def __bool__(self) -> bool:
        """Whether anything was sent, or a number of it is to be corrected."""
        return self != Sent(currency=self.currency)

    def __add__(self, other: Sent) -> Sent:
        return Sent(
            self.requests + other.requests,
            self.documents + other.documents,
            self.bytes + other.bytes,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cost + other.cost,
            self.currency or other.currency,
        )


@dataclass(frozen=True, slots=True)
class Reported(Annotations):
    """A layer of suggestions with a report on how it was made.

    ``unread`` says why the suggester could not do the whole document this time; the suggestions are kept, and the next
    run does the document again.  ``dropped`` counts unusable suggestions by reason, ``sent`` the amount sent by host;
    ``unkept`` says why answers that were had could not be kept for another time.
    """

    unread: str = ""
    dropped: Mapping[str, int] = field(default_factory=dict)
    sent: Mapping[str, Sent] = field(default_factory=dict, compare=False)
    unkept: str = field(default="", compare=False)

    @classmethod
    def over(cls, layer: Annotations, sources: Iterable[Annotations]) -> Annotations:
        """A layer that was merged from ``sources``, with their reports added up where there are any."""
        reports = [source for source in sources if isinstance(source, Reported)]
        if not reports:
            return layer
        dropped = sum((Counter(source.dropped) for source in reports), Counter())
        reasons = "; ".join(source.unread for source in reports if source.unread)
        sent = sum_by_host(source.sent for source in reports)
        unkept = "; ".join(source.unkept for source in reports if source.unkept)
        return cls(layer.spans, layer.relations, layer.document_attributes, reasons, dict(dropped), sent, unkept)


@dataclass(frozen=True, slots=True)
class Planned:
    """What asking a server about a document would take.

    ``questions`` is what would be sent, each a JSON value, as far as that is known before anything was answered;
    ``sent`` an estimate of it all, ``kept`` the number of questions whose answer is there already.
    """

    host: str
    sent: Sent
    kept: int = 0
    questions: tuple[Any, ...] = ()


def sum_by_host(parts: Iterable[Mapping[str, Sent]]) -> dict[str, Sent]:
    """Add up amounts by host."""
    amounts: dict[str, Sent] = {}
    for part in parts:
        for host, sent in part.items():
            amounts[host] = amounts.get(host, Sent()) + sent
    return amounts


def hosts_of(suggester: Suggester) -> tuple[str, ...]:
    """The hosts to which a suggester sends texts; none for one that does not name any."""
    return tuple(getattr(suggester, "hosts", ()))


@runtime_checkable
class Suggester(Protocol):
    """Proposes annotations for documents.

    ``name`` and ``version`` identify what it proposes; together they must change whenever its output could.  One that
    sends texts over a network also names the ``hosts`` (a list of strings), so that it is asked only when the user
    wants that; a method ``offline()`` may return a suggester that gives what it can without sending anything.
    """

    name: str
    version: str

    def suggest(self, documents: Iterable[Document]) -> Iterator[Annotations]:
        """Yield one layer per document, in order.

        Spans are made by ``suggested_span`` and relations by ``suggested_relation`` of ``annotator.annotation``;
        offsets are code points, labels are of the scheme, sources are ``name@version`` and a score is the
        probability, 0 to 1, that a curator accepts.  A layer may be a :class:`Reported` one.
        """
        ...


SuggesterFactory = Callable[[LabelScheme, Path], Suggester | None]
