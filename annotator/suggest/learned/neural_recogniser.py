"""A neural recogniser: spaCy's transition-based one with vectors of its own (tok2vec), trained from scratch.

It reads nothing but the words of finished documents: neither proposals nor a pretrained model.  Documents are cut into
pieces of some sentences, so that many small updates fit into little time; how many words are read in all is bounded,
and with it the time.  The same documents give the same file, which is spaCy's own format (msgpack): data, no code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.annotation import Span
from annotator.suggest.learned.bio import bio_tags, decoded
from annotator.suggest.learned.token_features import LabelledRange, units
from annotator.suggest.models import multiplied_by_numpy
from annotator.suggest.phrases import PhraseIndex, TokenRange

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.pipeline import EntityRecognizer
    from spacy.tokens import Doc
    from spacy.training import Example as Pair
    from spacy.vocab import Vocab

LEAST_READ, MOST_READ, PASSES = 50_000, 100_000, 12
"""Words that training reads: so many passes over the documents, within the bounds; more taught no more."""
MOST_WORDS = 20_000
"""Words of the documents that are read, the latest ones."""
PIECE_TRAINED, PIECE_READ = 30, 1_000
"""Words from which a piece ends, when training and when reading for suggestions."""
BATCH_WORDS = 160
"""Words from which an update of the weights is made."""
DROPOUT = 0.2
SEED = 0


class NeuralRecogniser:
    """A trained recogniser; raises ``OSError`` or ``ValueError`` and the like for a file that holds none."""

    def __init__(self, path: Path) -> None:
        self._nlp, recogniser = _blank()
        recogniser.from_bytes(path.read_bytes(), exclude=["vocab"])
        multiplied_by_numpy(self._nlp)
        self._nlp("a")

    def find(self, index: PhraseIndex) -> list[LabelledRange]:
        """The spans that it finds in a document, in order of text; no two overlap."""
        found = []
        for piece in _pieces(index, PIECE_READ):
            for span in self._nlp(_words(self._nlp.vocab, index, piece)).ents:
                tokens = TokenRange(piece.start + span.start, piece.start + span.end)
                found.append(LabelledRange(tokens, span.label_))
        return found


def train(documents: Iterable[tuple[PhraseIndex, Sequence[Span]]], path: Path) -> None:
    """Train on documents with their spans, the latest last, and write the recogniser to ``path``."""
    import numpy as np

    nlp, recogniser = _blank()
    pairs = list(_latest(nlp.vocab, documents))
    size = sum(len(pair.reference) for pair in pairs)
    with _seeded():
        optimizer = nlp.initialize(lambda: pairs)
        multiplied_by_numpy(nlp)
        dice = np.random.default_rng(SEED)
        remaining = min(max(LEAST_READ, PASSES * size), MOST_READ)
        while remaining > 0:
            dice.shuffle(pairs)
            for batch in _batches(pairs):
                nlp.update(batch, sgd=optimizer, drop=DROPOUT)
                remaining -= sum(len(pair.reference) for pair in batch)
    path.write_bytes(recogniser.to_bytes(exclude=["vocab"]))


def _blank() -> tuple[Language, EntityRecognizer]:
    """A pipeline with an untrained recogniser; what is special to one language is left out, for documents in any."""
    import spacy

    nlp = spacy.blank("xx")
    recogniser: EntityRecognizer = nlp.add_pipe("ner")
    return nlp, recogniser


def _latest(vocab: Vocab, documents: Iterable[tuple[PhraseIndex, Sequence[Span]]]) -> Iterator[Pair]:
    """Yield pieces of the latest documents, as they are read and as they should be."""
    from spacy.tokens import Span as Entity
    from spacy.training import Example as Pair

    remaining = MOST_WORDS
    for index, spans in reversed(list(documents)):
        if remaining <= 0:
            return
        remaining -= len(index.stems)
        tags = [tag for unit in units(index) for tag in bio_tags(index, unit, spans)]
        for piece in _pieces(index, PIECE_TRAINED):
            right = _words(vocab, index, piece)
            marked = decoded(tags[piece.start : piece.stop], 0)
            right.ents = tuple(Entity(right, *span.tokens, label=span.label) for span in marked)
            yield Pair(_words(vocab, index, piece), right)


def _pieces(index: PhraseIndex, least: int) -> Iterator[TokenRange]:
    """Cut a document into pieces of whole sentences with at least so many words, but for the last one."""
    start = 0
    for unit in units(index):
        if unit.stop - start >= least:
            yield TokenRange(start, unit.stop)
            start = unit.stop
    if start < len(index.stems):
        yield TokenRange(start, len(index.stems))


def _words(vocab: Vocab, index: PhraseIndex, piece: TokenRange) -> Doc:
    from spacy.tokens import Doc

    return Doc(vocab, [index.word(token) for token in range(*piece)])


def _batches(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Group pieces, in their order, by so many words that an update pays."""
    batch: list[Pair] = []
    for pair in pairs:
        batch.append(pair)
        if sum(len(one.reference) for one in batch) >= BATCH_WORDS:
            yield batch
            batch = []
    if batch:
        yield batch


@contextmanager
def _seeded() -> Iterator[None]:
    """Let what spaCy draws by chance, from NumPy's global generator, be the same every time; put it back afterwards."""
    import numpy as np

    before = np.random.get_state()
    np.random.seed(SEED)
    try:
        yield
    finally:
        np.random.set_state(before)
