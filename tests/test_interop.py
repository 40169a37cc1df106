"""What `make interop` holds to be equal, declared and lost, and how it deals with programs; none of them runs here."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from annotator.annotation import Annotations, Relation, Span
from annotator.formats.record import LayerRecord
from tests.workspaces import make_document, range_of
from tools.interop.__main__ import go_through
from tools.interop.comparison import ATTRIBUTES, Result, compare
from tools.interop.environment import Environment, InteropError
from tools.interop.protocol import Carry, Program, Trip
from tools.interop.report import BEGIN, END, write_page
from tools.interop.server import process
from tools.interop.workspaces import SAMPLES

EXACT = Trip("jsonl", "as it is")
WORDS = Trip("conll", "by words", rebuilt=True, limits={"key": "none"})
TEXT = "Ana Ruiz\ntrabaja en  Cruz Roja."


def record(text: str = TEXT, key: str = "nota", *left_out: str) -> LayerRecord:
    document = make_document(key, text, "Un título")
    spans = {
        label: Span(label, *range_of(document, words), label)
        for label, words in (("PERSON", "Ana"), ("ORG", "Cruz"))
        if label not in left_out
    }
    links = [] if left_out else [Relation("r", "PERSON", "ORG", "works_for")]
    return LayerRecord(document, Annotations.of(spans.values(), links), "gold", ("ana",), "ab" * 32)


def with_attributes(sure: str = "yes", **document: str) -> LayerRecord:
    plain = record()
    spans = [span.replace(attributes={"sure": sure}) for span in plain.annotations.spans.values()]
    links = [link.replace(attributes={"since": "2020"}) for link in plain.annotations.relations.values()]
    return replace(plain, annotations=Annotations.of(spans, links, document))


def figures(result: Result) -> tuple[str, str, str]:
    return str(result.documents), str(result.spans), str(result.relations)


def test_what_came_back_as_it_went_is_equal() -> None:
    result = compare([record()], [record()], EXACT)
    assert (figures(result), result.faults) == (("1 of 1", "2 of 2", "1 of 1"), [])


def test_what_is_missing_and_what_is_new_are_faults() -> None:
    result = compare([record()], [record(TEXT, "nota", "ORG")], EXACT)
    assert (figures(result), len(result.faults)) == (("1 of 1", "1 of 2", "0 of 1"), 2)
    result = compare([record(TEXT, "nota", "ORG")], [record()], EXACT)
    assert result.faults == ["nota: span new: 21-25-ORG", "nota: relation new: works_for:0-3-PERSON:21-25-ORG"]


def test_an_attribute_that_came_back_otherwise_or_not_is_a_fault() -> None:
    sent = with_attributes(topic="sport")
    result = compare([sent], [with_attributes(topic="sport")], EXACT)
    assert (str(result.attributes), result.faults) == ("4 of 4", [])
    result = compare([sent], [with_attributes("no")], EXACT)
    assert (str(result.attributes), len(result.faults)) == ("1 of 4", 5)
    result = compare([sent], [record()], WORDS)
    assert [result.declared[name] for name in ATTRIBUTES] == [2, 1, 1]
    assert not [fault for fault in result.faults if "attribute" in fault]


def test_a_field_of_a_document_or_a_whole_one_that_is_lost_is_a_fault() -> None:
    assert compare([record()], [record(key="otra")], EXACT).faults == ["nota: another key"]
    assert compare([record()], [], EXACT).faults == ["nota: not there any more"]
    assert compare([], [record()], EXACT).faults == ["nota: not there before"]


def test_what_formats_and_programs_declare_is_no_fault() -> None:
    conll = compare([record()], [replace(record(), annotations=Annotations.of(record().spans().values(), []))], WORDS)
    assert (figures(conll), conll.faults) == (("1 of 1", "2 of 2", "0 of 1"), [])
    assert conll.declared["relations"] == 1
    beyond = replace(EXACT, spans_beyond={"that are names": lambda r: [k for k in r.spans() if k.label == "ORG"]})
    result = compare([record()], [record(TEXT, "nota", "ORG")], beyond)
    assert (result.faults, result.declared["spans that are names"]) == ([], 1)
    at_home = replace(EXACT, documents_beyond={"names": lambda _: True})
    assert compare([record()], [], at_home).faults == []


def test_a_rebuilt_text_may_have_other_white_space_and_an_exact_one_may_not() -> None:
    other = record(TEXT.replace("\n", " ").replace("  ", " "))
    assert compare([record()], [other], replace(EXACT, rebuilt=True)).faults == []
    assert "nota: another text" in compare([record()], [other], EXACT).faults


def test_a_program_that_does_not_install_or_start_is_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    @contextmanager
    def broken(environment: Environment, folder: Path) -> Iterator[Carry]:
        if environment.folder.name == "some":
            raise InteropError("no port")
        yield lambda *_: folder

    def fail(self: Environment, packages: tuple[str, ...]) -> None:
        raise InteropError("no wheel")

    program = Program("Some program", ("some==1",), (EXACT,), broken)
    monkeypatch.setattr(Environment, "version", lambda *_: "1")
    monkeypatch.setattr(Environment, "install", lambda *_: None)
    (row,) = go_through(program, [SAMPLES], tmp_path)
    assert (row.problem, row.failed) == ("does not start: no port", True)
    monkeypatch.setattr(Environment, "install", fail)
    (row,) = go_through(program, [SAMPLES], tmp_path)
    assert (row.problem, row.failed) == ("does not install: no wheel", False)


def test_the_table_goes_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}old\n{END}\nbehind\n", encoding="utf-8")
    write_page([], page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{BEGIN}")
    assert text.endswith(f"{END}\nbehind\n")
    assert "| format | program |" in text
    assert "old" not in text


STARTER = "import subprocess as s; print(s.Popen(['sleep', '600']).pid, flush=True); s.run(['sleep', '600'])"


def test_a_server_is_ended_with_what_it_started(tmp_path: Path) -> None:
    with suppress(KeyboardInterrupt), process([sys.executable, "-c", STARTER], tmp_path, {}) as check:
        child = wait_for_number(tmp_path, check)
        assert is_running(child)
        raise KeyboardInterrupt
    while is_running(child):
        pass


def wait_for_number(folder: Path, check: Callable[[], None]) -> int:
    while True:
        check()
        (log,) = folder.glob("*.log")
        if log.read_text(encoding="utf-8").endswith("\n"):
            return int(log.read_text(encoding="utf-8"))


def is_running(number: int) -> bool:
    return bool(psutil.pid_exists(number) and psutil.Process(number).status() != psutil.STATUS_ZOMBIE)


def test_a_server_that_ends_by_itself_says_its_last_line(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('address in use')"]
    with process(command, tmp_path, {}) as check, pytest.raises(InteropError, match="address in use"):
        deque(iter(check, ""), maxlen=0)
