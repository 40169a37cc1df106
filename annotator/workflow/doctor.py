"""The whole check-up of a workspace: the store against its history, the annotations against the scheme."""

from __future__ import annotations

from collections.abc import Iterator

from annotator.store import check_database
from annotator.workflow.workspace import Workspace


def findings(workspace: Workspace) -> Iterator[str]:
    """Yield every finding, one line each."""
    yield from check_database(workspace.store)
    store, scheme = workspace.store, workspace.scheme
    for layer in store.layers():
        if layer.name.kind not in ("curator", "gold") or layer.state is None:
            continue
        document = store.document(layer.name.document)
        if document is not None:
            for problem in scheme.layer_problems(store.annotations(layer.id), document.sentences):
                yield f"{layer.name}: {problem}"
