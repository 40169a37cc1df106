"""Put what an extractor of one's own finds beside gold, and compare: python examples/compare_extractor.py WORKSPACE."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from annotator.api import Document, NewLayer, open_workspace

NAME = "suggestions:dates"
DATE = re.compile(r"\d{1,2} (?:de )?(?:May|mayo) (?:de )?\d{4}")


def extract(document: Document) -> Iterator[tuple[int, int, str]]:
    """Yield what the extractor finds: start and end in code points, and a label of labels.yaml."""
    for found in DATE.finditer(document.text):
        yield found.start(), found.end(), "DATE"


def main(folder: str) -> None:
    """Put a layer on every document, and print how far it agrees with gold, by label."""
    with open_workspace(folder, curator="dates") as workspace:
        documents = workspace.documents()
        workspace.put_layers((NewLayer(one.key, NAME, list(extract(one))) for one in documents), replace=True)
        report = workspace.agreement(["gold", NAME])
    print(f"{report['documents']['compared']} documents compared")
    for figure in report["figures"]:
        if figure["scope"] == "label" and figure["measure"] == "span.f1":
            value = "–" if figure["value"] is None else f"{figure['value']:.2f}"
            print(f"{figure['name']}: F1 {value} of {figure['items']} spans")


if __name__ == "__main__":
    main(sys.argv[1])
