"""The app of the tutorial: the workbench on a practice article, in a folder that is gone afterwards."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.screen import Screen

from annotator.annotation import RelationKey, SpanKey
from annotator.files.scratch import scratch
from annotator.labels import LabelScheme
from annotator.tui.app import AnnotatorApp
from annotator.tui.key_names import label_to_add
from annotator.tui.keymap import textual_key
from annotator.tui.running import end_app, run_app
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.tutorial.panel import TutorialPanel
from annotator.tui.tutorial.steps import STEPS, PracticeView, Step
from annotator.tui.workbench import LeftDocument
from annotator.workflow.desk import Desk
from annotator.workflow.practice import KEY, LANGUAGES, Practice, load_practice
from annotator.workflow.settings import Preferences

_PLACEHOLDER = re.compile(r"\{([\w.]+)(?::(\w+))?\}")
SWITCH_KEY = "ctrl+t"


class TutorialApp(AnnotatorApp):
    """Shows the practice article with a panel that says what to press, and watches for the effect.

    ``step_index`` is the step that is shown (from 0), ``is_finished`` whether the last one was done, ``switch_to`` the
    language in which the tutorial is to go on, when somebody asked for another.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *AnnotatorApp.BINDINGS,
        Binding(SWITCH_KEY, "switch_language", "tutorial in the other language", id="tutorial.switch", priority=True),
    ]

    def __init__(
        self, desk: Desk, practice: Practice, preferences: Preferences, step_index: int = 0, *, served: bool = False
    ) -> None:
        super().__init__(desk, KEY, preferences, served=served)
        self.practice = practice
        self.step_index = step_index
        self.is_finished = False
        self.switch_to: str | None = None
        self._view: PracticeView | None = None
        self._panel: TutorialPanel | None = None

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return STEPS[self.step_index]

    def open_document(
        self,
        key: str,
        needle: str = "",
        item: SpanKey | RelationKey | None = None,
        *,
        left: LeftDocument | None = None,
        why: str = "",
        undo: bool = False,
    ) -> None:
        """Open the practice article, with the panel of the tutorial."""
        super().open_document(key, needle, item, left=left, why=why, undo=undo)
        screen = self.screen
        assert isinstance(screen, AnnotateScreen)
        self._panel = screen.guide = TutorialPanel(self.palette)
        screen.waiting_keys.after = self._look
        screen.call_later(self._begin, screen)

    def pop_screen(self) -> AwaitComplete:
        """Close a screen; with the practice article the tutorial ends, unless it was left by a wrong key."""
        closed = self.screen
        popped = super().pop_screen()
        if isinstance(closed, AnnotateScreen):
            self.call_later(self._left_article, closed)
        return popped

    def _left_article(self, screen: AnnotateScreen) -> None:
        if isinstance(self.screen, AnnotateScreen):  # it was opened anew
            return
        if screen.session.state not in ("done", "skipped"):
            self.exit()
        elif self.step.is_done(PracticeView(screen, self.practice)) and self.step is STEPS[-1]:
            self.is_finished = True
            self.exit()
        else:
            screen.session.undo()
            self.open_document(KEY)
            self.call_later(self.clear_notifications)  # after what the screen said on leaving

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The commands of the workbench but for the way here, and for a change of the labels that the steps name."""
        left_out = {"Tutorial", "Change labels"}
        return (command for command in super().get_system_commands(screen) if command.title not in left_out)

    def action_switch_language(self) -> None:
        """Go on in the next language, at the same step."""
        self.switch_to = LANGUAGES[(LANGUAGES.index(self.practice.lang) + 1) % len(LANGUAGES)]
        self.exit()

    def _begin(self, screen: AnnotateScreen) -> None:
        """Begin the step on a screen that was just opened."""
        self._view = PracticeView(screen, self.practice)
        self.step.prepare(self._view)
        self._show()

    def _look(self) -> None:
        """After a key or a click, go on to the next step if this one is done, else say what it waits for."""
        view = self._view
        if view is None or view.screen is not self.screen:
            return
        if not self.step.is_done(view):
            if view.screen.prompts.current is None and not view.screen.has_class("-entering"):
                self._show(waiting=True)
        elif self.step is not STEPS[-1]:
            self.step_index += 1
            self.step.prepare(view)
            self._show()

    def _show(self, *, waiting: bool = False) -> None:
        assert self._panel is not None
        texts = {name: self._with_keys(text).plain for name, text in self.practice.panel.items()}
        heading = texts["heading"].format(step=self.step_index + 1, steps=len(STEPS))
        still = texts["waiting"].format(keys=self._with_keys(self.step.keys).plain) if waiting else ""
        self._panel.show(heading, still, texts["ways"], self._with_keys(self.practice.steps[self.step.name]))

    def _with_keys(self, text: str) -> Text:
        """Fill in the keys, as they are bound now, by the id of a binding or by a label."""
        filled, at = Text(), 0
        for match in _PLACEHOLDER.finditer(text):
            filled.append(text[at : match.start()])
            filled.append(self._key_of(match), style="bold")
            at = match.end()
        return filled.append(text[at:])

    def _key_of(self, placeholder: re.Match[str]) -> str:
        assert self._view is not None
        name, label = placeholder.groups()
        if label is not None:
            key = self.desk.scheme.entities[label].key
            return f"alt+{key}" if name == "alt" else key
        for active in self._view.screen.active_bindings.values():
            if active.binding.id == name:
                key = self.get_key_display(active.binding)
                return f"ctrl+{key[1:]}" if key[:1] == "^" and key[1:] else key
        return placeholder[0]


def run_tutorial(lang: str, curator: str, preferences: Preferences, *, served: bool = False) -> str:
    """Run the tutorial in this terminal; return what to say when it was played to its end, else nothing."""
    step_index, wanted = 0, lang
    while True:
        practice = load_practice(wanted)
        with scratch(Path(tempfile.gettempdir())) as folder:
            desk = practice.make_desk(folder / "practice", curator)
            usable = usable_preferences(preferences, desk.scheme)
            app = TutorialApp(desk, practice, usable, step_index, served=served)
            run_app(app)
            desk.workspace.close()
        end_app(app)
        if app.switch_to is None:
            return practice.closing if app.is_finished else ""
        step_index, wanted = app.step_index, app.switch_to


def usable_preferences(preferences: Preferences, scheme: LabelScheme) -> Preferences:
    """A person's settings without learning, and without keys that the tutorial has, or its scheme gives to labels."""
    taken = {textual_key(entity.key) for entity in scheme.entities.values()} | {SWITCH_KEY}
    keys = {
        name: assigned
        for name, assigned in preferences.keys.items()
        if not any(key in taken or label_to_add(key, scheme) for key in map(textual_key, assigned.split(",")))
    }
    return replace(preferences, keys=keys, learn=False)
