"""The program of a background training: it trains, then suggests for the documents that the curator opens next.

    python -m annotator.workflow.learning.background_process WORKSPACE CURATOR [--network]

It runs at low priority and holds the workspace's training lock.  Only with ``--network``, which a setting of the
person's grants, may it send texts to servers that suggest.  What it prints goes to the log of the run; the last line
says what it is doing.  Curators' layers and verdicts stay as they are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.errors import AnnotatorError
from annotator.workflow.learned_folder import learned_folder
from annotator.workflow.workspace import Workspace

if TYPE_CHECKING:
    from annotator.suggest.protocol import Sent

MOST_DOCUMENTS = 60
"""Documents, the next ones in the queue, for which suggestions are made anew."""
NICENESS = 15
ASKING = "asking "
"""Begins the lines of the log that say which server is asked."""


def train_and_suggest(workspace: Workspace, curator: str, *, network: bool = False) -> str:
    """Train if there is something new to learn, suggest for the next documents, and say in a line what was done.

    Does nothing where a person chose with ``models use none`` that no learned version is used.
    """
    from annotator.suggest.learned import versions
    from annotator.workflow.learning.suggesting import suggest
    from annotator.workflow.learning.training import train
    from annotator.workflow.sent_texts import describe_sent

    learned_dir = learned_folder(workspace)
    if versions.is_pinned(learned_dir) and versions.chosen_version(learned_dir) == versions.NONE:
        return "no learned version is to be used"
    trained = train(workspace, override=False, neural=True)
    if not trained.new:
        return f"version {trained.version} knows all of it"
    asking = _log_asking if network else None
    report = suggest(workspace, next_documents(workspace, curator), asking=asking, by="background")
    sent = "".join(f"; sent to {describe_sent(host, amount)}" for host, amount in report.sent.items())
    documents = len(trained.card["documents"])
    return f"version {trained.version} from {documents} documents; {report.suggested} suggested for{sent}"


def _log_asking(hosts: Sequence[str], sent: Mapping[str, Sent]) -> None:
    from annotator.workflow.sent_texts import describe_sent

    amounts = ", ".join(describe_sent(host, amount) for host, amount in sent.items())
    print(f"{ASKING}{amounts or ' and '.join(hosts)}", flush=True)


def next_documents(workspace: Workspace, curator: str) -> list[str]:
    """The keys of the documents that a curator opens next, without the one that is open."""
    from annotator.workflow.desk import Desk, QueueFilter

    desk = Desk(workspace, workspace.store.names.present_curator(curator))  # renamed since the workbench was opened
    open_document = desk.resume()
    keys: list[str] = []
    key = desk.queue.next_open(QueueFilter(mine=desk.assigned_only), open_document)
    while key is not None and key not in keys and len(keys) < MOST_DOCUMENTS:
        keys.append(key)
        key = desk.queue.next_open(QueueFilter(mine=desk.assigned_only), key)
    return [key for key in keys if key != open_document]


def main(arguments: list[str]) -> int:
    """Train and suggest in a workspace, and print what came of it; returns the exit code."""
    root, curator, *options = arguments
    with closing(Workspace(Path(root))) as workspace:
        try:
            print(train_and_suggest(workspace, curator, network=options == ["--network"]))
        except AnnotatorError as error:
            print(error)
            return error.exit_code
    return 0


if __name__ == "__main__":
    os.nice(NICENESS)
    sys.exit(main(sys.argv[1:]))
