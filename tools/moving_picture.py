"""Draws chapters of a recording as one moving SVG picture, for README: ``docs/images/curating.svg``.

    python -m tools.moving_picture

Every line of the screen is drawn once for each thing that it shows, and style rules say when it can be seen; so the
picture needs no script and nothing from elsewhere, and moves wherever a browser shows it as an image.  Where motion is
not wanted, or rules are not followed, one moment of it stands still.  Below the screen stand the chapter and the key.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

import pyte

from tools.asciicast import INPUT, MARKER, OUTPUT, Cast, read_cast
from tools.picture import CELL, LINE, PAD, line_of, opening
from tools.recording import CAST
from tools.screenshots import IMAGES, TOP
from tools.terminal import KEYS, without_private_queries

PICTURE = IMAGES / "curating.svg"
CHAPTERS = ("The first lines", "All that is likely", "A slip", "Done")
"""Those chapters of the recording that are shown."""
STILL = "A slip"
"""The chapter whose last moment stands where nothing moves."""
END = 3.0
"""Seconds that the last moment stays."""
QUIT = KEYS["ctrl+q"]
TITLE_COLOR, KEY_COLOR = "#9aa0aa", "#ffd166"

Lines = tuple[tuple[str, ...], ...]
"""What is drawn in each line of a moment."""


class Moment(NamedTuple):
    """What is seen from a time on: seconds from the beginning of the picture."""

    at: float
    chapter: str
    lines: Lines


def moments(cast: Cast) -> Iterator[Moment]:
    """Yield the moments of the chapters that are shown, and at last the end, which has no lines."""
    screen = pyte.Screen(cast.columns, cast.lines)
    stream = pyte.Stream(screen)
    chapter, keys, shown, last = CHAPTERS[0], "", 0.0, 0.0
    for at, code, data in cast.events:
        if chapter in CHAPTERS:
            shown += at - last
        last = at
        if code == MARKER:
            chapter, keys = data, ""
        elif code == INPUT and data == QUIT:
            break
        elif code == INPUT:
            keys = f"{keys} {key_name(data)}"
        elif code == OUTPUT:
            stream.feed(without_private_queries(data))
            if chapter in CHAPTERS:
                yield Moment(round(shown, 2), chapter, (*_drawn(screen), tuple(_caption(screen, chapter, keys))))
            keys = ""
    yield Moment(round(shown + END, 2), "", ())


def _drawn(screen: pyte.Screen) -> Iterator[tuple[str, ...]]:
    for y in range(screen.lines):
        yield tuple(line_of(screen, y))


def key_name(sent: str) -> str:
    """What a key is called that sends this."""
    names = {sequence: name for name, sequence in KEYS.items()}
    if sent not in names and sent.startswith("\x1b") and len(sent) == 2:
        return f"alt+{sent[1]}"
    return names.get(sent, sent)


def _caption(screen: pyte.Screen, chapter: str, keys: str) -> Iterator[str]:
    """Draw the chapter, and at the right the keys that were pressed."""
    y = PAD + (screen.lines + 1) * LINE + 13.5
    right = PAD + screen.columns * CELL
    yield f'<text x="{PAD:g}" y="{y:g}" fill="{TITLE_COLOR}">{escape(chapter)}</text>'
    if keys:
        key = f'<tspan fill="{KEY_COLOR}" font-weight="bold">{escape(keys.strip())}</tspan>'
        yield f'<text x="{right:g}" y="{y:g}" fill="{TITLE_COLOR}" text-anchor="end">key pressed: {key}</text>'


def moving_picture(cast: Cast) -> str:
    """Draw the chapters as SVG."""
    *seen, end = moments(cast)
    still = max(place for place, moment in enumerate(seen) if moment.chapter == STILL)
    rules: dict[tuple[int, ...], str] = {}
    parts: list[str] = []
    for y in range(cast.lines + 1):
        places: dict[tuple[str, ...], list[int]] = {}
        for place, moment in enumerate(seen):
            places.setdefault(moment.lines[y], []).append(place)
        for drawn, when in places.items():
            if not drawn:
                continue
            if len(when) == len(seen):
                parts += drawn
                continue
            name = rules.setdefault(tuple(when), f"m{len(rules)}")
            parts += [f'<g class="{name}{" s" if still in when else ""}">', *drawn, "</g>"]
    style = [
        f"g{{visibility:hidden;animation:{end.at:g}s step-end infinite}}.s{{visibility:visible}}",
        "@media(prefers-reduced-motion:reduce){g{animation:none!important}}",
        *(_rule(name, when, seen, end.at) for when, name in rules.items()),
    ]
    return "\n".join([opening(cast.columns, cast.lines + 2), "<style>", *style, "</style>", *parts, "</svg>"]) + "\n"


def _rule(name: str, when: tuple[int, ...], seen: list[Moment], end: float) -> str:
    """Say at which parts of the whole time a line is seen."""
    steps = {0.0: 0 in when}
    for place, moment in enumerate(seen[1:], 1):
        if (place in when) != (place - 1 in when):
            steps[round(moment.at / end * 100, 3)] = place in when
    frames = "".join(f"{at:g}%{{visibility:{'visible' if is_seen else 'hidden'}}}" for at, is_seen in steps.items())
    return f".{name}{{animation-name:{name}}}@keyframes {name}{{{frames}}}"


def main() -> int:
    """Draw the picture."""
    PICTURE.write_text(moving_picture(read_cast(CAST)), encoding="utf-8")
    print(f"{PICTURE.relative_to(TOP)}: {PICTURE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
