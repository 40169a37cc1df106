"""Custom models: spaCy pipelines that users trained themselves, copied to ``models/own``, which suggest from then on.

A model sees our tokens, those that an export gives it to learn from.  What it marks counts where the scheme knows the
label, by its name or as one of ``model_labels``.  Its score is the share of its marks of that label that were right on
the development part, as spaCy wrote it into the model when it was trained.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from annotator.annotation import Annotations, Span, suggested_span
from annotator.errors import InputError, ModelError
from annotator.files.whole import discard_folder, fresh_folder, place_folder
from annotator.inputs import load_json
from annotator.labels import LabelScheme
from annotator.suggest.models import folder_digest, path_aside
from annotator.text import Document, Segmentation, words_and_spaces

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

FOLDER, CARD, PIPELINE = "own", "card.json", "pipeline"
PIECE = 20_000
"""Code points after which a long document is cut at the next sentence."""
BATCH = 16
UNKNOWN_SCORE = 0.5
"""The score of a label that was not measured in training."""

_LOWEST, _HIGHEST = 0.05, 0.98
_NAMES = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")


@dataclass(frozen=True, slots=True)
class CustomModel:
    """A custom model's card.

    ``version`` is that of its metadata with a digest of its files, ``labels`` are those that it marks, ``scores`` the
    probabilities by label (under the empty name for those that were not measured).
    """

    name: str
    lang: str
    version: str
    labels: tuple[str, ...]
    scores: Mapping[str, float]

    @property
    def source(self) -> str:
        """The source of its suggestions, ``name@version``."""
        return f"{self.name}@{self.version}"

    def scheme_labels(self, scheme: LabelScheme) -> dict[str, str]:
        """Map the model's labels to the scheme's, by name or through ``model_labels``; others are left out."""
        mapped = {
            label: label if label in scheme.entities else scheme.entity_for_model_label(label) for label in self.labels
        }
        return {label: scheme_label for label, scheme_label in mapped.items() if scheme_label is not None}


def add(
    path: Path, models_dir: Path, lang: str | None = None, name: str | None = None, *, force: bool = False
) -> CustomModel:
    """Copy the pipeline in the folder ``path`` under ``models_dir``, in the place of one with the same name.

    With ``force``, what is there and was not added so, or was changed since, is kept in ``set-aside``.

    Language and name are those of its metadata unless given.  Raises :class:`ModelError` where spaCy cannot load or run
    it, or where it marks no spans.
    """
    if not (path / "config.cfg").is_file():
        raise ModelError(f"{path}: no spaCy pipeline", "give the folder that `spacy train` wrote, such as model-best")
    nlp = _loaded(path)
    labels = tuple(sorted({label for _, pipe in nlp.pipeline for label in _span_labels(pipe)}))
    if not labels:
        raise ModelError(f"{path}: a pipeline that marks no spans", "it needs a component such as ner or spancat")
    list(_run(nlp, [nlp.make_doc("Ana Ruiz vive en Madrid.")], path, "train all of its components, or leave them out"))
    wanted = name or str(nlp.meta.get("name") or "")
    if not wanted or not set(wanted.lower()) <= _NAMES:
        raise ModelError(f"{wanted!r} cannot name a model", "give one of letters, digits, - and _ with --name")
    version = f"{nlp.meta.get('version') or '0'}+{folder_digest(path)[:8]}"
    model = CustomModel(wanted.lower(), lang or str(nlp.lang), version, labels, _scores(nlp.meta, labels))
    try:
        _place(path, models_dir / FOLDER / model.name, model, force=force)
    except OSError as error:
        raise ModelError(
            f"{models_dir}: {(error.strerror or str(error)).lower()}", "make room or mend its rights"
        ) from error
    return model


def remove(name: str, models_dir: Path) -> None:
    """Take a model away."""
    folder = models_dir / FOLDER / name
    if not name or not set(name) <= _NAMES or not (folder / CARD).is_file():
        raise ModelError(f"there is no model {name!r} of your own", "`annotator models` lists them")
    _check_unchanged(folder)
    shutil.rmtree(folder)


def installed(models_dir: Path) -> list[CustomModel]:
    """List the custom models by name, from their cards alone; raises :class:`ModelError` for a damaged card."""
    return [_card(path) for path in sorted((models_dir / FOLDER).glob(f"*/{CARD}"))]


def suggesters(scheme: LabelScheme, models_dir: Path) -> tuple[CustomModelSuggester, ...]:
    """A suggester for each custom model whose language the scheme has."""
    return tuple(
        CustomModelSuggester(model, scheme, models_dir / FOLDER / model.name / PIPELINE)
        for model in installed(models_dir)
        if model.lang in scheme.languages
    )


class CustomModelSuggester:
    """Suggests the spans that a custom model marks in documents of its language."""

    def __init__(self, model: CustomModel, scheme: LabelScheme, path: Path) -> None:
        self.name = model.name
        self.version = model.version
        self._model = model
        self._labels = model.scheme_labels(scheme)
        self._path = path
        self._nlp: Language | None = None

    def suggest(self, documents: Iterable[Document]) -> Iterator[Annotations]:
        """Yield one layer for each document, in order; it is empty for a document in another language."""
        iterator = iter(documents)
        while batch := list(islice(iterator, BATCH)):
            yield from self._batch(batch)

    def _batch(self, documents: list[Document]) -> Iterator[Annotations]:
        in_language = [document for document in documents if document.lang == self._model.lang]
        spans: dict[int, list[Span]] = {id(document): [] for document in documents}
        if in_language:
            self._nlp = self._nlp or _loaded(self._path)
            nlp = self._nlp
            pieces = [(id(d), at, doc) for d in in_language for at, doc in _pieces(d, nlp)]
            hint = f"`annotator models remove {self.name}` takes it away; or add it again once it is mended"
            read = _run(nlp, [doc for _, _, doc in pieces], self._path, hint)
            for (owner, at, _), doc in zip(pieces, read, strict=True):
                spans[owner] += self._spans(doc, at)
        for document in documents:
            yield Annotations.of(spans[id(document)])

    def _spans(self, doc: Doc, at: int) -> Iterator[Span]:
        for span in [*doc.ents, *(span for group in doc.spans.values() for span in group)]:
            label = self._labels.get(span.label_)
            text = span.text.strip()
            if label is not None and text:
                score = self._model.scores.get(span.label_, self._model.scores.get("", UNKNOWN_SCORE))
                start = at + span.start_char + span.text.index(text)
                yield suggested_span(start, start + len(text), label, self._model.source, score)


def _pieces(document: Document, nlp: Language) -> Iterator[tuple[int, Doc]]:
    """Cut a document into runs of whole sentences; yields each one's offset and a Doc of the stored tokens."""
    from spacy.tokens import Doc

    ends = [sentence.end for sentence in document.sentences]
    start = 0
    while start < len(document.text):
        end = next((e for e in ends if e >= start + PIECE), len(document.text))
        inside = document.tokens.overlapping(start, end)
        tokens = Segmentation((s - start, e - start) for s, e in document.tokens[inside.start : inside.stop])
        words, spaces = words_and_spaces(document.text[start:end], tokens)
        yield start, Doc(nlp.vocab, words=words, spaces=spaces)
        start = end


def _loaded(path: Path) -> Language:
    import spacy

    try:
        return spacy.load(path)
    except Exception as error:  # a pipeline may name components of any package, and those raise what they like
        raise ModelError(
            f"{path}: spaCy cannot load it: {_reason(error)}", "train it with this version of spaCy"
        ) from error


def _run(nlp: Language, docs: Iterable[Doc], path: Path, hint: str) -> Iterator[Doc]:
    """Yield what a pipeline makes of tokenized texts."""
    try:
        yield from nlp.pipe(docs)
    except Exception as error:  # as above
        raise ModelError(f"{path}: spaCy cannot run it: {_reason(error)}", hint) from error


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _span_labels(pipe: object) -> tuple[str, ...]:
    """The labels of a component that marks spans."""
    from spacy.pipeline import EntityRecognizer, EntityRuler, SpanCategorizer, SpanRuler

    if isinstance(pipe, (EntityRecognizer, EntityRuler, SpanCategorizer, SpanRuler)):
        return tuple(pipe.labels)
    return ()


def _scores(meta: Mapping[str, Any], labels: Iterable[str]) -> dict[str, float]:
    try:
        return _measured_scores(meta, labels)
    except (AttributeError, TypeError, ValueError):
        return {"": UNKNOWN_SCORE}


def _measured_scores(meta: Mapping[str, Any], labels: Iterable[str]) -> dict[str, float]:
    measured = meta.get("performance") or {}
    overall = measured.get("ents_p") or measured.get("spans_sc_p") or UNKNOWN_SCORE
    by_label = measured.get("ents_per_type") or measured.get("spans_sc_per_type") or {}
    scores = {label: values.get("p") or overall for label, values in by_label.items() if label in set(labels)}
    return {label: round(min(max(float(p), _LOWEST), _HIGHEST), 3) for label, p in {**scores, "": overall}.items()}


def _place(path: Path, final: Path, model: CustomModel, *, force: bool) -> None:
    """Copy a pipeline to its place, whole or not at all; what is there goes only if it is such a copy."""
    aside = None
    if os.path.lexists(final) and force:
        aside = path_aside(final.parent.parent, final.name)
    elif os.path.lexists(final):
        _check_unchanged(final)
    with fresh_folder(final) as made:
        shutil.copytree(path, made / PIPELINE)
        (made / CARD).write_text(json.dumps(asdict(model), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        old = place_folder(made, final, aside)
        if old is not None and aside is None:
            discard_folder(old)


def _check_unchanged(folder: Path) -> None:
    """Refuse to remove a folder that holds anything but the model that was added under its name, as it was added."""
    names = {path.name for path in folder.iterdir()} if folder.is_dir() and not folder.is_symlink() else set()
    if names != {CARD, PIPELINE} or not _card(folder / CARD).version.endswith(
        f"+{folder_digest(folder / PIPELINE)[:8]}"
    ):
        raise ModelError(
            f"{folder}: was not written by `annotator models add`, or changed since",
            "`annotator models add --force` keeps it in models/set-aside",
        )


def _card(path: Path) -> CustomModel:
    try:
        model = msgspec.convert(load_json(path), CustomModel)
        if model.name != path.parent.name:
            raise ValueError(f"it is the card of {model.name!r}")
    except (OSError, ValueError, InputError) as error:
        raise ModelError(
            f"{path}: not the card of a model: {error}",
            "add the model again with --force, which keeps the folder in models/set-aside",
        ) from error
    return model
