"""Reading articles from files, and building documents from articles.

A text is taken exactly as it was decoded: byte order mark, carriage returns and no-break spaces stay.  Articles are
read one by one, so that a file may be larger than memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from annotator.article_files import ArticleFiles
from annotator.articles import Article as Article
from annotator.articles import Taken, check_article, is_first
from annotator.errors import CorpusError, InputError
from annotator.inputs import check_encoding
from annotator.languages import short_language, tell_languages
from annotator.names import key_problem as key_problem
from annotator.reading_options import AS_FOUND, ReadingOptions
from annotator.reading_report import ReadingReport
from annotator.text import Document, derive_title
from annotator.tokenization import split_sentences, tokenize


def read_articles(
    paths: Sequence[Path],
    options: ReadingOptions = AS_FOUND,
    *,
    taken: Taken | None = None,
    taken_in_file: Taken | None = None,
    report: ReadingReport | None = None,
) -> Iterator[Article]:
    """Read the articles of files, folders and archives, in the order given; the same article twice is read once.

    ``.txt`` and ``.md`` files are articles; each line of ``.jsonl`` and each row of ``.csv`` is one; of other
    documents (``annotator.documents``) the text is taken.  Folders are searched, subfolders too, by name; ``report``
    gets what was skipped there, and what of documents was left out.

    Raises :class:`CorpusError` at the first article that cannot be taken, saying what, where and how to mend it.
    ``taken`` is where the keys of what was read are noted, ``taken_in_file`` those of one file while it is checked.
    """
    try:
        check_encoding(options.encoding or "utf-8")
    except InputError as error:
        raise CorpusError(error.message, error.hint) from error
    taken = {} if taken is None else taken
    taken_in_file = {} if taken_in_file is None else taken_in_file
    with closing(ArticleFiles(options, ReadingReport() if report is None else report, taken_in_file)) as files:
        for path in paths:
            for article in files.read(path):
                check_article(article)
                if is_first(article, taken):
                    yield article


def build_document(article: Article, languages: Sequence[str]) -> Document:
    """Build a document from an article: its title, its language (one of ``languages``), tokens and sentences."""
    return next(build_documents([article], languages))


def build_documents(articles: Sequence[Article], languages: Sequence[str]) -> Iterator[Document]:
    """Build documents from articles one by one, once the languages of all were told."""
    return map(_document, articles, _languages(articles, tuple(languages)))


def _document(article: Article, lang: str) -> Document:
    tokens = tokenize(article.text, lang)
    return Document(
        key=article.key,
        text=article.text,
        lang=lang,
        title=article.title if article.title and article.title.strip() else derive_title(article.text),
        tokens=tokens,
        sentences=split_sentences(article.text, tokens, lang),
        meta=article.meta,
    )


def _languages(articles: Sequence[Article], languages: tuple[str, ...]) -> list[str]:
    """For each article the language that its source names, if the workspace has it, else the likeliest of those."""
    named = [short_language(article.lang) if article.lang else "" for article in articles]
    unnamed = [article.text for article, lang in zip(articles, named, strict=True) if lang not in languages]
    told = iter(tell_languages(unnamed, languages))
    return [lang if lang in languages else next(told) for lang in named]
