"""The base of all screens: keys, the entry line, notices and errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import cast

from textual import events
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from annotator.errors import AnnotatorError, LockedError
from annotator.store import SchemeMovedError
from annotator.tui.key_names import key_in_words
from annotator.tui.keymap import keys_in_hints
from annotator.tui.layout.palette import Palette
from annotator.tui.line_compositor import LineCompositor
from annotator.tui.quick_driver import QuickDriver
from annotator.tui.screens.help_topic import HelpTopic
from annotator.tui.waiting_keys import WaitingKeys
from annotator.tui.widgets.clickable_keys import KeyClicked
from annotator.tui.widgets.entry_line import EntryLine
from annotator.tui.widgets.one_layout import laid_out_once
from annotator.tui.widgets.palette_widget import PaletteWidget
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.tui.workbench import Workbench
from annotator.tuning import collect_young, hand_over
from annotator.workflow.desk import Desk

MIN_COLUMNS, MIN_LINES = 60, 15
"""The smallest terminal in which a screen can be used."""

FOR_LEADS = frozenset({"adjudicate", "adjudicate_next", "agreement", "return"})
"""Actions, by name, that reach the work of others."""


@laid_out_once
class WorkScreen(Screen[None]):
    """A screen of the workbench.  Subclasses lay out their widgets with :meth:`with_notices`."""

    DEFAULT_CSS = """
    WorkScreen #too-small { display: none; width: 1fr; height: 1fr; content-align: center middle; text-align: center; }
    WorkScreen.-too-small #too-small { display: block; }
    WorkScreen.-too-small .main { display: none; }
    WorkScreen #entry { display: none; height: 1; padding: 0 1; }
    WorkScreen.-entering #entry { display: block; }
    WorkScreen { layers: default notice; }
    WorkScreen #notice {
        layer: notice; dock: bottom; width: 1fr; height: auto; padding: 0 1; display: none;
        color: $text; background: $warning-muted;
    }
    WorkScreen.-noticed #notice { display: block; }
    WorkScreen ToastRack {
        layer: default; dock: none; max-height: 30%; margin: 0; overflow-y: auto; scrollbar-size-vertical: 1;
    }
    WorkScreen.-too-small ToastRack { display: none; }
    WorkScreen Toast { width: 1fr; max-width: 100%; margin: 0; padding: 0 1; }
    """

    AUTO_FOCUS = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._compositor = LineCompositor()
        self.desk = desk
        self.waiting_keys = WaitingKeys(self, desk, self.handle, self.show_notice)
        self._on_entry: Callable[[str], None] | None = None
        self._on_change: Callable[[str], None] | None = None
        self.withdraw_question: Callable[[], None] = lambda: None
        self.has_open_question: Callable[[], bool] = lambda: False

    @property
    def workbench(self) -> Workbench:
        """The app that shows the screen."""
        return cast("Workbench", self.app)

    def help_topic(self) -> HelpTopic | None:
        """What the help shows first."""
        return None

    def save_before_quitting(self) -> None:
        """Store what the next start needs, such as the document that is open; called when the curator quits."""

    def with_notices(self, widgets: Iterable[Widget]) -> Iterable[Widget]:
        """Yield the screen's widgets, then the notices that every screen has."""
        for widget in widgets:
            widget.add_class("main")
            yield widget
        yield Static(id="too-small", markup=False)
        yield Static(id="notice", markup=False)

    async def on_event(self, event: events.Event) -> None:
        """Pass over that the screen is opened, and what is typed, where the app closes meanwhile: it has no widgets."""
        if self.children or not isinstance(event, events.Mount | events.Key):
            await super().on_event(event)

    def on_mount(self) -> None:
        """Let hints name the keys of the settings, and give notifications lines under the widget that gives way."""
        names = keys_in_hints(self.app._keymap, self.BINDINGS)
        for line in self.query(StatusLine):
            line.key_names = names
        widgets = [child for child in self.children if child.has_class("main")]
        yielding = [
            widget for widget in widgets if widget.styles.height is not None and widget.styles.height.is_fraction
        ]
        for rack in self.query("ToastRack"):
            self.move_child(rack, after=yielding[-1])

    def on_resize(self, event: events.Resize) -> None:
        """Show a message in place of the widgets when the terminal is too small, and adapt to the width."""
        small = event.size.width < MIN_COLUMNS or event.size.height < MIN_LINES
        self.set_class(small, "-too-small")
        if small:
            size = f"{event.size.width}×{event.size.height}"
            self.query_one("#too-small", Static).update(
                f"This window is {size}.\nThe workbench needs {MIN_COLUMNS}×{MIN_LINES}.\n"
                "Make it larger, or quit with ctrl+q."
            )
        self.adapt(event.size.width)
        if self.has_open_question():  # hints stand on what was in view
            self.withdraw_question()
            self.show_hint("the window has another size: press the key again")

    def adapt(self, width: int) -> None:
        """Arrange the widgets for a width in cells."""

    def apply_palette(self, palette: Palette) -> None:
        """Change to the colours of another theme."""
        for widget in self.query(PaletteWidget):
            widget.palette = palette
            widget.refresh()

    @property
    def is_asking(self) -> bool:
        """Whether the entry line or a question is open, to which the next keys belong."""
        return self.has_class("-entering") or self.has_open_question()

    @property
    def is_too_small(self) -> bool:
        """Whether the terminal is too small for the screen."""
        return self.has_class("-too-small")

    # Keys

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Whether an action can be run here."""
        return self.allows(action)

    def allows(self, action: str) -> bool:
        """Whether whoever sits here may use an action, given by name or as a binding has it."""
        return not (self.desk.own_work_only and action.partition("(")[0] in FOR_LEADS)

    async def on_key(self, event: events.Key) -> None:
        """Handle every key here, in the order in which they are pressed.

        Textual runs bindings at the app, possibly after later keys have been handled by a widget: fast typing would act
        on the wrong words, or be lost on its way to the entry line.
        """
        event.stop()
        if self.app.screen is not self:  # typed before the key that left this screen was handled
            self.app.post_message(events.Key(event.key, event.character))
            return
        if event.key == "escape":
            self.app.clear_notifications()
        await self.waiting_keys.take(event)
        self._paint_at_once()

    def _paint_at_once(self) -> None:
        """Paint what a key changed, unless the next key is there already, or the layout changes with it.

        Textual would wait until every widget is idle, and then up to two ticks of its timer.
        """
        waiting = self.focused.message_queue_size if self.focused is not None else 0
        if self.app.message_queue_size or self.message_queue_size or waiting > 1:  # one asks it to repaint itself
            return
        driver = self.app._driver
        if isinstance(driver, QuickDriver) and driver.has_input():
            return
        widgets: list[Widget] = [self, *self._compositor.visible_widgets]
        if any(w._layout_required or w._scroll_required or w._refresh_styles_required for w in widgets):
            return
        self.paint()
        collect_young()

    def paint(self) -> None:
        """Paint a frame now, as before work that takes long; a thread writes it to the terminal."""
        self._on_timer_update()
        hand_over()

    def _on_timer_update(self) -> None:
        """Paint a frame, also of those widgets that have not yet come to ask for it: the next one is two ticks away."""
        if self.is_current and not self._layout_required:
            changed = [widget for widget in self._compositor.visible_widgets if widget._repaint_regions]
            for widget in changed:
                widget._repaint_required = False
            self._dirty_widgets.update(changed)
        super()._on_timer_update()

    async def on_paste(self, event: events.Paste) -> None:
        """Put what was pasted into the entry line, in order with the keys."""
        event.stop()
        if self.app.screen is not self:
            self.app.post_message(events.Paste(event.text))
        elif self.has_class("-entering"):
            await self.waiting_keys.run(partial(self.query_one("#entry", EntryLine).paste, event.text))

    async def on_key_clicked(self, event: KeyClicked) -> None:
        """Press the key that was clicked on, unless an earlier click left the screen; withdraws an open question."""
        if self.is_active and not self.has_class("-entering"):
            self.withdraw_question()
            await self.waiting_keys.take(event.event)

    async def on_virtual_list_entry_chosen(self, event: VirtualList.EntryChosen) -> None:
        """Choose the entry that was clicked, unless it, or the screen, has gone meanwhile."""
        if self.is_active and event.index < event.sender.count():
            await self.choose_entry(event.index, twice=event.twice)

    async def choose_entry(self, index: int, *, twice: bool) -> None:
        """Choose an entry of a list; ``twice`` where it was a double click."""

    async def handle(self, event: events.Key) -> None:
        """Act on a key."""
        if self.has_class("-entering"):
            await self._type(event)
        elif not self.is_too_small:
            await self.press(event)

    def show_notice(self, text: str) -> None:
        """Show a notice over the lowest lines; an empty text removes it."""
        self.query_one("#notice", Static).update(text)
        self.set_class(bool(text), "-noticed")

    async def press(self, event: events.Key) -> None:
        """Run the action that a key is bound to; says so where it has none."""
        active = self._active_binding(event.key)
        if active is not None and active.enabled:
            await self.app.run_action(active.binding.action, active.node)
        else:
            self.show_hint(
                f"{key_in_words(event)} means nothing here{self._told_of_other_case(event.key)} · ? lists the keys"
            )

    def _told_of_other_case(self, key: str) -> str:
        """What the other case of a letter does, which may have been meant."""
        other = key.swapcase()
        active = self._active_binding(other) if len(key) == 1 and other != key else None
        return f" · {other} {active.binding.description}" if active is not None and active.enabled else ""

    def _active_binding(self, key: str) -> ActiveBinding | None:
        """What :attr:`active_bindings` has for a key, without asking for every other key whether its action is on."""
        found: list[ActiveBinding] = []
        for node, bindings in self._modal_binding_chain:
            for binding in bindings.key_to_bindings.get(key, ()):
                state = self.app._check_action_state(binding.action, node)
                if state is not False:
                    found.append(ActiveBinding(node, binding, bool(state), binding.tooltip))
        return max(found, key=lambda active: active.binding.priority, default=None)

    def show_hint(self, text: str) -> None:
        """Show something that is soon forgotten."""
        self.app.clear_notifications()
        self.notify(text, markup=False, timeout=2)

    # The entry line

    def ask_for_text(
        self,
        placeholder: str,
        value: str,
        then: Callable[[str], None],
        meanwhile: Callable[[str], None] | None = None,
    ) -> None:
        """Open the entry line; ``then`` is called with what was typed, unless ``escape`` closes it.

        ``meanwhile`` is called with what stands there at each change.
        """
        entry = self.query_one("#entry", EntryLine)
        self._on_change = meanwhile
        entry.placeholder = placeholder
        entry.value = value
        entry.select_all()
        self._on_entry = then
        self.add_class("-entering")
        self.set_focus(entry)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Hand on what is typed, if that is asked for."""
        if self._on_change is not None:
            self._on_change(event.value)

    async def _type(self, event: events.Key) -> None:
        """Edit the entry line."""
        entry = self.query_one("#entry", EntryLine)
        if event.key == "escape":
            self.close_entry()
        elif event.key == "enter":
            self.close_entry()
            if self._on_entry is not None:
                await self.waiting_keys.run(partial(self._on_entry, entry.value))
        else:
            await entry.edit(event)

    def close_entry(self) -> None:
        """Close the entry line."""
        self.remove_class("-entering")
        self.set_focus(None)

    def show_training_status(self) -> None:
        """Update what the screen shows of the training that runs in the background."""

    def run_or_report(self, action: Callable[[], object], *, can_wait: bool = True) -> bool:
        """Run an action and report an :class:`AnnotatorError` on the screen; returns whether it succeeded.

        With ``can_wait``, :class:`LockedError` is raised: the caller's key is tried again when the lock is free.
        """
        try:
            action()
        except AnnotatorError as error:
            if can_wait and isinstance(error, LockedError):
                raise
            self.show_error(error)
            return False
        return True

    def show_error(self, error: AnnotatorError) -> None:
        """Show what is wrong and how to mend it; under another label scheme, everything is read anew."""
        if isinstance(error, SchemeMovedError):
            self.workbench.follow_scheme()
            return
        self.notify(str(error), severity="warning", markup=False, timeout=6)
