"""Colours for labels: readable on the theme's background, distinct also for colour-blind readers."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from itertools import cycle

from textual.color import Color

from annotator.labels import LabelScheme

CONTRAST = 4.5
"""Least contrast between a label's colour and the background (WCAG 2.1, level AA for text)."""

ON_DARK = (
    *("#56b4e9", "#e69f00", "#2fbf8f", "#f0e442", "#e08cc0", "#ee8866"),
    *("#7799ff", "#bbcc77", "#77ffff", "#aaccff", "#00ffaa", "#66ddbb"),
)
"""Colours for a dark background: the first ones after Okabe and Ito (2008), the others chosen to differ from them."""

ON_LIGHT = (
    *("#0b5fa5", "#8a5200", "#005540", "#aa1199", "#0000ff", "#552200"),
    *("#440066", "#224466", "#4400cc", "#554400", "#000099", "#551133"),
)
"""Colours for a light background, chosen for it: bright colours, darkened until readable, would look alike.

The colours of each list differ in OKLab, also as seen with protanopia and deuteranopia (Machado et al. 2009).
"""


def label_colors(scheme: LabelScheme, background: Color) -> Mapping[str, Color]:
    """Choose a colour for every entity label: the scheme's, else the next of our own, made readable if need be."""
    colors: dict[str, Color] = {}
    fallbacks = cycle(ON_LIGHT if _is_light(background) else ON_DARK)
    for entity in scheme.entities.values():
        colors[entity.name] = readable(Color.parse(entity.color or next(fallbacks)), background)
    return colors


def group_colors(background: Color) -> tuple[Color, ...]:
    """The colours of the marks of groups, which follow one another."""
    return tuple(readable(Color.parse(color), background) for color in (ON_LIGHT if _is_light(background) else ON_DARK))


def contrast(first: Color, second: Color) -> float:
    """The contrast ratio of two colours, 1 to 21 (formula of WCAG 2.1)."""
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _is_light(background: Color) -> bool:
    """Whether dark text has more contrast on a background than light text."""
    return _luminance(background) > 0.18


def _luminance(color: Color) -> float:
    """The relative luminance of a colour, 0 to 1 (formula of WCAG 2.1)."""
    channels = (c / 255 for c in color.rgb)
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable(color: Color, background: Color) -> Color:
    """Lighten or darken a colour until its contrast with the background reaches :data:`CONTRAST`."""
    hue, light, saturation = colorsys.rgb_to_hls(*(c / 255 for c in color.rgb))
    step = -0.02 if _is_light(background) else 0.02
    while contrast(color, background) < CONTRAST and light != (0.0 if step < 0 else 1.0):
        light = min(max(light + step, 0.0), 1.0)
        red, green, blue = (round(255 * c) for c in colorsys.hls_to_rgb(hue, light, saturation))
        color = Color(red, green, blue)
    return color
