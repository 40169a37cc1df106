"""What a format declares to carry is what comes back from its own files, and the docs say the same."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from annotator.annotation import Annotations, Relation, Span, SpanKey, Verdict
from annotator.corpus import Article, build_document
from annotator.errors import FormatError
from annotator.formats.beside_labels import attributes_in
from annotator.formats.not_carried import count_not_carried
from annotator.formats.protocol import FEATURES, ForeignDocument, ForeignLayer, Target
from annotator.formats.record import LayerRecord
from annotator.formats.registry import MODULES, load_format
from annotator.formats.source import Source
from annotator.labels import LabelScheme
from tests.formats.files import ANYTHING, workspace, write_with_format
from tools.format_table import PAGE, page_with_table

TEXT = "Ana Ruiz viaja a Perú."
ANA, CROSSING, INSIDE, OFF, PERU = (
    Span(
        "s1", 0, 14, "PERSON", "corrected", "model@1", 0.5, "ana", {"sure": True}
    ),  # the longest: flat formats keep it
    Span("s2", 9, 16, "ORG", curator="ana"),
    Span("s3", 0, 3, "GPE", curator="ana"),
    Span("s4", 18, 20, "GPE", curator="ana"),
    Span("s5", 17, 21, "ORG", curator="ana"),
)
REJECTED = Verdict("17-21-GPE", "span", "rejected", "GPE", "model@1", 0.2, [17, 21, "GPE"])
FULL = LayerRecord(
    build_document(Article("viaje", TEXT, "Un título", "en", {"url": "x"}), ("es", "en")),
    Annotations.of(
        [ANA, CROSSING, INSIDE, OFF, PERU],
        [
            Relation("r1", "s1", "s5", "works_for", curator="ana", attributes={"sure": True}),
            Relation("r2", "s1", "s1", "held_in", curator="ana"),
            Relation("r3", "s1", "s5", "same_as", curator="ana"),
        ],
        {"topic": ["travel"]},
    ),
    "curator:ana",
    ("ana",),
    "ab" * 32,
    verdicts=(REJECTED,),
    equivalences=frozenset({"same_as"}),
)
SCHEME = f"{ANYTHING}  same_as: {{key: s, head: [PERSON, ORG], child: [PERSON, ORG], equivalence: true}}\n"

Seen = Callable[[ForeignDocument, ForeignLayer], bool]


def has(key: SpanKey) -> Seen:
    return lambda _, layer: key in {span.key for span in layer.content.spans.values()}


def span(layer: ForeignLayer) -> Span:
    return next(s for s in layer.content.spans.values() if s.key == ANA.key)


def says(of: Callable[[ForeignLayer, str | None], bool]) -> Seen:
    return lambda _, layer: any(of(layer, said.item) for said in (*attributes_in(layer.content), *layer.attributes))


SEEN: dict[str, Seen] = {
    "nested": has(INSIDE.key),
    "crossing": has(CROSSING.key),
    "off_token": has(OFF.key),
    "relations": lambda _, layer: any(r.label == "works_for" for r in layer.content.relations.values()),
    "groups": lambda _, layer: bool(layer.groups) or "same_as" in {r.label for r in layer.content.relations.values()},
    "self_relations": lambda _, layer: any(r.head == r.child for r in layer.content.relations.values()),
    "key": lambda document, _: document.key == "viaje",
    "lang": lambda document, _: document.lang == "en",
    "title": lambda document, _: document.title == "Un título",
    "meta": lambda document, _: document.meta == {"url": "x"},
    "curator": lambda _, layer: layer.author == "ana" or "ana" in layer.curators,
    "attributes": says(lambda layer, item: item in layer.content.spans),
    "relation_attributes": says(lambda layer, item: item in layer.content.relations),
    "document_attributes": says(lambda _, item: item is None),
    "origin": lambda _, layer: span(layer).origin == "corrected",
    "source": lambda _, layer: span(layer).source == "model@1",
    "score": lambda _, layer: span(layer).score == 0.5,
    "verdicts": lambda _, layer: bool(layer.verdicts),
}


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("name", [name for name in MODULES if load_format(name).read is not None])
def test_what_is_declared_is_what_comes_back(name: str, feature: str, tmp_path: Path) -> None:
    form = load_format(name)
    assert form.read is not None
    with workspace(SCHEME) as bench:
        path = write_with_format(form, [FULL], bench, tmp_path)
        (document,) = form.read(Source(path), {})
    (layer,) = document.layers
    assert SEEN[feature](document, layer) == (form.carries[feature] != "no")


@pytest.mark.parametrize("name", MODULES)
def test_what_is_not_carried_is_counted(name: str) -> None:
    carries = load_format(name).carries
    lost = count_not_carried(FULL, carries)
    assert set(lost) == {feature for feature, carried in carries.items() if carried == "no"}
    assert all(lost.values())


def test_nothing_is_counted_that_is_not_there() -> None:
    document = build_document(Article("a", TEXT, lang="es"), ("es",))
    plain = LayerRecord(document, Annotations.of([Span("s", 0, 8, "PERSON")]), "gold", (), "")
    assert count_not_carried(plain, dict.fromkeys(FEATURES, "no")) == {"key": 1, "lang": 1}


@pytest.mark.parametrize("name", MODULES)
def test_an_option_that_is_yes_or_no_takes_nothing_else(name: str, tmp_path: Path) -> None:
    form = load_format(name)
    for option in (option for option, about in form.options.items() if about.startswith(("yes:", "no:"))):
        target = Target(LabelScheme({}, {}, ("en",), "any", "token", ""), BytesIO(), tmp_path, {option: "maybe"})
        assert form.write is not None
        with pytest.raises(FormatError, match=f"{option}=maybe: neither yes nor no"):
            form.write([], target)


def test_the_table_of_the_docs_is_what_the_formats_declare() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_with_table(page), "run python -m tools.format_table"
