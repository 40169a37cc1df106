"""What differences have in common is found, and chance is let alone."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.agreement.alignment import align
from annotator.agreement.diagnoses.aligned import AlignedLayers, Finding
from annotator.agreement.diagnoses.chance import excess, higher_rate, unlikely
from annotator.agreement.diagnoses.search import diagnose
from annotator.agreement.layers import Vocabulary
from annotator.agreement.relations import align_relations
from annotator.annotation import SpanKey
from benchmarks.made_disagreements import LABELS, TYPES, MadeProject, made_project


def found_in(project: MadeProject) -> list[Finding]:
    blind = np.array(project.blind)
    aligned = project.aligned()
    rows = blind[aligned.document]
    return diagnose(aligned, lambda keys: {k: project.texts[k] for k in keys}, project.days, rows, ~rows)


def _sides(left: int, right: int, *borders: int) -> tuple[SpanKey | None, SpanKey | None]:
    names = list(LABELS)
    return (
        SpanKey(borders[0], borders[1], names[left - 1]) if left else None,
        SpanKey(borders[2], borders[3], names[right - 1]) if right else None,
    )


def test_every_aligned_item_of_every_pair_is_laid_out() -> None:
    project = made_project(3, documents=6, problem="direction")
    aligned = project.aligned()
    for row, (document, left, right) in enumerate(zip(aligned.document, aligned.left, aligned.right, strict=True)):
        layers = aligned.documents[document].layers
        ours, theirs = layers[project.names[left]], layers[project.names[right]]
        spans = align(ours.spans, theirs.spans)
        pairs = {m.left: m.right for m in spans if m.left is not None and m.right is not None}
        items, at = aligned.spans, np.flatnonzero(aligned.spans.row == row)
        assert items.borders is not None
        columns = [items.left, items.right, *items.borders]
        said = [_sides(*(int(column[n]) for column in columns)) for n in at if not items.same[n]]
        expected = [(m.left, m.right) for m in spans if m.kind != "exact"]
        assert sorted(said, key=repr) == sorted(expected, key=repr)
        assert int(items.same[at].sum()) == sum(m.kind == "exact" for m in spans)
        links, there = aligned.relations, np.flatnonzero(aligned.relations.row == row)
        names = ["", *TYPES]
        assert sorted((names[links.left[n]], names[links.right[n]], bool(links.turned[n])) for n in there) == sorted(
            (m.left.label if m.left else "", m.right.label if m.right else "", m.kind == "direction")
            for m in align_relations(ours.relations, theirs.relations, pairs)
        )


@pytest.mark.parametrize("curators", [2, 3])
def test_curators_who_differ_by_chance_are_let_alone(curators: int) -> None:
    found = [found_in(made_project(seed, documents=30, curators=curators)) for seed in range(12)]
    assert sum(map(bool, found)) <= 1


@pytest.mark.parametrize(
    ("problem", "kind", "facts"),
    [
        ("article", "border", {"who": "curator-1", "takes": True, "side": "beginning"}),
        ("confused labels", "confused labels", {"labels": ("ORG", "GPE")}),
        ("marks less", "marks less", {"who": "curator-1"}),
        ("drift of a curator", "drift of a curator", {"who": "curator-1"}),
        ("label", "label", {"label": "EVENT"}),
        ("direction", "direction", {"label": "leads"}),
        ("document", "document", {"document": "d020"}),
        ("anchoring", "anchoring", {}),
        ("drift", "drift", {}),
        ("differs from all", "differs from all", {"who": "curator-1"}),
    ],
)
def test_a_planted_problem_is_found(problem: str, kind: str, facts: dict[str, object]) -> None:
    for seed in (1, 2, 3):
        found = [one for one in found_in(made_project(seed, documents=60, problem=problem, strength=1.5))
                 if one.kind == kind]  # fmt: skip
        if found:
            assert facts.items() <= found[0].facts.items()
            return
    pytest.fail(f"{kind} was not found")


def test_the_words_at_stake_are_those_by_which_borders_differ() -> None:
    [found, *_] = found_in(made_project(1, documents=60, problem="article"))
    assert {word for word, _ in found.facts["words"][:2]} == {"the", "a"}


def test_a_day_of_drift_is_about_the_one_that_was_planted() -> None:
    [found] = [f for f in found_in(made_project(1, documents=60, problem="drift of a curator")) if "since" in f.facts]
    planted = made_project(1, documents=60).days[36]
    assert abs(int(found.facts["since"][8:]) - int(planted[8:])) <= 3


def test_what_is_found_does_not_depend_on_names() -> None:
    project = made_project(2, documents=40, problem="marks less")
    names = ("zoe", "bo", "ana")
    renamed = dict(zip(project.names, names, strict=True))
    documents = [
        type(d)(d.key, d.length, d.tokens, {renamed[name]: layer for name, layer in d.layers.items()})
        for d in project.documents
    ]
    aligned = AlignedLayers(documents, sorted(names), Vocabulary(tuple(reversed(LABELS)), tuple(TYPES)))
    nobody = np.zeros(len(aligned.document), dtype=bool)
    other = diagnose(aligned, lambda keys: {k: project.texts[k] for k in keys}, project.days, nobody, nobody)
    first = [(one.kind, renamed.get(one.facts.get("who", "")), one.explained) for one in found_in(project)]
    assert first == [(one.kind, one.facts.get("who"), one.explained) for one in other]


def test_nothing_is_said_of_few_documents() -> None:
    few = np.array([9.0, 8, 9, 9])
    assert excess(few, few / 9, few) == 1.0
    assert higher_rate((few, few / 9), (few + 1, few + 1)) == 1.0


def test_differences_in_one_long_document_prove_no_more_than_one_document() -> None:
    even, long = np.full(10, 5.0), np.array([50.0, *[0.01] * 9])
    assert excess(2 * even, even, even) < 0.001 < 0.05 < excess(2 * long, long, long)


def test_several_looks_are_accounted_for() -> None:
    assert unlikely([0.03, 0.001, 0.04], 0.05) == [False, True, False]
    assert unlikely([0.02, 0.001, 0.012], 0.05) == [True, True, True]
    assert unlikely([], 0.05) == []
