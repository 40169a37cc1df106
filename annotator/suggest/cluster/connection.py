"""Reaching a Dask cluster: an existing scheduler by its address or file, or one with workers on this machine."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import dask.config
from distributed import Client, LocalCluster
from distributed.core import rpc
from distributed.security import Security

from annotator.errors import ClusterError
from annotator.redaction import redact
from annotator.suggest.cluster.address import local_workers, scheduler_address

CONNECTING = 15
"""Seconds in which a scheduler must answer."""
CLOSING = 5
"""Seconds that taking leave may take."""
SETTINGS = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.cycle": "10s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 1 << 27,
}
"""Settings of Dask for workers on this machine: what it watches of itself by default takes a third of the time."""


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """Yield a client of the cluster at ``address``: ``local:N``, ``tcp://…``, ``tls://…`` or a scheduler's file.

    What Dask itself logs is not shown.  Raises :class:`ClusterError` where there is no such scheduler.
    """
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        local = local_workers(address)
        try:
            place = _scheduler(address) if local is None else stack.enter_context(_local(local))
            client = Client(place, timeout=CONNECTING, set_as_default=False, name="annotator")
        except (OSError, ValueError, TypeError, RuntimeError, TimeoutError) as error:
            raise _unreachable(address, str(error) or type(error).__name__) from error
        stack.callback(_close, client)
        yield client


def scheduler_of(client: Client) -> str:
    """What a user knows the scheduler of a client by."""
    return f"the scheduler at {client.scheduler.address}" if client.scheduler is not None else "the scheduler"


@contextmanager
def _local(workers: int) -> Iterator[LocalCluster]:
    """Yield a cluster of worker processes on this machine; they talk under a key that lives as long as they do."""
    with dask.config.set(SETTINGS):
        cluster = LocalCluster(
            n_workers=workers,
            processes=True,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=0,
            security=True,
            silence_logs=logging.CRITICAL,
        )
    try:
        yield cluster
    finally:
        with suppress(OSError, RuntimeError, TimeoutError):
            cluster.close(timeout=CLOSING)


def _close(client: Client) -> None:
    with suppress(OSError, RuntimeError, TimeoutError):
        client.close(timeout=CLOSING)


@contextmanager
def _quiet() -> Iterator[None]:
    """Show nothing of what Dask logs or warns of: what matters to the user is said by this program.

    Answers that nobody waits for any more are told of by asyncio whenever they are forgotten, also after this.
    """
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    former = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(former)


def _scheduler(address: str) -> str:
    """The address of a scheduler that was seen to answer, because a client would wait for what is none for ever."""
    place = scheduler_address(address)
    try:
        kind = asyncio.run(_kind(place))
    except TimeoutError as error:
        raise _unreachable(address, f"nobody answered within {CONNECTING:g} seconds") from error
    except (MemoryError, EOFError, TypeError) as error:
        raise _unreachable(address, "what answers there does not speak Dask's protocol") from error
    except (OSError, ValueError, RuntimeError) as error:
        raise _unreachable(address, str(error) or type(error).__name__) from error
    if kind != "Scheduler":
        raise _unreachable(address, f"what answers there is a {kind.lower()}")
    return place


async def _kind(place: str) -> str:
    """Ask a server of Dask whether it is a scheduler, a worker or what else."""
    async with asyncio.timeout(CONNECTING):
        arguments = Security().get_connection_args("client")
        async with rpc(place, timeout=CONNECTING, connection_args=arguments) as server:
            return str((await server.identity())["type"])


def _unreachable(address: str, reason: str) -> ClusterError:
    first = next(iter(reason.splitlines()), "")
    return ClusterError(
        f"no scheduler answers at {redact(address)}: {redact(first)}",
        "look whether it runs and whether its address and, for tls://, the certificates in Dask's settings are right",
    )
