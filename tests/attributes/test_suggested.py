"""Attributes that are suggested: by patterns, by what was set before, by the words around and of the document."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import SchemeError
from annotator.labels import LabelScheme, load_scheme
from annotator.suggest.pipeline import SuggestionPipeline
from tests.workspaces import make_document

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
