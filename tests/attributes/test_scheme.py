"""The attributes of a label scheme: how labels.yaml declares them, and which values they take."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import SchemeError
from annotator.labels import LabelScheme, load_scheme
from annotator.labels.attributes import value_text, with_value
from annotator.labels.load import read_scheme_text

SCHEME = Path(__file__).with_name("labels.yaml")
LABELS = "languages: [en]\nentities:\n  PERSON: {key: 1}\n  EVENT: {key: 3}\n"


@pytest.fixture(scope="module")
def scheme() -> LabelScheme:
    return load_scheme(SCHEME)


def test_what_belongs_to_what(scheme: LabelScheme) -> None:
    names = {label: [a.name for a in scheme.attributes_of(label)] for label in ("EVENT", "PERSON", "causes", None)}
    assert names == {
        "EVENT": ["negated", "certainty", "deaths", "when"],
        "PERSON": ["role", "gazetteer", "remark"],
        "causes": ["negated"],
        None: ["topic", "reviewed"],
    }
    assert scheme.equivalences == {"same_as"}
    assert scheme.relations["same_as"].symmetric
    assert scheme.relations["same_as"].within == "document"


def test_values_without_a_key_get_one_that_no_attribute_of_the_label_has(scheme: LabelScheme) -> None:
    keys = {choice.name: choice.key for choice in scheme.attributes["role"].choices.values()}
    assert keys == {"speaker": "s", "official": "o", "victim": "v"}
    assert scheme.attributes["role"].key == ""


def test_many_values_leave_the_keys_to_others_and_are_looked_for() -> None:
    many = ", ".join(f"v{n}" for n in range(200))
    text = f"{LABELS}attributes: {{many: {{of: PERSON, values: [{many}]}}, note: {{of: PERSON, type: text}}}}\n"
    attributes = read_scheme_text(text).attributes
    assert {choice.key for choice in attributes["many"].choices.values()} == {""}
    assert [attribute.key for attribute in attributes.values()] == ["m", "n"]


@pytest.mark.parametrize(
    ("name", "value", "canonical"),
    [
        ("negated", True, True),
        ("certainty", "possible", "possible"),
        ("role", ["victim", "speaker", "victim"], ["speaker", "victim"]),
        ("role", "official", ["official"]),
        ("gazetteer", " Q96 ", "Q96"),
        ("deaths", 3.0, 3),
        ("deaths", 2.5, 2.5),
        ("when", "2024-02", "2024-02"),
        ("remark", "so named once", "so named once"),
    ],
)
def test_a_value_is_stored_in_one_way(scheme: LabelScheme, name: str, value: object, canonical: object) -> None:
    found = scheme.attributes[name].canonical(value)
    assert (found, type(found)) == (canonical, type(canonical))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("negated", "yes", "true or false"),
        ("negated", 1, "true or false"),
        ("certainty", "posible", "did you mean possible?"),
        ("role", [], "one at least"),
        ("deaths", "three", "a number"),
        ("deaths", True, "a number"),
        ("deaths", float("nan"), "a number"),
        ("when", "2024-02-30", "a date as"),
        ("when", "12 May", "a date as"),
        ("remark", "two\nlines", "a text on one line"),
        ("remark", " ", "a text on one line"),
        ("gazetteer", "x" * 1001, "at most 1,000"),
    ],
)
def test_what_is_no_value_is_told(scheme: LabelScheme, name: str, value: object, expected: str) -> None:
    with pytest.raises(ValueError, match=name) as error:
        scheme.attributes[name].canonical(value)
    assert expected in str(error.value)


def test_the_default_holds_where_nothing_is_set_and_is_not_stored(scheme: LabelScheme) -> None:
    certainty, negated = scheme.attributes["certainty"], scheme.attributes["negated"]
    assert (certainty.value_in(None), negated.value_in({})) == ("certain", False)
    possible = with_value({"negated": True}, certainty, "possible")
    assert possible == {"certainty": "possible", "negated": True}
    assert list(possible) == ["certainty", "negated"]
    assert with_value(with_value(possible, certainty, "certain"), negated, False) is None


def test_values_in_words() -> None:
    assert [value_text(v) for v in (True, False, None, 3, ["a", "b"])] == ["yes", "no", "", "3", "a, b"]


@pytest.mark.parametrize(
    ("attributes", "problem"),
    [
        ("{a: {type: flag}}", "5: attributes.a: found no of"),
        ("{a: {of: PERSON}}", "expected one of values, catalog, or type"),
        ("{a: {of: PERSON, type: flag, values: [x]}}", "found values and type"),
        ("{a: {of: PERSN, type: flag}}", "did you mean PERSON?"),
        ("{a: {of: [], type: flag}}", "found an empty list"),
        ("{a: {of: [PERSON, PERSON], type: flag}}", "each label once"),
        ("{a: {of: PERSON, type: colour}}", "expected flag, text, number or date"),
        ("{a: {of: PERSON, values: [x, x]}}", "each value once"),
        ("{a: {of: PERSON, values: []}}", "a list of values"),
        ("{a: {of: PERSON, values: [yes]}}", "in quotes"),
        ("{a: {of: PERSON, type: flag, several: true}}", "several with values or a catalog"),
        ("{a: {of: PERSON, values: [x], default: z}}", "one of x"),
        ("{a: {of: PERSON, type: flag, key: nn}}", "one printable character"),
        (
            "{a: {of: PERSON, type: flag, key: n}, b: {of: [EVENT, PERSON], type: flag, key: n}}",
            "the key of a (of PERSON)",
        ),
        ("{a: {of: PERSON, values: {x: k, y: k}}}", "the key of a=x"),
        ("{'a b!': {of: PERSON, type: flag}}", "a label: letters and digits first"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(attributes: str, problem: str) -> None:
    with pytest.raises(SchemeError) as error:
        read_scheme_text(f"{LABELS}attributes: {attributes}\n")
    assert problem in str(error.value)


def test_the_same_key_may_stand_for_attributes_of_different_labels() -> None:
    text = f"{LABELS}attributes: {{a: {{of: PERSON, type: flag, key: n}}, b: {{of: EVENT, type: flag, key: n}}}}\n"
    assert [a.key for a in read_scheme_text(text).attributes.values()] == ["n", "n"]


def test_an_equivalence_links_labels_both_ways() -> None:
    relation = "relations: {same: {key: s, head: PERSON, child: [PERSON, EVENT], equivalence: true}}\n"
    with pytest.raises(SchemeError, match="the same labels for head and child of an equivalence"):
        read_scheme_text(LABELS + relation)
    with pytest.raises(SchemeError, match="as equivalence has no direction"):
        read_scheme_text(
            f"{LABELS}relations:\n  same: {{key: s, head: EVENT, child: EVENT, equivalence: true, symmetric: false}}\n"
        )


def test_the_shape_of_a_scheme_without_attributes_is_as_it_was() -> None:
    shape = read_scheme_text(f"{LABELS}relations: {{r: {{key: r, head: PERSON, child: EVENT}}}}\n").shape
    assert shape == {
        "entities": ["EVENT", "PERSON"],
        "relations": {"r": {"head": ["PERSON"], "child": ["EVENT"], "symmetric": False, "within": "sentence"}},
        "overlap": "flat",
        "snap": "token",
    }


def test_the_docs_show_a_scheme_that_can_be_read() -> None:
    page = (SCHEME.parents[2] / "docs" / "attributes.md").read_text(encoding="utf-8")
    attributes, relations = (block.partition("```")[0] for block in page.split("```yaml\n")[1:3])
    entities = LABELS + "  PLACE: {key: 2}\n"
    causes = "  causes: {key: c, head: EVENT, child: EVENT}\n"
    scheme = read_scheme_text(entities + relations + causes + attributes)
    assert list(scheme.attributes) == ["negated", "certainty", "role", "gazetteer", "deaths", "when", "remark", "topic"]
    assert scheme.equivalences == {"same_as"}
