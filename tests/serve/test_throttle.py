"""A flood of wrong links: counted in bounded memory, slowed down, told once."""

from __future__ import annotations

import asyncio

import pytest

from annotator.serve.throttle import AT_ONCE_ALL, AT_ONCE_EACH, WAITING_EACH, WINDOW_SECONDS, Throttle


@pytest.fixture
def now() -> list[float]:
    return [0.0]


class Pauses(list[float]):
    """The pauses that were made; they end at once."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def waits() -> Pauses:
    return Pauses()


async def test_the_first_mistakes_are_answered_at_once_and_further_ones_wait(now: list[float], waits: Pauses) -> None:
    told: list[str] = []
    slow = Throttle(lambda: now[0], told.append, waits)
    for _ in range(AT_ONCE_EACH):
        assert not await slow.wrong("10.0.0.1")
    assert waits == []
    for _ in range(3):
        assert not await slow.wrong("10.0.0.1")
    assert len(waits) == 3
    assert told == ["many wrong links from 10.0.0.1: answers to them wait"]
    assert not await slow.wrong("10.0.0.2")
    assert len(waits) == 3
    now[0] += WINDOW_SECONDS
    assert not await slow.wrong("10.0.0.1")
    assert len(waits) == 3


async def test_many_addresses_together_wait_too(now: list[float], waits: Pauses) -> None:
    slow = Throttle(lambda: now[0], lambda _: None, waits)
    for number in range(AT_ONCE_ALL + 5):
        await slow.wrong(f"10.0.1.{number}")
    assert len(waits) == 5


async def test_no_more_than_a_few_answers_wait_at_a_time(now: list[float]) -> None:
    release = asyncio.Event()

    async def pause(_seconds: float) -> None:
        await release.wait()

    slow = Throttle(lambda: now[0], lambda _: None, pause)
    for _ in range(AT_ONCE_EACH):
        await slow.wrong("::1")
    waiting = [asyncio.ensure_future(slow.wrong("::1")) for _ in range(WAITING_EACH)]
    while slow._all.waiting < WAITING_EACH:
        await asyncio.wait(waiting, timeout=0)
    assert await slow.wrong("::1")
    release.set()
    assert await asyncio.gather(*waiting) == [False] * WAITING_EACH


async def test_addresses_are_forgotten_and_a_network_of_version_6_is_one(now: list[float], waits: Pauses) -> None:
    slow = Throttle(lambda: now[0], lambda _: None, waits)
    for number in range(AT_ONCE_EACH + 1):
        await slow.wrong(f"2001:db8::{number:x}")
    assert len(waits) == 1
    for number in range(5000):
        await slow.wrong(f"10.1.{number // 250}.{number % 250}")
    assert len(slow._each) <= 1024
