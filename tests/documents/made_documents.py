"""Small documents of every kind, made with the standard library alone."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping, Sequence
from typing import NamedTuple

PARAGRAPHS = (
    "El embajador de Estados Unidos en México, Ronald Johnson, informó el viernes que ambos países firmaron un acuerdo "
    "de cooperación en materia de seguridad.",
    "Según el comunicado, el Grupo de Implementación de Seguridad se reunirá cada mes. «Es un paso histórico», dijo el "
    "diplomático ante los periodistas, y añadió que la inspección de armas se intensificará en la frontera.",
    "La presidenta Claudia Sheinbaum respondió que la cooperación se dará con respeto a la soberanía de ambos países.",
)


def page(body: str = "", *, head: str = '<meta charset="utf-8">', encoding: str = "utf-8") -> bytes:
    """A news page with a menu, comments and a footer around three paragraphs."""
    article = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    return (
        f'<!doctype html><html lang="es"><head>{head}<title>Acuerdo - El Diario</title>'
        '<link rel="canonical" href="https://eldiario.example/nota/1"><meta name="author" content="Ana Ruiz">'
        '<meta property="article:published_time" content="2025-10-03T10:00:00Z"></head><body>'
        "<nav><ul><li><a href=/a>Política</a></li><li><a href=/b>Deportes de hoy</a></li></ul></nav>"
        f"<main><article><h1>Firman acuerdo de seguridad</h1>{article}{body}</article>"
        "<section id=comments><p>No me gusta nada de esto, dijo un lector.</p></section></main>"
        "<footer>Todos los derechos reservados.</footer><script>var x = 'nada';</script></body></html>"
    ).encode(encoding)


def zipped(parts: Mapping[str, str | bytes], *, stored: Sequence[str] = ()) -> bytes:
    """A ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word_paragraph(text: str, properties: str = "") -> str:
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def docx(body: str, **others: str) -> bytes:
    """A Word document; ``others`` are further parts below ``word/``, by their names without ``.xml``."""
    parts: dict[str, str | bytes] = {"[Content_Types].xml": "<Types/>"}
    parts["word/document.xml"] = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    parts |= {f"word/{name}.xml": content for name, content in others.items()}
    parts["docProps/core.xml"] = (
        '<p xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        "<dc:title>Acuerdo</dc:title><dc:creator>Ana Ruiz</dc:creator>"
        "<dcterms:created>2025-10-03T10:00:00Z</dcterms:created></p>"
    )
    return zipped(parts)


def epub(chapters: Sequence[str], **others: str) -> bytes:
    """An e-book of some chapters' bodies; ``others`` are parts below ``META-INF/``, by their names without ``.xml``."""
    items = "".join(
        f'<item id="c{n}" href="c%20{n}.xhtml" media-type="application/xhtml+xml"/>' for n, _ in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n, _ in enumerate(chapters))
    parts: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        "OPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<metadata><dc:title>Un libro</dc:title><dc:language>es</dc:language><dc:creator>Ana Ruiz</dc:creator>"
        f"</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>",
    }
    for number, body in enumerate(chapters):
        parts[f"OPS/c {number}.xhtml"] = (
            '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
            f"<head><title>x</title></head><body>{body}</body></html>"
        )
    parts |= {f"META-INF/{name}.xml": content for name, content in others.items()}
    return zipped(parts, stored=("mimetype",))


class PdfText(NamedTuple):
    """A line of text that a PDF draws, in points from the lower left corner, turned by so many degrees."""

    x: float
    y: float
    text: str
    size: float = 10
    turn: float = 0

    @property
    def drawn(self) -> str:
        """The operators that draw it."""
        along, across = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
        place = f"{along:.6f} {across:.6f} {-across:.6f} {along:.6f} {self.x} {self.y} Tm"
        return f"BT /F1 {self.size} Tf {place} ({_pdf_string(self.text)}) Tj ET\n"


def pdf(*pages: Sequence[PdfText], info: str = "") -> bytes:
    """A PDF whose pages draw some lines in Helvetica."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    kids = []
    for lines in pages:
        drawn = "".join(line.drawn for line in lines)
        objects.append(f"<< /Length {len(drawn.encode('cp1252'))} >>\nstream\n{drawn}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects.append(f"<< {info} >>")
    data = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer << /Size {size} /Root 1 0 R /Info {size - 1} 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()


def _pdf_string(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def eml(body: str = PARAGRAPHS[0], *, kind: str = "text/plain; charset=utf-8", more: str = "") -> bytes:
    """A message."""
    return (
        "From: Ana Ruiz <ana@example.org>\r\nTo: bo@example.org\r\nSubject: =?utf-8?q?Acuerdo_de_M=C3=A9xico?=\r\n"
        "Date: Fri, 03 Oct 2025 10:00:00 -0600\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n{more}\r\n{body}\r\n"
    ).encode()


RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>El Diario</title><language>es-mx</language>
<item><title>Firman &amp; acuerdan</title><link>https://eldiario.example/1</link><guid>n-1</guid>
<pubDate>Fri, 03 Oct 2025 10:00:00 +0000</pubDate><dc:creator>Ana Ruiz</dc:creator>
<description>Un resumen.</description>
<content:encoded><![CDATA[<p>{PARAGRAPHS[0]}</p><p>Otro párrafo&nbsp;aquí.</p>]]></content:encoded></item>
<item><title>Solo resumen</title><link>https://eldiario.example/2</link><description>{PARAGRAPHS[2]}</description></item>
</channel></rss>"""

ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="es"><title>Avisos</title>
<entry><id>a-1</id><title>Firman</title><link rel="alternate" href="https://eldiario.example/1"/>
<updated>2025-10-03T10:00:00Z</updated><author><name>Ana Ruiz</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{PARAGRAPHS[0]}</p></div></content></entry></feed>"""
