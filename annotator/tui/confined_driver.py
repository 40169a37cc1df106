"""The driver for a terminal that somebody elsewhere looks at: nothing happens on this machine but in the database."""

from __future__ import annotations

from typing import Any

from textual import events

from annotator.tui.quick_driver import QuickDriver


class ConfinedDriver(QuickDriver):
    """Opens no address, saves no file, and does not stop the process: whoever is there could not go on with it."""

    @property
    def can_suspend(self) -> bool:
        """Whether there is a shell to go back to: there is none."""
        return False

    def open_url(self, *_: Any, **__: Any) -> None:
        """Open nothing: it would open here, and not where somebody asked for it."""

    def deliver_binary(self, *_: Any, delivery_key: str, name: str | None = None, **__: Any) -> None:
        """Save nothing: it would be saved here."""
        refused = PermissionError("nothing is saved on the server")
        self._app.post_message(events.DeliveryFailed(key=delivery_key, exception=refused, name=name))
