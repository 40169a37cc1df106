"""Hypothesis strategies that several tests share: texts as bad as real ones, and layers over them."""

from __future__ import annotations

from hypothesis import strategies as st

from annotator.annotation import Annotations, Origin, Relation, RelationKey, Span, SpanKey
from annotator.formats.record import LayerRecord
from annotator.names import key_problem
from annotator.text import Document
from annotator.tokenization import split_sentences, tokenize

LANGUAGES = ("es", "en")
ENTITIES = ("PERSON", "ORG", "GPE", "DATE")
RELATIONS = ("works_for", "held_in")

_WORDS = (
    *(
        "México",
        "Mexico's",
        "EE. UU.",
        "U.S.",
        "E.E.U.U",
        "Sr.",
        "López",
        "don’t",
        "real-time",
        "2,000",
        "75%",
        "10:30 a.m.",
    ),
    *(
        "@SRE_mx",
        "#México",
        "https://example.com/a?b=(1).",
        "ana@example.com",
        "Fin.Otro",
        "''paz''",
        "¿Qué?",
        "…",
        "--",
    ),
)
_ODDITIES = (
    *("日本語", "한국어", "שלום", "العربية", "ｗｉｄｅ", "cafe\u0301", "\u0301", "a\u0323\u0302", "हिन्दी"),
    *("👩\u200d🚀", "👍🏽", "🇲🇽", "1\ufe0f\u20e3", "❤\ufe0f\u200d🔥", "🏴\U000e0067\U000e007f", "\U0001f1f2"),
    *(
        "\x00",
        "\x1b[31m",
        "\x07",
        "\x7f",
        "\x85",
        "\u2028",
        "\u2029",
        "\u202e",
        "\u2066",
        "\u200b",
        "\u200d",
        "\xad",
        "\ufeff",
    ),
    *("\t", "\r", "\r\n", "\n\n", "\xa0", "\u202f", "\\", '"', "\\u0041", "\ue000", "\U0010ffff", "_"),
)
_PIECES = st.one_of(
    st.sampled_from(_WORDS + _ODDITIES),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
)
_GLUE = st.sampled_from((" ", " ", " ", "", "\n", ". "))


@st.composite
def texts(draw: st.DrawFn, max_pieces: int = 20) -> str:
    """Draw a text of words and oddities: wide, combining, joined, control, bidirectional, of every line break."""
    pieces = draw(st.lists(st.tuples(_PIECES, _GLUE), max_size=max_pieces))
    return "".join(piece + glue for piece, glue in pieces)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text('aé\u2028"\\'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a document with a text that is not blank, segmented as at ingest."""
    text = draw(texts().filter(lambda text: bool(text.strip())))
    lang = draw(st.sampled_from(LANGUAGES))
    tokens = tokenize(text, lang)
    return Document(
        key=draw(st.text("abcáñ019-_ ", min_size=1, max_size=8).filter(lambda key: key_problem(key) is None)),
        text=text,
        lang=lang,
        title=draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=10)),
        tokens=tokens,
        sentences=split_sentences(text, tokens, lang),
        meta=draw(st.dictionaries(st.text("abé", max_size=3), _JSON, max_size=3)),
    )


@st.composite
def layers(draw: st.DrawFn, document: Document) -> Annotations:
    """Draw spans that nest, cross and leave token borders, and relations between them; ids are content."""
    length = len(document.text)
    origins: list[Origin] = ["accepted", "corrected", "added", "suggested"]
    scores = st.none() | st.floats(0, 1)
    names = st.none() | st.sampled_from(("ana", "bo", 'con "comillas"'))
    histories = st.tuples(st.sampled_from(origins), names, scores, names)
    spans = {}
    for start, size, label in draw(
        st.lists(st.tuples(st.integers(0, length - 1), st.integers(1, 12), st.sampled_from(ENTITIES)), max_size=8)
    ):
        key = SpanKey(start, min(start + size, length), label)
        origin, source, score, curator = draw(histories)
        spans[key] = Span(str(key), *key, origin, source, score, curator)
    relations = {}
    if spans:
        ends = st.sampled_from(sorted(spans))
        for head, child, label in draw(st.lists(st.tuples(ends, ends, st.sampled_from(RELATIONS)), max_size=5)):
            if head != child:
                item_id = str(RelationKey(head, child, label))
                relations[item_id] = Relation(item_id, str(head), str(child), label, *draw(histories))
    return Annotations.of(spans.values(), relations.values())


@st.composite
def records(draw: st.DrawFn) -> LayerRecord:
    """Draw a document with one of its layers."""
    document = draw(documents())
    layer = draw(st.sampled_from(("gold", "suggestions", "curator:ana", "curator:bo díaz")))
    curators = tuple(draw(st.lists(st.sampled_from(("ana", "bo", "carla")), unique=True)))
    return LayerRecord(document, draw(layers(document)), layer, curators, "0123456789abcdef" * 4)


def span_sets(length: int = 30, longest: int = 9, max_size: int = 7) -> st.SearchStrategy[frozenset[SpanKey]]:
    """Draw what a layer says about spans, so crowded that they nest, cross and meet."""
    parts = st.tuples(st.integers(0, length - longest), st.integers(1, longest), st.sampled_from(ENTITIES[:3]))
    return st.frozensets(parts.map(lambda p: SpanKey(p[0], p[0] + p[1], p[2])), max_size=max_size)
