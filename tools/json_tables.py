"""Write the tables of fields in docs/json.md from the JSON Schemas of what commands print.

python -m tools.json_tables
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import Any

from annotator.reports.schemas import GOLD, schema_names, schema_text

PAGE = Path(__file__).resolve().parent.parent / "docs" / "json.md"
BEGIN, END = "<!-- fields: python -m tools.json_tables -->\n", "<!-- end of the fields -->"
ELSEWHERE = {GOLD: "formats.md#gold-jsonl", "agreement": "agreement.md"}
"""Schemas whose fields another page explains."""
_SCALARS = {"integer": "number", "number": "number", "string": "text", "boolean": "true, false"}


def resolved(schema: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """Return a value of the schema, or what it refers to, with its own description."""
    found = value
    while "$ref" in found:
        found = {**schema["$defs"][found["$ref"].rpartition("/")[2]], **{k: v for k, v in found.items() if k != "$ref"}}
    return found


def shape(schema: dict[str, Any], value: dict[str, Any]) -> str:
    """Write what stands there: ``number``, ``[text]``, ``{document, start, end}``; ``…`` stands for any key."""
    value = resolved(schema, value)
    if "const" in value or "enum" in value:
        return ", ".join("null" if one is None else str(one) for one in value.get("enum", [value.get("const")]))
    if "anyOf" in value:
        return " or ".join(dict.fromkeys(shape(schema, one) for one in value["anyOf"]))
    kinds = value.get("type", ["any"])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return " or ".join(_shape_of_kind(schema, value, kind) for kind in kinds)


def _shape_of_kind(schema: dict[str, Any], value: dict[str, Any], kind: str) -> str:
    if kind == "array":
        inner = value.get("prefixItems") or [value["items"]]
        return f"[{', '.join(shape(schema, one) for one in inner)}]"
    if kind != "object":
        return _SCALARS.get(kind, kind)
    named = [
        f"{name}: {shape(schema, one)}" if _is_composite(schema, one) else name
        for name, one in value.get("properties", {}).items()
    ]
    more = value.get("additionalProperties")
    return "{" + ", ".join([*named, *([f"…: {shape(schema, more)}"] if isinstance(more, dict) else [])]) + "}"


def _is_composite(schema: dict[str, Any], value: dict[str, Any]) -> bool:
    return any(mark in shape(schema, value) for mark in "[{")


def tables(schema: dict[str, Any], value: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a table of an object's fields, or of what a list holds; one for each variant."""
    value = resolved(schema, value)
    if "anyOf" in value:
        for one in value["anyOf"]:
            yield from tables(schema, one)
    elif value.get("type") == "array":
        yield from tables(schema, {"description": value.get("description", ""), **resolved(schema, value["items"])})
    elif "properties" in value:
        said = value.get("description", "")
        yield from [fill(said, 120), ""] if said else []
        yield from ("| field | value | meaning |", "|---|---|---|")
        for name, one in value["properties"].items():
            meaning = " ".join(resolved(schema, one).get("description", "").split())
            yield f"| `{name}` | {shape(schema, one)} | {meaning} |"
        yield ""


def section(name: str) -> str:
    """Return the heading and the tables of a schema."""
    schema = json.loads(schema_text(name))
    is_list = ", a list" if schema.get("type") == "array" else ""
    lines = [f"### {name}", "", f"`{schema['title']}`{is_list}", ""]
    if name in ELSEWHERE:
        page = ELSEWHERE[name].partition("#")[0]
        return "\n".join([*lines, f"[{page}]({ELSEWHERE[name]}) explains the fields.", ""])
    return "\n".join([*lines, *tables(schema, schema)])


def page_with_tables(text: str) -> str:
    """Return the page with the tables put between its marks."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{chr(10).join(section(name) for name in schema_names())}\n{END}{rest.partition(END)[2]}"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page_with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
