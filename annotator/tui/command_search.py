"""The command palette, which looks for a command by its words."""

from __future__ import annotations

from textual.command import CommandList, CommandPalette


class CommandSearch(CommandPalette):
    """Textual's command palette, which keys cannot break that move in a list of commands before it is shown."""

    def _action_command_list(self, action: str) -> None:
        """Move in the list, or choose from it; Textual looks for lines also in a list that has none yet."""
        if self.query_one(CommandList).size:
            super()._action_command_list(action)
