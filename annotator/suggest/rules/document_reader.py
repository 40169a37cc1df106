"""Running the spaCy model over documents, whose entities and tags the rules then read.

Only the components that the rules use are loaded.  A long document is read in pieces that end with a sentence, so
that memory stays bounded and no limit of spaCy's is met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.labels import LabelScheme
from annotator.suggest import models
from annotator.suggest.pinned_models import PinnedModel
from annotator.suggest.rules.analyzed_document import AnalyzedDocument, Mention
from annotator.suggest.rules.model_repair import kind_of, part_of_speech
from annotator.suggest.rules.patterns import matcher, token_matches, token_patterns
from annotator.text import Document

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.matcher import Matcher
    from spacy.tokens import Doc

UNUSED = ("parser", "senter", "lemmatizer")
"""Components that no rule needs: sentences are stored with the document."""
UNUSED_IN = {"es": ("tok2vec", "morphologizer", "attribute_ruler"), "en": ("attribute_ruler",)}
"""Components that no rule needs in a language; they are loaded only for token patterns, which may ask for anything.

The models' recognisers have vectors of their own, so ``tok2vec`` serves the others alone.  Spanish parts of speech
changed 2 of 4,155 spans; what rules ask of the English ruler, the tagger's own tags say.
"""
PIECE_LENGTH = 20_000
"""Code points after which a long document is cut at the next sentence."""
BATCH = 16
MODEL_SCORE = {"PERSON": 0.62, "ORG": 0.5, "GPE": 0.7, "LOC": 0.5, "DATE": 0.6}
OTHER_SCORE = 0.4
"""Shares of the model's entities that were right on unseen news where it alone saw them, and of its other labels."""


@dataclass
class _Analysis:
    """What the model and the token patterns found in a document so far."""

    document: Document
    tags: dict[int, str] = field(default_factory=dict)
    model_mentions: list[Mention] = field(default_factory=list)
    pattern_mentions: list[Mention] = field(default_factory=list)


class DocumentReader:
    """Reads documents of one language, by the model in use there or by another one.

    Without a model it only runs the scheme's token patterns.
    """

    def __init__(self, scheme: LabelScheme, lang: str, models_dir: Path, model: PinnedModel | None = None) -> None:
        model = model or models.in_use(lang, models_dir)
        self.lang = lang
        self._scheme = scheme
        patterns = token_patterns(scheme, lang)
        self._nlp = models.load(lang, models_dir, UNUSED if patterns else (*UNUSED, *UNUSED_IN.get(lang, ())), model)
        self._source = model.source if model is not None else ""
        self._tokenizer: Language | None = self._nlp
        if self._nlp is None and patterns:
            self._tokenizer = _blank(lang)
        self._matcher: Matcher | None = None
        if self._tokenizer is not None:
            self._matcher = matcher(self._tokenizer.vocab, scheme, lang)

    def read(self, documents: Iterable[Document]) -> Iterator[AnalyzedDocument]:
        """Yield each document as the rules read it, in order."""
        if self._tokenizer is None:
            yield from (AnalyzedDocument(document, self.lang) for document in documents)
            return
        current: _Analysis | None = None
        for doc, (analysis, offset) in self._tokenizer.pipe(_pieces(documents), as_tuples=True, batch_size=BATCH):
            if current is not None and analysis is not current:
                yield self._document(current)
            current = analysis
            self._add(doc, analysis, offset)
        if current is not None:
            yield self._document(current)

    def _add(self, doc: Doc, analysis: _Analysis, offset: int) -> None:
        if self._nlp is not None:
            for entity in doc.ents:
                analysis.tags.update(
                    (offset + token.idx, token.pos_ or part_of_speech(token.tag_))
                    for token in entity
                    if token.text[:1].isupper()
                )
                kind = kind_of(entity.label_)
                score = MODEL_SCORE.get(kind, OTHER_SCORE)
                start, end = offset + entity.start_char, offset + entity.end_char
                analysis.model_mentions.append(Mention(start, end, kind, score, self._source))
        if self._matcher is not None:
            for match in token_matches(self._matcher, doc, self._scheme):
                analysis.pattern_mentions.append(match.moved(offset + match.start, offset + match.end))

    def _document(self, analysis: _Analysis) -> AnalyzedDocument:
        return AnalyzedDocument(
            analysis.document,
            self.lang,
            analysis.tags,
            tuple(analysis.model_mentions),
            tuple(analysis.pattern_mentions),
        )


def _blank(lang: str) -> Language:
    import spacy

    try:
        return spacy.blank(lang)
    except ImportError:
        return spacy.blank("xx")


def _pieces(documents: Iterable[Document]) -> Iterator[tuple[str, tuple[_Analysis, int]]]:
    for document in documents:
        analysis = _Analysis(document)
        for start, end in _cuts(document):
            yield document.text[start:end], (analysis, start)


def _cuts(document: Document) -> Iterator[tuple[int, int]]:
    """Yield the ranges in which a document is read: one for an article, several for a book."""
    length = len(document.text)
    start = 0
    for sentence in document.sentences if length > PIECE_LENGTH else ():
        if sentence.start - start >= PIECE_LENGTH:
            yield start, sentence.start
            start = sentence.start
    while length - start > 10 * PIECE_LENGTH:
        yield start, start + PIECE_LENGTH
        start += PIECE_LENGTH
    yield start, length
