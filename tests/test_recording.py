"""The recording in the docs: it can be played, the docs show what it shows, and the program still does the same."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from tests.repository import TOP
from tools import moving_picture, recording
from tools.asciicast import Cast, Playback, read_cast, shows_the_same
from tools.recording_script import Script, curate


def test_the_file_is_an_asciicast_of_the_second_version() -> None:
    header, *events = map(json.loads, recording.CAST.read_text(encoding="utf-8").splitlines())
    assert (header["version"], header["width"], header["height"]) == (2, 100, 30)
    assert "timestamp" not in header
    assert {code for _, code, _ in events} == {"i", "m", "o"}
    assert all(isinstance(data, str) for _, _, data in events)
    assert events[0][0] >= 0
    assert all(one[0] <= following[0] for one, following in pairwise(events))


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    cast = read_cast(recording.CAST)
    cast.write(tmp_path / "again.cast")
    assert (tmp_path / "again.cast").read_bytes() == recording.CAST.read_bytes()


def beginning(length: int = 60) -> Cast:
    """Return the first events of the recording."""
    cast = read_cast(recording.CAST)
    return Cast(cast.columns, cast.lines, cast.title, cast.events[:length])


def test_recordings_are_compared_by_what_they_show() -> None:
    cast, other = beginning(), beginning()
    at = len(cast.events) // 2
    event = next(event for event in other.events[at:] if event.code == "o")
    where = other.events.index(event)
    other.events[where] = event._replace(data=event.data + event.data)
    assert shows_the_same(cast, other)
    other.events[where] = event._replace(data=event.data + "\x1b[5;5Hsomething else")
    assert not shows_the_same(cast, other)
    assert not shows_the_same(cast, Cast(cast.columns, cast.lines, cast.title, cast.events[:-1]))


def test_nothing_of_the_machine_is_in_it() -> None:
    text = recording.CAST.read_text(encoding="utf-8")
    assert not [place for place in ("/tmp", "/home", "/root", str(TOP)) if place in text]


def test_transcript_and_picture_are_of_the_recording() -> None:
    script = recording.play_back(read_cast(recording.CAST))
    assert recording.PAGE.read_text(encoding="utf-8") == recording.transcript(script), "run python -m tools.recording"
    assert recording.PICTURE.read_text(encoding="utf-8") == script.picture, "run python -m tools.recording"


def test_the_moving_picture_is_of_the_recording() -> None:
    drawn = moving_picture.PICTURE.read_text(encoding="utf-8")
    assert drawn == moving_picture.moving_picture(read_cast(recording.CAST)), "run python -m tools.moving_picture"
    assert len(drawn.encode()) < 1_500_000
    assert "<script" not in drawn


def test_the_moving_picture_shows_every_line_once_at_any_moment() -> None:
    drawn = moving_picture.PICTURE.read_text(encoding="utf-8")
    rules = dict(re.findall(r"@keyframes (m\d+)\{(.*?\})\}", drawn))
    lines = re.findall(r'<g class="(m\d+)[ s]*">\n<\w+ x="[\d.]+" y="([\d.]+)"', drawn)
    for at in (0.0, 20.0, 50.0, 80.0, 99.9):
        seen = Counter(y for name, y in lines if _is_seen(rules[name], at))
        assert seen
        assert max(seen.values()) == 1


def _is_seen(rule: str, at: float) -> bool:
    steps = re.findall(r"([\d.]+)%\{visibility:(\w+)\}", rule)
    return bool([state for begin, state in steps if float(begin) <= at][-1] == "visible")


class Compared:
    """The program beside the recording of it: after each key both must come to show the same."""

    def __init__(self, workspace: Path) -> None:
        self._recorded = Playback(read_cast(recording.CAST))
        self._terminal = recording.open_article(workspace)
        self.screen = self._recorded.screen
        self._wait_for_the_same("annotate")

    def mark(self, title: str) -> None:
        pass

    def press(self, sent: str, *, typed: bool) -> None:  # noqa: ARG002
        self._recorded.press(sent)
        self._terminal.send(sent)
        if sent != "\x11":
            self._wait_for_the_same(sent)

    def _wait_for_the_same(self, sent: str) -> None:
        try:
            self._terminal.wait(lambda _: self._terminal.screen.buffer == self.screen.buffer)
        except TimeoutError:
            shown = "\n".join(line.rstrip() for line in self.screen.display)
            assert self._terminal.text() == shown, f"after {sent!r}; run python -m tools.recording"
            raise

    def close(self) -> None:
        assert self._terminal.close() == 0


@pytest.mark.skipif(not any((TOP / "models").glob("es*")), reason="needs the model of es: annotator models install")
def test_the_program_shows_what_was_recorded() -> None:
    with recording.article_workspace() as workspace:
        program = Compared(workspace)
        curate(Script(program))
        program.close()
        recording.check(workspace)
