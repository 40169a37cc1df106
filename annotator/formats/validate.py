"""Validating a file of the workspace's own format: its shape by JSON Schema, then offsets, ids and order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.attribute_values import attribute_value_problem, text_problem
from annotator.formats.record import OLD_SCHEMA, SCHEMA
from annotator.inputs import LONGEST_LINE, line_too_long, open_file
from annotator.names import key_problem
from annotator.nesting import DEEPEST, is_too_deep
from annotator.rows import check_surrogates, finite_number, refuse_constant, unique_keys
from annotator.text import Segmentation, text_sha256

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

SCHEMA_PATHS = {
    SCHEMA: Path(__file__).with_name("gold.2.schema.json"),
    OLD_SCHEMA: Path(__file__).with_name("gold.1.schema.json"),
}
"""The JSON Schemas that ship with the package, by the version that they describe."""

_SHOWN = 60
_ROUNDED = 0.01
"""What soft labels may be above 1 together, each being rounded."""
_TOKEN_FIELDS = dict.fromkeys(("text", "start", "end", "id", "ws"))


def validate_lines(path: Path) -> list[str]:
    """List every problem of a file as ``file:line: path: found X, expected Y``.

    Raises :class:`OSError` when the file cannot be read.
    """
    problems: list[str] = []
    keys: dict[str, int] = {}
    last = ""
    validators = {version: _validator(path) for version, path in SCHEMA_PATHS.items()}
    with open_file(path) as lines:
        for number, data in enumerate(iter(lambda: lines.readline(LONGEST_LINE), b""), 1):
            where = f"{path}:{number}: "
            if len(data) == LONGEST_LINE:
                raise line_too_long(where.removesuffix(": "), LONGEST_LINE)
            record, line_problems = _parse_object(data)
            if record is not None:
                line_problems = list(_record_problems(record, validators))
                key = str(record.get("id"))
                if key in keys:
                    line_problems.append(
                        f"id: found {_shown(key)} again, expected each document once (line {keys[key]})"
                    )
                elif key < last:
                    line_problems.append(
                        f"id: found {_shown(key)} after {_shown(last)}, expected documents in order of id"
                    )
                keys.setdefault(key, number)
                last = max(last, key)
            problems += [where + problem for problem in line_problems]
    return problems


def _validator(path: Path) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def _parse_object(data: bytes) -> tuple[dict[str, Any] | None, list[str]]:
    """Parse the object of a line; return it, or the problems that keep the line from being one."""
    try:
        text = data.decode("utf-8").rstrip("\r\n")
        value = json.loads(
            text, object_pairs_hook=unique_keys, parse_float=finite_number, parse_constant=refuse_constant
        )
        check_surrogates(value, text)
    except UnicodeDecodeError as error:
        return None, [f"found byte {error.start} of the line, which is not UTF-8, expected UTF-8"]
    except UnicodeEncodeError:
        return None, ["found half of a character (a lone surrogate), expected whole ones"]
    except json.JSONDecodeError as error:
        problem = "a blank line" if not data.strip() else f"broken JSON at column {error.colno} ({error.msg})"
        return None, [f"found {problem}, expected an object"]
    except RecursionError:
        return None, ["found lists or objects nested too deeply, expected a record"]
    except ValueError as error:
        found = "a number of too many digits" if "digits" in str(error) else error
        return None, [f"found {found}, expected a record"]
    return (value, []) if isinstance(value, dict) else (None, [f"found {_shown(value)}, expected an object"])


def _record_problems(record: dict[str, Any], validators: Mapping[str, Draft202012Validator]) -> Iterator[str]:
    """Yield the problems of shape, or, where there are none, those of offsets, ids and order."""
    text, tokens = record.get("text"), record.get("tokens")
    whole = record.get("schema") != OLD_SCHEMA
    validator = validators[SCHEMA if whole else OLD_SCHEMA]
    sound = isinstance(text, str) and isinstance(tokens, list) and _tokens_are_sound(tokens, text, whole=whole)
    # Tokens outnumber all else by far: those found sound by plain comparison need not pass through the schema.
    shaped = {**record, "tokens": []} if sound else record
    errors = sorted(validator.iter_errors(shaped), key=_by_path)
    problems = list(dict.fromkeys(problem for error in errors for problem in _schema_problems(error)))
    yield from problems
    if problems or not isinstance(text, str) or not isinstance(tokens, list):
        return
    problem = key_problem(record["id"])
    if problem:
        yield f"id: found {_shown(record['id'])}, which {problem}, expected a key that a document can have"
    if is_too_deep(record["meta"]):
        yield f"meta: found lists or objects nested too deeply, expected no more than {DEEPEST} levels"
    if not sound:
        yield from _token_problems(tokens, text, whole=whole)
        return
    if record["provenance"]["text_sha256"] != text_sha256(text):
        yield "provenance.text_sha256: found another digest, expected that of text"
    segments = Segmentation([(token["start"], token["end"]) for token in tokens])
    if whole:
        yield from _sentence_problems(record["sentences"], segments)
    yield from _span_problems(record["spans"], text, segments)
    spans = {span["id"]: span for span in record["spans"]}
    yield from _relation_problems(record["relations"], spans)
    yield from _cluster_problems(record, spans)
    for path, attributes in _all_attributes(record):
        yield from _value_problems(path, attributes)


def _by_path(error: ValidationError) -> list[str]:
    return [f"{step:09}" if isinstance(step, int) else str(step) for step in error.absolute_path]


def _schema_problems(error: ValidationError) -> list[str]:
    """Describe a problem of shape: one for each field that is missing or unknown, else one."""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path).lstrip(".")
    prefix = f"{path}: " if path else ""
    value: Any = error.validator_value
    instance: Any = error.instance
    rule = str(error.validator)
    if rule == "required":
        return [f"{prefix}found no {name}, expected one" for name in value if name not in instance]
    if rule == "additionalProperties":
        known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
        unknown = (name for name in instance if name not in known)
        return [f"{prefix}found the unknown key {_shown(name)}, expected {', '.join(known)}" for name in unknown]
    expected: Mapping[str, Callable[[], str]] = {
        "type": lambda: " or ".join([value] if isinstance(value, str) else value),
        "const": lambda: _shown(value),
        "enum": lambda: "one of " + ", ".join(map(_shown, value)),
        "pattern": lambda: f"text that matches {value}",
        "minLength": lambda: "text that is not empty",
        "minimum": lambda: f"{value} or more",
        "maximum": lambda: f"{value} or less",
        "maxLength": lambda: f"a text of {value:,} characters at most",
        "minItems": lambda: f"a list of {value:,} at least",
        "maxItems": lambda: f"a list of {value:,} at most",
        "uniqueItems": lambda: "each value once",
        "minProperties": lambda: "something in it, or no such key",
    }
    return [f"{prefix}found {_shown(instance)}, expected {expected[rule]()}"]


def _tokens_are_sound(tokens: Iterable[Any], text: str, *, whole: bool) -> bool:
    return next(_token_problems(tokens, text, whole=whole), None) is None


def _token_problems(tokens: Iterable[Any], text: str, *, whole: bool) -> Iterator[str]:
    """Yield the problems of the tokens, their shape included; ``whole`` where they are to be all of the text."""
    before = 0
    for index, token in enumerate(tokens):
        if type(token) is not dict or token.keys() != _TOKEN_FIELDS.keys():
            yield from _token_field_problems(token, f"tokens[{index}]")
            return
        start, end = token["start"], token["end"]
        if type(start) is not int or type(end) is not int or not before <= start < end <= len(text):
            yield f"tokens[{index}]: found {_shown(start)}-{_shown(end)}, expected {before} ≤ start < end ≤ {len(text)}"
            return
        if whole and start != before:
            yield f"tokens[{index}].start: found {start}, expected {before}: white space is a token, too"
            return
        if token["text"] != text[start:end]:
            yield f"tokens[{index}].text: found {_shown(token['text'])}, expected {_shown(text[start:end])}"
        if type(token["id"]) is not int or token["id"] != index:
            yield f"tokens[{index}].id: found {_shown(token['id'])}, expected {index}"
        follows = text[end : end + 1]
        spaced = token["ws"] is True and follows == " " if whole else follows.isspace()
        if token["ws"] is not spaced:
            yield f"tokens[{index}].ws: found {_shown(token['ws'])}, expected {_shown(spaced)}"
        before = end + (whole and spaced)
    if whole and before != len(text):
        yield f"tokens: found them to end at {before}, expected {len(text)}: white space is a token, too"


def _token_field_problems(token: object, path: str) -> Iterator[str]:
    expected = ", ".join(_TOKEN_FIELDS)
    if not isinstance(token, dict):
        yield f"{path}: found {_shown(token)}, expected an object of {expected}"
        return
    yield from (f"{path}: found no {name}, expected one" for name in _TOKEN_FIELDS if name not in token)
    yield from (
        f"{path}: found the unknown key {_shown(name)}, expected {expected}"
        for name in token
        if name not in _TOKEN_FIELDS
    )


def _sentence_problems(sentences: list[dict[str, Any]], tokens: Segmentation) -> Iterator[str]:
    before = 0
    for index, sentence in enumerate(sentences):
        path, start, end = f"sentences[{index}]", sentence["start"], sentence["end"]
        found = (sentence["token_start"], sentence["token_end"])
        expected = tokens.exact(start, end) if start < end else None
        if start < before or expected is None:
            yield f"{path}: found {start}-{end}, expected a range of whole tokens from {before} on"
            return
        if found != expected:
            yield f"{path}.token_start: found {found[0]} to {found[1]}, expected {expected[0]} to {expected[1]}"
        before = end


def _span_problems(spans: list[dict[str, Any]], text: str, tokens: Segmentation) -> Iterator[str]:
    seen: set[str] = set()
    last = (-1, 0, "")
    for index, span in enumerate(spans):
        path = f"spans[{index}]"
        start, end = span["start"], span["end"]
        if not start < end <= len(text):
            yield f"{path}: found {start}-{end}, expected 0 ≤ start < end ≤ {len(text)}"
            continue
        if span["text"] != text[start:end]:
            yield f"{path}.text: found {_shown(span['text'])}, expected {_shown(text[start:end])}"
        first_last = tokens.exact(start, end) or (None, None)
        if (span["token_start"], span["token_end"]) != first_last:
            found = f"{_shown(span['token_start'])} to {_shown(span['token_end'])}"
            yield f"{path}.token_start: found {found}, expected {_shown(first_last[0])} to {_shown(first_last[1])}"
        if span["id"] in seen:
            yield f"{path}.id: found {_shown(span['id'])} again, expected each id once"
        seen.add(span["id"])
        soft = sum((span.get("soft_labels") or {}).values())
        if soft > 1 + _ROUNDED:
            yield f"{path}.soft_labels: found {_shown(span['soft_labels'])}, expected shares of 1 together or less"
        order = (start, -end, span["label"])
        if order < last:
            yield f"{path}: found {start}-{end} {span['label']}, expected spans ordered by start, longest first, label"
        last = order


def _relation_problems(relations: list[dict[str, Any]], spans: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    seen: set[str] = set()
    last = (-1, 0, "")
    for index, relation in enumerate(relations):
        path = f"relations[{index}]"
        if relation["id"] in seen:
            yield f"{path}.id: found {_shown(relation['id'])} again, expected each id once"
        seen.add(relation["id"])
        unknown = [end for end in ("head", "child") if relation[f"{end}_id"] not in spans]
        for end in unknown:
            yield f"{path}.{end}_id: found {_shown(relation[f'{end}_id'])}, expected the id of a span"
        if unknown:
            continue
        for end in ("head", "child"):
            yield from _end_problems(relation, end, spans[relation[f"{end}_id"]], path)
        order = (relation["head_span"]["start"], relation["child_span"]["start"], relation["label"])
        if order < last:
            yield f"{path}: found it out of order, expected relations ordered by head start, child start, label"
        last = order


def _cluster_problems(record: Mapping[str, Any], spans: Mapping[str, object]) -> Iterator[str]:
    """Yield the problems of clusters: their members, and relations of their labels that lead out of them."""
    for label, clusters in record.get("clusters", {}).items():
        of: dict[str, int] = {}
        for index, members in enumerate(clusters):
            path = f"clusters.{label}[{index}]"
            for member in members:
                if member not in spans:
                    yield f"{path}: found {_shown(member)}, expected the id of a span"
                if member in of:
                    yield f"{path}: found {_shown(member)} again, expected each span in one cluster"
                of.setdefault(member, index)
        for index, relation in enumerate(record["relations"]):
            ends = [of.get(relation[end]) for end in ("head_id", "child_id")]
            if relation["label"] == label and (None in ends or ends[0] != ends[1]):
                yield f"relations[{index}]: found its ends apart in clusters.{label}, expected them in one cluster"


def _all_attributes(record: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "document", record.get("document", {})
    for name in ("spans", "relations"):
        for index, item in enumerate(record[name]):
            if "attributes" in item:
                yield f"{name}[{index}].attributes", item["attributes"]


def _value_problems(path: str, attributes: Mapping[str, Any]) -> Iterator[str]:
    for name, value in attributes.items():
        problem = text_problem(name) or attribute_value_problem(value)
        if problem is not None:
            yield f"{path}.{name}: found {_shown(value)}, which {problem}"


def _end_problems(relation: dict[str, Any], end: str, span: dict[str, Any], path: str) -> Iterator[str]:
    if relation[end] != span["token_end"]:
        yield f"{path}.{end}: found {_shown(relation[end])}, expected {_shown(span['token_end'])}, the span's token_end"
    expected = {name: span[name] for name in ("start", "end", "token_start", "token_end", "label")}
    if relation[f"{end}_span"] != expected:
        yield f"{path}.{end}_span: found {_shown(relation[f'{end}_span'])}, expected {_shown(expected)}"


def _shown(value: object) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= _SHOWN else written[: _SHOWN - 1] + "…"
