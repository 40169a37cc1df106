"""Ingesting 1,000 made web pages, and as many messages: processor time for a file, and peak memory.

python -m benchmarks.documents [--pages N]

The command runs in a process of its own, on a new workspace; its figures count the start of Python, the process that
reads documents and the one that segments.  Most of the time for a page is trafilatura's: its bare extraction of the
same pages is what the budget goes by.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.ingest import SCHEME
from benchmarks.made_articles import made_articles
from benchmarks.report import annotator, heading, line

RATIO_BUDGET, MESSAGE_BUDGET, MEMORY_BUDGET = 1.5, 5, 250
FRAME = (
    '<!doctype html><html lang="es"><head><meta charset="utf-8"><title>{title} - El Diario</title></head><body>'
    "<nav><ul>{menu}</ul></nav><main><article><h1>{title}</h1>{paragraphs}</article><aside>{menu}</aside>"
    '<section class="comments">{comments}</section></main><footer>Todos los derechos reservados.</footer></body></html>'
)
MENU = "".join(f'<li><a href="/s/{n}">Sección número {n} del diario</a></li>' for n in range(40))
COMMENTS = "".join(f"<div><p>Comentario número {n} de un lector que opina sobre la nota.</p></div>" for n in range(20))
MESSAGE = "From: a@example.org\nSubject: {title}\nContent-Type: text/plain; charset=utf-8\n\n{text}"


def write_documents(folder: Path, count: int) -> tuple[Path, Path]:
    """Write pages and messages, and return their folders."""
    pages, messages = folder / "pages", folder / "messages"
    pages.mkdir()
    messages.mkdir()
    for article in made_articles(count):
        paragraphs = "".join(f"<p>{sentence}.</p>" for sentence in article.text.split(". "))
        page = FRAME.format(title=article.title, menu=MENU, comments=COMMENTS, paragraphs=paragraphs)
        (pages / f"{article.key}-page.html").write_text(page, encoding="utf-8")
        message = MESSAGE.format(title=article.title, text=article.text)
        (messages / f"{article.key}-message.eml").write_text(message, encoding="utf-8")
    return pages, messages


def processor_time(*command: str) -> float:
    """Run a command; return the processor seconds of it and of all that it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def extract(folder: Path) -> None:
    """Extract the main text of all pages with trafilatura alone."""
    from trafilatura import bare_extraction

    for path in folder.iterdir():
        if bare_extraction(path.read_text(encoding="utf-8"), with_metadata=True, include_comments=False) is None:
            raise SystemExit(f"{path}: nothing found")


def main() -> int:
    """Measure and print."""
    if sys.argv[1:2] == ["extract"]:
        extract(Path(sys.argv[2]))
        return 0
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=1000)
    count = parser.parse_args().pages
    heading(f"documents, {count:,} made web pages and {count:,} messages")
    with tempfile.TemporaryDirectory() as temporary:
        pages, messages = write_documents(Path(temporary), count)
        workspace = Path(temporary, "workspace")
        workspace.mkdir()
        (workspace / "labels.yaml").write_text(SCHEME, encoding="utf-8")
        message = processor_time(*annotator("-w", str(workspace), "ingest", str(messages)))
        page = processor_time(*annotator("-w", str(workspace), "ingest", str(pages)))
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        bare = processor_time(sys.executable, "-m", "benchmarks.documents", "extract", str(pages))
    within = [
        line("a page: processor time", 1000 * page / count, RATIO_BUDGET * 1000 * bare / count, "ms"),
        line("a message: processor time", 1000 * message / count, MESSAGE_BUDGET, "ms"),
        line("peak memory of the largest process", memory, MEMORY_BUDGET, "MB"),
    ]
    line("a page by trafilatura alone", 1000 * bare / count, None, "ms")
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
