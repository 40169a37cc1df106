"""The list of the groups of mentions, under the side panel."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.containers import Vertical
from textual.message import Message

from annotator.tui.layout.attribute_marks import group_mark
from annotator.tui.layout.cutting import cut_middle
from annotator.tui.layout.palette import Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.widgets.beside_text import BesideText
from annotator.tui.widgets.item_panel import ItemPanel
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.annotating.session import AnnotationSession

MOST_LINES = 9
"""Lines that the list takes at most, with its title."""


class ListedGroup(NamedTuple):
    """A group: its number, the names of its mentions, each once, in reading order, and how many mentions there are."""

    number: int
    names: str
    mentions: int


class GroupList(VirtualList):
    """Lists the groups by the names of their mentions; a click goes to the first mention."""

    class GroupChosen(Message):
        """A group was clicked on."""

        def __init__(self, span_id: str) -> None:
            super().__init__()
            self.span_id = span_id

    EDGES = ("│", "")

    DEFAULT_CSS = """
    GroupList { width: 1fr; padding: 0 0 0 1; display: none; }
    """

    def __init__(self, session: AnnotationSession, palette: Palette) -> None:
        super().__init__(palette, id="groups")
        self._session = session
        self._groups: list[ListedGroup] = []
        self._as_of: tuple[int, object] = (-1, None)

    def show_groups(self, item_id: str | None) -> None:
        """List the groups as they are now, and choose that of the item in focus."""
        as_of = self._session.editor.length, self._session.content
        if as_of != self._as_of:
            self._as_of = as_of
            self._groups = [self._listed(number) for number in self._session.content.groups]
            self.display = bool(self._groups)
            self.styles.height = min(len(self._groups) + 1, MOST_LINES)
            self.refresh_entries()
        numbers = self._session.content.groups.numbers_of(item_id) if item_id else ()
        places = [place for place, group in enumerate(self._groups, 1) if group.number in numbers]
        self.choose(places[0] if places else None)

    def _listed(self, number: int) -> ListedGroup:
        mentions = self._mentions(number)
        text = self._session.document.text
        spans = (self._session.content.spans[span_id] for span_id in mentions)
        names = dict.fromkeys(" ".join(text[span.start : span.end].split()) for span in spans)
        return ListedGroup(number, sanitize(" = ".join(names)), len(mentions))

    def _mentions(self, number: int) -> list[str]:
        spans = self._session.content.spans
        return sorted(self._session.content.groups.members(number), key=lambda i: (spans[i].start, spans[i].end))

    def count(self) -> int:
        """Count the lines: a title, and the groups."""
        return len(self._groups) + 1

    def cache_key(self, index: int) -> ListedGroup | int:
        """The group of a line; of the title, how many there are."""
        return self._groups[index - 1] if index else len(self._groups)

    def line(self, index: int, width: int) -> list[Segment]:
        """Build the title, or the line of a group: its mark, its names, and how many mentions it has."""
        faint = self.palette.style(self.palette.faint)
        if not index:
            many = len(self._groups)
            return [Segment(f"{many} {'group' if many == 1 else 'groups'} · , joins · < takes out"[:width], faint)]
        number, names, mentions = self._groups[index - 1]
        mark, tail = group_mark([number]), f" ×{mentions}"
        room = max(0, width - cell_len(mark) - cell_len(tail) - 1)
        return [
            Segment(mark, self.palette.style(self.palette.group([number]), bold=True)),
            Segment(f" {cut_middle(names, room)}", self.palette.style()),
            Segment(tail, faint),
        ]

    def clicked(self, index: int, *, twice: bool) -> None:  # noqa: ARG002 - a second click goes to the same mention
        """Go to the first mention of a group."""
        if index:
            self.post_message(self.GroupChosen(self._mentions(self._groups[index - 1].number)[0]))


class PanelColumn(BesideText, Vertical):
    """The side panel with the groups under it."""

    DEFAULT_CSS = """
    PanelColumn { width: auto; min-width: 36; max-width: 80; }
    PanelColumn ItemPanel { width: 1fr; min-width: 0; max-width: 100%; height: 1fr; expand: optimal; }
    PanelColumn GroupList { expand: optimal; }
    """

    def __init__(self, panel: ItemPanel, groups: GroupList) -> None:
        super().__init__(panel, groups, id="column")
