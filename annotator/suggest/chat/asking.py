"""Asking a chat model, or looking up what it answered before: within a budget, and no longer than there is a use."""

from __future__ import annotations

import threading
from contextlib import suppress

from annotator.labels import LabelScheme
from annotator.suggest.chat import answer as reading
from annotator.suggest.chat.answer import Answer, read_answer
from annotator.suggest.chat.answer_cache import AnswerCache
from annotator.suggest.chat.answer_json import CutOffError, NoAnswerError
from annotator.suggest.chat.configuration import Configuration
from annotator.suggest.chat.costs import TOKENS_IN_ANSWER, Spending, tokens_in
from annotator.suggest.chat.endpoint import Endpoint, Traffic, Trouble
from annotator.suggest.chat.question import Question
from annotator.suggest.chat.request import Requests
from annotator.suggest.protocol import Sent

PATIENCE = 3
"""Questions in a row without an answer after which no more is asked in this run."""
NOT_ASKED = "{} was not asked, because nothing is sent unasked"
SPENT = "the budget of {} for one run is used up: raise budget, or suggest again"
PART_SPENT = "one of {} processes has used up its part of the budget, {}: raise budget, or suggest with fewer --jobs"
_TOO_LONG = ""
"""Cached in place of an answer that was cut off: the question is then asked in halves."""


class Asking:
    """The questions of one run, asked by several threads."""

    def __init__(
        self, scheme: LabelScheme, configuration: Configuration, cache: AnswerCache, *, offline: bool = False
    ) -> None:
        self._scheme = scheme
        self._configuration = configuration
        self._cache = cache
        self._requests = Requests(configuration)
        self._spending = Spending(configuration.budget, configuration.prices)
        self._lock = threading.Lock()
        self._unanswered = 0
        self._stopped = Trouble(NOT_ASKED.format(configuration.host), final=True) if offline else None

    def endpoint(self) -> Endpoint:
        """The server, not yet opened."""
        return Endpoint(self._configuration, self._requests)

    def known(self, question: Question) -> Answer | None:
        """The answer that is kept; ``None`` when there is none.

        Raises ``CutOffError`` for a question whose answer was cut off.
        """
        kept = self._cache.get(self._asked(question))
        if kept == _TOO_LONG:
            raise CutOffError
        with suppress(NoAnswerError, CutOffError):
            return None if kept is None else read_answer(kept, self._scheme, question.kind)
        return None

    def answer(self, endpoint: Endpoint, question: Question, traffic: Traffic, *, divisible: bool) -> Answer:
        """The kept answer, or ask for one, which is kept if it is good.

        ``divisible`` says that the question can be asked in parts should the answer be cut off.  Raises
        ``CutOffError``, ``NoAnswerError``, ``DeclinedError`` and :class:`Trouble` as the endpoint does.
        """
        known = self.known(question)
        if known is not None:
            return known
        if self._stopped is not None:
            raise self._stopped
        reserved, before = Sent(), traffic.sent

        def reserve() -> None:
            nonlocal reserved
            expected = Sent(requests=1) if reserved.requests else expected_traffic(question)
            limit = self._spending.reserve(expected)
            if limit:
                raise Trouble(self._spent(limit), final=True)
            reserved += expected

        try:
            content = endpoint.ask(question, traffic, reserve)
            answer = read_answer(content, self._scheme, question.kind)
        except CutOffError:
            if divisible:
                self._keep(question, _TOO_LONG, traffic)
            raise
        finally:
            self._spending.settle(reserved, traffic.sent, before)
        self._keep(question, content, traffic)
        with self._lock:
            self._unanswered = 0
        return answer

    def note(self, trouble: Trouble) -> Trouble:
        """Stop asking after a trouble that will stay, or after too many in a row."""
        with self._lock:
            self._unanswered += 1
            if self._stopped is None and (trouble.final or self._unanswered >= PATIENCE):
                self._stopped = trouble
        return trouble

    def _spent(self, limit: str) -> str:
        processes = self._configuration.budget.processes
        return SPENT.format(limit) if processes == 1 else PART_SPENT.format(processes, limit)

    def _keep(self, question: Question, content: str, traffic: Traffic) -> None:
        traffic.unkept = self._cache.put(self._asked(question), content) or traffic.unkept

    def _asked(self, question: Question) -> object:
        """What an answer is kept under: all that decides on it but the examples, which only help."""
        settings = self._configuration
        return [
            reading.VERSION, settings.url, settings.model, settings.temperature, settings.answer_format,
            settings.extra, question.task, question.text, question.schema,
        ]  # fmt: skip


def expected_traffic(question: Question) -> Sent:
    """About what it takes to ask a question."""
    size = sum(len(message["content"].encode()) for message in question.messages)
    read = sum(tokens_in(message["content"]) for message in question.messages)
    return Sent(1, 0, size, read, round(TOKENS_IN_ANSWER * tokens_in(question.text)))
