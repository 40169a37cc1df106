"""The command palette, which looks for a command by its words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual import events
from textual.app import SystemCommand
from textual.command import CommandList, CommandPalette
from textual.message import Message
from textual.widgets import Input, OptionList

from annotator.tui import keymap
from annotator.tui.screens.base import WorkScreen


class CommandSearch(CommandPalette):
    """Textual's command palette, which keys cannot break that come before its list is shown or when it has closed."""

    async def _dispatch_message(self, message: Message) -> None:
        """Take a command once: a second ``enter`` would run it again, and close the screen beneath."""
        if self.is_active or not isinstance(message, Input.Submitted | OptionList.OptionSelected | events.Click):
            await super()._dispatch_message(message)

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
