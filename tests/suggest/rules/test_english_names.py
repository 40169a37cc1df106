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
