"""Attributes that are suggested: by patterns, by what was set before, by the words around and of the document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from annotator.cli.main import main
from annotator.errors import SchemeError
from annotator.history import SUGGESTIONS, LayerName
from annotator.labels import LabelScheme, load_scheme
from annotator.suggest.pipeline import SuggestionPipeline
from annotator.workflow.annotating.attribute_steps import AttributeSteps
from annotator.workflow.catalogs import Catalogs
from annotator.workflow.learned_folder import learned_folder
from annotator.workflow.learning.suggesting import suggest
from annotator.workflow.learning.training import train
from annotator.workflow.workspace import Workspace
from tests.workspaces import Bench, focused, make_bench, make_document, range_of

PATTERNS = """
languages: [en]
entities:
  EVENT:
    key: 1
    patterns:
      - {phrase: no flood, set: {negated: true}}
      - {phrase: flood}
      - {regex: 'feared \\w+', set: {certainty: possible, negated: false}}
      - tokens: [{LOWER: "fire"}, {LOWER: "drill"}]
        set: {certainty: possible}
relations:
  causes:
    key: c
    head: EVENT
    child: EVENT
    patterns: [{phrase: did not cause, set: {negated: true}}, {phrase: caused}]
attributes:
  negated: {of: [EVENT, causes], type: flag}
  certainty: {of: EVENT, values: [certain, possible], default: certain}
"""


def scheme_of(folder: Path, text: str = PATTERNS) -> LabelScheme:
    path = folder / "labels.yaml"
    path.write_text(text, encoding="utf-8")
    return load_scheme(path, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("There was no flood.", [("no flood", {"negated": True})]),
        ("A flood came.", [("flood", None)]),
        ("A feared storm, and a fire drill.", [("feared storm", {"certainty": "possible"}),
                                               ("fire drill", {"certainty": "possible"})]),
    ],
)  # fmt: skip
def test_a_pattern_sets_attributes_of_what_it_matches(
    tmp_path: Path, text: str, expected: list[tuple[str, object]]
) -> None:
    (layer,) = SuggestionPipeline(scheme_of(tmp_path), tmp_path).suggest([make_document("a", text)])
    assert [(text[s.start : s.end], s.attributes) for s in layer.spans.values()] == expected


def test_a_pattern_between_the_ends_sets_attributes_of_the_relation(tmp_path: Path) -> None:
    document = make_document("a", "The flood did not cause the fire drill. The flood caused the fire drill.")
    (layer,) = SuggestionPipeline(scheme_of(tmp_path), tmp_path).suggest([document])
    forwards = [r for r in layer.relations.values() if layer.spans[r.head].start < layer.spans[r.child].start]
    assert [relation.attributes for relation in forwards] == [{"negated": True}, None]


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("set: {negated: true}}", "set: {negatd: true}}", "did you mean negated"),
        ("set: {negated: true}}", "set: {negated: perhaps}}", "true or false"),
        ("certainty: possible,", "certainty: posible,", "did you mean possible"),
        ("of: [EVENT, causes]", "of: causes", "no attribute, since the label has none|certainty"),
    ],
)
def test_what_a_pattern_cannot_set_is_told_with_its_line(tmp_path: Path, was: str, now: str, said: str) -> None:
    with pytest.raises(SchemeError, match=said) as raised:
        scheme_of(tmp_path, PATTERNS.replace(was, now, 1))
    assert "labels.yaml:" in str(raised.value)


LEARNED = """
languages: [en]
entities:
  EVENT: {key: 1, patterns: [{phrase: strike}, {phrase: flood}, {phrase: vote}]}
  PLACE: {key: 2, patterns: [{phrase: Altavilla}, {phrase: Bellmar}]}
relations: {}
attributes:
  negated: {of: EVENT, type: flag}
  gazetteer: {of: PLACE, catalog: places}
  topic: {of: document, values: [sport, money], several: true}
  shift: {of: document, values: [early, late]}
"""
WORDS = {"sport": "The team won the match and the goal", "money": "The bank raised the price of the loan"}
SENTENCE = "{words}. There was {cue} {event} in {place}."


def article(number: int) -> tuple[str, str, bool]:
    """A made-up article: its text, its topic, and whether its event is negated."""
    topic, negated = ("sport", "money")[number % 2], number % 3 == 0
    event, place = ("strike", "flood", "vote")[number // 3 % 3], ("Altavilla", "Bellmar")[number // 2 % 2]
    text = SENTENCE.format(words=WORDS[topic], cue="no" if negated else "a", event=event, place=place)
    return text, topic, negated


@pytest.fixture
def finished(tmp_path: Path) -> Iterator[Bench]:
    """A workspace with finished articles, whose events, places and topics have attributes, and two that are new."""
    root = tmp_path / "work"
    root.mkdir()
    (root / "labels.yaml").write_text(LEARNED, encoding="utf-8")
    bench = Bench(Workspace(root))
    chance = Random(1)
    for number in range(16):
        text, topic, negated = article(number)
        bench.add(f"a{number:02}", text)
        session = bench.session(f"a{number:02}")
        steps = AttributeSteps(session)
        event = focused(session.add(*range_of(session.document, text.split()[-3]), "EVENT"))
        place = focused(session.add(*range_of(session.document, text.split()[-1][:-1]), "PLACE"))
        steps.set(event, "negated", negated)
        steps.set(place, "gazetteer", "P1" if "Altavilla" in text else "P2")
        steps.set(None, "topic", topic)
        steps.set(None, "shift", chance.choice(["early", "late"]))
        session.finish()
    bench.add("new1", SENTENCE.format(words=WORDS["sport"], cue="no", event="strike", place="Bellmar"))
    bench.add("new2", SENTENCE.format(words=WORDS["money"], cue="a", event="vote", place="Altavilla"))
    yield bench
    bench.workspace.close()


def suggested(bench: Bench, key: str) -> tuple[dict[str, object], object]:
    layer = bench.store.layer(LayerName(key, SUGGESTIONS))
    assert layer is not None
    found = bench.store.annotations(layer.id)
    text = bench.document(key).text
    return {text[s.start : s.end]: s.attributes for s in found.spans.values()}, found.document_attributes


def test_what_curators_set_is_learned_and_suggested_and_chance_is_not(finished: Bench) -> None:
    card = train(finished.workspace).card
    assert card["attributes"]["topic"] > 0.9
    assert card["attributes"]["negated"] > 0.9
    assert card["attributes"]["gazetteer"] == 1
    assert card["attributes"]["shift"] is None, "nothing in the text says when"
    suggest(finished.workspace)
    assert suggested(finished, "new1") == (
        {"strike": {"negated": True}, "Bellmar": {"gazetteer": "P2"}},
        {"topic": ["sport"]},
    )
    assert suggested(finished, "new2") == ({"vote": None, "Altavilla": {"gazetteer": "P1"}}, {"topic": ["money"]})


def test_a_name_that_one_entry_has_is_linked_until_the_catalog_says_otherwise(
    finished: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    def linked() -> object:
        assert main(["-w", str(finished.workspace.root), "suggest", "new1"]) == 0
        return suggested(finished, "new1")[0]["Bellmar"]

    assert linked() is None
    assert "warning: no links for gazetteer: no catalog 'places'" in capfd.readouterr().err
    folder = finished.workspace.catalogs
    folder.mkdir()
    for aliases, entry in (("", None), ("Béllmar", {"gazetteer": "X2"}), ("bellmar", None)):
        (folder / "places.csv").write_text(
            f"id,name,aliases\nX1,{'Bellmar' if aliases == 'bellmar' else 'Elsewhere'},\nX2,Port,{aliases}\n",
            encoding="utf-8",
        )
        assert linked() == entry


def test_mentions_that_are_probably_one_share_their_link(bench: Bench, catalogs: Catalogs) -> None:
    labels = bench.workspace.labels_path
    text = labels.read_text(encoding="utf-8").replace(
        "    key: 1\n", "    key: 1\n    patterns: [{regex: (Eva )?Prado}]\n"
    )
    labels.write_text(text.replace("  PERSON:\n", "  PERSON:\n    model_labels: [PERSON]\n"), encoding="utf-8")
    file = bench.workspace.catalogs / "places.csv"
    file.write_text("id,name\nE1,Eva Prado\n", encoding="utf-8")
    bench.add("two", "Eva Prado came. Prado left.")
    bench.workspace.forget_scheme()
    suggest(bench.workspace, ["two"])
    assert catalogs.open("places").entries == 1
    assert suggested(bench, "two")[0] == {"Eva Prado": {"gazetteer": "E1"}, "Prado": {"gazetteer": "E1"}}


def test_suggested_attributes_are_taken_over_with_their_span(finished: Bench) -> None:
    train(finished.workspace)
    suggest(finished.workspace)
    session = finished.session("new1", "bo")
    session.accept_all(0)
    attributes = {span.label: span.attributes for span in session.content.spans.values()}
    assert attributes == {"EVENT": {"negated": True}, "PLACE": {"gazetteer": "P2"}}


def test_a_scheme_without_attributes_learns_as_before(tmp_path: Path) -> None:
    bench = make_bench(tmp_path / "plain")
    for key in ("a", "b"):
        session = bench.session(bench.add(key, f"Ana Ruiz vio {key}.").key)
        session.add(0, 8, "PERSON")
        session.finish()
    result = train(bench.workspace)
    assert "attributes" not in result.card
    assert not (learned_folder(bench.workspace) / result.version / "attributes.json").exists()
