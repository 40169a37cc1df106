"""Talking with a chat server: what is sent, and what is made of every way in which it can fail."""

from __future__ import annotations

import gzip
import json
import re
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from annotator.errors import ModelError
from annotator.suggest import chat as package
from annotator.suggest.chat.answer import DeclinedError
from annotator.suggest.chat.answer_json import CutOffError, NoAnswerError
from annotator.suggest.chat.configuration import Configuration, load_configuration
from annotator.suggest.chat.endpoint import LARGEST_ANSWER, Endpoint, Traffic, Trouble
from annotator.suggest.chat.question import Question
from tests.suggest.chat.chat_server import FakeChat, Reply, complaint, completion

SHAPE = {"type": "object"}
QUESTION = Question("entities", "Mark.", "[1] Hola.", SHAPE)
KEY = "ANNOTATOR_CHAT_KEY"


def ask(configuration: Configuration, pauses: list[float] | None = None) -> str:
    with Endpoint(configuration, sleep=(pauses if pauses is not None else []).append) as endpoint:
        endpoint.open()
        return endpoint.ask(QUESTION)


def trouble(configuration: Configuration) -> Trouble:
    with pytest.raises((Trouble, CutOffError)) as caught:
        ask(configuration)
    found = caught.value
    assert isinstance(found, (Trouble, CutOffError))
    return found if isinstance(found, Trouble) else Trouble(found.reason)


class TestAsking:
    def test_a_question_names_the_model_and_the_shape_of_the_answer(self, chat: FakeChat) -> None:
        chat.script = [completion("hello")]
        assert ask(chat.configuration(temperature=0.5)) == "hello"
        (body,) = chat.asked
        assert (body["model"], body["temperature"], body["messages"]) == ("tiny", 0.5, QUESTION.messages)
        assert body["response_format"]["type"] == "json_schema"
        assert body["response_format"]["json_schema"]["schema"] == SHAPE
        assert chat.keys == [None]

    def test_the_key_comes_from_the_variable_that_is_named(
        self, chat: FakeChat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ANNOTATOR_CHAT_OTHER", " s3cret\n")
        chat.script = [completion("hello")]
        ask(chat.configuration(key_variable="ANNOTATOR_CHAT_OTHER"))
        assert chat.keys == ["Bearer s3cret"]

    @pytest.mark.parametrize("tail", ["", "/", "/chat/completions"])
    def test_the_address_may_end_in_several_ways(self, chat: FakeChat, tail: str) -> None:
        chat.script = [completion("hello")]
        assert ask(chat.configuration(url=chat.url + tail)) == "hello"

    @pytest.mark.parametrize(
        ("status", "message"),
        [
            (400, "'response_format.type' must be 'text'"),
            (500, 'type must be one of "text" or "json_object", but got: json_schema'),
        ],
    )
    def test_a_server_without_schemas_is_asked_without_one(self, chat: FakeChat, status: int, message: str) -> None:
        chat.script = [complaint(status, message)] * 3 + [complaint(400, "Unsupported value: 'temperature'")]
        chat.script.append(completion("{}"))
        assert ask(chat.configuration()) == "{}"
        assert [(body.get("response_format", {}).get("type"), body.get("temperature")) for body in chat.asked] == [
            ("json_schema", 0), ("json_object", 0), ("json_object", 0), (None, 0), (None, None),
        ]  # fmt: skip

    def test_a_grammar_error_that_names_no_field_is_one_about_the_schema(self, chat: FakeChat) -> None:
        chat.script = [complaint(400, "Failed to initialize samplers: failed to parse grammar"), completion("{}")]
        assert ask(chat.configuration()) == "{}"
        assert chat.asked[1]["response_format"] == {"type": "json_object", "schema": SHAPE}

    def test_a_demand_that_was_set_is_not_given_up_in_silence(self, chat: FakeChat) -> None:
        chat.script = [complaint(400, "response_format is unknown"), completion("{}")]
        assert "answered 400 (response_format" in trouble(chat.configuration(answer_format="json_schema")).reason

    def test_extra_fields_stand_in_every_request_and_replace_none(self, chat: FakeChat) -> None:
        chat.script = [completion("{}")]
        ask(chat.configuration(extra={"reasoning_effort": "low", "chat_template_kwargs": {"enable_thinking": False}}))
        (body,) = chat.asked
        assert (body["reasoning_effort"], body["stream"]) == ("low", False)
        assert body["chat_template_kwargs"] == {"enable_thinking": False}

    def test_what_was_read_and_written_is_counted_also_when_it_is_of_no_use(self, chat: FakeChat) -> None:
        told, untold = completion("{}"), completion("", finish_reason="length")
        body = {**json.loads(told.body), "usage": {"prompt_tokens": 40, "completion_tokens": 7}}
        chat.script = [told._replace(body=json.dumps(body).encode()), untold]
        traffic = Traffic()
        with Endpoint(chat.configuration()) as endpoint:
            endpoint.open()
            endpoint.ask(QUESTION, traffic)
            assert (traffic.sent.input_tokens, traffic.sent.output_tokens) == (40, 7)
            with pytest.raises(CutOffError):
                endpoint.ask(QUESTION, traffic)
        assert traffic.sent.input_tokens > 90
        assert traffic.sent.output_tokens > 20

    @pytest.mark.parametrize(
        "message",
        [
            {"content": [{"type": "thinking", "thinking": "{}"}, {"type": "text", "text": "hello"}]},
            {"content": None, "tool_calls": [{"function": {"name": "f", "arguments": "hello"}}]},
            {"content": "", "function_call": {"arguments": "hello"}},
            {"content": "", "reasoning_content": "hello"},
            {"content": "hello", "reasoning_content": "I wonder"},
        ],
    )  # fmt: skip
    def test_an_answer_may_stand_in_several_places(self, chat: FakeChat, message: dict[str, Any]) -> None:
        chat.script = [completion("", message=message)]
        assert ask(chat.configuration()) == "hello"


class TestWaiting:
    def test_a_busy_server_gets_the_time_that_it_asks_for(self, chat: FakeChat) -> None:
        later = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
        chat.script = [
            complaint(429, "slow down", Retry_After="7"),
            complaint(503, "loading", Retry_After=later),
            complaint(502, "?", Retry_After="soon"),
            completion("hello"),
        ]
        pauses: list[float] = []
        assert ask(chat.configuration(), pauses) == "hello"
        assert pauses == [7, 0, 4]

    @pytest.mark.parametrize("later", ["soon", "", "-1", "Mon, 01 Jan 2024 00:00:00 +" + "9" * 20])
    def test_a_time_that_is_none_is_passed_over(self, chat: FakeChat, later: str) -> None:
        chat.script = [complaint(503, "loading", Retry_After=later), completion("hello")]
        pauses: list[float] = []
        assert ask(chat.configuration(), pauses) == "hello"
        assert pauses == [1]

    def test_one_that_wants_too_much_time_is_left_alone(self, chat: FakeChat) -> None:
        chat.script = [complaint(429, "quota", Retry_After="86400")]
        found = trouble(chat.configuration())
        assert "wants 86400 seconds" in found.reason
        assert found.final
        assert len(chat.asked) == 1

    def test_patience_ends(self, chat: FakeChat) -> None:
        chat.script = [complaint(429, "Rate limit reached.") for _ in range(9)]
        assert "is busy (Rate limit reached): suggest again later" in trouble(chat.configuration()).reason
        assert len(chat.asked) == 4

    def test_a_reply_that_breaks_off_is_asked_for_again(self, chat: FakeChat) -> None:
        chat.script = [Reply(200, b"{", cut=True), completion("hello")]
        assert ask(chat.configuration()) == "hello"
        chat.script = [Reply(200, b"{", cut=True) for _ in range(4)]
        found = trouble(chat.configuration())
        assert "broke off" in found.reason
        assert not found.final


class TestTrouble:
    @pytest.mark.parametrize(
        ("reply", "said", "final"),
        [
            (complaint(401, "Incorrect API key"), "with status 401 (Incorrect API key): give the variable", True),
            (complaint(404, "model 'tiny' not found"), "404 (model 'tiny' not found): check url and model", True),
            (complaint(400, "context too long\n\x1b[31m!"), "answered 400 (context too long [31m!)", False),
            (Reply(501, b"<html><body>no</body></html>"), "answered 501", False),
            (Reply(400, b'{"detail": [{"msg": "bad"}]}'), "answered 400", False),
            (complaint(400, "Error: context_length_exceeded"), "takes no question of this length", False),
            (complaint(429, "You exceeded your quota: insufficient_quota"), "has no credit left for this key", True),
            (complaint(402, "Insufficient Balance"), "has no credit left", True),
            (complaint(400, "Invalid model name passed in"), "check url and model", True),
            (complaint(400, "API key not valid."), "refused us with status 400", True),
            (Reply(200, b'{"error": {"message": "no way", "code": 402}}'), "answered 402 (no way)", False),
            (Reply(200, b'{"error": "no way"}'), "answered 400 (no way)", False),
            (Reply(200, b"data: {}", {"Content-Type": "text/event-stream"}), "in a stream", True),
            (complaint(400, "x:" * 500_000), "answered 400 (x:x:", False),
            (Reply(302, b"", {"Location": "https://elsewhere.example/x"}), "sends us on to https://elsewhere", True),
        ],
    )
    def test_what_the_server_says_is_told_in_a_line(self, chat: FakeChat, reply: Reply, said: str, final: bool) -> None:
        chat.script = [reply]
        found = trouble(chat.configuration())
        assert said in found.reason
        assert found.reason.startswith("127.0.0.1:")
        assert found.reason.isprintable()
        assert found.final is final
        assert len(chat.asked) == 1

    def test_the_key_is_in_no_message(self, chat: FakeChat, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(KEY, "s3cret")
        chat.script = [complaint(403, "the key s3cret is of another project")]
        reason = trouble(chat.configuration(key_variable=KEY)).reason
        assert "the key … is of another project" in reason
        assert f"check the key in {KEY}" in reason

    @pytest.mark.parametrize("value", ["", "two words", "clé", "a\x00b"])
    def test_a_key_that_is_none_is_told_before_anything_is_sent(
        self, chat: FakeChat, monkeypatch: pytest.MonkeyPatch, value: str
    ) -> None:
        monkeypatch.setattr("os.environ", {KEY: value})
        found = trouble(chat.configuration(key_variable=KEY))
        assert found.final
        assert KEY in found.reason
        assert not value or value not in found.reason
        assert chat.asked == []

    @pytest.mark.parametrize("reply", [Reply(200, b"", late=True), Reply(200, b"", hesitant=True)])
    def test_a_server_that_keeps_us_waiting_is_given_up(self, chat: FakeChat, reply: Reply) -> None:
        chat.script = [reply]
        found = trouble(chat.configuration(timeout=0.1))
        assert "gave no answer within 0.1 seconds" in found.reason
        assert not found.final

    def test_a_server_that_is_not_there(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            found = trouble(Configuration(f"http://127.0.0.1:{taken.getsockname()[1]}/v1", "tiny"))
        assert "connection refused: start the server, or correct url" in found.reason
        assert found.final

    @pytest.mark.parametrize("proxy", ["junk://x", "http://host:port"])
    def test_a_proxy_that_is_none(self, chat: FakeChat, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
        monkeypatch.setattr("os.environ", {"HTTP_PROXY": proxy, "http_proxy": proxy})
        assert "the proxy that the environment names" in trouble(chat.configuration()).reason

    def test_an_answer_without_end(self, chat: FakeChat) -> None:
        chat.script = [Reply(200, b" " * (LARGEST_ANSWER + 100_000))]
        assert "sent more than 4 MB" in trouble(chat.configuration()).reason

    @pytest.mark.parametrize("times", [1, 2])
    def test_an_answer_that_is_small_only_while_compressed(self, chat: FakeChat, times: int) -> None:
        body = bytes(LARGEST_ANSWER + 100_000)
        for _ in range(times):
            body = gzip.compress(body)
        chat.script = [Reply(200, body, {"Content-Encoding": ", ".join(["gzip"] * times)})]
        expected = "sent more than 4 MB" if times == 1 else "compresses its answers, though asked not to"
        assert expected in trouble(chat.configuration()).reason

    @pytest.mark.parametrize(
        "reply",
        [
            completion("no", message={"content": None, "refusal": "I will not."}),
            completion("", finish_reason="content_filter"),
        ],
    )
    def test_a_model_may_decline(self, chat: FakeChat, reply: Reply) -> None:
        chat.script = [reply]
        with pytest.raises(DeclinedError):
            ask(chat.configuration())

    def test_a_model_may_run_out_of_space(self, chat: FakeChat) -> None:
        chat.script = [completion('{"entities": [', finish_reason="length")]
        with pytest.raises(CutOffError):
            ask(chat.configuration())

    @pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"choices": []}', b'{"choices": [{"message": 3}]}',
                                      b'{"choices": [{"message": {"content": null}}]}', b"[" * 100_000])  # fmt: skip
    def test_what_is_no_chat_completion(self, chat: FakeChat, body: bytes) -> None:
        chat.script = [Reply(200, body)]
        with pytest.raises(NoAnswerError):
            ask(chat.configuration())


class TestConfiguration:
    def test_without_a_file_there_is_no_suggester(self, scheme: Any, tmp_path: Path) -> None:
        assert package.make(scheme, tmp_path) is None

    def test_the_file_says_whom_to_ask(self, tmp_path: Path) -> None:
        path = tmp_path / "chat.yaml"
        path.write_text("url: http://localhost:1/v1\nmodel: tiny:8b\nkey_variable: ANNOTATOR_CHAT_KEY\ntimeout: 9\n")
        assert load_configuration(path) == Configuration("http://localhost:1/v1", "tiny:8b", KEY, 9)

    @pytest.mark.parametrize(
        ("setting", "said"),
        [
            ("modell: x", "modell: unknown: did you mean model?"),
            ("key: s3cret", "key: unknown"),
            ("url: localhost:11434", "url: found 'localhost:11434': expected the base of an API"),
            ("url: http://ana:secret@host/v1", "without name or password"),
            ("url: http://host:99999/v1", "url: found"),
            ("url: [a]", "url: found"),
            ("model: 3", "model: found 3: expected the name of a model"),
            ("key_variable: AWS_SECRET_ACCESS_KEY", "begins with ANNOTATOR_CHAT_"),
            ("timeout: soon", "timeout: found 'soon': expected seconds"),
            ("timeout: true", "timeout: found True"),
            ("parallel: 1.5", "parallel: found 1.5: expected a whole number"),
            ("chunk: 3", "chunk: found 3"),
            ("score: .nan", "score: found nan"),
            ("temperature: hot", "temperature: found 'hot': expected a number from 0 to 2, or null"),
            ("relations: maybe", "relations: found 'maybe': expected apart, together, none"),
            ("examples: -1", "examples: found -1"),
            ("answer_format: xml", "answer_format: found 'xml'"),
            ("extra: [1]", "extra: found something else: expected fields"),
            ("extra: {a: [.inf]}", "extra: found something else"),
            ("extra: {Stream: true}", "extra: Stream cannot be set there"),
            ("extra: {api_key: s3cret}", "key_variable names the environment variable"),
            ("prices: {input: 1}", "prices: found"),
            ("budget: {cost: 1}", "a limit on cost needs prices"),
            ("budget: {request: 1}", "budget: found"),
        ],
    )
    def test_a_mistake_is_named(self, tmp_path: Path, setting: str, said: str) -> None:
        path = tmp_path / "chat.yaml"
        values = {"url": "http://localhost:1/v1", "model": "tiny", setting.split(":")[0]: None}
        lines = [f"{name}: {json.dumps(value)}" for name, value in values.items() if value is not None]
        path.write_text("\n".join([*lines, setting]))
        with pytest.raises(ModelError) as caught:
            load_configuration(path)
        assert said in str(caught.value)
        assert re.match(rf"{path}(:\d+)?: ", str(caught.value))

    @pytest.mark.parametrize("text", ["", "- a", "url: [", "url: http://localhost:1/v1", "\x00"])
    def test_a_file_that_is_none(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "chat.yaml"
        path.write_text(text)
        with pytest.raises(ModelError, match=r"chat\.yaml"):
            load_configuration(path)
