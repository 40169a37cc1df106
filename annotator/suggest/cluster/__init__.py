"""Suggesting on a Dask cluster: batches go to its workers, and come back in order to the process that writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from annotator.errors import ClusterError
from annotator.extras import missing
from annotator.suggest.batches import Batches
from annotator.text import Document

if TYPE_CHECKING:
    from annotator.suggest.pipeline import SuggestionPipeline


def suggest_on_cluster(
    batches: Iterable[list[Document]], pipeline: SuggestionPipeline, address: str, tell: Callable[[str], None]
) -> Batches:
    """Spread batches over the workers of a cluster and yield them in order; ``tell`` is given sentences for the user.

    A batch whose worker dies is done by another one; one that ends worker after worker is left out, and named in the
    :class:`ClusterError` that is raised once all others are done.  It is raised at once where the cluster cannot be
    reached, has no worker that fits, or is lost, and where a suggester would send texts to a server.
    """
    if pipeline.hosts:
        raise ClusterError(
            f"--cluster sends no texts to servers, and {' and '.join(pipeline.hosts)} would be asked",
            "suggest without --cluster, or take the configuration of that suggester away first",
        )
    try:
        from annotator.suggest.cluster.run import run
    except ImportError as error:
        raise ClusterError(*missing("--cluster", "cluster")) from error
    return run(batches, pipeline, address, tell)
