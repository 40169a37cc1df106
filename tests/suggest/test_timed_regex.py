"""Patterns of a scheme that backtrack for ever: named with label, line and document, and nothing hangs."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from annotator.annotation import Span
from annotator.cli.main import main
from annotator.errors import SchemeError
from annotator.labels import Pattern, load_scheme
from annotator.suggest.relations.candidates import RelationSuggester
from annotator.suggest.rules import patterns
from annotator.suggest.timed_regex import SlowPatternError, TimedRegex
from annotator.workflow.desk import Desk
from annotator.workflow.workspace import Workspace
from tests.repository import TOP
from tests.suggest.conftest import make_document
from tests.workspaces import LABELS, Bench, make_bench, span_texts

ENDLESS = r"(?:a|b|ab)+c"
BAIT = "Ana Ruiz de " + "ab" * 40 + "! c Cruz Roja."


@pytest.fixture
def trapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(patterns, "TimedRegex", lambda label, pattern: TimedRegex(label, pattern, 0.2))
    bench = make_bench(tmp_path / "work")
    text = LABELS.replace("ORG: {key: 2}", f"ORG:\n    key: 2\n    patterns:\n      - regex: '{ENDLESS}'")
    (bench.workspace.root / "labels.yaml").write_text(text, encoding="utf-8")
    bench.add("nota", BAIT)
    bench.workspace.close()
    return Bench(Workspace(bench.workspace.root))


def test_suggest_names_pattern_label_line_and_document(trapped: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    before = time.monotonic()
    assert main(["-w", str(trapped.workspace.root), "suggest"]) == 1
    assert time.monotonic() - before < 30
    (line,) = capfd.readouterr().err.splitlines()
    assert line == (
        f"annotator: labels.yaml:8: the pattern '{ENDLESS}' of ORG takes more than 0.2 seconds in nota: "
        "write it without repeats inside repeats, such as (a+)+"
    )


def test_once_told_it_is_left_out(trapped: Bench) -> None:
    pattern = TimedRegex("ORG", trapped.scheme.entities["ORG"].patterns[0], 0.1)
    with pytest.raises(SlowPatternError):
        list(pattern.finditer(BAIT))
    assert list(pattern.finditer("abc")) == list(pattern.matches_at("abc", [0])) == []


def test_between_two_spans_it_is_found_out_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.suggest.relations.candidates.BETWEEN_ENDS", 0.1)
    text = LABELS.replace("child: ORG}", f"child: ORG, patterns: [{{regex: '{ENDLESS}'}}]}}", 1)
    (tmp_path / "labels.yaml").write_text(text, encoding="utf-8")
    pairs = RelationSuggester(load_scheme(tmp_path / "labels.yaml"), "es")
    ends = [Span("a", 0, 8, "PERSON"), Span("b", len(BAIT) - 11, len(BAIT) - 1, "ORG")]
    document = make_document(BAIT.replace("!", ""))
    ends[1] = Span("b", len(document.text) - 11, len(document.text) - 1, "ORG")
    with pytest.raises(SlowPatternError, match=r"yaml:9: the pattern .* of works_for takes more than 0.1 sec"):
        pairs.relations(document, ends)
    pairs.relations(document, ends)


def test_a_curator_is_told_once_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.suggest.relations.candidates.BETWEEN_ENDS", 0.1)
    bench = make_bench(tmp_path / "work")
    text = LABELS.replace("child: ORG}", f"child: ORG, patterns: [{{regex: '{ENDLESS}'}}]}}", 1)
    (bench.workspace.root / "labels.yaml").write_text(text, encoding="utf-8")
    document = bench.add("nota", BAIT.replace("!", ""))
    session = Desk(Workspace(bench.workspace.root), "ana").open("nota")
    session.add(0, 8, "PERSON")
    end = len(document.text) - 1
    warning = session.add(end - 9, end, "ORG").warning
    assert isinstance(warning, SlowPatternError)
    assert "of works_for takes more than 0.1 seconds in nota" in warning.message
    assert span_texts(session) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")}
    assert session.flag().warning is None


@pytest.mark.parametrize(
    "regex", [r"x{1,999999999999}", "(" * 5000 + "a" + ")" * 5000, "a" * 20_000, "(?P<a>", "[", "a**"]
)
def test_what_is_no_pattern_is_told_with_its_line(tmp_path: Path, regex: str) -> None:
    text = LABELS.replace("ORG: {key: 2}", f"ORG: {{key: 2, patterns: [{{regex: '{regex}'}}]}}")
    (tmp_path / "labels.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SchemeError, match=r"labels.yaml:5: entities.ORG.patterns\[0\].regex: found"):
        load_scheme(tmp_path / "labels.yaml")


def test_the_sample_scheme_finds_what_python_finds() -> None:
    scheme = load_scheme(TOP / "labels.yaml")
    texts = [path.read_text(encoding="utf-8") for path in sorted((TOP / "seeds").glob("*.txt"))]
    assert texts
    listed = [p for kinds in (scheme.entities, scheme.relations) for kind in kinds.values() for p in kind.patterns]
    for pattern in listed:
        for text in texts if pattern.kind == "regex" else ():
            found = [match.span() for match in TimedRegex("X", pattern).finditer(text)]
            assert found == [match.span() for match in re.finditer(str(pattern.value), text)]


@pytest.mark.parametrize(
    "regex", [r"(?i)ÁRBOL\b", r"\bMéx\w+", r"[^\W\d_]+", r"(?<!\w)ana", r"a{2}", r"(?s).+\Z", r"(\w)\1"]
)
def test_the_two_engines_read_the_same(regex: str) -> None:
    text = "árbol ÁRBOL México aa ﬁn ß ſ İ ı ana bb\n2024 ٣"
    found = [match.span() for match in TimedRegex("X", Pattern("regex", regex)).finditer(text)]
    assert found == [match.span() for match in re.finditer(regex, text)]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"Ana{e}", "Ana{e} y Anna"),
        (r"(?:Ana){i<=1}", "Ana{i<=1} Anna"),
        (r"a{2}b{1,}c{,3}d{1,2}", "aabbccd aab"),
        (r"\{x\}", "{x}"),
        (r"[{e}]+", "{e}e}"),
        (r"\N{LATIN SMALL LETTER A}{2}", "aaa"),
        (r"x{ 1 }", "x{ 1 } x"),
        (r"{a}", "{a} a"),
    ],
)
def test_braces_mean_what_they_mean_to_python(pattern: str, text: str) -> None:
    guarded = TimedRegex("ORG", Pattern("regex", pattern, None, 1))
    found = [match.span() for match in guarded.finditer(text)]
    assert found == [match.span() for match in re.finditer(pattern, text)]
    assert found
