"""Changing labels in ``labels.yaml`` entry by entry, with every comment and every other character left where it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from annotator.errors import SchemeError
from annotator.labels.attributes import AttributeType
from annotator.labels.extend import extend_scheme, last_line, quoted_name
from annotator.labels.load import NAME, NAME_RULE, compose, read_scheme_text
from annotator.labels.nodes import ProblemReport
from annotator.labels.scheme import LabelScheme, RelationType
from annotator.scheme_changes import LabelChange
from annotator.scheme_changes.change import SECTIONS, ChangeKind


def edit_labels(text: str, change: LabelChange, reserved_keys: Collection[str] = ()) -> str:
    """Make a change in the text of ``labels.yaml``.

    The entry of the first old label becomes that of the first new one where that has none; the other old entries go.
    What the others of merged labels say of models and of what may be linked is added to the entry that stays.  New
    labels of a split get free hot keys, none of the ``reserved_keys``.  Old labels that the text lacks are passed over.
    Raises :class:`SchemeError` where a name cannot
    be a label's, or where the text is written in a way that cannot be changed like this.
    """
    scheme = read_scheme_text(text, reserved_keys)
    if change.kind == "value":
        return _edit_attributes(text, change, scheme)
    for name in change.new:
        if not NAME.fullmatch(name):
            raise SchemeError(
                f"{name!r} cannot be a label: {NAME_RULE}",
                "give it another name",
            )
    if change.kind == "attribute":
        return _edit_attributes(text, change, scheme)
    return _edit_entries(text, change, scheme, reserved_keys)


def _edit_entries(text: str, change: LabelChange, scheme: LabelScheme, reserved_keys: Collection[str]) -> str:
    """Change the entries of entities or relations, and what refers to them."""
    entries = scheme.entities if change.kind == "entity" else scheme.relations
    labels = LabelsText(text)
    missing = [name for name in change.new if name not in entries]
    gone = [name for name in change.old if name in entries and name not in change.new]
    if not gone:
        return text
    if missing:
        labels.rename_entry(change.kind, gone[0], missing[0])
    for name in gone[1 if missing else 0 :]:
        labels.remove(change.kind, name)
    if change.action == "merge":
        _unite(labels, change, scheme, gone[0] if missing else change.new[0])
    unlinked: set[str] = set()
    for relation in scheme.relations.values() if change.kind == "entity" else ():
        if not _replace_ends(labels, relation, change):
            unlinked.add(relation.name)
    for attribute in scheme.attributes.values():
        _replace_of(labels, attribute, change, unlinked)
    text = labels.text()
    if change.kind == "relation" and change.action == "split":
        model = scheme.relations[gone[0]]
        added = [replace(model, name=name, key="", description={}, examples={}, patterns=()) for name in missing[1:]]
        return extend_scheme(text, scheme, (), added, reserved_keys)
    return extend_scheme(text, scheme, missing[1:], (), reserved_keys) if len(missing) > 1 else text


def _unite(labels: LabelsText, change: LabelChange, scheme: LabelScheme, entry: str) -> None:
    """Add to the ``entry`` that stays what the entries of the merged labels say."""
    old = scheme.entities if change.kind == "entity" else scheme.relations
    labels.unite_patterns(change.kind, list(dict.fromkeys((entry, *(name for name in change.old if name in old)))))
    if change.kind == "entity":
        names = dict.fromkeys((entry, *(name for name in change.old if name in scheme.entities)))
        united = dict.fromkeys(label for name in names for label in scheme.entities[name].model_labels)
        if tuple(united) != scheme.entities[entry].model_labels:
            labels.set_list(change.kind, entry, "model_labels", tuple(united))
        return
    types = [scheme.relations[name] for name in dict.fromkeys((entry, *change.old)) if name in scheme.relations]
    for end in ("head", "child"):
        ends = tuple(dict.fromkeys(label for kind in types for label in getattr(kind, end)))
        if ends != getattr(scheme.relations[entry], end):
            labels.set_list(change.kind, entry, end, ends)


def _replace_ends(labels: LabelsText, relation: RelationType, change: LabelChange) -> bool:
    """Let a relation type link the new labels where it linked the old ones; without any left, it goes.

    Returns whether it stays.
    """
    ends = {end: _replaced(getattr(relation, end), change) for end in ("head", "child")}
    if not all(ends.values()):
        labels.remove("relation", relation.name)
        return False
    for end, new in ends.items():
        if new != getattr(relation, end):
            labels.set_list("relation", relation.name, end, new)
    return True


def _replace_of(labels: LabelsText, attribute: AttributeType, change: LabelChange, gone: Collection[str]) -> None:
    """Let an attribute belong to the new labels where it belonged to the old ones; without any left, it goes.

    ``gone`` are relation types that the change takes out.
    """
    of = attribute.of
    if not attribute.is_of_document:
        of = tuple(label for label in _replaced(of, change) if label not in gone)
    if not of:
        labels.remove("attribute", attribute.name)
    elif of != attribute.of:
        labels.set_list("attribute", attribute.name, "of", of)


def _edit_attributes(text: str, change: LabelChange, scheme: LabelScheme) -> str:
    """Rename or drop an attribute, or one of its values; what the text lacks is passed over."""
    labels = LabelsText(text)
    name, _, value = change.old[0].partition("=")
    attribute = scheme.attributes.get(name)
    if attribute is None or (change.kind == "value" and value not in attribute.choices):
        return text
    if change.kind == "value":
        new = change.new[0].partition("=")[2] if change.new else None
        labels.replace_value(name, value, new)
    elif change.new:
        labels.rename_entry("attribute", name, change.new[0])
    else:
        labels.remove("attribute", name)
    return labels.text()


def _replaced(ends: Sequence[str], change: LabelChange) -> tuple[str, ...]:
    new: list[str] = []
    for label in ends:
        new += change.new if label in change.old else (label,)
    return tuple(dict.fromkeys(new))


def restore_labels(text: str, before: str, after: str, change: LabelChange, reserved_keys: Collection[str] = ()) -> str:
    """Take a change back: ``before`` and ``after`` are the text of ``labels.yaml`` around it, ``text`` is it now."""
    if text == after:
        return before
    if change.inverse is not None:
        return edit_labels(text, change.inverse, reserved_keys)
    old, now = read_scheme_text(before, reserved_keys), read_scheme_text(text, reserved_keys)
    source = LabelsText(before)
    if change.kind in ("attribute", "value"):
        return _restore_attribute(text, source, change.old[0].partition("=")[0], now)
    old_entries, entries = (s.entities if change.kind == "entity" else s.relations for s in (old, now))
    labels = LabelsText(text)
    for name in change.new:
        if name in entries and name not in old_entries:
            labels.remove(change.kind, name)
    restored = [name for name in change.old if name in old_entries and name not in entries]
    for name in restored:
        labels.insert(change.kind, source.entry(change.kind, name))
    made = read_scheme_text(after, reserved_keys)
    for name, relation in old.relations.items():
        if name not in now.relations and name not in made.relations and change.kind == "entity":
            labels.insert("relation", source.entry("relation", name))
        for end in ("head", "child") if name in now.relations else ():
            ends = getattr(now.relations[name], end)
            was, became = getattr(relation, end), getattr(made.relations.get(name), end, ())
            if was != became:
                labels.set_list("relation", name, end, _restored(ends, was, became))
    _restore_of(labels, source, old, made, now)
    return labels.text()


def _restore_of(labels: LabelsText, source: LabelsText, old: LabelScheme, made: LabelScheme, now: LabelScheme) -> None:
    """Let attributes belong to what they belonged to before the labels were changed."""
    for name, attribute in old.attributes.items():
        if name not in now.attributes and name not in made.attributes:
            labels.insert("attribute", source.entry("attribute", name))
        elif name in made.attributes and name in now.attributes and attribute.of != made.attributes[name].of:
            of = _restored(now.attributes[name].of, attribute.of, made.attributes[name].of)
            labels.set_list("attribute", name, "of", of)


def _restored(names: Sequence[str], was: Sequence[str], became: Sequence[str]) -> list[str]:
    """A list of names with what a change took out of it, and without what it put there."""
    left = [name for name in names if name in was or name not in became]
    return left + [name for name in was if name not in left and name not in became]


def _restore_attribute(text: str, source: LabelsText, name: str, now: LabelScheme) -> str:
    """Put an attribute back as it was before it, or one of its values, was dropped."""
    labels = LabelsText(text)
    if name in now.attributes:
        labels.remove("attribute", name)
    labels.insert("attribute", source.entry("attribute", name))
    return labels.text()


class LabelsText:
    """The text of a ``labels.yaml`` that is read once and changed in places."""

    def __init__(self, text: str) -> None:
        self._bom = "\ufeff" if text.startswith("\ufeff") else ""
        self._text = text.removeprefix("\ufeff")
        self._rows = self._text.splitlines(keepends=True)
        self._newline = "\r\n" if "\r\n" in self._text else "\n"
        self._starts = [0]
        for row in self._rows:
            self._starts.append(self._starts[-1] + len(row))
        root = compose(self._text, ProblemReport("labels.yaml"))
        self._sections: dict[str, tuple[Any, Any]] = {key.value: (key, value) for key, value in root.value}
        self._edits: dict[tuple[int, int], str] = {}
        self._inserted: dict[ChangeKind, list[str]] = {}
        self._removed: dict[ChangeKind, set[str]] = {"entity": set(), "relation": set(), "attribute": set()}

    def text(self) -> str:
        """The text with all changes."""
        for kind, gone in self._removed.items():
            self._remove_entries(kind, gone)
        for kind, entries in self._inserted.items():
            self._insert_entries(kind, entries)
        parts = [self._bom]
        at = 0
        for (start, end), new in sorted(self._edits.items(), key=lambda edit: (edit[0][0], -edit[0][1])):
            if start >= at:  # what lies in an entry that goes is gone with it
                parts += [self._text[at:start], new]
                at = end
        return "".join((*parts, self._text[at:]))

    def _entries(self, kind: ChangeKind) -> Mapping[str, tuple[Any, Any]]:
        section = self._sections.get(SECTIONS[kind])
        if section is None or section[1].id != "mapping":
            return {}
        return {key.value: (key, value) for key, value in section[1].value}

    def rename_entry(self, kind: ChangeKind, old: str, new: str) -> None:
        """Give an entry another name."""
        key, _ = self._entries(kind)[old]
        self._edits[key.start_mark.index, key.end_mark.index] = quoted_name(new)

    def remove(self, kind: ChangeKind, name: str) -> None:
        """Take an entry out; comments above it stay."""
        self._removed[kind].add(name)

    def entry(self, kind: ChangeKind, name: str) -> str:
        """The lines of an entry without their indentation, or ``NAME: {…}`` where it stands in one line with others."""
        section = self._sections[SECTIONS[kind]][1]
        key, value = self._entries(kind)[name]
        if section.flow_style:
            return self._text[key.start_mark.index : value.end_mark.index] + self._newline
        first, behind = self._extent(key, value)
        indent = key.start_mark.column
        return "".join(row[indent:] if not row[:indent].strip() else row for row in self._rows[first:behind])

    def insert(self, kind: ChangeKind, entry: str) -> None:
        """Add an entry, which has no indentation, at the end of its section."""
        self._inserted.setdefault(kind, []).append(entry)

    def set_list(self, kind: ChangeKind, name: str, field: str, values: Iterable[str]) -> None:
        """Give an entry's field another list of names."""
        key, value = self._entries(kind)[name]
        new = f"[{', '.join(map(quoted_name, values))}]"
        node = next((inner for outer, inner in value.value if outer.value == field), None)
        if node is None:
            self._add_field(key, value, f"{field}: {new}")
        elif node.id == "sequence" and not node.flow_style:
            first = node.value[0].start_mark
            start = self._starts[first.line] + self._rows[first.line].index("-")
            self._edits[start, node.value[-1].end_mark.index] = new
        else:
            self._edits[node.start_mark.index, node.end_mark.index] = new

    def replace_value(self, name: str, old: str, new: str | None) -> None:
        """Give a value of an attribute another name, there and as its default, or (``None``) take it out."""
        fields = {key.value: value for key, value in self._entries("attribute")[name][1].value}
        values, default = fields["values"], fields.get("default")
        items = [(item, item) for item in values.value] if values.id == "sequence" else list(values.value)
        if new is not None:
            defaults = [] if default is None else default.value if default.id == "sequence" else [default]
            for node in (*(key for key, _ in items), *defaults):
                if node.value == old:
                    self._edits[node.start_mark.index, node.end_mark.index] = quoted_name(new)
        elif values.id == "sequence":
            self.set_list("attribute", name, "values", [key.value for key, _ in items if key.value != old])
        elif values.flow_style:
            self._cut_from_braces(values, {old})
        else:
            first, behind = next(self._extent(key, value) for key, value in items if key.value == old)
            self._edits[self._starts[first], self._starts[behind]] = ""

    def unite_patterns(self, kind: ChangeKind, names: list[str]) -> None:
        """Give the first of some entries the patterns of all."""
        entries = self._entries(kind)
        fields = [field for name in names for field in entries[name][1].value if field[0].value == "patterns"]
        items = [self._in_braces(item) for _, patterns in fields for item in patterns.value]
        key, value = entries[names[0]]
        own = next((inner for outer, inner in value.value if outer.value == "patterns"), None)
        if own is not None and len(own.value) == len(items):
            return
        new = f"[{', '.join(items)}]"
        if own is None:
            if items:
                self._add_field(key, value, f"patterns: {new}")
        elif own.flow_style:
            self._edits[own.start_mark.index, own.end_mark.index] = new
        else:
            first = own.value[0].start_mark
            start = self._starts[first.line] + self._rows[first.line].index("-")
            self._edits[start, self._starts[last_line(self._rows, own) + 1]] = new + self._newline

    def _in_braces(self, item: Any) -> str:
        """A mapping as it would be written in one line."""
        if item.flow_style:
            return self._text[item.start_mark.index : item.end_mark.index]
        pairs = [
            f"{self._text[key.start_mark.index : key.end_mark.index]}: "
            f"{self._text[value.start_mark.index : value.end_mark.index]}"
            for key, value in item.value
        ]
        return f"{{{', '.join(pairs)}}}"

    def _add_field(self, key: Any, value: Any, field: str) -> None:
        if value.flow_style:
            at = value.end_mark.index - 1
            self._edits[at, at] = f", {field}" if value.value else field
            return
        at = self._starts[self._extent(key, value)[1]]
        newline = "" if at == 0 or self._text[at - 1] in "\r\n" else self._newline
        self._edits[at, at] = f"{newline}{' ' * value.start_mark.column}{field}{self._newline}"

    def _extent(self, key: Any, value: Any) -> tuple[int, int]:
        """The first line of an entry, and the one behind its last."""
        return int(key.start_mark.line), last_line(self._rows, value) + 1

    def _remove_entries(self, kind: ChangeKind, gone: set[str]) -> None:
        if not gone:
            return
        section_key, section = self._sections[SECTIONS[kind]]
        entries = self._entries(kind)
        if gone >= entries.keys() and not self._inserted.get(kind):
            first, behind = self._extent(section_key, section)
            self._edits[self._starts[first], self._starts[behind]] = ""
        elif section.flow_style:
            self._cut_from_braces(section, gone)
        else:
            for name in gone:
                first, behind = self._extent(*entries[name])
                self._edits[self._starts[first], self._starts[behind]] = ""

    def _cut_from_braces(self, section: Any, gone: set[str]) -> None:
        """Take entries out of a section that is written in braces: each with the comma behind it, or before it."""
        kept = [name.value for name, _ in section.value if name.value not in gone]
        last_kept = kept[-1] if kept else None
        behind_last = False
        for index, (key, value) in enumerate(section.value):
            if key.value in gone:
                if behind_last:
                    start = section.value[index - 1][1].end_mark.index
                    self._edits[start, value.end_mark.index] = ""
                else:
                    following = section.value[index + 1][0].start_mark.index
                    self._edits[key.start_mark.index, following] = ""
            behind_last = behind_last or key.value == last_kept

    def _insert_entries(self, kind: ChangeKind, entries: list[str]) -> None:
        section_key = self._sections.get(SECTIONS[kind])
        if section_key is None:
            end = "" if not self._text or self._text.endswith("\n") else self._newline
            body = "".join(_indented(entry, 2) for entry in entries)
            self._edits[len(self._text), len(self._text)] = f"{end}{SECTIONS[kind]}:{self._newline}{body}"
            return
        section = section_key[1]
        if section.id != "mapping" or section.flow_style:
            raise SchemeError(
                f"labels.yaml: {SECTIONS[kind]} are written in braces, where nothing can be put back by itself",
                "put the labels back by hand, then run the command again",
            )
        at = self._starts[last_line(self._rows, section) + 1]
        newline = "" if at == 0 or self._text[at - 1] in "\r\n" else self._newline
        self._edits[at, at] = newline + "".join(_indented(entry, section.start_mark.column) for entry in entries)


def _indented(entry: str, indent: int) -> str:
    rows = entry.splitlines(keepends=True)
    if not rows[-1].endswith(("\n", "\r")):
        rows[-1] += "\n"
    return "".join(" " * indent + row if row.strip() else row for row in rows)
