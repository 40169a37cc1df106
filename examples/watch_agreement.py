"""Say how far curators agree, for a job that runs every night: python examples/watch_agreement.py WORKSPACE GOAL.

The exit code is 1 where they agree less than the goal, and 2 where that is not known yet.
"""

from __future__ import annotations

import sys

from annotator.api import AnnotatorError, open_workspace


def main(folder: str, goal: str) -> int:
    """Print the headline and the documents on which curators differ most."""
    try:
        with open_workspace(folder) as workspace:
            report = workspace.agreement()
    except AnnotatorError as error:
        print(error, file=sys.stderr)
        return 2
    value = report["headline"]["value"]
    if value is None:
        print(report["reason"] or "nothing to compare yet")
        return 2
    print(f"strict span F1 is {value:.2f}, the goal {float(goal):.2f}")
    for document in report["worst_documents"][:3]:
        if document["differences"]:
            print(f"{document['key']}: {document['differences']} of {document['items']} differ")
    return 0 if value >= float(goal) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
