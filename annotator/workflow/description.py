"""Sentences about steps, for messages and for ``annotator history``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from annotator.history import FOLLOWING, Op, Record, dumps


def quote(text: str, limit: int = 40) -> str:
    """Return a piece of text in quotes, on one line, inert and shortened to ``limit`` code points."""
    shown = "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
    return f"“{shown if len(shown) <= limit else shown[: limit - 1].rstrip() + '…'}”"


def describe_ops(action: str, ops: Iterable[Op], text: str) -> str:
    """Return what a step did, in a few words: the action and what it touched."""
    ops = list(ops)
    decisions = [op for op in ops if op.table == "ruling" and (op.now or op.was or {})["settled"] == "adjudicator"]
    if decisions and action not in FOLLOWING:
        return f"{action} {_decisions([op.now or op.was or {} for op in decisions], text)}"
    spans = [op for op in ops if op.table == "span"]
    relations = [op for op in ops if op.table == "relation"]
    verdicts = [op for op in ops if op.table == "verdict" and op.now is not None]
    if action == "delete" and spans:
        return f"{action} {_span(spans[-1].was or {}, text)}"
    if action in ("accept all", "reject all", "label everywhere", *FOLLOWING) or len(spans) > 2:
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


def _decisions(rulings: list[Record], text: str) -> str:
    """Return what an adjudicator decided, and what each curator had said."""
    places = {dumps(ruling["versions"]): ruling for ruling in rulings}
    if len(places) > 1:
        return f"({len(places)} decisions)"
    (ruling,) = places.values()
    came = sorted({words for r in rulings if (words := _outcome(r, text)) is not None})
    told = versions_in_words(ruling["kind"], ruling["versions"], text)
    return f"{', '.join(came) or 'nothing'}" + (f" ({told})" if told else "")


def versions_in_words(kind: str, versions: Mapping[str, Any], text: str) -> str:
    """Return who said what, those who said the same together."""
    said: dict[str, list[str]] = {}
    for curator, version in versions.items():
        words = ", ".join(claim_in_words(kind, content, text) for content in version) or "nothing"
        said.setdefault(words, []).append(curator)
    return "; ".join(f"{', '.join(curators)}: {words}" for words, curators in said.items())


def claim_in_words(kind: str, content: Any, text: str) -> str:
    """Return what somebody said is there, from its JSON value."""
    if kind == "span":
        start, end, label = content
        return f"{label} {quote(text[start:end])}"
    head, child, label = content
    return f"{quote(text[head[0] : head[1]], 24)} {label} → {quote(text[child[0] : child[1]], 24)}"


def _outcome(ruling: Record, text: str) -> str | None:
    if ruling.get("outcome") is None:
        return None
    if ruling["kind"] == "span":
        return claim_in_words("span", ruling["outcome"], text)
    (head, child, _), (label, turned) = ruling["claim"], ruling["outcome"]
    return claim_in_words("relation", [child, head, label] if turned else [head, child, label], text)


def _suggestion(decision: Record, text: str) -> str:
    if decision["kind"] == "relation":
        return str(decision["label"])
    start, end, label = decision["original"]
    return f"{label} {quote(text[start:end])}"


def _counts(ops: list[Op]) -> str:
    tables = Counter(op.table for op in ops)
    kinds = [("span", "spans"), ("relation", "relations"), ("verdict", "verdicts"), ("comment", "comments")]
    return ", ".join(f"{tables[t]} {t if tables[t] == 1 else many}" for t, many in kinds if tables[t])
