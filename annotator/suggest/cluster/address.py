"""What ``--cluster`` names: so many workers on this machine, or a scheduler by its address or file."""

from __future__ import annotations

import re
from pathlib import Path

from annotator.errors import ClusterError, InputError
from annotator.inputs import load_json
from annotator.redaction import redact

LOCAL = "local:"
MOST_WORKERS = 256


def check_address(address: str) -> None:
    """Raise :class:`ClusterError` for what names no cluster; whether it is there shows when it is reached."""
    if local_workers(address) is None:
        scheduler_address(address)


def local_workers(address: str) -> int | None:
    """The number of workers of ``local:N``; ``None`` for another address."""
    if not address.startswith(LOCAL):
        return None
    number = address.removeprefix(LOCAL)
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:6]) <= MOST_WORKERS):
        raise ClusterError(
            f"--cluster {address}: names no number of workers",
            f"give local:N with N from 1 to {MOST_WORKERS}",
        )
    return int(number)


def scheduler_address(given: str) -> str:
    """The address of a scheduler, read from its file where that was given."""
    if re.match(r"(tcp|tls)://[^/\s]+:\d+$", given):
        return given
    path = Path(given)
    if "://" in given or not path.is_file():
        raise ClusterError(
            f"--cluster {redact(given)}: no address, and no file of a scheduler",
            "give local:N, tcp://HOST:PORT, tls://HOST:PORT or what `dask scheduler --scheduler-file` wrote",
        )
    try:
        content = load_json(path)
        return scheduler_address(str(content["address"]))
    except (OSError, InputError, KeyError, TypeError) as error:
        raise ClusterError(f"{path}: names no scheduler", "give the file that the scheduler wrote") from error
