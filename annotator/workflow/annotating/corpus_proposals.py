"""Proposes a phrase that a curator marked in one document as a suggestion in all others, and takes that back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from annotator.annotation import Span, item_record, suggested_span
from annotator.errors import WorkflowError
from annotator.history import PROPOSALS, LayerName, Op, curator_layer, field_op
from annotator.store import Store, Writer
from annotator.text import Document, exact_mentions
from annotator.wording import plural
from annotator.workflow.description import quote_name
from annotator.workflow.editing.step import StepDraft

SCORE = 0.8
"""Score of such a suggestion: likely, but a phrase may mean something else elsewhere."""


class Proposed(NamedTuple):
    """On how many mentions in how many documents something was proposed, or taken back."""

    mentions: int
    documents: int


class CorpusProposals:
    """One curator's proposals of one label for one phrase, in all documents but the one ``excluding`` names.

    They stand in a layer of the curator's own: a new run of the models does not take them away, and nobody else sees
    them, because what one curator marks must not sway another.
    """

    def __init__(self, store: Store, curator: str, phrase: str, label: str, *, excluding: str) -> None:
        self._store = store
        self._curator = curator
        self._phrase = phrase
        self._label = label
        self._excluding = excluding

    def beside(self, step: StepDraft, action: str) -> Callable[[], str]:
        """Propose (or ``undo`` that, or ``redo`` it) in the transaction of a step; returns what tells of it then.

        Where nothing is left to be proposed, the step fails with a :class:`WorkflowError`; undoing and redoing do not.
        """
        found: list[Proposed] = []

        def write(writer: Writer) -> None:
            found.append(self.withdraw(writer) if action == "undo" else self.propose(writer))
            if action == "propose" and not found[0].mentions:
                what = f"{quote_name(self._phrase)} is nowhere else, or proposed there already"
                raise WorkflowError(what, "there is nothing to do")

        step.beside = write
        return lambda: f"on {plural(found[0].mentions, 'mention')} in {plural(found[0].documents, 'other document')}"

    def propose(self, writer: Writer) -> Proposed:
        """Suggest the label on every mention that is whole tokens and is not suggested by the curator already."""
        mentions = documents = 0
        for document, name, spans in self._mentions():
            layer = writer.layer_info(name)
            known = self._store.annotations(layer.id).spans if layer is not None else {}
            ops = [Op("span", span.id, None, item_record(span)) for span in spans if span.id not in known]
            if not ops:
                continue
            mentions += len(ops)
            documents += 1
            if layer is None or layer.text != document.sha256:
                ops.insert(0, field_op("text", None if layer is None else layer.text, document.sha256))
            writer.append(name, self._curator, "propose", ops)
        return Proposed(mentions, documents)

    def withdraw(self, writer: Writer) -> Proposed:
        """Take the proposals back that the curator has not decided."""
        mentions = documents = 0
        for document, name, spans in self._mentions():
            layer = writer.layer_info(name)
            own = writer.layer_info(LayerName(document.key, curator_layer(self._curator)))
            decided = {} if own is None else self._store.verdicts(own.id)
            known = {} if layer is None else self._store.annotations(layer.id).spans
            standing = [known[span.id] for span in spans if span.id in known and span.id not in decided]
            if standing:
                ops = [Op("span", span.id, item_record(span), None) for span in standing]
                writer.append(name, self._curator, "withdraw", ops)
                mentions += len(standing)
                documents += 1
        return Proposed(mentions, documents)

    def _mentions(self) -> Iterator[tuple[Document, LayerName, list[Span]]]:
        """Yield each document that has the phrase, the layer of proposals on it, and a suggested span a mention."""
        for key in [key for key in self._store.documents_with(self._phrase) if key != self._excluding]:
            document = self._store.document(key)
            if document is not None:
                ranges = exact_mentions(document.text, self._phrase, document.tokens)
                source = f"{self._curator}@1"
                spans = [suggested_span(start, end, self._label, source, SCORE) for start, end in ranges]
                yield document, LayerName(key, f"{PROPOSALS}:{self._curator}"), spans
