"""The chat suggester: it asks a model about each document and anchors the answers in the text."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from annotator.annotation import Span
from annotator.labels import LabelScheme
from annotator.suggest.chat import anchoring, question
from annotator.suggest.chat.anchoring import Anchoring
from annotator.suggest.chat.answer import Answer, DeclinedError
from annotator.suggest.chat.answer_cache import AnswerCache
from annotator.suggest.chat.answer_json import CutOffError, NoAnswerError
from annotator.suggest.chat.asking import Asking, expected_traffic
from annotator.suggest.chat.configuration import Configuration
from annotator.suggest.chat.endpoint import Endpoint, Traffic, Trouble
from annotator.suggest.chat.question import Messages, Question, Questions
from annotator.suggest.chat.threads import map_in_threads
from annotator.suggest.gold_sentences import GoldSentence, GoldSentences
from annotator.suggest.ledger import Ledger
from annotator.suggest.protocol import Planned, Reported, Sent
from annotator.text import Document

DECLINED = "the model declined to answer"
NO_JSON = "the model gave no JSON that can be read"
CUT_OFF = "the model ran out of space: allow it longer answers in extra, or less thinking"

Ask = Callable[[range], Question | None]
"""Makes a question about some sentences; ``None`` where there is nothing to ask."""


class ChatSuggester:
    """Asks one model about every document, in pieces of some sentences.

    ``version`` holds the model, the version of the question, and a digest of what else changes the output.
    """

    name = "chat"

    def __init__(
        self,
        scheme: LabelScheme,
        configuration: Configuration,
        cache_folder: Path,
        *,
        gold: GoldSentences | None = None,
        ledger: Ledger | None = None,
        offline: bool = False,
    ) -> None:
        self.version = _version(configuration)
        self.hosts = () if offline else (configuration.host,)
        self._scheme = scheme
        self._configuration = configuration
        self._cache_folder = cache_folder
        self._gold = gold or GoldSentences()
        self._ledger = ledger
        self._asking = Asking(scheme, configuration, AnswerCache(cache_folder), offline=offline)

    def offline(self) -> ChatSuggester:
        """A suggester that uses the cached answers and asks nothing."""
        return ChatSuggester(self._scheme, self._configuration, self._cache_folder, offline=True)

    def with_gold(self, gold: GoldSentences) -> ChatSuggester:
        """A suggester that shows the model finished sentences."""
        return ChatSuggester(self._scheme, self._configuration, self._cache_folder, gold=gold, offline=not self.hosts)

    def with_ledger(self, ledger: Ledger) -> ChatSuggester:
        """A suggester that keeps in a ledger what it sends, before it does so."""
        arguments = self._scheme, self._configuration, self._cache_folder
        return ChatSuggester(*arguments, gold=self._gold, ledger=ledger, offline=not self.hosts)

    def for_one_of(self, number: int, processes: int) -> ChatSuggester:
        """A suggester for one of several processes, counted from 0, which share the budget."""
        settings = replace(self._configuration, budget=self._configuration.budget.part(number, processes))
        return ChatSuggester(self._scheme, settings, self._cache_folder, gold=self._gold, offline=not self.hosts)

    def suggest(self, documents: Iterable[Document]) -> Iterator[Reported]:
        """Yield a layer for each document, in order; a question without an answer is reported in it."""
        endpoint = self._asking.endpoint()
        if self.hosts:
            try:
                endpoint.open()
            except Trouble as trouble:
                self._asking.note(trouble)
        with endpoint:
            yield from map_in_threads(partial(self._read, endpoint), documents, self._configuration.parallel)

    def plan(self, document: Document) -> Planned:
        """What would be sent to ask about a document, as far as that is known before anything was answered.

        Relations are asked about the mentions that were found: where these are not known yet, a question for relations
        is counted for every piece, as long as one for its entities.
        """
        questions = self._questions(document)
        sent, kept = Sent(), 0
        asked_for: list[Messages] = []
        for sentences in question.pieces(document, self._configuration.chunk):
            asked = questions.entities(sentences)
            with suppress(CutOffError):
                if self._asking.known(asked) is not None:
                    kept += 1
                    continue
            each = expected_traffic(asked)
            sent += each
            if self._apart:
                sent += each
            asked_for.append(asked.messages)
        sent = replace(sent, documents=1 if sent.requests else 0)
        return Planned(self._configuration.host, self._priced(sent), kept, tuple(asked_for))

    @property
    def _apart(self) -> bool:
        return self._configuration.relations == "apart" and bool(self._scheme.relations)

    def _questions(self, document: Document) -> Questions:
        together = self._configuration.relations == "together"
        return Questions(self._scheme, document, self._nearest, together=together)

    def _nearest(self, document: Document, sentences: range) -> list[GoldSentence]:
        return list(self._gold.nearest(document, sentences, self._configuration.examples))

    def _read(self, endpoint: Endpoint, document: Document) -> Reported:
        source = f"{self.name}@{self.version}"
        suggestions = Anchoring(self._scheme, document, source, self._configuration.score)
        questions, unread = self._questions(document), Counter[str]()
        traffic = Traffic(record=partial(self._record, document.key))
        pieces = list(question.pieces(document, self._configuration.chunk))
        for sentences in pieces:
            for part, answer in self._answered(endpoint, questions.entities, sentences, traffic):
                if isinstance(answer, Trouble):
                    unread[answer.reason] += 1
                else:
                    suggestions.add(answer, part)
        suggestions.repeat()
        for sentences in pieces if self._apart else ():
            mentions: dict[range, list[Span]] = {}

            def ask(part: range, mentions: dict[range, list[Span]] = mentions) -> Question | None:
                mentions[part] = suggestions.mentions(part)
                return questions.relations(part, mentions[part])

            for part, answer in self._answered(endpoint, ask, sentences, traffic):
                if isinstance(answer, Trouble):
                    unread[answer.reason] += 1
                else:
                    suggestions.relate(answer, mentions[part])
        suggestions.finish()
        reason = unread.most_common(1)[0][0] if unread else ""
        report = f"{source}: {reason}" if reason else ""
        return Reported(
            suggestions.spans,
            suggestions.relations,
            unread=report,
            dropped=suggestions.dropped,
            sent=self._by_host(traffic),
            unkept=traffic.unkept,
        )

    def _by_host(self, traffic: Traffic) -> Mapping[str, Sent]:
        sent = self._priced(replace(traffic.sent, documents=1))
        return {self._configuration.host: sent} if traffic.requests else {}

    def _record(self, document: str, sent: Sent) -> None:
        if self._ledger is not None:
            self._ledger.record(document, {self._configuration.host: self._priced(sent)})

    def _priced(self, sent: Sent) -> Sent:
        prices = self._configuration.prices
        return sent if prices is None else replace(sent, cost=prices.cost(sent), currency=prices.currency)

    def _answered(
        self, endpoint: Endpoint, ask: Ask, sentences: range, traffic: Traffic
    ) -> Iterator[tuple[range, Answer | Trouble]]:
        """Ask about some sentences, and again about each half when the answer was cut off."""
        asked = ask(sentences)
        if asked is None:
            return
        divisible = len(sentences) > 1
        try:
            yield sentences, self._asking.answer(endpoint, asked, traffic, divisible=divisible)
        except DeclinedError:
            yield sentences, Trouble(DECLINED)
        except CutOffError as error:
            if not divisible:
                yield sentences, self._asking.note(Trouble(error.reason or CUT_OFF))
                return
            middle = len(sentences) // 2
            yield from self._answered(endpoint, ask, sentences[:middle], traffic)
            yield from self._answered(endpoint, ask, sentences[middle:], traffic)
        except NoAnswerError:
            yield sentences, self._asking.note(Trouble(NO_JSON))
        except Trouble as trouble:
            yield sentences, self._asking.note(trouble)


def _version(settings: Configuration) -> str:
    """The version: the model, the question's version, and a digest of what else changes the output."""
    other = [
        settings.url, settings.temperature, settings.chunk, settings.score, settings.relations,
        settings.answer_format, settings.extra, anchoring.VERSION,
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps(other, sort_keys=True).encode()).hexdigest()
    return f"{settings.model}.{question.VERSION}.{digest[:6]}"
