"""The app of the workbench: opens screens, holds the theme and view settings, and runs in a terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from functools import partial
from typing import ClassVar, NamedTuple

from rich.console import RenderableType
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen
from textual.theme import Theme
from textual.worker import WorkerFailed

from annotator.annotation import RelationKey, SpanKey
from annotator.errors import AnnotatorError, LockedError
from annotator.tui import keymap, themes
from annotator.tui.key_names import read_alt_as_sent
from annotator.tui.layout.item_filter import ItemFilter
from annotator.tui.layout.painting import Mode
from annotator.tui.layout.palette import Palette
from annotator.tui.notifying_app import NotifyingApp
from annotator.tui.screens.adjudicate import AdjudicateScreen
from annotator.tui.screens.agreement import AgreementScreen
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.screens.base import WorkScreen
from annotator.tui.screens.choose_value import ChooseValueScreen, Search
from annotator.tui.screens.commands import CommandsScreen, commands_with_keys
from annotator.tui.screens.comments import CommentsScreen
from annotator.tui.screens.disagreements import DisagreementsScreen
from annotator.tui.screens.feedback import FeedbackScreen
from annotator.tui.screens.find_document import FindDocumentScreen
from annotator.tui.screens.help import HelpScreen
from annotator.tui.screens.queue import QueueScreen
from annotator.tui.signals import Signals
from annotator.tui.theme_palette import theme_palette
from annotator.tui.uncaught import Uncaught
from annotator.tui.waiting_keys import LOCK_TIMEOUT
from annotator.tui.widgets.text_view import TextView
from annotator.tui.workbench import LeftDocument
from annotator.tuning import Exemption, collector_paused
from annotator.workflow.comparing.agreement_sample import AgreementSample
from annotator.workflow.comparing.disagreements import DisagreementFilter
from annotator.workflow.desk import Desk
from annotator.workflow.learning.background_training import BackgroundTraining
from annotator.workflow.settings import Preferences, SettingsError

SCHEME_POLL_SECONDS = 2.0
"""Seconds between two checks whether somebody changed the label scheme."""

TRAINING_POLL_SECONDS = 1.0
"""Seconds between two checks on the training in the background."""


class WorkbenchError(Exception):
    """What ended the workbench without being an :class:`Exception` itself."""

    @classmethod
    def of(cls, error: BaseException) -> WorkbenchError:
        """Take an exception of a kind that is not meant to be caught."""
        return cls(f"{type(error).__name__}: {error}").with_traceback(error.__traceback__)


class Reopening(NamedTuple):
    """What to open when the workbench comes back after the tutorial: a document, or what the bookmark says."""

    document: str | None
    adjudicating: bool


class AnnotatorApp(NotifyingApp):
    """Shows a curator's desk: the queue, and over it the other screens.

    ``document``, or else the one that was left open, is opened at the start, to annotate or (with ``adjudicating``) to
    adjudicate.  ``offers_tutorial`` lets the queue name the tutorial to somebody who has not begun yet; ``reopening``
    says what to open after the tutorial, when the workbench was left for that.  ``failure`` is the exception that ended
    the workbench, to be raised when the terminal is restored.  A ``served`` workbench is looked at from elsewhere, in a
    browser: nothing happens on this machine but in the database.
    """

    TITLE = "annotator"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "quit", id="app.quit", priority=True),
        Binding("ctrl+z", "suspend_process", "stop until `fg`", id="app.suspend", priority=True),
        Binding("ctrl+p", "command_palette", "all commands", id="app.palette", priority=True, show=False),
    ]

    def __init__(
        self,
        desk: Desk,
        document: str | None = None,
        preferences: Preferences | None = None,
        training: BackgroundTraining | None = None,
        *,
        adjudicating: bool = False,
        served: bool = False,
    ) -> None:
        super().__init__(driver_class=_driver(served=served))
        self.desk = desk
        self.is_served = served
        self.training = training
        self.training_status = ""
        self.preferences = preferences or Preferences()
        desk.learns = self.preferences.learn
        desk.accept_threshold = self.preferences.accept_threshold
        self.mode = Mode(self.preferences.mode)
        self.line_numbers = self.preferences.line_numbers
        self.hide_names = self.preferences.hide_names
        self.signals: Signals | None = None
        self.uncaught = Uncaught(self._fail)
        self.failure: BaseException | None = None
        self.offers_tutorial = False
        self.reopening: Reopening | None = None
        self._first_document = document
        self._adjudicating = adjudicating
        self._exemption = Exemption()
        self._palette: tuple[str, Palette] | None = None
        read_alt_as_sent()
        for theme in (themes.DARK, themes.LIGHT):
            self.register_theme(theme)
        self._apply_preferences()

    def _apply_preferences(self) -> None:
        """Set theme and keys; raises :class:`SettingsError` for a theme or key that cannot be."""
        theme, keys = self.preferences.theme or themes.DARK.name, self.preferences.keys
        if theme not in self.available_themes:
            raise SettingsError(f"theme: no theme {theme!r}", f"expected one of {', '.join(self.available_themes)}")
        self.theme = theme
        screens = (
            *(AnnotateScreen, AdjudicateScreen, FeedbackScreen, QueueScreen, AgreementScreen, DisagreementsScreen),
            *(CommentsScreen, FindDocumentScreen, ChooseValueScreen, CommandsScreen, HelpScreen),
        )
        tables = [[*screen.BINDINGS, *self.BINDINGS] for screen in screens]
        keymap.check_keys(keys, tables, self.desk.scheme)
        if self.is_served:
            keys = keymap.with_browser_keys(keys, tables, self.desk.scheme)
        self.set_keymap(keymap.textual_keymap(keys))

    @property
    def palette(self) -> Palette:
        """The colours of the current theme."""
        if self._palette is None or self._palette[0] != self.theme:
            self._palette = (self.theme, theme_palette(self.current_theme, self.theme_variables, self.desk.scheme))
        return self._palette[1]

    def on_mount(self) -> None:
        """Open the queue, and over it the document that was asked for or left open."""
        if self.signals is not None:
            self.signals.start()
            self.uncaught.start()
        self.desk.wait_at_most(LOCK_TIMEOUT)
        for note in self.desk.notes:
            self.notify(note, severity="warning", markup=False, timeout=12)
        self.theme_changed_signal.subscribe(self, self._show_theme)
        if self.training is not None:
            self.set_interval(TRAINING_POLL_SECONDS, self.update_training_status)
        self.set_interval(SCHEME_POLL_SECONDS, self._follow_scheme_when_idle)
        retired = self.desk.retired_work()
        if retired:
            self.notify(retired, severity="warning", markup=False, timeout=12)
        queue = QueueScreen(self.desk)
        self.push_screen(queue)
        if self.desk.is_scheme_outdated():  # while the tutorial was played
            self.follow_scheme()
        key = self._first_document or self.desk.resume()
        if key is None:
            return
        opening = partial(self.open_adjudication if self._adjudicating else self.open_document, key)
        try:
            opening()
        except LockedError:  # opening gold for the first time writes an event
            queue.call_later(queue.waiting_keys.run, opening)

    def follow_scheme(self) -> None:
        """Read label scheme and names anew, and show what was open under them."""
        annotating, settling = (self._open_document(kind) for kind in (AnnotateScreen, AdjudicateScreen))
        listed = next((s.listed for s in self.screen_stack if isinstance(s, AnnotateScreen)), None)
        try:
            what = self.desk.follow_scheme()
        except AnnotatorError as error:
            self.notify(str(error), severity="warning", markup=False, timeout=12)
            return
        self._palette = None
        while len(self.screen_stack) > 2:
            self.pop_screen()
        for screen in self.screen_stack:
            if isinstance(screen, WorkScreen):
                screen.apply_palette(self.palette)
        self.clear_notifications()
        self.notify(what, markup=False, timeout=8)
        if isinstance(self.screen, WorkScreen):
            if settling is not None:
                self.screen.run_or_report(lambda: self.open_adjudication(self.desk.key(settling)), can_wait=False)
            elif annotating is not None:
                self.screen.run_or_report(lambda: self._reopen(self.desk.key(annotating), listed), can_wait=False)

    def _open_document(self, kind: type[AnnotateScreen | AdjudicateScreen]) -> str | None:
        """The document that a screen of a kind has open, by its identity."""
        keys = (screen.session.document.key for screen in self.screen_stack if isinstance(screen, kind))
        return next(map(self.desk.identity, keys), None)

    def _follow_scheme_when_idle(self) -> None:
        """Follow a change of the label scheme, unless somebody is typing or being asked."""
        screen = self.screen
        if isinstance(screen, WorkScreen) and not screen.is_asking and self.desk.is_scheme_outdated():
            self.follow_scheme()

    def change_labels(self, screen: WorkScreen, typed: str = "", told: str = "") -> None:
        """Ask for a change of the labels, show what it would do, and make it when it is entered once more."""

        def entered(text: str) -> None:
            words = text.split()
            if words and text == told:
                if screen.run_or_report(lambda: self.desk.change_labels(words)):
                    self.follow_scheme()
            elif words and screen.run_or_report(lambda: self._show_change(words)):
                self.change_labels(screen, text, text)

        screen.ask_for_text("rename OLD NEW · merge A B INTO · split OLD NEW… · drop NAME · undo", typed, entered)

    def _show_change(self, words: list[str]) -> None:
        what = self.desk.change_labels(words, dry_run=True)
        self.notify(f"{what}. enter does it, escape leaves it", markup=False, timeout=20)

    def update_training_status(self) -> None:
        """Pass a change in what the training does on to the screen."""
        state = self.training.state() if self.training is not None else ""
        if state != self.training_status:
            self.training_status = state
            if isinstance(self.screen, WorkScreen):
                self.screen.show_training_status()

    def _show_theme(self, _theme: Theme) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, WorkScreen):
                screen.apply_palette(self.palette)

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
        """Open a document to annotate: on one of the curator's items, or the first occurrence of ``needle``.

        ``left`` is the document that was finished or skipped before, ``why`` says why this one is next; ``undo`` takes
        the last step back on opening.
        """
        self._push_document(
            lambda: AnnotateScreen(self.desk, self.desk.open(key), needle, item, left=left, why=why, undo=undo)
        )

    def _reopen(self, key: str, listed: ItemFilter | None) -> None:
        """Open a document to annotate that was open before, with the panel filtered as it was."""
        self._push_document(lambda: AnnotateScreen(self.desk, self.desk.open(key), listed=listed))

    def find_document(self, current: str, opening: Callable[[str], object]) -> None:
        """Open the list in which a document is found by what is typed."""
        self.push_screen(FindDocumentScreen(self.desk, current, opening))

    def choose_value(
        self, title: str, search: Search, present: Collection[str], choose: Callable[[str], object], *, typed: bool
    ) -> None:
        """Open the list in which a value is found by what is typed."""
        self.push_screen(ChooseValueScreen(self.desk, title, search, present, choose, typed=typed))

    def open_agreement(self) -> None:
        """Open the figures on how far curators agree."""
        self.desk.check_leads("agreement")
        self.push_screen(AgreementScreen(self.desk))

    def open_adjudication(
        self, key: str, item: SpanKey | RelationKey | None = None, *, before: tuple[str, ...] = (), told: str = ""
    ) -> None:
        """Open the conflicts of a document, on the case of an item, or where the adjudicator was.

        ``before`` are the documents that were left for it, ``told`` is what the screen says first.
        """
        self._push_document(lambda: AdjudicateScreen(self.desk, self.desk.adjudicate(key), item, before, told))

    def open_comments(self) -> None:
        """Open the list of all comments."""
        self.push_screen(CommentsScreen(self.desk))

    def _push_document(self, make_screen: Callable[[], WorkScreen]) -> None:
        """Open a screen that keeps a document in memory, and let the garbage collector pass that over."""
        self._exemption.end()
        with collector_paused():
            self.push_screen(make_screen())
            self._exemption.begin()
        self.call_after_refresh(self._exemption.begin)

    def free_document(self) -> None:
        """Free what the document that was left kept in memory, unless another one is open."""
        if not any(isinstance(screen, AnnotateScreen | AdjudicateScreen) for screen in self.screen_stack):
            self._exemption.end()

    def open_feedback(self, key: str, curator: str | None = None) -> None:
        """Compare the work of a curator (this one, unless another is named) on a document with its gold."""
        curator = curator or self.desk.curator
        items = self.desk.feedback(key, curator)
        self.push_screen(FeedbackScreen(self.desk, self.desk.gold(key), items, curator))

    def open_disagreements(self, sample: AgreementSample, which: DisagreementFilter, hidden: frozenset[str]) -> None:
        """Open the disagreements behind a figure; those in ``hidden`` documents are left out."""
        self.desk.check_leads("agreement")
        self.push_screen(DisagreementsScreen(self.desk, sample, which, hidden))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Add the bindings of the screen to the command palette, after Textual's own commands."""
        without = {"Maximize"} | ({"Screenshot"} if self.is_served else set())
        yield from (command for command in super().get_system_commands(screen) if command.title not in without)
        if isinstance(screen, WorkScreen) and screen.query("#entry") and not self.desk.own_work_only:
            labels = "rename, merge, split or drop labels, with all work"
            yield SystemCommand("Change labels", labels, lambda: screen.call_later(self.change_labels, screen))
        yield SystemCommand("Tutorial", "learn the keys on an article of its own", self.leave_for_tutorial)
        if screen.query(TextView):
            yield SystemCommand("Line numbers", "show or hide them before the text", self.toggle_line_numbers)
        if isinstance(screen, WorkScreen):
            yield from commands_with_keys(screen, self.run_later)

    def action_command_palette(self) -> None:
        """Open the command palette."""
        if not isinstance(self.screen, CommandsScreen):
            self.push_screen(CommandsScreen(self.desk, "commands", list(self.get_system_commands(self.screen))))

    def action_change_theme(self) -> None:
        """Choose a theme."""
        themes = [SystemCommand(name, "", partial(setattr, self, "theme", name)) for name in self.available_themes]
        self.push_screen(CommandsScreen(self.desk, "themes", themes))

    def toggle_line_numbers(self) -> None:
        """Show line numbers before all texts, or hide them."""
        self.line_numbers = not self.line_numbers
        for view in (view for screen in self.screen_stack for view in screen.query(TextView)):
            view.number_lines(wanted=self.line_numbers)

    def _fail(self, error: BaseException) -> None:
        """Close at an exception from outside of all messages."""
        self._handle_exception(error if isinstance(error, Exception) else WorkbenchError.of(error))

    def _handle_exception(self, error: Exception) -> None:
        """Close at an exception that no screen handles, and keep it for :func:`run` to raise."""
        if isinstance(error, WorkerFailed):
            error = error.error if isinstance(error.error, Exception) else WorkbenchError.of(error.error)
        self.failure = self.failure or error
        if isinstance(error, AnnotatorError):  # the user can mend it, such as a database that is gone
            self.exit(return_code=error.exit_code)
        else:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Close without Textual's traceback: the command reports the error in one line, or in full."""
        self.bell()
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:
        """Close at what Textual's driver could not go on from; its traceback is kept for ``--debug``."""
        if self.failure is None:
            error = WorkbenchError("the terminal could no longer be read")
            for renderable in renderables:
                with self.console.capture() as capture:
                    self.console.print(renderable)
                error.add_note(capture.get())
            self.failure = error
        self._close_messages_no_wait()

    def action_suspend_process(self) -> None:
        """Stop until the shell's ``fg``."""
        if self.is_served:
            self.notify("There is no shell here to go back to.", markup=False)
        elif self.signals is not None:
            self.signals.suspend()

    def run_later(self, screen: WorkScreen, action: str) -> None:
        """Run a screen's action after the command palette has closed; a question that is open is withdrawn."""

        def run() -> Awaitable[object]:
            screen.withdraw_question()
            return screen.run_action(action)

        screen.call_later(screen.waiting_keys.run, run)

    async def leave_for_tutorial(self) -> None:
        """Close, to come back after the tutorial to what is open now."""
        settling = self._open_document(AdjudicateScreen)
        self.reopening = Reopening(None if settling is None else self.desk.key(settling), settling is not None)
        await self.action_quit()

    def action_help(self) -> None:
        """Show the keys and guidelines."""
        topic = self.screen.help_topic() if isinstance(self.screen, WorkScreen) else None
        self.push_screen(HelpScreen(self.screen, self.desk.scheme, self.palette, topic))

    async def action_quit(self) -> None:
        """Store what the next start needs, and close."""
        screens = [screen for screen in self.screen_stack if isinstance(screen, WorkScreen)]
        for screen in screens:
            screen.save_before_quitting()
        waiting = sum(len(screen.waiting_keys) for screen in screens)
        message = f"annotator: what waited for the lock ({waiting} keys) was dropped, nothing of it was written"
        self.exit(message=message if waiting else None)


def _driver(*, served: bool) -> type[Driver]:
    from annotator.tui.confined_driver import ConfinedDriver
    from annotator.tui.quick_driver import QuickDriver

    return ConfinedDriver if served else QuickDriver
