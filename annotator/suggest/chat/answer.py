"""Reading the answer of a chat model, as far as it is what was asked for.

The JSON may be wrapped in talk, a code fence or the model's thinking; inside it every item is checked by itself, so
that one bad item costs no more than itself.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from annotator.labels import LabelScheme
from annotator.suggest.chat.question import CERTAINTIES

MALFORMED = "not as asked for"
UNKNOWN_LABEL = "no label of the scheme"

_THINKING = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_BEGINNING = re.compile(r"\{")
_ANSWER = re.compile(r'\{\s*"entities"')
_MOST_BEGINNINGS = 50
_MOST_LENGTH = 1000
"""A mention is never longer, in code points."""


class NoAnswerError(Exception):
    """What the model wrote holds no answer."""


class DeclinedError(Exception):
    """The model declined to answer."""


class CutOffError(Exception):
    """The answer was cut off."""


@dataclass(frozen=True, slots=True)
class ListedEntity:
    """A mention as the model lists it; ``sentence`` is the number in the question, 0 when it gave none."""

    id: str
    sentence: int
    text: str
    label: str
    certainty: str


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


def read_answer(content: str, scheme: LabelScheme) -> Answer:
    """Read an answer; raises :class:`CutOffError` when it is unfinished, :class:`NoAnswerError` when there is none."""
    answer = _find(_THINKING.sub("", content))
    dropped: Counter[str] = Counter()
    entities = [_entity(item, scheme, dropped) for item in answer["entities"]]
    listed = answer.get("relations")
    relations = [_relation(item, scheme, dropped) for item in (listed if isinstance(listed, list) else [])]
    return Answer(tuple(e for e in entities if e), tuple(r for r in relations if r), dropped)


def _find(content: str) -> dict[str, Any]:
    """The first JSON object in the text that lists entities."""
    decoder = json.JSONDecoder()
    for _, match in zip(range(_MOST_BEGINNINGS), _BEGINNING.finditer(content), strict=False):
        try:
            value, _end = decoder.raw_decode(content, match.start())
        except (ValueError, RecursionError) as error:
            if _ANSWER.match(content, match.start()) and _is_unfinished(content, error):
                raise CutOffError from None
            continue
        if isinstance(value, dict) and isinstance(value.get("entities"), list):
            return value
    raise NoAnswerError


def _is_unfinished(content: str, error: Exception) -> bool:
    """Tell whether JSON is invalid only because it stops too early."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.pos >= len(content.rstrip()) or error.msg.startswith("Unterminated string")


def _entity(item: Any, scheme: LabelScheme, dropped: Counter[str]) -> ListedEntity | None:
    values = item if isinstance(item, dict) else {}
    entity_id, text, label = _name(values.get("id")), values.get("text"), values.get("label")
    if not isinstance(text, str) or not text.strip() or len(text) > _MOST_LENGTH or not isinstance(label, str):
        dropped[MALFORMED] += 1
        return None
    if label not in scheme.entities:
        dropped[UNKNOWN_LABEL] += 1
        return None
    return ListedEntity(entity_id or "", _whole(values.get("sentence")), text.strip(), label, _certainty(values))


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
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def _whole(value: Any) -> int:
    text = _name(value) or ""
    return int(text) if len(text) < 10 and text.isascii() and text.isdigit() else 0


def _certainty(values: dict[Any, Any]) -> str:
    """How sure the model is; anything but the three words counts as medium."""
    said = values.get("certainty")
    return said if isinstance(said, str) and said in CERTAINTIES else CERTAINTIES[1]
