"""Labels are written into ``labels.yaml`` as a person would: what stands there stays, character by character."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import SchemeError
from annotator.labels import LabelScheme, RelationType
from annotator.labels.extend import extend_scheme
from annotator.labels.load import check_scheme, load_scheme
from annotator.workflow.reserved_keys import RESERVED_KEYS
from tests.repository import SAMPLE_LABELS

HELPS = RelationType("helps", "", ("HUMAN",), ("ORG", "NO"), within="document")

BLOCK = """\
# our labels
languages: [es]   # one

entities:
    ORG:
        key: 1   # the body
        description: |
            Two lines,
            # not a comment

    # people come later

relations:   # few
    leads: {key: l, head: ORG, child: ORG}
# the end
"""
ORG = "languages: [es]\nentities:\n  ORG:\n    key: 1\n"
LAYOUTS = {
    "block": BLOCK,
    "windows": BLOCK.replace("\n", "\r\n"),
    "flow": "languages: [es]\nentities: {ORG: {key: 1}}  # all\nrelations: {leads: {key: l, head: ORG, child: ORG}}\n",
    "flow with a last comma": "languages: [es]\nentities: {\n  ORG: {key: 1},\n}\n",
    "no relations": "languages: [es]\nentities:\n  ORG: {key: 1}",
    "a text at the end": f"{ORG}    description: >-\n      Uno\n      # dos\n\n\n",
    "a list at the end": f"{ORG}    model_labels:\n    - A\n    - B # b\n    # c\n",
    "empty flow relations": "languages: [es]\nrelations: {}\nentities:\n  ORG: {key: 1}\n",
    "byte order mark": "\ufefflanguages: [es]\nentities:\n  ORG: {key: 1}\n",
}


def scheme_of(text: str, folder: Path) -> LabelScheme:
    path = folder / "labels.yaml"
    path.write_bytes(text.encode())
    assert check_scheme(path, RESERVED_KEYS) == []
    return load_scheme(path)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_new_labels_are_there_and_the_old_lines_too(layout: str, tmp_path: Path) -> None:
    text = LAYOUTS[layout]
    before = scheme_of(text, tmp_path)
    after_text = extend_scheme(text, before, ["HUMAN", "NO"], [HELPS], RESERVED_KEYS)
    after = scheme_of(after_text, tmp_path)
    assert list(after.entities) == [*before.entities, "HUMAN", "NO"]
    assert {n: e for n, e in after.entities.items() if n in before.entities} == before.entities
    assert {n: r for n, r in after.relations.items() if n in before.relations} == before.relations
    helps = after.relations["helps"]
    assert (helps.head, helps.child, helps.within) == (("HUMAN",), ("ORG", "NO"), "document")
    kept = iter(after_text)
    assert all(char in kept for char in text)  # the old text is a subsequence of the new one
    assert ("\r\n" in text) == ("\r\n" in after_text)
    assert ("\n" in after_text.replace("\r\n", "")) == ("\n" in text.replace("\r\n", ""))


def test_comments_stand_where_they_stood(tmp_path: Path) -> None:
    after = extend_scheme(BLOCK, scheme_of(BLOCK, tmp_path), ["HUMAN"], [], RESERVED_KEYS)
    assert [line for line in after.splitlines() if line not in BLOCK.splitlines()] == ["    HUMAN: {key: 2}"]
    lines = after.splitlines()
    assert lines.index("    HUMAN: {key: 2}") < lines.index("relations:   # few")


def test_the_sample_scheme_takes_two_hundred_labels_each_with_a_key_of_its_own(tmp_path: Path) -> None:
    text = SAMPLE_LABELS.read_text(encoding="utf-8")
    names = [f"L{n}" for n in range(200)]
    after = scheme_of(extend_scheme(text, load_scheme(SAMPLE_LABELS), names, [], RESERVED_KEYS), tmp_path)
    keys = [entity.key for entity in after.entities.values()]
    assert len(set(keys)) == len(keys) == len(load_scheme(SAMPLE_LABELS).entities) + 200


@pytest.mark.parametrize("name", ["12", "dos  palabras", "", "a:", "a: b", ":a", "//a", "/", "-x", "a,b", " a"])
def test_a_name_that_no_label_may_have(name: str, tmp_path: Path) -> None:
    with pytest.raises(SchemeError, match="cannot be a label: letters and digits first"):
        extend_scheme(BLOCK, scheme_of(BLOCK, tmp_path), [name], [])


@pytest.mark.parametrize(
    "name",
    ["Plant species", "Brand/Model", "3D model", "R&D (lab)", "it's", "C++", "1e5", "0xAF", "org:top/head", "/a/b:c"],
)
def test_names_of_other_programs_are_taken_as_they_are(name: str, tmp_path: Path) -> None:
    text = extend_scheme(BLOCK, scheme_of(BLOCK, tmp_path), [name], [RelationType(f"{name} of", "", (name,), (name,))])
    scheme = scheme_of(text, tmp_path)
    assert scheme.entities[name].name == name
    assert scheme.relations[f"{name} of"].head == (name,)


def test_all_that_no_label_may_be_called_is_told_at_once_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(SchemeError) as caught:
        extend_scheme(BLOCK, scheme_of(BLOCK, tmp_path), ["a: b", "GPE", "12", "\u200b"], [])
    said = str(caught.value)
    assert "'a: b', '12'" in said
    assert "--map 'a: b=a_b' --map 12=label_12" in said
