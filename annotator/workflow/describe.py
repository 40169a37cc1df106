"""Sentences about steps, for messages and for ``annotator history``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from annotator.history import Op, Record


def quote(text: str, limit: int = 40) -> str:
    """Return a piece of text in quotes, on one line, inert and shortened to ``limit`` code points."""
    shown = "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
    return f"“{shown if len(shown) <= limit else shown[: limit - 1].rstrip() + '…'}”"


def describe_ops(action: str, ops: Iterable[Op], text: str) -> str:
    """Return what a step did, in a few words: the action and what it touched."""
    ops = list(ops)
    spans = [op for op in ops if op.table == "span"]
    relations = [op for op in ops if op.table == "relation"]
    verdicts = [op for op in ops if op.table == "verdict" and op.now is not None]
    if action == "delete" and spans:
        return f"{action} {_span(spans[-1].was or {}, text)}"
    if action in ("accept all", "reject all", "label everywhere") or len(spans) > 2:
        return f"{action} ({_counts(ops)})"
    for op in [*spans[:1], *relations[:1]] if action not in ("relate", "retype") else relations[:1]:
        content = op.now or op.was or {}
        what = _span(content, text) if op.table == "span" else str(content["label"])
        return f"{action} {what}"
    if verdicts and verdicts[0].now is not None:
        return f"{action} {_suggestion(verdicts[0].now, text)}" if len(verdicts) == 1 else f"{action} ({_counts(ops)})"
    return action


def _span(content: Record, text: str) -> str:
    return f"{content['label']} {quote(text[content['start'] : content['end']])}"


def _suggestion(decision: Record, text: str) -> str:
    if decision["kind"] == "relation":
        return str(decision["label"])
    start, end, label = decision["original"]
    return f"{label} {quote(text[start:end])}"


def _counts(ops: list[Op]) -> str:
    tables = Counter(op.table for op in ops)
    kinds = [("span", "spans"), ("relation", "relations"), ("verdict", "verdicts"), ("comment", "comments")]
    return ", ".join(f"{tables[t]} {t if tables[t] == 1 else many}" for t, many in kinds if tables[t])
