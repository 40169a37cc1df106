"""The two colour themes of the workbench, dark and light."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="annotator-dark",
    dark=True,
    background="#14161b",
    surface="#1b1e25",
    panel="#2a2f3a",
    foreground="#e4e6ea",
    primary="#5fa8d3",
    secondary="#8f9bb3",
    accent="#e0a458",
    warning="#e0a458",
    error="#e07a5f",
    success="#81b29a",
    variables={"scrollbar": "#3a4252", "scrollbar-background": "#14161b", "scrollbar-hover": "#5a657a"},
)
LIGHT = Theme(
    name="annotator-light",
    dark=False,
    background="#fbfaf7",
    surface="#f1efe9",
    panel="#dcd8ce",
    foreground="#1e2126",
    primary="#1f6f9f",
    secondary="#5c6470",
    accent="#a3611b",
    warning="#a3611b",
    error="#a83f26",
    success="#3d7a5c",
    variables={"scrollbar": "#c9c4b8", "scrollbar-background": "#fbfaf7", "scrollbar-hover": "#a8a294"},
)
