"""Writing the lines of the workspace's own format one by one."""

from __future__ import annotations

from annotator.formats.jsonl import encode_record
from annotator.formats.record import LayerRecord
from annotator.formats.tokens import encode_tokens
from annotator.wording import Places


def write_record(record: LayerRecord) -> str:
    """Write the line of one layer, without the line break."""
    tokens = encode_tokens(record.document.text, record.document.tokens)
    return encode_record(record, tokens, Places()).decode("utf-8")
