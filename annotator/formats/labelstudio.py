"""Label Studio's JSON: a list of tasks with annotations by people and predictions by models.

The text is one value of the task's data; regions carry the text that they cover, which settles how a file counts (code
points, or UTF-16 units where characters lie outside the basic plane).  Relations have a direction and no id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from annotator.annotation import Extra
from annotator.formats.document_fields import foreign_document
from annotator.formats.json_values import Fields, encode
from annotator.formats.labelstudio_data import is_minimal, read_minimal, split_data, text_key
from annotator.formats.labelstudio_results import ResultReader, write_results
from annotator.formats.project_setup import labelling_config
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format, Target, all_but
from annotator.formats.record import LayerRecord
from annotator.formats.source import JsonItem, Source

_HINT = "export the project anew as JSON"
_ANNOTATION = ("result", "completed_by", "was_cancelled")
_PREDICTION = ("result", "model_version", "score")
ANNOTATION = "annotation"
"""Kind of the extra that holds the other fields of an annotation or a prediction."""


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield a document for each task; ``options`` may name the key of the text."""
    for item in source.items():
        yield _document(item, options.get("text"))


def _document(item: JsonItem, column: str | None) -> ForeignDocument:
    task = Fields.of(item.value, item.where, hint=_HINT)
    if "data" not in task and is_minimal(task):
        return read_minimal(item, task, column)
    data = task.inner("data")
    name = text_key(data, column)
    text = data.get(name, str)
    work = "annotations" if "annotations" in task or "completions" not in task else "completions"
    results = ResultReader(text)
    ours, others = split_data(data, name)
    annotations = list(task.items(work)) if work in task else []
    author = ours.optional("curator", str) if _one_number(annotations) else None
    layers = [_annotation(fields, results, author) for fields in annotations]
    layers += [_prediction(fields, results) for fields in _predictions(task, annotations, results.lost)]
    extras = {
        "text": name,
        "data": others,
        "task": task.others("data", work, "predictions"),
        **({"names": results.names} if results.names else {}),
    }
    fallback = item.key(task.optional("id", int, str))
    return foreign_document(ours, text, fallback, tuple(layers), extras=extras, lost=results.lost)


def _one_number(annotations: Sequence[Fields]) -> bool:
    """Tell whether all of a task's annotations are by one user, of whom the file has the number at most."""
    users = {str(fields.values.get("completed_by")) for fields in annotations}
    return len(users) <= 1 and all(not isinstance(f.values.get("completed_by"), (dict, str)) for f in annotations)


def _predictions(task: Fields, annotations: Sequence[Fields], lost: Counter[str]) -> Iterator[Fields]:
    """Yield a task's predictions.

    Label Studio's own export gives their numbers alone; the one that an annotation began with stands in that.
    """
    begun = (fields.inner("prediction") for fields in annotations if isinstance(fields.values.get("prediction"), dict))
    known = {fields.values["id"]: fields for fields in begun if "id" in fields and "result" in fields}
    for index, value in enumerate(task.get("predictions", list) if "predictions" in task else ()):
        if type(value) is not int:
            yield task.item("predictions", index)
        elif value in known:
            yield known[value]
        else:
            lost["prediction of which the file has the number only"] += 1


def _annotation(fields: Fields, results: ResultReader, author: str | None) -> ForeignLayer:
    content, extras = results.read(fields)
    cancelled = fields.values.get("was_cancelled") is True
    other_fields = fields.others(*_ANNOTATION)
    by = fields.values.get("completed_by")
    if isinstance(by, dict):
        by = by.get("email") or by.get("id")
    elif by is not None and type(by) not in (int, str):
        fields.get("completed_by", int, str, dict)
    if fields.values.get("completed_by") is not None:
        other_fields["completed_by"] = fields.values["completed_by"]
        author = author or str(by)
    if other_fields:
        extras.append(Extra(ANNOTATION, ANNOTATION, other_fields))
    number = fields.values.get("id")
    return ForeignLayer(
        content,
        author,
        state="skipped" if cancelled else "done",
        extras=tuple(extras),
        attributes=tuple(results.attributes),
        record=fields.path.rstrip(".") if number is None else f"annotation {number}",
    )


def _prediction(fields: Fields, results: ResultReader) -> ForeignLayer:
    content, extras = results.read(fields)
    model = fields.optional("model_version", str, int, float)
    other_fields = fields.others(*_PREDICTION)
    if fields.values.get("score") is not None:
        other_fields["score"] = fields.get("score", int, float)
    if other_fields:
        extras.append(Extra(ANNOTATION, ANNOTATION, other_fields))
    author = None if model is None else str(model)
    return ForeignLayer(content, author, suggested=True, extras=tuple(extras), attributes=tuple(results.attributes))


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write a list with a task on each line; suggestions become predictions, everything else annotations."""
    target.write_list(encode(_task(record, number, target)) for number, record in enumerate(records, 1))


def _task(record: LayerRecord, number: int, target: Target) -> dict[str, Any]:
    document, extras = record.document, record.document_extras
    names = {"from_name": "label", "to_name": "text", **dict(extras.get("names", {}))}
    names.update({name: target.options[name] for name in ("from_name", "to_name") if name in target.options})
    result = write_results(record, names, target.scheme)
    work = next((dict(extra.value) for extra in record.extras if extra.kind == ANNOTATION), {})
    suggested = record.layer.startswith("suggestions")
    data = {
        target.options.get("text") or str(extras.get("text", "text")): document.text,
        **dict(extras.get("data", {})),
        "key": document.key,
        "lang": document.lang,
        "title": document.title,
        "meta": document.meta,
    }
    if len(record.curators) == 1:
        data["curator"] = record.curators[0]
    model = record.layer.partition(":")[2] or "suggestions"
    annotation = {"result": result, "was_cancelled": record.state == "skipped", **work}
    prediction = {"model_version": model, "result": result, **work}
    return {
        "id": number,
        "data": data,
        "annotations": [] if suggested else [annotation],
        "predictions": [prediction] if suggested else [],
        **dict(extras.get("task", {})),
    }


FORMAT = Format(
    name="labelstudio",
    about="Label Studio's JSON: tasks with annotations and predictions",
    ending=".json",
    read=read,
    write=write,
    setup=labelling_config,
    carries=all_but("source", "verdicts", aside=("self_relations",), also=("attributes", "document_attributes")),
    aside=(
        "other data and fields of tasks, annotations and predictions",
        "other results, such as choices, texts and ratings, where the label scheme has no attribute of that name",
        "regions and relations without a label, the direction of relations that go both ways",
    ),
    lost=("ids of regions",),
    options={
        "text": "the key of the text in a task's data (default: text, or the only string)",
        "from_name": "the name of the labels control (default: label)",
        "to_name": "the name of the text object (default: text)",
    },
)
