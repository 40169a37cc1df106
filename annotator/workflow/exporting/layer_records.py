"""Reading layers from the store as the records that a format writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from annotator.annotation import Annotations, Extra
from annotator.formats.record import LayerRecord
from annotator.store import LayerInfo, comment_counts, extra_counts, kept_of_documents, read_contents
from annotator.text import Document
from annotator.workflow.layer_diff import with_curator
from annotator.workflow.set_aside import restore
from annotator.workflow.workspace import Workspace


class RecordReader:
    """Reads layers for the format ``form`` (the name of one), holding one in memory at a time.

    With ``labels`` only spans and relations with these labels are read; a relation needs both of its ends.  ``orphans``
    counts by kind the extras of spans and relations that are gone.
    """

    def __init__(self, workspace: Workspace, form: str = "", labels: Collection[str] = ()) -> None:
        self._store = workspace.store
        self._labels_sha256 = workspace.scheme.sha256
        self._equivalences = workspace.scheme.equivalences
        self._form = form
        self._labels = labels
        self._extra_counts = extra_counts(self._store)
        self._comment_counts = comment_counts(self._store)
        self._kept_of_documents = kept_of_documents(self._store, form)
        self.orphans: Counter[str] = Counter()

    def read(self, layers: Sequence[LayerInfo]) -> Iterator[LayerRecord]:
        """Yield the records of some layers, in their order."""
        for info, (document, content) in zip(layers, read_contents(self._store, layers), strict=True):
            yield self._record(info, document, content)

    def fields_of_some(self, layers: Iterable[LayerInfo]) -> frozenset[str]:
        """The names of the format's own fields that some documents of layers have, and others have not."""
        keys = [info.name.document for info in layers]
        found = {kept.fields if (kept := self._kept_of_documents.get(key)) else frozenset[str]() for key in keys}
        return frozenset[str]().union(*found) - (frozenset[str].intersection(*found) if found else frozenset())

    def kept_elsewhere(self, info: LayerInfo) -> dict[str, int]:
        """Count by kind what a layer holds for no format (comments, a flag) or for another one (extras)."""
        counts = self._extra_counts.get(info.id, {})
        kept = {f"{kind} kept for {form}": n for (form, kind), n in counts.items() if form != self._form}
        kept["comments"] = self._comment_counts.get(info.id, 0)
        kept["flags"] = int(info.flag is not None)
        return {what: count for what, count in kept.items() if count}

    def _record(self, info: LayerInfo, document: Document, content: Annotations) -> LayerRecord:
        store = self._store
        verdicts = tuple(store.verdicts(info.id).values()) if info.name.kind == "curator" else ()
        document_extras = self._document_extras(info.name.document)
        if self._labels:
            content = _with_labels(content, self._labels)
        extras: tuple[Extra, ...] = ()
        if info.id in self._extra_counts:
            kept = store.extras(info.id).values()
            content, extras, orphans = restore(content, [extra for extra in kept if extra.format == self._form])
            self.orphans.update(f"{extra.kind} of what is no longer there" for extra in orphans)
        curators: tuple[str, ...] = ()
        if info.name.kind == "curator":
            curators = (info.name.author,)
            content = with_curator(content, info.name.author)
        elif info.curators:
            curators = tuple(info.curators.split(","))
        return LayerRecord(
            document,
            content,
            info.name.name,
            curators,
            self._labels_sha256,
            info.state or "done",
            verdicts,
            extras,
            document_extras,
            equivalences=self._equivalences,
        )

    def _document_extras(self, key: str) -> dict[str, object]:
        kept = self._kept_of_documents.get(key)
        return {} if kept is None else dict(self._store.extras(kept.layer_id)[self._form].value)


def _with_labels(content: Annotations, labels: Collection[str]) -> Annotations:
    spans = {i: span for i, span in content.spans.items() if span.label in labels}
    relations = {
        i: r for i, r in content.relations.items() if r.label in labels and r.head in spans and r.child in spans
    }
    return replace(content, spans=spans, relations=relations)
