"""REBEL's triplets: what a model learns to write about a text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from annotator.errors import FormatError
from tests.formats.files import export_data, import_data, workspace
from tests.formats.test_extractors import doccano

ROW = doccano(
    "Ana Ruiz y  Luis van a Lima. Un martes.",
    *(("Ana Ruiz", "PERSON"), ("y  Luis", "PERSON"), ("Lima", "GPE"), ("martes", "DATE")),
    links=((0, 2), (0, 1), (1, 2)),
)


def exported(row: dict[str, Any], **options: str) -> tuple[list[Any], Any]:
    with workspace() as bench:
        import_data(bench, "doccano", json.dumps(row).encode(), layer="gold")
        data, result = export_data(bench, "rebel", options=options)
    return [json.loads(line) for line in data.splitlines()], result


def triplets_in(text: str) -> list[tuple[str, str, str]]:
    """Read triplets as REBEL's model card describes them: what stands behind each mark."""
    found, parts = [], {"": ""}
    mark = ""
    for token in f"{text} <triplet>".split():
        if token in ("<triplet>", "<subj>", "<obj>"):
            if mark == "<obj>" and token != "<obj>":
                found.append((parts["<triplet>"].strip(), parts["<subj>"].strip(), parts["<obj>"].strip()))
            mark, parts[token] = token, ""
        else:
            parts[mark] += f" {token}"
    return found


def test_relations_of_a_head_follow_one_another() -> None:
    (value,), result = exported(ROW)
    assert value == {
        "id": "lima",
        "title": value["title"],
        "context": ROW["text"],
        "triplets": "<triplet> Ana Ruiz <subj> y Luis <obj> works_for <subj> Lima <obj> works_for "
        "<triplet> y Luis <subj> Lima <obj> works_for",
    }
    assert triplets_in(value["triplets"]) == [
        ("Ana Ruiz", "y Luis", "works_for"),
        ("Ana Ruiz", "Lima", "works_for"),
        ("y Luis", "Lima", "works_for"),
    ]
    assert (result.parts[0].spans, result.parts[0].relations) == (3, 3)
    assert result.lost["spans without a relation, which no triplet names"] == 1


def test_rows_without_a_relation_are_left_out() -> None:
    values, result = exported(ROW, rows="sentences")
    assert [(value["id"], value["context"]) for value in values] == [("lima-0001", "Ana Ruiz y  Luis van a Lima.")]
    assert (result.parts[0].spans, result.parts[0].relations) == (3, 3)


def test_labels_in_place_of_the_marks() -> None:
    (value,), _ = exported(doccano("Ana ve Lima.", ("Ana", "PERSON"), ("Lima", "GPE"), links=((0, 1),)), types="yes")
    assert value["triplets"] == "<triplet> Ana <person> Lima <gpe> works_for"


def test_the_same_words_come_once() -> None:
    row = doccano("Ana ve Lima.", ("Ana", "PERSON"), ("Lima", "GPE"), ("Lima", "ORG"), links=((0, 1), (0, 2)))
    (value,), _ = exported(row)
    assert value["triplets"] == "<triplet> Ana <subj> Lima <obj> works_for"


def test_it_is_not_read() -> None:
    with workspace() as bench, pytest.raises(FormatError, match="rebel can be written, not read"):
        import_data(bench, "rebel", b"{}")


def test_an_option_that_is_none_of_its_values() -> None:
    with pytest.raises(FormatError, match="types=maybe: neither yes nor no"):
        exported(ROW, types="maybe")
