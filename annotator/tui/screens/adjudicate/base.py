"""What the adjudicate screen is made of: its widgets, the case in focus, and how decisions are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from annotator.annotation import Relation
from annotator.tui.screens.adjudicate.status_lines import tell_case, tell_gold, version_lines
from annotator.tui.screens.annotate.base import PANEL_FROM
from annotator.tui.screens.annotate.screen import AnnotateScreen
from annotator.tui.widgets.case_panel import CasePanel
from annotator.tui.widgets.label_bar import LabelBar
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.versions_bar import VersionsBar
from annotator.tui.widgets.versions_view import DisplayedCases, VersionsView
from annotator.workflow.adjudicating.cases import KINDS, Case, Kind, RelationCase, SpanCase
from annotator.workflow.adjudicating.hidden_names import shown_names
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.desk import Desk
from annotator.workflow.editing.layer_session import Outcome


class AdjudicateBase(AnnotateScreen, inherit_bindings=False):
    """Widgets and state of the adjudicate screen: the annotate screen on gold, with a case in focus."""

    session: GoldSession
    view: VersionsView
    panel: CasePanel

    def __init__(self, desk: Desk, session: GoldSession) -> None:
        super().__init__(desk, session)
        self.kind: Kind | None = None

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        palette = self.workbench.palette
        self.view = VersionsView(self.session, palette, self.workbench.mode)
        self.panel = CasePanel(self.session, palette)
        yield from self.with_notices(
            [
                StatusLine(palette, reverse=True, id="header"),
                Horizontal(self.view, self.panel, id="body"),
                LabelBar(self.session.scheme, palette),
                VersionsBar(palette, len(self.names)),
                StatusLine(palette, id="focus"),
                StatusLine(palette, id="message"),
                Input(id="entry", compact=True),
            ]
        )

    def begin(self) -> None:
        """Go to the first open case."""
        self._take_cases()
        first = next(iter(self.waiting()), None)
        self.show_case(first.id if first else None)
        self._say_default()
        notes = [
            f"{name}: “{comment.text}”"
            for curator, name in self.names.items()
            for comment in self.session.work.work[curator].comments.values()
            if comment.target is None
        ]
        if notes:
            self._say(f"on the document: {' · '.join(notes)}")

    @property
    def names(self) -> Mapping[str, str]:
        """Return what each curator is called, in the order of their numbers."""
        key, curators = self.session.document.key, self.session.work.work
        return shown_names(key, curators, hidden=self.workbench.hide_names)

    @property
    def case(self) -> Case | None:
        """Return the case in focus."""
        return self.session.find(self.session.case)

    # Cases

    def waiting(self) -> list[Case]:
        """Return the open cases of the kind that is walked, in the order of the walk."""
        return [case for case in self.session.open if self.kind in (None, case.kind)]

    def next_case(self, by: int) -> Case | None:
        """Return the next (or previous) open case from the focus or the cursor on, going round."""
        waiting = self.waiting()
        case = self.case
        here = case.place if case is not None else (self.caret.offset, -1)
        beyond = [c for c in waiting if (c.place > here if by > 0 else c.place < here)]
        beside = [c for c in waiting if case is not None and c.place == here and (c.id > case.id) == (by > 0)]
        found = [c for c in [*beside, *beyond] if c.id != self.session.case] or waiting
        if not found:
            return None
        order = sorted(found, key=lambda c: (c.place, c.id))
        return order[0 if by > 0 else -1]

    def show_case(self, identity: str | None) -> None:
        """Put a case in focus, and the cursor on it."""
        case = self.session.find(identity)
        self.drop_selection()
        self._look_at(case)
        self.session.focus = str(case.outcome[0]) if case is not None and case.outcome else None
        if case is not None:
            self.caret.go(case.range[0] if isinstance(case, SpanCase) else case.place[0])
        self._refresh_marks(walking=True)

    def action_clear(self) -> None:
        """Let go of selection, focus and case."""
        self.show_case(None)
        self._say_default()

    def _look_at(self, case: Case | None) -> None:
        """Take another case into view, and have both painted anew."""
        former = self.case
        self.session.case = case.id if case is not None else None
        self._take_cases()
        self.view.repaint([c.range for c in (former, case) if c is not None])

    def _show_focus(self, identity: str | None, *, follow: bool = True) -> None:
        """Put the focus on a gold item, or on the open case under the cursor, or on none."""
        there = identity if identity is not None and identity in self.session.layer else None
        found = self.session.case_of(there) if there is not None else self._case_at_caret()
        if found is None or found.id != self.session.case:
            self._look_at(found)
        super()._show_focus(there, follow=follow)

    def _case_at_caret(self) -> Case | None:
        if self.caret.selection is not None:
            return self.case  # what is marked over a case settles it
        at = self.caret.offset
        found = [c for c in self.session.open if isinstance(c, SpanCase) and c.range[0] <= at < c.range[1]]
        return found[0] if found else None

    def _take_cases(self) -> None:
        """Let the widgets show what is open now, and the case in focus."""
        shown = [c for c in self.session.open if isinstance(c, SpanCase)]
        case = self.case
        if isinstance(case, SpanCase) and case.settled is not None and len(set(case.versions.values())) > 1:
            shown.append(case)
        self.view.show_cases(DisplayedCases.of(list(self.names), shown))
        self.panel.show_cases([c for c in self.session.settlement.cases if self._is_listed(c)])

    def _is_listed(self, case: Case) -> bool:
        """Return whether the panel lists a case: of the kind that is walked, else all that was in dispute."""
        return case.kind == self.kind or (self.kind is None and (case.kind != "agreed" or case.settled != "agreement"))

    def _do(self, action: Callable[[], Outcome]) -> Outcome | None:
        """Carry a decision out and show what became of it."""
        before = {case.id: case for case in self.session.settlement.cases}
        outcome = super()._do(action)
        if outcome is not None:
            after = {case.id: case for case in self.session.settlement.cases}
            changed = [case for i, case in after.items() if before.pop(i, None) is not case]
            changed += before.values()
            self._take_cases()
            self.view.repaint([case.range for case in changed])
        return outcome

    def _recover(self) -> None:
        """Read everything anew, where another adjudicator or a curator was quicker."""
        super()._recover()
        self._take_cases()
        self.view.repaint_all()
        if self.case is None:
            self.session.case = None
        self._refresh_marks()

    # What is shown

    def _in_focus(self) -> frozenset[str]:
        """Return what is reversed: the case in focus and what stands by it."""
        case = self.case
        return super()._in_focus() | ({case.id} if case is not None else frozenset())

    def _focused_relations(self) -> list[Relation]:
        """Return the relations to draw: the versions of the case in focus, each with the numbers of who says so."""
        case = self.case
        if not isinstance(case, RelationCase):
            return super()._focused_relations()
        numbers: dict[str, list[str]] = {}
        said = {str(key): key for version in (*case.versions.values(), case.outcome) for key in version}
        for number, curator in enumerate(self.names, 1):
            for key in case.versions.get(curator, ()):
                numbers.setdefault(str(key), []).append(str(number))
        stands = {str(key) for key in case.outcome}
        return [
            Relation(i, str(key.head), str(key.child), key.label, "added" if i in stands else "suggested",
                     curator=",".join(numbers.get(i, ())) or None)
            for i, key in said.items()
        ]  # fmt: skip

    def _tell(self) -> None:
        """Say in the lines around the text what is in focus, and follow it in the panel."""
        self.query_one(LabelBar).display = self.caret.selection is not None  # else digits choose versions
        if self.panel.display:
            self.panel.follow(self.session.case)
        wide = self.size.width >= PANEL_FROM
        tell_gold(self.query_one("#header", StatusLine), self.session, wide=wide)
        self.query_one(VersionsBar).show_versions(version_lines(self.session, self.case, self.names))
        where = f"line {self.view.rows.row_of(self.caret.offset) + 1} of {len(self.view.rows)}"
        tell_case(self.query_one("#focus", StatusLine), self, where)

    def _say_default(self) -> None:
        if self.session.open:
            numbers = f"1–{len(self.names)}" if len(self.names) > 1 else "1"
            self._say(
                f"tab next · {numbers} choose · a what most say · x none · [ ] {{ }} edit · u undo · ? help", "faint"
            )
        else:
            self._say("nothing left to settle · space: this gold is complete · ? help", "faint")

    def kinds_present(self) -> list[Kind]:
        """Return the kinds of cases there are, open or not."""
        there = {case.kind for case in self.session.settlement.cases}
        return [kind for kind in KINDS if kind in there]
