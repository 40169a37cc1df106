"""The annotate screen: one article, its suggestions, and the keys that decide them."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from annotator.tui.layout.item_filter import ItemFilter
from annotator.tui.screens.annotate.deciding import Deciding
from annotator.tui.screens.annotate.finishing import Finishing
from annotator.tui.screens.annotate.marking import Marking
from annotator.tui.screens.annotate.moving import Moving
from annotator.tui.screens.annotate.relating import Relating
from annotator.tui.widgets.text_view import TextView
from annotator.tui.widgets.virtual_list import VirtualList

FILTER_HELP = "panel: ? waiting, ! decided, <0.5 >0.8 score, @source, or a piece of label or text"


class AnnotateScreen(Deciding, Moving, Marking, Relating, Finishing):
    """Keys become calls of the session; what the session says is shown."""

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
        Binding("ctrl+g", "line_number", "go to a line by number", id="move.line_number"),
        Binding("ctrl+o", "go_to", "go to a document by name", id="document.go"),
        Binding("slash", "find", "find", id="find.start"),
        Binding("n", "find_again(1)", "find the next", id="find.next"),
        Binding("N", "find_again(-1)", "find the previous", id="find.previous"),
        Binding("m", "mode", "lanes, compact or plain", id="view.mode"),
        Binding("backslash", "filter", "filter the side panel", id="view.filter"),
        Binding("f2", "panel", "side panel", id="view.panel"),
        Binding("f3", "feedback", "see your work against gold", id="document.feedback"),
        Binding("question_mark", "app.help", "help and guidelines", id="view.help"),
        Binding("Q", "leave", "back to the queue", id="document.leave"),
        Binding("escape", "clear", "clear selection and focus", id="select.clear"),
    ]

    async def press(self, event: events.Key) -> None:
        """Answer an open question, else label, else do what the key is bound to."""
        if self.prompt is not None:
            await self._answer(event)
            return
        if event.key != "space":
            self._sure = False
        entity = self.session.scheme.entity_for_key(event.character) if event.character else None
        if entity is not None:
            self._label(entity.name)
        else:
            await super().press(event)

    async def _answer(self, event: events.Key) -> None:
        assert self.prompt is not None
        if event.key == "escape" or not event.character:
            self._ask(None)
            self._say_default()
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
            await self.waiting_keys.run(action)
            self._refresh_marks()

    def action_mode(self) -> None:
        """Show spans in the next way."""
        self.workbench.mode = self.workbench.mode.following()
        self.view.restyle(self.workbench.palette, self.workbench.mode)
        self._say(f"{self.workbench.mode.value} view", "faint")

    def action_filter(self) -> None:
        """Ask which items the panel is to show."""
        if not self.has_class("-panel"):
            self.action_panel()
        self.ask_for_text(FILTER_HELP, str(self.panel.filter), self._filter)

    def _filter(self, text: str) -> None:
        self.panel.set_filter(ItemFilter.parse(text))
        self._say(f"{self.panel.count()} of {len(self.session.layer.items)} items in the panel", "faint")

    def action_panel(self) -> None:
        """Show or hide the side panel."""
        self._panel_wanted = not self.has_class("-panel")
        self.set_class(self._panel_wanted, "-panel")
        self.call_after_refresh(self.panel.follow, self.session.focus)

    def on_text_view_laid_out(self) -> None:
        """Bring what is looked at back into view."""
        self._refresh_marks(walking=True)

    async def on_text_view_pointed(self, event: TextView.Pointed) -> None:
        """Follow the mouse: a click focuses, a drag selects whole tokens, a double click selects a word."""
        await self.waiting_keys.run(partial(self._point, event))

    def _point(self, event: TextView.Pointed) -> None:
        if self.prompt is not None:
            self.prompt = None
        if event.words:
            self.caret.go(event.offset)
            self.caret.select(self.caret.unit)
        elif event.origin is not None:
            self.caret.drag(event.origin, event.offset)
        else:
            self._go(event.offset, False)
            return
        self.session.focus = None
        self._refresh_marks()

    async def on_virtual_list_entry_chosen(self, event: VirtualList.EntryChosen) -> None:
        """Focus the item of a panel row."""
        await self.waiting_keys.run(partial(self.show_entry, self.panel.item_id(event.index)))

    def show_entry(self, identity: str) -> None:
        """Focus what a panel row stands for."""
        self.drop_selection()
        self._show_focus(identity)
