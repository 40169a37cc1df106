"""The chat suggester: it asks a model about each document and anchors the answers in the text."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from annotator.labels import LabelScheme
from annotator.suggest.chat import anchoring, question
from annotator.suggest.chat.anchoring import Anchoring
from annotator.suggest.chat.answer import Answer, CutOffError, DeclinedError, NoAnswerError, read_answer
from annotator.suggest.chat.answer_cache import AnswerCache
from annotator.suggest.chat.configuration import Configuration
from annotator.suggest.chat.endpoint import Endpoint, Traffic, Trouble
from annotator.suggest.chat.threads import map_in_threads
from annotator.suggest.protocol import Reported, Sent
from annotator.text import Document

PATIENCE = 3
"""Questions in a row without an answer after which no more is asked in this run."""
DECLINED = "the model declined to answer"
_TOO_LONG = ""
"""Cached in place of an answer that was cut off: the question is then asked in halves."""
NOT_ASKED = "{} was not asked, because nothing is sent unasked"
NO_JSON = "the model gave no JSON that can be read"
CUT_OFF = "the model ran out of space: allow it longer answers, or lower chunk"


class ChatSuggester:
    """Asks one model about every document, in pieces of some sentences.

    ``version`` holds the model, the version of the question, and a digest of what else changes the output.
    """

    name = "chat"

    def __init__(
        self, scheme: LabelScheme, configuration: Configuration, cache_folder: Path, *, offline: bool = False
    ) -> None:
        self.version = _version(configuration)
        self.hosts = () if offline else (configuration.host,)
        self._cache_folder = cache_folder
        self._scheme = scheme
        self._schema = question.answer_schema(scheme)
        self._configuration = configuration
        self._cache = AnswerCache(cache_folder)
        self._lock = threading.Lock()
        self._unanswered = 0
        self._stopped: Trouble | None = Trouble(NOT_ASKED.format(configuration.host), final=True) if offline else None

    def offline(self) -> ChatSuggester:
        """A suggester that uses the cached answers and asks nothing."""
        return ChatSuggester(self._scheme, self._configuration, self._cache_folder, offline=True)

    def suggest(self, documents: Iterable[Document]) -> Iterator[Reported]:
        """Yield a layer for each document, in order; a question without an answer is reported in it."""
        endpoint = Endpoint(self._configuration)
        if self.hosts:
            try:
                endpoint.open()
            except Trouble as trouble:
                self._note(trouble)
        with endpoint:
            yield from map_in_threads(partial(self._read, endpoint), documents, self._configuration.parallel)

    def _read(self, endpoint: Endpoint, document: Document) -> Reported:
        source = f"{self.name}@{self.version}"
        suggestions = Anchoring(self._scheme, document, source, self._configuration.score)
        unread: Counter[str] = Counter()
        traffic = Traffic()
        for sentences in question.pieces(document, self._configuration.chunk):
            for part, answer in self._answered(endpoint, document, sentences, traffic):
                if isinstance(answer, Trouble):
                    unread[answer.reason] += 1
                else:
                    suggestions.add(answer, part)
        suggestions.finish()
        reason = unread.most_common(1)[0][0] if unread else ""
        sent = Sent(traffic.requests, 1, traffic.bytes)
        report = f"{source}: {reason}" if reason else ""
        by_host = {self._configuration.host: sent} if traffic.requests else {}
        return Reported(suggestions.spans, suggestions.relations, report, suggestions.dropped, by_host)

    def _answered(
        self, endpoint: Endpoint, document: Document, sentences: range, traffic: Traffic
    ) -> Iterator[tuple[range, Answer | Trouble]]:
        """Ask about some sentences, and again about each half when the answer was cut off."""
        try:
            yield sentences, self._answer(endpoint, document, sentences, traffic)
        except DeclinedError:
            yield sentences, Trouble(DECLINED)
        except CutOffError:
            if len(sentences) == 1:
                yield sentences, self._note(Trouble(CUT_OFF))
                return
            middle = len(sentences) // 2
            yield from self._answered(endpoint, document, sentences[:middle], traffic)
            yield from self._answered(endpoint, document, sentences[middle:], traffic)
        except NoAnswerError:
            yield sentences, self._note(Trouble(NO_JSON))
        except Trouble as trouble:
            yield sentences, self._note(trouble)

    def _answer(self, endpoint: Endpoint, document: Document, sentences: range, traffic: Traffic) -> Answer:
        """The cached answer, or ask."""
        messages = question.messages(self._scheme, document, sentences)
        settings = self._configuration
        asked = [settings.url, settings.model, settings.temperature, messages, self._schema]
        known = self._cache.get(asked)
        if known == _TOO_LONG:
            raise CutOffError
        with suppress(NoAnswerError, CutOffError):
            if known is not None:
                return read_answer(known, self._scheme)
        if self._stopped is not None:
            raise self._stopped
        try:
            content = endpoint.ask(messages, self._schema, traffic)
            answer = read_answer(content, self._scheme)
        except CutOffError:
            if len(sentences) > 1:
                self._cache.put(asked, _TOO_LONG)
            raise
        self._cache.put(asked, content)
        with self._lock:
            self._unanswered = 0
        return answer

    def _note(self, trouble: Trouble) -> Trouble:
        """Stop asking after a trouble that will stay, or after too many in a row."""
        with self._lock:
            self._unanswered += 1
            if self._stopped is None and (trouble.final or self._unanswered >= PATIENCE):
                self._stopped = trouble
        return trouble


def _version(settings: Configuration) -> str:
    """The version: the model, the question's version, and a digest of what else changes the output."""
    other = (settings.url, settings.temperature, settings.chunk, settings.score, anchoring.VERSION)
    digest = hashlib.sha256(repr(other).encode()).hexdigest()
    return f"{settings.model}.{question.VERSION}.{digest[:6]}"
