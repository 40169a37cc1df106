"""The command palette: the commands that fit are listed while words of them are typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType

from annotator.find import fold
from annotator.tui import keymap
from annotator.tui.screens.base import WorkScreen
from annotator.tui.screens.seeking import SeekingScreen
from annotator.tui.widgets.command_list import CommandList
from annotator.tui.widgets.status_line import StatusLine
from annotator.workflow.desk import Desk


class CommandsScreen(SeekingScreen):
    """An entry line, and under it the commands that fit; the one that is chosen runs when the screen has closed.

    Textual's own palette cannot be used in a hurry: keys and clicks that come while it looks for commands, or when it
    has closed, end the app.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,tab", "move(1)", "command below", id="commands.down"),
        Binding("up,shift+tab", "move(-1)", "command above", id="commands.up"),
        Binding("pagedown", "page(1)", "page down", id="commands.page_down"),
        Binding("pageup", "page(-1)", "page up", id="commands.page_up"),
        Binding("enter", "take", "run it", id="commands.run"),
        Binding("escape", "close", "back", id="commands.close"),
    ]

    def __init__(self, desk: Desk, title: str, commands: Sequence[SystemCommand]) -> None:
        super().__init__(desk)
        self._title = title
        self._commands = commands
        self._sought: str | None = None

    def make_view(self) -> CommandList:
        """Make the list of the commands."""
        return CommandList(self.workbench.palette)

    @property
    def view(self) -> CommandList:
        """The widget that lists the commands."""
        return self.query_one(CommandList)

    def on_mount(self) -> None:
        """List all commands, and wait for what is typed."""
        self.ask_for_text("words of what it does", "", lambda _text: None)
        self.seek("")

    def seek(self, text: str) -> None:
        """List the commands that have all the words, those first that have them in their titles."""
        if text == self._sought:
            return
        self._sought = text
        words = fold(text).split()
        ranked = [
            (not _has_all(command.title, words), number, command)
            for number, command in enumerate(self._commands)
            if _has_all(f"{command.title} {command.help}", words)
        ]
        self.view.show_found([command for _, _, command in sorted(ranked, key=lambda rank: rank[:2])])
        count = self.view.count()
        self.query_one("#header", StatusLine).show((f" {self._title}  ", "bold"), (f"{count:,}", ""))
        self.show_keys()

    def show_keys(self) -> None:
        """Show what the keys do, or that nothing fits."""
        keys = self.query_one("#keys", StatusLine)
        if self.view.count():
            keys.show((" enter run it · ↑ ↓ choose · esc back", "keys"))
        else:
            keys.show((" nothing fits", "alarm"), (" · esc back", "keys"))

    def action_take(self) -> None:
        """Close, and run the chosen command."""
        if self.view.index is not None:
            command = self.view.found[self.view.index]
            self.app.pop_screen()
            self.app.call_later(command.callback)


def _has_all(text: str, words: Sequence[str]) -> bool:
    folded = fold(text)
    return all(word in folded for word in words)


def commands_with_keys(screen: WorkScreen, run: Callable[[WorkScreen, str], object]) -> Iterator[SystemCommand]:
    """Yield what the keys of a screen do, each with those that do it; ``run`` is given the screen and an action."""
    keys: dict[str, list[str]] = {}
    bound = screen._bindings.copy()  # not what is active, which leaves out what an open line takes
    bound.apply_keymap(screen.app._keymap)
    for _, binding in bound:
        keys.setdefault(binding.action, []).append(screen.app.get_key_display(binding))
    for binding in keymap.bindings_of(screen.BINDINGS):
        if binding.description and screen.allows(binding.action):
            pressed = " or ".join(keys.get(binding.action, ()))
            told = f"key {pressed}" if pressed else "no key"
            yield SystemCommand(binding.description.capitalize(), told, partial(run, screen, binding.action))
