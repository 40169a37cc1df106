"""The keys that mean the same on the annotate and the adjudicate screen, in groups in the order of the help."""

from __future__ import annotations

from textual.binding import Binding

EDITING = [
    Binding("right,l", "move('token', 1)", "next token", id="move.right"),
    Binding("left,h", "move('token', -1)", "previous token", id="move.left"),
    Binding("down,j", "move('line', 1)", "line down", id="move.down"),
    Binding("up,k", "move('line', -1)", "line up", id="move.up"),
    Binding("w", "move('word', 1)", "next word", id="move.word"),
    Binding("b", "move('word', -1)", "previous word", id="move.back"),
    Binding("0,home", "move('line_edge', -1)", "start of the line", id="move.line_start"),
    Binding("dollar_sign,end", "move('line_edge', 1)", "end of the line", id="move.line_end"),
    Binding("g,ctrl+home", "move('document_edge', -1)", "start of the document", id="move.top"),
    Binding("G,ctrl+end", "move('document_edge', 1)", "end of the document", id="move.bottom"),
    Binding("pagedown,ctrl+f", "move('page', 1)", "page down", id="move.page_down"),
    Binding("pageup,ctrl+b", "move('page', -1)", "page up", id="move.page_up"),
    Binding("shift+right", "select_to('token', 1)", "select to the right", id="select.right"),
    Binding("shift+left", "select_to('token', -1)", "select to the left", id="select.left"),
    Binding("shift+down", "select_to('line', 1)", "select down", id="select.down"),
    Binding("shift+up", "select_to('line', -1)", "select up", id="select.up"),
    Binding("v", "select", "begin a selection here", id="select.begin"),
    Binding("semicolon", "jump", "jump to any word in view", id="move.jump"),
    Binding("left_square_bracket", "boundary('end', -1)", "end of the span one token back", id="span.end_back"),
    Binding("right_square_bracket", "boundary('end', 1)", "end of the span one token on", id="span.end_on"),
    Binding("left_curly_bracket", "boundary('start', -1)", "start one token back", id="span.start_back"),
    Binding("right_curly_bracket", "boundary('start', 1)", "start one token on", id="span.start_on"),
    Binding("r", "relate", "relate the focused span, or retype the focused relation", id="relation.relate"),
    Binding("alt+r", "relate_any", "relate any two spans in view, whatever is in focus", id="relation.relate_any"),
    Binding("full_stop", "next_relation", "next relation of the focused span", id="relation.next"),
    Binding("R", "all_arcs", "show all relations, or only the focused one's", id="view.arcs"),
    Binding("asterisk", "everywhere", "same label on every identical mention", id="span.everywhere"),
    Binding("d,delete", "delete", "delete", id="item.delete"),
    Binding("c", "comment", "comment", id="item.comment"),
    Binding("f", "flag", "flag the document", id="document.flag"),
    Binding("u", "undo", "undo", id="history.undo"),
    Binding("ctrl+r", "redo", "redo", id="history.redo"),
]
ATTRIBUTES = [
    Binding(
        "apostrophe", "attribute", "set an attribute of what is in focus; twice, of the document", id="item.attribute"
    ),
]
GROUPS = [
    Binding("comma", "join", "one and the same: join the mention in focus with another", id="group.join"),
    Binding("less_than_sign", "stand_alone", "take the mention in focus out of its group", id="group.leave"),
]
LINE_NUMBER = Binding("ctrl+g", "line_number", "go to a line by number", id="move.line_number")
FINDING = [
    Binding("slash", "find", "find", id="find.start"),
    Binding("n", "find_again(1)", "find the next", id="find.next"),
    Binding("N", "find_again(-1)", "find the previous", id="find.previous"),
    Binding("y", "copy", "copy the selection, the item or the line", id="text.copy"),
    Binding("m", "mode", "lanes, compact or plain", id="view.mode"),
]
PANEL = Binding("f2", "panel", "side panel", id="view.panel")
LEAVING = [
    Binding("question_mark", "app.help", "help and guidelines", id="view.help"),
    Binding("Q", "leave", "back to the queue", id="document.leave"),
    Binding("escape", "clear", "clear selection and focus", id="select.clear"),
]
