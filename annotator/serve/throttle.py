"""Slowing down a flood of wrong links, in bounded memory; right links are never asked here."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

AT_ONCE_EACH, AT_ONCE_ALL = 5, 50
"""Wrong links in a :data:`WINDOW_SECONDS` that are answered at once: of one address, and of all together."""
WINDOW_SECONDS = 60.0
DELAY_SECONDS = 2.0
"""How long the answer to every further one takes."""
WAITING_EACH, WAITING_ALL = 4, 64
"""Answers that may be waiting so at a time; beyond that the answer is at once that there were too many."""
_ADDRESSES = 1024
"""Addresses that are remembered, the latest."""
_LONGEST_ADDRESS = 64


@dataclass(slots=True)
class _Count:
    """Wrong links since a moment, and how many answers to them wait."""

    since: float
    wrong: int = 0
    waiting: int = 0

    def add(self, now: float) -> int:
        """Count one more, from anew in another window; return how many there were."""
        if now - self.since >= WINDOW_SECONDS:
            self.since, self.wrong = now, 0
        self.wrong += 1
        return self.wrong


class Throttle:
    """Lets whoever brings wrong links wait; ``tell`` is given a line when a flood begins."""

    def __init__(
        self,
        clock: Callable[[], float],
        tell: Callable[[str], None],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._tell = tell
        self._pause = pause
        self._all = _Count(clock())
        self._each: OrderedDict[str, _Count] = OrderedDict()

    async def wrong(self, address: str) -> bool:
        """Take note of a wrong link, and wait when there were many; returns whether there are too many to wait."""
        address = address[:_LONGEST_ADDRESS]
        now, count = self._clock(), self._count(address)
        each, together = count.add(now), self._all.add(now)
        if each == AT_ONCE_EACH + 1:
            self._tell(f"many wrong links from {address}: answers to them wait")
        elif together == AT_ONCE_ALL + 1:
            self._tell("many wrong links from many addresses: answers to them wait")
        if each <= AT_ONCE_EACH and together <= AT_ONCE_ALL:
            return False
        if count.waiting >= WAITING_EACH or self._all.waiting >= WAITING_ALL:
            return True
        count.waiting += 1
        self._all.waiting += 1
        try:
            await self._pause(DELAY_SECONDS)
        finally:
            count.waiting -= 1
            self._all.waiting -= 1
        return False

    def _count(self, address: str) -> _Count:
        """The count of an address; the one that was longest without a wrong link is forgotten for it."""
        network = _network(address)
        count = self._each.pop(network, None) or _Count(self._clock())
        self._each[network] = count
        if len(self._each) > _ADDRESSES:
            self._each.popitem(last=False)
        return count


def _network(address: str) -> str:
    """What one household has of addresses: one of version 4, 2^64 of version 6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(int(parsed) >> 64) if isinstance(parsed, IPv6Address) else str(parsed)
