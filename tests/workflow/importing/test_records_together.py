"""Several records of one text: what they say together, and what is refused, in every format that can repeat a text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from annotator.errors import WorkflowError
from annotator.history import GOLD, LayerName
from annotator.store import check_database
from tests.formats.files import ANYTHING, export_data, import_data, workspace
from tests.workspaces import Bench, span_texts

TEXT = "Ada met Bo in Rome."
ADA, ADA_MET, BO, ROME, ROME_ORG = (
    (0, 3, "PERSON"),
    (0, 7, "PERSON"),
    (8, 10, "PERSON"),
    (14, 18, "GPE"),
    (14, 18, "ORG"),
)
FLAT = ANYTHING.replace("overlap: any", "overlap: flat")
Place = tuple[int, int, str]


def doccano(*records: list[Place]) -> bytes:
    return b"".join(json.dumps({"text": TEXT, "label": spans}).encode() + b"\n" for spans in records)


def task(*spans: Place, **more: Any) -> dict[str, Any]:
    places = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    return {"text": TEXT, "spans": places, "answer": "accept", **more}


def prodigy_tasks(*tasks: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in tasks)


def prodigy(*records: list[Place]) -> bytes:
    return prodigy_tasks(*(task(*spans) for spans in records))


def labelstudio(*records: list[Place]) -> bytes:
    """One task with an annotation for each record, all by one person."""
    work = [
        {
            "id": number,
            "completed_by": 4,
            "result": [
                {"id": f"r{i}", "from_name": "label", "to_name": "text", "type": "labels",
                 "value": {"start": start, "end": end, "text": TEXT[start:end], "labels": [label]}}
                for i, (start, end, label) in enumerate(spans)
            ],
        }
        for number, spans in enumerate(records, 11)
    ]  # fmt: skip
    return json.dumps([{"id": 1, "data": {"text": TEXT}, "annotations": work}]).encode()


def conll(*records: list[Place]) -> bytes:
    """A document for each record, of one sentence."""
    words = [(0, "Ada"), (4, "met"), (8, "Bo"), (11, "in"), (14, "Rome"), (18, ".")]
    lines = []
    for spans in records:
        starts = {start: label for start, _, label in spans}
        lines += ["-DOCSTART- O", "", *(f"{w} {f'B-{starts[at]}' if at in starts else 'O'}" for at, w in words), ""]
    return "\n".join(lines).encode()


FORMATS: dict[str, Callable[..., bytes]] = {
    "doccano": doccano,
    "prodigy": prodigy,
    "labelstudio": labelstudio,
    "conll": conll,
}


def spans_of(bench: Bench, layer: str = GOLD) -> set[Place]:
    (key,) = bench.store.document_keys()
    info = bench.store.layer(LayerName(key, layer))
    assert info is not None
    return {(span.start, span.end, span.label) for span in bench.store.annotations(info.id).spans.values()}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("layer", ["gold", "curator:ana"])
@pytest.mark.parametrize("scheme", [ANYTHING, FLAT], ids=["any", "flat"])
def test_two_answers_to_one_text_are_refused_with_both_places(form: str, layer: str, scheme: str) -> None:
    with workspace(scheme) as bench:
        with pytest.raises(WorkflowError) as refused:
            import_data(bench, form, FORMATS[form]([ADA, ROME], [ADA, ROME_ORG]), layer=layer)
        places = {"labelstudio": ("(annotation 11)", "(annotation 12)"), "conll": ("input:3", "input:12")}
        first, second = places.get(form, ("input:1", "input:2"))
        message = str(refused.value)
        assert message.startswith("standard input:")
        assert f"{second}: ORG 14-18 contradicts GPE 14-18 at " in message
        assert first in message.split("contradicts")[1]
        assert "--same-text last" in message
        assert bench.store.document_keys() == []


@pytest.mark.parametrize("form", ["doccano", "prodigy", "labelstudio"])
def test_spans_that_cross_do_not_come_into_a_flat_scheme_by_two_records(form: str) -> None:
    data = FORMATS[form]([ADA], [ADA_MET])
    with workspace(FLAT) as bench:
        with pytest.raises(WorkflowError, match="PERSON 0-7 contradicts PERSON 0-3"):
            import_data(bench, form, data, layer="gold")
        with pytest.raises(WorkflowError, match=r"together with standard input:1.*overlaps .* flat"):
            import_data(bench, form, data, layer="gold", same_text="unite")
        import_data(bench, form, data, layer="gold", same_text="unite", set_aside=True)
        assert len(spans_of(bench)) == 1


@pytest.mark.parametrize("form", FORMATS)
def test_the_last_answer_counts_where_that_is_asked_for(form: str) -> None:
    data = FORMATS[form]([ADA, ROME], [ROME_ORG])
    with workspace(FLAT) as bench:
        report = import_data(bench, form, data, layer="gold", same_text="last")
        assert spans_of(bench) == {ROME_ORG}
        assert (report.layers["gold"].spans, report.repeated) == (1, 1)
        assert report.lost["span of a record that a later one replaces"] == 2
        report = import_data(bench, form, FORMATS[form]([ADA, BO], [ADA]), layer="curator:eva", same_text="last")
        assert report.lost["span of a record that a later one replaces"] == 1
        again = import_data(bench, form, data, layer="gold", same_text="last")
        assert (again.layers["gold"].spans, again.layers["gold"].unchanged) == (1, 1)
        assert list(check_database(bench.store)) == []


@pytest.mark.parametrize("form", FORMATS)
def test_what_does_not_contradict_is_put_together_and_counted_as_stored(form: str) -> None:
    data = FORMATS[form]([ADA], [BO, ADA], [ROME], [ROME])
    with workspace(FLAT) as bench:
        report = import_data(bench, form, data, layer="gold")
        assert spans_of(bench) == {ADA, BO, ROME}
        counts = report.layers["gold"]
        assert (report.new, report.known, report.repeated) == (1, 0, 3)
        assert (counts.documents, counts.unchanged, counts.spans, counts.relations) == (1, 0, 3, 0)
        again = import_data(bench, form, data, layer="gold")
        counts = again.layers["gold"]
        assert (again.new, again.known, again.repeated) == (0, 1, 3)
        assert (counts.documents, counts.unchanged, counts.spans) == (1, 1, 3)
        assert len(bench.store.events(bench.store.layers()[0])) == 1


def test_both_answers_stand_where_the_scheme_lets_them_and_that_is_asked_for() -> None:
    with workspace(ANYTHING) as bench:
        import_data(bench, "doccano", doccano([ROME], [ROME_ORG]), layer="gold", same_text="unite")
        assert spans_of(bench) == {ROME, ROME_ORG}


def test_what_a_later_file_says_otherwise_meets_what_is_stored() -> None:
    """A contradiction hides neither behind a record that is stored already nor behind ``--replace``."""
    with workspace(FLAT) as bench:
        import_data(bench, "doccano", doccano([ROME]), layer="gold")
        with pytest.raises(WorkflowError, match="contradicts GPE 14-18 at standard input:1"):
            import_data(bench, "doccano", doccano([ROME], [ROME_ORG]), layer="gold", replace=True)
        with pytest.raises(WorkflowError, match="holds other work already"):
            import_data(bench, "doccano", doccano([ROME_ORG]), layer="gold")
        import_data(bench, "doccano", doccano([ROME], [BO]), layer="gold", replace=True)
        assert spans_of(bench) == {ROME, BO}


def test_relations_that_differ_contradict() -> None:
    def related(label: str, head: int) -> dict[str, Any]:
        entities = [
            {"id": 1, "start_offset": 0, "end_offset": 3, "label": "PERSON"},
            {"id": 2, "start_offset": 8, "end_offset": 10, "label": "PERSON"},
        ]
        link = {"id": 1, "from_id": head, "to_id": 3 - head, "type": label}
        return {"text": TEXT, "entities": entities, "relations": [link]}

    for other in (related("held_in", 1), related("works_for", 2)):
        with workspace(ANYTHING) as bench:
            with pytest.raises(
                WorkflowError, match=r"standard input:2: .* contradicts works_for:.* at standard input:1"
            ):
                import_data(bench, "doccano", prodigy_tasks(related("works_for", 1), other), layer="gold")
            import_data(bench, "doccano", prodigy_tasks(*[related("works_for", 1)] * 2), layer="gold")


ACCEPTED, REJECTED, IGNORED = (task(ROME, _view_id="ner", answer=answer) for answer in ("accept", "reject", "ignore"))


@pytest.mark.parametrize("layer", ["gold", "curator:ana"])
@pytest.mark.parametrize("first_rejects", [True, False])
def test_yes_and_no_to_one_question_contradict(layer: str, first_rejects: bool) -> None:
    yes = task(ROME) if layer == "gold" else ACCEPTED
    data = prodigy_tasks(*([REJECTED, yes] if first_rejects else [yes, REJECTED]))
    for rule in ("refuse", "unite"):
        with workspace() as bench, pytest.raises(WorkflowError, match=r"input:2: the .* of 14-18-GPE contradicts its"):
            import_data(bench, "prodigy", data, layer=layer, same_text=rule)
    with workspace() as bench:
        import_data(bench, "prodigy", data, layer=layer, same_text="last")
        assert spans_of(bench, layer) == ({ROME} if first_rejects else set())


def test_who_ignores_a_question_contradicts_nobody() -> None:
    for tasks in ([IGNORED, ACCEPTED], [ACCEPTED, IGNORED]):
        with workspace() as bench:
            import_data(bench, "prodigy", prodigy_tasks(*tasks), layer="curator:ana")
            session = bench.session("import-000001", curator="ana")
            assert span_texts(session) == {("GPE", "Rome")}


def test_the_last_answer_to_a_question_leaves_the_other_questions_alone() -> None:
    asked = [task(span, _view_id="ner") for span in (ADA, ROME, ROME_ORG)]
    with workspace(FLAT) as bench:
        import_data(bench, "prodigy", prodigy_tasks(*asked), layer="curator:ana", same_text="last")
        assert spans_of(bench, "curator:ana") == {ADA, ROME_ORG}


def test_suggestions_may_contradict() -> None:
    with workspace(FLAT) as bench:
        import_data(bench, "doccano", doccano([ROME], [ROME_ORG]), layer="suggestions:m")
        assert spans_of(bench, "suggestions:m") == {ROME, ROME_ORG}
        assert export_data(bench, "doccano", layer="suggestions:m")[1].parts[0].spans == 2


def test_records_on_one_line_are_told_apart_by_their_number() -> None:
    listed = json.dumps([{"text": TEXT, "label": [span]} for span in (ROME, ROME_ORG)]).encode()
    with workspace() as bench, pytest.raises(WorkflowError, match=r"input:1 \(item 2\): ORG 14-18 .* input:1, on"):
        import_data(bench, "doccano", listed, layer="gold")
