"""Actions of a screen in groups: each group is an object of its own, which the screen holds."""

from __future__ import annotations

from textual.screen import Screen


def add_actions(screen: Screen[None], *groups: object) -> None:
    """Let a screen have the actions of some groups; Textual looks for ``action_…`` on the screen, by name."""
    for group in groups:
        for name in dir(group):
            if name.startswith("action_"):
                setattr(screen, name, getattr(group, name))
