"""Changing labels in labels.yaml: the shape changes as asked, everything else stays as it is written."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.errors import SchemeError
from annotator.labels.edit import edit_labels, restore_labels
from annotator.labels.load import read_scheme_text
from annotator.scheme_changes import LabelChange, changed_shape
from annotator.scheme_changes.change import Action, LabelKind
from tests.repository import SAMPLE_LABELS

LABELS = """\
# what we mark
languages: [en]
entities:
  # people
  PERSON:
    key: 1          # first of all
    description: A name
    model_labels: [PER]
  ORG: {key: 2, model_labels: [ORG]}   # bodies

  GPE:
    key: 3
    color: red
  # the last one
  DATE: {key: 4}
relations:
  works_for: {key: w, head: PERSON, child: ORG}
  located_in:
    key: i
    head:
      - ORG     # a body
      - GPE
    child: [GPE]
  met: {key: m, head: [PERSON, ORG], child: [PERSON, ORG], symmetric: true}
# that is all
"""


def rename(old: str, new: str, kind: str = "entity") -> LabelChange:
    return LabelChange("rename", kind, (old,), (new,))  # type: ignore[arg-type]


class TestOneChange:
    def test_a_rename_touches_the_name_and_where_relations_link_it(self) -> None:
        assert edit_labels(LABELS, rename("PERSON", "HUMAN")) == LABELS.replace("PERSON:", "HUMAN:").replace(
            "head: PERSON,", "head: [HUMAN],"
        ).replace("head: [PERSON, ORG], child: [PERSON, ORG]", "head: [HUMAN, ORG], child: [HUMAN, ORG]")

    def test_a_relation_is_renamed_in_its_place(self) -> None:
        changed = edit_labels(LABELS, rename("works_for", "employed_by", "relation"))
        assert changed == LABELS.replace("works_for", "employed_by")

    def test_a_dropped_label_takes_its_lines_and_relations_that_link_nothing_else(self) -> None:
        changed = edit_labels(LABELS, LabelChange("drop", "entity", ("GPE",)))
        assert "GPE" not in changed.replace("# a body", "")
        assert "located_in" not in changed
        assert "  # the last one\n  DATE: {key: 4}\n" in changed
        assert list(read_scheme_text(changed).entities) == ["PERSON", "ORG", "DATE"]

    def test_the_only_relation_takes_its_section_with_it(self) -> None:
        text = "languages: [en]\nentities:\n  A: {key: 1}\nrelations:\n  r: {key: r, head: A, child: A}\n# end\n"
        assert edit_labels(text, LabelChange("drop", "relation", ("r",))) == (
            "languages: [en]\nentities:\n  A: {key: 1}\n# end\n"
        )

    def test_merged_labels_keep_what_models_call_them(self) -> None:
        changed = edit_labels(LABELS, LabelChange("merge", "entity", ("ORG", "PERSON"), ("GPE",)))
        scheme = read_scheme_text(changed)
        assert list(scheme.entities) == ["GPE", "DATE"]
        assert scheme.entities["GPE"].model_labels == ("ORG", "PER")
        assert scheme.entities["GPE"].color == "red"
        assert (scheme.relations["works_for"].head, scheme.relations["works_for"].child) == (("GPE",), ("GPE",))

    def test_merged_labels_keep_the_patterns_of_all(self) -> None:
        text = (
            "languages: [en]\nentities:\n  A:\n    key: 1\n    patterns:\n      - phrase: one  # first\n"
            "      - regex: 'tw.'\n        lang: en\n  B: {key: 2, patterns: [{phrase: three}]}\n  C: {key: 3}\n"
        )
        for old, new in ((("A", "B"), "C"), (("B",), "A"), (("A",), "B"), (("C", "A", "B"), "D")):
            scheme = read_scheme_text(edit_labels(text, LabelChange("merge", "entity", old, (new,))))
            found = {pattern.value for pattern in scheme.entities[new].patterns}
            assert found == {"one", "tw.", "three"}
            assert any(pattern.lang == "en" for pattern in scheme.entities[new].patterns)

    def test_merged_into_a_new_label_the_first_keeps_its_entry(self) -> None:
        changed = edit_labels(LABELS, LabelChange("merge", "entity", ("PERSON", "ORG"), ("ACTOR",)))
        assert (
            "  ACTOR:\n    key: 1          # first of all\n    description: A name\n    model_labels: [PER, ORG]\n"
            in changed
        )

    def test_merged_relations_link_what_each_of_them_linked(self) -> None:
        changed = edit_labels(LABELS, LabelChange("merge", "relation", ("works_for",), ("located_in",)))
        relation = read_scheme_text(changed).relations["located_in"]
        assert (relation.head, relation.child) == (("ORG", "GPE", "PERSON"), ("GPE", "ORG"))

    def test_a_split_label_leaves_its_entry_to_the_first_and_the_others_get_keys(self) -> None:
        changed = edit_labels(LABELS, LabelChange("split", "entity", ("GPE",), ("COUNTRY", "CITY")))
        scheme = read_scheme_text(changed)
        assert list(scheme.entities) == ["PERSON", "ORG", "COUNTRY", "DATE", "CITY"]
        assert scheme.entities["COUNTRY"].color == "red"
        assert scheme.relations["located_in"].child == ("COUNTRY", "CITY")
        assert scheme.entities["CITY"].key not in "1234"

    def test_a_split_relation_links_the_same(self) -> None:
        changed = edit_labels(LABELS, LabelChange("split", "relation", ("works_for",), ("employed_by", "runs")))
        runs = read_scheme_text(changed).relations["runs"]
        assert (runs.head, runs.child) == (("PERSON",), ("ORG",))

    def test_a_name_that_is_no_label_is_refused(self) -> None:
        with pytest.raises(SchemeError, match="cannot be a label"):
            edit_labels(LABELS, rename("PERSON", "a: b"))

    def test_what_the_file_lacks_is_passed_over(self) -> None:
        assert edit_labels(LABELS, rename("SKILL", "ABILITY")) == LABELS

    def test_a_name_that_yaml_takes_for_something_else_is_quoted(self) -> None:
        changed = edit_labels(LABELS, rename("PERSON", "No"))
        assert '  "No":\n' in changed
        assert "No" in read_scheme_text(changed).entities

    @pytest.mark.parametrize("change", [
        rename("B", "X"), LabelChange("drop", "entity", ("A",)), LabelChange("drop", "entity", ("B",)),
        LabelChange("drop", "entity", ("C",)), LabelChange("merge", "entity", ("A", "C"), ("B",)),
        LabelChange("split", "entity", ("C",), ("X", "Y")), LabelChange("drop", "relation", ("r",)),
    ])  # fmt: skip
    def test_labels_in_braces(self, change: LabelChange) -> None:
        text = (
            "{languages: [en], entities: {A: {key: 1}, B: {key: 2}, C: {key: 3}},"
            " relations: {r: {key: r, head: [A, B], child: C}, s: {key: s, head: [A, B, C], child: [A, B, C]}}}\n"
        )
        before = read_scheme_text(text)
        assert read_scheme_text(edit_labels(text, change)).shape == changed_shape(before.shape, change)

    def test_windows_lines_and_a_byte_order_mark_stay(self) -> None:
        text = "\ufeff" + LABELS.replace("\n", "\r\n")
        changed = edit_labels(text, LabelChange("split", "entity", ("DATE",), ("DAY", "TIME")))
        assert changed.startswith("\ufeff# what we mark\r\n")
        assert "\n" not in changed.replace("\r\n", "")
        assert {"DAY", "TIME"} <= read_scheme_text(changed).entities.keys()


SAMPLE = SAMPLE_LABELS.read_text(encoding="utf-8")
SCHEME = read_scheme_text(SAMPLE)


@st.composite
def changes(draw: st.DrawFn) -> LabelChange:
    kind: LabelKind = draw(st.sampled_from(get_args(LabelKind)))
    known = list(SCHEME.entities if kind == "entity" else SCHEME.relations)
    action: Action = draw(st.sampled_from(get_args(Action)))
    old = draw(st.lists(st.sampled_from(known), min_size=1, max_size=4 if action == "merge" else 1, unique=True))
    others = [name for name in known if name not in old]
    new = {"rename": ["Neu"], "merge": [draw(st.sampled_from(["Neu", *others]))], "split": ["Neu", "Nuevo"], "drop": []}
    symmetric = action == "merge" and kind == "relation" and any(SCHEME.relations[n].symmetric for n in old)
    return LabelChange(action, kind, tuple(old), tuple(new[action]), symmetric)


def comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.lstrip().startswith("#")]


@given(changes())
def test_the_sample_scheme_changes_as_asked_keeps_its_comments_and_comes_back(change: LabelChange) -> None:
    try:
        changed = edit_labels(SAMPLE, change)
        scheme = read_scheme_text(changed)
    except SchemeError:
        assert change.kind == "relation"  # of a symmetric relation and one that links other things on both sides
        return
    assert scheme.shape == changed_shape(SCHEME.shape, change)
    assert comments(changed) == comments(SAMPLE)
    assert restore_labels(changed, SAMPLE, changed, change) == SAMPLE


@given(changes())
def test_a_change_is_taken_back_in_a_file_that_was_edited_since(change: LabelChange) -> None:
    try:
        changed = edit_labels(SAMPLE, change)
        read_scheme_text(changed)
    except SchemeError:
        return
    edited = changed.replace("overlap: flat", "overlap: nested") + "# edited since\n"
    restored = read_scheme_text(restore_labels(edited, SAMPLE, changed, change))
    assert restored.shape == {**SCHEME.shape, "overlap": "nested"}
