"""Entities by rules: from a document that was read to the spans to suggest."""
