"""The fields of a document beside its text, in formats that leave room for them."""

from __future__ import annotations

from typing import Any

from annotator.formats.json_values import Fields, parse_json
from annotator.formats.protocol import ForeignDocument, ForeignLayer
from annotator.text import Document

DOCUMENT_FIELDS = ("key", "lang", "title", "meta")
"""The names of the fields."""


def document_fields(document: Document) -> dict[str, Any]:
    """Collect the fields of a document."""
    return {"key": document.key, "lang": document.lang, "title": document.title, "meta": dict(document.meta)}


def foreign_document(
    fields: Fields, text: str, fallback: str, layers: tuple[ForeignLayer, ...], **more: Any
) -> ForeignDocument:
    """Build a foreign document from its fields, each of which may be missing."""
    meta = fields.optional("meta", dict, str)
    if isinstance(meta, str):
        meta = Fields.of(parse_json(meta, fields.where), fields.where, f"{fields.path}meta.").values
    return ForeignDocument(
        where=fields.where,
        text=text,
        fallback=fallback,
        layers=layers,
        key=fields.optional("key", str),
        lang=fields.optional("lang", str),
        title=fields.optional("title", str),
        meta=meta or {},
        **more,
    )
