"""The workbench."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar
from warnings import filterwarnings

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme

from annotator.errors import AnnotatorError, LockedError
from annotator.tui import keymap, themes
from annotator.tui.layout.painting import Mode
from annotator.tui.layout.palette import Palette
from annotator.tui.screens.adjudicate import AdjudicateScreen
from annotator.tui.screens.agreement import AgreementScreen
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.screens.base import WorkScreen
from annotator.tui.screens.disagreements import DisagreementsScreen
from annotator.tui.screens.feedback import FeedbackScreen
from annotator.tui.screens.help import HelpScreen
from annotator.tui.screens.queue import QueueScreen
from annotator.tui.signals import Signals
from annotator.tui.theme_palette import theme_palette
from annotator.tui.waiting_keys import LOCK_TIMEOUT
from annotator.tuning import collect_everything, collect_seldom, exempt_from_collection
from annotator.workflow.comparing.agreement_sample import AgreementSample
from annotator.workflow.comparing.disagreements import DisagreementFilter
from annotator.workflow.desk import Desk
from annotator.workflow.learning.background_training import BackgroundTraining
from annotator.workflow.settings import Preferences, SettingsError

TRAINING_POLL_SECONDS = 1.0
"""Seconds between looks at what the training in the background does."""


class AnnotatorApp(App[None]):
    """Shows a curator's desk: the queue, and over it the document that is open."""

    TITLE = "annotator"

    CSS = """
    ToastRack { margin-bottom: 5; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "quit", id="app.quit", priority=True),
    ]

    def __init__(
        self,
        desk: Desk,
        document: str | None = None,
        preferences: Preferences | None = None,
        training: BackgroundTraining | None = None,
        *,
        adjudicating: bool = False,
    ) -> None:
        super().__init__()
        self.desk = desk
        self.training = training
        self.training_status = ""
        self.preferences = preferences or Preferences()
        desk.learns = self.preferences.learn
        self.mode = Mode(self.preferences.mode)
        self.hide_names = self.preferences.hide_names
        self.signals: Signals | None = None
        self.failure: Exception | None = None
        self._first = document
        self._adjudicating = adjudicating
        self._palette: tuple[str, Palette] | None = None
        for theme in (themes.DARK, themes.LIGHT):
            self.register_theme(theme)
        self._take_preferences()

    def _take_preferences(self) -> None:
        theme, keys = self.preferences.theme or themes.DARK.name, self.preferences.keys
        if theme not in self.available_themes:
            raise SettingsError(f"theme: no theme {theme!r}", f"expected one of {', '.join(self.available_themes)}")
        self.theme = theme
        tables = [AnnotateScreen.BINDINGS, AdjudicateScreen.BINDINGS, FeedbackScreen.BINDINGS, QueueScreen.BINDINGS]
        tables += [AgreementScreen.BINDINGS, DisagreementsScreen.BINDINGS, HelpScreen.BINDINGS, self.BINDINGS]
        keymap.check_keys(keys, tables, self.desk.scheme)
        self.set_keymap(keymap.textual_keymap(keys))

    @property
    def accept_threshold(self) -> float:
        """Return the score from which ``A`` accepts: the person's, else the workspace's."""
        own = self.preferences.accept_threshold
        return self.desk.scheme.accept_threshold if own is None else own

    @property
    def palette(self) -> Palette:
        """Return the colours of the present theme."""
        if self._palette is None or self._palette[0] != self.theme:
            self._palette = (self.theme, theme_palette(self.current_theme, self.theme_variables, self.desk.scheme))
        return self._palette[1]

    def on_mount(self) -> None:
        """Open the queue, and the document that was asked for or left open."""
        if self.signals is not None:
            self.signals.start()
        self.desk.wait_at_most(LOCK_TIMEOUT)
        for note in self.desk.notes:
            self.notify(note, severity="warning", markup=False, timeout=12)
        self.theme_changed_signal.subscribe(self, self._show_theme)
        if self.training is not None:
            self.set_interval(TRAINING_POLL_SECONDS, self.update_training_status)
        queue = QueueScreen(self.desk)
        self.push_screen(queue)
        key = self._first or self.desk.resume()
        if key is None:
            return
        opening = partial(self.open_adjudication if self._adjudicating else self.open_document, key)
        try:
            opening()
        except LockedError:  # gold is begun with a step
            queue.call_later(queue.waiting_keys.run, opening)

    def update_training_status(self) -> None:
        """Show what the training in the background does, above all when it asks a server."""
        state = self.training.state() if self.training is not None else ""
        if state != self.training_status:
            self.training_status = state
            if isinstance(self.screen, WorkScreen):
                self.screen.show_training_status()

    def _show_theme(self, _theme: Theme) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, WorkScreen):
                screen.apply_palette(self.palette)

    def open_document(self, key: str, needle: str = "") -> None:
        """Open a document over the queue, at the first place of what was searched for, if its text has it."""
        self._push_document(lambda: AnnotateScreen(self.desk, self.desk.open(key), needle))

    def open_agreement(self) -> None:
        """Open the figures on how curators agree, over the queue."""
        self.push_screen(AgreementScreen(self.desk))

    def open_adjudication(self, key: str) -> None:
        """Open what curators differ on in a document, over the queue."""
        self._push_document(lambda: AdjudicateScreen(self.desk, self.desk.adjudicate(key)))

    def _push_document(self, make_screen: Callable[[], WorkScreen]) -> None:
        """Open a screen that keeps a document in memory, and let the garbage collector pass that over."""
        collect_everything()
        self.push_screen(make_screen())
        self.call_after_refresh(exempt_from_collection)

    def open_feedback(self, key: str) -> None:
        """Open the curator's work on a document against its gold."""
        items = self.desk.feedback(key)
        self.push_screen(FeedbackScreen(self.desk, self.desk.gold(key), items))

    def open_disagreements(self, sample: AgreementSample, which: DisagreementFilter, hidden: frozenset[str]) -> None:
        """Open the disagreements behind a figure, over the figures."""
        self.push_screen(DisagreementsScreen(self.desk, sample, which, hidden))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every key of the screen in the command palette too, beside the toolkit's own commands."""
        yield from super().get_system_commands(screen)
        for binding in keymap.bindings_of(screen.BINDINGS):
            if binding.description and isinstance(screen, WorkScreen):
                yield SystemCommand(
                    binding.description.capitalize(),
                    f"key {self.get_key_display(binding)}",
                    partial(self.run_later, screen, binding.action),
                )

    def _handle_exception(self, error: Exception) -> None:
        """Leave at what breaks the screen; whoever opened the workbench says what it was, and does not end with 0."""
        self.failure = self.failure or error
        if isinstance(error, AnnotatorError):  # the user can mend it, as a lost database
            self.exit(return_code=error.exit_code)
        else:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Close without the toolkit's traceback: the fault is told in one line, and whole with ``--debug``."""
        self.bell()
        self._close_messages_no_wait()

    def run_later(self, screen: WorkScreen, action: str) -> None:
        """Run a screen's action once the palette is gone."""
        screen.call_later(screen.waiting_keys.run, partial(screen.run_action, action))

    def action_help(self) -> None:
        """Show keys and guidelines."""
        label = self.screen.focused_label() if isinstance(self.screen, WorkScreen) else None
        self.push_screen(HelpScreen(self.screen, self.desk.scheme, self.palette, label))

    async def action_quit(self) -> None:
        """Remember the place and leave."""
        screens = [screen for screen in self.screen_stack if isinstance(screen, WorkScreen)]
        for screen in screens:
            screen.save_before_quitting()
        waiting = sum(len(screen.waiting_keys) for screen in screens)
        lost = f"annotator: what waited for the lock ({waiting} keys) was dropped, nothing of it was written"
        self.exit(message=lost if waiting else None)


def run(desk: Desk, document: str | None, preferences: Preferences, *, adjudicating: bool = False) -> None:
    """Open the workbench in this terminal, to annotate or to adjudicate, until the curator quits."""
    collect_seldom()
    training = None
    if preferences.learn:
        training = BackgroundTraining(desk.workspace.root, desk.curator, network=preferences.network_in_background)
    app = AnnotatorApp(desk, document, preferences, training, adjudicating=adjudicating)
    app.signals = Signals(app)
    with app.signals.handled():
        app.run()
    if app.signals.ended_by is not None:
        desk.workspace.close()
        app.signals.end_process()
    if app.failure is not None:
        filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)  # the toolkit's, which was cut short
        raise app.failure
