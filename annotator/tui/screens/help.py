"""The help screen: the keys as they are bound now, and the guidelines of the label scheme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from annotator.labels import LabelScheme
from annotator.tui.layout.palette import RETIRED, Palette
from annotator.tui.layout.sanitizing import sanitize


class HelpScreen(ModalScreen[None]):
    """The keys of the screen beneath, then every label with its description and examples.

    ``label`` is the one whose guideline is shown first of all.
    """

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen VerticalScroll {
        width: 90%; max-width: 110; height: 90%; border: round $primary; background: $surface; padding: 0 1;
    }
    HelpScreen Static { width: 1fr; height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "close", id="help.close"),
        Binding("j", "scroll(1)", show=False, id="help.down"),
        Binding("k", "scroll(-1)", show=False, id="help.up"),
    ]

    def __init__(self, beneath: Screen[Any], scheme: LabelScheme, palette: Palette, label: str | None = None) -> None:
        super().__init__()
        own = (b for b in beneath.active_bindings.values() if b.node is beneath)
        self._bindings_beneath = [b for b in own if b.binding.id]  # those of Textual have none, and do nothing here
        self._scheme = scheme
        self._palette = palette
        self._label = label

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        parts: list[RenderableType] = []
        if self._label is not None:
            known = self._label in self._scheme.entities
            parts += [self._guideline(self._label) if known else self._retired(self._label), Text()]
        parts += [Text("Keys", style="bold"), self._keys(), Text(), Text("Labels", style="bold")]
        parts += [self._guideline(name) for name in self._scheme.entities]
        parts += [Text(), Text("Relations", style="bold"), *(self._relation(name) for name in self._scheme.relations)]
        parts += [Text(), Text("esc closes this", style="italic")]
        with VerticalScroll():
            yield Static(Group(*parts))

    def on_mount(self) -> None:
        """Focus the text, so that the arrows scroll."""
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    async def action_dismiss(self, result: None = None) -> None:
        """Close the help."""
        self.dismiss(result)

    def _keys(self) -> Table:
        table = Table.grid(padding=(0, 2))
        keys_of: dict[str, list[str]] = {}
        for active in self._bindings_beneath:
            keys_of.setdefault(active.binding.description, []).append(self.app.get_key_display(active.binding))
        for description, keys in keys_of.items():
            if description:
                table.add_row(Text(" ".join(keys), style="bold"), Text(description))
        return table

    def _guideline(self, name: str) -> RenderableType:
        entity = self._scheme.entities[name]
        color = self._palette.labels[name].rich_color
        heading = Text.assemble((entity.key, "bold underline"), " ", (name, "bold"))
        heading.stylize(f"{color.name}", 2)
        return Group(heading, *_description(entity.description, entity.examples))

    def _retired(self, name: str) -> RenderableType:
        heading = Text(f"{sanitize(name)}{RETIRED}", style="bold")
        return Group(heading, Text("   not in the label scheme; a label's key relabels such a span, d deletes it"))

    def _relation(self, name: str) -> RenderableType:
        relation = self._scheme.relations[name]
        arrow = "↔" if relation.symmetric else "→"
        ends = f"  {' | '.join(relation.head)} {arrow} {' | '.join(relation.child)}"
        heading = Text.assemble((relation.key, "bold underline"), " ", (name, "bold"), ends)
        return Group(heading, *_description(relation.description, relation.examples))


def _description(description: Mapping[str, str], examples: Mapping[str, tuple[str, ...]]) -> list[RenderableType]:
    lines: list[RenderableType] = [Text(f"   {text}", style="") for text in description.values()]
    lines += [Text("   " + " · ".join(phrases), style="italic") for phrases in examples.values() if phrases]
    return lines
