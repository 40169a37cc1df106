"""The label scheme: what it says, every mistake in it with its place, and how it is enforced."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.annotation import Annotations, Relation, RelationKey, Span, SpanKey
from annotator.errors import SchemeError
from annotator.labels import EntityType, LabelScheme, Overlap, RelationType, check_scheme, load_scheme
from annotator.labels.retired import retired
from annotator.text import Segmentation
from annotator.workflow.reserved_keys import RESERVED_KEYS
from tests.repository import TOP

GOOD = """\
languages: [es, en]
overlap: nested
snap: grapheme
entities:
  PERSON:
    key: 1
    color: "#a1b2c3"
    description: {es: Una persona, en: A person}
    examples:
      es: ["[Ana] habló"]
    model_labels: [PER, PERSON]
    patterns:
      - phrase: Ana Díaz
      - regex: "Sra?\\\\. \\\\w+"
        lang: es
      - tokens: [{LOWER: ana}, {IS_TITLE: true, OP: "?"}]
  GPE:
    key: 'P'
    color: teal
    description: A country
relations:
  lives_in:
    key: a
    head: PERSON
    child: [GPE]
    within: document
  borders:
    key: b
    head: [GPE]
    child: [GPE]
    symmetric: true
"""


def put(folder: Path, text: str | bytes) -> Path:
    path = folder / "labels.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def problems(folder: Path, text: str | bytes) -> list[str]:
    path = put(folder, text)
    return [problem.removeprefix(f"{path}:") for problem in check_scheme(path, RESERVED_KEYS)]


def test_a_scheme_is_read_whole(tmp_path: Path) -> None:
    path = put(tmp_path, GOOD)
    assert check_scheme(path) == []
    scheme = load_scheme(path)
    assert (scheme.languages, scheme.overlap, scheme.snap) == (("es", "en"), "nested", "grapheme")
    assert scheme.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    person, gpe = scheme.entities.values()
    assert (person.name, person.key, person.color, person.model_labels) == ("PERSON", "1", "#a1b2c3", ("PER", "PERSON"))
    assert (person.description, person.examples) == ({"es": "Una persona", "en": "A person"}, {"es": ("[Ana] habló",)})
    assert [(p.kind, p.value, p.lang) for p in person.patterns] == [
        ("phrase", "Ana Díaz", None),
        ("regex", r"Sra?\. \w+", "es"),
        ("tokens", ({"LOWER": "ana"}, {"IS_TITLE": True, "OP": "?"}), None),
    ]
    assert gpe.description == {"es": "A country", "en": "A country"}
    lives, borders = scheme.relations.values()
    assert (lives.head, lives.child, lives.within, lives.symmetric) == (("PERSON",), ("GPE",), "document", False)
    assert (borders.within, borders.symmetric) == ("sentence", True)


def test_the_least_scheme_and_its_defaults(tmp_path: Path) -> None:
    scheme = load_scheme(put(tmp_path, "languages: [es]\nentities:\n  A: {key: 1}\n"))
    assert (scheme.overlap, scheme.snap, scheme.relations) == ("flat", "token", {})


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("languages: [es, en]", "languages: es", "1: languages: found 'es', expected a list of language codes"),
        ("languages: [es, en]", "languages: []", "1: languages: found an empty list, expected a list"),
        ("languages: [es, en]", "languages: [es, es]", "1: languages[1]: found es again, expected each language once"),
        ("[es, en]", "[es, no, en]", "1: languages[1]: found the boolean no, expected a language code"),
        ("languages: [es, en]\n", "", "1: found no languages, expected"),
        (
            "overlap: nested",
            "overlap: flatt",
            "2: overlap: found 'flatt', expected flat, nested or any; did you mean flat?",
        ),
        ("overlap:", "overlaps:", "2: overlaps: found an unknown key, expected"),
        ("overlap:", "overlaps:", "did you mean overlap?"),
        (
            "snap: grapheme",
            "snap: token\naccept_threshold: 75",
            "4: accept_threshold: found the number 75, expected a number from 0 to 1",
        ),
        (
            "snap: grapheme",
            "snap: token\naccept_precision: 90",
            "4: accept_precision: found the number 90, expected a number from 0 to 1",
        ),
        ("snap: grapheme", "snap: token\naccept_threshold: high", "found 'high', expected a number from 0 to 1"),
        ("snap: grapheme", "snap: 3", "3: snap: found the number 3, expected token or grapheme"),
        ("    key: 1\n", "", "6: entities.PERSON: found no key, expected"),
        ("key: 1", "key: 12", "6: entities.PERSON.key: found the number 12, expected one printable character"),
        (
            "key: 1",
            "key: j",
            "6: entities.PERSON.key: found 'j', expected a key that the workbench does not use itself",
        ),
        ("key: 1", "key: ' '", "6: entities.PERSON.key: found ' ', expected a key that the workbench"),
        ("key: 1", "key: P", "18: entities.GPE.key: found 'P', the key of PERSON, expected a hot key of its own"),
        ("key: b", "key: a", "found 'a', the key of lives_in, expected a hot key of its own"),
        ("key: 1", "kye: 1", "did you mean key?"),
        ("color: teal", "color: teel", "19: entities.GPE.color: found 'teel', expected a colour's name"),
        ("color: teal", "color: teel", "did you mean teal?"),
        ('"#a1b2c3"', '"#a1b2"', "7: entities.PERSON.color: found '#a1b2'"),
        ("description: A country", "description: [A]", "20: entities.GPE.description: found a list, expected text"),
        ("{es: Una persona,", "{español: Una persona,", "8: entities.PERSON.description.español: found"),
        ('es: ["[Ana] habló"]', "es: [[Ana] habló]", "10: "),
        ('es: ["[Ana] habló"]', "es: [[Ana]]", "10: entities.PERSON.examples.es[0]: found a list, expected text"),
        ("model_labels: [PER, PERSON]", "model_labels: PER", "11: entities.PERSON.model_labels: found 'PER', expected"),
        ("- phrase: Ana Díaz", "- phrases: Ana", "13: entities.PERSON.patterns[0].phrases: found an unknown key"),
        ("- phrase: Ana Díaz", "- Ana", "13: entities.PERSON.patterns[0]: found 'Ana', expected a mapping"),
        ("- phrase: Ana Díaz", "- {phrase: a, regex: b}", "13: entities.PERSON.patterns[0]: found phrase and regex"),
        ('"Sra?\\\\. \\\\w+"', '"Sr(a"', "14: entities.PERSON.patterns[1].regex: found one that does not compile"),
        ('"Sra?\\\\. \\\\w+"', '"a*"', "14: entities.PERSON.patterns[1].regex: found one that matches the empty text"),
        ("lang: es", "lang: fr", "15: entities.PERSON.patterns[1].lang: found 'fr', expected es or en"),
        ("LOWER: ana", "LOWWER: ana", "16: entities.PERSON.patterns[2].tokens[0].LOWWER: found 'LOWWER'"),
        ("LOWER: ana", "LOWWER: ana", "did you mean LOWER?"),
        ("  GPE:", "  GP  E:", "17: entities.GP  E: found 'GP  E', expected a label: letters and digits first"),
        ("  GPE:", "  12:", "17: entities.12: found"),
        ("  GPE:", "  PERSON:", "17: entities.PERSON: found a second 'PERSON', expected each key once"),
        ("  borders:", "  GPE:", "expected a name that is not also an entity's (line 17)"),
        (
            "child: [GPE]",
            "child: [GPE, GEP]",
            "25: relations.lives_in.child[1]: found 'GEP', expected one of the entities",
        ),
        ("child: [GPE]", "child: [GPE, GEP]", "did you mean GPE?"),
        ("child: [GPE]", "child: []", "25: relations.lives_in.child: found an empty list"),
        ("head: PERSON", "head: {a: b}", "24: relations.lives_in.head: found a mapping"),
        (
            "within: document",
            "within: paragraph",
            "26: relations.lives_in.within: found 'paragraph', expected sentence",
        ),
        (
            "within: document",
            "symmetric: true",
            "26: relations.lives_in.symmetric: found PERSON → GPE, expected the same",
        ),
        (
            "symmetric: true",
            "symmetric: maybe",
            "31: relations.borders.symmetric: found 'maybe', expected true or false",
        ),
        ("    key: b\n", "\tkey: b\n", "28: found a tab, expected spaces"),
        ("overlap: nested", "overlap: [nested", ": found broken YAML ("),
        ("overlap: nested", "overlap: \x07", "2: found the character U+0007, expected printable text"),
        ("key: 1", "key: !!python/name:os.system 1", "found '1' (a YAML python/name:os.system)"),
    ],
)
def test_a_mistake_is_reported_with_its_line_and_what_was_expected(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in GOOD
    listed = problems(tmp_path, GOOD.replace(old, new, 1))
    assert any(expected in problem for problem in listed), listed
    with pytest.raises(SchemeError):
        load_scheme(tmp_path / "labels.yaml", RESERVED_KEYS)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "1: found an empty file, expected languages and entities"),
        ("- a", "1: found a list, expected a mapping"),
        ("languages: [es]\nentities: {}", "2: entities: found an empty mapping, expected"),
        ("languages: [es]\nentities:", "2: entities: found nothing, expected a mapping"),
        ("languages: [es]\nentities:\n  A:", "3: entities.A: found nothing, expected a mapping"),
        ("languages: [es]\nentities:\n  NO: {key: 1}", "3: entities.NO: found the boolean NO, expected a name"),
        ("languages: [es]\nentities:\n  ? [a]\n  : {key: 1}", "expected a name"),
        ("a: 1\n---\nb: 2", "found broken YAML"),
        ("a: " + "[" * 100_000, "nested too deeply"),
    ],
)
def test_files_that_are_no_scheme(tmp_path: Path, content: str, expected: str) -> None:
    listed = problems(tmp_path, content)
    assert any(expected in problem for problem in listed), listed


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    assert problems(tmp_path, "languages: [es] # año".encode("latin-1")) == [
        " byte 19 is not UTF-8: save the file as UTF-8"
    ]


def test_all_mistakes_are_found_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    broken = (
        GOOD.replace("nested", "flatt").replace("key: 1", "key: j").replace("[GPE]", "[GEP]").replace("teal", "teel")
    )
    listed = problems(tmp_path, broken)
    assert [problem.split(":")[0] for problem in listed] == ["2", "6", "19", "25", "29", "30"]
    with pytest.raises(SchemeError) as caught:
        load_scheme(tmp_path / "labels.yaml", RESERVED_KEYS)
    assert "overlap: found 'flatt'" in caught.value.message
    assert caught.value.hint == "`annotator labels check` lists 5 more problems"


def test_a_missing_scheme_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(SchemeError, match="annotator init"):
        load_scheme(tmp_path / "labels.yaml")


def test_the_path_is_shown_as_seen_from_where_the_user_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, "")
    monkeypatch.chdir(tmp_path)
    assert check_scheme(path)[0].startswith("labels.yaml:1: ")


@given(st.text(st.sampled_from("ab:-[]{}#&*!|>'\"%@`,\n \té?"), max_size=40))
def test_no_file_is_a_defect_of_ours(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        assert check_scheme(put(Path(folder), text))


def test_the_sample_scheme_is_sound_and_teaches_in_both_languages() -> None:
    assert check_scheme(TOP / "labels.yaml", RESERVED_KEYS) == []
    scheme = load_scheme(TOP / "labels.yaml")
    assert " ".join(scheme.entities) == "PERSON ROLE ORG GPE LOC DATE EVENT INITIATIVE PROGRAM SYSTEM CRIME"
    assert "".join(entity.key for entity in scheme.entities.values()) == "123456789ti"
    assert len(scheme.relations) == 16
    assert scheme.relations["participates_in"].head == ("PERSON", "ORG", "GPE")
    assert [r.name for r in scheme.relations.values() if r.symmetric] == ["cooperates_with"]
    kinds: list[EntityType | RelationType] = [*scheme.entities.values(), *scheme.relations.values()]
    assert all(set(kind.description) == set(kind.examples) == {"es", "en"} for kind in kinds)
    assert not RESERVED_KEYS & {entity.key for entity in scheme.entities.values()}


def scheme(overlap: Overlap = "flat") -> LabelScheme:
    entities = {name: EntityType(name, key) for name, key in (("PERSON", "1"), ("GPE", "2"))}
    relations = {
        "lives_in": RelationType("lives_in", "l", ("PERSON",), ("GPE",)),
        "borders": RelationType("borders", "b", ("GPE",), ("GPE",), symmetric=True, within="document"),
    }
    return LabelScheme(entities, relations, ("es",), overlap, "token", "0" * 64)


A, B, C = SpanKey(0, 3, "PERSON"), SpanKey(5, 8, "GPE"), SpanKey(20, 25, "GPE")
SENTENCES = Segmentation([(0, 10), (12, 30)])


@pytest.mark.parametrize(
    ("start", "end", "allowed"),
    [
        (5, 10, ["flat", "nested", "any"]),  # apart
        (3, 5, ["nested", "any"]),  # inside, sharing an end
        (1, 9, ["nested", "any"]),  # around
        (2, 5, ["nested", "any"]),  # the same text
        (4, 9, ["any"]),  # crossing
    ],
)
def test_overlap_is_as_the_scheme_says(start: int, end: int, allowed: list[str]) -> None:
    span, other = SpanKey(2, 5, "PERSON"), SpanKey(start, end, "GPE")
    kinds: tuple[Overlap, ...] = ("flat", "nested", "any")
    assert [kind for kind in kinds if scheme(kind).span_problem(span, [other]) is None] == allowed


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (SpanKey(0, 3, "PERSOM"), "PERSOM is not an entity label of the scheme; did you mean PERSON?"),
        (SpanKey(3, 3, "GPE"), "GPE 3-3 is not a stretch of text"),
        (A, "PERSON 0-3 is already there"),
        (SpanKey(2, 4, "GPE"), "GPE 2-4 overlaps PERSON 0-3, and the scheme's spans are flat"),
        (SpanKey(3, 4, "GPE"), None),
    ],
)
def test_what_the_scheme_has_against_a_span(span: SpanKey, expected: str | None) -> None:
    assert scheme().span_problem(span, [A]) == expected


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        (RelationKey(A, B, "lives_in"), None),
        (RelationKey(A, B, "live_in"), "live_in is not a relation label of the scheme; did you mean lives_in?"),
        (RelationKey(B, A, "lives_in"), "lives_in goes PERSON → GPE, not GPE → PERSON"),
        (RelationKey(B, B, "borders"), "borders would link GPE 5-8 with itself"),
        (RelationKey(A, C, "lives_in"), "lives_in stays inside one sentence, and PERSON 0-3 and GPE 20-25 do not"),
        (RelationKey(B, C, "borders"), "borders from GPE 5-8 to GPE 20-25 is already there"),
    ],
)
def test_what_the_scheme_has_against_a_relation(relation: RelationKey, expected: str | None) -> None:
    assert scheme().relation_problem(relation, SENTENCES, [RelationKey(C, B, "borders")]) == expected


def test_a_whole_layer_is_checked_in_reading_order() -> None:
    spans = [Span(str(n), *key) for n, key in enumerate((C, A, B, SpanKey(6, 22, "GPE"), SpanKey(30, 31, "X")))]
    relations = [
        Relation("r", "1", "0", "lives_in"),
        Relation("q", "0", "2", "borders"),
        Relation("p", "2", "0", "borders"),
    ]
    assert retired(scheme(), Annotations.of(spans, relations), SENTENCES).problems == [
        "GPE 6-22 overlaps GPE 5-8, and the scheme's spans are flat",
        "GPE 20-25 overlaps GPE 6-22, and the scheme's spans are flat",
        "X is not an entity label of the scheme",
        "lives_in stays inside one sentence, and PERSON 0-3 and GPE 20-25 do not",
        "borders from GPE 20-25 to GPE 5-8 is already there",
    ]
    assert not retired(scheme(), Annotations.of(spans[:3]), SENTENCES)


def test_a_large_layer_is_checked_in_one_sweep() -> None:
    spans = [Span(str(n), 2 * n, 2 * n + 2, "GPE") for n in range(50_000)]
    assert not retired(scheme(), Annotations.of(spans), SENTENCES)


def test_hot_keys_and_model_labels_lead_to_their_types(tmp_path: Path) -> None:
    loaded = load_scheme(put(tmp_path, GOOD))
    assert loaded.entity_for_key("P") is loaded.entities["GPE"]
    assert loaded.entity_for_key("b") is None
    assert loaded.entity_for_model_label("PER") == "PERSON"
    assert loaded.entity_for_model_label("MISC") is None


def test_relations_between_two_labels_in_either_direction() -> None:
    types = [(relation.name, turned) for relation, turned in scheme().relations_between("GPE", "PERSON")]
    assert types == [("lives_in", True)]
    assert [relation.name for relation, _ in scheme().relations_between("GPE", "GPE")] == ["borders"]
