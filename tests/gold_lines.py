"""Writing the lines of the workspace's own format one by one."""

from __future__ import annotations

import json
from collections.abc import Collection

from annotator.formats.jsonl import encode_record
from annotator.formats.record import OLD_SCHEMA, LayerRecord
from annotator.formats.tokens import encode
from annotator.tokenization import tokenize
from annotator.wording import Places


def write_record(record: LayerRecord, equivalences: Collection[str] = ()) -> str:
    """Write the line of one layer, without the line break."""
    document = record.document
    encoded = encode(document.text, document.tokens, document.sentences)
    return encode_record(record, encoded, Places(), equivalences).decode("utf-8")


def as_first_version(line: str) -> str:
    """Write a line as version 1 of the format did: without sentences, and without tokens of white space."""
    record = json.loads(line)
    del record["sentences"]
    record["schema"] = OLD_SCHEMA
    text = record["text"]
    kept = [token for token in record["tokens"] if tokenize(token["text"], record["lang"])]
    number = {token["id"]: place for place, token in enumerate(kept)}
    for token in kept:
        token.update(id=number[token["id"]], ws=text[token["end"] : token["end"] + 1].isspace())
    ends = [relation[end] for relation in record["relations"] for end in ("head_span", "child_span")]
    for place in (*record["spans"], *ends):
        numbers = [number.get(place[name]) for name in ("token_start", "token_end")]
        place["token_start"], place["token_end"] = numbers if None not in numbers else (None, None)
    for relation in record["relations"]:
        relation["head"], relation["child"] = (relation[end]["token_end"] for end in ("head_span", "child_span"))
    return json.dumps({**record, "tokens": kept}, ensure_ascii=False, separators=(",", ":"))
