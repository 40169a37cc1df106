"""The command palette, which looks for a command by its words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual import events
from textual.app import ComposeResult, SystemCommand
from textual.command import CommandList, CommandPalette

from annotator.tui import keymap
from annotator.tui.screens.base import WorkScreen


class Commands(CommandList):
    """Textual's list of commands, in which a click on a line that is no longer there chooses nothing."""

    async def _on_click(self, event: events.Click) -> None:
        """Keep a click from Textual that was on a longer list, as it was before commands were looked for anew."""
        option = event.style.meta.get("option")
        if option is not None and option >= self.option_count:
            event.prevent_default()


class CommandSearch(CommandPalette):
    """Textual's command palette, which keys and clicks cannot break that come before its list is shown anew."""

    def compose(self) -> ComposeResult:
        """Lay it out as Textual does, with another list."""
        yield from (Commands() if isinstance(widget, CommandList) else widget for widget in super().compose())

    def _action_command_list(self, action: str) -> None:
        """Move in the list, or choose from it; Textual looks for lines also in a list that has none yet."""
        if self.query_one(CommandList).size:
            super()._action_command_list(action)


def commands_with_keys(screen: WorkScreen, run: Callable[[WorkScreen, str], object]) -> Iterator[SystemCommand]:
    """Yield what the keys of a screen do, each with those that do it; ``run`` is given the screen and an action."""
    keys: dict[str, list[str]] = {}
    for active in screen.active_bindings.values():
        keys.setdefault(active.binding.action, []).append(screen.app.get_key_display(active.binding))
    for binding in keymap.bindings_of(screen.BINDINGS):
        if binding.description and screen.allows(binding.action):
            pressed = " or ".join(keys.get(binding.action, ()))
            told = f"key {pressed}" if pressed else "no key"
            yield SystemCommand(binding.description.capitalize(), told, partial(run, screen, binding.action))
