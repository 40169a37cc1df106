"""Reading the ``patterns`` of a label: phrases, regular expressions and spaCy token patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from warnings import catch_warnings, simplefilter

from annotator.labels.attribute_reading import read_values
from annotator.labels.attributes import AttributeType
from annotator.labels.nodes import YamlValue, one_of
from annotator.labels.scheme import Pattern
from annotator.wording import did_you_mean
from annotator.yaml_input import YamlError, yaml_value

_LONGEST = 10_000
_KINDS = ("phrase", "regex", "tokens")
_EXPECTED = 'a mapping with one of phrase, regex or tokens, such as {phrase: "Plan Marshall"}'
# fmt: off
_TOKEN_FIELDS = (
    "ORTH", "TEXT", "NORM", "LOWER", "LENGTH", "IS_ALPHA", "IS_ASCII", "IS_DIGIT", "IS_LOWER",
    "IS_UPPER", "IS_TITLE", "IS_PUNCT", "IS_SPACE", "IS_STOP", "IS_SENT_START", "LIKE_NUM",
    "LIKE_URL", "LIKE_EMAIL", "SPACY", "POS", "TAG", "MORPH", "DEP", "LEMMA", "SHAPE", "ENT_TYPE",
    "ENT_IOB", "OP",
)
# fmt: on


def read_patterns(
    value: YamlValue | None, languages: tuple[str, ...], known: Iterable[AttributeType] = ()
) -> tuple[Pattern, ...]:
    """Read a list of patterns; note and leave out those that cannot work.

    ``known`` are the attributes that what they suggest may have.
    """
    if value is None:
        return ()
    by_name = {attribute.name: attribute for attribute in known}
    patterns = (_pattern(item, languages, by_name) for item in value.items("a list of patterns"))
    return tuple(pattern for pattern in patterns if pattern is not None)


def _pattern(value: YamlValue, languages: tuple[str, ...], known: Mapping[str, AttributeType]) -> Pattern | None:
    fields = value.fields((*_KINDS, "lang", "set"), (), _EXPECTED)
    attributes = read_values(fields["set"], known) if "set" in fields else None
    kinds = [kind for kind in _KINDS if kind in fields]
    if len(kinds) != 1:
        if value.node.id == "mapping":
            value.note_wrong(_EXPECTED, " and ".join(kinds) if kinds else "none of them")
        return None
    lang = fields["lang"].choice(languages) if "lang" in fields and languages else None
    inner = fields[kinds[0]]
    if kinds[0] == "tokens":
        tokens = _tokens(inner)
        return Pattern("tokens", tokens, lang, value.line, attributes) if tokens else None
    text = inner.text()
    if text is None:
        return None
    if kinds[0] == "phrase":
        return Pattern("phrase", text, lang, value.line, attributes)
    return Pattern("regex", text, lang, inner.line, attributes) if _compiles(inner, text) else None


def _compiles(value: YamlValue, regex: str) -> bool:
    try:
        with catch_warnings():
            simplefilter("ignore", FutureWarning)  # of what a later Python may read otherwise
            compiled = re.compile(regex)
    except (re.error, RecursionError, OverflowError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        value.note_wrong("a regular expression", f"one that does not compile ({reason})")
        return False
    if len(regex) > _LONGEST:
        value.note_wrong(f"a regular expression of at most {_LONGEST} characters", f"one of {len(regex)}")
        return False
    if compiled.match(""):
        value.note_wrong("a regular expression that matches some text", "one that matches the empty text")
        return False
    return True


def _tokens(value: YamlValue) -> tuple[dict[str, Any], ...]:
    """Read a spaCy token pattern: a list of mappings from attribute to what it must be."""
    tokens: list[dict[str, Any]] = []
    for item in value.items("a list of token descriptions such as [{LOWER: plan}]"):
        for key, _ in item.pairs("a token description such as {LOWER: plan}"):
            name = str(key.node.value)
            if name.upper() not in _TOKEN_FIELDS:
                hint = did_you_mean(name, _TOKEN_FIELDS)
                key.note_wrong(
                    f"a token attribute of spaCy's matcher{hint or ': ' + one_of(_TOKEN_FIELDS)}", repr(name)
                )
        if item.node.id == "mapping":
            try:
                tokens.append(yaml_value(item.node))
            except YamlError as error:
                item.note_wrong("plain values", error.problem.removeprefix("found "))
    if value.node.id == "sequence" and not value.node.value:
        value.note_wrong("a list of token descriptions, with one at least")
    return tuple(tokens)
