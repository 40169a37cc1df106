"""spaCy's simple training data: a JSON list of ``[text, {"entities": [[start, end, label], …]}]``.

spaCy takes each pair with ``Example.from_dict``, which allows entities no overlaps: the longest of those that overlap
stand there, and all of them in the span group ``sc``, as in a DocBin.  ner-annotator saves the same pairs, without
groups, in an object beside its classes, and counts UTF-16 units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any

from annotator.annotation import Annotations, Span, SpanKey
from annotator.errors import FormatError
from annotator.formats.counting import COUNTED, Counting, Offsets, likeliest, on_word_borders, parse_counting
from annotator.formats.json_values import Fields, dumps, excerpt
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format, Target, all_but
from annotator.formats.record import LayerRecord, without_overlaps
from annotator.formats.source import Source

GROUP = "sc"
"""The span group in which spaCy's span categorizer looks for spans."""
_COUNTED_BY: Mapping[str, Counting] = {"pairs": "codepoints", "ner-annotator": "utf16"}
"""How the offsets are counted in the shapes that a file has."""
_PAIR = '[text, {"entities": [[start, end, label]]}]'
_HINT = "put all pairs into one list; what other programs write is in docs/formats.md"


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of a list of pairs, or of ner-annotator's object, in which texts nobody came to are null."""
    counting = parse_counting("offsets", options["offsets"]) if "offsets" in options else None
    groups = options["spans"].split(",") if "spans" in options else None
    for item in source.items():
        if not isinstance(item.value, dict):
            yield _PairReader(item.value, item.where, "", counting or _COUNTED_BY["pairs"]).document(item.key(), groups)
            continue
        for index, pair in enumerate(Fields.of(item.value, item.where).get("annotations", list)):
            if pair is not None:
                reader = _PairReader(
                    pair, item.where, f"annotations[{index}].", counting or _COUNTED_BY["ner-annotator"]
                )
                yield reader.document(f"{item.key()}-{index + 1:06}", groups)


class _PairReader:
    """Reads one text with its annotations; ``path`` leads to it in its JSON value."""

    def __init__(self, pair: object, where: str, path: str, counting: Counting) -> None:
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
            named = f"{path.rstrip('.')}: " if path else ""
            raise FormatError(f"{where}: {named}found {excerpt(pair)}, expected {_PAIR}", _HINT)
        self._text: str = pair[0]
        self._fields = Fields.of(pair[1], where, path)
        self._counting = counting
        self._offsets = Offsets(self._text, counting)
        self._lost = Counter[str]()
        self._notes = Counter[str]()

    def document(self, key: str, groups: list[str] | None) -> ForeignDocument:
        """Read the entities, and the spans of the groups that are not among them."""
        fields = self._fields
        spans = self._spans(fields, "entities")
        there = set(spans)
        for name, inner in self._groups(groups):
            spans += [key for key in self._spans(inner, name) if key not in there]
        self._lost.update(f"annotation {name}" for name in fields.others("entities", "spans"))
        content = Annotations.of([Span(str(number), *key) for number, key in enumerate(spans)])
        layers = (ForeignLayer(content),)
        return ForeignDocument(fields.where, self._text, key, layers, lost=self._lost, notes=self._notes)

    def _groups(self, wanted: list[str] | None) -> Iterator[tuple[str, Fields]]:
        """Yield the names of the span groups to read, with the object in which they are."""
        if "spans" not in self._fields:
            return
        inner = self._fields.inner("spans")
        if wanted is None and len(inner.values) > 1:
            raise FormatError(
                f"{inner.where}: {inner.path}: there are several span groups: {', '.join(sorted(inner.values))}",
                f"choose with -O spans={min(inner.values)} (several with commas; spans= for the entities alone)",
            )
        for name in inner.values:
            if wanted is None or name in wanted:
                yield name, inner
            else:
                self._lost[f"span of the group {name}"] += len(inner.get(name, list))

    def _spans(self, fields: Fields, name: str) -> list[SpanKey]:
        return [self._span(fields, f"{name}[{i}]", value) for i, value in enumerate(fields.get(name, list))]

    def _span(self, fields: Fields, path: str, value: object) -> SpanKey:
        if not isinstance(value, list) or len(value) != 3:
            fields.fail(path, f"found {excerpt(value)}, expected [start, end, label]")
        values = dict(zip(("start", "end", "label"), value, strict=True))
        triple = Fields(values, fields.where, f"{fields.path}{path}.")
        start, end = triple.get("start", int), triple.get("end", int)
        first, last = self._offsets.to_code_points(start), self._offsets.to_code_points(end)
        if first is None or last is None or first >= last:
            triple.fail("start", f"found {start}-{end}, expected {COUNTED[self._counting]} of the text, start < end")
        if self._offsets_are_doubtful and not on_word_borders(self._text, first, last):
            better = likeliest(self._text, start, end, partial(on_word_borders, self._text))
            if better is not None:
                self._notes[f"span that would be whole words in {COUNTED[better[2]]} (-O offsets={better[2]})"] += 1
        return SpanKey(first, last, triple.label("label"))

    @cached_property
    def _offsets_are_doubtful(self) -> bool:
        return any(char > "\uffff" for char in self._text)


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write a list, a pair a line; or with the option ``shape`` ner-annotator's object around it."""
    shape = target.options.get("shape", "pairs")
    if shape not in _COUNTED_BY:
        raise FormatError(f"shape={shape}: there is no such shape", f"they are {', '.join(_COUNTED_BY)}")
    paired = shape == "pairs"
    counting = parse_counting("offsets", target.options.get("offsets", _COUNTED_BY[shape]))
    values = (
        dumps([record.document.text, _annotations(record, target, counting, grouped=paired)]) for record in records
    )
    if paired:
        target.write_list(values)
    else:
        target.write_list(values, f'{{"classes":{dumps(list(target.scheme.entities))},"annotations":[', "]}")


def _annotations(record: LayerRecord, target: Target, counting: Counting, *, grouped: bool) -> dict[str, Any]:
    offsets = Offsets(record.document.text, counting)
    spans = list(record.spans())
    flat = without_overlaps(spans)
    inside = sum(not offsets.has(key.start) or not offsets.has(key.end) for key in spans)
    if inside:
        target.warnings["spans that begin or end inside a grapheme, widened to it"] += inside

    def triples(keys: Iterable[SpanKey]) -> list[tuple[int, int, str]]:
        return [(offsets.from_code_points(k.start), offsets.from_code_points(k.end), k.label) for k in keys]

    annotations: dict[str, Any] = {"entities": triples(flat)}
    if grouped and ("spans" in target.options or len(flat) < len(spans)):
        annotations["spans"] = {target.options.get("spans") or GROUP: triples(spans)}
    elif len(flat) < len(spans):
        over = Counter(key.label for key in spans) - Counter(key.label for key in flat)
        target.leave_out("span", "spans that overlap longer ones", over)
    return annotations


FORMAT = Format(
    name="spacy-json",
    about='spaCy\'s simple training data, [text, {"entities": …}], also in the file that ner-annotator saves',
    ending=".json",
    read=read,
    write=write,
    carries=all_but(
        "relations",
        "self_relations",
        *("key", "lang", "title", "meta", "curator", "origin", "source", "score", "verdicts"),
    ),
    lost=("other annotations: categories, links, heads and the like; other span groups",),
    options={
        "shape": "pairs (default) or ner-annotator: what is written",
        "offsets": "codepoints (as spaCy counts; default), utf16 (as ner-annotator counts; default for its files) or "
        "graphemes",
        "spans": f"the group of spans: written for every document (default: {GROUP}, where spans overlap), or read "
        "(several with commas; empty for the entities alone)",
    },
)
