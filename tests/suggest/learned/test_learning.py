"""Learning from finished documents, in a scheme of another domain and language, with much, little and bad data."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotator.annotation import Annotations, Span, suggested_relation, suggested_span
from annotator.errors import ModelError
from annotator.labels import LabelScheme, load_scheme
from annotator.suggest.cluster import suggest_on_cluster
from annotator.suggest.learned import learning, training, versions
from annotator.suggest.learned.combining import LearnedSpans
from annotator.suggest.learned.cross_validation import CrossValidation, HeldOutResult, choose
from annotator.suggest.learned.evidence import RangeDecision
from annotator.suggest.learned.phrase_memory import (
    DocumentEvidence,
    FrozenMemory,
    PhraseMemory,
    memory_rows,
    spans_from_memory,
)
from annotator.suggest.learned.tagger import Tagger
from annotator.suggest.learned.token_features import FeatureSet, ProposalFeatures
from annotator.suggest.learned.training import Example, TrainingSet
from annotator.suggest.phrases import PhraseIndex
from annotator.suggest.pipeline import build
from annotator.suggest.relations.candidates import RelationSuggester
from annotator.suggest.relations.classifier import RelationClassifier, RelationScorer
from tests.suggest.conftest import in_workers, make_document

LABELS = """
languages: [de]
overlap: flat
entities:
  WIRKSTOFF: {key: 1}
  DOSIS: {key: 2}
  BEFUND: {key: 3}
relations:
  dosiert: {key: o, head: WIRKSTOFF, child: DOSIS}
  behandelt: {key: t, head: WIRKSTOFF, child: BEFUND}
"""
STARTS = ("Rami", "Meto", "Tora", "Cande", "Biso", "Panto", "Losa")
ENDINGS = ("pril", "lol", "semid", "sartan", "prazol")
FINDINGS = ("Hypertonie", "Diabetes", "Herzinsuffizienz", "Gastritis", "Migräne", "Arthrose")


@pytest.fixture
def german(tmp_path: Path) -> LabelScheme:
    path = tmp_path / "labels.yaml"
    path.write_text(LABELS, encoding="utf-8")
    return load_scheme(path)


def letter(number: int) -> Example:
    """Return a discharge letter with everything marked, of which no rule knows anything."""
    finding = FINDINGS[number % 6]
    drug, other = (STARTS[n % 7] + ENDINGS[n % 5] for n in (number, number + 17))
    dose = f"{5 * (number % 4 + 1)} mg"
    text = (
        f"Wegen {finding} erhielt die Patientin {drug} {dose} täglich. "
        f"Die Gabe von {other} wurde beendet. Brief {number} an den Hausarzt, Befund {number} liegt bei."
    )
    document = make_document(text, "de", f"brief{number}")

    def at(needle: str, label: str) -> Span:
        start = text.index(needle)
        return suggested_span(start, start + len(needle), label, "t@1", 1.0)

    spans = [at(finding, "BEFUND"), at(drug, "WIRKSTOFF"), at(dose, "DOSIS"), at(other, "WIRKSTOFF")]
    links = [suggested_relation(spans[1], spans[2], "dosiert", "t@1", 1.0)]
    links.append(suggested_relation(spans[1], spans[0], "behandelt", "t@1", 1.0))
    return Example(document, Annotations(), Annotations.of(spans, links))


class TestTagger:
    def test_it_learns_labels_that_nothing_else_knows_from_a_few_documents(
        self, german: LabelScheme, tmp_path: Path
    ) -> None:
        examples = [letter(number) for number in range(8)]
        training_set = TrainingSet(german, examples)
        memory = training.train_memory(training_set, examples)
        tagger = training.train_tagger(training_set, examples, memory, tmp_path / "tagger.crf")
        new = letter(9)
        found = LearnedSpans(german, memory, tagger).spans(new.document, [])
        assert {span.key for span in found} >= {s.key for s in new.truth.spans.values() if s.label == "WIRKSTOFF"}
        assert all(0 < (span.score or 0) <= 1 for span in found)
        assert all(span.source in ("learned@0", "memory@1") for span in found)

    def test_it_is_the_same_every_time(self, german: LabelScheme, tmp_path: Path) -> None:
        examples = [letter(number) for number in range(4)]
        made = []
        for name in ("one", "two"):
            training_set = TrainingSet(german, examples)
            memory = training.train_memory(training_set, examples)
            training.train_tagger(training_set, examples, memory, tmp_path / name)
            made.append((tmp_path / name).read_bytes())
        assert made[0] == made[1]

    @pytest.mark.parametrize("count", [0, 1])
    def test_none_or_one_document_is_enough_for_what_it_is(
        self, german: LabelScheme, tmp_path: Path, count: int
    ) -> None:
        examples = [letter(number) for number in range(count)]
        card = learning.learn(TrainingSet(german, examples), tmp_path)
        assert card["uses"] == {"spans": "rules", "relations": "rules", "whole": "rules+rules"}
        assert not (tmp_path / versions.TAGGER).exists()

    @pytest.mark.parametrize("text", ["   ", "\u200b\u200b", "\x01\x02"])
    def test_of_documents_without_tokens_it_learns_to_leave_proposals_alone(
        self, german: LabelScheme, tmp_path: Path, text: str
    ) -> None:
        blank = Example(make_document(text, "de", "blank"), Annotations(), Annotations())
        training_set = TrainingSet(german, [blank])
        memory = training.train_memory(training_set, [blank])
        tagger = training.train_tagger(training_set, [blank], memory, tmp_path / "tagger.crf")
        new = letter(0)
        proposed = [span.replace(score=0.9) for span in new.truth.spans.values() if span.label == "DOSIS"]
        assert LearnedSpans(german, memory, tagger).spans(new.document, []) == []
        assert LearnedSpans(german, memory, tagger).spans(new.document, proposed) == proposed
        loaded = Tagger(tmp_path / "tagger.crf")
        index = PhraseIndex(new.document)
        assert list(loaded.find(index, ProposalFeatures(index, {}))) == []

    def test_documents_that_contradict_each_other_break_nothing(self, german: LabelScheme, tmp_path: Path) -> None:
        examples = []
        for number, label in enumerate(("WIRKSTOFF", "BEFUND", "DOSIS", "WIRKSTOFF")):
            example = letter(0)
            spans = [span.replace(label=label) for span in example.truth.spans.values()]
            document = replace(example.document, key=f"d{number}", text=f"{example.document.text}{number}")
            examples.append(Example(document, Annotations(), Annotations.of(spans)))
        card = learning.learn(TrainingSet(german, examples), tmp_path)
        assert card["figures"]["spans"].keys() <= {"rules", "memory", "tagger", "rich tagger"}

    def test_with_little_data_it_leaves_what_rules_propose_as_it_is(self, german: LabelScheme, tmp_path: Path) -> None:
        """Rules that are right on two documents stay with what they propose, also what was never seen before."""
        examples = [replace(example, proposed=example.truth) for example in map(letter, range(2))]
        training_set = TrainingSet(german, examples)
        memory = training.train_memory(training_set, examples)
        tagger = training.train_tagger(training_set, examples, memory, tmp_path / "tagger.crf")
        new = make_document("Heute kam ohne Termin Xanthippe Querfurt mit 17 Akten.", "de", "new")
        proposed = [
            suggested_span(22, 40, "WIRKSTOFF", "rules@1", 0.9),
            suggested_span(45, 53, "DOSIS", "rules@1", 0.8),
        ]
        found = LearnedSpans(german, memory, tagger).spans(new, proposed)
        assert [span.key for span in found] == [span.key for span in proposed]

    def test_the_word_of_the_tagger_counts_more_with_documents_and_where_rules_are_wrong(self) -> None:
        def trust(count: int, *, right: bool) -> float:
            examples = [letter(number) for number in range(count)]
            if right:
                examples = [replace(example, proposed=example.truth) for example in examples]
            return training.trust_by_label(examples)["DOSIS"]

        assert trust(2, right=True) == 0.25
        assert trust(6, right=True) == 0.5
        assert trust(2, right=False) == 1.0


class TestChoice:
    def test_what_does_better_on_documents_left_out_is_used(self, german: LabelScheme, tmp_path: Path) -> None:
        card = learning.learn(TrainingSet(german, [letter(number) for number in range(8)]), tmp_path)
        assert card["uses"]["spans"] in ("tagger", "rich tagger")
        assert card["figures"]["spans"]["tagger"] > card["figures"]["spans"]["rules"] == 0.0

    def test_rules_that_are_right_already_stay_with_the_memory_beside_them(
        self, german: LabelScheme, tmp_path: Path
    ) -> None:
        examples = [replace(example, proposed=example.truth) for example in map(letter, range(6))]
        card = learning.learn(TrainingSet(german, examples), tmp_path)
        assert card["uses"]["spans"] == "memory"
        assert card["figures"]["spans"]["rules"] == 1.0
        assert json.loads((tmp_path / versions.MEMORY).read_text(encoding="utf-8"))

    def test_the_simpler_way_is_used_unless_the_other_is_ahead_by_more_than_chance(self) -> None:
        def results(*hits: int) -> list[HeldOutResult]:
            """Of ten right items in each document, so many are suggested, and nothing else."""
            return [HeldOutResult("", dict.fromkeys(range(n), 1.0), frozenset(range(10)), {}) for n in hits]

        relations = {"rules": results(5, 5, 5, 5), "linker": results(9, 9, 8, 9)}
        spans = {"rules": results(5, 5, 5, 5), "memory": results(5, 5, 5, 5), "tagger": results(9, 4, 5, 4)}
        whole = {f"{way}+{other}": results(0, 0, 0, 0) for way in spans for other in relations}
        assert choose(CrossValidation(spans, relations, whole))["spans"] == "memory"
        spans["tagger"] = results(6, 7, 7, 6)
        assert choose(CrossValidation(spans, relations, whole)) == {
            "spans": "tagger",
            "relations": "linker",
            "whole": "tagger+linker",
        }
        spans |= {"rich tagger": results(8, 8, 9, 9), "neural tagger": results(8, 9, 8, 9)}
        whole |= {f"{way}+{other}": results(0, 0, 0, 0) for way in spans for other in relations}
        assert choose(CrossValidation(spans, relations, whole))["spans"] == "rich tagger"
        spans["neural tagger"] = results(10, 10, 9, 10)
        assert choose(CrossValidation(spans, relations, whole))["spans"] == "neural tagger"
        del spans["rich tagger"], spans["neural tagger"]
        spans["memory"] = results(2, 3, 3, 2)
        spans["tagger"] = results(5, 4, 5, 5)
        assert choose(CrossValidation(spans, relations, whole))["spans"] == "rules"

    def test_layout_teaches_the_rich_tagger_what_words_do_not_say(self, german: LabelScheme, tmp_path: Path) -> None:
        """The same numbers stand for doses and for other things: only the field at the start of the line tells."""

        def sheet(number: int) -> Example:
            dose, weight = f"{200 + 37 * number}", f"{210 + 41 * number}"
            text = f"Blatt\n\nDosis: heute zunächst {dose}\nGewicht: heute zunächst {weight}\n"
            document = make_document(text, "de", f"blatt{number}")
            at = text.index(dose)
            return Example(document, Annotations(), Annotations.of([suggested_span(at, at + 3, "DOSIS", "t@1", 1.0)]))

        examples = [sheet(number) for number in range(6)]
        training_set, new = TrainingSet(german, examples), sheet(9)
        memory = training.train_memory(training_set, examples)
        found = {}
        for feature_set in FeatureSet:
            tagger = training.train_tagger(training_set, examples, memory, tmp_path / feature_set, feature_set)
            found[feature_set] = {span.key for span in LearnedSpans(german, memory, tagger).spans(new.document, [])}
        right = {span.key for span in new.truth.spans.values()}
        assert found[FeatureSet.RICH] == right != found[FeatureSet.PLAIN]

    def test_what_the_memory_says_rarely_rightly_is_not_added(self, german: LabelScheme) -> None:
        """A word that is a finding in some documents, and in most nothing, no longer becomes a suggestion."""
        examples = []
        for number in range(60):
            text = f"Am Tag {number} bestand Unruhe im Haus {number * 7}."
            at = text.index("Unruhe")
            spans = [suggested_span(at, at + 6, "BEFUND", "t@1", 1.0)]
            found = [suggested_span(at, at + 6, "WIRKSTOFF", "t@1", 1.0)] if number % 6 else spans
            examples.append(Example(make_document(text, "de", f"d{number}"), Annotations(), Annotations.of(found)))
        training_set = TrainingSet(german, examples)
        memory = training.train_memory(training_set, examples[::6])
        calibration = training.calibrate_memory(training_set, examples, memory)
        new = make_document("Am Tag 99 bestand Unruhe im Haus 3.", "de", "new")
        assert LearnedSpans(german, memory).spans(new, [])
        assert not LearnedSpans(german, memory, calibrate=lambda _, score: calibration(score)).spans(new, [])

    def test_near_duplicates_are_never_on_both_sides(self, german: LabelScheme) -> None:
        examples = [letter(number) for number in (0, 1, 2, 3)]
        twin = letter(0)
        examples.append(replace(twin, document=replace(twin.document, key="twin", text=f"{twin.document.text} ")))
        parts = TrainingSet(german, examples).folds(5)
        assert any({0, 4} <= set(part) for part in parts)
        assert sorted(number for part in parts for number in part) == list(range(5))


class TestLinker:
    def test_it_learns_which_pairs_are_linked(self, german: LabelScheme) -> None:
        examples = [letter(number) for number in range(8)]
        weights = training.train_relation_classifier(TrainingSet(german, examples), examples)
        new = letter(9)
        named = [span.replace(id=str(span.key)) for span in sorted(new.truth.spans.values(), key=lambda s: s.start)]
        found = RelationSuggester(german, "de", RelationScorer(RelationClassifier(weights), version="7")).relations(
            new.document, named
        )
        assert {relation.label for relation in found} == {"dosiert", "behandelt"}
        assert {relation.source for relation in found} == {"linker@7"}

    def test_it_weighs_as_it_was_trained(self, german: LabelScheme) -> None:
        example = letter(0)
        pairs = RelationSuggester(german, "de")
        spans = sorted(example.truth.spans.values(), key=lambda s: s.start)
        relation, _, _, pair = next(pairs.candidates(example.document, spans))
        from annotator.suggest.relations.classifier import features, prior
        from annotator.suggest.relations.logistic import logit, sigmoid

        weights = dict.fromkeys(features(relation, pair, 0.5), 0.01)
        expected = sigmoid(logit(prior(0.5)) + 0.01 * len(list(features(relation, pair, 0.5))))
        assert RelationClassifier(weights).score(relation, pair, 0.5) == pytest.approx(expected)


class TestMemory:
    def test_what_is_kept_in_a_version_says_what_the_documents_said(self) -> None:
        memory = PhraseMemory()
        for key, text in (("a", "En Lima llueve. Lima duerme."), ("b", "Fue a Lima y Lima cayó.")):
            document = make_document(text, "es", key)
            at = text.index("Lima")
            memory.put(
                DocumentEvidence(
                    PhraseIndex(document), [RangeDecision(at, at + 4, "GPE", positive=True)], finished=True
                )
            )
        kept = FrozenMemory.from_rows(json.loads(json.dumps(memory_rows(memory))))
        new = PhraseIndex(make_document("Volvió a Lima. Lima canta.", "es", "c"))
        assert [span.key for span in spans_from_memory(new, kept)] == [
            span.key for span in spans_from_memory(new, memory)
        ]
        assert kept.evidence(("lima",)).unmarked == 2

    def test_a_document_does_not_testify_on_itself(self) -> None:
        memory = PhraseMemory()
        document = make_document("En Lima llueve.", "es", "a")
        memory.put(DocumentEvidence(PhraseIndex(document), [RangeDecision(3, 7, "GPE", positive=True)], finished=True))
        assert spans_from_memory(PhraseIndex(document), memory) == []

    def test_a_document_that_is_forgotten_says_nothing_more(self) -> None:
        memory = PhraseMemory()
        index = PhraseIndex(make_document("En Lima llueve.", "es", "a"))
        memory.put(DocumentEvidence(index, [RangeDecision(3, 7, "GPE", positive=True)], finished=True))
        memory.forget("a")
        assert len(memory) == 0
        assert spans_from_memory(PhraseIndex(make_document("En Lima.", "es", "b")), memory) == []


@pytest.fixture
def version(german: LabelScheme, tmp_path: Path) -> Callable[..., Path]:
    """Return what makes a learned version in ``tmp_path/learned``."""

    def make(name: str = "0001", **card: Any) -> Path:
        learned_dir = tmp_path / "learned"
        made = learned_dir / ".making"
        made.mkdir(parents=True)
        figures = learning.learn(TrainingSet(german, [letter(number) for number in range(8)]), made)
        whole = {"version": name, "labels_sha256": versions.scheme_digest(german), "documents": [], **figures, **card}
        return versions.install(learned_dir, made, whole)

    return make


class TestVersions:
    def test_the_one_in_use_suggests_and_names_itself(
        self, german: LabelScheme, version: Callable[..., Path], tmp_path: Path
    ) -> None:
        version()
        learned_dir = tmp_path / "learned"
        plain = build(german, tmp_path, learned_dir)
        versions.use(learned_dir, "0001", german, pinned=False)
        pipeline = build(german, tmp_path, learned_dir)
        assert plain.fingerprint != pipeline.fingerprint
        new = letter(10)
        (found,) = pipeline.suggest([new.document])
        assert {span.key for span in found.spans.values()} == {span.key for span in new.truth.spans.values()}
        assert "learned@0001" in {span.source for span in found.spans.values()}
        (nothing,) = plain.suggest([new.document])
        assert not nothing.spans

    def test_worker_processes_suggest_the_same(
        self, german: LabelScheme, version: Callable[..., Path], tmp_path: Path
    ) -> None:
        version()
        learned_dir = tmp_path / "learned"
        versions.use(learned_dir, "0001", german, pinned=False)
        documents = [letter(number).document for number in (9, 10)]
        pipeline = build(german, tmp_path, learned_dir)
        assert in_workers(pipeline, documents) == list(pipeline.suggest(documents))

    def test_workers_of_a_cluster_are_sent_it_and_suggest_the_same(
        self, german: LabelScheme, version: Callable[..., Path], tmp_path: Path
    ) -> None:
        pytest.importorskip("distributed", reason="needs Dask: the extra cluster, or the group test")
        version()
        learned_dir = tmp_path / "learned"
        versions.use(learned_dir, "0001", german, pinned=False)
        documents = [letter(number).document for number in (9, 10)]
        pipeline = build(german, tmp_path, learned_dir)
        batches = suggest_on_cluster([documents], pipeline, "local:1", pytest.fail)
        assert [layer for batch in batches for layer in batch.layers] == list(pipeline.suggest(documents))

    @pytest.mark.parametrize("name", [versions.TAGGER, versions.MEMORY, versions.CARD])
    def test_a_file_that_was_changed_is_not_used(
        self, german: LabelScheme, version: Callable[..., Path], tmp_path: Path, name: str
    ) -> None:
        folder = version()
        learned_dir = tmp_path / "learned"
        versions.use(learned_dir, "0001", german, pinned=False)
        (folder / name).write_bytes(b"{}" + b" " * 40)
        assert versions.active_version(learned_dir, german) is None
        assert versions.why_unused(learned_dir, german).startswith("learned version 0001 is not used: its ")
        assert build(german, tmp_path, learned_dir).learned is None
        with pytest.raises(ModelError, match="learned version 0001: "):
            versions.use(learned_dir, "0001", german, pinned=True)

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            (versions.TAGGER, b"no model of crfsuite's"),
            (versions.MEMORY, b'{"Haus": 3}'),
            (versions.CALIBRATION, b"[]"),
            (versions.CALIBRATION, b'{"span": 3}'),
            (versions.LINKER, b"{"),
        ],
    )
    def test_a_file_of_something_else_is_refused_whatever_its_digest(
        self, german: LabelScheme, version: Callable[..., Path], tmp_path: Path, name: str, content: bytes
    ) -> None:
        folder = version()
        learned_dir = tmp_path / "learned"
        card = json.loads((folder / versions.CARD).read_text(encoding="utf-8"))
        (folder / name).write_bytes(content)
        card["files"][name] = versions.digest(folder / name)
        (folder / versions.CARD).write_text(json.dumps(card), encoding="utf-8")
        versions.use(learned_dir, "0001", german, pinned=True)
        with pytest.raises(ModelError, match=f"is no {name} of a learned version"):
            list(build(german, tmp_path, learned_dir).suggest([letter(10).document]))

    def test_another_scheme_does_not_use_it(
        self, german: LabelScheme, version: Callable[..., Path], tmp_path: Path
    ) -> None:
        version()
        learned_dir = tmp_path / "learned"
        versions.use(learned_dir, "0001", german, pinned=False)
        path = tmp_path / "labels.yaml"
        path.write_text(LABELS.replace("  BEFUND: {key: 3}\n", "").replace("BEFUND", "DOSIS"), encoding="utf-8")
        other = load_scheme(path)
        assert versions.active_version(learned_dir, other) is None
        assert versions.list_versions(learned_dir, other)[0].problem == "it was trained under another label scheme"
        path.write_text(LABELS.replace("{key: 1}", "{key: 9, description: Stoff}"), encoding="utf-8")
        assert versions.active_version(learned_dir, load_scheme(path)) is not None

    def test_old_versions_stay_and_can_be_gone_back_to(
        self, german: LabelScheme, version: Callable[..., Path], tmp_path: Path
    ) -> None:
        learned_dir = tmp_path / "learned"
        version("0001")
        assert versions.next_version(learned_dir) == "0002"
        version("0002")
        versions.use(learned_dir, "0002", german, pinned=False)
        assert not versions.is_pinned(learned_dir)
        versions.use(learned_dir, "0001", german, pinned=True)
        assert [(v.version, v.chosen) for v in versions.list_versions(learned_dir, german)] == [
            ("0001", True),
            ("0002", False),
        ]
        assert versions.is_pinned(learned_dir)
        versions.use(learned_dir, versions.NONE, german, pinned=True)
        assert versions.active_version(learned_dir, german) is None

    def test_a_tagger_of_a_version_that_names_no_features_has_the_plain_ones(
        self, german: LabelScheme, version: Callable[..., Path], tmp_path: Path
    ) -> None:
        folder = version()
        card = json.loads((folder / versions.CARD).read_text(encoding="utf-8"))
        assert card["features"] in set(FeatureSet)
        card.pop("features")
        card["leaning"] = True
        (folder / versions.CARD).write_text(json.dumps(card), encoding="utf-8")
        versions.use(tmp_path / "learned", "0001", german, pinned=True)
        (found,) = build(german, tmp_path, tmp_path / "learned").suggest([letter(10).document])
        assert found.spans
        card["features"] = "other"
        (folder / versions.CARD).write_text(json.dumps(card), encoding="utf-8")
        assert versions.list_versions(tmp_path / "learned", german)[0].problem.startswith("its card is none of ours")

    def test_the_newest_and_the_one_in_use_are_kept(
        self, german: LabelScheme, version: Callable[..., Path], tmp_path: Path
    ) -> None:
        learned_dir = tmp_path / "learned"
        for number in range(1, 6):
            version(f"{number:04d}")
        versions.use(learned_dir, "0001", german, pinned=True)
        assert versions.prune(learned_dir, 2) == ["0002", "0003"]
        assert [v.version for v in versions.list_versions(learned_dir, german)] == ["0001", "0004", "0005"]
        assert versions.active_version(learned_dir, german) is not None
        assert versions.next_version(learned_dir) == "0006"

    def test_one_can_be_removed_unless_it_is_in_use(
        self, german: LabelScheme, version: Callable[..., Path], tmp_path: Path
    ) -> None:
        learned_dir = tmp_path / "learned"
        version("0001")
        version("0002")
        versions.use(learned_dir, "0002", german, pinned=False)
        versions.remove(learned_dir, "0001")
        assert [v.version for v in versions.list_versions(learned_dir, german)] == ["0002"]
        with pytest.raises(ModelError, match="learned version 0002 is in use"):
            versions.remove(learned_dir, "0002")
        for named in ("0001", "..", "active", ""):
            with pytest.raises(ModelError, match="no learned version"):
                versions.remove(learned_dir, named)

    @pytest.mark.parametrize("named", ["../0001", "0009", "", "x" * 300])
    def test_a_version_that_is_not_there_is_refused(
        self, german: LabelScheme, version: Callable[..., Path], tmp_path: Path, named: str
    ) -> None:
        version()
        with pytest.raises(ModelError, match="no learned version"):
            versions.use(tmp_path / "learned", named, german, pinned=True)
