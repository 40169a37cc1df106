"""The line in which text is typed."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.widgets import Input

from annotator.tui.layout.sanitizing import sanitize


class EntryLine(Input):
    """A line to type in, whose screen gives it keys and what is pasted, one after the other.

    Textual gives them to what has the focus when they arrive; what is typed fast arrives before the line has it.
    Control and invisible characters, which may be pasted or stand in a comment from elsewhere, are shown as symbols.
    """

    def __init__(self, placeholder: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(placeholder=placeholder, id=id, compact=True, select_on_focus=False)

    def _forward_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste):
            self.screen._forward_event(event)
        else:
            super()._forward_event(event)

    async def edit(self, event: events.Key) -> None:
        """Act on a key: edit, or type it in place of what is selected."""
        binding = next((binding for key, binding in self._bindings if key == event.key), None)
        if binding is not None:
            await self.app.run_action(binding.action, self)
        elif event.is_printable and event.character:
            self.replace(event.character, *self.selection)

    def paste(self, text: str) -> None:
        """Type several lines as one, with blanks between them."""
        self.replace(" ".join(filter(None, map(str.strip, text.splitlines()))), *self.selection)

    @property
    def _value(self) -> Text:
        return Text(sanitize(self.value), no_wrap=True, overflow="ignore", end="")

    def _position_to_cell(self, position: int) -> int:
        return cell_len(sanitize(self.value)[:position])
