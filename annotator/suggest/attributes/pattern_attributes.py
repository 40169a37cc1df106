"""Setting the attributes that a scheme's patterns give to what they match."""

from __future__ import annotations

from collections.abc import Sequence

from annotator.annotation import Span
from annotator.labels import LabelScheme
from annotator.suggest.rules.analyzed_document import AnalyzedDocument, Mention
from annotator.suggest.rules.patterns import TextPatterns


class PatternAttributes:
    """Sets attributes of spans, under one scheme and in one language, by the patterns that match in them.

    Of two patterns that set the same attribute the first one in the file counts.
    """

    def __init__(self, scheme: LabelScheme, lang: str) -> None:
        self._text_patterns = TextPatterns(scheme, lang, setting=True)

    def given(self, doc: AnalyzedDocument, spans: Sequence[Span]) -> list[Span]:
        """The spans of a document, with what the patterns for their labels set that match there."""
        matches = [m for m in doc.pattern_mentions if m.attributes]
        if self._text_patterns:
            matches = [*self._text_patterns.find(doc), *matches]
        return [_with_attributes(span, matches) for span in spans] if matches else list(spans)


def _with_attributes(span: Span, matches: Sequence[Mention]) -> Span:
    attributes = dict(span.attributes or {})
    for match in matches:
        if match.label == span.label and match.start < span.end and span.start < match.end:
            attributes = {**(match.attributes or {}), **attributes}
    return span.replace(attributes=dict(sorted(attributes.items()))) if attributes else span
