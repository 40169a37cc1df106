"""What a label scheme no longer allows of a layer, item by item, and what is left when it is taken out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from annotator.annotation import Annotations, Relation, Span
from annotator.labels import EntityType, LabelScheme, RelationType
from annotator.labels.retired import RetiredGroup, count_in_words, retired
from annotator.text import Segmentation

SENTENCES = Segmentation([(0, 40), (40, 80)])
PERSON, ORG = EntityType("PERSON", "1"), EntityType("ORG", "2")
WORKS = RelationType("works_for", "w", ("PERSON",), ("ORG",))
NEAR = RelationType("near", "n", ("ORG",), ("ORG",), symmetric=True, within="document")
SCHEME = LabelScheme({"PERSON": PERSON, "ORG": ORG}, {"works_for": WORKS, "near": NEAR}, ("en",), "flat", "token", "")


def kinds(content: Annotations, scheme: LabelScheme = SCHEME) -> dict[str, str]:
    found = retired(scheme, content, SENTENCES)
    return {i: reason.kind for i, reason in {**found.spans, **found.relations}.items()}


def test_a_label_that_is_gone_retires_its_spans_and_the_relations_at_them() -> None:
    content = Annotations.of(
        [Span("a", 0, 3, "PERSON"), Span("b", 4, 7, "ORG"), Span("c", 8, 9, "SKILL")],
        [Relation("r", "a", "b", "works_for"), Relation("q", "a", "c", "works_for"), Relation("p", "a", "b", "knows")],
    )
    assert kinds(content) == {"c": "label", "q": "ends", "p": "label"}
    found = retired(SCHEME, content, SENTENCES)
    assert found.spans["c"].text == "SKILL is not an entity label of the scheme"
    assert found.left_of(content) == Annotations.of(
        [Span("a", 0, 3, "PERSON"), Span("b", 4, 7, "ORG")], [Relation("r", "a", "b", "works_for")]
    )
    assert found.counts(content) == {
        RetiredGroup("span", "SKILL", "label"): 1,
        RetiredGroup("relation", "works_for", "ends"): 1,
        RetiredGroup("relation", "knows", "label"): 1,
    }
    assert count_in_words(found.counts(content)) == "1 SKILL, 1 knows, 1 works_for"


def test_a_relation_type_that_was_turned_round_retires_those_that_go_the_old_way() -> None:
    content = Annotations.of(
        [Span("a", 0, 3, "PERSON"), Span("b", 4, 7, "ORG")], [Relation("r", "a", "b", "works_for")]
    )
    turned = replace(SCHEME, relations={"works_for": replace(WORKS, head=("ORG",), child=("PERSON",))})
    assert kinds(content, turned) == {"r": "ends"}


def test_of_spans_that_overlap_where_they_must_not_the_later_are_retired() -> None:
    content = Annotations.of([Span("a", 0, 10, "ORG"), Span("b", 5, 15, "ORG"), Span("c", 12, 20, "PERSON")])
    assert kinds(content) == {"b": "overlap", "c": "overlap"}
    assert kinds(content, replace(SCHEME, overlap="any")) == {}
    nested = Annotations.of([Span("a", 0, 10, "ORG"), Span("b", 5, 10, "ORG"), Span("c", 8, 20, "PERSON")])
    assert kinds(nested, replace(SCHEME, overlap="nested")) == {"c": "overlap"}


def test_a_span_whose_label_is_gone_stands_in_nobodys_way() -> None:
    assert kinds(Annotations.of([Span("a", 0, 10, "SKILL"), Span("b", 5, 15, "ORG")])) == {"a": "label"}


def test_relations_are_retired_across_sentences_and_where_two_say_the_same() -> None:
    content = Annotations.of(
        [Span("a", 0, 3, "PERSON"), Span("b", 50, 60, "ORG"), Span("c", 62, 64, "ORG")],
        [Relation("r", "a", "b", "works_for"), Relation("x", "b", "c", "near"), Relation("y", "c", "b", "near")],
    )
    assert kinds(content) == {"r": "sentence", "y": "twice"}


LABELS, TYPES = st.sampled_from(["PERSON", "ORG", "SKILL"]), st.sampled_from(["works_for", "near", "knows"])
SPANS = st.lists(
    st.tuples(st.integers(0, 70), st.integers(1, 12), st.sampled_from(["PERSON", "ORG", "SKILL"])),
    max_size=9,
    unique=True,
)
LINKS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8), st.sampled_from(["works_for", "near", "knows"])),
    max_size=9,
    unique=True,
)


@given(SPANS, LINKS, st.sampled_from(["flat", "nested", "any"]))
def test_what_is_left_is_a_layer_that_the_scheme_allows(
    spans: list[tuple[int, int, str]], links: list[tuple[int, int, str]], overlap: str
) -> None:
    content = Annotations.of(
        [Span(f"s{i}", start, start + size, label) for i, (start, size, label) in enumerate(spans)],
        [
            Relation(f"r{i}", f"s{head}", f"s{child}", label)
            for i, (head, child, label) in enumerate(links)
            if head != child and max(head, child) < len(spans)
        ],
    )
    scheme = replace(SCHEME, overlap=overlap)  # type: ignore[arg-type]
    left = retired(scheme, content, SENTENCES).left_of(content)
    assert not retired(scheme, left, SENTENCES)
