"""Documents that are broken, hostile, or none: one line says so, and nothing else happens."""

from __future__ import annotations

import io
import sys
import tarfile
import zlib
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.corpus import read_articles
from annotator.documents.confined import ConfinedReader, forbid_network
from annotator.documents.extract import ExtractOptions
from annotator.documents.kinds import MBOX
from annotator.errors import CorpusError, InputError
from annotator.reading_options import ReadingOptions
from annotator.reading_report import ReadingReport
from tests.documents.made_documents import (
    PARAGRAPHS,
    RSS,
    PdfText,
    docx,
    eml,
    epub,
    page,
    pdf,
    word_paragraph,
    zipped,
)

ONE_PAGE = pdf([PdfText(72, 700, "Hola amigo.")])
ENTITIES = '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>'
OUTSIDE = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&a;</title></item></channel></rss>'
PROTECTED = (
    '<e xmlns:n="http://www.w3.org/2001/04/xmlenc#"><n:EncryptionMethod Algorithm='
    '"http://www.w3.org/2001/04/xmlenc#aes256-cbc"/></e>'
)


def tar(name: str, data: bytes, kind: bytes = tarfile.REGTYPE) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size, member.type, member.linkname = len(data), kind, "/etc/passwd"
        archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def encrypted_pdf() -> bytes:
    encryption = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (%s) /U (%s) /P -4 >> /ID [(a) (a)]" % (
        b"o" * 32,
        b"u" * 32,
    )
    return ONE_PAGE.replace(b"/Root 1 0 R", b"/Root 1 0 R " + encryption)


def packed_pdf(stream: bytes) -> bytes:
    before, _, rest = ONE_PAGE.partition(b"<< /Length")
    packed = zlib.compress(stream)
    head = b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    return before + head + packed + b"\nendstream" + rest.partition(b"endstream")[2]


BAD = {
    "nested.html": (b"<body>" + b"<div>" * 10_000 + b"hola", "elements nested more than 250 deep"),
    "noise.html": (b"\x8d\xff" * 99, "byte 0 is not UTF-8: the page names no known encoding"),
    "empty.html": (b"", "no text in this page"),
    "blank.html": (b"<body> <script>var x</script></body>", "no text in this file"),
    "a.html": (ONE_PAGE, "PDF, though its name says HTML: rename it to a.pdf"),
    "page.txt": (
        page(),
        "HTML, though its name says plain text: rename it to page.html, or take it as it stands by --kind",
    ),
    "pdf.txt": (ONE_PAGE, "PDF, though its name says plain text"),
    "page.pdf": (page(), "HTML, though its name says PDF"),
    "text.pdf": (b"hola", "a damaged PDF, or none"),
    "cut.pdf": (ONE_PAGE[:200], "a damaged PDF, or none"),
    "scan.pdf": (pdf([]), "no text: recognise its text first"),
    "secret.pdf": (encrypted_pdf(), "encrypted with a password: save a copy without"),
    "text.docx": (b"hola", "no Word document, or a damaged one"),
    "cut.docx": (docx(word_paragraph("hola"))[:-40], "no Word document, or a damaged one"),
    "zip.docx": (zipped({"a.txt": "hola"}), "an archive, though its name says a Word document"),
    "sheet.docx": (zipped({"xl/a.xml": "x"}), "a spreadsheet (.xlsx), not a Word document"),
    "bomb.docx": (zipped({"word/document.xml": b" " * (70 << 20)}), "unpacks to more than"),
    "entities.docx": (zipped({"word/document.xml": ENTITIES}), "declares entities"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "cannot read an old Word file (.doc)"),
    "outside.rss": (OUTSIDE.encode(), "declares entities"),
    "nested.rss": (b"<rss><channel><item><title>" + b"<a>" * 9_999, "not well-formed XML: Excessive depth"),
    "other.xml": (b"<?xml version='1.0'?><a>x</a>", "XML of another kind, not a feed"),
    "drm.epub": (epub(["<p>x</p>"], encryption=PROTECTED, rights="<r/>"), "protected (DRM of Adobe ADEPT)"),
    "hole.epub": (epub(["<p>x</p>"]).replace(b"c 0.xhtml", b"d 0.xhtml"), "OPS/c 0.xhtml is missing"),
    "none.eml": (b"\r\nhola", "no e-mail message: it has no headers"),
    "latin.eml": (eml("hola", kind="text/plain").replace(b"hola", b"a\xf1o"), "byte 1 of its text is not UTF-8"),
    "own.eml": (
        eml("a\\u0041", kind="text/plain; charset=unicode_escape").replace(b"a\\", b"\xf1\\"),
        "byte 0 of its text",
    ),
    "own.html": (
        page(head="<meta charset=idna>").replace(b"viernes", b"viern\xf1s"),
        "names no known encoding: name it",
    ),
    "none.mbox": (b"hola", "no mailbox"),
    "out.zip": (zipped({"../a.txt": "hola"}), "../a.txt: leads out of the archive"),
    "bomb.zip": (zipped({"a.txt": b" " * (70 << 20)}), "unpacks to more than 64 MiB"),
    "cut.zip": (zipped({"a.txt": "hola"})[:40], "no ZIP archive, or a damaged one"),
    "out.tar.gz": (tar("../a.txt", b"hola"), "../a.txt: leads out of the archive"),
    "link.tar.gz": (tar("a.txt", b"", tarfile.SYMTYPE), "a.txt: not a regular file"),
    "none.tar.gz": (b"hola", "a damaged one (file could not be opened successfully): unpack it"),
    "cut.tar.gz": (tar("a.txt", b"hola" * 999)[:60], "no archive, or a damaged one"),
    "inner.zip": (
        zipped({"b.zip": zipped({"a.txt": "hola"})}),
        "1 packed again (an archive in an archive): {path}/b.zip",
    ),
}


@pytest.mark.usefixtures("read_here")
@pytest.mark.parametrize("name", BAD)
def test_one_line_says_what_is_wrong_with_the_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    data, said = BAD[name]
    path.write_bytes(data)
    with pytest.raises(CorpusError) as caught:
        list(read_articles([path]))
    line = str(caught.value)
    assert said.format(path=path) in line
    assert line.startswith(f"{path}")
    assert caught.value.hint
    assert len(line.splitlines()) == 1


@pytest.mark.usefixtures("read_here")
def test_a_folder_goes_on_only_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Ana Ruiz llegó.")
    (tmp_path / "b.pdf").write_bytes(encrypted_pdf())
    with pytest.raises(CorpusError, match=r"b\.pdf: encrypted .* or add --skip-bad to take the others"):
        list(read_articles([tmp_path]))
    (tmp_path / " c.txt").write_text("Llegó.")
    with pytest.raises(CorpusError, match=r"the key ' c' begins or ends with a space: .* or add --skip-bad"):
        list(read_articles([tmp_path]))
    report = ReadingReport()
    assert len(list(read_articles([tmp_path], ReadingOptions(skip_bad=True), report=report))) == 1
    assert report.skipped_told() == (
        f"2 that cannot be taken: {tmp_path}/ c.txt (the key ' c' begins or ends with a space), "
        f"{tmp_path}/b.pdf (encrypted with a password)"
    )


GOOD = {
    "a.html": page("<p>Más\u202e texto\x07.</p>"),
    "a.pdf": packed_pdf(b"BT /F1 10 Tf 72 700 Td (Hola amigo.) Tj ET"),
    "b.pdf": pdf([PdfText(72, 700 - 12 * n, text[:70]) for n, text in enumerate(PARAGRAPHS)]),
    "a.docx": docx(word_paragraph("Hola.") + "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"),
    "a.epub": epub([f"<h1>Uno</h1><p>{PARAGRAPHS[0]}</p>"]),
    "a.eml": eml("Hola, Ana."),
    "a.mbox": b"From a@b Fri\r\n" + eml("Hola, Ana."),
    "a.rss": RSS.encode(),
    "a.zip": zipped({"a.txt": "hola", "b/c.html": page()}),
    "a.csv": b'text;id\r\n"a\xf1o;";1\r\n',
}


@pytest.mark.usefixtures("read_here")
@given(data=st.data())
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60, deadline=None
)
def test_no_damage_to_a_file_makes_a_reader_fail_in_another_way(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(GOOD)))
    content = bytearray(GOOD[name])
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(content) - 1))
        damage = data.draw(st.sampled_from(("byte", "cut", "twice", "digit")))
        if damage == "byte":
            content[place] = data.draw(st.integers(0, 255))
        elif damage == "cut":
            del content[place : place + data.draw(st.integers(1, 40))]
            content = content or bytearray(b"x")
        elif damage == "twice":
            content[place:place] = content[place : place + 200]
        else:
            content[place:place] = b"9"
    path = tmp_path / name
    path.write_bytes(content)
    with suppress(CorpusError):
        for article in read_articles([path]):
            assert article.text.strip()


def test_a_reader_that_dies_is_one_line_and_the_next_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(b"".join(b"From a@b Fri\r\n" + eml("Hola, Ana. " * 9_000) + b"\r\n" for _ in range(50)))
    with closing(ConfinedReader()) as reader:
        reading = reader.read(path, "a.mbox", MBOX, ExtractOptions())
        assert next(reading).text.startswith("Hola, Ana.")
        assert reader._process is not None
        reader._process.kill()
        with pytest.raises(InputError, match=r"a\.mbox: reading it ended the process that reads by SIGKILL"):
            list(reading)
        assert len(list(reader.read(path, "a.mbox", MBOX, ExtractOptions()))) == 50


@pytest.mark.usefixtures("read_here")
@pytest.mark.parametrize(("name", "package"), [("a.html", "trafilatura"), ("a.pdf", "pdfminer")])
def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    (tmp_path / name).write_bytes(GOOD[name])
    for module in [package, *(module for module in sys.modules if module.startswith(f"{package}."))]:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(CorpusError, match=rf"{name}: .* needs packages that are not installed: run: .*{package}"):
        list(read_articles([tmp_path / name]))


@pytest.mark.parametrize("event", ["socket.connect", "socket.getaddrinfo", "urllib.Request"])
def test_readers_have_no_network(event: str) -> None:
    with pytest.raises(PermissionError):
        forbid_network(event, ())
