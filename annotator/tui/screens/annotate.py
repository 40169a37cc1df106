"""The annotate screen: one article, its suggestions, and the keys that decide them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from annotator.annotation import Relation, Span
from annotator.labels import RelationType
from annotator.text import Segment
from annotator.tui.caret import Caret
from annotator.tui.find import fold, occurrence
from annotator.tui.hints import codes
from annotator.tui.painting import Inks, Marks
from annotator.tui.prompt import KeyPrompt
from annotator.tui.screens.base import WorkScreen
from annotator.tui.widgets.bars import LabelBar, Line
from annotator.tui.widgets.item_panel import ItemPanel
from annotator.tui.widgets.text_view import TextView
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.candidates import candidates
from annotator.workflow.describe import quote
from annotator.workflow.desk import Desk
from annotator.workflow.layer_session import Outcome
from annotator.workflow.session import Session

PANEL_FROM = 110
"""Columns from which the side panel stands beside the text by itself."""


class AnnotateScreen(WorkScreen):
    """Keys become calls of the session; what the session says is shown."""

    DEFAULT_CSS = """
    AnnotateScreen #body { height: 1fr; }
    AnnotateScreen #entry { display: none; height: 1; border: none; padding: 0 1; }
    AnnotateScreen.-entering #entry { display: block; }
    AnnotateScreen.-entering #message { display: none; }
    AnnotateScreen #panel { display: none; }
    AnnotateScreen.-panel #panel { display: block; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "suggestion(1)", "next undecided suggestion", id="suggestion.next"),
        Binding("shift+tab", "suggestion(-1)", "previous undecided suggestion", id="suggestion.previous"),
        Binding("a,enter", "accept", "accept and move on", id="suggestion.accept"),
        Binding("x", "reject", "reject and move on", id="suggestion.reject"),
        Binding("A", "accept_all", "accept all likely suggestions", id="suggestion.accept_all"),
        Binding("X", "reject_all", "reject all that remain", id="suggestion.reject_all"),
        Binding("right,l", "token(1)", "next token", id="move.right"),
        Binding("left,h", "token(-1)", "previous token", id="move.left"),
        Binding("down,j", "line(1)", "line down", id="move.down"),
        Binding("up,k", "line(-1)", "line up", id="move.up"),
        Binding("w", "word(1)", "next word", id="move.word"),
        Binding("b", "word(-1)", "previous word", id="move.back"),
        Binding("0,home", "line_edge(0)", "start of the line", id="move.line_start"),
        Binding("dollar_sign,end", "line_edge(1)", "end of the line", id="move.line_end"),
        Binding("g,ctrl+home", "document_edge(0)", "start of the document", id="move.top"),
        Binding("G,ctrl+end", "document_edge(1)", "end of the document", id="move.bottom"),
        Binding("pagedown,ctrl+f", "page(1)", "page down", id="move.page_down"),
        Binding("pageup,ctrl+b", "page(-1)", "page up", id="move.page_up"),
        Binding("shift+right", "token(1, True)", "select to the right", id="select.right"),
        Binding("shift+left", "token(-1, True)", "select to the left", id="select.left"),
        Binding("shift+down", "line(1, True)", "select down", id="select.down"),
        Binding("shift+up", "line(-1, True)", "select up", id="select.up"),
        Binding("v", "select", "begin a selection here", id="select.begin"),
        Binding("semicolon", "jump", "jump to any word in view", id="move.jump"),
        Binding("left_square_bracket", "boundary('end', -1)", "end of the span one token back", id="span.end_back"),
        Binding("right_square_bracket", "boundary('end', 1)", "end of the span one token on", id="span.end_on"),
        Binding("left_curly_bracket", "boundary('start', -1)", "start one token back", id="span.start_back"),
        Binding("right_curly_bracket", "boundary('start', 1)", "start one token on", id="span.start_on"),
        Binding("r", "relate", "relate the focused span, or retype the focused relation", id="relation.relate"),
        Binding("full_stop", "next_relation", "next relation of the focused span", id="relation.next"),
        Binding("R", "all_arcs", "show all relations, or only the focused one's", id="view.arcs"),
        Binding("asterisk", "everywhere", "same label on every identical mention", id="span.everywhere"),
        Binding("d,delete", "delete", "delete", id="item.delete"),
        Binding("c", "comment", "comment", id="item.comment"),
        Binding("f", "flag", "flag the document", id="document.flag"),
        Binding("u", "undo", "undo", id="history.undo"),
        Binding("ctrl+r", "redo", "redo", id="history.redo"),
        Binding("space", "done", "done, next document", id="document.done"),
        Binding("s", "skip", "skip, next document", id="document.skip"),
        Binding("slash", "find", "find", id="find.start"),
        Binding("n", "find_again(1)", "find the next", id="find.next"),
        Binding("N", "find_again(-1)", "find the previous", id="find.previous"),
        Binding("m", "mode", "lanes, compact or plain", id="view.mode"),
        Binding("f2", "panel", "side panel", id="view.panel"),
        Binding("question_mark", "app.help", "help and guidelines", id="view.help"),
        Binding("Q", "leave", "back to the queue", id="document.leave"),
        Binding("escape", "clear", "clear selection and focus", id="select.clear"),
    ]

    def __init__(self, desk: Desk, session: Session) -> None:
        super().__init__()
        self.desk = desk
        self.session = session
        self.caret = Caret(session.document, session.cursor)
        self.prompt: KeyPrompt | None = None
        self._entered: Callable[[str], None] | None = None
        self._sure = False
        self._panel_wanted: bool | None = None
        self._all_arcs = False
        self._needle = ""
        self._folded = ""

    # Layout

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        inks = self.work_app.inks
        self.view = TextView(self.session, inks, self.work_app.mode)
        self.panel = ItemPanel(self.session, inks)
        yield from self.with_small_notice(
            [
                Line(inks, reverse=True, id="header"),
                Horizontal(self.view, self.panel, id="body"),
                LabelBar(self.session.scheme, inks),
                Line(inks, id="focus"),
                Line(inks, id="message"),
                Input(id="entry"),
            ]
        )

    def on_mount(self) -> None:
        """Go to where the curator stopped, or to the first suggestion."""
        self.view.focus()
        self._progress = self.desk.progress()
        if self.session.focus is not None:
            self._show_focus(self.session.focus)
        elif self.session.cursor == 0 and self.session.state in ("todo", "doing"):
            self._show_focus(self.session.next_pending((-1,)))
        else:
            self._show_focus(self._span_at_caret())
        self._say_default()
        self.call_after_refresh(self.view.show, self.caret.offset, middle=True)

    def take_inks(self, inks: Inks) -> None:
        """Show the colours of another theme."""
        super().take_inks(inks)
        self.view.set_look(inks, self.work_app.mode)

    def adapt(self, width: int) -> None:
        """Let the panel stand beside the text where there is room."""
        wanted = width >= PANEL_FROM if self._panel_wanted is None else self._panel_wanted
        self.set_class(wanted, "-panel")

    # Showing

    def _show_focus(self, identity: str | None, *, follow: bool = True) -> None:
        """Put the focus on an item (or on none) and the cursor with it."""
        self.session.focus = identity if identity is not None and identity in self.session.layer else None
        place = self._anchor_of(self.session.focus)
        if place is not None and follow:
            self.caret.go(place)
        self._refresh_marks()

    def _anchor_of(self, identity: str | None) -> int | None:
        """Return the offset at which an item is looked at."""
        ends = self._ends(identity)
        return max(span.start for span in ends) if ends else None

    def _ends(self, identity: str | None) -> list[Span]:
        """Return the span with this id, or both ends of the relation with this id."""
        if identity is None:
            return []
        layer = self.session.layer
        span, relation = layer.span(identity), layer.relation(identity)
        found = [span] if span else [layer.span(relation.head), layer.span(relation.child)] if relation else []
        return [s for s in found if s is not None]

    def _refresh_marks(self) -> None:
        """Show focus, cursor, selection and hints as they are now."""
        self.session.cursor = self.caret.offset
        self.view.set_marks(
            Marks(
                focused=self._in_focus(),
                arcs=None if self._all_arcs else tuple(self._focused_relations()),
                cursor=(self.caret.at.start, self.caret.at.end),
                selection=self.caret.selection,
                hints=self.prompt.remaining() if self.prompt else {},
            )
        )
        self.view.show(self.caret.offset)
        if self.panel.display:
            self.panel.follow(self.session.focus)
        self._tell_header()
        self._tell_focus()

    def _in_focus(self) -> frozenset[str]:
        """Return the focused item, and for a relation its ends too."""
        identity = self.session.focus
        ends = {span.id for span in self._ends(identity)}
        return frozenset(ends | {identity} if identity else ends)

    def _focused_relations(self) -> list[Relation]:
        """Return the relations to draw: the focused one, or those at the focused span."""
        identity = self.session.focus
        if identity is None:
            return []
        relation = self.session.layer.relation(identity)
        return [relation] if relation is not None else self.session.layer.relations_of(identity)

    def _tell_header(self) -> None:
        session = self.session
        done, total = self._progress.get("done", 0), self._progress["total"]
        sign = {"done": " ✓ done", "skipped": " skipped"}.get(session.state, "")
        flag = " ⚑" if session.flagged else ""
        blind = " blind" if session.blind else ""
        self.query_one("#header", Line).say(
            (f" {session.document.key}", "bold"),
            (f"{sign}{flag}{blind}  {session.document.title}", ""),
            right=f"  {self._counts()} · {done}/{total} done · {session.curator} ",
        )

    def _counts(self) -> str:
        layer = self.session.layer
        if self.size.width < PANEL_FROM:
            return f"{len(layer.pending)}? {len(layer.spans)}✓ {len(layer.relations)}→"
        return f"{len(layer.pending)} to decide · {len(layer.spans)} spans · {len(layer.relations)} relations"

    def _tell_focus(self) -> None:
        bar = self.query_one("#focus", Line)
        if self.prompt is not None:
            bar.say((f" {self.prompt.text} ", "alarm"), ("  esc cancels", "faint"))
            return
        selection = self.caret.selection
        if selection is not None:
            text = quote(self.session.document.text[slice(*selection)], 60)
            bar.say((" selected ", "bold"), (text, ""), ("  a label's key marks it", "faint"))
            return
        identity = self.session.focus
        span = self.session.layer.span(identity) if identity else None
        relation = self.session.layer.relation(identity) if identity else None
        if span is not None:
            self._tell_span(bar, span)
        elif relation is not None:
            self._tell_relation(bar, relation)
        else:
            bar.say((f" {self._where()}", "faint"))

    def _tell_span(self, bar: Line, span: Span) -> None:
        pending = span.origin == "suggested"
        keys = "a accept · x reject" if pending else "[ ] { } bounds · r relate · d delete"
        notes = [c.text for c in self.session.layer.comments.values() if c.target == span.id]
        bar.say(
            (f" {span.label}{'?' if pending else ''} ", span.label),
            (quote(self.session.text_of(span), 48), "bold"),
            (f"  {_source(span)}", "faint"),
            (f"  “{notes[0]}”" if notes else "", ""),
            right=f"{keys} ",
        )

    def _tell_relation(self, bar: Line, relation: Relation) -> None:
        pending = relation.origin == "suggested"
        head, child = self._ends(relation.id)
        keys = "a accept · x reject · r retype" if pending else "r retype · d delete"
        bar.say(
            (f" {quote(self.session.text_of(head), 28)}", head.label),
            (f" ─{relation.label}{'?' if pending else ''}→ ", "bold"),
            (quote(self.session.text_of(child), 28), child.label),
            (f"  {_source(relation)}", "faint"),
            right=f"{keys} ",
        )

    def _where(self) -> str:
        row = self.view.rows.row_of(self.caret.offset) + 1
        return f"line {row} of {len(self.view.rows)}"

    def _say(self, text: str, look: str = "") -> None:
        self.query_one("#message", Line).say((f" {text}", look))

    def _say_default(self) -> None:
        if self.session.layer.pending:
            self._say("tab next · a accept · x reject · ; jump · u undo · space done · ? help", "faint")
        else:
            self._say("nothing left to decide · space done · a label's key marks more · ? help", "faint")

    # Keys

    async def on_key(self, event: events.Key) -> None:
        """Answer an open question, or label; every other key is a binding."""
        if self.has_class("-entering"):
            if event.key == "escape":
                event.stop()
                self._end_entry()
            return
        if self.too_small:
            event.stop()
            return
        if self.prompt is not None:
            event.stop()
            self._answer(event)
            return
        if event.key != "space":
            self._sure = False
        entity = self.session.scheme.entity_for_key(event.character) if event.character else None
        if entity is not None:
            event.stop()
            self._label(entity.name)

    def _answer(self, event: events.Key) -> None:
        assert self.prompt is not None
        if event.key == "escape" or not event.character:
            self._ask(None)
            return
        try:
            action = self.prompt.feed(event.character)
        except KeyError:
            self._ask(None)
            self._say("no such hint", "faint")
            return
        if action is None:
            self._refresh_marks()
        else:
            self.prompt = None
            action()
            self._refresh_marks()

    def _ask(self, prompt: KeyPrompt | None) -> None:
        self.prompt = prompt
        self._refresh_marks()

    def _do(self, action: Callable[[], Outcome]) -> Outcome | None:
        """Carry an action out and show what became of it."""
        outcome: list[Outcome] = []
        if not self.attempt(lambda: outcome.append(action())):
            self._recover()
            return None
        self.view.repaint(self.session.touched)
        self.panel.recount()
        self._say(outcome[0].message)
        return outcome[0]

    def _recover(self) -> None:
        if self.attempt(self.session.recover) and self.view.painter.layer is not self.session.layer:
            self.view.repaint_all()
            self.panel.recount()
            self._show_focus(None)

    # Suggestions

    def action_suggestion(self, by: int) -> None:
        """Focus the next or previous undecided suggestion."""
        layer = self.session.layer
        place = layer.place(self.session.focus) if self.session.focus else None
        here = place or (self.caret.offset + (by < 0),)
        found = self.session.next_pending(here) if by > 0 else self.session.previous_pending(here)
        self.caret.drop()
        self._show_focus(found)
        if found is None:
            self._say_default()

    def action_accept(self) -> None:
        """Accept the focused suggestion and go to the next."""
        self._decide(self.session.accept)

    def action_reject(self) -> None:
        """Reject the focused suggestion and go to the next."""
        self._decide(self.session.reject)

    def _decide(self, verdict: Callable[[str], Outcome]) -> None:
        identity = self.session.focus
        place = self.session.layer.place(identity) if identity else None
        if identity is None or place is None or not self.session.layer.is_pending(identity):
            self._show_focus(self.session.next_pending(place or (self.caret.offset,)))
            self._say_default()
        elif self._do(lambda: verdict(identity)) is not None:
            self._show_focus(self.session.next_pending(place))

    def action_accept_all(self) -> None:
        """Accept every likely suggestion."""
        self._bulk(partial(self.session.accept_all, self.work_app.preferences.accept_threshold))

    def action_reject_all(self) -> None:
        """Reject every suggestion that remains."""
        self._bulk(self.session.reject_all)

    def _bulk(self, action: Callable[[], Outcome]) -> None:
        if self._do(action) is not None:
            self._show_focus(self.session.next_pending((-1,)))

    # Moving

    def action_token(self, by: int, select: bool = False) -> None:
        """Move by tokens."""
        self._go(self.caret.step(by), select)

    def action_word(self, by: int) -> None:
        """Move by words."""
        self._go(self.caret.word(by), self.caret.anchor is not None)

    def action_line(self, by: int, select: bool = False) -> None:
        """Move by lines on the screen."""
        self._go(self.view.row_below(self.caret.offset, by, self.view.cell(self.caret.offset)), select)

    def action_page(self, by: int) -> None:
        """Move by screenfuls."""
        self._go(self.view.row_below(self.caret.offset, by * self.view.page_rows(), 0), False)

    def action_line_edge(self, end: int) -> None:
        """Move to an edge of the line on the screen."""
        start, stop = self.view.rows.span(self.view.rows.row_of(self.caret.offset))
        tokens = self.session.document.tokens.overlapping(start, stop)
        if tokens:
            self._go(self.session.document.tokens.starts[tokens[-1 if end else 0]], self.caret.anchor is not None)

    def action_document_edge(self, end: int) -> None:
        """Move to an edge of the document."""
        self._go(len(self.session.document.text) if end else 0, self.caret.anchor is not None)

    def _go(self, offset: int, select: bool) -> None:
        self.caret.go(offset, select=select or self._selecting)
        self._show_focus(None if self.caret.anchor else self._span_at_caret(), follow=False)

    _selecting = False

    def _span_at_caret(self) -> str | None:
        """Return the innermost span under the cursor, the curator's own first."""
        layer = self.session.layer
        own, waiting = (index.at(self.caret.offset) for index in (layer.index, layer.pending_spans))
        found = own or waiting
        return min(found, key=lambda i: i.end - i.start).id if found else None

    def action_select(self) -> None:
        """Begin or end a selection at the cursor."""
        self._selecting = not self._selecting
        if self._selecting:
            self.caret.go(self.caret.offset, select=True)
            self.session.focus = None
        else:
            self.caret.drop()
        self._refresh_marks()

    def action_clear(self) -> None:
        """Let go of selection and focus."""
        self._selecting = False
        self.caret.drop()
        self._show_focus(None)
        self._say_default()

    def action_jump(self) -> None:
        """Put hints on every word in view."""
        tokens = self.session.document.tokens
        visible = tokens.overlapping(*self.view.visible_range())
        text = self.session.document.text
        starts = [tokens.starts[i] for i in visible if text[tokens.starts[i]].isalnum()]
        starts.sort(key=lambda start: abs(start - self.caret.offset))
        self._hint("jump to which word?", starts, lambda start: self._go(start, False))

    def _hint(self, text: str, places: list[int], action: Callable[[int], None]) -> None:
        """Put hints at offsets, the first ones shortest, and call ``action`` with the chosen offset."""
        named = list(zip(codes(len(places)), places, strict=False))
        options: dict[str, Callable[[], None]] = {code: partial(action, place) for code, place in named}
        self._ask(KeyPrompt(text, options, {place: code for code, place in named}))

    # Spans

    def _label(self, label: str) -> None:
        """Label the selection, else relabel the focused span, else offer phrases in view."""
        selection = self.caret.selection
        identity = self.session.focus
        if selection is not None:
            self._mark(selection, label)
        elif identity is not None and self.session.layer.span(identity) is not None:
            place = self.session.layer.place(identity)
            was_pending = self.session.layer.is_pending(identity)
            outcome = self._do(lambda: self.session.relabel(identity, label))
            if outcome is not None:
                onward = self.session.next_pending(place) if was_pending and place else outcome.focus
                self._show_focus(onward)
        else:
            self._offer(label)

    def _mark(self, selection: Segment, label: str) -> None:
        outcome = self._do(lambda: self.session.add(selection.start, selection.end, label))
        if outcome is not None:
            self._selecting = False
            self.caret.drop()
            self._show_focus(outcome.focus)

    def _offer(self, label: str) -> None:
        """Put hints on the phrases in view that may be meant."""
        document = self.session.document
        phrases: dict[int, Segment] = {}
        for phrase in candidates(document, *self.view.visible_range()):
            if not self.session.layer.index.overlapping(*phrase):
                phrases.setdefault(phrase.start, phrase)
        self._hint(f"{label}: which phrase?", list(phrases), lambda start: self._mark(phrases[start], label))

    def action_boundary(self, side: str, by: int) -> None:
        """Move a boundary of the focused span."""
        identity = self.session.focus
        if identity is None or self.session.layer.span(identity) is None:
            self._say("no span in focus: tab, the cursor or a click chooses one", "faint")
            return
        outcome = self._do(lambda: self.session.move_boundary(identity, side, by))
        if outcome is not None:
            self._show_focus(outcome.focus)

    def action_everywhere(self) -> None:
        """Label every identical mention."""
        identity = self.session.focus
        if identity is None or self.session.layer.span(identity) is None:
            self._say("no span in focus: tab, the cursor or a click chooses one", "faint")
            return
        outcome = self._do(lambda: self.session.everywhere(identity))
        if outcome is not None:
            self._show_focus(outcome.focus)

    def action_delete(self) -> None:
        """Delete the focused item."""
        identity = self.session.focus
        if identity is None:
            self._say("nothing in focus to delete", "faint")
        elif self._do(lambda: self.session.delete(identity)) is not None:
            self._show_focus(self._span_at_caret(), follow=False)

    # Relations

    def action_relate(self) -> None:
        """Put hints on the spans that the focused one may be related to."""
        identity = self.session.focus
        if identity is not None and self.session.layer.relation(identity) is not None:
            self._retype(identity)
            return
        if identity is None or self.session.layer.span(identity) is None:
            self._say("relate from which span? focus one first", "faint")
            return
        partners: dict[int, str] = {}
        for other, _, _ in self.session.partners(identity):
            span = self.session.layer.span(other)
            if span is not None:
                partners.setdefault(span.start, other)
        if not partners:
            self._say("the label scheme allows no relation from here within this sentence", "faint")
            return
        name = self.session.name_of(identity)
        self._hint(f"relate {name} to which?", list(partners), lambda at: self._choose_type(identity, partners[at]))

    def _choose_type(self, identity: str, other: str) -> None:
        fitting = [(kind, reverse) for o, kind, reverse in self.session.partners(identity) if o == other]
        if len(fitting) == 1:
            self._relate_as(identity, other, *fitting[0])
        else:
            self._ask_type(fitting, partial(self._relate_as, identity, other))

    def _relate_as(self, identity: str, other: str, kind: RelationType, reverse: bool) -> None:
        head, child = (other, identity) if reverse else (identity, other)
        self._relate(head, child, kind.name)

    def _retype(self, identity: str) -> None:
        """Ask for another type or direction of a relation."""
        choices = self.session.retypings(identity)
        if choices:
            self._ask_type(choices, lambda kind, reverse: self._retyped(identity, kind.name, reverse))
        else:
            self._say("the label scheme allows nothing else between these two", "faint")

    def _retyped(self, identity: str, label: str, reverse: bool) -> None:
        outcome = self._do(lambda: self.session.retype(identity, label, reverse=reverse))
        if outcome is not None:
            self._show_focus(outcome.focus, follow=False)

    def _ask_type(
        self, fitting: Sequence[tuple[RelationType, bool]], then: Callable[[RelationType, bool], None]
    ) -> None:
        """Ask which relation it is to be, by the types' keys; the second direction of a type has the capital."""
        options: dict[str, Callable[[], None]] = {}
        names: list[str] = []
        for kind, reverse in fitting:
            key = kind.key if kind.key not in options else kind.key.swapcase()
            options[key] = partial(then, kind, reverse)
            names.append(f"{key} {kind.name}{' ←' if reverse else ''}")
        self._ask(KeyPrompt("which?  " + "  ".join(names), options))

    def action_next_relation(self) -> None:
        """Focus the next relation of the focused span, or of the focused relation's head."""
        identity = self.session.focus
        if identity is None:
            return
        focused = self.session.layer.relation(identity)
        span = focused.head if focused is not None else identity
        ids = [relation.id for relation in self.session.layer.relations_of(span)]
        if not ids:
            self._say("no relations here; r makes one", "faint")
            return
        following = ids[(ids.index(identity) + 1) % len(ids)] if identity in ids else ids[0]
        self._show_focus(following, follow=False)

    def action_all_arcs(self) -> None:
        """Draw all relations, or only those of the focus."""
        self._all_arcs = not self._all_arcs
        self._refresh_marks()

    def _relate(self, head: str, child: str, label: str) -> None:
        outcome = self._do(lambda: self.session.relate(head, child, label))
        if outcome is not None:
            self._show_focus(outcome.focus, follow=False)

    # The document

    def action_flag(self) -> None:
        """Flag the document, or take the flag away."""
        self._do(self.session.flag)
        self._refresh_marks()

    def action_undo(self) -> None:
        """Take the last step back."""
        self._replay(self.session.undo)

    def action_redo(self) -> None:
        """Bring back the step undone last."""
        self._replay(self.session.redo)

    def _replay(self, action: Callable[[], Outcome]) -> None:
        outcome = self._do(action)
        if outcome is not None:
            self._show_focus(outcome.focus or self._span_at_caret())

    def action_done(self) -> None:
        """Finish the document; asks once while suggestions are undecided."""
        pending = len(self.session.layer.pending)
        if pending and not self._sure:
            self._sure = True
            noun = "suggestion is" if pending == 1 else "suggestions are"
            self._say(f"{pending} {noun} undecided: space again finishes all the same, tab goes to the next", "alarm")
            return
        if self._do(self.session.finish) is not None:
            self._onward()

    def action_skip(self) -> None:
        """Put the document aside."""
        if self._do(self.session.skip) is not None:
            self._onward()

    def _onward(self) -> None:
        """Open the next document with work to do, or go back to the queue."""
        self.session.focus = None
        following = self.desk.next_open(self.session.document.key)
        self.leave()
        if following is None:
            self.notify("Every document is done or skipped.", markup=False)
        else:
            self.attempt(lambda: self.work_app.open_document(following))

    def action_leave(self) -> None:
        """Go back to the queue."""
        self.leave()

    def leave(self) -> None:
        """Remember the place, close the document, and show the queue."""
        self.attempt(lambda: self.session.remember_place(opened=False))
        self.app.pop_screen()

    # Comments and search share one entry line

    def _enter(self, label: str, value: str, then: Callable[[str], None]) -> None:
        entry = self.query_one("#entry", Input)
        entry.placeholder = label
        entry.value = value
        self._entered = then
        self.add_class("-entering")
        entry.focus()

    def _end_entry(self) -> None:
        self.remove_class("-entering")
        self.view.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do what the entry was for."""
        self._end_entry()
        if self._entered is not None:
            self._entered(event.value)

    def action_comment(self) -> None:
        """Comment the focused item, or the document."""
        target = self.session.focus
        if target is not None and self.session.layer.is_pending(target):
            target = None
        existing = [c.text for c in self.session.layer.comments.values() if c.target == target]
        what = f"on {self.session.name_of(target)}" if target else "on the document"
        self._enter(f"comment {what}", existing[0] if existing else "", lambda text: self._comment(text, target))

    def _comment(self, text: str, target: str | None) -> None:
        self._do(lambda: self.session.comment(text, target))
        self._refresh_marks()

    def action_find(self) -> None:
        """Ask what to find."""
        self._enter("find, without regard to case and accents", "", self._find)

    def _find(self, text: str) -> None:
        self._needle = fold(text)
        self._folded = self._folded or fold(self.session.document.text)
        self.action_find_again(1)

    def action_find_again(self, by: int) -> None:
        """Go to the next place, or the one before."""
        start = self.caret.offset + (1 if by > 0 else 0)
        at = occurrence(self._folded, self._needle, start, backwards=by < 0)
        if at is None:
            self._say("not found" if self._needle else "/ finds", "faint")
            return
        self._go(at, False)
        self._say(f"{self._folded.count(self._needle)} in this document · n next · N previous", "faint")

    # The view

    def action_mode(self) -> None:
        """Show spans in the next way."""
        self.work_app.mode = self.work_app.mode.following()
        self.view.set_look(self.work_app.inks, self.work_app.mode)
        self._say(f"{self.work_app.mode.value} view", "faint")

    def action_panel(self) -> None:
        """Show or hide the side panel."""
        self._panel_wanted = not self.has_class("-panel")
        self.set_class(self._panel_wanted, "-panel")
        self.call_after_refresh(self.panel.follow, self.session.focus)

    # Mouse

    def on_text_view_pointed(self, event: TextView.Pointed) -> None:
        """Follow the mouse: a click focuses, a drag selects whole tokens, a double click selects a word."""
        if self.prompt is not None:
            self.prompt = None
        if event.words:
            self.caret.go(event.offset)
            self.caret.select(self.caret.at)
        elif event.selection is not None:
            self.caret.select(event.selection)
        else:
            self._go(event.offset, False)
            return
        self.session.focus = None
        self._refresh_marks()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Focus the item of a panel row."""
        self.caret.drop()
        self._show_focus(self.panel.identity(event.index))


def _source(item: Span | Relation) -> str:
    """Return where an item comes from, and how sure its suggester was."""
    if item.source is None:
        return "yours"
    score = "" if item.score is None else f" {item.score:.2f}"
    return f"{item.source}{score}"
