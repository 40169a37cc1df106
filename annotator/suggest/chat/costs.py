"""What asking costs: tokens, prices, and a budget that ends a run's questions before it is overdrawn."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from annotator.suggest.protocol import Sent
from annotator.wording import plural

BYTES_IN_TOKEN = 4
"""Bytes of UTF-8 that count as one token where no server has counted."""
TOKENS_IN_ANSWER = 1.6
"""Tokens of an answer for each token of the text that was asked about: what the gold of the sample articles takes."""
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of a million tokens sent, and of a million received."""

    input: float
    output: float
    currency: str = "USD"

    def cost(self, sent: Sent) -> float:
        """The price of some traffic."""
        return (sent.input_tokens * self.input + sent.output_tokens * self.output) / _MILLION


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that a run may ask for, or one of the ``processes`` that share it; ``None`` where there is no limit."""

    requests: int | None = None
    tokens: int | None = None
    cost: float | None = None
    processes: int = 1

    def exceeded_by(self, spent: Sent, prices: Prices | None) -> str:
        """Name the limit that some traffic goes beyond; empty when there is none."""
        if self.requests is not None and spent.requests > self.requests:
            return plural(self.requests, "request")
        if self.tokens is not None and spent.input_tokens + spent.output_tokens > self.tokens:
            return f"{self.tokens:,} tokens"
        if self.cost is not None and prices is not None and prices.cost(spent) > self.cost:
            return f"{self.cost:g} {prices.currency}"
        return ""

    def part(self, number: int, processes: int) -> Budget:
        """The part of one of several processes, counted from 0; together their parts are the whole."""
        return Budget(
            None if self.requests is None else _part(self.requests, number, processes),
            None if self.tokens is None else _part(self.tokens, number, processes),
            None if self.cost is None else self.cost / processes,
            processes,
        )


class Spending:
    """What a run has spent, counted by several threads."""

    def __init__(self, budget: Budget, prices: Prices | None) -> None:
        self._budget = budget
        self._prices = prices
        self._spent = Sent()
        self._lock = threading.Lock()

    def reserve(self, expected: Sent) -> str:
        """Count a request before it is sent; where the budget does not allow it, name the limit and count nothing."""
        with self._lock:
            limit = self._budget.exceeded_by(self._spent + expected, self._prices)
            if not limit:
                self._spent += expected
            return limit

    def settle(self, reserved: Sent, after: Sent, before: Sent) -> None:
        """Count what a question really took, the difference of two readings, in place of what was reserved for it."""
        with self._lock:
            for sent, sign in ((reserved, -1), (after, 1), (before, -1)):
                self._spent += Sent(sign * sent.requests, 0, 0, sign * sent.input_tokens, sign * sent.output_tokens)


def _part(whole: int, number: int, processes: int) -> int:
    """What is left over goes to the first ones."""
    each, left = divmod(whole, processes)
    return each + (number < left)


def tokens_in(text: str | bytes) -> int:
    """About how many tokens a text is."""
    size = len(text if isinstance(text, bytes) else text.encode("utf-8", errors="replace"))
    return -(-size // BYTES_IN_TOKEN)
