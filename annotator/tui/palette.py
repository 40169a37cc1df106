"""Label colours: safe for colour-blind eyes, readable on the theme's background, assigned where none is named."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from itertools import cycle

from textual.color import Color

from annotator.labels import LabelScheme

CONTRAST = 4.5
"""Least contrast of a label's colour with the background: WCAG 2.1, level AA for text."""

HUES = (
    "#56b4e9",
    "#e69f00",
    "#009e73",
    "#f0e442",
    "#cc79a7",
    "#d55e00",
    "#88ccee",
    "#999933",
    "#aa99dd",
    "#44aa99",
    "#dd9988",
    "#bbbbbb",
)
"""After Okabe and Ito (2008) and Tol's muted scheme: distinct under the common colour vision deficiencies."""


def label_colors(scheme: LabelScheme, background: Color) -> Mapping[str, Color]:
    """Return a readable colour for every entity label."""
    colors: dict[str, Color] = {}
    unnamed = cycle(HUES)
    for entity in scheme.entities.values():
        colors[entity.name] = readable(Color.parse(entity.color or next(unnamed)), background)
    return colors


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    channels = (c / 255 for c in color.rgb)
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable(color: Color, background: Color) -> Color:
    """Return the colour, lightened or darkened just as far as the background asks."""
    hue, light, saturation = colorsys.rgb_to_hls(*(c / 255 for c in color.rgb))
    step = -0.02 if _luminance(background) > 0.18 else 0.02
    while contrast(color, background) < CONTRAST and 0 < light + step < 1:
        light += step
        red, green, blue = (round(255 * c) for c in colorsys.hls_to_rgb(hue, light, saturation))
        color = Color(red, green, blue)
    return color
