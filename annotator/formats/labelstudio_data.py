"""The data of Label Studio's tasks: which of them is the text, and its minimal JSON, which holds nothing else.

In the minimal JSON (JSON-MIN) a task's data, the regions of each control and who annotated it stand side by side in one
object, one for each annotation.  It has no relations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from annotator.errors import FormatError
from annotator.formats.document_fields import DOCUMENT_FIELDS, foreign_document
from annotator.formats.json_values import Fields
from annotator.formats.labelstudio_results import ResultReader
from annotator.formats.protocol import ForeignDocument, ForeignLayer
from annotator.formats.source import JsonItem

_MEDIA = ("image", "audio", "video", "html", "pdf", "img")
_OUR_FIELDS = (*DOCUMENT_FIELDS, "curator")
_ABOUT_MINIMAL = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time")


def is_minimal(task: Fields) -> bool:
    """Tell whether an object without ``data`` is a task of the minimal JSON."""
    return "annotator" in task or "annotation_id" in task or any(True for _ in _controls(task))


def read_minimal(item: JsonItem, task: Fields, column: str | None) -> ForeignDocument:
    """Read a task of the minimal JSON."""
    controls = dict(_controls(task))
    data = Fields(task.others(*_ABOUT_MINIMAL, *controls), task.where, hint=task.hint)
    name = text_key(data, column)
    text = data.get(name, str)
    results = ResultReader(text)
    regions = [
        {"id": f"{control} {index}", "from_name": control, "to_name": name, "type": kind, "value": value}
        for control, (kind, values) in controls.items()
        for index, value in enumerate(values)
    ]
    content, extras = results.read(Fields({"result": regions}, task.where, hint=task.hint))
    author = task.optional("annotator", int, str)
    layer = ForeignLayer(content, None if author is None else str(author), extras=tuple(extras))
    ours, others = split_data(data, name)
    return foreign_document(
        ours,
        text,
        item.key(task.optional("id", int, str)),
        (layer,),
        extras={"text": name, "data": others} if others else {},
        lost=results.lost,
    )


def split_data(data: Fields, text: str) -> tuple[Fields, dict[str, Any]]:
    """Part a task's data, but its text, into the fields that an export of ours put there and those of others.

    Ours always have the document's key; without it the names mean what the project's owner meant by them.
    """
    ours = _OUR_FIELDS if "key" in data else ()
    fields = {name: data.values[name] for name in ours if name in data}
    return Fields(fields, data.where, data.path, data.hint), data.others(text, *ours)


def _controls(task: Fields) -> Iterator[tuple[str, tuple[str, list[Any]]]]:
    """Yield the controls that hold regions: name, kind of labels and regions."""
    for name, values in task.values.items():
        if isinstance(values, list) and values and all(isinstance(value, dict) for value in values):
            kind = next((key for key in values[0] if key.endswith("labels")), None)
            if kind is not None and "start" in values[0] and "end" in values[0]:
                yield name, (kind, values)


def text_key(data: Fields, column: str | None) -> str:
    """Find the key of the text in a task's data: the requested one, ``text``, or the only one that holds a string.

    Raises :class:`FormatError` for tasks on other media, and where several could be the text.
    """
    if column is not None or "text" in data:
        return column or "text"
    texts = [name for name, value in data.values.items() if isinstance(value, str)]
    media = next((name for name in texts if name.lower() in _MEDIA or _is_address(data.values[name])), None)
    if media is not None and len(texts) == 1:
        raise FormatError(f"{data.where}: a task on {media}, not on text", "export the text tasks by themselves")
    if len(texts) != 1:
        names = ", ".join(data.values) or "nothing"
        raise FormatError(
            f"{data.where}: cannot tell which of data is the text (found {names})", "name it with -O text=KEY"
        )
    return texts[0]


def _is_address(value: str) -> bool:
    return "://" in value[:12] and not any(char.isspace() for char in value)
