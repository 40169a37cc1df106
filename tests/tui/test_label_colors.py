"""Label colours are readable in every theme, and distinct."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from textual.color import Color, rgb_to_lab
from textual.theme import BUILTIN_THEMES, Theme

from annotator.labels import EntityType, LabelScheme, load_scheme
from annotator.tui import themes
from annotator.tui.label_colors import CONTRAST, contrast, label_colors, readable
from annotator.tui.layout.palette import Palette
from annotator.tui.theme_palette import theme_palette
from tests.repository import SAMPLE_LABELS

SCHEME = load_scheme(SAMPLE_LABELS)
THEMES = {**BUILTIN_THEMES, themes.DARK.name: themes.DARK, themes.LIGHT.name: themes.LIGHT}
BLACK, WHITE = Color(0, 0, 0), Color(255, 255, 255)
colors = st.builds(Color, st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))


def palette(theme: Theme) -> Palette:
    return theme_palette(theme, theme.to_color_system().generate(), SCHEME)


def paper(theme: Theme) -> Color:
    """Return the background; where it is the terminal's own, what it most likely is."""
    color = palette(theme).background
    return color if color.ansi is None else BLACK if theme.dark else WHITE


def distance(one: Color, other: Color) -> float:
    """Return the difference of two colours as the eye sees it (CIE 1976; 2.3 can just be told apart)."""
    a, b = rgb_to_lab(one), rgb_to_lab(other)
    return float(((a.L - b.L) ** 2 + (a.a - b.a) ** 2 + (a.b - b.b) ** 2) ** 0.5)


@pytest.mark.parametrize("name", THEMES)
def test_every_label_is_readable_on_every_theme(name: str) -> None:
    for label, color in palette(THEMES[name]).labels.items():
        assert contrast(color, paper(THEMES[name])) >= CONTRAST, label


@pytest.mark.parametrize("name", THEMES)
def test_text_hints_and_arcs_are_readable_on_every_theme(name: str) -> None:
    colors = palette(THEMES[name])
    for color in (colors.text, colors.faint, colors.hint, colors.arc):
        assert contrast(color, paper(THEMES[name])) >= CONTRAST


@pytest.mark.parametrize("name", [themes.DARK.name, themes.LIGHT.name])
def test_sixteen_colours_leave_everything_readable(name: str) -> None:
    def sixteen(color: Color) -> int | None:
        return color.rich_color.downgrade(ColorSystem.STANDARD).number

    colors = palette(THEMES[name])
    for color in (colors.text, colors.faint, colors.hint, colors.arc, *colors.labels.values()):
        assert sixteen(color) != sixteen(colors.background)


@pytest.mark.parametrize("name", THEMES)
def test_labels_are_told_apart_on_every_theme(name: str) -> None:
    for (one, a), (other, b) in combinations(palette(THEMES[name]).labels.items(), 2):
        assert distance(a, b) > 15, (one, other)


def test_a_colour_that_the_scheme_names_is_kept_where_it_is_readable() -> None:
    entities = {n: EntityType(n, n, color) for n, color in (("A", "#ffcc00"), ("B", "navy"), ("C", None))}
    scheme = LabelScheme(entities, {}, ("es",), "flat", "token", "")
    on_black, on_white = label_colors(scheme, BLACK), label_colors(scheme, WHITE)
    assert on_black["A"] == Color.parse("#ffcc00")
    assert on_white["B"] == Color.parse("navy")
    assert contrast(on_black["B"], BLACK) >= CONTRAST
    assert contrast(on_white["A"], WHITE) >= CONTRAST


def test_more_labels_than_colours_still_all_have_one() -> None:
    entities = {f"L{n}": EntityType(f"L{n}", str(n)) for n in range(40)}
    scheme = LabelScheme(entities, {}, ("es",), "flat", "token", "")
    assert set(label_colors(scheme, BLACK)) == set(entities)


@given(colors, colors)
def test_any_colour_can_be_made_readable_on_any_background(color: Color, background: Color) -> None:
    assert contrast(readable(color, background), background) >= CONTRAST


@given(colors, colors)
def test_a_readable_colour_is_not_changed(color: Color, background: Color) -> None:
    if contrast(color, background) >= CONTRAST:
        assert readable(color, background) == color


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast(BLACK, WHITE) == contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), WHITE) == pytest.approx(4.48, abs=0.01)
