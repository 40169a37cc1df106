"""The help screen: keys as they are bound now, and the guidelines of the label scheme, narrowed by what is typed."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from annotator.find import fold
from annotator.labels import AttributeType, LabelScheme
from annotator.labels.attributes import value_text
from annotator.tui.layout.palette import RETIRED, Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.screens.help_topic import HelpTopic
from annotator.tui.widgets.entry_line import EntryLine

ANY_LABEL = "label's key"


@dataclass(frozen=True, slots=True)
class HelpEntry:
    """Something in the help: a guideline, or what ``keys`` do; ``words``, folded, are those by which it is found."""

    shown: RenderableType
    words: str
    keys: str = ""

    def matches(self, wanted: Iterable[str]) -> bool:
        """Whether all words, folded, are in the entry."""
        return all(word in self.words for word in wanted)


class HelpScreen(ModalScreen[None]):
    """What is in focus on the screen beneath, then its keys, then every label with its description and examples.

    What is typed narrows all of that; ``topic`` is what is shown first.
    """

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen #help {
        width: 90%; max-width: 110; height: 90%; border: round $primary; background: $surface; padding: 0 1;
    }
    HelpScreen Input { height: 1; margin-bottom: 1; }
    HelpScreen Static { width: 1fr; height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "clear the search, then close", id="help.close", priority=True),
        Binding("down", "scroll(1)", show=False, id="help.down"),
        Binding("up", "scroll(-1)", show=False, id="help.up"),
        Binding("pagedown", "page(1)", show=False, id="help.page_down"),
        Binding("pageup", "page(-1)", show=False, id="help.page_up"),
    ]

    def __init__(
        self, beneath: Screen[Any], scheme: LabelScheme, palette: Palette, topic: HelpTopic | None = None
    ) -> None:
        super().__init__()
        own = (b for b in beneath.active_bindings.values() if b.node is beneath)
        self._bindings_beneath = [b for b in own if b.binding.id]  # those of Textual have none, and do nothing here
        self._scheme = scheme
        self._palette = palette
        self._topic = topic
        self._sections: list[tuple[str, list[HelpEntry]]] = []
        self._shown = Static(id="help-text")
        self._search = EntryLine(placeholder="type to search keys, labels and relations")

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        with Vertical(id="help") as frame:
            frame.border_subtitle = "↑ ↓ page keys scroll · esc clears the search, then closes"
            yield self._search
            with VerticalScroll(can_focus=False):
                yield self._shown

    def on_mount(self) -> None:
        """Collect what there is to show, and give the keys to the search."""
        scheme = self._scheme
        topic = self._topic
        if topic is not None:
            about = [_key_entry([word], text) for word, text in topic.about]
            about += [] if topic.label is None else [self._label(topic.label)]
            self._sections.append((topic.title, [*about, *self._keys_of_topic(topic)]))
            its_own = [] if topic.label is None else scheme.attributes_of(topic.label)
            self._sections.append((f"Attributes of {topic.label}", [_attribute(attribute) for attribute in its_own]))
        adding = [_key_entry([f"alt+{ANY_LABEL}"], "add a span with that label, whatever is in focus")]
        self._sections.append(("Keys", [*self._keys(), *(adding if self._can_label else ())]))
        rules = "\n".join(dict.fromkeys(scheme.guideline.values())).splitlines()
        self._sections.append(("Guideline for all labels", [_rule(line) for line in rules]))
        self._sections.append(("Labels", [self._label(name) for name in scheme.entities]))
        self._sections.append(("Relations", [self._label(name) for name in scheme.relations]))
        self._sections.append(("Attributes", [_attribute(one, told_of=True) for one in scheme.attributes.values()]))
        self.set_focus(self._search)
        self._narrow(self._search.value)

    async def on_key(self, event: events.Key) -> None:
        """Search for what is typed; other keys do what they are bound to."""
        bound = (bindings.key_to_bindings for node, bindings in self._modal_binding_chain if node is self)
        if not any(event.key in keys for keys in bound):
            event.stop()
            await self._search.edit(event)

    async def on_paste(self, event: events.Paste) -> None:
        """Search for what is pasted."""
        event.stop()
        self._search.paste(event.text)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what has all the words that were typed; a lone question mark closes the help as it opened it."""
        if event.value == "?":
            self.dismiss(None)
            return
        self._narrow(event.value)
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """Scroll by screenfuls."""
        scroll = self.query_one(VerticalScroll)
        scroll.scroll_relative(y=by * max(1, scroll.size.height - 1), animate=False)

    def action_clear(self) -> None:
        """Clear the search; close the help when nothing is searched for."""
        if self._search.value:
            self._search.value = ""
        else:
            self.dismiss(None)

    def _narrow(self, typed: str) -> None:
        wanted = fold(typed).split()
        parts: list[RenderableType] = []
        found: set[str] = set()
        for title, entries in self._sections:
            matching = [entry for entry in entries if entry.matches(wanted) and entry.words not in found]
            if wanted:  # what is found for the focus is not found a second time
                found.update(entry.words for entry in matching)
            if matching:
                parts += [Text(title, style="bold underline"), *_rows(matching), Text()]
        self._shown.update(
            Group(*parts[:-1]) if parts else Text(f"nothing here has “{sanitize(typed)}”: esc clears the search")
        )

    def _keys(self, binding_ids: Container[str] | None = None) -> list[HelpEntry]:
        """The keys of some bindings, or of all."""
        keys_of: dict[str, list[str]] = {}
        for active in self._bindings_beneath:
            if binding_ids is None or active.binding.id in binding_ids:
                keys_of.setdefault(active.binding.description, []).append(self.app.get_key_display(active.binding))
        return [_key_entry(keys, description) for description, keys in keys_of.items() if description]

    def _keys_of_topic(self, topic: HelpTopic) -> list[HelpEntry]:
        keys = self._keys(topic.binding_ids)
        return [_key_entry([ANY_LABEL], topic.by_label_key), *keys] if topic.by_label_key and self._can_label else keys

    @property
    def _can_label(self) -> bool:
        """Whether spans are marked on the screen beneath."""
        return any(active.binding.id == "select.begin" for active in self._bindings_beneath)

    def _label(self, name: str) -> HelpEntry:
        entity, relation = self._scheme.entities.get(name), self._scheme.relations.get(name)
        if entity is not None:
            heading = Text.assemble((entity.key, "bold underline"), " ", (name, "bold"))
            heading.stylize(f"{self._palette.labels[name].rich_color.name}", 2)
            return _guideline(heading, entity.description, entity.examples)
        if relation is not None:
            arrow = "↔" if relation.symmetric else "→"
            ends = f"  {' | '.join(relation.head)} {arrow} {' | '.join(relation.child)}"
            heading = Text.assemble((relation.key, "bold underline"), " ", (name, "bold"), ends)
            return _guideline(heading, relation.description, relation.examples)
        mending = "not in the label scheme; a label's key relabels such a span, r retypes a relation, d deletes it"
        return _guideline(Text(f"{sanitize(name)}{RETIRED}", style="bold"), {"": mending}, {})


def _key_entry(keys: list[str], description: str) -> HelpEntry:
    together = " ".join(keys)
    return HelpEntry(Text(description), fold(f"{together} {description}"), together)


def _rule(line: str) -> HelpEntry:
    return HelpEntry(Text(sanitize(line)), fold(line))


def _guideline(heading: Text, description: Mapping[str, str], examples: Mapping[str, tuple[str, ...]]) -> HelpEntry:
    """A label's heading, description and examples; what holds for all languages stands once."""
    lines = [heading, *(Text(f"   {sanitize(text)}") for text in dict.fromkeys(description.values()))]
    shown = (sanitize(" · ".join(phrases)) for phrases in dict.fromkeys(examples.values()) if phrases)
    lines += [Text(f"   {phrases}", style="italic") for phrases in shown]
    return HelpEntry(Group(*lines), fold(" ".join(line.plain for line in lines)))


def _attribute(attribute: AttributeType, *, told_of: bool = False) -> HelpEntry:
    """An attribute with its key, what it may be set to, and the guideline of each value; with what it belongs to."""
    what = f"an entry of the catalog {attribute.catalog}" if attribute.catalog else attribute.kind
    several = ", several at once" if attribute.several else ""
    of = f" · of {', '.join(attribute.of)}" if told_of else ""
    default = value_text(attribute.default)
    unless = f", {default} unless set" if default else ""
    key = (f"{attribute.key} ", "bold underline") if attribute.key else ""
    lines = [Text.assemble("' ", key, (attribute.name, "bold"), f"  {what}{several}{unless}{of}")]
    lines += [Text(f"   {sanitize(text)}") for text in dict.fromkeys(attribute.description.values())]
    unexplained = [c.name for c in attribute.choices.values() if not c.key and not c.description]
    lines += [Text(f"   {', '.join(unexplained)}")] if unexplained else []
    for choice in (c for c in attribute.choices.values() if c.key or c.description):
        told = " · ".join(map(sanitize, dict.fromkeys(choice.description.values())))
        lines.append(Text.assemble("   ", (choice.key, "bold underline"), f" {choice.name}  ", (told, "italic")))
    return HelpEntry(Group(*lines), fold(" ".join(line.plain for line in lines)))


def _rows(entries: list[HelpEntry]) -> list[RenderableType]:
    """Guidelines one under another, the keys in a table."""
    table = Table.grid(padding=(0, 2))
    for entry in entries:
        if entry.keys:
            table.add_row(Text(entry.keys, style="bold"), entry.shown)
    rows = [entry.shown for entry in entries if not entry.keys]
    return [*rows, table] if table.row_count else rows
