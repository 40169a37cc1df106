"""Agreement on attributes and groups, against independent implementations and values worked out by hand."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest

from annotator.agreement.attributes import ATTRIBUTE_MEASURES, AttributeTables, measures_of
from annotator.agreement.estimates import Estimate, EstimateOptions, estimate
from annotator.agreement.groups import GROUP_MEASURES, GroupTables, clusters_of
from annotator.agreement.measures import ONE_CATEGORY
from annotator.annotation import Annotations, AttributeValue, Relation, Span
from annotator.cli.main import main
from annotator.corpus import Article, build_document
from annotator.formats.registry import load_format
from annotator.formats.source import Source
from annotator.labels import AttributeType, load_scheme
from annotator.labels.load import read_scheme_text
from annotator.suggest.relations.same_mentions import SameMentions
from annotator.workflow.annotating.attribute_steps import AttributeSteps
from annotator.workflow.annotating.group_steps import GroupSteps
from tests.attributes.conftest import LABELS
from tests.repository import CORPORA
from tests.workspaces import Bench, focused

SCHEME = load_scheme(LABELS)
NO_INTERVALS = EstimateOptions(resamples=0)
Said = Mapping[str, Sequence[AttributeValue | None]]
"""What each curator sets of the same items, ``None`` where nothing."""


def layer(name: str, values: Sequence[AttributeValue | None], label: str) -> Annotations:
    spans = [
        Span(f"{name}{n}", 10 * n, 10 * n + 5, label, attributes=None if value is None else {"a": value})
        for n, value in enumerate(values)
    ]
    return Annotations.of(spans)


def figures(attribute: AttributeType, documents: Sequence[Said]) -> dict[str, Estimate]:
    names = sorted({name for document in documents for name in document})
    layers = [{name: layer(name, values, "EVENT") for name, values in said.items()} for said in documents]
    found = estimate(AttributeTables(attribute, names, layers, ()), measures_of(attribute), NO_INTERVALS)
    return {name.partition(".")[2]: estimates[0] for name, estimates in found.items()}


def attribute(kind: Any = "values", **more: Any) -> AttributeType:
    return AttributeType("a", kind, ("EVENT",), **more)


def invented(seed: int, values: Sequence[AttributeValue | None], coders: int = 3, documents: int = 7) -> list[Said]:
    """What coders say who mostly agree."""
    chance = random.Random(seed)
    found: list[Said] = []
    for _ in range(documents):
        truth = [chance.choice(values) for _ in range(chance.randrange(1, 9))]
        said = {f"c{n}": [v if chance.random() < 0.7 else chance.choice(values) for v in truth] for n in range(coders)}
        found.append(said)
    return found


class TestAttributes:
    @pytest.mark.parametrize("seed", range(3))
    def test_alpha_is_krippendorffs(self, seed: int) -> None:
        krippendorff = pytest.importorskip("krippendorff")
        documents = invented(seed, ["x", "y", "z"])
        data = [[v for said in documents for v in said[name]] for name in ("c0", "c1", "c2")]
        expected = krippendorff.alpha(np.array(data), level_of_measurement="nominal")
        assert figures(attribute(), documents)["alpha"].value == pytest.approx(expected)

    def test_several_values_are_the_same_in_any_order(self) -> None:
        said = {"ana": [["x", "y"], ["z"]], "bo": [["y", "x"], ["z"]]}
        found = figures(attribute(several=True), [said] * 2)
        assert [found[name].value for name in ("alpha", "observed", "kappa", "ac1")] == pytest.approx([1, 1, 1, 1])

    @pytest.mark.parametrize(
        ("kind", "values"),
        [
            ("number", [1, 2, 2.5, 7]),
            ("number", [4_000_000, 4_000_010, 4_000_025]),
            ("date", ["2024-05-01", "2024-05", "2023"]),
            ("date", ["2024-05-01", "2024-05-03", "2024-05-20"]),
            ("date", ["2024-05-01", "2024-05-02"]),
        ],
    )
    def test_numbers_and_dates_are_as_far_apart_as_they_are(self, kind: str, values: list[AttributeValue]) -> None:
        krippendorff = pytest.importorskip("krippendorff")
        from datetime import date

        documents = invented(1, values)
        number: dict[object, object] = {
            v: date.fromisoformat((str(v) + "-01-01")[:10]).toordinal() if kind == "date" else v for v in values
        }
        data = [[number[v] for said in documents for v in said[name]] for name in ("c0", "c1", "c2")]
        expected = krippendorff.alpha(np.array(data, dtype=float), level_of_measurement="interval")
        assert figures(attribute(kind), documents)["alpha"].value == pytest.approx(expected)

    def test_a_number_that_only_one_sets_is_no_single_category(self) -> None:
        found = figures(attribute("number"), [{"c0": [1, 2, 3], "c1": [None, None, None]}])["alpha"]
        assert (found.value, figures(attribute(), [{"c0": ["x"], "c1": ["x"]}])["alpha"].reason) == (None, ONE_CATEGORY)
        assert found.reason.endswith("or no two layers set one of the same item")

    def test_kappa_is_cohens_and_of_several_pairs_the_mean(self) -> None:
        metrics = pytest.importorskip("sklearn.metrics")
        documents = invented(2, ["x", "y", "z"])
        said = {name: [v for d in documents for v in d[name]] for name in ("c0", "c1", "c2")}
        expected = [metrics.cohen_kappa_score(said[a], said[b]) for a, b in combinations(said, 2)]
        assert figures(attribute(), documents)["kappa"].value == pytest.approx(sum(expected) / 3)

    def test_values_by_hand(self) -> None:
        """Two coders, ten flags: both say yes of 2 and no of 6, and differ on 2."""
        said = {"c0": [True] * 3 + [None] * 7, "c1": [True] * 2 + [None] * 1 + [True] + [None] * 6}
        found = figures(attribute("flag", default=False), [said])
        assert found["observed"].value == pytest.approx(0.8)
        assert found["kappa"].value == pytest.approx((0.8 - (0.09 + 0.49)) / (1 - 0.58))
        assert found["ac1"].value == pytest.approx((0.8 - 2 * 0.3 * 0.7) / (1 - 2 * 0.3 * 0.7))
        assert found["ac1"].categories == 2
        assert found["coverage"].value == 1.0

    def test_sets_that_share_a_value_agree_in_part(self) -> None:
        said = {"c0": [["x", "y"], ["x"], ["z"]], "c1": [["x"], ["x"], ["z"]]}
        found = figures(attribute(several=True), [said])
        assert found["observed"].value == pytest.approx(2 / 3)
        nominal = figures(attribute(), [{"c0": ["xy", "x", "z"], "c1": ["x", "x", "z"]}])["alpha"].value
        assert found["alpha"].value is not None
        assert nominal is not None
        assert found["alpha"].value > nominal

    def test_an_item_that_only_one_has_is_missing_from_all_but_coverage(self) -> None:
        said = {"c0": ["x", "y", "x", "y"], "c1": ["x", "y"]}
        found = figures(attribute(), [said])
        assert (found["observed"].value, found["observed"].items) == (1.0, 2)
        assert found["coverage"].value == pytest.approx(4 / 6)

    def test_nothing_is_a_value_where_there_is_no_default_and_the_default_where_there_is_one(self) -> None:
        said: Said = {"c0": ["x", None], "c1": ["x", "x"]}
        assert figures(attribute(), [said])["observed"].value == 0.5
        assert figures(attribute(default="x"), [said])["observed"].value == 1.0

    @pytest.mark.parametrize("seed", range(3))
    def test_who_is_called_what_and_who_else_there_is_changes_nothing(self, seed: int) -> None:
        documents = invented(seed, ["x", "y", None])
        before = {name: found.value for name, found in figures(attribute(), documents).items()}
        swapped = [{{"c0": "zoe", "c1": "bo", "c2": "ana"}[name]: v for name, v in d.items()} for d in documents]
        assert {n: f.value for n, f in figures(attribute(), swapped).items()} == pytest.approx(before)
        alone: Said = {"d": ["x", "y"]}
        assert {n: f.value for n, f in figures(attribute(), [*documents, alone]).items()} == pytest.approx(before)


def clusters_layer(name: str, clusters: Sequence[Sequence[int]]) -> Annotations:
    numbers = sorted({n for cluster in clusters for n in cluster})
    spans = [Span(f"{name}{n}", 10 * n, 10 * n + 5, "PERSON") for n in numbers]
    links = [
        Relation(f"{name}r{a}-{b}", f"{name}{a}", f"{name}{b}", "same_as")
        for cluster in clusters
        for a, b in pairwise(cluster)
    ]
    return Annotations.of(spans, links)


def group_figures(documents: Sequence[Mapping[str, Sequence[Sequence[int]]]]) -> dict[str, float | None]:
    names = sorted({name for document in documents for name in document})
    layers = [{name: clusters_layer(name, found) for name, found in document.items()} for document in documents]
    found = estimate(GroupTables("same_as", names, layers), GROUP_MEASURES, NO_INTERVALS)
    return {name.partition(".")[2]: estimates[0].value for name, estimates in found.items()}


def invented_clusters(chance: random.Random, mentions: int = 24) -> list[list[int]]:
    order = chance.sample(range(mentions), chance.randrange(4, mentions))
    clusters: list[list[int]] = []
    while len(order) > 1:
        size = min(len(order), chance.choice([2, 2, 3, 4, 7]))
        clusters.append(order[:size])
        order = order[size:]
    return clusters


def lea(key: Sequence[Sequence[int]], response: Sequence[Sequence[int]]) -> float:
    """LEA's F1 from its definition: links one by one."""

    def side(own: Sequence[Sequence[int]], others: Sequence[Sequence[int]]) -> float:
        links = {frozenset(pair) for cluster in others for pair in combinations(cluster, 2)}
        scores = []
        for cluster in own:
            of_cluster = [frozenset(pair) for pair in combinations(cluster, 2)]
            scores.append(len(cluster) * sum(link in links for link in of_cluster) / len(of_cluster))
        return sum(scores) / sum(map(len, own))

    recall, precision = side(key, response), side(response, key)
    return 2 * recall * precision / (recall + precision) if recall + precision else 0.0


class TestGroups:
    @pytest.mark.parametrize("seed", range(20))
    def test_scores_are_those_of_an_independent_scorer(self, seed: int) -> None:
        scores = pytest.importorskip("scorch.scores")
        chance = random.Random(seed)
        key, response = invented_clusters(chance), invented_clusters(chance)
        ours = group_figures([{"a": key, "b": response}])
        theirs = [set(map(frozenset, found)) for found in (key, response)]
        for name, score in (("muc_f1", scores.muc), ("b3_f1", scores.b_cubed), ("ceafe_f1", scores.ceaf_e)):
            assert ours[name] == pytest.approx(score(*theirs)[2]), name
        assert ours["conll_f1"] == pytest.approx(scores.conll2012(*theirs))

    @pytest.mark.parametrize("seed", range(10))
    def test_lea_is_what_its_definition_says(self, seed: int) -> None:
        chance = random.Random(seed)
        key, response = invented_clusters(chance), invented_clusters(chance)
        assert group_figures([{"a": key, "b": response}])["lea_f1"] == pytest.approx(lea(key, response))

    def test_the_example_of_leas_authors(self) -> None:
        """Moosavi & Strube (2016), figure 1: system b is worse than a, and LEA says so."""
        key = [list(range(1, 6)), [6, 7], [8, 9, 10, 11, 12]]
        one = group_figures([{"key": key, "sys": [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11, 12]]}])["lea_f1"]
        other = group_figures([{"key": key, "sys": [[1, 2, 3, 4, 5, 8, 9, 10, 11, 12], [6, 7]]}])["lea_f1"]
        assert one == pytest.approx(2 * 1.0 * (5 * 1 + 7 * 11 / 21) / 12 / (1 + (5 * 1 + 7 * 11 / 21) / 12))
        assert other is not None
        assert one is not None
        assert other < one

    def test_the_same_group_by_other_links_is_the_same(self) -> None:
        assert group_figures([{"a": [[1, 2, 3]], "b": [[3, 1, 2]]}]) == pytest.approx(
            dict.fromkeys(("conll_f1", "muc_f1", "b3_f1", "ceafe_f1", "lea_f1"), 1.0)
        )

    def test_it_is_symmetric_and_who_else_there_is_changes_nothing_of_a_pair(self) -> None:
        chance = random.Random(5)
        documents = [{"a": invented_clusters(chance), "b": invented_clusters(chance)} for _ in range(4)]
        before = group_figures(documents)
        assert group_figures([{"a": d["b"], "b": d["a"]} for d in documents]) == pytest.approx(before)
        assert group_figures([*documents, {"z": [[1, 2]]}]) == pytest.approx(before)

    def test_without_groups_there_is_nothing_to_say(self) -> None:
        assert set(group_figures([{"a": [], "b": []}]).values()) == {None}


class TestIntervals:
    """Over documents, as of every other figure."""

    def tables(self, which: slice = slice(None)) -> tuple[AttributeTables, GroupTables]:
        chance = random.Random(3)
        documents = invented(3, ["x", "y", None], documents=9)[which]
        layers = [{name: layer(name, values, "EVENT") for name, values in said.items()} for said in documents]
        clusters = [{name: invented_clusters(chance) for name in ("a", "b", "c")} for _ in range(9)][which]
        groups = [{name: clusters_layer(name, found) for name, found in document.items()} for document in clusters]
        names = ("c0", "c1", "c2")
        return AttributeTables(attribute(), names, layers, ()), GroupTables("same_as", ("a", "b", "c"), groups)

    def test_a_figure_without_a_document_is_that_of_the_others(self) -> None:
        for ours, rest, measures in zip(
            self.tables(), self.tables(slice(1, None)), (ATTRIBUTE_MEASURES, GROUP_MEASURES), strict=True
        ):
            without = ours.without(np.array([0]))
            for measure in measures:
                expected = measure.value(rest.total(), rest)
                assert measure.value(without, ours) == pytest.approx(expected), measure.name

    @pytest.mark.parametrize("way", ["jackknife", "bootstrap"])
    def test_every_figure_has_one_that_holds_it(self, way: Any) -> None:
        for tables, measures in zip(self.tables(), (ATTRIBUTE_MEASURES, GROUP_MEASURES), strict=True):
            for name, (found,) in estimate(tables, measures, EstimateOptions(resamples=200, way=way)).items():
                assert found.value is not None, name
                assert found.low is not None, name
                assert found.high is not None, name
                assert found.low <= found.value <= found.high, name
                assert found.documents == 9, name


class TestReport:
    @pytest.fixture
    def two(self, bench: Bench) -> Bench:
        """Two curators who mark the same, differ on one attribute, and have one group by different links."""
        for curator, negated, order in (("ana", True, (0, 1, 2)), ("bo", False, (0, 2, 1))):
            session = bench.session("flood", curator)
            text = session.document.text
            starts = [at for at in range(len(text)) if text.startswith("Nova Riva", at)]
            places = [focused(session.add(at, at + 9, "PLACE")) for at in starts]
            event = focused(session.add(text.index("flooded"), text.index("flooded") + 7, "EVENT"))
            steps, groups = AttributeSteps(session), GroupSteps(session)
            if negated:
                steps.toggle(event, "negated", True)
            steps.toggle(None, "topic", "health")
            for one, other in pairwise(order):
                groups.join(places[one], places[other], "same_as")
            session.finish()
        return bench

    def run(self, bench: Bench, capsys: pytest.CaptureFixture[str], *options: str) -> str:
        assert main(["-w", str(bench.workspace.root), "agreement", *options]) == 0
        return capsys.readouterr().out

    def test_it_has_a_figure_of_each(self, two: Bench, capsys: pytest.CaptureFixture[str]) -> None:
        figures = json.loads(self.run(two, capsys, "--json"))["figures"]
        found = {(f["scope"], f["name"], f["measure"]): f["value"] for f in figures}
        assert found["attribute", "negated", "attribute.observed"] == 0.0
        assert found["attribute", "certainty", "attribute.observed"] == 1.0
        assert found["attribute", "topic", "attribute.observed"] == 1.0
        assert found["group", "same_as", "group.conll_f1"] == 1.0
        assert found["overall", None, "relation.f1"] is None, "links are no relations that differ"
        assert ("attribute", "role", "attribute.alpha") not in found, "nobody marked a person"

    def test_where_nothing_can_be_compared_it_says_so(self, bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
        session = bench.session("flood", "ana")
        session.add(0, 5, "EVENT")
        session.finish()
        assert "0 of 1 document finished in at least two layers" in self.run(bench, capsys)

    def test_it_is_printed(self, two: Bench, capsys: pytest.CaptureFixture[str]) -> None:
        printed = self.run(two, capsys)
        assert "ATTRIBUTES, OF ITEMS THAT LAYERS SHARE" in printed
        assert "GROUPS" in printed
        assert "negated" in printed


@pytest.mark.skipif(not (CORPORA / "coref").is_dir(), reason=f"no real files in {CORPORA} (set ANNOTATOR_CORPORA)")
def test_scores_on_gum_are_those_of_an_independent_scorer() -> None:
    """Its groups against those that identical names, acronyms and surnames give."""
    scores = pytest.importorskip("scorch.scores")
    scheme = read_scheme_text(
        "languages: [en]\nentities: {person: {key: 1}}\n"
        "relations: {same_as: {key: s, head: person, child: person, equivalence: true}}\n"
    )
    key: list[set[object]] = []
    response: list[set[object]] = []
    layers = []
    for path in sorted((CORPORA / "coref").glob("*.conll")):
        (foreign,) = load_format("conll").read(Source(path), {})  # type: ignore[misc]
        (said,) = foreign.layers
        spans = {i: span.replace(label="person") for i, span in said.content.spans.items()}
        links = [
            Relation(f"{one}-{other}", one, other, "same_as")
            for group in said.groups
            for one, other in pairwise(group.members)
        ]
        document = build_document(Article(path.stem, foreign.text, lang="en"), ("en",))
        suggested = Annotations.of(spans.values(), SameMentions(scheme).relations(document, list(spans.values())))
        layers.append({"gum": Annotations.of(spans.values(), links), "suggested": suggested})
        for name, clusters in (("gum", key), ("suggested", response)):
            clusters += [{(path, mention) for mention in c} for c in clusters_of(layers[-1][name], "same_as")]
    found = estimate(GroupTables("same_as", ("gum", "suggested"), layers), GROUP_MEASURES, NO_INTERVALS)
    ours = {name: estimates[0].value for name, estimates in found.items()}
    for name, score in (("muc", scores.muc), ("b3", scores.b_cubed), ("ceafe", scores.ceaf_e)):
        assert ours[f"group.{name}_f1"] == pytest.approx(score(key, response)[2]), name
    assert len(key) > 50
