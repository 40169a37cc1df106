"""Widgets that know their screen: Textual looks for it from parent to parent, a dozen times for each key."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from textual.widget import Widget

if TYPE_CHECKING:
    from textual.screen import Screen

WidgetClass = TypeVar("WidgetClass", bound=type[Widget])


def on_one_screen(widget: WidgetClass) -> WidgetClass:
    """Decorate a class of widgets that stay on the screen on which they were mounted; it is looked for once.

    A widget asks for it whenever it is asked for its size.
    """
    look_for = widget.screen.fget  # type: ignore[attr-defined]

    def screen(self: Widget) -> Screen[object]:
        found: Screen[object] | None = self.__dict__.get("_found_screen")
        if found is None:
            found = self.__dict__["_found_screen"] = look_for(self)
        return found

    widget.screen = property(screen)  # type: ignore[assignment,method-assign]
    return widget
