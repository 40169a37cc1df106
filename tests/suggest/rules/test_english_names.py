"""Names that only the English model found are suggested where the text uses them as such names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Marked = list[tuple[str, str]]
Marker = Callable[..., Marked]


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("They staged Marrow Blinders (1983) again.", "Marrow Blinders", "ORG"),
        ("She wrote the novel Marrow Blinders in a year.", "Marrow Blinders", "PERSON"),
        ('He was praised for "Marrow Blinders", which sold well.', "Marrow Blinders", "ORG"),
        ("She won the Marrow Award twice.", "Marrow Award", "ORG"),
        ("The crew of HMS Quillon was saved.", "Quillon", "PERSON"),
        ("It went up aboard Marrow 7 yesterday.", "Marrow 7", "GPE"),
        ("They were sold as Marrow Blinders in shops.", "Marrow", "ORG"),
        ("They were sold as Marrow Blinders in shops.", "Blinders", "GPE"),
        ("He played the Marrower, and well.", "Marrower", "PERSON"),
        ("Then Marrow laughed loudly.", "Marrow", "LOC"),
    ],
)
def test_a_name_of_the_model_alone_is_dropped(marked: Marker, text: str, name: str, kind: str) -> None:
    assert name not in {found for found, _ in marked(text, "en", model=((name, kind),))}


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("He sued Quillon over it.", "Quillon", "ORG"),
        ("She met Irma Marrow (1910-1983) there.", "Irma Marrow", "PERSON"),
        ("It closed in the Quillon Mountains early.", "Quillon Mountains", "LOC"),
        ("They hiked through the Quillon again.", "Quillon", "LOC"),
        ("He is said to live in Quillon, they said.", "Quillon", "GPE"),
        ("The Marrow Council Director left.", "Marrow Council", "ORG"),
    ],
)
def test_a_name_of_the_model_alone_stays(marked: Marker, text: str, name: str, kind: str) -> None:
    assert (name, kind) in marked(text, "en", model=((name, kind),))


def test_a_name_that_is_a_body_elsewhere_is_one_where_the_model_takes_it_for_a_site(marked: Marker) -> None:
    text = "They sued Quillon. Then the Quillon's lawyers laughed."
    first, second = text.index("Quillon"), text.rindex("Quillon")
    assert first != second
    assert marked(text, "en", model=(("Quillon", "ORG"), ("Quillon's", "LOC"))).count(("Quillon", "ORG")) == 2


def test_what_stands_in_a_list_of_persons_is_one(marked: Marker) -> None:
    text = "She thanked Mary Marrow, Quillon Bremsey and John Tarrow."
    assert ("Quillon Bremsey", "PERSON") in marked(text, "en", model=(("Quillon Bremsey", "GPE"),))


def test_the_end_of_a_list_that_a_comma_opens_is_left_alone(marked: Marker) -> None:
    text = "Born in Seattle, Oregon, Quillon moved away."
    assert ("Quillon", "PERSON") in marked(text, "en", model=(("Quillon", "PERSON"),))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A shot by goalkeeper Quillon Bremsey went wide.", "Quillon Bremsey"),
        ("His wife Quilla was there too.", "Quilla"),
        ("They saw illustrator Mary Marrow. Bremsey left.", "Mary Marrow"),
        ("They saw Clarence Marrow there.", "Clarence Marrow"),
    ],
)
def test_a_person_is_known_by_the_given_name_or_the_noun_before_it(marked: Marker, text: str, name: str) -> None:
    assert (name, "PERSON") in marked(text, "en")


@pytest.mark.parametrize("text", ["She won the Hugo Award.", "A Franco-African summit.", "The Irving Lee School won."])
def test_a_given_name_inside_another_name_is_no_person(marked: Marker, text: str) -> None:
    assert "PERSON" not in {label for _, label in marked(text, "en")}


def test_a_name_that_the_model_begins_before_the_given_name_is_whole(marked: Marker) -> None:
    found = marked("So said Quill Edgar Bremsey then.", "en", model=(("Quill Edgar Bremsey", "PERSON"),))
    assert found == [("Quill Edgar Bremsey", "PERSON")]


def test_a_single_word_that_was_a_person_once_is_not_one_everywhere(marked: Marker) -> None:
    text = "He met Marrow there. They sold him marrows, and a Marrow too."
    assert marked(text, "en", model=(("Marrow", "PERSON"),)) == [("Marrow", "PERSON")]
