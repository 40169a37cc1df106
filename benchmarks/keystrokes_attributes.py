"""Keys per attribute, link and group: what beside labels a made-up article has, set by keys in the annotate screen.

    python -m benchmarks.keystrokes --attributes

The spans and relations stand already, and what is set belongs to the item in focus: moving there, and marking, is what
the other rows of ``benchmarks.keystrokes`` count.  Nothing is suggested.  Every key is really pressed, letters of names
and numbers, and ``enter``, too; the layer that this makes is checked against the gold.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import cast

from textual.pilot import Pilot

from annotator.annotation import Annotations, Attributes, Relation, Span
from annotator.formats.jsonl import read_records
from annotator.history import LayerName, Op, curator_layer
from annotator.labels import AttributeType
from annotator.labels.attributes import value_text, values_of
from annotator.text import Document
from annotator.tui.app import AnnotatorApp
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.screens.choose_value import ChooseValueScreen
from annotator.workflow.desk import Desk
from annotator.workflow.importing.ingest import ingest
from annotator.workflow.layer_diff import differences
from annotator.workflow.workspace import Workspace
from benchmarks.keystrokes_player import SIZE, press
from benchmarks.report import heading, line

TOP = Path(__file__).resolve().parent.parent
TARGETS = TOP / "benchmarks" / "targets" / "attributes"
SCHEME = TOP / "tests" / "attributes" / "labels.yaml"
CURATOR = "p"
BUDGETS = {
    "value or flag": 2.0,
    "link to a catalog's entry": 2.5,
    "mention joined to a group": 2.0,
    "mention taken out of a group": 1.0,
    "attribute of the document": 2.0,
    "text, number or date": None,
}


class AttributePlayer:
    """Sets what the target has, item by item in reading order, and counts the keys by what they are for."""

    def __init__(self, pilot: Pilot[None], target: Annotations) -> None:
        self._pilot = pilot
        self._target = target
        self.keys: Counter[str] = Counter()
        self.times: Counter[str] = Counter()

    @property
    def _screen(self) -> AnnotateScreen:
        return cast("AnnotateScreen", self._pilot.app.screen)

    async def play(self) -> None:
        """Set everything."""
        items: dict[str, Span | Relation] = {**self._target.spans, **self._target.relations}
        order = self._screen.session.layer.order.items
        for item_id in [interval.id for interval in order if interval.id in items]:
            await self._set_all(item_id, items[item_id].attributes or {})
        await self._set_all(None, self._target.document_attributes)
        for relation in self._target.relations.values():
            if relation.label in self._screen.session.scheme.equivalences:
                await self._join(relation.head, relation.child)

    async def _press(self, what: str, *keys: str) -> None:
        for key in keys:
            self.keys[what] += 1
            await press(self._pilot, key)

    async def _set_all(self, item_id: str | None, attributes: Attributes) -> None:
        for name, value in attributes.items():
            for one in values_of(value):
                self._screen.focus_item(item_id)
                await self._set(self._screen.session.scheme.attributes[name], one)

    async def _set(self, attribute: AttributeType, value: bool | float | str) -> None:
        """Press the attribute's or the value's key, and what that asks for."""
        await self._pilot.pause()
        what = _kind(attribute)
        self.times[what] += 1
        await self._press(what, "'")
        (row,) = (row for row in self._screen.prompts.menu(0) if row.title == attribute.name)
        wanted = "yes" if value is True else str(value)
        keys = [choice.key for choice in row.choices if choice.key and choice.text.partition(" ")[0] == wanted]
        if keys:
            await self._press(what, keys[0])
            return
        await self._press(what, attribute.key)
        if attribute.kind == "catalog":
            await self._find(what, attribute, str(value))
        else:
            await self._press(what, *value_text(value), "enter")

    async def _find(self, what: str, attribute: AttributeType, entry: str) -> None:
        """Type the name until the entry is the first that is found."""
        search = self._pilot.app.screen
        assert isinstance(search, ChooseValueScreen)
        assert attribute.catalog is not None
        found = search.desk.catalog(attribute.catalog).entry(entry)
        assert found is not None
        for letter in found.name.lower():
            if search.view.found and search.view.found[0].value == entry:
                break
            await self._press(what, "space" if letter == " " else letter)
        await self._press(what, "enter")

    async def _join(self, earlier: str, later: str) -> None:
        """Join a mention with the group of one before it: by the group's number, else by a hint."""
        screen, what = self._screen, "mention joined to a group"
        self.times[what] += 1
        screen.focus_item(later)
        await self._pilot.pause()
        await self._press(what, ",")
        prompt = screen.prompts.current
        assert prompt is not None
        (number,) = screen.session.content.group_numbers(earlier) or (0,)
        start = self._target.spans[earlier].start
        code = str(number) if str(number) in prompt.options else prompt.hints[start]
        await self._press(what, *code)

    async def take_apart(self, span_id: str) -> None:
        """Take a mention out of its group, and undo that."""
        what = "mention taken out of a group"
        self.times[what] += 1
        self._screen.focus_item(span_id)
        await self._pilot.pause()
        await self._press(what, "<")
        assert not self._screen.session.content.group_numbers(span_id)
        self._screen.action_undo()


def _kind(attribute: AttributeType) -> str:
    if attribute.is_of_document:
        return "attribute of the document"
    if attribute.kind == "catalog":
        return "link to a catalog's entry"
    return "value or flag" if attribute.kind in ("values", "flag") else "text, number or date"


def measure() -> bool:
    """Play, check and print; return whether all is within the budgets."""
    heading(f"keys per attribute, link and group; screen {SIZE[0]}×{SIZE[1]}, side panel closed")
    with (TARGETS / "flood.jsonl").open(encoding="utf-8") as lines:
        (record,) = read_records(lines, "flood.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copy(SCHEME, root / "labels.yaml")
        (root / "catalogs").mkdir()
        shutil.copy(TARGETS / "places.csv", root / "catalogs")
        with closing(Workspace(root)) as workspace:
            player = asyncio.run(_played(workspace, record.document, record.annotations))
    within = True
    for what, budget in BUDGETS.items():
        figure = player.keys[what] / player.times[what]
        within &= line(f"keys per {what}", figure, budget, "keys", f"{player.times[what]} times")
    return within


async def _played(workspace: Workspace, document: Document, target: Annotations) -> AttributePlayer:
    """Play on a layer that has the target's spans and relations, but those of groups, and check what it becomes."""
    links = workspace.scheme.equivalences
    spans = [span.replace(attributes=None, source=None, score=None) for span in target.spans.values()]
    relations = [r.replace(attributes=None) for r in target.relations.values() if r.label not in links]
    bare = Annotations.of(spans, relations)
    fields = {"text": document.sha256, "state": "doing"}
    ops = [Op("layer", field, None, {"value": value}) for field, value in fields.items()]
    _add(workspace, document)
    with workspace.store.write() as writer:
        name = LayerName(document.key, curator_layer(CURATOR))
        writer.append(name, CURATOR, "import", [*ops, *differences(Annotations(), bare)])
    app = AnnotatorApp(Desk(workspace, CURATOR), document.key)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        player = AttributePlayer(pilot, target)
        await player.play()
        content = cast("AnnotateScreen", app.screen).session.content
        assert content.document_attributes == target.document_attributes
        assert {s.id: s.attributes for s in content.spans.values()} == {
            s.id: s.attributes for s in target.spans.values()
        }
        joined = [r for r in target.relations.values() if r.label in links]
        assert all(content.groups.are_one(r.label, r.head, r.child) for r in joined)
        for relation in joined[:5]:
            await player.take_apart(relation.child)
    return player


def _add(workspace: Workspace, document: Document) -> None:
    (workspace.root / "seeds").mkdir()
    path = workspace.root / "seeds" / f"{document.key}.txt"
    path.write_text(document.text, encoding="utf-8", newline="")
    ingest(workspace, [path], CURATOR)
