"""What the lines around the text say while a document is adjudicated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from annotator.annotation import Relation, RelationKey, Span, SpanKey
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.versions_bar import VersionLine
from annotator.workflow.adjudicating.cases import Case, RelationCase
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.description import item_in_words, quote

if TYPE_CHECKING:
    from annotator.tui.screens.adjudicate.base import AdjudicateBase


def tell_gold(bar: StatusLine, session: GoldSession, *, wide: bool) -> None:
    """Say which document this is, how much is open and settled, and who is still at it."""
    counts = Counter(case.settled for case in session.settlement.cases)
    by_itself = counts["agreement"] + counts["majority"]
    sign = " ★ complete" if session.state == "done" else ""
    flag = " ⚑" if session.flagged else ""
    if wide:
        told = f"{counts[None]} open · {counts['adjudicator']} settled · {by_itself} agreed"
    else:
        told = f"{counts[None]}? {counts['adjudicator']}✓ {by_itself}="
    bar.show(
        (f" {session.document.key}", "bold"),
        (f" gold{sign}{flag}  {session.document.title}", ""),
        right=f"  {told} · {session.curator} ",
    )


def tell_case(bar: StatusLine, screen: AdjudicateBase, where: str) -> None:
    """Say what is asked or selected, else which case is in focus, else where the cursor is."""
    session, prompt, selection = screen.session, screen.prompt, screen.caret.selection
    case = screen.case
    if prompt is not None:
        bar.show((f" {prompt.text} ", "alarm"), ("  esc cancels", "faint"))
    elif selection is not None:
        text = quote(session.document.text[slice(*selection)], 60)
        bar.show((" selected ", "bold"), (text, ""), ("  a label's key marks it", "faint"))
    elif case is not None:
        _tell_case(bar, screen, case)
    else:
        waiting = (
            f" · {session.settlement.waiting} relations wait for their spans" if session.settlement.waiting else ""
        )
        bar.show((f" {where}{waiting}", "faint"))


def _tell_case(bar: StatusLine, screen: AdjudicateBase, case: Case) -> None:
    session = screen.session
    waiting = screen.waiting()
    only = f" {screen.kind}" if screen.kind else ""
    if case.settled is None:
        number = next((i for i, c in enumerate(waiting, 1) if c.id == case.id), None)
        count = f"{number} of {len(waiting)}{only}" if number else f"{len(waiting)}{only} open"
        bar.show((f" {case.kind} ", "alarm"), (f" {count}", ""), (_notes(session, case), ""), right=" = another label ")
        return
    how = {"agreement": "agreed", "majority": "most say so", "adjudicator": "settled"}[case.settled]
    said = ", ".join(in_words(session, key) for key in case.outcome) or "nothing here"
    bar.show(
        (f" {how}: ", "bold"), (said, ""), (f"  {case.kind}", "faint"), (_notes(session, case), ""),
        right=" a number settles it anew ",
    )  # fmt: skip


def _notes(session: GoldSession, case: Case) -> str:
    """Return the adjudicator's own comment on a case."""
    notes = [c.text for c in session.layer.comments.values() if c.target == case.id]
    return f"  “{notes[0]}”" if notes else ""


def version_lines(session: GoldSession, case: Case | None, names: Mapping[str, str]) -> list[VersionLine]:
    """Return a line for each curator: their version, or without a case their comment on the document."""
    return [_version_line(session, case, curator, name) for curator, name in names.items()]


def _version_line(session: GoldSession, case: Case | None, curator: str, name: str) -> VersionLine:
    work = session.work.work[curator]
    if case is None:
        comments = [c.text for c in work.comments.values() if c.target is None]
        size = f"{len(work.content.spans)} spans, {len(work.content.relations)} relations"
        return VersionLine(name, "", size, comment=" · ".join(comments))
    version = case.versions.get(curator, ())
    items = _items(session, case, curator)
    ids = {item.id for item in items}
    comments = [c.text for c in work.comments.values() if c.target in ids]
    stands = case.settled is not None and tuple(version) == case.outcome
    if not version:
        return VersionLine(name, "", "nothing", comment=" · ".join(comments), stands=stands)
    only = version[0] if len(version) == 1 else None
    label = only.label if isinstance(only, SpanKey) else ""
    said = (
        quote(_text(session, only), 48)
        if isinstance(only, SpanKey)
        else ", ".join(in_words(session, key) for key in version)
    )
    return VersionLine(name, label, said, _note(items), " · ".join(comments), stands)


def _items(session: GoldSession, case: Case, curator: str) -> list[Span | Relation]:
    """Return a curator's own items that are their version of a case."""
    content = session.around(case).contents[curator]
    if isinstance(case, RelationCase):
        return [r for r in content.relations.values() if content.relation_key(r) in case.claims]
    version = case.versions.get(curator, ())
    return [span for span in content.spans.values() if span.key in version]


def _note(items: list[Span | Relation]) -> str:
    """Return how a version came to be: a suggestion taken as it was or corrected, or the curator's own."""
    notes = [f"{i.origin}{'' if i.source is None else f' {i.source}'}" + ("" if i.score is None else f" {i.score:.2f}")
             for i in items[:1]]  # fmt: skip
    return " ".join(notes)


def in_words(session: GoldSession, key: SpanKey | RelationKey) -> str:
    """Return a span or relation in words."""
    return item_in_words(key, session.document.text)


def _text(session: GoldSession, key: SpanKey) -> str:
    return session.document.text[key.start : key.end]
