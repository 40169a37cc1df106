"""Widgets for which the screen is laid out once, not twice, when they change their size."""

from __future__ import annotations

from typing import TypeVar

from textual.containers import Horizontal
from textual.geometry import Size
from textual.widget import Widget

WidgetClass = TypeVar("WidgetClass", bound=type[Widget])


def laid_out_once(widget: WidgetClass) -> WidgetClass:
    """Decorate a class of widgets that fill their place, so that the size of their content asks for no other layout.

    Textual notes that size while it lays the screen out, and therefore lays it out again, two frames later.
    """
    take_size = widget._size_updated

    def take_size_quietly(
        self: Widget,
        size: Size,
        virtual_size: Size,
        container_size: Size,
        layout: bool = True,  # noqa: ARG001 - as Textual calls it
    ) -> bool:
        return take_size(self, size, virtual_size, container_size, layout=False)

    widget._size_updated = take_size_quietly  # type: ignore[method-assign]
    return widget


@laid_out_once
class SideBySide(Horizontal):
    """A text and the panel beside it."""
