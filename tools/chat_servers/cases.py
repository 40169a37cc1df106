"""What the servers are asked, and what must come of it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotator.labels import load_scheme
from annotator.suggest.chat.configuration import Configuration
from annotator.suggest.chat.suggester import ChatSuggester
from annotator.suggest.protocol import Reported
from annotator.text import Document
from annotator.tokenization import split_sentences, tokenize
from annotator.wording import plural
from tools.chat_servers.servers import RIGHT_KEY
from tools.interop.environment import TOP

TEXT = "La ministra Ana Ruiz voló a EE. UU. el 3 de mayo."
KEY, WRONG = "ANNOTATOR_CHAT_RIGHT", "ANNOTATOR_CHAT_WRONG"
QUOTED = r"^2 spans, 1 relation\b"
EMPTY = r"^0 spans, 0 relations, (?!0 tokens)"


@dataclass(frozen=True, slots=True)
class Case:
    """Settings of the chat suggester, and a pattern for what must come of them."""

    what: str
    model: str
    expected: str
    settings: Mapping[str, Any] = field(default_factory=dict)


def asked(case: Case, url: str) -> str:
    """Ask as a case wants it, and say what came of it; the key must be nowhere in that."""
    os.environ.update({KEY: RIGHT_KEY, WRONG: "sk-wr0ng", "NO_PROXY": "127.0.0.1"})
    settings = {"key_variable": KEY, "timeout": 120, **case.settings}
    with tempfile.TemporaryDirectory() as cache:
        suggester = ChatSuggester(
            load_scheme(TOP / "labels.yaml"), Configuration(url, case.model, **settings), Path(cache)
        )
        (layer,) = suggester.suggest([_document(TEXT)])
        kept = "".join(path.read_text(encoding="utf-8") for path in Path(cache).iterdir())
    said = _said(layer)
    return "the key is told" if re.search(r"sk-(right|wr0ng)", said + kept) else said


def _said(layer: Reported) -> str:
    if layer.unread:
        return re.sub(r"^chat@\S+ |127\.0\.0\.1:\d+ ", "", layer.unread)
    (sent,) = layer.sent.values()
    tokens = f"{sent.input_tokens:,} tokens read, {sent.output_tokens:,} written"
    counts = (plural(len(layer.spans), "span"), plural(len(layer.relations), "relation"))
    return ", ".join((*counts, tokens, plural(sent.requests, "request")))


def _document(text: str) -> Document:
    tokens = tokenize(text, "es")
    return Document("article", text, "es", "article", tokens, split_sentences(text, tokens, "es"))


_SHORT: Mapping[str, Any] = {"extra": {"max_tokens": 20}}
LLAMA_CASES = (
    Case("the default: by schema, then by grammar", "tiny", EMPTY),
    Case("a grammar of the schema", "tiny", EMPTY, {"answer_format": "json_object"}),
    Case("by word alone, 20 tokens at most", "tiny", "ran out of space", {"answer_format": "none", **_SHORT}),
    Case("entities and relations together", "tiny", EMPTY, {"relations": "together"}),
    Case("extra: 1 token at most", "tiny", "ran out of space", {"extra": {"max_tokens": 1}}),
    Case(
        "a schema demanded, which it does not know",
        "tiny",
        "answered 500 .1 validation error",
        {"answer_format": "json_schema"},
    ),
    Case(
        "an extra field with a wrong value",
        "tiny",
        "answered 500 .1 validation error",
        {"extra": {"max_tokens": "many"}},
    ),
    Case("a wrong key", "tiny", "refused us with status 401", {"key_variable": WRONG}),
    Case("no key", "tiny", "refused us with status 401", {"key_variable": None}),
    Case("a question too long for the model", "short", "takes no question of this length"),
    Case("no answer within the timeout", "tiny", "no answer within 1 seconds", {"timeout": 1}),
)
LITELLM_CASES = (
    Case("the default: by schema", "quoting", QUOTED),
    Case("JSON without a schema", "quoting", QUOTED, {"answer_format": "json_object"}),
    Case("by word alone", "quoting", QUOTED, {"answer_format": "none"}),
    Case("a draft in thinking, then a fence", "drafting", QUOTED),
    Case("extra: little thinking", "quoting", QUOTED, {"extra": {"reasoning_effort": "low", "max_tokens": 500}}),
    Case("talk in place of JSON", "talking", "no JSON that can be read"),
    Case("a wrong key", "quoting", "check the key", {"key_variable": WRONG}),
    Case("a model that is not there", "missing", "check url and model"),
    Case("a question too long for the model", "full", "takes no question of this length"),
    Case("too many requests", "busy", "is busy"),
    Case("an error of the server's", "failing", "answered 500"),
    Case("a server behind it that is not there", "alone", "answered 500"),
    Case("no answer within the timeout", "slow", "no answer within 2 seconds", {"timeout": 2}),
)  # fmt: skip
BEHIND_CASES = (
    Case("llama-cpp-python behind it", "behind", EMPTY),
    Case("llama-cpp-python behind it, by grammar", "behind", EMPTY, {"answer_format": "json_object"}),
)
