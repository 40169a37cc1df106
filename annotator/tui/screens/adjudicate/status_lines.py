"""The header, the focus line and the version lines of the adjudicate screen."""

from __future__ import annotations

from collections.abc import Mapping

from annotator.annotation import Annotations, Relation, RelationKey, Span, SpanKey
from annotator.tui.key_prompt import KeyPrompt
from annotator.tui.layout.attribute_marks import value_with_names
from annotator.tui.layout.caret import Caret
from annotator.tui.layout.cutting import quote_within
from annotator.tui.layout.palette import RETIRED
from annotator.tui.screens.adjudicate.case_walk import CaseWalk
from annotator.tui.screens.document.focus_line import show_prompt_or_selection
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.versions_bar import VersionLine
from annotator.wording import plural
from annotator.workflow.adjudicating.attributes import value_from, version_text
from annotator.workflow.adjudicating.cases import AttributeCase, Case, RelationCase, SpanCase
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.annotating.entry_search import EntrySearch
from annotator.workflow.description import attribute_in_words, item_in_words, one_line

SHORT_CELLS = 26
"""Cells for the text of one of several spans of a version."""


def show_header(bar: StatusLine, session: GoldSession, *, wide: bool) -> None:
    """Show the document, whether its gold is complete, and how many cases are open, settled and agreed."""
    counts = session.gold.parts.counts
    agreed = counts["agreement"] + counts["majority"]
    sign = " ★ complete" if session.state == "done" else ""
    flag = " ⚑" if session.flagged else ""
    still_open, retired = len(session.gold.open), session.gold.parts.retired
    if wide:
        waiting = f"{still_open} open{f' ({retired} retired)' if retired else ''}"
        counted = f"{waiting} · {counts['adjudicator']} settled · {agreed} agreed"
    else:
        waiting = f"{still_open}?{f' {retired}{RETIRED}' if retired else ''}"
        counted = f"{waiting} {counts['adjudicator']}✓ {agreed}="
    bar.show(
        (f" {session.document.key}", "bold"),
        (f" gold{sign}{flag}  {session.document.title}", ""),
        right=f"  {counted} · {session.curator} ",
    )


def show_focus(
    bar: StatusLine,
    session: GoldSession,
    case: Case | None,
    walk: CaseWalk,
    prompt: KeyPrompt | None,
    caret: Caret,
    cursor_line: str,
) -> None:
    """Show the open question, else the selection, else the case in focus, else the line of the cursor."""
    if show_prompt_or_selection(bar, prompt, caret, session.document):
        return
    if case is None:
        waiting = session.gold.parts.waiting_relations
        wait = f" · {plural(waiting, 'relation waits', 'relations wait')} for their spans" if waiting else ""
        still_open = len(session.gold.open)
        right = f" {plural(still_open, 'conflict')} open · tab " if still_open else nothing_left(session)
        bar.show((f" {cursor_line}{wait}", "faint"), right=right)
    elif case.settled is None:
        _show_open_case(bar, session, case, walk)
    else:
        _show_settled_case(bar, session, case)


def nothing_left(session: GoldSession) -> str:
    """What ``space`` does once nothing is open."""
    complete = session.state == "done"
    return f" nothing left to settle · space: {'next document' if complete else 'this gold is complete'} "


def _show_open_case(bar: StatusLine, session: GoldSession, case: Case, walk: CaseWalk) -> None:
    cases = walk.open_cases()
    only = f" {walk.kind}" if walk.kind else ""
    place = cases.place(case)
    count = f"{len(cases)}{only} open" if place is None else f"{place + 1} of {len(cases)}{only} open"
    reason = session.retirement(case)
    why = (f"  {reason}", "retired") if reason else ("", "")
    keys = " = another label " if not reason else " x none " if isinstance(case, RelationCase) else " = label · x none "
    if isinstance(case, AttributeCase):
        keys = " ' another value · x none "
    about = f" {_subject(session, case)}"
    bar.show(
        (f" {case.kind} ", "alarm"), (f" {count}", ""), (about, ""), why, (_notes(session, case), ""), keys=keys
    )  # fmt: skip


def _subject(session: GoldSession, case: Case) -> str:
    """What an open case is about, where that is not to be seen in the text: an attribute; else nothing."""
    if not isinstance(case, AttributeCase):
        return ""
    text = session.document.text
    return f"{case.name} of {'the document' if case.item is None else item_in_words(case.item, text)}"


def _show_settled_case(bar: StatusLine, session: GoldSession, case: Case) -> None:
    assert case.settled is not None
    how = {"agreement": "agreed", "majority": "most say so", "adjudicator": "settled"}[case.settled]
    text = session.document.text
    if isinstance(case, AttributeCase):
        outcome = attribute_in_words(case.name, version_text(case.outcome), case.item, text)
    else:
        outcome = ", ".join(item_in_words(key, text) for key in case.outcome) or "nothing here"
    bar.show(
        (f" {how}: ", "bold"), (outcome, ""), (f"  {case.kind}", "faint"), (_notes(session, case), ""),
        right=" a number settles it anew " if session.gold.open else nothing_left(session),
    )  # fmt: skip


def _notes(session: GoldSession, case: Case) -> str:
    """The adjudicator's own comment on a case."""
    notes = [comment.text for comment in session.content.comments_on(case.id)]
    return f"  “{notes[0]}”" if notes else ""


def version_lines(
    session: GoldSession, case: Case | None, names: Mapping[str, str], entries: EntrySearch
) -> list[VersionLine]:
    """A line for each curator: their version, or without a case their comment on the document."""
    if isinstance(case, AttributeCase):
        return [_attribute_line(session, case, curator, name, entries) for curator, name in names.items()]
    contents = session.around(case).contents if case is not None else {}
    return [_version_line(session, case, contents.get(curator), curator, name) for curator, name in names.items()]


def _version_line(
    session: GoldSession,
    case: SpanCase | RelationCase | None,
    content: Annotations | None,
    curator: str,
    name: str,
) -> VersionLine:
    """A curator's version, whose own items are in ``content``; without a case, their work and comment."""
    work = session.gold.work.work[curator]
    if case is None or content is None:
        comments = [c.text for c in work.comments.values() if c.target is None]
        size = f"{plural(len(work.content.spans), 'span')}, {plural(len(work.content.relations), 'relation')}"
        return VersionLine(name, "", size, comment=" · ".join(comments))
    version = case.versions.get(curator, ())
    items = _items(content, case, curator)
    ids = {item.id for item in items}
    comments = [c.text for c in work.comments.values() if c.target in ids]
    stands = case.settled is not None and tuple(version) == case.outcome
    if not version:
        return VersionLine(name, "", "nothing", comment=" · ".join(comments), stands=stands)
    only = version[0] if len(version) == 1 else None
    label = only.label if isinstance(only, SpanKey) else ""
    document_text = session.document.text
    if isinstance(only, SpanKey):
        text = f"“{one_line(document_text[only.start : only.end])}”"
    else:
        text = ", ".join(_in_short(key, document_text) for key in version)
    retired = session.version_problem(case, version) is not None
    return VersionLine(name, label, text, _note(items), " · ".join(comments), stands, retired)


def _attribute_line(
    session: GoldSession, case: AttributeCase, curator: str, name: str, entries: EntrySearch
) -> VersionLine:
    """What a curator says of an attribute; who does not have the item says nothing of it."""
    if curator not in case.versions:
        return VersionLine(name, "", "does not have it")
    version = case.versions[curator]
    stands = case.settled is not None and version == case.outcome
    retired = session.version_problem(case, version) is not None
    attribute, value = session.scheme.attributes.get(case.name), version_text(version)
    if attribute is None or attribute.catalog is None or not version:
        return VersionLine(name, "", f"{case.name}: {value or 'nothing'}", stands=stands, retired=retired)
    value = value_with_names(attribute, value_from(attribute, version), entries.name)
    about = ", ".join(filter(None, (entries.about(attribute, str(entry)) for entry in version)))
    return VersionLine(name, "", f"{case.name}: {value}", about, stands=stands, retired=retired)


def _in_short(key: SpanKey | RelationKey, text: str) -> str:
    """One of several spans of a version, or a relation, in words."""
    if isinstance(key, SpanKey):
        return f"{key.label} {quote_within(text[key.start : key.end], SHORT_CELLS)}"
    return item_in_words(key, text)


def _items(content: Annotations, case: SpanCase | RelationCase, curator: str) -> list[Span | Relation]:
    """A curator's own items that are their version of a case."""
    if isinstance(case, RelationCase):
        return [r for r in content.relations.values() if content.relation_key(r) in case.claims]
    version = case.versions.get(curator, ())
    return [span for span in content.spans.values() if span.key in version]


def _note(items: list[Span | Relation]) -> str:
    """How a version came to be: a suggestion taken as it was or corrected, or the curator's own."""
    notes = [f"{i.origin}{'' if i.source is None else f' {i.source}'}" + ("" if i.score is None else f" {i.score:.2f}")
             for i in items[:1]]  # fmt: skip
    return " ".join(notes)
