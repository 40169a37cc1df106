"""From what a chat model writes to suggestions: reading it, finding its quotes, holding it against the scheme."""

from __future__ import annotations

import json
import unicodedata
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.annotation import Annotations
from annotator.labels import LabelScheme
from annotator.suggest.chat.anchoring import Anchoring
from annotator.suggest.chat.answer import MOST_ITEMS, read_answer
from annotator.suggest.chat.answer_json import CutOffError, NoAnswerError
from annotator.suggest.chat.question import Question, Questions, entity_schema, pieces
from annotator.text import Document
from tests.repository import TOP
from tests.strategies import texts
from tests.suggest.chat.chat_server import linked, mention
from tests.suggest.conftest import make_document
from tests.suggest.test_properties import SHARED_FIXTURES, check

TEXT = (
    "La ministra Ana Solís y el alcalde Luis Paz hablaron de Ana Solís en Chile. "
    "Chile y Perú  firmaron en «La Paz» un acuerdo. Solís dirige la Secretaría de Pesca."
)


def anchored(scheme: LabelScheme, text: str, *items: dict[str, Any], links: tuple[Any, ...] = ()) -> Anchoring:
    """Take an answer in as if it were about the whole text."""
    document = make_document(text)
    found = Anchoring(scheme, document, "chat@tiny", 0.6)
    content = json.dumps({"entities": list(items), "relations": list(links)})
    found.add(read_answer(content, scheme), range(len(document.sentences)))
    return found


def quoted(found: Anchoring, text: str = TEXT) -> list[tuple[int, str, str]]:
    return sorted((s.start, text[s.start : s.end], s.label) for s in found.spans.values())


def related(found: Anchoring, text: str = TEXT) -> list[tuple[str, str, str]]:
    found.repeat()
    found.finish()
    ends = found.spans
    return [
        (text[ends[r.head].start : ends[r.head].end], r.label, text[ends[r.child].start : ends[r.child].end])
        for r in found.relations.values()
    ]


class TestReading:
    @pytest.mark.parametrize(
        "wrapping",
        [
            "{}",
            "```json\n{}\n```",
            "Here it is: {} I hope {{this}} helps.",
            "<think>maybe {{\"entities\": []}} or {{</think>\n{}",
            "An example is {{\"entities\": 3}}. {}",
            "First {{\"entities\": []}}, but then {}",
            "{{\"entities\": []}}</think>{}",
            "<think>{{\"entities\": []}}</think> or <think>again</think> {} done",
            "[{}]",
            '{{"name": "annotations", "arguments": {}}}',
            "<|channel|>analysis<|message|>{{\"entities\": []}}<|channel|>final<|message|>{}",
        ],
    )  # fmt: skip
    def test_json_is_found_in_whatever_is_around_it(self, scheme: LabelScheme, wrapping: str) -> None:
        content = wrapping.format(json.dumps({"entities": [mention(1, 1, "Ana", "PERSON")]}))
        assert [entity.text for entity in read_answer(content, scheme).entities] == ["Ana"]

    @pytest.mark.parametrize(
        "content",
        [
            '[{"sentence": 1, "text": "Ana", "label": "PERSON"}]',
            'Here: [{"text": "Ana", "label": "PERSON",}, ] so.',
            '{"entities": [{"text": "Ana", "label": "PERSON",},],}',
            '{"entities": [{"text": "Ana\n", "label": "PERSON"}], "relations": null}',
            '{"entities": [{"text": "</think>", "label": "PERSON"}, {"text": "Ana", "label": "PERSON"}]}',
        ],
    )
    def test_json_that_is_not_quite_what_was_asked_for_is_read(self, scheme: LabelScheme, content: str) -> None:
        assert [entity.text for entity in read_answer(content, scheme).entities][-1] == "Ana"

    @pytest.mark.parametrize("content", ['{"entities": []} or {"entities": [{"text"', "<think>{", '[{"text": "An'])
    def test_a_draft_is_no_answer_when_the_answer_is_cut_off(self, scheme: LabelScheme, content: str) -> None:
        with pytest.raises(CutOffError):
            read_answer(content, scheme)

    @pytest.mark.parametrize(
        "content",
        [
            "{" * 400_000,
            "[" * 400_000,
            '{"a":' * 80_000,
            '{"entities": [' * 30_000,
            '["' * 200_000,
            ", " * 200_000 + "}",
            '"' * 400_000,
            '["' + '\\"' * 200_000,
            "```" + " " * 20_000 + "x",
            '{"entities": [' + '{"text": "Ana", "label": "PERSON"},' * 20_000 + "]}",
            '{"entities": [{"text": "\\ud800", "label": "PERSON", "sentence": -1, "id": 1e99}]}',
            '{"entities": [{"text": "Ana", "label": "PERSON", "sentence": ' + "9" * 5000 + "}]}",
        ],
        ids=lambda content: content[:12],
    )
    def test_hostile_answers_are_read_soon_or_not_at_all(self, scheme: LabelScheme, content: str) -> None:
        with suppress(CutOffError, NoAnswerError):
            answer = read_answer(content, scheme)
            assert len(answer.entities) <= MOST_ITEMS

    @pytest.mark.parametrize("length", [20, 40, 60, 75])
    def test_an_unfinished_answer_is_no_answer(self, scheme: LabelScheme, length: int) -> None:
        content = json.dumps({"entities": [mention(1, 1, "Ana", "PERSON")], "relations": []})[:length]
        with pytest.raises(CutOffError):
            read_answer(content, scheme)

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "I cannot do that.",
            "[1, 2]",
            '{"entities": "none"}',
            "{'entities': []}",
            '{"entities": [,]} ',
            "{" * 5000,
        ],
    )
    def test_what_holds_no_answer_is_told_apart(self, scheme: LabelScheme, content: str) -> None:
        with pytest.raises(NoAnswerError):
            read_answer(content, scheme)

    def test_a_bad_item_costs_no_more_than_itself(self, scheme: LabelScheme) -> None:
        good = mention(1, 1, "Ana", "PERSON")
        bad = [7, {}, {**good, "text": " "}, {**good, "text": 3}, {**good, "label": ["PERSON"]}, {**good, "label": "X"}]
        links = [linked(1, "works_for", 2), linked(1, "loves", 2), {"head": 1, "label": "works_for"}, "no"]
        answer = read_answer(json.dumps({"entities": [*bad, good], "relations": links}), scheme)
        assert len(answer.entities) == len(answer.relations) == 1
        assert answer.dropped == {"not as asked for": 5 + 2, "no label of the scheme": 2}

    @given(st.text() | st.recursive(st.none() | st.text() | st.integers() | st.floats(), st.lists).map(json.dumps))
    def test_nothing_that_a_model_writes_is_a_surprise(self, scheme: LabelScheme, content: str) -> None:
        for before, after in (("", ""), ('{"entities": ', "}"), ('{"entities": [], "relations": ', "}")):
            with suppress(CutOffError, NoAnswerError):
                read_answer(before + content + after, scheme)


class TestAnchoring:
    def test_the_second_of_the_same_words_is_the_second_mention(self, scheme: LabelScheme) -> None:
        twice = [mention(n, 1, "Ana Solís", "PERSON") for n in (1, 2)]
        first, second = TEXT.index("Ana Solís"), TEXT.rindex("Ana Solís")
        assert quoted(anchored(scheme, TEXT, twice[0])) == [(first, "Ana Solís", "PERSON")]
        assert [start for start, *_ in quoted(anchored(scheme, TEXT, *twice))] == [first, second]
        thrice = anchored(scheme, TEXT, *twice, mention(3, 1, "Ana Solís", "PERSON"))
        assert len(thrice.spans) == 2
        assert not thrice.dropped

    def test_a_model_that_says_the_same_over_and_over_takes_no_longer(self, scheme: LabelScheme) -> None:
        found = anchored(scheme, "de " * 1400, *[mention(1, 1, "de", "PERSON")] * MOST_ITEMS)
        assert len(found.spans) == 1400

    @pytest.mark.parametrize(("before", "after", "at"), [("y el alcalde Luis Paz hablaron de", "", 1), ("", "y el", 0),
                                                         ("ministra", "x", 0), ("x", "en CHILE", 1)])  # fmt: skip
    def test_the_words_around_tell_mentions_of_the_same_words_apart(
        self, scheme: LabelScheme, before: str, after: str, at: int
    ) -> None:
        item = {**mention(1, 1, "Ana Solís", "PERSON"), "before": before, "after": after}
        start = (TEXT.index("Ana Solís"), TEXT.rindex("Ana Solís"))[at]
        assert quoted(anchored(scheme, TEXT, item)) == [(start, "Ana Solís", "PERSON")]

    @pytest.mark.parametrize(("quote", "text"), [("U.S", "U.S."), ("EE. UU", "EE. UU."), ("U.", ""), ("Méx", "")])
    def test_a_point_that_belongs_to_a_name_may_be_left_out(self, scheme: LabelScheme, quote: str, text: str) -> None:
        found = anchored(scheme, "En EE. UU. y the U.S. y México.", mention(1, 1, quote, "GPE"))
        assert [words for _, words, _ in quoted(found, "En EE. UU. y the U.S. y México.")] == ([text] if text else [])

    def test_a_wrong_sentence_number_leads_to_the_nearest_mention(self, scheme: LabelScheme) -> None:
        found = anchored(scheme, TEXT, mention(1, 3, "Chile", "GPE"), mention(2, 0, "Perú", "GPE"))
        assert quoted(found) == [(TEXT.rindex("Chile"), "Chile", "GPE"), (TEXT.index("Perú"), "Perú", "GPE")]

    @pytest.mark.parametrize(
        ("quote", "text"),
        [
            ("chile y PERÚ firmaron", "Chile y Perú  firmaron"),
            (unicodedata.normalize("NFD", "Perú"), "Perú"),
            ('"La Paz"', "La Paz"),
            ("la Secretaría de Pesca.", "Secretaría de Pesca"),
            (" Ana Solís ", "Ana Solís"),
            ("el Perú.", "Perú"),
        ],
    )
    def test_small_differences_are_overlooked(self, scheme: LabelScheme, quote: str, text: str) -> None:
        found = anchored(scheme, TEXT, mention(1, 1, quote, "ORG"))
        assert [words for _, words, _ in quoted(found)] == [text]

    def test_accents_that_the_text_spells_apart_are_found_whole(self, scheme: LabelScheme) -> None:
        text = unicodedata.normalize("NFD", "Habló José Ibáñez. Y José.")
        (span,) = anchored(scheme, text, mention(1, 1, "José Ibáñez", "PERSON")).spans.values()
        assert text[span.start : span.end] == unicodedata.normalize("NFD", "José Ibáñez")

    @pytest.mark.parametrize("quote", ["Ana Sol", "Pedro", "…", "olís"])
    def test_what_is_not_in_the_text_as_whole_words_is_dropped(self, scheme: LabelScheme, quote: str) -> None:
        found = anchored(scheme, TEXT, mention(1, 1, quote, "PERSON"))
        assert not found.spans
        assert found.dropped == {"not in the text": 1}

    def test_of_two_that_overlap_the_likelier_stays(self, scheme: LabelScheme) -> None:
        found = anchored(
            scheme, TEXT, mention(1, 3, "Pesca", "ORG"), mention(2, 3, "Secretaría de Pesca", "ORG"),
            mention(3, 1, "ministra", "ROLE", "high"), mention(4, 1, "ministra Ana Solís", "PERSON", "low"),
        )  # fmt: skip
        assert [words for _, words, _ in quoted(found)] == ["ministra", "Secretaría de Pesca"]
        assert found.dropped == {"overlapping a likelier one": 2}

    def test_a_word_of_a_longer_mention_is_the_next_of_its_kind(self, scheme: LabelScheme) -> None:
        text = "El candidato presidencial Luis Paz habló con el candidato Gil Mar."
        items = (mention(1, 1, "candidato", "ROLE"), mention(2, 1, "candidato presidencial", "ROLE"))
        assert quoted(anchored(scheme, text, *items), text) == [
            (3, "candidato presidencial", "ROLE"),
            (text.rindex("candidato"), "candidato", "ROLE"),
        ]

    def test_certainty_becomes_a_score(self, scheme: LabelScheme) -> None:
        items = [
            mention(1, 1, "Chile", "GPE", "high"),
            mention(2, 2, "Perú", "GPE", "low"),
            mention(3, 2, "Chile", "GPE", "?"),
        ]
        scores = [
            span.score for _, span in sorted(anchored(scheme, TEXT, *items).spans.items(), key=lambda i: i[1].start)
        ]
        assert scores == [0.6, 0.48, 0.33]

    def test_names_that_were_listed_once_are_suggested_everywhere(self, scheme: LabelScheme) -> None:
        found = anchored(scheme, TEXT, mention(1, 1, "Chile", "GPE"), mention(2, 3, "Solís", "PERSON"))
        found.repeat()
        assert [(words, label) for _, words, label in quoted(found)] == [
            ("Solís", "PERSON"), ("Solís", "PERSON"), ("Chile", "GPE"), ("Chile", "GPE"), ("Solís", "PERSON"),
        ]  # fmt: skip
        assert {span.score for span in found.spans.values()} == {0.51, 0.6}

    def test_words_under_two_labels_are_not_repeated(self, scheme: LabelScheme) -> None:
        found = anchored(scheme, TEXT, mention(1, 1, "Chile", "GPE"), mention(2, 2, "Chile", "ORG"))
        before = quoted(found)
        found.repeat()
        assert quoted(found) == before


class TestRelations:
    ITEMS = (
        mention(1, 1, "Ana Solís", "PERSON"),
        mention(2, 1, "ministra", "ROLE"),
        mention(3, 3, "Solís", "PERSON"),
        mention(4, 3, "Secretaría de Pesca", "ORG"),
        mention(5, 1, "Chile", "GPE"),
        mention(6, 2, "Chile", "GPE"),
        mention(7, 2, "Perú", "GPE"),
    )

    def test_a_relation_takes_its_ends_by_id(self, scheme: LabelScheme) -> None:
        found = anchored(scheme, TEXT, *self.ITEMS, links=(linked(3, "works_for", 4),))
        assert related(found) == [("Solís", "works_for", "Secretaría de Pesca")]

    def test_ends_that_only_fit_the_other_way_are_turned(self, scheme: LabelScheme) -> None:
        found = anchored(scheme, TEXT, *self.ITEMS, links=(linked(2, "holds_position", 1),))
        assert related(found) == [("Ana Solís", "holds_position", "ministra")]

    def test_an_end_in_another_sentence_moves_to_the_same_words_in_this_one(self, scheme: LabelScheme) -> None:
        found = anchored(scheme, TEXT, *self.ITEMS, links=(linked(5, "cooperates_with", 7),))
        assert related(found) == [("Chile", "cooperates_with", "Perú")]
        (relation,) = found.relations.values()
        assert found.spans[relation.head].start == TEXT.rindex("Chile")

    def test_also_to_words_that_the_model_listed_elsewhere_only(self, scheme: LabelScheme) -> None:
        items = (mention(1, 1, "Chile", "GPE"), mention(2, 2, "Perú", "GPE"))
        found = anchored(scheme, TEXT, *items, links=(linked(1, "cooperates_with", 2),))
        assert related(found) == [("Chile", "cooperates_with", "Perú")]

    def test_a_symmetric_relation_stands_once(self, scheme: LabelScheme) -> None:
        links = (linked(6, "cooperates_with", 7), linked(7, "cooperates_with", 6))
        assert len(related(anchored(scheme, TEXT, *self.ITEMS, links=links))) == 1

    def test_what_cannot_be_is_dropped_and_counted(self, scheme: LabelScheme) -> None:
        links = (
            linked(1, "works_for", 4),  # in different sentences: the third has another name for her
            linked(1, "held_on", 2),  # other types
            linked(1, "works_for", 99),
            linked(1, "holds_position", 1),
        )
        found = anchored(scheme, TEXT, *self.ITEMS, links=links)
        assert related(found) == []
        assert found.dropped == {"relations that the scheme does not allow": 3, "relations without their ends": 1}


def entity_question(scheme: LabelScheme, document: Document) -> Question:
    """The question for all of a document's entities and relations."""
    return Questions(scheme, document, lambda *_: (), together=True).entities(range(len(document.sentences)))


class TestQuestions:
    @given(texts(), st.integers(1, 200))
    def test_every_sentence_is_asked_about_once(self, text: str, size: int) -> None:
        document = make_document(text)
        asked = list(pieces(document, size))
        assert [index for piece in asked for index in piece] == list(range(len(document.sentences)))
        for piece in asked:
            length = document.sentences.ends[piece[-1]] - document.sentences.starts[piece[0]]
            assert len(piece) == 1 or length <= size

    def test_a_sentence_is_one_numbered_line(self, scheme: LabelScheme) -> None:
        document = make_document("Uno.\n\nDos,\n[7] tres y\tcuatro.")
        lines = entity_question(scheme, document).text.splitlines()
        assert [line.split("]")[0] for line in lines] == [f"[{n}" for n in range(1, len(document.sentences) + 1)]

    def test_the_guideline_is_told_in_the_language_of_the_article(self, scheme: LabelScheme) -> None:
        for lang, words in (("es", "Nombre propio de una persona"), ("en", "A person's name"), ("xx", "Nombre propio")):
            task = entity_question(scheme, make_document("Uno.", lang)).task
            assert f"- PERSON: {words}" in task
            assert "- cooperates_with (GPE → GPE, symmetric): " in task

    def test_the_shape_of_an_answer_knows_the_labels(self, scheme: LabelScheme) -> None:
        shape = entity_schema(scheme, with_relations=True)["properties"]
        assert shape["entities"]["items"]["properties"]["label"]["enum"] == list(scheme.entities)
        assert shape["relations"]["items"]["properties"]["label"]["enum"] == list(scheme.relations)


def test_a_model_that_lists_everything_right_is_taken_at_its_word(scheme: LabelScheme) -> None:
    for line in (TOP / "benchmarks" / "targets" / "seeds.jsonl").read_text(encoding="utf-8").splitlines():
        target = json.loads(line)
        document = make_document(target["text"], target["lang"])
        found = Anchoring(scheme, document, "chat@tiny", 0.6)
        for sentences in pieces(document, 1000):
            spans = [s for s in target["spans"] if document.sentences.containing(s["start"]) in sentences]
            items = [mention(s["start"], number_of(document, s, sentences), s["text"], s["label"]) for s in spans]
            heads = {s["id"] for s in spans}
            links = [
                linked(r["head_span"]["start"], r["label"], r["child_span"]["start"])
                for r in target["relations"]
                if r["head_id"] in heads
            ]
            found.add(read_answer(json.dumps({"entities": items, "relations": links}), scheme), sentences)
        found.repeat()
        found.finish()
        layer = Annotations(found.spans, found.relations)
        assert {s.key for s in layer.spans.values()} == {(s["start"], s["end"], s["label"]) for s in target["spans"]}
        assert {said(r["label"], r["head_span"]["start"], r["child_span"]["start"]) for r in target["relations"]} == {
            said(key.label, key.head.start, key.child.start)
            for key in map(layer.relation_key, layer.relations.values())
        }
        assert not found.dropped


def number_of(document: Document, span: dict[str, Any], sentences: range) -> int:
    index = document.sentences.containing(span["start"])
    assert index is not None
    return index - sentences.start + 1


def said(label: str, head: int, child: int) -> tuple[str, frozenset[int] | tuple[int, int]]:
    return label, frozenset((head, child)) if label == "cooperates_with" else (head, child)


@SHARED_FIXTURES
@given(texts(), st.data())
def test_whatever_a_model_lists_the_suggestions_stand(scheme: LabelScheme, text: str, data: st.DataObject) -> None:
    document: Document = make_document(text)
    inside = st.integers(0, len(text)).flatmap(lambda a: st.integers(a, len(text)).map(lambda b: text[a:b]))
    items = data.draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "id": st.integers(0, 5),
                    "sentence": st.integers(-1, 9),
                    "text": inside | st.text(max_size=5),
                    "label": st.sampled_from(list(scheme.entities)),
                }
            ),
            max_size=8,
        )
    )
    links = data.draw(
        st.lists(
            st.builds(linked, st.integers(0, 5), st.sampled_from(list(scheme.relations)), st.integers(0, 5)), max_size=6
        )
    )
    found = Anchoring(scheme, document, "chat@tiny", 0.6)
    sentences = range(len(document.sentences))
    with suppress(NoAnswerError):
        found.add(read_answer(json.dumps({"entities": items, "relations": links}), scheme), sentences)
    found.repeat()
    found.finish()
    check(document, Annotations(found.spans, found.relations), scheme)
