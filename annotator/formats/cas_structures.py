"""Checking how the feature structures of a CAS refer to each other, which dkpro-cassis does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from annotator.errors import FormatError
from annotator.formats.json_values import dumps, excerpt

_HINT = "mend what wrote the file"


def check_ids(ids: Iterable[str], where: str) -> None:
    """Check that no two feature structures have one id.

    Raises :class:`FormatError`, naming ``where``.
    """
    twice = next((item_id for item_id, count in Counter(ids).items() if count > 1), None)
    if twice is not None:
        raise FormatError(f"{where}: the id {twice} twice, expected each id once", _HINT)


def check_structures(structures: object, where: str) -> None:
    """Check the ids of the feature structures of a CAS in JSON, and that what their features refer to is there.

    They are a list, or an object by their ids; what is neither is left to dkpro-cassis.  Raises :class:`FormatError`,
    naming ``where``.
    """
    if isinstance(structures, dict):
        known = set(structures)
        listed = [(item_id, one) for item_id, one in structures.items() if isinstance(one, dict)]
    elif isinstance(structures, list):
        listed = [(dumps(one["%ID"]), one) for one in structures if isinstance(one, dict) and "%ID" in one]
        known = {item_id for item_id, _ in listed}
        check_ids((item_id for item_id, _ in listed), where)
    else:
        return
    for item_id, one in listed:
        _check_references(item_id, one, known, where)


def _check_references(item_id: str, structure: Mapping[str, object], known: set[str], where: str) -> None:
    for name, value in structure.items():
        if name.startswith("@") and value is not None and dumps(value) not in known:
            raise FormatError(
                f"{where}: feature structure {item_id}: {name[1:]} refers to {excerpt(value)}, which is not there",
                _HINT,
            )
