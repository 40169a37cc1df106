"""What a chat model is asked about a document: numbered sentences, what stands around them, and finished examples."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotator.annotation import Span
from annotator.labels import LabelScheme
from annotator.suggest.chat.guideline import entity_task, relation_task
from annotator.suggest.gold_sentences import GoldSentence
from annotator.text import Document

VERSION = "2"
"""Changes whenever a question could read differently."""
CERTAINTIES = ("high", "medium", "low")
ENTITIES, RELATIONS = "entities", "relations"
"""What a question asks for, and under which name the answer lists it."""

Messages = list[dict[str, str]]
Nearest = Callable[[Document, range], Sequence[GoldSentence]]
"""Finds the finished sentences that are nearest to some sentences of a document."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the JSON Schema of an answer, in the subset that servers with strict schemas take.

    ``examples`` are questions with their right answers, which only help: the question is the same without them.
    """

    kind: str
    task: str
    text: str
    schema: Mapping[str, Any]
    examples: tuple[tuple[str, str], ...] = ()

    @property
    def messages(self) -> Messages:
        """The question as a conversation."""
        shown = [
            {"role": role, "content": content}
            for example in self.examples
            for role, content in zip(("user", "assistant"), example, strict=True)
        ]
        asked = {"role": "user", "content": self.text}
        return [{"role": "system", "content": self.task}, *shown, asked]


class Questions:
    """The questions about one document; ``together`` asks for entities and relations at once."""

    def __init__(self, scheme: LabelScheme, document: Document, nearest: Nearest, *, together: bool) -> None:
        self._scheme = scheme
        self._document = document
        self._nearest = nearest
        self._together = together and bool(scheme.relations)

    def entities(self, sentences: range) -> Question:
        """Ask for the mentions in some sentences, which are numbered from 1."""
        lines = [*self._context(sentences), *self._numbered(sentences)]
        examples = tuple(self._example(one) for one in self._nearest(self._document, sentences))
        return Question(
            ENTITIES,
            entity_task(self._scheme, self._document.lang, with_relations=self._together),
            "\n".join(lines),
            entity_schema(self._scheme, with_relations=self._together),
            examples,
        )

    def relations(self, sentences: range, mentions: Sequence[Span]) -> Question | None:
        """Ask for the relations between mentions, numbered from 1; ``None`` where the scheme allows none."""
        if not self._may_be_related(mentions):
            return None
        by_sentence: dict[int, list[str]] = {}
        for number, span in enumerate(mentions, 1):
            words = one_line(self._document.text[span.start : span.end])
            index = self._document.sentences.at_or_before(span.start)
            by_sentence.setdefault(index, []).append(f"    {number}: {words} ({span.label})")
        lines: list[str] = []
        for index, line in zip(sentences, self._numbered(sentences), strict=True):
            lines += [line, *by_sentence.get(index, ())]
        task = relation_task(self._scheme, self._document.lang)
        return Question(RELATIONS, task, "\n".join(lines), relation_schema(self._scheme))

    def _numbered(self, sentences: range) -> list[str]:
        return [f"[{number}] {self._sentence(index)}" for number, index in enumerate(sentences, 1)]

    def _sentence(self, index: int) -> str:
        return one_line(self._document.text[slice(*self._document.sentences[index])])

    def _context(self, sentences: range) -> Iterator[str]:
        """Yield title and sentence before, where the sentences do not begin the document."""
        if sentences.start == 0:
            return
        title = one_line(self._document.title)
        if title:
            yield f"Title: {title}"
        yield f"Before: {self._sentence(sentences.start - 1)}"

    def _may_be_related(self, mentions: Sequence[Span]) -> bool:
        """Tell whether any two mentions have labels that a relation may link, in one sentence where it wants that."""
        kinds = self._scheme.relations.values()
        by_sentence: dict[int, Counter[str]] = {}
        for span in mentions:
            by_sentence.setdefault(self._document.sentences.at_or_before(span.start), Counter())[span.label] += 1
        everywhere = sum(by_sentence.values(), Counter())
        return any(
            labels[head] and labels[child] > (head == child)
            for kind in kinds
            for labels in ([everywhere] if kind.within == "document" else by_sentence.values())
            for head in kind.head
            for child in kind.child
        )

    def _example(self, gold: GoldSentence) -> tuple[str, str]:
        """A finished sentence as a question with the right answer."""
        listed = []
        for number, (start, end, label) in enumerate(gold.mentions, 1):
            before, after = _around(gold.text, start, end)
            mention = {"sentence": 1, "text": one_line(gold.text[start:end]), "before": before, "after": after}
            identity = {"id": number} if self._together else {}
            listed.append({**identity, **mention, "label": label, "certainty": "high"})
        answer: dict[str, Any] = {ENTITIES: listed}
        if self._together:
            answer[RELATIONS] = [
                {"head": head + 1, "child": child + 1, "label": label, "certainty": "high"}
                for head, child, label in gold.relations
            ]
        return f"[1] {one_line(gold.text)}", json.dumps(answer, ensure_ascii=False)


def pieces(document: Document, size: int) -> Iterator[range]:
    """Yield the sentences of a document, by index, in runs of at most ``size`` code points (one sentence at least)."""
    first, sentences = 0, document.sentences
    for index in range(len(sentences)):
        if index > first and sentences.ends[index] - sentences.starts[first] > size:
            yield range(first, index)
            first = index
    if first < len(sentences):
        yield range(first, len(sentences))


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """The words before and after a mention whose words stand in the text more than once; else nothing."""
    if text.count(text[start:end]) < 2:
        return "", ""
    return "".join(text[:start].split()[-1:]), "".join(text[end:].split()[:1])


def one_line(text: str) -> str:
    """A text with every run of blanks as one space."""
    return " ".join(text.split())


def entity_schema(scheme: LabelScheme, *, with_relations: bool) -> dict[str, Any]:
    """The JSON Schema of an answer that lists mentions."""
    entity: dict[str, Any] = {"id": {"type": "integer"}} if with_relations else {}
    entity |= {
        "sentence": {"type": "integer"},
        "text": {"type": "string"},
        "before": {"type": "string"},
        "after": {"type": "string"},
        "label": {"type": "string", "enum": list(scheme.entities)},
        "certainty": {"type": "string", "enum": list(CERTAINTIES)},
    }
    relations = relation_schema(scheme)["properties"] if with_relations else {}
    return _object({ENTITIES: _list_of(entity), **relations})


def relation_schema(scheme: LabelScheme) -> dict[str, Any]:
    """The JSON Schema of an answer that lists relations."""
    relation = {
        "head": {"type": "integer"},
        "child": {"type": "integer"},
        "label": {"type": "string", "enum": list(scheme.relations)},
        "certainty": {"type": "string", "enum": list(CERTAINTIES)},
    }
    return _object({RELATIONS: _list_of(relation)})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _list_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _object(properties)}
