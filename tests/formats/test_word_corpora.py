"""Real files in columns and as CAS, against counts made here by other means."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from annotator.errors import FormatError
from annotator.formats import cas_reader as cas
from annotator.formats import conll, webanno_reader
from annotator.formats.source import Source
from tests.formats.files import export_data, import_data, workspace
from tests.repository import CORPORA


def corpus(name: str) -> Path:
    path = CORPORA / name
    if not path.exists():
        pytest.skip(f"{path} is not there; ANNOTATOR_CORPORA may name the folder")
    return path


def tagged_texts(path: Path) -> Counter[tuple[str, str]]:
    """Count labels with their words in a file of two columns in IOB2."""
    counts: Counter[tuple[str, str]] = Counter()
    label = ""
    words: list[str] = []
    for line in [*path.read_text(encoding="utf-8").split("\n"), ""]:
        word, _, tag = line.strip().partition("\t")
        if words and not tag.startswith("I-"):
            counts[label, " ".join(words)] += 1
            words = []
        if tag.startswith("B-"):
            label = tag[2:]
        if tag[:2] in ("B-", "I-"):
            words.append(word)
    return counts


@pytest.mark.parametrize("name", ["emerging.dev.conll", "wnut17train.conll"])
def test_columns(name: str) -> None:
    path = corpus(f"conll/{name}")
    expected = tagged_texts(path)
    written = path.read_text(encoding="utf-8")
    assert sum(expected.values()) == written.count("\tB-")
    sentences = len(re.split(r"(?:\n[ \t]*)+\n", written.strip()))
    (document,) = conll.read(Source(path), {})
    (layer,) = document.layers
    spans = layer.content.spans.values()
    assert Counter((s.label, document.text[s.start : s.end]) for s in spans) == expected
    assert (document.lost, document.text.count("\n") + 1) == ({}, sentences)
    parts = list(conll.read(Source(path), {"sentences": "1"}))
    assert len(parts) == sentences
    counts: Counter[tuple[str, str]] = Counter()
    for part in parts:
        counts.update((s.label, part.text[s.start : s.end]) for s in part.layers[0].content.spans.values())
    assert counts == expected


def test_columns_come_into_a_workspace_and_go_out_again(tmp_path: Path) -> None:
    path = corpus("conll/emerging.dev.conll")
    with workspace() as bench:
        report = import_data(bench, "conll", path, layer="gold", labels_from_data=True)
        assert report.layers["gold"].spans == sum(tagged_texts(path).values())
        out = tmp_path / "emerging.conll"
        data, done = export_data(bench, "conll", out)
        assert sum(done.lost.values()) == done.lost["spans off token borders"]
        again = import_data(bench, "conll", out, layer="curator:again")
        assert again.layers["curator:again"].spans == report.layers["gold"].spans - sum(done.lost.values())
        assert export_data(bench, "conll", tmp_path / "second.conll", layer="curator:again")[0] == data


@pytest.mark.parametrize("article", ["crane", "election", "korea"])
def test_entities_of_gum_in_brackets(article: str) -> None:
    """CoNLL-U says where spaces are, and the coreference file has the same entities over the same words."""
    rich, plain = (corpus(f"coref/GUM_news_{article}.{ending}") for ending in ("conllu", "conll"))
    written = rich.read_text(encoding="utf-8")
    texts = re.findall(r"^# text = (.*)$", written, re.MULTILINE)
    labels = Counter(re.findall(r"\((?:\d+)-([a-z]+)", " ".join(re.findall(r"Entity=(\S+?)(?:\||\n)", written))))
    (document,) = conll.read(Source(rich), {})
    spans = document.layers[0].content.spans.values()
    assert document.key == f"GUM_news_{article}"
    assert re.split(r"\s+", document.text) == re.split(r"\s+", " ".join(texts))
    assert Counter(s.label for s in spans) == labels
    (other,) = conll.read(Source(plain), {})
    found = [(s.label, re.sub(r"\s", "", other.text[s.start : s.end])) for s in other.layers[0].content.spans.values()]
    assert Counter(found) == Counter((s.label, re.sub(r"\s", "", document.text[s.start : s.end])) for s in spans)


@pytest.mark.parametrize("path", ["conll/emerging.dev.conll", "conll/wnut17train.conll", "coref/GUM_news_crane.conll"])
def test_tokens_and_sentences_of_the_file_come_back(path: str) -> None:
    with workspace() as bench:
        options = {"tokens": "file"}
        import_data(bench, "conll", corpus(path), layer="gold", labels_from_data=True, options=options)
        data, _ = export_data(bench, "conll", options={"plain": "yes"})
    given = re.sub(r"(?m)^# .*$", "", corpus(path).read_text(encoding="utf-8"))
    number = int(path.startswith("coref"))
    sentences = [
        [line.split("\t")[number] for line in part.split("\n")] for part in re.split(r"\n(?:[ \t]*\n)+", given.strip())
    ]
    back = [[line.split("\t")[0] for line in part.split("\n")] for part in data.decode().strip().split("\n\n")[1:]]
    assert back == sentences


@pytest.mark.parametrize("name", ["WithLeftToRightTextAndAnnotations", "WithText", "WithTextAndAnnotations"])
def test_json(name: str) -> None:
    path = corpus(f"cas/json/cas{name}.json")
    structures = json.loads(path.read_text(encoding="utf-8"))["%FEATURE_STRUCTURES"]
    text = next(s["sofaString"] for s in structures if "sofaString" in s)
    places = [(s["begin"], s["end"]) for s in structures if s["%TYPE"] == "uima.tcas.Annotation"]
    (document,) = cas.read(Source(path), {"spans": "none"})
    assert document.text == text
    assert sum(document.lost.values()) == len(places)
    (document,) = cas.read(Source(path), {"spans": "uima.tcas.Annotation"})
    assert [(s.start, s.end) for s in document.layers[0].content.spans.values()] == places


@pytest.mark.parametrize("name", ["casWithoutTextButWithAnnotations", "emptyCas"])
def test_json_without_text(name: str) -> None:
    with pytest.raises(FormatError, match=f"{name}.json: a CAS without a text"):
        list(cas.read(Source(corpus(f"cas/json/{name}.json")), {}))


def test_xmi() -> None:
    path, types = corpus("cas/xmi/small_cas.xmi"), corpus("cas/xmi/small_typesystem.xml")
    elements = ET.parse(path).getroot()
    text = next(e.get("sofaString") for e in elements if e.tag.endswith("Sofa"))
    assert text is not None
    expected = [
        (e.get("pos"), text[int(e.get("begin", "")) : int(e.get("end", ""))])
        for e in elements
        if e.tag.endswith("Token")
    ]
    options = {"typesystem": str(types), "spans": "cassis.Token:pos"}
    (document,) = cas.read(Source(path), options)
    assert document.text == text
    assert [(s.label, text[s.start : s.end]) for s in document.layers[0].content.spans.values()] == expected
    sentences = sum(e.tag.endswith("Sentence") for e in elements)
    assert document.lost == {"annotation of type cassis.Sentence": sentences}
    assert [said.name for said in document.layers[0].attributes] == ["id"] * len(expected)
    with pytest.raises(FormatError, match="name the file of the type system"):
        list(cas.read(Source(path), {}))
    (plain,) = cas.read(Source(corpus("cas/xmi/empty_cas.xmi")), {})
    assert plain.text == text


@pytest.mark.parametrize("name", ["crane", "election", "korea"])
def test_webanno_tsv(name: str, tmp_path: Path) -> None:
    path = corpus(f"webanno/GUM_news_{name}.tsv")
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n") if re.match(r"\d+-\d+\t", line)]
    words: dict[str, list[str]] = {}
    for row in rows:
        for value in row[3].split("|"):
            if value != "_":
                words.setdefault(value, []).append(row[2])
    expected = Counter((value.partition("[")[0], " ".join(found)) for value, found in words.items())
    (document,) = webanno_reader.read(Source(path), {})
    (layer,) = document.layers
    spans = layer.content.spans
    texts = {s.id: " ".join(document.text[s.start : s.end].split()) for s in spans.values()}
    assert Counter((s.label, texts[s.id]) for s in spans.values()) == expected
    links = [(row[2], kind) for row in rows for kind in row[7].split("|") if kind != "_"]
    relations = layer.content.relations.values()
    assert sorted((texts[r.child].split()[0], r.label) for r in relations) == sorted(links)
    with workspace("languages: [en]\noverlap: any\nentities: {NOTHING: {key: 1}}\nrelations: {}\n") as bench:
        report = import_data(bench, "webanno", path, layer="gold", labels_from_data=True)
        data, _ = export_data(bench, "webanno", tmp_path / "out")
        again = import_data(bench, "webanno", tmp_path / "out", layer="curator:again")
        assert again.layers["curator:again"].spans == report.layers["gold"].spans
        assert again.layers["curator:again"].relations == report.layers["gold"].relations
        assert export_data(bench, "webanno", tmp_path / "second", layer="curator:again")[0] == data
