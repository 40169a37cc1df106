"""An app whose notifications stay until they are read, and that paints nothing behind an opaque screen."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.app import App
from textual.errors import NoWidget
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets._toast import ToastRack

READ_EACH_SECOND = 12
"""Characters of a notification that somebody reads in a second who is busy with something else."""


class NotifyingApp(App[None]):
    """Shows each notification once, and takes no room for those that are gone."""

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        """The screens that show through the one in front; Textual lays one out behind an opaque one too."""
        return super()._background_screens if self.screen.styles.background.a < 1 else []

    async def on_event(self, event: events.Event) -> None:
        """Handle an event; Textual looks for what holds the widget under the mouse, also when that is gone."""
        if isinstance(event, events.MouseDown | events.MouseMove) and self._is_on_what_is_gone(event):
            return
        await super().on_event(event)

    def _is_on_what_is_gone(self, event: events.MouseEvent) -> bool:
        """Whether the widget under the mouse was removed since the last frame."""
        try:
            widget, _ = self.get_widget_at(event.x, event.y)
        except NoWidget:
            return False
        return widget.parent is None

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a notification for as long as it takes to read; one that says the same gives way to it."""
        for shown in [notification for notification in self._notifications if notification.message == message]:
            self._unnotify(shown, refresh=False)
        seconds = max(timeout or self.NOTIFICATION_TIMEOUT, len(message) / READ_EACH_SECOND)
        super().notify(message, title=title, severity=severity, timeout=seconds, markup=markup)

    def _refresh_notifications(self) -> None:
        """Show the notifications as they are now; Textual keeps empty lines for those that were taken away early."""
        kept = {ToastRack._toast_id(notification) for notification in self._notifications}
        for holder in self.screen.query("ToastHolder") if self.screen_stack else ():
            if holder.id not in kept:
                holder.remove()
        super()._refresh_notifications()
