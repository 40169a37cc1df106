"""Widgets that paint their lines themselves, in the colours of the text view."""

from __future__ import annotations

from collections.abc import Callable

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from annotator.tui.layout.palette import Palette
from annotator.tui.widgets.one_layout import laid_out_once


def plain_lines(widget: Widget, crop: Region, build: Callable[[int], Strip], width: int | None = None) -> list[Strip]:
    """Build lines of a widget without Textual's own decoration, each from edge to edge, or ``width`` cells long.

    Textual would build each line a second time to add padding, border, tint and opacity, which costs a third of a
    frame.  Line filters, which remove colours, are applied.
    """
    filters, background = widget.get_line_filters(), widget.background_colors[1]
    width, blank = widget.outer_size.width if width is None else width, widget.visual_style.rich_style
    lines = []
    for y in crop.line_range:
        strip = build(y).adjust_cell_length(width, blank)
        for line_filter in filters:
            strip = strip.apply_filter(line_filter, background)
        lines.append(strip if crop.width >= width else strip.crop(crop.x, crop.right))
    return lines


@laid_out_once
class PaletteWidget(Widget):
    """A widget that paints with a palette, without padding or border; whoever sets another palette refreshes it."""

    palette: Palette

    def render_lines(self, crop: Region) -> list[Strip]:
        """Build lines as :meth:`render_line` gives them."""
        return plain_lines(self, crop, self.render_line)
