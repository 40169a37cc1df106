"""Widgets that paint their lines themselves, in the colours of the text view."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.style import Style
from textual.color import Color
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from annotator.tui.layout.palette import Palette
from annotator.tui.widgets.one_layout import laid_out_once
from annotator.tui.widgets.one_screen import on_one_screen

NO_COLOR = Color(0, 0, 0, 0)


def plain_lines(widget: Widget, crop: Region, build: Callable[[int], Strip], width: int | None = None) -> list[Strip]:
    """Build lines of a widget without Textual's own decoration, each from edge to edge, or ``width`` cells long.

    Textual would build each line a second time to add padding, border, tint and opacity, which costs a third of a
    frame.  Line filters, which remove colours, are applied.
    """
    width, blank = widget.outer_size.width if width is None else width, widget.visual_style.rich_style
    filters = filters_with_effect(widget, blank)
    background = widget.background_colors[1] if filters else NO_COLOR
    lines = []
    for y in crop.line_range:
        strip = build(y).adjust_cell_length(width, blank)
        for line_filter in filters:
            strip = strip.apply_filter(line_filter, background)
        lines.append(strip if crop.width >= width else strip.crop(crop.x, crop.right))
    return lines


def filters_with_effect(widget: Widget, style: Style) -> Sequence[LineFilter]:
    """The line filters that change what a widget paints, whose own style is ``style``.

    A theme has the terminal's own colours, which one of the filters replaces, in its background if anywhere.
    """
    filters = widget.get_line_filters()
    if style.bgcolor is None or style.bgcolor.triplet is None:
        return filters
    return [line_filter for line_filter in filters if not isinstance(line_filter, ANSIToTruecolor)]


@on_one_screen
@laid_out_once
class PaletteWidget(Widget):
    """A widget that paints with a palette, without padding or border; whoever sets another palette refreshes it."""

    palette: Palette

    def render_lines(self, crop: Region) -> list[Strip]:
        """Build lines as :meth:`render_line` gives them."""
        return plain_lines(self, crop, self.render_line)
