"""The neural recogniser, and the neural tagger in which it has a vote."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from annotator.annotation import Annotations, SpanKey, suggested_span
from annotator.errors import ModelError
from annotator.labels import EntityType, LabelScheme
from annotator.suggest.learned import learning, neural_recogniser, versions
from annotator.suggest.learned.combining import LearnedSpans
from annotator.suggest.learned.neural_recogniser import NeuralRecogniser
from annotator.suggest.learned.training import Example, TrainingSet, add_voter, train_memory, train_tagger
from annotator.suggest.phrases import PhraseIndex
from annotator.suggest.pipeline import build
from benchmarks.domain_texts import DOMAINS, texts
from tests.suggest.conftest import make_document

WAYS = {"spans": "neural tagger", "relations": "rules", "whole": "neural tagger+rules"}
TARGETS = texts(next(iter(DOMAINS.values())), 12)
LABELS = sorted({span.label for _, truth in TARGETS for span in truth.spans.values()})
SCHEME = LabelScheme({label: EntityType(label, "") for label in LABELS}, {}, ("en",), "flat", "token", "")
EXAMPLES = [Example(document, Annotations(), truth) for document, truth in TARGETS]


FEW, ENOUGH = 300, 5_000
"""Words that training reads: too few to learn anything, and enough to know a document or two."""


@pytest.fixture(autouse=True)
def short_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let training read few words, where it need not learn anything."""
    monkeypatch.setattr(neural_recogniser, "LEAST_READ", FEW)
    monkeypatch.setattr(neural_recogniser, "PASSES", 1)


def train(examples: list[Example], path: Path) -> bytes:
    neural_recogniser.train([(PhraseIndex(e.document), list(e.truth.spans.values())) for e in examples], path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> NeuralRecogniser:
    """Return a recogniser that knows the first document."""
    path = tmp_path_factory.mktemp("recogniser") / "trained"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neural_recogniser, "LEAST_READ", ENOUGH)
        train(EXAMPLES[:1], path)
    return NeuralRecogniser(path)


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a version whose way for spans is the neural tagger."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neural_recogniser, "LEAST_READ", FEW)
        patch.setattr(neural_recogniser, "PASSES", 1)
        learned_dir = tmp_path_factory.mktemp("learned")
        made = learned_dir / ".making"
        made.mkdir()
        card = learning.learn(TrainingSet(SCHEME, EXAMPLES[:8]), made, WAYS)
    card |= {"version": "0001", "labels_sha256": versions.scheme_digest(SCHEME), "documents": []}
    path = versions.install(learned_dir, made, card)
    versions.use(learned_dir, "0001", SCHEME, pinned=True)
    return path


def test_it_finds_what_it_was_taught(recogniser: NeuralRecogniser) -> None:
    index = PhraseIndex(EXAMPLES[0].document)
    found = {SpanKey(*index.segment(span.tokens), span.label) for span in recogniser.find(index)}
    right = {span.key for span in EXAMPLES[0].truth.spans.values()}
    assert len(found & right) > len(right) / 2


def test_it_is_the_same_every_time_and_what_others_draw_by_chance_stays(tmp_path: Path) -> None:
    before = str(np.random.get_state())
    assert train(EXAMPLES[:2], tmp_path / "one") == train(EXAMPLES[:2], tmp_path / "two")
    assert str(np.random.get_state()) == before


def test_only_the_latest_documents_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neural_recogniser, "MOST_WORDS", 1)
    assert train(EXAMPLES[:3], tmp_path / "three") == train(EXAMPLES[2:3], tmp_path / "one")


def test_it_reads_an_empty_document_and_one_of_many_pieces(
    recogniser: NeuralRecogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert recogniser.find(PhraseIndex(make_document("", "en"))) == []
    text = EXAMPLES[0].document.text.strip()
    one, many = (PhraseIndex(make_document("\n\n".join([text] * times), "en")) for times in (1, 3))
    monkeypatch.setattr(neural_recogniser, "PIECE_READ", 1)
    once, thrice = recogniser.find(one), recogniser.find(many)
    assert once
    assert [many.phrase(span.tokens) for span in thrice] == 3 * [one.phrase(span.tokens) for span in once]


@pytest.mark.parametrize(
    "bare",
    [
        [Example(e.document, Annotations(), Annotations()) for e in EXAMPLES[:3]],
        [
            Example(
                make_document("   ", "en"),
                Annotations(),
                Annotations.of([suggested_span(0, 2, LABELS[0], "t@1", 1.0)]),
            )
        ],
    ],
    ids=("no spans", "no tokens"),
)
def test_where_no_span_has_a_token_there_is_no_vote(tmp_path: Path, bare: list[Example]) -> None:
    training_set = TrainingSet(SCHEME, bare)
    tagger = train_tagger(training_set, bare, train_memory(training_set, bare), tmp_path / "tagger")
    assert add_voter(training_set, bare, tagger, tmp_path / "voter") is tagger
    assert not (tmp_path / "voter").exists()


def test_a_vote_moves_what_the_tagger_says(recogniser: NeuralRecogniser, tmp_path: Path) -> None:
    training_set = TrainingSet(SCHEME, EXAMPLES[1:6])
    memory = train_memory(training_set, EXAMPLES[1:6])
    tagger = train_tagger(training_set, EXAMPLES[1:6], memory, tmp_path / "tagger")
    document = EXAMPLES[0].document
    alone, both = (
        {span.key: span.score or 0.0 for span in LearnedSpans(SCHEME, memory, one).spans(document, [])}
        for one in (tagger, tagger.with_voter(recogniser))
    )
    index = PhraseIndex(document)
    voted = {SpanKey(*index.segment(span.tokens), span.label) for span in recogniser.find(index)}
    assert alone.keys() & both.keys() & voted
    for key in alone.keys() & both.keys():
        assert both[key] < alone[key] or key in voted
        assert abs(both[key] - 0.9) <= abs(alone[key] - 0.9) or key not in voted
    assert not voted & (alone.keys() - both.keys())


class TestComparison:
    def compared(self, examples: list[Example], folder: Path) -> set[str]:
        results, _ = learning.compare(TrainingSet(SCHEME, examples), folder, neural=True)
        return set(results.spans)

    def test_it_takes_part_from_twelve_documents_on(self, tmp_path: Path) -> None:
        assert "neural tagger" not in self.compared(EXAMPLES[:11], tmp_path)
        assert "neural tagger" in self.compared(EXAMPLES, tmp_path)

    def test_it_does_not_where_rules_are_right_already(self, tmp_path: Path) -> None:
        right = [Example(e.document, e.truth, e.truth) for e in EXAMPLES]
        assert "neural tagger" not in self.compared(right, tmp_path)

    def test_unasked_nothing_is_compared_that_takes_long(self, tmp_path: Path) -> None:
        card = learning.learn(TrainingSet(SCHEME, EXAMPLES[:8]), tmp_path)
        assert "neural tagger" not in card["figures"]["spans"]
        assert learning.may_gain({**card, "documents": [{}] * 12})
        assert not learning.may_gain({**card, "documents": [{}] * 11})


class TestVersion:
    def test_it_suggests_with_both(self, version: Path) -> None:
        found = build(SCHEME, version.parent, version.parent).suggest([EXAMPLES[9].document])
        right = {span.key for span in EXAMPLES[9].truth.spans.values()}
        assert {span.key for span in next(iter(found)).spans.values()} & right
        assert json.loads((version / versions.CARD).read_text(encoding="utf-8"))["uses"] == WAYS
        assert versions.VOTER in {path.name for path in version.iterdir()}

    @pytest.mark.parametrize("content", [b"", b"no model of spaCy's", b"\x80", b"\x81\xa5model\x80", b"[]"])
    def test_a_file_of_something_else_is_refused_whatever_its_digest(self, version: Path, content: bytes) -> None:
        kept = {name: (version / name).read_bytes() for name in (versions.VOTER, versions.CARD)}
        try:
            (version / versions.VOTER).write_bytes(content)
            problem = versions.list_versions(version.parent, SCHEME)[0].problem
            assert problem == f"its file {versions.VOTER} is missing or was changed"
            card = json.loads(kept[versions.CARD])
            card["files"][versions.VOTER] = versions.digest(version / versions.VOTER)
            (version / versions.CARD).write_text(json.dumps(card), encoding="utf-8")
            with pytest.raises(ModelError, match=f"is no {versions.VOTER} of a learned version"):
                list(build(SCHEME, version.parent, version.parent).suggest([EXAMPLES[9].document]))
        finally:
            for name, data in kept.items():
                (version / name).write_bytes(data)
