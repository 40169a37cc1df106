"""Reading the answer of a chat model, as far as it is what was asked for.

Every item is checked by itself, so that one bad item costs no more than itself; an answer without a single item that
can be read is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from annotator.labels import LabelScheme
from annotator.suggest.chat.answer_json import NoAnswerError, find_answer
from annotator.suggest.chat.question import CERTAINTIES, ENTITIES, RELATIONS

VERSION = "2"
"""Changes whenever the same words could be read as another answer; answers kept under an older one are not believed."""
MALFORMED = "not as asked for"
UNKNOWN_LABEL = "no label of the scheme"
MOST_ITEMS = 5000
TOO_MANY = "more than the question has room for"

_MOST_LENGTH = 1000
"""A mention is never longer, in code points, nor are the words around it."""


class DeclinedError(Exception):
    """The model declined to answer."""


@dataclass(frozen=True, slots=True)
class ListedEntity:
    """A mention as the model lists it; ``sentence`` is the number in the question, 0 when it gave none.

    ``before`` and ``after`` are the words around it, as far as the model gave them.
    """

    id: str
    sentence: int
    text: str
    label: str
    certainty: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class ListedRelation:
    """A relation between two listed mentions, by their ids."""

    head: str
    child: str
    label: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The items that can be used, in the model's order; ``dropped`` counts the others by reason."""

    entities: tuple[ListedEntity, ...]
    relations: tuple[ListedRelation, ...]
    dropped: Counter[str] = field(default_factory=Counter)


def read_answer(content: str, scheme: LabelScheme, kind: str = ENTITIES) -> Answer:
    """Read an answer to a question for entities, or for relations.

    Raises ``CutOffError`` when it is unfinished, ``NoAnswerError`` when there is none.
    """
    answer = find_answer(content, kind)
    dropped: Counter[str] = Counter()
    listed = _items(answer.get(ENTITIES) if kind == ENTITIES else None, dropped)
    related = _items(answer.get(RELATIONS), dropped)
    entities = tuple(e for e in (_entity(item, scheme, dropped) for item in listed) if e is not None)
    relations = tuple(r for r in (_relation(item, scheme, dropped) for item in related) if r is not None)
    if dropped[MALFORMED] and not entities and not relations and set(dropped) == {MALFORMED}:
        raise NoAnswerError
    return Answer(entities, relations, dropped)


def _items(listed: Any, dropped: Counter[str]) -> Iterable[Any]:
    items = listed if isinstance(listed, list) else []
    if len(items) > MOST_ITEMS:
        dropped[TOO_MANY] += len(items) - MOST_ITEMS
    return items[:MOST_ITEMS]


def _entity(item: Any, scheme: LabelScheme, dropped: Counter[str]) -> ListedEntity | None:
    values = item if isinstance(item, dict) else {}
    text, label = values.get("text"), values.get("label")
    if not isinstance(text, str) or not text.strip() or len(text) > _MOST_LENGTH or not isinstance(label, str):
        dropped[MALFORMED] += 1
        return None
    if label not in scheme.entities:
        dropped[UNKNOWN_LABEL] += 1
        return None
    sentence = _whole(values.get("sentence"))
    around = _words(values.get("before")), _words(values.get("after"))
    return ListedEntity(_name(values.get("id")) or "", sentence, text.strip(), label, _certainty(values), *around)


def _relation(item: Any, scheme: LabelScheme, dropped: Counter[str]) -> ListedRelation | None:
    values = item if isinstance(item, dict) else {}
    head, child, label = _name(values.get("head")), _name(values.get("child")), values.get("label")
    if not head or not child or not isinstance(label, str):
        dropped[MALFORMED] += 1
        return None
    if label not in scheme.relations:
        dropped[UNKNOWN_LABEL] += 1
        return None
    return ListedRelation(head, child, label, _certainty(values))


def _name(value: Any) -> str | None:
    """An id, which models write as a number or in quotes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**9 else None
    return value if isinstance(value, str) else None


def _words(value: Any) -> str:
    return value.strip() if isinstance(value, str) and len(value) <= _MOST_LENGTH else ""


def _whole(value: Any) -> int:
    text = _name(value) or ""
    return int(text) if len(text) < 10 and text.isascii() and text.isdigit() else 0


def _certainty(values: dict[Any, Any]) -> str:
    """How sure the model is; anything but the three words counts as medium."""
    said = values.get("certainty")
    return said if isinstance(said, str) and said in CERTAINTIES else CERTAINTIES[1]
