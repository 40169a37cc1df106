"""What the lines around the text say while a document is annotated."""

from __future__ import annotations

from annotator.annotation import Relation, Span
from annotator.tui.key_prompt import KeyPrompt
from annotator.tui.layout.caret import Caret
from annotator.tui.widgets.status_line import StatusLine, training_prefix
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.description import quote


def show_header(
    bar: StatusLine, session: AnnotationSession, progress: dict[str, int], training: str, *, wide: bool
) -> None:
    """Say which document this is, its counts, how far the curator is, and what goes on in the background."""
    done, total = progress.get("done", 0), progress["total"]
    sign = {"done": " ✓ done", "skipped": " skipped"}.get(session.state, "")
    flag = " ⚑" if session.flagged else ""
    blind = " blind" if session.blind else ""
    counts = _counts(session, wide=wide)
    bar.show(
        (f" {session.document.key}", "bold"),
        (f"{sign}{flag}{blind}  {session.document.title}", ""),
        right=f"  {training_prefix(training)}{counts} · {done}/{total} done · {session.curator} ",
    )


def _counts(session: AnnotationSession, *, wide: bool) -> str:
    pending, own = len(session.layer.order.pending), session.content
    if wide:
        return f"{pending} to decide · {len(own.spans)} spans · {len(own.relations)} relations"
    return f"{pending}? {len(own.spans)}✓ {len(own.relations)}→"


def show_focus(
    bar: StatusLine, session: AnnotationSession, item_id: str | None, prompt: KeyPrompt | None, caret: Caret, where: str
) -> None:
    """Say what is asked, selected or in focus (``item_id``); else where the cursor is."""
    selection = caret.selection
    span = session.layer.span(item_id) if item_id else None
    relation = session.layer.relation(item_id) if item_id else None
    if prompt is not None:
        bar.show((f" {prompt.text} ", "alarm"), ("  esc cancels", "faint"))
    elif selection is not None:
        text = quote(session.document.text[slice(*selection)], 60)
        bar.show((" selected ", "bold"), (text, ""), ("  a label's key marks it", "faint"))
    elif span is not None:
        _show_span(bar, session, span)
    elif relation is not None:
        _show_relation(bar, session, relation)
    else:
        bar.show((f" {where}", "faint"))


def _show_span(bar: StatusLine, session: AnnotationSession, span: Span) -> None:
    pending = span.origin == "suggested"
    keys = "a accept · x reject" if pending else "[ ] { } · r relate · d delete"
    notes = [comment.text for comment in session.content.comments_on(span.id)]
    bar.show(
        (f" {span.label}{'?' if pending else ''} ", span.label),
        (quote(session.checks.text_of(span), 48), "bold"),
        (f"  {_source(span)}", "faint"),
        (f"  “{notes[0]}”" if notes else "", ""),
        right=f"  {keys} ",
    )


def _show_relation(bar: StatusLine, session: AnnotationSession, relation: Relation) -> None:
    head, child = session.layer.span(relation.head), session.layer.span(relation.child)
    assert head is not None
    assert child is not None
    pending = relation.origin == "suggested"
    keys = "a accept · x reject · r retype" if pending else "r retype · d delete"
    bar.show(
        (f" {quote(session.checks.text_of(head), 28)}", head.label),
        (f" ─{relation.label}{'?' if pending else ''}→ ", "bold"),
        (quote(session.checks.text_of(child), 28), child.label),
        (f"  {_source(relation)}", "faint"),
        right=f"  {keys} ",
    )


def _source(item: Span | Relation) -> str:
    """Where an item comes from, and how sure its suggester was."""
    if item.source is None:
        return "yours"
    score = "" if item.score is None else f" {item.score:.2f}"
    return f"{item.source}{score}"
