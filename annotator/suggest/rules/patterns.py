"""The scheme's own patterns for entities: phrases, regular expressions and spaCy token patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from annotator.annotation import Attributes
from annotator.errors import SchemeError
from annotator.labels import EntityType, LabelScheme, Pattern
from annotator.suggest.regex_prefilter import PrefilteredRegex
from annotator.suggest.rules.analyzed_document import AnalyzedDocument, Mention
from annotator.suggest.timed_regex import SlowPatternError, TimedRegex

if TYPE_CHECKING:
    from spacy.matcher import Matcher
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

SOURCE = "scheme@1"
_NUMBERED = "\t"
SCORE = 0.7
"""Prior of a pattern: whoever wrote it meant it, but it does not see the context."""


class TextPatterns:
    """The phrases and regular expressions of a scheme that hold for one language.

    With ``setting`` they are only those that set attributes.
    """

    def __init__(self, scheme: LabelScheme, lang: str, *, setting: bool = False) -> None:
        self._sought: list[tuple[str, Attributes | None, PrefilteredRegex]] = []
        for entity in scheme.entities.values():
            wanted = [p for p in entity.patterns if p.lang in {None, lang} and (p.attributes or not setting)]
            phrases: dict[str, list[Pattern]] = {}
            for pattern in wanted:
                if pattern.kind == "phrase":
                    phrases.setdefault(repr(pattern.attributes), []).append(pattern)
            for alike in phrases.values():
                found = PrefilteredRegex(phrase_pattern([str(p.value) for p in alike]))
                self._sought.append((entity.name, alike[0].attributes, found))
            self._sought += [
                (entity.name, p.attributes, PrefilteredRegex(_regex(entity, p), TimedRegex(entity.name, p)))
                for p in wanted
                if p.kind == "regex"
            ]

    def __bool__(self) -> bool:
        return bool(self._sought)

    def find(self, doc: AnalyzedDocument) -> Iterator[Mention]:
        """Yield every match, labelled as the scheme says."""
        for label, attributes, pattern in self._sought:
            try:
                for match in pattern.finditer(doc):
                    if match.end() > match.start():
                        yield Mention(match.start(), match.end(), label, SCORE, SOURCE, label, attributes)
            except SlowPatternError as slow:
                raise slow.on(doc.document.key) from None


def phrase_pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all phrases: whole words, any case, any white space between them."""
    listed = sorted({phrase.strip() for phrase in phrases if phrase.strip()}, key=len, reverse=True)
    spaced = (r"\s+".join(re.escape(word) for word in phrase.split()) for phrase in listed)
    return re.compile(rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)", re.IGNORECASE)


def _regex(entity: EntityType, pattern: Pattern) -> re.Pattern[str]:
    try:
        return re.compile(str(pattern.value))
    except re.error as error:
        raise SchemeError(
            f"a pattern of {entity.name} is no regular expression: {error}", "mend it in labels.yaml"
        ) from error


def token_patterns(scheme: LabelScheme, lang: str) -> Mapping[str, list[list[dict[str, Any]]]]:
    """The scheme's spaCy token patterns for ``lang`` by entity label; each that sets attributes with its number too."""
    by_label: dict[str, list[list[dict[str, Any]]]] = {}
    for entity in scheme.entities.values():
        for number, pattern in enumerate(entity.patterns):
            if pattern.kind == "tokens" and pattern.lang in {None, lang}:
                name = f"{entity.name}{_NUMBERED}{number}" if pattern.attributes else entity.name
                tokens = [dict(token) for token in pattern.value if not isinstance(token, str)]
                by_label.setdefault(name, []).append(tokens)
    return by_label


def matcher(vocab: Vocab, scheme: LabelScheme, lang: str) -> Matcher | None:
    """A spaCy matcher for the scheme's token patterns, ``None`` when it has none for ``lang``.

    Raises :class:`SchemeError` when spaCy does not understand a pattern.
    """
    listed = token_patterns(scheme, lang)
    if not listed:
        return None
    from spacy.errors import MatchPatternError
    from spacy.matcher import Matcher

    made = Matcher(vocab, validate=True)
    for label, token_lists in listed.items():
        try:
            made.add(label, token_lists, greedy="LONGEST")
        except (MatchPatternError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise SchemeError(
                f"a token pattern of {label.partition(_NUMBERED)[0]} is not one that spaCy understands: {reason}",
                "mend it in labels.yaml",
            ) from error
    return made


def token_matches(made: Matcher, doc: Doc, scheme: LabelScheme) -> Iterator[Mention]:
    """Yield the matches of token patterns in a spaCy document, offsets being that document's."""
    for span in made(doc, as_spans=True):
        label, _, number = span.label_.partition(_NUMBERED)
        attributes = scheme.entities[label].patterns[int(number)].attributes if number else None
        yield Mention(span.start_char, span.end_char, label, SCORE, SOURCE, label, attributes)
