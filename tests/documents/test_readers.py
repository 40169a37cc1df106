"""What is taken out of documents of each kind, and what is told about what is left out."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from annotator.articles import Article
from annotator.corpus import read_articles
from annotator.reading_options import AS_FOUND, ReadingOptions
from annotator.reading_report import ReadingReport
from tests.documents.made_documents import (
    ATOM,
    PARAGRAPHS,
    RSS,
    PdfText,
    W,
    docx,
    eml,
    epub,
    page,
    pdf,
    word_paragraph,
)

ONE, TWO, THREE = PARAGRAPHS


pytestmark = pytest.mark.usefixtures("read_here")


def read(
    folder: Path, name: str, data: bytes | str, options: ReadingOptions = AS_FOUND
) -> tuple[list[Article], ReadingReport]:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    report = ReadingReport()
    return list(read_articles([path], options, report=report)), report


def left_out(report: ReadingReport) -> Mapping[str, int]:
    return report.whole.left_out


def test_a_page_gives_its_main_text_and_says_what_it_left_out(tmp_path: Path) -> None:
    data = page("<table><tr><td>México</td><td>FGR</td></tr></table>")
    [article], report = read(tmp_path, "nota.html", data)
    assert article.text == "\n\n".join(("Firman acuerdo de seguridad", *PARAGRAPHS, "México\tFGR"))
    assert (article.key, article.lang) == ("nota", "es")
    assert article.meta == {
        "url": "https://eldiario.example/nota/1",
        "date": "2025-10-03",
        "author": "Ana Ruiz",
        "source": {"file": "nota.html", "sha256": hashlib.sha256(data).hexdigest()},
    }
    assert left_out(report) == {"menu": 1, "comment section": 1, "footer": 1}
    assert report.whole.kept == len("".join(article.text.split()))
    lost = "PolíticaDeportesdehoyNomegustanadadeesto,dijounlector.Todoslosderechosreservados."
    assert report.whole.total - report.whole.kept == len(lost)
    told = f"{tmp_path}/nota.html: kept {report.whole.kept:,} of {report.whole.total:,} characters of text; left out: "
    [line] = report.lines()
    assert line.startswith(told)


def test_all_text_of_a_page_can_be_asked_for(tmp_path: Path) -> None:
    [article], report = read(tmp_path, "nota.html", page(), ReadingOptions(whole=True))
    assert article.text.startswith("Política\nDeportes de hoy\n\nFirman acuerdo de seguridad\n\n")
    assert article.text.endswith("Todos los derechos reservados.")
    assert (report.whole.kept, left_out(report)) == (report.whole.total, {})


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="iso-8859-1">', "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">', "cp1252"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ("", "utf-8"),
        ('<meta charset="utf-16">', "utf-8"),
        ('<meta charset="klingon">', "utf-8"),
    ],
)
def test_a_page_is_decoded_as_it_says(tmp_path: Path, head: str, encoding: str) -> None:
    [article], report = read(tmp_path, "a.html", page("<p>“Cooperación” sí.</p>", head=head, encoding=encoding))
    assert "“Cooperación” sí." in article.text
    assert "Según el comunicado" in article.text
    assert report.notes == []


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("how", ["hidden", 'style="display: none"', 'style="color: red; visibility:hidden"'])
def test_words_that_a_page_hides_within_a_paragraph_are_left_out(tmp_path: Path, how: str, whole: bool) -> None:
    data = page(f"<p>La fiscal <span {how}>lea <b>también</b></span>Ana Ruiz lo <b>confirmó</b> el lunes.</p>")
    [article], report = read(tmp_path, "nota.html", data, ReadingOptions(whole=whole))
    assert "La fiscal Ana Ruiz lo confirmó el lunes." in article.text
    assert left_out(report)["hidden passage"] == 1
    assert "también" not in article.text


def test_what_a_program_uncovers_when_it_has_loaded_is_taken(tmp_path: Path) -> None:
    """What many sites put around a whole article; what it holds of blocks is no aside within a paragraph."""
    text = "La fiscal Ana Ruiz confirmó el lunes que la investigación del incendio sigue abierta. " * 4
    data = page(f"<site-root hidden><h1>Nota</h1><p>{text}</p></site-root>")
    [article], report = read(tmp_path, "nota.html", data)
    assert text.strip() in article.text
    assert left_out(report)["hidden passage"] == 0


def test_soft_hyphens_go_and_broken_places_are_shown_and_both_are_told(tmp_path: Path) -> None:
    data = page("<p>La coope\xadración se dará en la frontera norte del país.</p>") + b"<p>\xff</p>"
    [article], report = read(tmp_path, "a.html", data)
    assert "La cooperación se dará" in article.text
    assert left_out(report)["soft hyphen"] == 1
    [note] = report.notes
    assert "1 place not utf-8" in note


def test_a_pdf_is_read_by_page_and_its_lines_are_mended(tmp_path: Path) -> None:
    pages = []
    for number in (1, 2, 3):
        lines = [PdfText(72, 800, "Revista de Seguridad"), PdfText(290, 30, f"{number}")]
        lines += [PdfText(72, 700 - 12 * n, text) for n, text in enumerate((
            f"El {NUMBERS[number]} embajador de Estados Unidos llegó el viernes con la coope-",
            "ración franco-mexicana en materia de seguridad y con franco-",
            f"mexicana oficina número {number}.",
        ))]  # fmt: skip
        lines.append(PdfText(72, 640, f"Otro párrafo {NUMBERS[number]}."))
        pages.append(lines)
    info = "/Title (Informe) /Author (Ana Ruiz) /CreationDate (D:20251003100000-06'00')"
    [article], report = read(tmp_path, "informe.pdf", pdf(*pages, info=info))
    expected = [
        f"El {NUMBERS[n]} embajador de Estados Unidos llegó el viernes con la cooperación franco-mexicana en materia "
        f"de seguridad y con franco-mexicana oficina número {n}.\n\nOtro párrafo {NUMBERS[n]}."
        for n in (1, 2, 3)
    ]
    assert article.text == "\n\n".join(expected)
    assert [article.text[p["start"] : p["end"]] for p in article.meta["pages"]] == expected
    assert (article.title, article.meta["author"], article.meta["date"]) == (
        "Informe",
        "Ana Ruiz",
        "2025-10-03T10:00:00-06:00",
    )
    assert left_out(report) == {"running line": 6, "line-end hyphen": 3}


@pytest.mark.parametrize("turn", [0, 1, -2.5, 90, 180, 270, 30])
def test_lines_of_a_pdf_are_told_apart_in_whatever_direction_they_are_written(tmp_path: Path, turn: float) -> None:
    down = (math.sin(math.radians(turn)) * 12, -math.cos(math.radians(turn)) * 12)
    lines = [
        PdfText(300 + down[0] * n, 400 + down[1] * n, text, turn=turn)
        for n, text in enumerate(("El Consejo de Segu-", "ridad se reunió ayer con", "los ministros del ramo."))
    ]
    stamp = PdfText(20, 200, "BORRADOR", turn=turn + 45)
    [article], report = read(tmp_path, "a.pdf", pdf([*lines, stamp]))
    assert article.text == "El Consejo de Seguridad se reunió ayer con los ministros del ramo.\n\nBORRADOR"
    assert left_out(report) == {"line-end hyphen": 1}


def test_what_stands_along_the_margin_of_most_pages_of_a_pdf_is_a_running_line(tmp_path: Path) -> None:
    pages = [
        [PdfText(20, 300, f"Descargado el {n}", turn=90), PdfText(72, 700, f"Nota {name}."), PdfText(290, 30, str(n))]
        for n, name in enumerate(("primera", "segunda", "tercera"), 1)
    ]
    [article], report = read(tmp_path, "a.pdf", pdf(*pages))
    assert article.text == "Nota primera.\n\nNota segunda.\n\nNota tercera."
    assert left_out(report) == {"running line": 6}


def test_columns_cells_and_indents_of_a_pdf(tmp_path: Path) -> None:
    left = [
        PdfText(72, 700 - 12 * n, t)
        for n, t in enumerate(("Una columna que llega", "hasta abajo y que", "sigue en la otra con"))
    ]
    right = [
        PdfText(320, 700 - 12 * n, t)
        for n, t in enumerate(("palabras minúsculas y que", "acaba.", "Aquí empieza otro"))
    ]
    cells = [
        PdfText(72, 400, "País"),
        PdfText(200, 400, "Agencia"),
        PdfText(72, 380, "México"),
        PdfText(200, 380, "FGR"),
    ]
    [article], _ = read(tmp_path, "a.pdf", pdf([*left, *right, *cells]))
    assert article.text == (
        "Una columna que llega hasta abajo y que sigue en la otra con palabras minúsculas y que acaba.\n\n"
        "Aquí empieza otro\n\nPaís\tAgencia\n\nMéxico\tFGR"
    )


def test_word_paragraphs_lists_and_tables_and_what_stands_beside(tmp_path: Path) -> None:
    listed = "<w:pPr><w:numPr/></w:pPr>"
    table = "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>"
    body = (
        word_paragraph("Hola México.")
        + word_paragraph("uno", listed)
        + word_paragraph("dos", listed)
        + table.format(word_paragraph("País"), word_paragraph("FGR"))
        + "<w:p><w:r><w:t xml:space='preserve'>Queda </w:t></w:r><w:ins><w:r><w:t>esto</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>aquello</w:delText></w:r></w:del><w:r><w:tab/><w:t>y</w:t><w:br/><w:t>más.</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>oculto</w:t></w:r><w:r><w:drawing/></w:r></w:p>"
    )
    comments = f"<w:comments {W}><w:comment>{word_paragraph('ojo')}</w:comment></w:comments>"
    header = f"<w:hdr {W}>{word_paragraph('Membrete')}</w:hdr>"
    [article], report = read(tmp_path, "carta.docx", docx(body, comments=comments, header1=header))
    assert article.text == "Hola México.\n\nuno\ndos\n\nPaís\tFGR\n\nQueda esto\ty\nmás."
    assert (article.title, article.meta["author"]) == ("Acuerdo", "Ana Ruiz")
    assert left_out(report) == {
        "list marker": 2, "tracked deletion": 1, "hidden passage": 1, "picture": 1, "comment": 1, "page header": 1,
    }  # fmt: skip
    assert report.whole.total - report.whole.kept == len("aquelloocultoojoMembrete")


@pytest.mark.parametrize("off", ["0", "false", "off"])
def test_what_a_word_document_switches_off_does_not_count(tmp_path: Path, off: str) -> None:
    unlisted = "<w:pPr><w:numPr><w:numId w:val='0'/></w:numPr></w:pPr>"
    shown = f"<w:p><w:r><w:rPr><w:vanish w:val='{off}'/></w:rPr><w:t>visible</w:t></w:r></w:p>"
    body = word_paragraph("uno", unlisted) + word_paragraph("dos", unlisted) + shown
    [article], report = read(tmp_path, "carta.docx", docx(body))
    assert (article.text, left_out(report)) == ("uno\n\ndos\n\nvisible", {})


def test_paragraphs_are_one_whose_border_is_deleted(tmp_path: Path) -> None:
    joined = "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>"
    both = word_paragraph("medio", joined) + word_paragraph("día")
    cell = f"<w:tbl><w:tr><w:tc>{both}</w:tc></w:tr></w:tbl>"
    last = word_paragraph("fin", joined)
    [article], _ = read(tmp_path, "carta.docx", docx(both + word_paragraph("otro") + last + cell + last))
    assert article.text == "mediodía\n\notro\n\nfin\n\nmediodía\n\nfin"


def test_a_text_box_in_a_cell_is_read_once(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{word_paragraph('caja')}</w:txbxContent>"
    both = f"<mc:AlternateContent xmlns:mc='urn:mc'><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
    both += f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    inner = f"<w:tbl><w:tr><w:tc>{word_paragraph('dentro')}</w:tc></w:tr></w:tbl>"
    cell = f"<w:p><w:r><w:t>celda</w:t></w:r><w:r>{both}</w:r></w:p>{inner}"
    [article], report = read(tmp_path, "caja.docx", docx(f"<w:tbl><w:tr><w:tc>{cell}</w:tc></w:tr></w:tbl>"))
    assert article.text == "celda dentro\n\ncaja"
    assert report.whole.kept == report.whole.total


NUMBERS = ("", "primer", "segundo", "tercer")
CHAPTERS = [f"<h1>Uno</h1><p>{ONE}</p>", "<img src='a.png'/>", f"<h2>Dos</h2><p>{TWO}</p>"]


def test_an_e_book_is_its_chapters(tmp_path: Path) -> None:
    [one, two], _ = read(tmp_path, "libro.epub", epub(CHAPTERS))
    assert (one.key, one.title, one.lang, one.text) == ("libro-001", "Uno", "es", f"Uno\n\n{ONE}")
    assert (two.key, two.title, two.meta["book"]) == ("libro-002", "Dos", "Un libro")


def test_an_e_book_can_be_one_document(tmp_path: Path) -> None:
    [book], _ = read(tmp_path, "libro.epub", epub(CHAPTERS), ReadingOptions(book=True))
    assert (book.key, book.title, book.text) == ("libro", "Un libro", f"Uno\n\n{ONE}\n\nDos\n\n{TWO}")
    borders = [(c["title"], book.text[c["start"] : c["end"]]) for c in book.meta["chapters"]]
    assert borders == [("Uno", f"Uno\n\n{ONE}"), ("Dos", f"Dos\n\n{TWO}")]


def test_a_message_is_its_plain_text_and_its_headers(tmp_path: Path) -> None:
    parts = (
        "--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        "El a=F1o nuevo.\r\nOtra l=EDnea.\r\n--b\r\nContent-Type: application/pdf\r\n"
        'Content-Disposition: attachment; filename="acta.pdf"\r\n\r\nx\r\n--b--'
    )
    [article], report = read(tmp_path, "carta.eml", eml(parts, kind="multipart/mixed; boundary=b"))
    assert (article.text, article.title) == ("El año nuevo.\nOtra línea.", "Acuerdo de México")
    assert (article.meta["from"], article.meta["date"]) == ("Ana Ruiz <ana@example.org>", "2025-10-03T10:00:00-06:00")
    assert (article.meta["attachments"], left_out(report)) == (["acta.pdf"], {"attachment": 1})


def test_a_message_without_plain_text_gives_that_of_its_page(tmp_path: Path) -> None:
    [article], _ = read(
        tmp_path, "a.eml", eml("<p>Hola <b>Ana</b>.</p><ul><li>uno<li>dos</ul>", kind="text/html; charset=utf-8")
    )
    assert article.text == "Hola Ana.\n\nuno\ndos"


def test_what_a_message_hides_before_its_first_line_is_no_text_of_it(tmp_path: Path) -> None:
    body = '<div><span style="display:none">Lea esto en su navegador</span>Ana Ruiz viaja a México.</div>'
    data = f"Subject: Nota\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{body}\n"
    [article], _ = read(tmp_path, "nota.eml", data)
    assert "navegador" not in article.text
    assert article.text.endswith("Ana Ruiz viaja a México.")


@pytest.mark.parametrize("plain", ["", " \r\n\r\n"])
def test_a_message_whose_plain_text_is_empty_is_its_html(tmp_path: Path, plain: str) -> None:
    parts = f"--b\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n"
    parts += "--b\r\nContent-Type: text/html\r\n\r\n<p>Hola Ana.</p>\r\n--b--"
    [article], report = read(tmp_path, "a.eml", eml(parts, kind="multipart/alternative; boundary=b"))
    assert (article.text, left_out(report)) == ("Hola Ana.", {})


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_a_message_with_bytes_that_are_wrong_in_its_encoding_is_read_and_they_are_counted(
    tmp_path: Path, kind: str
) -> None:
    message = eml("Hola, se\N{DEGREE SIGN}or.", kind=f"{kind}; charset=utf-8").replace(
        "\N{DEGREE SIGN}".encode(), b"\xf1"
    )
    [article], report = read(tmp_path, "a.eml", message)
    assert article.text == "Hola, se\ufffdor."
    assert report.notes == [f"{tmp_path / 'a.eml'}: 1 place not in its encoding, shown as \ufffd"]


def test_a_mailbox_is_its_messages_named_by_their_ids(tmp_path: Path) -> None:
    second = eml("From my side: todo bien.").replace(b"<1@", b"<2@").replace(b"From my", b">From my")
    both = b"From a@b Fri\r\n" + eml() + b"\r\nFrom a@b Sat\r\n" + second
    articles, _ = read(tmp_path, "c.mbox", both)
    assert [article.text for article in articles] == [ONE, "From my side: todo bien."]
    [again], _ = read(tmp_path, "c.mbox", b"From a@b Sat\r\n" + second)
    assert again.key == articles[1].key


def test_messages_of_one_id_with_other_texts_are_documents_each(tmp_path: Path) -> None:
    border = b"From a@b Fri\r\n"
    first, second, third = eml("Hola."), eml("Hola.\r\n-- \r\nLista"), eml("Adios.")
    articles, _ = read(tmp_path, "buzon.mbox", b"\r\n".join(border + one for one in (first, second, first, third)))
    assert [article.text for article in articles] == ["Hola.", "Hola.\n-- \nLista", "Adios."]
    [alone], _ = read(tmp_path, "buzon.mbox", border + first)
    assert articles[0].key == alone.key
    assert len({article.key for article in articles}) == 3


def test_messages_and_items_without_text_are_counted(tmp_path: Path) -> None:
    border = b"From a@b Fri\r\n"
    picture = eml("x", kind="image/png")
    [_], report = read(tmp_path, "buzon.mbox", b"\r\n".join(border + one for one in (eml("Hola."), picture, eml("  "))))
    assert left_out(report)["empty message"] == 2
    items = "<item><title>Uno</title></item><item><link>https://eldiario.example/2</link></item>"
    [_], report = read(tmp_path, "todo.rss", f"<rss><channel>{items}</channel></rss>")
    assert left_out(report) == {"empty item": 1}


def test_a_feed_gives_an_entry_a_document_and_says_which_have_only_summaries(tmp_path: Path) -> None:
    [full, short], report = read(tmp_path, "portada.rss", RSS)
    assert full.text == f"Firman & acuerdan\n\n{ONE}\n\nOtro párrafo\xa0aquí."
    assert (full.lang, full.meta["url"], full.meta["author"]) == ("es-mx", "https://eldiario.example/1", "Ana Ruiz")
    assert (full.meta["date"], short.text) == ("2025-10-03T10:00:00+00:00", f"Solo resumen\n\n{THREE}")
    assert left_out(report) == {"full text": 1}
    [atom], _ = read(tmp_path, "avisos.xml", ATOM)
    assert (atom.text, atom.meta["author"], atom.lang) == (f"Firman\n\n{ONE}", "Ana Ruiz", "es")


def test_an_entry_has_its_own_language_and_address(tmp_path: Path) -> None:
    dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    items = "".join(f"<item><title>{t}</title>{lang}</item>" for t, lang in (
        ("Uno", "<dc:language>es</dc:language>"), ("Two", "<dc:language> en </dc:language>"), ("Drei", ""),
    ))  # fmt: skip
    articles, _ = read(tmp_path, "todo.rss", f"<rss {dc}><channel><title>Todo</title>{items}</channel></rss>")
    assert [article.lang for article in articles] == ["es", "en", None]
    source = "<entry><source><link href='https://other.example/'/></source>"
    [atom], _ = read(tmp_path, "planeta.atom", ATOM.replace("<entry>", source))
    assert atom.meta["url"] == "https://eldiario.example/1"


def test_a_page_saved_as_one_file(tmp_path: Path) -> None:
    head = b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
    part = b"--b\r\nContent-Type: text/html\r\nContent-Location: https://x.example/1\r\n\r\n" + page() + b"\r\n--b--"
    [article], _ = read(tmp_path, "a.mhtml", head + part)
    assert article.text.startswith("Firman acuerdo de seguridad\n\nEl embajador")


def test_the_sums_of_many_files_are_told_and_json_has_each(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"{number}.eml").write_bytes(eml(f"Mensaje {number} de Ana."))
    report = ReadingReport()
    assert len(list(read_articles([tmp_path], report=report))) == 7
    [line] = report.lines()
    assert line.startswith("of 7 files, in all: kept 98 of 98 characters")
    facts = json.loads(json.dumps(report.as_json()))
    assert (facts["files"], len(facts["extracted"]["first"])) == (7, 7)
