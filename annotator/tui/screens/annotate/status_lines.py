"""The header and the focus line of the annotate screen."""

from __future__ import annotations

from rich.cells import cell_len

from annotator.annotation import Relation, Span
from annotator.labels.retired import Reason
from annotator.tui.key_prompt import KeyPrompt
from annotator.tui.layout.attribute_marks import EntryName, attribute_words
from annotator.tui.layout.caret import Caret
from annotator.tui.layout.cutting import quote_together, quote_within
from annotator.tui.layout.palette import RETIRED
from annotator.tui.layout.signs import score_text, signed_label
from annotator.tui.screens.document.focus_line import show_prompt_or_selection
from annotator.tui.widgets.status_line import StatusLine, training_prefix
from annotator.wording import plural
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.annotating.split_labels import new_labels

ROOM_FOR_ALL_KEYS = 100
"""Cells of a focus line that has room for all keys beside the place in a walk."""
LEAST_ROOM = 24
"""Cells that the names in the focus line have at least."""


def show_header(
    bar: StatusLine, session: AnnotationSession, progress: dict[str, int], training: str, *, wide: bool
) -> None:
    """Show the document, its counts, the curator's progress, and the state of the training in the background."""
    done, total = progress.get("done", 0), progress["total"]
    sign = (
        {"done": " ✓ done", "skipped": " skipped"}.get(session.state, "") if session.returned is None else " ↩ returned"
    )
    flag = " ⚑" if session.flagged else ""
    if session.updates is not None and session.updates.is_behind:
        training = "suggestions follow"
    blind = " blind" if session.blind else ""
    counts = _counts(session, wide=wide)
    bar.show(
        (f" {session.document.key}", "bold"),
        (f"{sign}{flag}{blind}  {session.document.title}", ""),
        right=f"  {training_prefix(training)}{counts} · {done}/{total} done · {session.curator} ",
    )


def _counts(session: AnnotationSession, *, wide: bool) -> str:
    pending, content = len(session.layer.order.pending), session.content
    groups, relations = len(content.groups), len(content.relations) - len(content.groups.links)
    if wide:
        retired = f"{len(content.retired)} retired · " if content.retired else ""
        items = f"{plural(len(content.spans), 'span')} · {plural(relations, 'relation')}"
        together = f" · {plural(groups, 'group')}" if groups else ""
        return f"{pending} to decide · {retired}{items}{together}"
    retired = f" {len(content.retired)}{RETIRED}" if content.retired else ""
    together = f" {groups}=" if groups else ""
    return f"{pending}?{retired} {len(content.spans)}✓ {relations}→{together}"


def show_focus(
    bar: StatusLine,
    session: AnnotationSession,
    item_id: str | None,
    prompt: KeyPrompt | None,
    caret: Caret,
    cursor_line: str,
    place: str,
    entry_name: EntryName,
) -> None:
    """Show the open question, else the selection, else the item in focus, else the line of the cursor.

    Where a span is in focus and something is selected, as what was searched for, both are shown: keys act on the span.

    ``place`` says where the item stands in a walk or in what the panel lists, while there is either; ``entry_name``
    names the entries of catalogs.
    """
    span = session.layer.span(item_id) if item_id else None
    is_found = prompt is None and span is not None and caret.selection is not None
    if not is_found and show_prompt_or_selection(bar, prompt, caret, session.document):
        return
    relation = session.layer.relation(item_id) if item_id else None
    place = place or (_selected(session, span, caret) if is_found else "")
    place = f" {place} " if place else ""
    if span is not None:
        _show_span(bar, session, span, place, entry_name)
    elif relation is not None:
        _show_relation(bar, session, relation, place, entry_name)
    else:
        bar.show((place, "alarm"), (f" {cursor_line}", "faint"))


def _selected(session: AnnotationSession, span: Span | None, caret: Caret) -> str:
    """What is selected, where that is not the whole span in focus."""
    if caret.selection is None or span is None or caret.selection == (span.start, span.end):
        return "selected"
    start, end = caret.selection
    return f"selected {quote_within(session.document.text[start:end], 20)} in"


def _show_span(bar: StatusLine, session: AnnotationSession, span: Span, place: str, entry_name: EntryName) -> None:
    reason = session.layer.retirement(span.id)
    if reason is not None:
        keys = "[ ] { } move" if reason.kind == "overlap" else "label key relabels"
        keys = _mending(session, span.id, reason) or keys
        _show_retired(bar, span, quote_within(session.checks.text_of(span), 24), reason, keys)
        return
    told = _told(session, span, entry_name)
    keys = _keys(bar, session, span, "[ ] { } · r relate · d delete", place or told)
    label = f" {signed_label(session.layer, span, brief=True)} "
    cells = _room(bar, place, label, keys, told, _needed_score(session, span, place))
    name = quote_within(session.checks.text_of(span), min(48, cells))
    room = bar.size.width - sum(map(cell_len, (place, label, keys, name, told))) - 1
    notes = [comment.text for comment in session.content.comments_on(span.id)]
    bar.show(
        (place, "alarm"),
        (label, span.label),
        (name, "bold"),
        *([(told, "")] if told else []),
        (f"  {_source(session, span, room - 2)}", "faint"),
        (f"  “{notes[0]}”" if notes else "", ""),
        keys=keys,
    )


def _show_relation(
    bar: StatusLine, session: AnnotationSession, relation: Relation, place: str, entry_name: EntryName
) -> None:
    head, child = session.layer.span(relation.head), session.layer.span(relation.child)
    assert head is not None
    assert child is not None
    texts = session.checks.text_of(head), session.checks.text_of(child)
    reason = session.layer.retirement(relation.id)
    if reason is not None:
        ends = " → ".join(quote_within(text, 16) for text in texts)
        _show_retired(bar, relation, ends, reason, _mending(session, relation.id, reason) or "r retype")
        return
    told = _told(session, relation, entry_name)
    keys = _keys(bar, session, relation, "r retype · d delete", place or told)
    label = f" ─{signed_label(session.layer, relation, brief=True)}→ "
    cells = _room(bar, place, label, keys, told, _needed_score(session, relation, place))
    names = quote_together(texts, min(56, cells))
    room = bar.size.width - sum(map(cell_len, (place, label, keys, told, *names))) - 2
    bar.show(
        (place, "alarm"),
        (f" {names[0]}", head.label),
        (label, "bold"),
        (names[1], child.label),
        *([(told, "")] if told else []),
        (f"  {_source(session, relation, room - 2)}", "faint"),
        keys=keys,
    )


def _told(session: AnnotationSession, item: Span | Relation, entry_name: EntryName) -> str:
    """What is set of an item's attributes, with the names of entries, and how many mentions are one with it."""
    known = session.scheme.attributes_of(item.label) if item.attributes else []
    told = attribute_words(known, item.attributes, entry_name)
    groups = session.content.groups
    told += [f"one of {len(groups.members(number))}" for number in groups.numbers_of(item.id)]
    return f"  {' · '.join(told)}" if told else ""


def _room(bar: StatusLine, *others: str) -> int:
    """The cells that are left for names beside other texts and a blank."""
    return max(LEAST_ROOM, bar.size.width - sum(map(cell_len, others)) - 1)


def _keys(bar: StatusLine, session: AnnotationSession, item: Span | Relation, for_own: str, place: str) -> str:
    """The keys that act on an item in focus; where a place takes room, only those that this item has beyond others."""
    pending = item.origin == "suggested"
    plus_is_free = session.scheme.entity_for_key("+") is None
    alike = session.layer.suggestions.count_alike(item.id) if pending and plus_is_free else 0
    keys = [f"+ accepts all {alike}"] if alike > 1 else []
    if not place or bar.size.width >= ROOM_FOR_ALL_KEYS:
        keys.append("a accept · x reject" if pending else for_own)
        keys += ["' attributes"] if session.scheme.attributes_of(item.label) else []
    return f"  {' · '.join(keys)} " if keys else ""


def _mending(session: AnnotationSession, item_id: str, reason: Reason) -> str:
    """The keys that mend an item whose attribute is retired, or whose label was split; of others none."""
    if reason.kind in ("attribute", "holder", "value") and session.scheme.attributes:
        return "' - takes it away"
    return "" if reason.kind == "overlap" else _new_labels(session, item_id)


def _new_labels(session: AnnotationSession, item_id: str) -> str:
    """The keys of the labels that took the place of one that was split; ``a`` takes the first."""
    names, entities = new_labels(session.content, item_id), session.scheme.entities
    keys = [f"a {name}" for name in names[:1]]
    if item_id in session.content.spans:
        keys += [f"{entities[name].key} {name}" for name in names[1:]]
    elif names[1:]:
        keys.append("r another")
    return " · ".join(keys)


def _show_retired(bar: StatusLine, item: Span | Relation, text: str, reason: Reason, keys: str) -> None:
    """Show an item that the label scheme no longer allows: why, and the keys that mend it."""
    bar.show(
        (f" {item.label}{RETIRED} ", "retired"), (text, "bold"), (f"  {reason.text}", ""), keys=f"  {keys} · d delete "
    )


def _needed_score(session: AnnotationSession, item: Span | Relation, place: str) -> str:
    """The score for which names give way: that of a suggestion, or in a review, because a verdict depends on it."""
    return f"  {score_text(session.layer, item)} " if item.origin == "suggested" or place else ""


def _source(session: AnnotationSession, item: Span | Relation, room: int) -> str:
    """The source of an item with its score, the score alone, or nothing, as there is room."""
    score = score_text(session.layer, item)
    whole = "yours" if item.source is None else f"{item.source} {score}".rstrip()
    return next((text for text in (whole, score) if cell_len(text) <= room), "")
