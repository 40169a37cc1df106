"""The suggester: documents in, questions out, answers anchored, troubles told."""

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
from annotator.suggest.chat.configuration import Configuration
from annotator.suggest.chat.endpoint import Endpoint, Traffic, Trouble
from annotator.suggest.chat.remembered import Answers
from annotator.suggest.chat.threads import map_in_threads
from annotator.suggest.protocol import Reported, Sent
from annotator.text import Document

PATIENCE = 3
"""Questions in a row without an answer after which no more is asked in this run."""
DECLINED = "the model declined to answer"
_TOO_LONG = ""
"""Remembered in place of an answer that was cut off: its halves are what is asked."""
NOT_ASKED = "{} was not asked, because nothing is sent unasked"
NO_JSON = "the model gave no JSON that can be read"
CUT_OFF = "the model ran out of space: allow it longer answers, or lower chunk"


class ChatSuggester:
    """Asks one model about every document, in pieces of some sentences.

    ``version`` holds the model, the version of the question, and a digest of what else changes the output.
    """

    name = "chat"

    def __init__(
        self, scheme: LabelScheme, configuration: Configuration, answers: Path, *, silent: bool = False
    ) -> None:
        self.version = _version(configuration)
        self.hosts = () if silent else (configuration.host,)
        self._folder = answers
        self._scheme = scheme
        self._schema = question.answer_schema(scheme)
        self._configuration = configuration
        self._answers = Answers(answers)
        self._lock = threading.Lock()
        self._silent = 0
        self._stopped: Trouble | None = Trouble(NOT_ASKED.format(configuration.host), final=True) if silent else None

    def offline(self) -> ChatSuggester:
        """Return one that knows what was answered before, and asks nothing."""
        return ChatSuggester(self._scheme, self._configuration, self._folder, silent=True)

    def suggest(self, documents: Iterable[Document]) -> Iterator[Reported]:
        """Yield a layer per document; what was not answered is said in it, and its rest is kept."""
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
        found = Anchoring(self._scheme, document, source, self._configuration.score)
        unread: Counter[str] = Counter()
        traffic = Traffic()
        for sentences in question.pieces(document, self._configuration.chunk):
            for part, answer in self._answered(endpoint, document, sentences, traffic):
                if isinstance(answer, Trouble):
                    unread[answer.reason] += 1
                else:
                    found.add(answer, part)
        found.finish()
        reason = unread.most_common(1)[0][0] if unread else ""
        sent = Sent(traffic.requests, 1, traffic.bytes)
        told = f"{source}: {reason}" if reason else ""
        by_host = {self._configuration.host: sent} if traffic.requests else {}
        return Reported(found.spans, found.relations, told, found.dropped, by_host)

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
        """Return what was answered before, else ask."""
        messages = question.messages(self._scheme, document, sentences)
        settings = self._configuration
        asked = [settings.url, settings.model, settings.temperature, messages, self._schema]
        known = self._answers.get(asked)
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
                self._answers.put(asked, _TOO_LONG)
            raise
        self._answers.put(asked, content)
        with self._lock:
            self._silent = 0
        return answer

    def _note(self, trouble: Trouble) -> Trouble:
        """Stop asking after a trouble that will stay, or after too many in a row."""
        with self._lock:
            self._silent += 1
            if self._stopped is None and (trouble.final or self._silent >= PATIENCE):
                self._stopped = trouble
        return trouble


def _version(settings: Configuration) -> str:
    """Return the version: the model, the question's version, and a digest of what else changes the output."""
    other = (settings.url, settings.temperature, settings.chunk, settings.score, anchoring.VERSION)
    digest = hashlib.sha256(repr(other).encode()).hexdigest()
    return f"{settings.model}.{question.VERSION}.{digest[:6]}"
