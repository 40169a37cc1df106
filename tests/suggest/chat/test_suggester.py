"""The chat suggester at work: in the pipeline and on the command line, with a server that comes and goes."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotator.annotation import Annotations
from annotator.cli.main import main
from annotator.history import SUGGESTIONS
from annotator.inputs import LARGEST_FILE
from annotator.labels import LabelScheme
from annotator.suggest.chat.costs import Budget, Prices
from annotator.suggest.chat.suggester import ChatSuggester
from annotator.suggest.gold_sentences import GoldSentence, GoldSentences
from annotator.suggest.pipeline import build
from annotator.suggest.protocol import Reported
from annotator.text import Document
from annotator.workflow.desk import Desk
from annotator.workflow.learning.training import train
from tests.suggest.chat.chat_server import FakeChat, Reply, complaint, completion, linked, mention, serving
from tests.suggest.conftest import in_workers, make_document
from tests.workspaces import Bench, sql_dump


@pytest.fixture
def chat(chat: FakeChat) -> FakeChat:
    chat.answer = capitals
    return chat


def capitals(sentences: str) -> Reply:
    """Answer like a simple model: every run of capitalised words is a person, but for the first word."""
    found: list[dict[str, Any]] = []
    for line in (line for line in sentences.splitlines() if line.startswith("[")):
        number, _, sentence = line.partition("] ")
        words = sentence.partition(" ")[2]
        for name in re.findall(r"[A-ZÁÉÍÓÚÑ]\w+(?: [A-ZÁÉÍÓÚÑ]\w+)*", words):
            found.append(mention(len(found), int(number[1:]), name, "PERSON"))
    return completion(found)


def names(document: Document, layer: Annotations) -> list[str]:
    return sorted(document.text[s.start : s.end] for s in layer.spans.values())


def story(key: str, *people: str) -> Document:
    return make_document(" ".join(f"Habló {name}." for name in people), key=key)


def run(chat: FakeChat, scheme: LabelScheme, folder: Path, *documents: Document, **settings: object) -> list[Reported]:
    return list(ChatSuggester(scheme, chat.configuration(**settings), folder).suggest(documents))


class TestSuggester:
    def test_relations_are_asked_for_between_the_mentions_that_were_found(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path
    ) -> None:
        chat.script = [
            completion([mention(1, 1, "Ana Solís", "PERSON"), mention(2, 1, "ministra", "ROLE")]),
            completion('{"relations": [{"head": 2, "child": 1, "label": "holds_position", "certainty": "high"}]}'),
        ]
        document = make_document("La ministra Ana Solís habló. Vino gente.")
        (layer,) = run(chat, scheme, tmp_path, document, relations="apart")
        first, second = (body["messages"][-1]["content"] for body in chat.asked)
        assert "relations" not in chat.asked[0]["response_format"]["json_schema"]["schema"]["properties"]
        assert second.splitlines() == [
            "[1] La ministra Ana Solís habló.",
            "    1: ministra (ROLE)",
            "    2: Ana Solís (PERSON)",
            "[2] Vino gente.",
        ]
        assert first == "[1] La ministra Ana Solís habló.\n[2] Vino gente."
        (key,) = map(layer.relation_key, layer.relations.values())
        assert (key.head.label, key.label, key.child.label) == ("PERSON", "holds_position", "ROLE")

    def test_where_no_relation_is_possible_none_is_asked_for(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path
    ) -> None:
        run(chat, scheme, tmp_path, make_document("Habló Ana. Habló Luis."), relations="apart")
        assert len(chat.asked) == 1

    def test_the_rules_for_all_labels_and_what_stands_around_are_told(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path
    ) -> None:
        document = replace(story("largo", *(f"Persona{n}" for n in range(20))), title="El\ntítulo")
        run(chat, scheme, tmp_path, document, chunk=200)
        task, second = chat.asked[0]["messages"][0]["content"], chat.asked[1]["messages"][-1]["content"]
        assert scheme.guideline["es"] in task
        assert "news" not in task
        title, before, first, *_ = second.splitlines()
        assert title == "Title: El título"
        assert before.startswith("Before: Habló Persona")
        assert first.startswith("[1] Habló Persona")

    def test_a_budget_ends_the_questions_and_is_told(self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path) -> None:
        documents = [story(f"d{n}", f"Ana{n}") for n in range(6)]
        layers = run(chat, scheme, tmp_path, *documents, budget=Budget(requests=4))
        assert len(chat.asked) == 4
        assert [bool(layer.unread) for layer in layers] == [False] * 4 + [True] * 2
        assert "the budget of 4 requests for one run is used up" in layers[-1].unread
        prices = Prices(1000, 1000, "EUR")
        (layer, *_) = run(chat, scheme, tmp_path, *documents[4:], budget=Budget(cost=0.5), prices=prices)
        assert "the budget of 0.5 EUR" in layer.unread
        assert len(chat.asked) == 4

    @pytest.mark.parametrize("budget", [Budget(requests=1), Budget(requests=5, tokens=7), Budget(cost=0.5)])
    def test_the_parts_of_several_processes_are_the_whole_budget(self, budget: Budget) -> None:
        parts = [budget.part(number, 3) for number in range(3)]
        for limit in ("requests", "tokens", "cost"):
            whole = getattr(budget, limit)
            assert [getattr(part, limit) for part in parts] == [None] * 3 or whole == pytest.approx(
                sum(getattr(part, limit) for part in parts)
            )

    def test_a_process_without_a_part_in_the_budget_says_so(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path
    ) -> None:
        configuration = chat.configuration(budget=Budget(requests=1))
        whole = ChatSuggester(scheme, configuration, tmp_path)
        (first,) = whole.for_one_of(0, 2).suggest([story("a", "Ana")])
        (second,) = whole.for_one_of(1, 2).suggest([story("b", "Luis")])
        assert not first.unread
        assert "one of 2 processes has used up its part of the budget, 0 requests" in second.unread
        assert len(chat.asked) == 1

    def test_asking_a_busy_server_again_is_within_the_budget(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path
    ) -> None:
        chat.script = [complaint(503, "loading", Retry_After="0")] * 3
        documents = [story("a", "Ana"), story("b", "Luis")]
        layers = run(chat, scheme, tmp_path, *documents, budget=Budget(requests=2))
        assert len(chat.asked) == 2
        assert all("the budget of 2 requests" in layer.unread for layer in layers)

    def test_what_would_be_sent_is_told_and_not_sent(self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path) -> None:
        settings = chat.configuration(relations="apart", prices=Prices(2, 8, "EUR"))
        suggester = ChatSuggester(scheme, settings, tmp_path)
        planned = suggester.plan(story("a", "Ana"))
        assert chat.asked == []
        assert (planned.sent.requests, planned.kept, planned.sent.currency) == (2, 0, "EUR")
        assert planned.sent.cost == pytest.approx(
            (planned.sent.input_tokens * 2 + planned.sent.output_tokens * 8) / 1e6
        )
        list(suggester.suggest([story("a", "Ana")]))
        assert list(planned.questions) == [chat.asked[0]["messages"]]
        assert suggester.plan(story("a", "Ana")).kept == 1

    def test_the_nearest_finished_sentences_are_shown_and_change_no_kept_answer(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path
    ) -> None:
        near = GoldSentence("other", "es", "Habló la alcaldesa Eva Sol.", ((19, 26, "PERSON"),))
        far = GoldSentence("other", "es", "Llovió en Chile.", ((10, 15, "GPE"),))
        own = GoldSentence("a", "es", "Habló Ana.", ((6, 9, "PERSON"),))
        foreign = GoldSentence("two", "en", "Habló Ana spoke.", ())
        suggester = ChatSuggester(scheme, chat.configuration(examples=1), tmp_path)
        taught = suggester.with_gold(GoldSentences([far, near, own, foreign]))
        list(taught.suggest([story("a", "Ana")]))
        _, shown, answered, asked = chat.asked[0]["messages"]
        assert shown["content"] == "[1] Habló la alcaldesa Eva Sol."
        assert json.loads(answered["content"])["entities"][0]["text"] == "Eva Sol"
        assert asked["content"] == "[1] Habló Ana."
        list(suggester.suggest([story("a", "Ana")]))
        assert len(chat.asked) == 1

    def test_an_answer_kept_by_an_older_reader_is_not_believed(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as older:
            older.setattr("annotator.suggest.chat.answer.VERSION", "1")
            chat.script = [completion("[]")]
            run(chat, scheme, tmp_path, story("a", "Ana"))
        (layer,) = run(chat, scheme, tmp_path, story("a", "Ana"))
        assert names(story("a", "Ana"), layer) == ["Ana"]

    @pytest.mark.parametrize("words", ["I cannot.", '{"entities": [1, 2]}', '{"entities": [{"label": "PERSON"}]}'])
    def test_only_what_is_good_is_kept(self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path, words: str) -> None:
        chat.script = [completion(words)]
        (layer,) = run(chat, scheme, tmp_path, story("a", "Ana"))
        assert "no JSON that can be read" in layer.unread
        assert not list(tmp_path.iterdir())

    def test_the_key_is_nowhere_but_in_the_request(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:  # fmt: skip
        monkeypatch.setenv("ANNOTATOR_CHAT_KEY", "s3cret-0815")
        caplog.set_level(0)
        with serving() as elsewhere:
            chat.script = [
                completion('{"entities": [{"text": "s3cret-0815", "label": "PERSON"}]}'),
                complaint(400, "you sent Bearer s3cret-0815"),
                Reply(307, b"", {"Location": f"{elsewhere.url}/chat/completions"}),
            ]
            documents = [story("a", "Ana"), story("b", "Eva"), story("c", "Luz")]
            layers = run(chat, scheme, tmp_path, *documents, key_variable="ANNOTATOR_CHAT_KEY")
            assert elsewhere.keys == []
        assert chat.keys == ["Bearer s3cret-0815"] * 3
        kept = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
        assert kept
        assert "s3cret" not in kept + repr(layers) + caplog.text + repr(layers[0].dropped)
        assert "sends us on to" in layers[2].unread

    def test_layers_come_in_order_however_many_are_asked_for_at_once(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path
    ) -> None:
        documents = [story(f"d{n}", f"Persona{n}") for n in range(20)]
        layers = run(chat, scheme, tmp_path, *documents, parallel=4)
        for document, layer in zip(documents, layers, strict=True):
            assert names(document, layer) == [document.key.replace("d", "Persona")]

    def test_a_long_article_is_asked_about_in_pieces(self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path) -> None:
        document = story("largo", *(f"Persona{n}" for n in range(60)))
        (layer,) = run(chat, scheme, tmp_path, document, chunk=300)
        assert len(chat.asked) > 3
        assert names(document, layer) == sorted(f"Persona{n}" for n in range(60))

    def test_a_cut_answer_is_asked_for_in_halves(self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path) -> None:
        document = make_document("Vino ana. Vino Luis Paz. Vino eva. Vino Ana Ruiz.")
        short = chat.answer

        def answer(sentences: str) -> Reply:
            many = sentences.count("[") > 1
            return completion('{"entities": [', finish_reason="length") if many else short(sentences)

        chat.answer = answer
        (layer,) = run(chat, scheme, tmp_path, document)
        assert layer.unread == ""
        assert names(document, layer) == ["Ana Ruiz", "Luis Paz"]
        before = len(chat.asked)
        run(chat, scheme, tmp_path, document)
        assert len(chat.asked) == before

    def test_no_question_is_asked_twice(self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path) -> None:
        documents = [story("a", "Ana"), story("b", "Luis")]
        first = run(chat, scheme, tmp_path, *documents)
        assert run(chat, scheme, tmp_path, *documents) == first
        assert len(chat.asked) == 2
        run(chat, scheme, tmp_path, documents[0], temperature=1.0)
        assert len(chat.asked) == 3

    def test_a_remembered_answer_that_was_damaged_is_asked_for_again(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path
    ) -> None:
        first = run(chat, scheme, tmp_path, story("a", "Ana"))
        (kept,) = tmp_path.iterdir()
        kept.write_bytes(b'{"entities": [\xff')
        assert run(chat, scheme, tmp_path, story("a", "Ana")) == first
        kept.write_text('{"entities"', encoding="utf-8")
        assert run(chat, scheme, tmp_path, story("a", "Ana")) == first
        kept.unlink()
        os.mkfifo(kept)
        assert run(chat, scheme, tmp_path, story("a", "Ana")) == first
        assert kept.is_fifo()
        kept.unlink()
        kept.touch()
        os.truncate(kept, LARGEST_FILE + 1)
        assert run(chat, scheme, tmp_path, story("a", "Ana")) == first
        assert len(chat.asked) == 5

    def test_after_a_trouble_that_stays_nobody_is_asked(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path
    ) -> None:
        chat.script = [complaint(401, "who are you?")]
        layers = run(chat, scheme, tmp_path, *(story(f"d{n}", f"Ana{n}") for n in range(9)))
        assert len(chat.asked) == 1
        assert all("refused us with status 401" in layer.unread for layer in layers)

    def test_after_three_troubles_in_a_row_nobody_is_asked(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path
    ) -> None:
        chat.script = [complaint(400, "no"), capitals("[1] Habló Ana."), *(complaint(400, "no") for _ in range(9))]
        layers = run(chat, scheme, tmp_path, *(story(f"d{n}", f"Ana{n}") for n in range(9)))
        assert len(chat.asked) == 5
        assert [bool(layer.unread) for layer in layers] == [True, False, *[True] * 7]

    def test_a_model_that_declines_is_asked_about_the_next(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path
    ) -> None:
        chat.script = [completion("", finish_reason="content_filter") for _ in range(5)]
        layers = run(chat, scheme, tmp_path, *(story(f"d{n}", f"Ana{n}") for n in range(6)))
        assert [layer.unread.endswith("the model declined to answer") for layer in layers] == [True] * 5 + [False]

    def test_what_is_missing_on_this_side_is_told(self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path) -> None:
        (layer,) = run(chat, scheme, tmp_path, story("a", "Ana"), key_variable="ANNOTATOR_CHAT_KEY")
        assert "ANNOTATOR_CHAT_KEY is not set" in layer.unread
        assert chat.asked == []

    def test_a_folder_that_cannot_be_written_costs_a_question_and_is_told(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("no folder")
        for _ in range(2):
            (layer,) = run(chat, scheme, tmp_path / "file", story("a", "Ana"))
            assert names(story("a", "Ana"), layer) == ["Ana"]
            assert layer.unkept == f"{tmp_path / 'file'}: not a folder"
        assert len(chat.asked) == 2
        (layer,) = run(chat, scheme, tmp_path, story("a", "Ana"))
        assert layer.unkept == ""

    @pytest.mark.parametrize(
        "more",
        [{"model": "other"}, {"temperature": 1.0}, {"url": "http://127.0.0.1:1/v1"}, {"chunk": 500}, {"score": 0.1}],
    )
    def test_the_version_tells_what_could_say_something_else(
        self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path, more: dict[str, object]
    ) -> None:
        plain, other = (ChatSuggester(scheme, chat.configuration(**s), tmp_path).version for s in ({}, more))
        assert plain != other
        assert plain == ChatSuggester(scheme, chat.configuration(timeout=3.0, parallel=9), tmp_path).version


@pytest.fixture
def configured(chat: FakeChat, bench: Bench) -> Bench:
    """A workspace that asks the fake server, which links what stands in two sentences."""
    chat.answer = lambda _: completion(
        [mention(1, 1, "Cruz Roja", "ORG"), mention(2, 3, "mayo", "DATE"), mention(3, 1, "Pedro", "PERSON")],
        [linked(1, "founded_on", 2)],
    )
    bench.workspace.models.mkdir()
    configure(bench, chat.url)
    return bench


def configure(bench: Bench, url: str) -> None:
    (bench.workspace.models / "chat.yaml").write_text(
        f"url: {url}\nmodel: tiny\nrelations: together\n", encoding="utf-8"
    )


def suggest(bench: Bench, *arguments: str) -> int:
    return main(["-w", str(bench.workspace.root), "suggest", *arguments])


def sources(bench: Bench) -> set[str]:
    content = bench.store.annotations(bench.layer_id(SUGGESTIONS))
    found = [span.source for span in content.spans.values()] + [r.source for r in content.relations.values()]
    return {str(source).split("@")[0] for source in found}


def test_verdicts_move_the_scores_of_later_suggestions(
    chat: FakeChat, bench: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    names = ["zarpa", "grulla", "tejón", "cierva", "lince", "nutria", "garza", "zorra"]
    chat.answer = lambda sentences: completion(
        [mention(n, 1, name, "ORG") for n, name in enumerate(names) if name in sentences]
    )
    bench.workspace.models.mkdir()
    configure(bench, chat.url)
    for number in range(7):
        bench.add(
            f"n{number}", f"El {names[number]} y la {names[number + 1]} fueron ayer a ver el río número {number}."
        )
    assert suggest(bench) == 0
    assert "are its own word" in capfd.readouterr().err
    for number in range(6):
        session = Desk(bench.workspace, "ana").open(f"n{number}")
        for span_id in bench.store.annotations(bench.layer_id(SUGGESTIONS, f"n{number}")).spans:
            session.accept(span_id)
        session.finish()
    assert train(bench.workspace).new
    asked = len(chat.asked)
    assert suggest(bench) == 0
    assert len(chat.asked) == asked
    layer = bench.store.annotations(bench.layer_id(SUGGESTIONS, "n6"))
    scores = {span.score for span in layer.spans.values() if str(span.source).startswith("chat@")}
    assert scores == {0.841}
    assert "are its own word" not in capfd.readouterr().err


class TestCommand:
    def test_its_suggestions_stand_beside_the_others_once(
        self, chat: FakeChat, configured: Bench, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert suggest(configured) == 0
        assert "left out of what was suggested: 1 not in the text" in capfd.readouterr().err
        assert {"chat", "gazetteer"} <= sources(configured)
        content = configured.store.annotations(configured.layer_id(SUGGESTIONS))
        said = {(r.label, r.source) for r in content.relations.values()}
        assert any(label == "founded_on" and str(source).startswith("chat@tiny.") for label, source in said)
        before = sql_dump(configured.store.path)
        assert suggest(configured) == 0
        assert sql_dump(configured.store.path) == before
        assert len(chat.asked) == 1

    def test_without_the_server_the_rules_go_on_and_it_is_asked_later(
        self, chat: FakeChat, configured: Bench, capfd: pytest.CaptureFixture[str]
    ) -> None:
        chat.script = [complaint(401, "no")]
        assert suggest(configured) == 0
        lines = capfd.readouterr().err.splitlines()
        assert [line for line in lines if "status 401" in line] == [line for line in lines if "in part" in line]
        assert sum("1 document is done in part: chat@tiny." in line for line in lines) == 1
        assert "chat" not in sources(configured)
        assert "gazetteer" in sources(configured)
        before = sql_dump(configured.store.path)
        chat.script = [complaint(401, "no")]
        assert suggest(configured) == 0
        assert sql_dump(configured.store.path) == before
        assert suggest(configured) == 0
        assert "chat" in sources(configured)
        assert configured.actions(SUGGESTIONS) == ["suggest", "suggest"]

    def test_answers_that_cannot_be_kept_are_told(self, configured: Bench, capfd: pytest.CaptureFixture[str]) -> None:
        (configured.workspace.models / "chat-answers").write_text("no folder", encoding="utf-8")
        assert suggest(configured, "--json") == 0
        told = capfd.readouterr()
        assert "answers about 1 document could not be kept (" in told.err
        (reason,) = json.loads(told.out)["unkept"]
        assert reason.endswith("chat-answers: not a folder")

    def test_a_mistake_in_the_configuration_is_one_line(
        self, configured: Bench, capfd: pytest.CaptureFixture[str]
    ) -> None:
        configure(configured, "ftp://nowhere")
        before = sql_dump(configured.store.path)
        assert suggest(configured) == 1
        (line,) = capfd.readouterr().err.splitlines()
        assert "chat.yaml:1: url: found 'ftp://nowhere'" in line
        assert sql_dump(configured.store.path) == before

    def test_worker_processes_ask_the_same(self, chat: FakeChat, configured: Bench, scheme: LabelScheme) -> None:
        (one,) = build(scheme, configured.workspace.models).suggest([configured.document()])
        (two,) = in_workers(build(scheme, configured.workspace.models), [configured.document()])
        assert one == two
        assert isinstance(two, Reported)
        assert two.dropped == {"not in the text": 1, "no label of the scheme": 1}
        assert len(chat.asked) == 1
