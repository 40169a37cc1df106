"""What XML cannot hold: texts with control characters, which the formats in XML refuse."""

from __future__ import annotations

import re

from annotator.formats.record import LayerRecord

CONTROLS = "control characters, which XML cannot hold"


def holds_controls(record: LayerRecord) -> bool:
    """Tell whether a text has a control character other than a tab or a line break."""
    return bool(re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", record.document.text))
